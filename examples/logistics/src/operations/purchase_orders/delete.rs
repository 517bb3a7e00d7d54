//! `purchase_orders.delete`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::model::purchase::PurchaseAction;
use crate::model::{PurchaseOrderId, Refusal};
use crate::operations::shared::found;
use crate::operations::shared::settle::record_gone;
use crate::{Logistics, Writer};

/// Deletes a purchase order for good, with its lines and what happened to it. Only drafts and cancelled ones can be.
/// Stock that it received stays.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DeletePurchaseOrder {
    /// The order's id, from `app.purchaseOrders.list({ search })`.
    purchase_order_id: PurchaseOrderId,
    /// Refuse unless the order is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

/// What was deleted.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PurchaseDeleted {
    purchase_order_id: PurchaseOrderId,
    number: String,
}

impl Command for DeletePurchaseOrder {
    const NAME: &'static str = "purchase_orders.delete";
    const TITLE: &'static str = "Delete a purchase order";
    const EXAMPLE: &'static str = r#"await app.purchaseOrders.delete({ purchaseOrderId: "po_1001" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such purchase order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it; `details.allowedFrom` says which do",
        ),
        (ErrorCode::InUse, "credits are applied to it, or returns are of it"),
    ];
    type Domain = Logistics;
    type Output = PurchaseDeleted;

    async fn run(self, _: &Context, db: &mut Writer) -> Result<PurchaseDeleted, OperationError> {
        let before = found::purchase_order(db.reader(), &self.purchase_order_id, self.expected_version).await?;
        before.check(PurchaseAction::Delete)?;
        let credited = db.reader().credited(std::slice::from_ref(&before.id)).await?;
        if let Some(credited) = credited.get(&before.id) {
            return Err(Refusal::in_use(format!(
                "credits of {credited} {} are applied to the order; take them back with `app.purchaseOrders.reverseCredit` \
                 first, after `app.purchaseOrders.reopen` where it is cancelled",
                before.currency
            ))
            .into());
        }
        let returns = db.reader().returns_of_purchase(&before.id).await?;
        if let Some(one) = returns.first() {
            return Err(Refusal::in_use(format!(
                "{} returns are of what the order received, such as `{one}`; keep the order, which is out of sight once it is \
                 cancelled, or delete them first with `app.returnOrders.delete`",
                returns.len()
            ))
            .with(json!({ "returnOrderIds": returns }))
            .into());
        }
        db.drop_purchase_order(&before.id).await?;
        record_gone(db, "purchase_order", before.id.as_str(), &before)?;
        Ok(PurchaseDeleted {
            purchase_order_id: before.id,
            number: before.number,
        })
    }
}
