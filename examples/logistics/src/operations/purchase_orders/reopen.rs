//! `purchase_orders.reopen`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::PurchaseOrderId;
use crate::model::purchase::Push;
use crate::operations::shared::purchases::PurchaseChanged;
use crate::operations::shared::settle::{Done, Negative, settle_purchase};
use crate::operations::shared::{found, purchases};
use crate::{Logistics, Writer};

/// Takes a completed or cancelled purchase order up again, where its receipts put it; a cancelled one of which
/// nothing was received becomes a draft. What is still to come is incoming again.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ReopenPurchaseOrder {
    /// The order's id, from `app.purchaseOrders.list({ search })`.
    purchase_order_id: PurchaseOrderId,
    /// Refuse unless the order is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl Command for ReopenPurchaseOrder {
    const NAME: &'static str = "purchase_orders.reopen";
    const TITLE: &'static str = "Reopen a purchase order";
    const EXAMPLE: &'static str = r#"await app.purchaseOrders.reopen({ purchaseOrderId: "po_1008" });"#;
    const DESTRUCTIVE: bool = false;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such purchase order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it; `details.allowedFrom` says which do",
        ),
    ];
    type Domain = Logistics;
    type Output = PurchaseChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<PurchaseChanged, OperationError> {
        let before = found::purchase_order(db.reader(), &self.purchase_order_id, self.expected_version).await?;
        let mut order = before.clone();
        order.reopen(cx.now())?;
        let order = settle_purchase(
            cx,
            db,
            &before,
            order,
            (Push::Never, Negative::Allowed),
            Done::new("reopen"),
        )
        .await?;
        purchases::changed(db.reader(), order).await
    }
}
