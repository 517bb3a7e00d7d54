//! `transfer_orders.receive`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::model::{LineId, TransferOrderId, Units};
use crate::operations::shared::settle::{Done, Negative, settle_transfer};
use crate::operations::shared::transfers::TransferChanged;
use crate::operations::shared::{found, transfers};
use crate::{Logistics, Writer};

/// Receives units of a transfer at the destination; without `lines` everything that is on its way.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ReceiveTransferOrder {
    /// The transfer's id, from `app.transferOrders.list({ search })`.
    transfer_order_id: TransferOrderId,
    /// The lines, each once; all of them if left out.
    lines: Option<Vec<ReceivedLine>>,
    /// Refuse unless the transfer is still at this version; it is in what `get`, `list` and every change of it
    /// answer.
    expected_version: Option<u64>,
}

/// Units of a line.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ReceivedLine {
    /// The line's id, from `app.transferOrders.lineItems({ transferOrderId })`.
    line_id: LineId,
    /// How many came, at least 1.
    received: Units,
}

impl Command for ReceiveTransferOrder {
    const NAME: &'static str = "transfer_orders.receive";
    const TITLE: &'static str = "Receive a transfer";
    const EXAMPLE: &'static str = r#"await app.transferOrders.receive({ transferOrderId: "to_1002", lines: [{ lineId: "line_t1002_1", received: 2 }] });"#;
    const DESTRUCTIVE: bool = false;
    const REPLAYABLE: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such transfer order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it; `details.allowedFrom` says which do",
        ),
        (ErrorCode::InvalidInput, "more is named of a line than is on its way"),
    ];
    type Domain = Logistics;
    type Output = TransferChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<TransferChanged, OperationError> {
        let before = found::transfer_order(db.reader(), &self.transfer_order_id, self.expected_version).await?;
        let mut order = before.clone();
        let counts: Option<Vec<(LineId, i64)>> = self.lines.map(|lines| {
            lines
                .into_iter()
                .map(|line| (line.line_id, line.received.get()))
                .collect()
        });
        order.receive(counts.as_deref(), cx.now())?;
        let order = settle_transfer(
            cx,
            db,
            &before,
            order,
            Negative::Allowed,
            Done::with("receive", json!({ "lines": counts })),
        )
        .await?;
        transfers::changed(db.reader(), order).await
    }
}
