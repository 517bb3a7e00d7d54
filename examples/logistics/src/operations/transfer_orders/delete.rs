//! `transfer_orders.delete`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::transfer::TransferAction;
use crate::model::{Refusal, TransferOrderId};
use crate::operations::shared::found;
use crate::operations::shared::settle::record_gone;
use crate::{Logistics, Writer};

/// Deletes a draft of a transfer for good. One that was sent is cancelled instead, which puts its stock back.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DeleteTransferOrder {
    /// The transfer's id, from `app.transferOrders.list({ search })`.
    transfer_order_id: TransferOrderId,
    /// Refuse unless the transfer is still at this version; it is in what `get`, `list` and every change of it
    /// answer.
    expected_version: Option<u64>,
}

/// What was deleted.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TransferDeleted {
    transfer_order_id: TransferOrderId,
    number: String,
}

impl Command for DeleteTransferOrder {
    const NAME: &'static str = "transfer_orders.delete";
    const TITLE: &'static str = "Delete a transfer order";
    const EXAMPLE: &'static str = r#"await app.transferOrders.delete({ transferOrderId: "to_1001" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such transfer order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it; `details.allowedFrom` says which do",
        ),
    ];
    type Domain = Logistics;
    type Output = TransferDeleted;

    async fn run(self, _: &Context, db: &mut Writer) -> Result<TransferDeleted, OperationError> {
        let before = found::transfer_order(db.reader(), &self.transfer_order_id, self.expected_version).await?;
        before.check(TransferAction::Delete).map_err(|wrong| {
            Refusal::from(wrong)
                .also("one that left is called off with `app.transferOrders.cancel`, which puts its stock back")
        })?;
        db.drop_transfer_order(&before.id).await?;
        record_gone(db, "transfer_order", before.id.as_str(), &before)?;
        Ok(TransferDeleted {
            transfer_order_id: before.id,
            number: before.number,
        })
    }
}
