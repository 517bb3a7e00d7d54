//! `purchase_orders.receive`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::model::purchase::{LineCount, Push};
use crate::model::{LineId, PurchaseOrderId, Units};
use crate::operations::shared::paging::up_to;
use crate::operations::shared::purchases::PurchaseChanged;
use crate::operations::shared::settle::{Done, Negative, settle_purchase};
use crate::operations::shared::{found, purchases};
use crate::{Logistics, Writer};

/// Writes down what came of a purchase order: received, rejected, or never to come. Where the store's preference
/// `autoSyncOnReceive` is on, received units go into stock at once and are no longer incoming. The order becomes
/// partially received or received by itself.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ReceivePurchaseOrder {
    /// The order's id, from `app.purchaseOrders.list({ search })`.
    purchase_order_id: PurchaseOrderId,
    /// The lines, 1 to 500, each once.
    lines: Vec<ReceivedLine>,
    /// Whether more may come than was expected; false if left out.
    allow_over_receipt: Option<bool>,
    /// Refuse unless the order is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

/// Units of a line.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ReceivedLine {
    /// The line's id, from `app.purchaseOrders.lineItems({ purchaseOrderId })`.
    line_id: LineId,
    /// How many came; 0 if left out.
    received: Option<Units>,
    /// How many came and were sent away; 0 if left out.
    rejected: Option<Units>,
    /// How many will not come; 0 if left out.
    cancelled: Option<Units>,
}

impl From<ReceivedLine> for LineCount {
    fn from(line: ReceivedLine) -> Self {
        let units = |units: Option<Units>| units.unwrap_or_default().get();
        Self {
            line: line.line_id,
            received: units(line.received),
            rejected: units(line.rejected),
            cancelled: units(line.cancelled),
        }
    }
}

impl Command for ReceivePurchaseOrder {
    const NAME: &'static str = "purchase_orders.receive";
    const TITLE: &'static str = "Receive a delivery";
    const EXAMPLE: &'static str = r#"await app.purchaseOrders.receive({ purchaseOrderId: "po_1004", lines: [{ lineId: "line_1004_1", received: 5, rejected: 1 }] });"#;
    const DESTRUCTIVE: bool = false;
    const REPLAYABLE: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such purchase order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it; `details.allowedFrom` says which do",
        ),
        (ErrorCode::InvalidInput, "more is named of a line than is still to come"),
    ];
    type Domain = Logistics;
    type Output = PurchaseChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<PurchaseChanged, OperationError> {
        let before = found::purchase_order(db.reader(), &self.purchase_order_id, self.expected_version).await?;
        let mut order = before.clone();
        up_to(500, "lines", self.lines.len())?;
        let counts: Vec<LineCount> = self.lines.into_iter().map(LineCount::from).collect();
        order.receive(&counts, self.allow_over_receipt.unwrap_or_default(), cx.now())?;
        let told: Vec<_> = counts.iter().map(LineCount::told).collect();
        let order = settle_purchase(
            cx,
            db,
            &before,
            order,
            (Push::AsPreferred, Negative::Allowed),
            Done::with("receive", json!({ "lines": told })),
        )
        .await?;
        purchases::changed(db.reader(), order).await
    }
}
