//! `transfer_orders.get`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::TransferOrderId;
use crate::operations::shared::found;
use crate::operations::shared::transfers::{TransferOrderItem, show_transfer};
use crate::{Logistics, Reader};

/// Shows one transfer order. Its lines are in `app.transferOrders.lineItems`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GetTransferOrder {
    /// The transfer's id, from `app.transferOrders.list({ search })`.
    transfer_order_id: TransferOrderId,
}

impl Query for GetTransferOrder {
    const NAME: &'static str = "transfer_orders.get";
    const TITLE: &'static str = "Get a transfer order";
    const EXAMPLE: &'static str = r#"const order = await app.transferOrders.get({ transferOrderId: "to_1002" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] =
        &[(ErrorCode::NotFound, "the store has no such transfer order")];
    type Domain = Logistics;
    type Output = TransferOrderItem;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<TransferOrderItem, OperationError> {
        let order = found::transfer_order(db, &self.transfer_order_id, None).await?;
        show_transfer(db, order).await
    }
}
