//! `purchase_orders.shipment`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{PurchaseOrderId, Shipment};
use crate::operations::shared::found;
use crate::{Logistics, Reader};

/// Shows how a purchase order travels; null where nobody said.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ShipmentPurchaseOrder {
    /// Its id, from `app.purchaseOrders.list({ search })`.
    purchase_order_id: PurchaseOrderId,
}

/// How it travels.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ShipmentOf {
    shipment: Option<Shipment>,
}

impl Query for ShipmentPurchaseOrder {
    const NAME: &'static str = "purchase_orders.shipment";
    const TITLE: &'static str = "Shipment of a purchase order";
    const EXAMPLE: &'static str =
        r#"const { shipment } = await app.purchaseOrders.shipment({ purchaseOrderId: "po_1002" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] =
        &[(ErrorCode::NotFound, "the store has no such purchase order")];
    type Domain = Logistics;
    type Output = ShipmentOf;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<ShipmentOf, OperationError> {
        let order = found::purchase_order(db, &self.purchase_order_id, None).await?;
        Ok(ShipmentOf {
            shipment: order.shipment,
        })
    }
}
