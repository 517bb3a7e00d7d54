//! `transfer_orders.shipment`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Shipment, TransferOrderId};
use crate::operations::shared::found;
use crate::{Logistics, Reader};

/// Shows how a transfer order travels; null where nobody said.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ShipmentTransferOrder {
    /// Its id, from `app.transferOrders.list({ search })`.
    transfer_order_id: TransferOrderId,
}

/// How it travels.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ShipmentOf {
    shipment: Option<Shipment>,
}

impl Query for ShipmentTransferOrder {
    const NAME: &'static str = "transfer_orders.shipment";
    const TITLE: &'static str = "Shipment of a transfer order";
    const EXAMPLE: &'static str =
        r#"const { shipment } = await app.transferOrders.shipment({ transferOrderId: "to_1002" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] =
        &[(ErrorCode::NotFound, "the store has no such transfer order")];
    type Domain = Logistics;
    type Output = ShipmentOf;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<ShipmentOf, OperationError> {
        let order = found::transfer_order(db, &self.transfer_order_id, None).await?;
        Ok(ShipmentOf {
            shipment: order.shipment,
        })
    }
}
