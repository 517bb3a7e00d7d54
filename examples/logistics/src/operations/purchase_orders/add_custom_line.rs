//! `purchase_orders.add_custom_line`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::purchase::Push;
use crate::model::supplier::Fulfilment;
use crate::model::{LineId, Name, Note, Percent, Price, PurchaseLine, PurchaseOrderId, Units};
use crate::operations::shared::purchases::PurchaseChanged;
use crate::operations::shared::settle::{Done, Negative, settle_purchase};
use crate::operations::shared::{found, purchases};
use crate::{Logistics, Writer};

/// Adds a line to a purchase order for something that is not in the catalogue, such as a service. It never counts as
/// stock.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AddCustomLinePurchaseOrder {
    /// The order's id, from `app.purchaseOrders.list({ search })`.
    purchase_order_id: PurchaseOrderId,
    /// What it is, 1 to 255 characters.
    title: Name,
    /// How many, at least 1.
    quantity: Units,
    /// What one costs, in the order's currency, as a decimal string.
    unit_cost: Price,
    /// The tax on it in percent; the order's if left out.
    tax_rate: Option<Percent>,
    /// The supplier's own number for it.
    supplier_sku: Option<Name>,
    /// Notes, at most 5000 characters.
    notes: Option<Note>,
    /// Refuse unless the order is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl Command for AddCustomLinePurchaseOrder {
    const NAME: &'static str = "purchase_orders.add_custom_line";
    const TITLE: &'static str = "Add something that is not in the catalogue";
    const EXAMPLE: &'static str = r#"await app.purchaseOrders.addCustomLine({ purchaseOrderId: "po_1001", title: "Pallet deposit", quantity: 2, unitCost: "15.00" });"#;
    const DESTRUCTIVE: bool = false;
    const REPLAYABLE: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such purchase order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it; `details.allowedFrom` says which do",
        ),
        (ErrorCode::InvalidInput, "the quantity is 0"),
    ];
    type Domain = Logistics;
    type Output = PurchaseChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<PurchaseChanged, OperationError> {
        let before = found::purchase_order(db.reader(), &self.purchase_order_id, self.expected_version).await?;
        let mut order = before.clone();
        if self.quantity.get() == 0 {
            return Err(OperationError::invalid_input("`quantity` is 0; order at least 1"));
        }
        let line = PurchaseLine {
            id: LineId::new(cx.new_uuid()),
            variant: None,
            title: self.title.into(),
            sku: None,
            supplier_sku: self.supplier_sku.map(String::from),
            ordered: self.quantity.get(),
            confirmed: None,
            received: 0,
            cancelled: 0,
            rejected: 0,
            synced: 0,
            elsewhere: 0,
            incoming: 0,
            unit_cost: self.unit_cost,
            tax_rate: self.tax_rate,
            fulfilment: Fulfilment::Warehouse,
            schedule: Vec::new(),
            receipts: Vec::new(),
            notes: self.notes.map(String::from),
        };
        order.add_lines(vec![line], cx.now())?;
        let order = settle_purchase(
            cx,
            db,
            &before,
            order,
            (Push::Never, Negative::Allowed),
            Done::new("addCustomLine"),
        )
        .await?;
        purchases::changed(db.reader(), order).await
    }
}
