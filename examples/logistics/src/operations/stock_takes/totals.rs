//! `stock_takes.totals`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::stock_take::StockTakeTotals;
use crate::model::{Currency, StockTakeId};
use crate::operations::shared::found;
use crate::{Logistics, Reader};

/// Shows what the counted lines of a stock take are worth: as expected, as counted, and the difference.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TotalsStockTake {
    /// The stock take's id, from `app.stockTakes.list({ search })`.
    stock_take_id: StockTakeId,
}

/// What it is worth.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Totals {
    totals: StockTakeTotals,
    currency: Currency,
}

impl Query for TotalsStockTake {
    const NAME: &'static str = "stock_takes.totals";
    const TITLE: &'static str = "Value of a stock take";
    const EXAMPLE: &'static str = r#"const { totals } = await app.stockTakes.totals({ stockTakeId: "st_1002" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(ErrorCode::NotFound, "the store has no such stock take")];
    type Domain = Logistics;
    type Output = Totals;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Totals, OperationError> {
        let take = found::stock_take(db, &self.stock_take_id, None).await?;
        Ok(Totals {
            totals: take.totals(),
            currency: db.shop().await?.currency,
        })
    }
}
