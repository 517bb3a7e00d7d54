//! `purchase_orders.remove_payment`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::model::{PaymentId, PurchaseOrderId};
use crate::operations::shared::purchases::PurchaseChanged;
use crate::operations::shared::settle::{Done, note_purchase};
use crate::operations::shared::{found, purchases};
use crate::{Logistics, Writer};

/// Removes a payment of a purchase order.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RemovePaymentPurchaseOrder {
    /// The order's id, from `app.purchaseOrders.list({ search })`.
    purchase_order_id: PurchaseOrderId,
    /// The payment's id, from `app.purchaseOrders.payments({ purchaseOrderId })`.
    payment_id: PaymentId,
    /// Refuse unless the order is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl Command for RemovePaymentPurchaseOrder {
    const NAME: &'static str = "purchase_orders.remove_payment";
    const TITLE: &'static str = "Remove a payment";
    const EXAMPLE: &'static str =
        r#"await app.purchaseOrders.removePayment({ purchaseOrderId: "po_1006", paymentId: "pay_1006_1" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such purchase order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
    ];
    type Domain = Logistics;
    type Output = PurchaseChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<PurchaseChanged, OperationError> {
        let before = found::purchase_order(db.reader(), &self.purchase_order_id, self.expected_version).await?;
        let mut order = before.clone();
        let gone = order.remove_payment(&self.payment_id)?;
        let done = Done::with(
            "removePayment",
            json!({ "paymentId": gone.payment_id, "amount": gone.amount, "currency": gone.currency }),
        );
        let order = note_purchase(cx, db, &before, order, done).await?;
        purchases::changed(db.reader(), order).await
    }
}
