//! `purchase_orders.confirm`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::model::purchase::Push;
use crate::model::{LineId, PurchaseOrderId, Units};
use crate::operations::shared::paging::up_to;
use crate::operations::shared::purchases::PurchaseChanged;
use crate::operations::shared::settle::{Done, Negative, settle_purchase};
use crate::operations::shared::{found, purchases};
use crate::{Logistics, Writer};

/// Writes down how many the supplier confirms of lines; the others stay unconfirmed. From then on that many count as
/// incoming, no longer what was ordered.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ConfirmPurchaseOrder {
    /// The order's id, from `app.purchaseOrders.list({ search })`.
    purchase_order_id: PurchaseOrderId,
    /// The lines, 1 to 500, each once.
    lines: Vec<ConfirmedLine>,
    /// Refuse unless the order is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

/// A line that the supplier confirms.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ConfirmedLine {
    /// The line's id, from `app.purchaseOrders.lineItems({ purchaseOrderId })`.
    line_id: LineId,
    /// How many; 0 if it will not come.
    confirmed: Units,
}

impl Command for ConfirmPurchaseOrder {
    const NAME: &'static str = "purchase_orders.confirm";
    const TITLE: &'static str = "Confirm lines of a purchase order";
    const EXAMPLE: &'static str = r#"await app.purchaseOrders.confirm({ purchaseOrderId: "po_1002", lines: [{ lineId: "line_1002_1", confirmed: 20 }] });"#;
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such purchase order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it; `details.allowedFrom` says which do",
        ),
        (ErrorCode::InvalidInput, "fewer are confirmed than came already"),
    ];
    type Domain = Logistics;
    type Output = PurchaseChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<PurchaseChanged, OperationError> {
        let before = found::purchase_order(db.reader(), &self.purchase_order_id, self.expected_version).await?;
        let mut order = before.clone();
        up_to(500, "lines", self.lines.len())?;
        let lines: Vec<(LineId, i64)> = self
            .lines
            .into_iter()
            .map(|line| (line.line_id, line.confirmed.get()))
            .collect();
        order.confirm(Some(&lines), cx.now())?;
        let told: Vec<_> = lines
            .iter()
            .map(|(line, confirmed)| json!({ "lineId": line, "confirmed": confirmed }))
            .collect();
        let order = settle_purchase(
            cx,
            db,
            &before,
            order,
            (Push::Never, Negative::Allowed),
            Done::with("confirm", json!({ "lines": told })),
        )
        .await?;
        purchases::changed(db.reader(), order).await
    }
}
