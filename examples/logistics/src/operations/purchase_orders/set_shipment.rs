//! `purchase_orders.set_shipment`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::purchase::PurchaseAction;
use crate::model::{PurchaseOrderId, Shipment};
use crate::operations::shared::purchases::PurchaseChanged;
use crate::operations::shared::settle::{Done, note_purchase};
use crate::operations::shared::{found, purchases};
use crate::{Logistics, Writer};

/// Says how a purchase order travels, in place of what was said before. An order has one shipment at most.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SetShipmentPurchaseOrder {
    /// The order's id, from `app.purchaseOrders.list({ search })`.
    purchase_order_id: PurchaseOrderId,
    /// How it travels.
    shipment: Shipment,
    /// Refuse unless the order is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl Command for SetShipmentPurchaseOrder {
    const NAME: &'static str = "purchase_orders.set_shipment";
    const TITLE: &'static str = "Set the shipment";
    const EXAMPLE: &'static str = r#"await app.purchaseOrders.setShipment({ purchaseOrderId: "po_1004", shipment: { carrier: "Parcel Post", trackingNumber: "PP123456" } });"#;
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such purchase order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it; `details.allowedFrom` says which do",
        ),
    ];
    type Domain = Logistics;
    type Output = PurchaseChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<PurchaseChanged, OperationError> {
        let before = found::purchase_order(db.reader(), &self.purchase_order_id, self.expected_version).await?;
        let mut order = before.clone();
        order.check(PurchaseAction::SetShipment)?;
        order.shipment = Some(self.shipment);
        let order = note_purchase(cx, db, &before, order, Done::new("setShipment")).await?;
        purchases::changed(db.reader(), order).await
    }
}
