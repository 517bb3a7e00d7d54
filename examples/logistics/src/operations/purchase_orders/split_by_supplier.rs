//! `purchase_orders.split_by_supplier`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;

use crate::model::purchase::{PurchaseAction, Push};
use crate::model::{LineId, Price, PurchaseOrderId, Refusal, SupplierId, VariantId};
use crate::operations::shared::found;
use crate::operations::shared::purchases::{Draft, PurchaseOrderItem, next_number, show_purchase, show_purchases};
use crate::operations::shared::settle::{Done, Negative, create_purchase, settle_purchase};
use crate::{Logistics, Writer};

/// Moves the lines of a purchase order whose primary supplier is another one to new drafts, one for each supplier, at
/// that supplier's costs.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SplitBySupplierPurchaseOrder {
    /// The order's id, from `app.purchaseOrders.list({ search })`.
    purchase_order_id: PurchaseOrderId,
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

impl Command for SplitBySupplierPurchaseOrder {
    const NAME: &'static str = "purchase_orders.split_by_supplier";
    const TITLE: &'static str = "Split by supplier";
    const EXAMPLE: &'static str = r#"await app.purchaseOrders.splitBySupplier({ purchaseOrderId: "po_1012" });"#;
    const REPLAYABLE: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such purchase order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it, or every line belongs to its supplier; `details.allowedFrom` says which do",
        ),
        (ErrorCode::InvalidInput, "no line would be left"),
    ];
    type Domain = Logistics;
    type Output = PurchaseSplit;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<PurchaseSplit, OperationError> {
        let before = found::purchase_order(db.reader(), &self.purchase_order_id, self.expected_version).await?;
        let mut order = before.clone();
        order.check(PurchaseAction::Split)?;
        let variants: Vec<VariantId> = order.lines.iter().filter_map(|line| line.variant.clone()).collect();
        let offers = db.reader().primary_links(&variants).await?;
        let suppliers: Vec<SupplierId> = offers.values().map(|offer| offer.supplier.clone()).collect();
        let suppliers = db.reader().suppliers(&suppliers).await?;
        let mut by_supplier: BTreeMap<SupplierId, Vec<LineId>> = BTreeMap::new();
        for line in &order.lines {
            let offer = line.variant.as_ref().and_then(|id| offers.get(id));
            let other = offer.and_then(|offer| suppliers.get(&offer.supplier));
            // The default supplier has everything, so it says nothing.
            if let Some(other) =
                other.filter(|other| other.id != order.supplier && !other.is_default && !other.is_archived)
            {
                by_supplier.entry(other.id.clone()).or_default().push(line.id.clone());
            }
        }
        if by_supplier.is_empty() {
            return Err(Refusal::state(
                "the primary supplier of every line is the order's own, or nobody in particular, so there is nothing to split",
            )
            .into());
        }
        let everything: Vec<LineId> = by_supplier.values().flatten().cloned().collect();
        if everything.len() == order.lines.len() {
            return Err(OperationError::invalid_input(
                "every line belongs to another supplier, so none would be left; change the supplier of a draft with \
                 `app.purchaseOrders.update({ purchaseOrderId, supplierId })`, or make new orders and cancel this one",
            ));
        }
        let taken = order.take_lines(&everything)?;
        let mut new_orders = Vec::new();
        for (id, lines) in &by_supplier {
            let Some(supplier) = suppliers.get(id) else { continue };
            let (seq, number) = next_number(db).await?;
            let mut new = Draft {
                seq,
                number,
                name: order.name.clone(),
                supplier,
                location: order.location.clone(),
            }
            .order(cx);
            for line in taken.iter().filter(|line| lines.contains(&line.id)) {
                let mut line = line.clone();
                let offer = line.variant.as_ref().and_then(|id| offers.get(id));
                let asked = offer.filter(|offer| offer.currency == supplier.currency);
                let asked = asked.and_then(|offer| offer.cost_of(line.ordered));
                let is_same = supplier.currency == order.currency;
                line.unit_cost = asked.unwrap_or(if is_same { line.unit_cost } else { Price::ZERO });
                line.supplier_sku = offer.and_then(|offer| offer.supplier_sku.clone());
                line.incoming = 0;
                new.lines.push(line);
            }
            new_orders.push(new);
        }
        let ids: Vec<&PurchaseOrderId> = new_orders.iter().map(|new| &new.id).collect();
        let done = Done::with("splitBySupplier", json!({ "newOrderIds": ids }));
        let order = settle_purchase(cx, db, &before, order, (Push::Never, Negative::Allowed), done).await?;
        for new in &new_orders {
            create_purchase(cx, db, new, Done::with("create", json!({ "splitFrom": order.id }))).await?;
        }
        Ok(PurchaseSplit {
            order: show_purchase(db.reader(), order).await?,
            new_orders: show_purchases(db.reader(), new_orders).await?,
        })
    }
}
