//! `stock_takes.list`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{LocationId, StockTake, StockTakeStatus};
use crate::operations::shared::paging::{Listed, search, window};
use crate::operations::shared::stock_takes::{StockTakeItem, show_stock_takes};
use crate::storage::StockTakeFilter;
use crate::{Logistics, Reader};

/// Lists stock takes, the latest first. Filters combine.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ListStockTake {
    /// Only those in one of these statuses.
    status: Option<Vec<StockTakeStatus>>,
    /// Only those of this location.
    location_id: Option<LocationId>,
    /// Words that must all occur in number, name or id. At most 200 characters.
    search: Option<String>,
    /// How many, 1 to 50; 50 if left out.
    limit: Option<i64>,
    /// The `cursor` of the answer before, for the next ones.
    cursor: Option<String>,
}

impl Query for ListStockTake {
    const NAME: &'static str = "stock_takes.list";
    const TITLE: &'static str = "List stock takes";
    const EXAMPLE: &'static str = r#"const { items } = await app.stockTakes.list({ status: ["in_progress"] });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(
        ErrorCode::InvalidInput,
        "a filter, `limit` or `cursor` is not one there is",
    )];
    type Domain = Logistics;
    type Output = Listed<StockTakeItem>;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Listed<StockTakeItem>, OperationError> {
        let filter = StockTakeFilter {
            statuses: self.status.unwrap_or_default(),
            location: self.location_id,
            search: search("search", self.search)?,
        };
        let window = window(self.limit, self.cursor.as_deref())?;
        let (takes, total) = db.stock_take_page(&filter, &window).await?;
        let mut listed = Listed::new(takes, total, &window, |take: &StockTake| take.seq);
        let takes = listed.take_items();
        Ok(listed.with(show_stock_takes(db, takes).await?))
    }
}
