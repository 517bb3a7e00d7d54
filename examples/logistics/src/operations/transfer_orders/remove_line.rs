//! `transfer_orders.remove_line`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::model::{LineId, TransferOrderId};
use crate::operations::shared::settle::{Done, Negative, settle_transfer};
use crate::operations::shared::transfers::TransferChanged;
use crate::operations::shared::{found, transfers};
use crate::{Logistics, Writer};

/// Removes a line of a transfer of which nothing came. What has left goes back to the origin.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RemoveLineTransferOrder {
    /// The transfer's id, from `app.transferOrders.list({ search })`.
    transfer_order_id: TransferOrderId,
    /// The line's id, from `app.transferOrders.lineItems({ transferOrderId })`.
    line_id: LineId,
    /// Refuse unless the transfer is still at this version; it is in what `get`, `list` and every change of it
    /// answer.
    expected_version: Option<u64>,
}

impl Command for RemoveLineTransferOrder {
    const NAME: &'static str = "transfer_orders.remove_line";
    const TITLE: &'static str = "Remove a line of a transfer order";
    const EXAMPLE: &'static str =
        r#"await app.transferOrders.removeLine({ transferOrderId: "to_1002", lineId: "line_t1002_1" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such transfer order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it, something of the line came, or it is the last one; `details.allowedFrom` says which do",
        ),
    ];
    type Domain = Logistics;
    type Output = TransferChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<TransferChanged, OperationError> {
        let before = found::transfer_order(db.reader(), &self.transfer_order_id, self.expected_version).await?;
        let mut order = before.clone();
        let gone = order.remove_line(&self.line_id, cx.now())?;
        let order = settle_transfer(
            cx,
            db,
            &before,
            order,
            Negative::Allowed,
            Done::with("removeLine", json!({ "title": gone.title })),
        )
        .await?;
        transfers::changed(db.reader(), order).await
    }
}
