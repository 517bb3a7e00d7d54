//! `purchase_orders.apply_credit`

use latchstring::{ChangeAction, Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::model::credit::Payable;
use crate::model::purchase::PurchaseAction;
use crate::model::{ApplicationId, CreditId, Price, PurchaseOrderId, Rate};
use crate::operations::shared::found;
use crate::operations::shared::purchases::{PurchaseOrderItem, show_purchase};
use crate::operations::shared::settle::{Done, note_purchase};
use crate::operations::shared::suppliers::{ApplicationItem, CreditItem};
use crate::{Logistics, Writer};

/// Takes a part of a supplier's credit off what is due on a purchase order of the same supplier. A credit in another
/// currency needs `exchangeRate`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ApplyCreditPurchaseOrder {
    /// The order's id, from `app.purchaseOrders.list({ search })`.
    purchase_order_id: PurchaseOrderId,
    /// The credit's id, from `app.suppliers.creditLedger({ supplierId })`.
    credit_id: CreditId,
    /// How much of the credit, in its currency, as a decimal string; no more than is left of it.
    amount: Price,
    /// How many of the order's currency one of the credit's is worth, as a decimal string. Only where they differ.
    exchange_rate: Option<Rate>,
    /// Refuse unless the order is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

/// What was applied.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CreditApplied {
    application: ApplicationItem,
    /// The credit, as it is now.
    credit: CreditItem,
    /// The order, as it is now.
    order: PurchaseOrderItem,
}

impl Command for ApplyCreditPurchaseOrder {
    const NAME: &'static str = "purchase_orders.apply_credit";
    const TITLE: &'static str = "Pay with a credit";
    const EXAMPLE: &'static str = r#"await app.purchaseOrders.applyCredit({ purchaseOrderId: "po_1002", creditId: "crd_1001", amount: "25.00" });"#;
    const DESTRUCTIVE: bool = false;
    const REPLAYABLE: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such purchase order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidInput,
            "less is left or due, the credit is another supplier's, or `exchangeRate` is missing",
        ),
        (
            ErrorCode::InvalidState,
            "its status does not allow it, or the credit is voided; `details.allowedFrom` says which do",
        ),
    ];
    type Domain = Logistics;
    type Output = CreditApplied;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<CreditApplied, OperationError> {
        let before = found::purchase_order(db.reader(), &self.purchase_order_id, self.expected_version).await?;
        let order = before.clone();
        order.check(PurchaseAction::ApplyCredit)?;
        let mut credit = found::credit(db.reader(), &self.credit_id).await?;
        let credited = db.reader().credited(std::slice::from_ref(&order.id)).await?;
        let to = Payable {
            order: &order.id,
            supplier: &order.supplier,
            currency: &order.currency,
            due: order.totals(credited.get(&order.id).copied().unwrap_or_default()).due,
        };
        let left = credit.remaining;
        let id = ApplicationId::new(cx.new_uuid());
        let applied = credit.apply(id, &to, (self.amount, self.exchange_rate), cx.now())?;
        db.save_credit(&credit).await?;
        db.add_application(&applied).await?;
        let is = json!({ "remaining": credit.remaining, "appliedTo": order.id, "amount": applied.amount, "value": applied.value });
        let was = json!({ "remaining": left });
        db.record("credit", credit.id.clone(), ChangeAction::Updated, Some(was), Some(is));
        let done = Done::with(
            "applyCredit",
            json!({ "creditId": credit.id, "amount": applied.amount, "value": applied.value }),
        );
        let order = note_purchase(cx, db, &before, order, done).await?;
        Ok(CreditApplied {
            application: applied.into(),
            credit: CreditItem::from(&credit),
            order: show_purchase(db.reader(), order).await?,
        })
    }
}
