//! `purchase_orders.send`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::PurchaseOrderId;
use crate::model::purchase::{PurchaseAction, Push};
use crate::operations::shared::found;
use crate::operations::shared::purchases::{PurchaseOrderItem, show_purchase};
use crate::operations::shared::settle::{Done, Negative, settle_purchase};
use crate::{Logistics, Writer};

/// Marks a draft as sent to its supplier. From then on what was ordered counts as incoming at the order's location.
/// No e-mail goes out.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SendPurchaseOrder {
    /// The order's id, from `app.purchaseOrders.list({ search })`.
    purchase_order_id: PurchaseOrderId,
    /// Refuse unless the order is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

/// A purchase order that was sent.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PurchaseSent {
    /// As it is now.
    order: PurchaseOrderItem,
    /// Always false: people send the order to the supplier.
    email_sent: bool,
}

impl Command for SendPurchaseOrder {
    const NAME: &'static str = "purchase_orders.send";
    const TITLE: &'static str = "Send a purchase order";
    const EXAMPLE: &'static str = r#"await app.purchaseOrders.send({ purchaseOrderId: "po_1001" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such purchase order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it, or the supplier is archived; `details.allowedFrom` says which do",
        ),
        (ErrorCode::InvalidInput, "it has no lines"),
    ];
    type Domain = Logistics;
    type Output = PurchaseSent;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<PurchaseSent, OperationError> {
        let before = found::purchase_order(db.reader(), &self.purchase_order_id, self.expected_version).await?;
        let mut order = before.clone();
        let supplier = found::supplier(db.reader(), &order.supplier).await?;
        order.check(PurchaseAction::Send)?;
        supplier.check_open()?;
        order.send(cx.now())?;
        let order = settle_purchase(
            cx,
            db,
            &before,
            order,
            (Push::Never, Negative::Allowed),
            Done::new("send"),
        )
        .await?;
        Ok(PurchaseSent {
            order: show_purchase(db.reader(), order).await?,
            email_sent: false,
        })
    }
}
