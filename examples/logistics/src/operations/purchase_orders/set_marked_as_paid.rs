//! `purchase_orders.set_marked_as_paid`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::model::PurchaseOrderId;
use crate::operations::shared::purchases::PurchaseChanged;
use crate::operations::shared::settle::{Done, note_purchase};
use crate::operations::shared::{found, purchases};
use crate::{Logistics, Writer};

/// Marks a purchase order as paid, or as not paid. Payments say nothing about it, in either direction.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SetMarkedAsPaidPurchaseOrder {
    /// The order's id, from `app.purchaseOrders.list({ search })`.
    purchase_order_id: PurchaseOrderId,
    /// Whether it is paid.
    marked_as_paid: bool,
    /// Refuse unless the order is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl Command for SetMarkedAsPaidPurchaseOrder {
    const NAME: &'static str = "purchase_orders.set_marked_as_paid";
    const TITLE: &'static str = "Mark as paid";
    const EXAMPLE: &'static str =
        r#"await app.purchaseOrders.setMarkedAsPaid({ purchaseOrderId: "po_1006", markedAsPaid: true });"#;
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such purchase order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
    ];
    type Domain = Logistics;
    type Output = PurchaseChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<PurchaseChanged, OperationError> {
        let before = found::purchase_order(db.reader(), &self.purchase_order_id, self.expected_version).await?;
        let mut order = before.clone();
        order.marked_as_paid = self.marked_as_paid;
        let done = Done::with("setMarkedAsPaid", json!({ "markedAsPaid": self.marked_as_paid }));
        let order = note_purchase(cx, db, &before, order, done).await?;
        purchases::changed(db.reader(), order).await
    }
}
