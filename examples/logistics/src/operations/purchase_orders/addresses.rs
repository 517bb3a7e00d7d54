//! `purchase_orders.addresses`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Address, PurchaseOrderId};
use crate::operations::shared::found;
use crate::{Logistics, Reader};

/// Shows the addresses that are written on a purchase order; null where there is none.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AddressesPurchaseOrder {
    /// Its id, from `app.purchaseOrders.list({ search })`.
    purchase_order_id: PurchaseOrderId,
}

/// What is written on it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AddressesOf {
    billing_address: Option<Address>,
    shipping_address: Option<Address>,
}

impl Query for AddressesPurchaseOrder {
    const NAME: &'static str = "purchase_orders.addresses";
    const TITLE: &'static str = "Addresses of a purchase order";
    const EXAMPLE: &'static str =
        r#"const addresses = await app.purchaseOrders.addresses({ purchaseOrderId: "po_1002" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] =
        &[(ErrorCode::NotFound, "the store has no such purchase order")];
    type Domain = Logistics;
    type Output = AddressesOf;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<AddressesOf, OperationError> {
        let order = found::purchase_order(db, &self.purchase_order_id, None).await?;
        Ok(AddressesOf {
            billing_address: order.billing_address,
            shipping_address: order.shipping_address,
        })
    }
}
