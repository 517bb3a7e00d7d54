//! `purchase_orders.update_line`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::model::purchase::{LineChange, Push, Scheduled};
use crate::model::supplier::Fulfilment;
use crate::model::{LineId, Name, Note, Patch, Percent, Price, PurchaseOrderId, Units};
use crate::operations::shared::purchases::{PurchaseChanged, ScheduledInput};
use crate::operations::shared::settle::{Done, Negative, settle_purchase};
use crate::operations::shared::{found, purchases};
use crate::{Logistics, Writer};

/// Changes a line of a purchase order; what is left out stays as it is. No fewer can be ordered or confirmed than
/// were received, rejected and cancelled already.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UpdateLinePurchaseOrder {
    /// The order's id, from `app.purchaseOrders.list({ search })`.
    purchase_order_id: PurchaseOrderId,
    /// The line's id, from `app.purchaseOrders.lineItems({ purchaseOrderId })`.
    line_id: LineId,
    /// How many are ordered.
    ordered: Option<Units>,
    /// How many the supplier confirms; only after it confirmed something.
    confirmed: Option<Units>,
    /// What one costs, in the order's currency, as a decimal string.
    unit_cost: Option<Price>,
    /// The tax on it in percent; null for the order's.
    #[serde(default)]
    tax_rate: Patch<Percent>,
    /// What it is called; only of what is not in the catalogue.
    title: Option<Name>,
    /// The supplier's own number for it; null for none.
    #[serde(default)]
    supplier_sku: Patch<Name>,
    /// Where units go when they are received; not after some were.
    fulfilment: Option<Fulfilment>,
    /// When how many are expected, in place of what was said before.
    schedule: Option<Vec<ScheduledInput>>,
    /// Notes, at most 5000 characters; null for none.
    #[serde(default)]
    notes: Patch<Note>,
    /// Refuse unless the order is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl Command for UpdateLinePurchaseOrder {
    const NAME: &'static str = "purchase_orders.update_line";
    const TITLE: &'static str = "Change a line of a purchase order";
    const EXAMPLE: &'static str =
        r#"await app.purchaseOrders.updateLine({ purchaseOrderId: "po_1002", lineId: "line_1002_1", ordered: 30 });"#;
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
            "fewer than came already, or more is scheduled than expected",
        ),
    ];
    type Domain = Logistics;
    type Output = PurchaseChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<PurchaseChanged, OperationError> {
        let before = found::purchase_order(db.reader(), &self.purchase_order_id, self.expected_version).await?;
        let mut order = before.clone();
        let text = |patch: Patch<Name>| match patch {
            Patch::Keep => Patch::Keep,
            Patch::Clear => Patch::Clear,
            Patch::Set(text) => Patch::Set(String::from(text)),
        };
        let notes = match self.notes {
            Patch::Keep => Patch::Keep,
            Patch::Clear => Patch::Clear,
            Patch::Set(text) => Patch::Set(String::from(text)),
        };
        let change = LineChange {
            title: self.title.map(String::from),
            ordered: self.ordered.map(Units::get),
            confirmed: self.confirmed.map(Units::get),
            unit_cost: self.unit_cost,
            tax_rate: self.tax_rate,
            supplier_sku: text(self.supplier_sku),
            fulfilment: self.fulfilment,
            schedule: self
                .schedule
                .map(|parts| parts.into_iter().map(Scheduled::from).collect()),
            notes,
        };
        order.update_line(&self.line_id, change, cx.now())?;
        let order = settle_purchase(
            cx,
            db,
            &before,
            order,
            (Push::Never, Negative::Allowed),
            Done::with("updateLine", json!({ "lineId": self.line_id })),
        )
        .await?;
        purchases::changed(db.reader(), order).await
    }
}
