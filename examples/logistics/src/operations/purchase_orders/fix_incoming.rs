//! `purchase_orders.fix_incoming`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::inventory::Source;
use crate::model::purchase::Push;
use crate::model::{PurchaseOrderId, VariantId};
use crate::operations::shared::found;
use crate::operations::shared::purchases::{PurchaseOrderItem, show_purchase};
use crate::operations::shared::settle::{Done, Negative, reconcile, settle_purchase};
use crate::storage::Cause;
use crate::{Logistics, Writer};

/// Computes anew what a purchase order has on its way, and sets what is incoming of its variants at its location to
/// what all open orders have on their way. For when figures look wrong.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct FixIncomingPurchaseOrder {
    /// The order's id, from `app.purchaseOrders.list({ search })`.
    purchase_order_id: PurchaseOrderId,
    /// Refuse unless the order is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

/// What was wrong.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct IncomingFixed {
    /// The order, as it is now.
    order: PurchaseOrderItem,
    /// Levels of `incoming` that were not what open orders have on their way.
    fixed: Vec<FixedLevel>,
}

/// A level that was wrong.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FixedLevel {
    variant_id: VariantId,
    before: i64,
    after: i64,
}

impl Command for FixIncomingPurchaseOrder {
    const NAME: &'static str = "purchase_orders.fix_incoming";
    const TITLE: &'static str = "Compute incoming anew";
    const EXAMPLE: &'static str = r#"await app.purchaseOrders.fixIncoming({ purchaseOrderId: "po_1002" });"#;
    const DESTRUCTIVE: bool = false;
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such purchase order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
    ];
    type Domain = Logistics;
    type Output = IncomingFixed;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<IncomingFixed, OperationError> {
        let before = found::purchase_order(db.reader(), &self.purchase_order_id, self.expected_version).await?;
        let order = before.clone();
        let done = Done::new("fixIncoming");
        let order = settle_purchase(cx, db, &before, order, (Push::Never, Negative::Allowed), done).await?;
        let variants: Vec<VariantId> = order.lines.iter().filter_map(|line| line.variant.clone()).collect();
        let cause = Cause {
            source: Source::PurchaseOrder,
            document: order.id.as_str(),
        };
        let fixed = reconcile(cx, db, cause, &variants, &order.location).await?;
        let level = |(variant_id, before, after)| FixedLevel {
            variant_id,
            before,
            after,
        };
        Ok(IncomingFixed {
            fixed: fixed.into_iter().map(level).collect(),
            order: show_purchase(db.reader(), order).await?,
        })
    }
}
