//! `purchase_orders.payments`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::PurchaseOrderId;
use crate::model::money::Money;
use crate::model::purchase::Payment;
use crate::operations::shared::found;
use crate::{Logistics, Reader};

/// Lists what was paid of a purchase order, with sums in each currency.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PaymentsPurchaseOrder {
    /// The order's id, from `app.purchaseOrders.list({ search })`.
    purchase_order_id: PurchaseOrderId,
}

/// What was paid.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Payments {
    items: Vec<Payment>,
    /// The sum in each currency.
    paid: Vec<Money>,
    /// Set by hand; payments say nothing about it.
    marked_as_paid: bool,
}

impl Query for PaymentsPurchaseOrder {
    const NAME: &'static str = "purchase_orders.payments";
    const TITLE: &'static str = "Payments of a purchase order";
    const EXAMPLE: &'static str =
        r#"const { items, paid } = await app.purchaseOrders.payments({ purchaseOrderId: "po_1006" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] =
        &[(ErrorCode::NotFound, "the store has no such purchase order")];
    type Domain = Logistics;
    type Output = Payments;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Payments, OperationError> {
        let order = found::purchase_order(db, &self.purchase_order_id, None).await?;
        Ok(Payments {
            paid: order.paid(),
            marked_as_paid: order.marked_as_paid,
            items: order.payments,
        })
    }
}
