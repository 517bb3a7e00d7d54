//! `stock_takes.cancel`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::StockTakeId;
use crate::model::inventory::Moves;
use crate::operations::shared::settle::{Done, settle_stock_take};
use crate::operations::shared::stock_takes::StockTakeChanged;
use crate::operations::shared::{found, stock_takes};
use crate::{Logistics, Writer};

/// Calls a stock take off. No stock changes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CancelStockTake {
    /// The stock take's id, from `app.stockTakes.list({ search })`.
    stock_take_id: StockTakeId,
    /// Refuse unless the stock take is still at this version; it is in what `get`, `list` and every change of it
    /// answer.
    expected_version: Option<u64>,
}

impl Command for CancelStockTake {
    const NAME: &'static str = "stock_takes.cancel";
    const TITLE: &'static str = "Cancel a stock take";
    const EXAMPLE: &'static str = r#"await app.stockTakes.cancel({ stockTakeId: "st_1001" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such stock take"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it; `details.allowedFrom` says which do",
        ),
    ];
    type Domain = Logistics;
    type Output = StockTakeChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<StockTakeChanged, OperationError> {
        let before = found::stock_take(db.reader(), &self.stock_take_id, self.expected_version).await?;
        let mut take = before.clone();
        take.cancel()?;
        let take = settle_stock_take(cx, db, &before, take, &Moves::default(), Done::new("cancel")).await?;
        stock_takes::changed(db.reader(), take).await
    }
}
