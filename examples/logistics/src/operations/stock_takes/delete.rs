//! `stock_takes.delete`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::StockTakeId;
use crate::model::stock_take::StockTakeAction;
use crate::operations::shared::found;
use crate::operations::shared::settle::record_gone;
use crate::{Logistics, Writer};

/// Deletes a stock take for good, with what was counted. Only drafts and cancelled ones can be.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DeleteStockTake {
    /// The stock take's id, from `app.stockTakes.list({ search })`.
    stock_take_id: StockTakeId,
    /// Refuse unless the stock take is still at this version; it is in what `get`, `list` and every change of it
    /// answer.
    expected_version: Option<u64>,
}

/// What was deleted.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StockTakeDeleted {
    stock_take_id: StockTakeId,
    number: String,
}

impl Command for DeleteStockTake {
    const NAME: &'static str = "stock_takes.delete";
    const TITLE: &'static str = "Delete a stock take";
    const EXAMPLE: &'static str = r#"await app.stockTakes.delete({ stockTakeId: "st_1001" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such stock take"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it; `details.allowedFrom` says which do",
        ),
    ];
    type Domain = Logistics;
    type Output = StockTakeDeleted;

    async fn run(self, _: &Context, db: &mut Writer) -> Result<StockTakeDeleted, OperationError> {
        let before = found::stock_take(db.reader(), &self.stock_take_id, self.expected_version).await?;
        before.check(StockTakeAction::Delete)?;
        db.drop_stock_take(&before.id).await?;
        record_gone(db, "stock_take", before.id.as_str(), &before)?;
        Ok(StockTakeDeleted {
            stock_take_id: before.id,
            number: before.number,
        })
    }
}
