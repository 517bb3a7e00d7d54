//! `purchase_orders.unreceive`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::model::purchase::{LineCount, Push};
use crate::model::{LineId, PurchaseOrderId, Units};
use crate::operations::shared::purchases::PurchaseChanged;
use crate::operations::shared::settle::{Done, Negative, settle_purchase};
use crate::operations::shared::{found, purchases};
use crate::{Logistics, Writer};

/// Takes receipts of a purchase order back, as if they had not been: the units leave stock again and are incoming
/// again. Without `lines` all receipts.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UnreceivePurchaseOrder {
    /// The order's id, from `app.purchaseOrders.list({ search })`.
    purchase_order_id: PurchaseOrderId,
    /// The lines, each once; all of them if left out.
    lines: Option<Vec<UnreceivedLine>>,
    /// Whether stock may fall below zero by it, because units are sold already; false if left out.
    allow_negative: Option<bool>,
    /// Refuse unless the order is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

/// Units of a line.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UnreceivedLine {
    /// The line's id, from `app.purchaseOrders.lineItems({ purchaseOrderId })`.
    line_id: LineId,
    /// How many did not come after all; 0 if left out.
    received: Option<Units>,
    /// How many were not rejected after all; 0 if left out.
    rejected: Option<Units>,
    /// How many will come after all; 0 if left out.
    cancelled: Option<Units>,
}

impl From<UnreceivedLine> for LineCount {
    fn from(line: UnreceivedLine) -> Self {
        let units = |units: Option<Units>| units.unwrap_or_default().get();
        Self {
            line: line.line_id,
            received: units(line.received),
            rejected: units(line.rejected),
            cancelled: units(line.cancelled),
        }
    }
}

impl Command for UnreceivePurchaseOrder {
    const NAME: &'static str = "purchase_orders.unreceive";
    const TITLE: &'static str = "Take receipts back";
    const EXAMPLE: &'static str = r#"await app.purchaseOrders.unreceive({ purchaseOrderId: "po_1006", lines: [{ lineId: "line_1006_1", received: 2 }] });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such purchase order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it, or less is available than would leave; `details.allowedFrom` says which do",
        ),
        (ErrorCode::InvalidInput, "more is taken back than there is"),
    ];
    type Domain = Logistics;
    type Output = PurchaseChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<PurchaseChanged, OperationError> {
        let before = found::purchase_order(db.reader(), &self.purchase_order_id, self.expected_version).await?;
        let mut order = before.clone();
        let counts: Option<Vec<LineCount>> = self.lines.map(|lines| lines.into_iter().map(LineCount::from).collect());
        let back = order.unreceive(counts, cx.now())?;
        let told: Vec<_> = back.iter().map(LineCount::told).collect();
        let negative = Negative::unless(
            self.allow_negative.unwrap_or_default(),
            "take fewer back, or pass `allowNegative: true`",
        );
        let order = settle_purchase(
            cx,
            db,
            &before,
            order,
            (Push::Never, negative),
            Done::with("unreceive", json!({ "lines": told })),
        )
        .await?;
        purchases::changed(db.reader(), order).await
    }
}
