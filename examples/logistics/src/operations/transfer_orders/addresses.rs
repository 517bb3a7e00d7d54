//! `transfer_orders.addresses`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Address, TransferOrderId};
use crate::operations::shared::found;
use crate::{Logistics, Reader};

/// Shows the addresses that are written on a transfer order; null where there is none.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AddressesTransferOrder {
    /// Its id, from `app.transferOrders.list({ search })`.
    transfer_order_id: TransferOrderId,
}

/// What is written on it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AddressesOf {
    from_address: Option<Address>,
    to_address: Option<Address>,
}

impl Query for AddressesTransferOrder {
    const NAME: &'static str = "transfer_orders.addresses";
    const TITLE: &'static str = "Addresses of a transfer order";
    const EXAMPLE: &'static str =
        r#"const addresses = await app.transferOrders.addresses({ transferOrderId: "to_1002" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] =
        &[(ErrorCode::NotFound, "the store has no such transfer order")];
    type Domain = Logistics;
    type Output = AddressesOf;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<AddressesOf, OperationError> {
        let order = found::transfer_order(db, &self.transfer_order_id, None).await?;
        Ok(AddressesOf {
            from_address: order.from_address,
            to_address: order.to_address,
        })
    }
}
