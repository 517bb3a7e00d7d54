//! `purchase_orders.sync_inventory`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::purchase::{PurchaseAction, Push};
use crate::model::{PurchaseOrderId, Refusal};
use crate::operations::shared::purchases::PurchaseChanged;
use crate::operations::shared::settle::{Done, Negative, settle_purchase};
use crate::operations::shared::{found, purchases};
use crate::{Logistics, Writer};

/// Puts what a purchase order received into stock, where it was not put there at once, and lowers what is incoming by
/// as much.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SyncInventoryPurchaseOrder {
    /// The order's id, from `app.purchaseOrders.list({ search })`.
    purchase_order_id: PurchaseOrderId,
    /// Refuse unless the order is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl Command for SyncInventoryPurchaseOrder {
    const NAME: &'static str = "purchase_orders.sync_inventory";
    const TITLE: &'static str = "Put received units into stock";
    const EXAMPLE: &'static str = r#"await app.purchaseOrders.syncInventory({ purchaseOrderId: "po_1005" });"#;
    const DESTRUCTIVE: bool = false;
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such purchase order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it, or the store's preference `blockSync` is on; `details.allowedFrom` says which do",
        ),
    ];
    type Domain = Logistics;
    type Output = PurchaseChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<PurchaseChanged, OperationError> {
        let before = found::purchase_order(db.reader(), &self.purchase_order_id, self.expected_version).await?;
        let order = before.clone();
        order.check(PurchaseAction::SyncInventory)?;
        if db.reader().shop().await?.preferences.block_sync {
            return Err(Refusal::state(
                "the store's preference `blockSync` is on: somebody else puts received units into stock. People can turn it off",
            )
            .into());
        }
        let order = settle_purchase(
            cx,
            db,
            &before,
            order,
            (Push::Now, Negative::Allowed),
            Done::new("syncInventory"),
        )
        .await?;
        purchases::changed(db.reader(), order).await
    }
}
