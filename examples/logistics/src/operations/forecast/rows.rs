//! `forecast.rows`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{Variant, ViewId};
use crate::operations::shared::outlook::{ForecastRow, ForecastSort};
use crate::operations::shared::paging::{Listed, search, window};
use crate::operations::shared::{found, outlook};
use crate::{Logistics, Reader};

/// Tells for the variants of a view how fast each sells, when to order it again, from whom, and how many. Sorted by
/// anything but `variant_id`, the view may have 2000 variants at most, and only the first ones are told.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RowsForecast {
    /// The view's id, from `app.forecast.views({})`.
    view_id: ViewId,
    /// Only variants with these words in title, SKU or vendor. At most 200 characters.
    search: Option<String>,
    /// By what to sort; `variant_id` if left out.
    sort_by: Option<ForecastSort>,
    /// How many, 1 to 50; 50 if left out.
    limit: Option<i64>,
    /// The `cursor` of the answer before, for the next ones.
    cursor: Option<String>,
}

impl Query for RowsForecast {
    const NAME: &'static str = "forecast.rows";
    const TITLE: &'static str = "Forecast";
    const EXAMPLE: &'static str =
        r#"const { items } = await app.forecast.rows({ viewId: "view_all", sortBy: "reorder_date", limit: 20 });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such view"),
        (ErrorCode::LimitExceeded, "the view has too many variants to sort"),
    ];
    type Domain = Logistics;
    type Output = Listed<ForecastRow>;

    async fn run(self, cx: &Context, db: &mut Reader) -> Result<Listed<ForecastRow>, OperationError> {
        let view = found::view(db, &self.view_id).await?;
        let words = search("search", self.search)?;
        let window = window(self.limit, self.cursor.as_deref())?;
        let sort = self.sort_by.unwrap_or(ForecastSort::VariantId);
        if sort == ForecastSort::VariantId && outlook::is_paged(&view, words.as_deref()) {
            let (variants, total) = outlook::variants_of(db, &view, words.as_deref(), &window).await?;
            let mut listed = Listed::new(variants, total, &window, |variant: &Variant| variant.id.to_string());
            let variants = listed.take_items();
            return Ok(listed.with(outlook::rows(db, &view, &variants, cx.now()).await?));
        }
        if self.cursor.is_some() {
            return Err(OperationError::invalid_input(
                "`cursor` goes with `sortBy: \"variant_id\"` of a view that is not narrowed to words of a supplier's; otherwise the \
                 first rows are told, so narrow the view with `search`",
            ));
        }
        let variants = outlook::all_variants_of(db, &view, words.as_deref()).await?;
        let mut rows = outlook::rows(db, &view, &variants, cx.now()).await?;
        let total = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        outlook::sort(&mut rows, sort);
        rows.truncate(usize::try_from(window.limit - 1).unwrap_or(50));
        Ok(Listed {
            items: rows,
            total_count: total,
            cursor: None,
        })
    }
}
