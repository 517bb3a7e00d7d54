//! `stock_takes.get`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::StockTakeId;
use crate::operations::shared::found;
use crate::operations::shared::stock_takes::{StockTakeItem, show_stock_take};
use crate::{Logistics, Reader};

/// Shows one stock take. Its lines are in `app.stockTakes.lineItems`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GetStockTake {
    /// The stock take's id, from `app.stockTakes.list({ search })`.
    stock_take_id: StockTakeId,
}

impl Query for GetStockTake {
    const NAME: &'static str = "stock_takes.get";
    const TITLE: &'static str = "Get a stock take";
    const EXAMPLE: &'static str = r#"const take = await app.stockTakes.get({ stockTakeId: "st_1002" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(ErrorCode::NotFound, "the store has no such stock take")];
    type Domain = Logistics;
    type Output = StockTakeItem;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<StockTakeItem, OperationError> {
        let take = found::stock_take(db, &self.stock_take_id, None).await?;
        show_stock_take(db, take).await
    }
}
