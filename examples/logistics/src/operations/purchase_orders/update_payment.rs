//! `purchase_orders.update_payment`

use chrono::NaiveDate;
use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::model::purchase::PaymentMethod;
use crate::model::{Currency, Name, Note, Patch, PaymentId, Price, PurchaseOrderId};
use crate::operations::shared::given::Day;
use crate::operations::shared::purchases::PurchaseChanged;
use crate::operations::shared::settle::{Done, note_purchase};
use crate::operations::shared::{found, purchases};
use crate::{Logistics, Writer};

/// Changes a payment of a purchase order; what is left out stays as it is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UpdatePaymentPurchaseOrder {
    /// The order's id, from `app.purchaseOrders.list({ search })`.
    purchase_order_id: PurchaseOrderId,
    /// The payment's id, from `app.purchaseOrders.payments({ purchaseOrderId })`.
    payment_id: PaymentId,
    /// How much, as a decimal string.
    amount: Option<Price>,
    /// In what; any currency, whatever the order is in.
    currency: Option<Currency>,
    /// When, such as `2026-03-01`.
    date: Option<Day>,
    /// How.
    method: Option<PaymentMethod>,
    /// What it is called at the bank; null for nothing.
    #[serde(default)]
    reference: Patch<Name>,
    /// Notes, at most 5000 characters; null for none.
    #[serde(default)]
    notes: Patch<Note>,
    /// Refuse unless the order is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl Command for UpdatePaymentPurchaseOrder {
    const NAME: &'static str = "purchase_orders.update_payment";
    const TITLE: &'static str = "Change a payment";
    const EXAMPLE: &'static str = r#"await app.purchaseOrders.updatePayment({ purchaseOrderId: "po_1006", paymentId: "pay_1006_1", reference: "Invoice 2026-114" });"#;
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such purchase order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (ErrorCode::InvalidInput, "the amount is 0"),
    ];
    type Domain = Logistics;
    type Output = PurchaseChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<PurchaseChanged, OperationError> {
        let before = found::purchase_order(db.reader(), &self.purchase_order_id, self.expected_version).await?;
        let mut order = before.clone();
        order.update_payment(&self.payment_id, |payment| {
            payment.amount = self.amount.unwrap_or(payment.amount);
            payment.currency = self.currency.unwrap_or_else(|| payment.currency.clone());
            payment.date = self.date.map_or(payment.date, NaiveDate::from);
            payment.method = self.method.unwrap_or(payment.method);
            payment.reference = self.reference.over(payment.reference.take());
            payment.notes = self.notes.over(payment.notes.take());
        })?;
        let done = Done::with("updatePayment", json!({ "paymentId": self.payment_id }));
        let order = note_purchase(cx, db, &before, order, done).await?;
        purchases::changed(db.reader(), order).await
    }
}
