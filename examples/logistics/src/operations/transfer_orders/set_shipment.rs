//! `transfer_orders.set_shipment`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::transfer::TransferAction;
use crate::model::{Patch, Shipment, TransferOrderId};
use crate::operations::shared::settle::{Done, Negative, settle_transfer};
use crate::operations::shared::transfers::TransferChanged;
use crate::operations::shared::{found, transfers};
use crate::{Logistics, Writer};

/// Says how a transfer travels, in place of what was said before; null for nothing.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SetShipmentTransferOrder {
    /// The transfer's id, from `app.transferOrders.list({ search })`.
    transfer_order_id: TransferOrderId,
    /// How it travels; null for nothing.
    #[serde(default)]
    shipment: Patch<Shipment>,
    /// Refuse unless the transfer is still at this version; it is in what `get`, `list` and every change of it
    /// answer.
    expected_version: Option<u64>,
}

impl Command for SetShipmentTransferOrder {
    const NAME: &'static str = "transfer_orders.set_shipment";
    const TITLE: &'static str = "Set the shipment";
    const EXAMPLE: &'static str =
        r#"await app.transferOrders.setShipment({ transferOrderId: "to_1002", shipment: { carrier: "Own van" } });"#;
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
        order.check(TransferAction::SetShipment)?;
        order.shipment = self.shipment.over(order.shipment);
        let order = settle_transfer(cx, db, &before, order, Negative::Allowed, Done::new("setShipment")).await?;
        transfers::changed(db.reader(), order).await
    }
}
