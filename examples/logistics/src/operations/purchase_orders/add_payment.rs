//! `purchase_orders.add_payment`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::model::purchase::{Payment, PaymentMethod};
use crate::model::{Currency, Name, Note, PaymentId, Price, PurchaseOrderId};
use crate::operations::shared::given::Day;
use crate::operations::shared::purchases::PurchaseChanged;
use crate::operations::shared::settle::{Done, note_purchase};
use crate::operations::shared::{found, purchases};
use crate::{Logistics, Writer};

/// Writes down a payment of a purchase order. An order may have many, in any currency; `markedAsPaid` stays as it is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AddPaymentPurchaseOrder {
    /// The order's id, from `app.purchaseOrders.list({ search })`.
    purchase_order_id: PurchaseOrderId,
    /// How much, as a decimal string.
    amount: Price,
    /// In what; any currency, whatever the order is in.
    currency: Currency,
    /// When, such as `2026-03-01`.
    date: Day,
    /// How.
    method: PaymentMethod,
    /// What it is called at the bank, 1 to 255 characters.
    reference: Option<Name>,
    /// Notes, at most 5000 characters.
    notes: Option<Note>,
    /// Refuse unless the order is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl Command for AddPaymentPurchaseOrder {
    const NAME: &'static str = "purchase_orders.add_payment";
    const TITLE: &'static str = "Add a payment";
    const EXAMPLE: &'static str = r#"await app.purchaseOrders.addPayment({ purchaseOrderId: "po_1006", amount: "250.00", currency: "EUR", date: "2026-02-20", method: "wire" });"#;
    const DESTRUCTIVE: bool = false;
    const REPLAYABLE: bool = true;
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
        let payment = Payment {
            payment_id: PaymentId::new(cx.new_uuid()),
            amount: self.amount,
            currency: self.currency,
            date: self.date.into(),
            method: self.method,
            reference: self.reference.map(String::from),
            notes: self.notes.map(String::from),
        };
        let done = Done::with(
            "addPayment",
            json!({ "paymentId": payment.payment_id, "amount": payment.amount, "currency": payment.currency }),
        );
        order.add_payment(payment)?;
        let order = note_purchase(cx, db, &before, order, done).await?;
        purchases::changed(db.reader(), order).await
    }
}
