//! `purchase_orders.update`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::purchase::{PurchaseAction, Push};
use crate::model::{
    LocationId, Name, Note, Patch, Percent, Price, PurchaseOrder, PurchaseOrderId, Refusal, Supplier, SupplierId,
};
use crate::operations::shared::given::Day;
use crate::operations::shared::purchases::PurchaseChanged;
use crate::operations::shared::settle::{Done, Negative, note_purchase, settle_purchase};
use crate::operations::shared::{found, purchases};
use crate::{Logistics, Reader, Writer};

/// Changes the head of a purchase order; what is left out stays as it is. Of a completed or cancelled one only
/// `notes` can be changed, and the supplier only of a draft.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UpdatePurchaseOrder {
    /// The order's id, from `app.purchaseOrders.list({ search })`.
    purchase_order_id: PurchaseOrderId,
    /// What people call it; null for nothing.
    #[serde(default)]
    name: Patch<Name>,
    /// What it is called on paper.
    number: Option<Name>,
    /// Another supplier, of the same currency where there are lines. Drafts only.
    supplier_id: Option<SupplierId>,
    /// Another location; what is on its way goes there from then on.
    location_id: Option<LocationId>,
    /// The day on which we want it; null for none.
    #[serde(default)]
    requested_delivery: Patch<Day>,
    /// The day on which the supplier says it comes; null for none.
    #[serde(default)]
    expected_delivery: Patch<Day>,
    /// What the delivery costs, as a decimal string.
    shipping_cost: Option<Price>,
    /// The tax in percent on lines that name none.
    tax_rate: Option<Percent>,
    /// Notes, at most 5000 characters; null for none.
    #[serde(default)]
    notes: Patch<Note>,
    /// Refuse unless the order is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl Command for UpdatePurchaseOrder {
    const NAME: &'static str = "purchase_orders.update";
    const TITLE: &'static str = "Change a purchase order";
    const EXAMPLE: &'static str =
        r#"await app.purchaseOrders.update({ purchaseOrderId: "po_1002", expectedDelivery: "2026-12-01" });"#;
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such purchase order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it; `details.allowedFrom` says which do",
        ),
        (
            ErrorCode::InvalidInput,
            "the lines are in another currency than the supplier's",
        ),
    ];
    type Domain = Logistics;
    type Output = PurchaseChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<PurchaseChanged, OperationError> {
        let before = found::purchase_order(db.reader(), &self.purchase_order_id, self.expected_version).await?;
        let mut order = before.clone();
        let changes_more = self.number.is_some()
            || self.supplier_id.is_some()
            || self.location_id.is_some()
            || self.shipping_cost.is_some()
            || self.tax_rate.is_some()
            || self.name != Patch::Keep
            || !matches!(self.requested_delivery, Patch::Keep)
            || !matches!(self.expected_delivery, Patch::Keep);
        if changes_more {
            order.check(PurchaseAction::Update)?;
        }
        if let Some(number) = &self.number {
            purchases::check_number(db.reader(), number, Some(&order.id)).await?;
            order.number = number.to_string();
        }
        if let Some(supplier) = self.supplier_id.filter(|id| *id != order.supplier) {
            order.check(PurchaseAction::ChangeSupplier)?;
            let supplier = found::supplier(db.reader(), &supplier).await?;
            check_supplier(db.reader(), &order, &supplier).await?;
            order.supplier = supplier.id;
            order.currency = supplier.currency;
            order.tax_rate = supplier.tax_rate;
        }
        if let Some(location) = self.location_id.filter(|id| *id != order.location) {
            found::open_location(db.reader(), &location).await?;
            let there = order.lying_there();
            if there > 0 {
                return Err(Refusal::state(format!(
                    "{there} received units of the order lie at location `{}`; take them back with \
                     `app.purchaseOrders.unreceive` before `locationId` changes, or transfer them",
                    order.location
                ))
                .into());
            }
            order.location = location;
        }
        order.name = self.name.over(order.name);
        order.dates.requested_delivery = self.requested_delivery.over(order.dates.requested_delivery);
        order.dates.expected_delivery = self.expected_delivery.over(order.dates.expected_delivery);
        order.shipping_cost = self.shipping_cost.unwrap_or(order.shipping_cost);
        order.tax_rate = self.tax_rate.unwrap_or(order.tax_rate);
        order.notes = self.notes.over(order.notes);
        let done = Done::new("update");
        let order = if order.location == before.location {
            note_purchase(cx, db, &before, order, done).await?
        } else {
            settle_purchase(cx, db, &before, order, (Push::Never, Negative::Allowed), done).await?
        };
        purchases::changed(db.reader(), order).await
    }
}

/// Refuses a supplier that the order cannot go to.
async fn check_supplier(db: &Reader, order: &PurchaseOrder, supplier: &Supplier) -> Result<(), OperationError> {
    supplier.check_open()?;
    if supplier.currency != order.currency && !order.lines.is_empty() {
        return Err(OperationError::invalid_input(format!(
            "the order's lines cost {}, and supplier `{}` is paid in {}; make a new order for it",
            order.currency, supplier.id, supplier.currency
        )));
    }
    let credited = db.credited(std::slice::from_ref(&order.id)).await?;
    if credited.contains_key(&order.id) {
        return Err(Refusal::in_use(
            "credits of its supplier are applied to the order; take them back with `app.purchaseOrders.reverseCredit` first",
        )
        .into());
    }
    Ok(())
}
