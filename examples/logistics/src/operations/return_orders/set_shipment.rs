//! `return_orders.set_shipment`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::returning::ReturnAction;
use crate::model::{Patch, ReturnOrderId, Shipment};
use crate::operations::shared::returns::{ReturnChanged, needs_elevate};
use crate::operations::shared::settle::{Done, Negative, settle_return};
use crate::operations::shared::{found, returns};
use crate::{Logistics, Writer};

/// Says how a return travels, in place of what was said before; null for nothing.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SetShipmentReturnOrder {
    /// The return's id, from `app.returnOrders.list({ search })`.
    return_order_id: ReturnOrderId,
    /// How it travels; null for nothing.
    #[serde(default)]
    shipment: Patch<Shipment>,
    /// Refuse unless the return is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl Command for SetShipmentReturnOrder {
    const NAME: &'static str = "return_orders.set_shipment";
    const TITLE: &'static str = "Set the shipment";
    const EXAMPLE: &'static str = r#"await app.returnOrders.setShipment({ returnOrderId: "rma_1003", shipment: { carrier: "Parcel Post", trackingNumber: "RT-77" } });"#;
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such return order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (ErrorCode::PlanRequired, "it needs the plan `elevate`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it; `details.allowedFrom` says which do",
        ),
    ];
    type Domain = Logistics;
    type Output = ReturnChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<ReturnChanged, OperationError> {
        needs_elevate(db.reader()).await?;
        let before = found::return_order(db.reader(), &self.return_order_id, self.expected_version).await?;
        let mut order = before.clone();
        order.check(ReturnAction::SetShipment)?;
        order.shipment = self.shipment.over(order.shipment);
        let order = settle_return(cx, db, &before, order, Negative::Allowed, Done::new("setShipment")).await?;
        returns::changed(db.reader(), order).await
    }
}
