//! `stock_takes.line_items`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::StockTakeId;
use crate::operations::shared::found;
use crate::operations::shared::paging::Listed;
use crate::operations::shared::stock_takes::StockTakeLineItem;
use crate::{Logistics, Reader};

/// Lists the lines of a stock take, 500 at a time: what was expected, and what was counted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct LineItemsStockTake {
    /// The stock take's id, from `app.stockTakes.list({ search })`.
    stock_take_id: StockTakeId,
    /// True for those only that nobody counted yet; all of them if left out.
    uncounted_only: Option<bool>,
    /// How many lines to leave out at the beginning; 0 if left out.
    skip: Option<u32>,
}

impl Query for LineItemsStockTake {
    const NAME: &'static str = "stock_takes.line_items";
    const TITLE: &'static str = "Lines of a stock take";
    const EXAMPLE: &'static str =
        r#"const { items } = await app.stockTakes.lineItems({ stockTakeId: "st_1002", uncountedOnly: true });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(ErrorCode::NotFound, "the store has no such stock take")];
    type Domain = Logistics;
    type Output = Listed<StockTakeLineItem>;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Listed<StockTakeLineItem>, OperationError> {
        let take = found::stock_take(db, &self.stock_take_id, None).await?;
        let only = self.uncounted_only.unwrap_or_default();
        let lines = take.lines.iter().filter(|line| !only || line.counted.is_none());
        let items: Vec<StockTakeLineItem> = lines.map(StockTakeLineItem::from).collect();
        let total = items.len();
        let skip = usize::try_from(self.skip.unwrap_or_default()).unwrap_or(usize::MAX);
        Ok(Listed {
            items: items.into_iter().skip(skip).take(500).collect(),
            total_count: u64::try_from(total).unwrap_or(u64::MAX),
            cursor: None,
        })
    }
}
