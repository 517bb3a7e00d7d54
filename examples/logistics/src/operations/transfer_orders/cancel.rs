//! `transfer_orders.cancel`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::model::TransferOrderId;
use crate::operations::shared::settle::{Done, Negative, settle_transfer};
use crate::operations::shared::transfers::TransferChanged;
use crate::operations::shared::{found, transfers};
use crate::{Logistics, Writer};

/// Calls a transfer off: everything is at the origin again, also what was received; with `keepReceived` that stays at
/// the destination.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CancelTransferOrder {
    /// The transfer's id, from `app.transferOrders.list({ search })`.
    transfer_order_id: TransferOrderId,
    /// Whether what was received stays at the destination; false if left out.
    keep_received: Option<bool>,
    /// Refuse unless the transfer is still at this version; it is in what `get`, `list` and every change of it
    /// answer.
    expected_version: Option<u64>,
}

impl Command for CancelTransferOrder {
    const NAME: &'static str = "transfer_orders.cancel";
    const TITLE: &'static str = "Cancel a transfer";
    const EXAMPLE: &'static str =
        r#"await app.transferOrders.cancel({ transferOrderId: "to_1003", keepReceived: true });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such transfer order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it, or what was received is gone from the destination; `details.allowedFrom` says which do",
        ),
    ];
    type Domain = Logistics;
    type Output = TransferChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<TransferChanged, OperationError> {
        let before = found::transfer_order(db.reader(), &self.transfer_order_id, self.expected_version).await?;
        let mut order = before.clone();
        order.cancel(self.keep_received.unwrap_or_default(), cx.now())?;
        let negative =
            Negative::Refused("some of it is gone from the destination; pass `keepReceived: true` to leave it there");
        let order = settle_transfer(
            cx,
            db,
            &before,
            order,
            negative,
            Done::with(
                "cancel",
                json!({ "keepReceived": self.keep_received.unwrap_or_default() }),
            ),
        )
        .await?;
        transfers::changed(db.reader(), order).await
    }
}
