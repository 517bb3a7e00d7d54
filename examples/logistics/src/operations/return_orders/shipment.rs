//! `return_orders.shipment`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{ReturnOrderId, Shipment};
use crate::operations::shared::found;
use crate::{Logistics, Reader};

/// Shows how a return order travels; null where nobody said.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ShipmentReturnOrder {
    /// Its id, from `app.returnOrders.list({ search })`.
    return_order_id: ReturnOrderId,
}

/// How it travels.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ShipmentOf {
    shipment: Option<Shipment>,
}

impl Query for ShipmentReturnOrder {
    const NAME: &'static str = "return_orders.shipment";
    const TITLE: &'static str = "Shipment of a return order";
    const EXAMPLE: &'static str =
        r#"const { shipment } = await app.returnOrders.shipment({ returnOrderId: "rma_1004" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(ErrorCode::NotFound, "the store has no such return order")];
    type Domain = Logistics;
    type Output = ShipmentOf;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<ShipmentOf, OperationError> {
        let order = found::return_order(db, &self.return_order_id, None).await?;
        Ok(ShipmentOf {
            shipment: order.shipment,
        })
    }
}
