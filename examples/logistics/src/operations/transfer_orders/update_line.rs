//! `transfer_orders.update_line`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::transfer::TransferAction;
use crate::model::{LineId, TransferOrderId, Units};
use crate::operations::shared::settle::{Done, Negative, settle_transfer};
use crate::operations::shared::transfers::TransferChanged;
use crate::operations::shared::{found, transfers};
use crate::{Logistics, Writer};

/// Changes how many are planned of a line of a draft. After it left use `app.transferOrders.updatePlanned`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UpdateLineTransferOrder {
    /// The transfer's id, from `app.transferOrders.list({ search })`.
    transfer_order_id: TransferOrderId,
    /// The line's id, from `app.transferOrders.lineItems({ transferOrderId })`.
    line_id: LineId,
    /// How many, at least 1.
    planned: Units,
    /// Refuse unless the transfer is still at this version; it is in what `get`, `list` and every change of it
    /// answer.
    expected_version: Option<u64>,
}

impl Command for UpdateLineTransferOrder {
    const NAME: &'static str = "transfer_orders.update_line";
    const TITLE: &'static str = "Change a line of a transfer order";
    const EXAMPLE: &'static str =
        r#"await app.transferOrders.updateLine({ transferOrderId: "to_1001", lineId: "line_t1001_1", planned: 3 });"#;
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such transfer order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it; `details.allowedFrom` says which do",
        ),
    ];
    type Domain = Logistics;
    type Output = TransferChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<TransferChanged, OperationError> {
        let before = found::transfer_order(db.reader(), &self.transfer_order_id, self.expected_version).await?;
        let mut order = before.clone();
        order.plan(TransferAction::UpdateLine, &self.line_id, self.planned.get(), cx.now())?;
        let order = settle_transfer(cx, db, &before, order, Negative::Allowed, Done::new("updateLine")).await?;
        transfers::changed(db.reader(), order).await
    }
}
