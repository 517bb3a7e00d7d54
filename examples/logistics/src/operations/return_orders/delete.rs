//! `return_orders.delete`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::returning::ReturnAction;
use crate::model::{Refusal, ReturnOrderId};
use crate::operations::shared::found;
use crate::operations::shared::returns::needs_elevate;
use crate::operations::shared::settle::record_gone;
use crate::{Logistics, Writer};

/// Deletes a return for good. Only drafts and cancelled ones without credits can be.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DeleteReturnOrder {
    /// The return's id, from `app.returnOrders.list({ search })`.
    return_order_id: ReturnOrderId,
    /// Refuse unless the return is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

/// What was deleted.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReturnDeleted {
    return_order_id: ReturnOrderId,
    number: String,
}

impl Command for DeleteReturnOrder {
    const NAME: &'static str = "return_orders.delete";
    const TITLE: &'static str = "Delete a return";
    const EXAMPLE: &'static str = r#"await app.returnOrders.delete({ returnOrderId: "rma_1001" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such return order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (ErrorCode::PlanRequired, "it needs the plan `elevate`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it; `details.allowedFrom` says which do",
        ),
        (ErrorCode::InUse, "credits were issued for it"),
    ];
    type Domain = Logistics;
    type Output = ReturnDeleted;

    async fn run(self, _: &Context, db: &mut Writer) -> Result<ReturnDeleted, OperationError> {
        needs_elevate(db.reader()).await?;
        let before = found::return_order(db.reader(), &self.return_order_id, self.expected_version).await?;
        before.check(ReturnAction::Delete)?;
        let credits = db.reader().credits_of_return(&before.id).await?;
        let live = credits.iter().filter(|credit| credit.voided_at.is_none()).count();
        if live > 0 {
            return Err(Refusal::in_use(format!(
                "{live} credits were issued for the return; void them with `app.returnOrders.voidCredit` first"
            ))
            .into());
        }
        db.drop_return_order(&before.id).await?;
        record_gone(db, "return_order", before.id.as_str(), &before)?;
        Ok(ReturnDeleted {
            return_order_id: before.id,
            number: before.number,
        })
    }
}
