//! `purchase_orders.add_lines`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::PurchaseOrderId;
use crate::model::purchase::{PurchaseAction, Push};
use crate::operations::shared::paging::up_to;
use crate::operations::shared::purchases::{NewPurchaseLine, PurchaseChanged};
use crate::operations::shared::settle::{Done, Negative, settle_purchase};
use crate::operations::shared::{found, purchases};
use crate::{Logistics, Writer};

/// Adds lines to a purchase order, of variants of the catalogue. What is added to one that was sent counts as
/// incoming at once.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AddLinesPurchaseOrder {
    /// The order's id, from `app.purchaseOrders.list({ search })`.
    purchase_order_id: PurchaseOrderId,
    /// The lines, 1 to 500.
    lines: Vec<NewPurchaseLine>,
    /// Refuse unless the order is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl Command for AddLinesPurchaseOrder {
    const NAME: &'static str = "purchase_orders.add_lines";
    const TITLE: &'static str = "Add lines to a purchase order";
    const EXAMPLE: &'static str = r#"await app.purchaseOrders.addLines({ purchaseOrderId: "po_1001", lines: [{ variantId: "42005", quantity: 10, unitCost: "3.20" }] });"#;
    const DESTRUCTIVE: bool = false;
    const REPLAYABLE: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such purchase order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it; `details.allowedFrom` says which do",
        ),
        (
            ErrorCode::InvalidInput,
            "a variant is there already, or a quantity is 0",
        ),
        (ErrorCode::LimitExceeded, "more than 500 lines"),
    ];
    type Domain = Logistics;
    type Output = PurchaseChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<PurchaseChanged, OperationError> {
        let before = found::purchase_order(db.reader(), &self.purchase_order_id, self.expected_version).await?;
        let mut order = before.clone();
        up_to(500, "lines", self.lines.len())?;
        let supplier = found::supplier(db.reader(), &order.supplier).await?;
        order.check(PurchaseAction::AddLines)?;
        let lines = purchases::new_lines(cx, db.reader(), (&supplier.id, &order.currency), self.lines).await?;
        order.add_lines(lines, cx.now())?;
        let order = settle_purchase(
            cx,
            db,
            &before,
            order,
            (Push::Never, Negative::Allowed),
            Done::new("addLines"),
        )
        .await?;
        purchases::changed(db.reader(), order).await
    }
}
