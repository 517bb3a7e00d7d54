//! `purchase_orders.split_lines`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::model::purchase::Push;
use crate::model::{LineId, Name, PurchaseOrderId};
use crate::operations::shared::found;
use crate::operations::shared::paging::up_to;
use crate::operations::shared::purchases::{Draft, PurchaseOrderItem, next_number, show_purchase};
use crate::operations::shared::settle::{Done, Negative, create_purchase, settle_purchase};
use crate::{Logistics, Writer};

/// Moves lines of a purchase order to a new one of the same supplier, location and status.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SplitLinesPurchaseOrder {
    /// The order's id, from `app.purchaseOrders.list({ search })`.
    purchase_order_id: PurchaseOrderId,
    /// The lines to move, 1 to 500; at least one stays.
    line_ids: Vec<LineId>,
    /// What people call the new order, 1 to 255 characters.
    name: Option<Name>,
    /// Refuse unless the order is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

/// The order, and what became of its lines.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PurchaseSplit {
    /// As it is now.
    order: PurchaseOrderItem,
    /// The new ones.
    new_orders: Vec<PurchaseOrderItem>,
}

impl Command for SplitLinesPurchaseOrder {
    const NAME: &'static str = "purchase_orders.split_lines";
    const TITLE: &'static str = "Split lines off";
    const EXAMPLE: &'static str =
        r#"await app.purchaseOrders.splitLines({ purchaseOrderId: "po_1002", lineIds: ["line_1002_2"] });"#;
    const REPLAYABLE: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such purchase order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it; `details.allowedFrom` says which do",
        ),
    ];
    type Domain = Logistics;
    type Output = PurchaseSplit;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<PurchaseSplit, OperationError> {
        let before = found::purchase_order(db.reader(), &self.purchase_order_id, self.expected_version).await?;
        let mut order = before.clone();
        up_to(500, "lineIds", self.line_ids.len())?;
        let taken = order.take_lines(&self.line_ids)?;
        let supplier = found::supplier(db.reader(), &order.supplier).await?;
        let (seq, number) = next_number(db).await?;
        let mut new = Draft {
            seq,
            number,
            name: self.name.map(String::from),
            supplier: &supplier,
            location: order.location.clone(),
        }
        .order(cx);
        new.status = order.status;
        new.dates = order.dates;
        new.currency = order.currency.clone();
        new.tax_rate = order.tax_rate;
        new.lines = taken;
        let preferences = db.reader().shop().await?.preferences;
        new.recompute(&preferences, Push::Never);
        let done = Done::with("splitLines", json!({ "newOrderId": new.id }));
        let order = settle_purchase(cx, db, &before, order, (Push::Never, Negative::Allowed), done).await?;
        create_purchase(cx, db, &new, Done::with("create", json!({ "splitFrom": order.id }))).await?;
        Ok(PurchaseSplit {
            order: show_purchase(db.reader(), order).await?,
            new_orders: vec![show_purchase(db.reader(), new).await?],
        })
    }
}
