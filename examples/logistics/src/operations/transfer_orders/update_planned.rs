//! `transfer_orders.update_planned`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::model::transfer::TransferAction;
use crate::model::{LineId, TransferOrderId, Units};
use crate::operations::shared::settle::{Done, Negative, settle_transfer};
use crate::operations::shared::transfers::TransferChanged;
use crate::operations::shared::{found, transfers};
use crate::{Logistics, Writer};

/// Changes how many are planned of a line of a transfer that has left. More are taken from the origin, or the rest
/// goes back there.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UpdatePlannedTransferOrder {
    /// The transfer's id, from `app.transferOrders.list({ search })`.
    transfer_order_id: TransferOrderId,
    /// The line's id, from `app.transferOrders.lineItems({ transferOrderId })`.
    line_id: LineId,
    /// How many; no fewer than were received, and at least 1.
    planned: Units,
    /// Whether more may be taken than is available; false if left out.
    allow_negative: Option<bool>,
    /// Refuse unless the transfer is still at this version; it is in what `get`, `list` and every change of it
    /// answer.
    expected_version: Option<u64>,
}

impl Command for UpdatePlannedTransferOrder {
    const NAME: &'static str = "transfer_orders.update_planned";
    const TITLE: &'static str = "Change what is under way";
    const EXAMPLE: &'static str = r#"await app.transferOrders.updatePlanned({ transferOrderId: "to_1002", lineId: "line_t1002_1", planned: 7 });"#;
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such transfer order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it, or less is available than would leave; `details.allowedFrom` says which do",
        ),
        (ErrorCode::InvalidInput, "fewer are planned than were received"),
    ];
    type Domain = Logistics;
    type Output = TransferChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<TransferChanged, OperationError> {
        let before = found::transfer_order(db.reader(), &self.transfer_order_id, self.expected_version).await?;
        let mut order = before.clone();
        order.plan(
            TransferAction::UpdatePlanned,
            &self.line_id,
            self.planned.get(),
            cx.now(),
        )?;
        let negative = Negative::unless(
            self.allow_negative.unwrap_or_default(),
            "plan fewer, or pass `allowNegative: true`",
        );
        let order = settle_transfer(
            cx,
            db,
            &before,
            order,
            negative,
            Done::with(
                "updatePlanned",
                json!({ "lineId": self.line_id, "planned": self.planned.get() }),
            ),
        )
        .await?;
        transfers::changed(db.reader(), order).await
    }
}
