//! `purchase_orders.merge`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::model::purchase::Push;
use crate::model::{PurchaseOrderId, Refusal};
use crate::operations::shared::paging::up_to;
use crate::operations::shared::purchases::PurchaseChanged;
use crate::operations::shared::settle::{Done, Negative, settle_purchase};
use crate::operations::shared::{found, purchases};
use crate::{Logistics, Writer};

/// Moves all lines of purchase orders to another one of the same supplier, currency, location and status. The emptied
/// ones are cancelled and archived; their names, notes and delivery costs stay with them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct MergePurchaseOrder {
    /// The orders to empty, 1 to 20.
    source_ids: Vec<PurchaseOrderId>,
    /// The order that gets their lines.
    target_id: PurchaseOrderId,
    /// Refuse unless the target is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl Command for MergePurchaseOrder {
    const NAME: &'static str = "purchase_orders.merge";
    const TITLE: &'static str = "Merge purchase orders";
    const EXAMPLE: &'static str = r#"await app.purchaseOrders.merge({ sourceIds: ["po_1013"], targetId: "po_1001" });"#;
    const REPLAYABLE: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such purchase order"),
        (ErrorCode::Conflict, "the target is not at `expectedVersion`"),
        (
            ErrorCode::InvalidInput,
            "supplier, currency, location or status differ, or a source has payments",
        ),
        (ErrorCode::InUse, "credits are applied to a source"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it; `details.allowedFrom` says which do",
        ),
    ];
    type Domain = Logistics;
    type Output = PurchaseChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<PurchaseChanged, OperationError> {
        up_to(20, "sourceIds", self.source_ids.len())?;
        let before = found::purchase_order(db.reader(), &self.target_id, self.expected_version).await?;
        let mut sources = Vec::new();
        for (at, id) in self.source_ids.iter().enumerate() {
            if self.source_ids[..at].contains(id) {
                return Err(OperationError::invalid_input(format!(
                    "order `{id}` is named twice; name it once"
                )));
            }
            sources.push(found::purchase_order(db.reader(), id, None).await?);
        }
        if let Some(id) = db.reader().credited(&self.source_ids).await?.keys().next() {
            return Err(Refusal::in_use(format!(
                "credits are applied to order `{id}`; take them back with `app.purchaseOrders.reverseCredit` first"
            ))
            .into());
        }
        let mut order = before.clone();
        let sources_before = sources.clone();
        order.merge(&mut sources, cx.now())?;
        for (before, source) in sources_before.iter().zip(sources) {
            let done = Done::with("merge", json!({ "into": order.id }));
            settle_purchase(cx, db, before, source, (Push::Never, Negative::Allowed), done).await?;
        }
        let done = Done::with("merge", json!({ "from": self.source_ids }));
        let order = settle_purchase(cx, db, &before, order, (Push::Never, Negative::Allowed), done).await?;
        purchases::changed(db.reader(), order).await
    }
}
