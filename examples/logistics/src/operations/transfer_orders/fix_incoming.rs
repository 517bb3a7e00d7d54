//! `transfer_orders.fix_incoming`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::inventory::Source;
use crate::model::transfer::TransferAction;
use crate::model::{TransferOrderId, VariantId};
use crate::operations::shared::found;
use crate::operations::shared::settle::{Done, Negative, reconcile, settle_transfer};
use crate::operations::shared::transfers::{TransferOrderItem, show_transfer};
use crate::storage::Cause;
use crate::{Logistics, Writer};

/// Sets what is incoming of a finished transfer's variants at its destination to what all open orders have on their
/// way. For when figures look wrong.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct FixIncomingTransferOrder {
    /// The transfer's id, from `app.transferOrders.list({ search })`.
    transfer_order_id: TransferOrderId,
    /// Refuse unless the transfer is still at this version; it is in what `get`, `list` and every change of it
    /// answer.
    expected_version: Option<u64>,
}

/// What was wrong.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct IncomingFixed {
    /// The transfer, as it is now.
    order: TransferOrderItem,
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

impl Command for FixIncomingTransferOrder {
    const NAME: &'static str = "transfer_orders.fix_incoming";
    const TITLE: &'static str = "Compute incoming anew";
    const EXAMPLE: &'static str = r#"await app.transferOrders.fixIncoming({ transferOrderId: "to_1005" });"#;
    const DESTRUCTIVE: bool = false;
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such transfer order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it; `details.allowedFrom` says which do",
        ),
    ];
    type Domain = Logistics;
    type Output = IncomingFixed;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<IncomingFixed, OperationError> {
        let before = found::transfer_order(db.reader(), &self.transfer_order_id, self.expected_version).await?;
        let mut order = before.clone();
        order.check(TransferAction::FixIncoming)?;
        order.updated_at = cx.now();
        let order = settle_transfer(cx, db, &before, order, Negative::Allowed, Done::new("fixIncoming")).await?;
        let variants: Vec<VariantId> = order.lines.iter().map(|line| line.variant.clone()).collect();
        let cause = Cause {
            source: Source::TransferOrder,
            document: order.id.as_str(),
        };
        let fixed = reconcile(cx, db, cause, &variants, &order.destination).await?;
        let level = |(variant_id, before, after)| FixedLevel {
            variant_id,
            before,
            after,
        };
        Ok(IncomingFixed {
            fixed: fixed.into_iter().map(level).collect(),
            order: show_transfer(db.reader(), order).await?,
        })
    }
}
