//! `purchase_orders.remove_line`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::model::purchase::Push;
use crate::model::{LineId, PurchaseOrderId};
use crate::operations::shared::purchases::PurchaseChanged;
use crate::operations::shared::settle::{Done, Negative, settle_purchase};
use crate::operations::shared::{found, purchases};
use crate::{Logistics, Writer};

/// Removes a line of a purchase order of which nothing came. What it had on its way is not expected any more.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RemoveLinePurchaseOrder {
    /// The order's id, from `app.purchaseOrders.list({ search })`.
    purchase_order_id: PurchaseOrderId,
    /// The line's id, from `app.purchaseOrders.lineItems({ purchaseOrderId })`.
    line_id: LineId,
    /// Refuse unless the order is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl Command for RemoveLinePurchaseOrder {
    const NAME: &'static str = "purchase_orders.remove_line";
    const TITLE: &'static str = "Remove a line of a purchase order";
    const EXAMPLE: &'static str =
        r#"await app.purchaseOrders.removeLine({ purchaseOrderId: "po_1002", lineId: "line_1002_1" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such purchase order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it, something of the line came, or it is the last one; `details.allowedFrom` says which do",
        ),
    ];
    type Domain = Logistics;
    type Output = PurchaseChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<PurchaseChanged, OperationError> {
        let before = found::purchase_order(db.reader(), &self.purchase_order_id, self.expected_version).await?;
        let mut order = before.clone();
        let gone = order.remove_line(&self.line_id, cx.now())?;
        let order = settle_purchase(
            cx,
            db,
            &before,
            order,
            (Push::Never, Negative::Allowed),
            Done::with("removeLine", json!({ "lineId": gone.id, "title": gone.title })),
        )
        .await?;
        purchases::changed(db.reader(), order).await
    }
}
