//! `purchase_orders.reverse_credit`

use latchstring::{ChangeAction, Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::model::purchase::PurchaseAction;
use crate::model::{ApplicationId, PurchaseOrderId};
use crate::operations::shared::purchases::PurchaseChanged;
use crate::operations::shared::settle::{Done, note_purchase};
use crate::operations::shared::{found, purchases};
use crate::{Logistics, Writer};

/// Takes back what of a credit was applied to a purchase order: it is due again, and left of the credit again.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ReverseCreditPurchaseOrder {
    /// The order's id, from `app.purchaseOrders.list({ search })`.
    purchase_order_id: PurchaseOrderId,
    /// The application's id, from `app.purchaseOrders.credits({ purchaseOrderId })`.
    application_id: ApplicationId,
    /// Refuse unless the order is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl Command for ReverseCreditPurchaseOrder {
    const NAME: &'static str = "purchase_orders.reverse_credit";
    const TITLE: &'static str = "Take a credit back";
    const EXAMPLE: &'static str =
        r#"await app.purchaseOrders.reverseCredit({ purchaseOrderId: "po_1006", applicationId: "app_1" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such purchase order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it, or it was taken back before; `details.allowedFrom` says which do",
        ),
    ];
    type Domain = Logistics;
    type Output = PurchaseChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<PurchaseChanged, OperationError> {
        let before = found::purchase_order(db.reader(), &self.purchase_order_id, self.expected_version).await?;
        let order = before.clone();
        order.check(PurchaseAction::ReverseCredit)?;
        let application = db.reader().application(&self.application_id).await?;
        let application = application.filter(|application| application.order == order.id);
        let mut application = application.ok_or_else(|| {
            OperationError::not_found(
                "application",
                &self.application_id,
                "purchaseOrders.credits({ purchaseOrderId })",
            )
        })?;
        let mut credit = found::credit(db.reader(), &application.credit).await?;
        let left = credit.remaining;
        credit.reverse(&mut application, cx.now())?;
        db.save_credit(&credit).await?;
        db.save_application(&application).await?;
        let (was, is) = (
            json!({ "remaining": left, "appliedTo": order.id }),
            json!({ "remaining": credit.remaining }),
        );
        db.record("credit", credit.id.clone(), ChangeAction::Updated, Some(was), Some(is));
        let order = note_purchase(
            cx,
            db,
            &before,
            order,
            Done::with(
                "reverseCredit",
                json!({ "creditId": credit.id, "amount": application.amount }),
            ),
        )
        .await?;
        purchases::changed(db.reader(), order).await
    }
}
