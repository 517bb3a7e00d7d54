//! `return_orders.update`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::returning::{CodeKind, ReturnAction};
use crate::model::{Note, Patch, ReturnOrderId};
use crate::operations::shared::returns::{ReturnChanged, needs_elevate};
use crate::operations::shared::settle::{Done, Negative, settle_return};
use crate::operations::shared::{found, returns};
use crate::{Logistics, Writer};

/// Changes why a return is made, or its notes; what is left out stays as it is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UpdateReturnOrder {
    /// The return's id, from `app.returnOrders.list({ search })`.
    return_order_id: ReturnOrderId,
    /// Why, one of `rmaReasons` in `app.returnOrders.codes({})`.
    reason: Option<String>,
    /// Notes, at most 5000 characters; null for none.
    #[serde(default)]
    notes: Patch<Note>,
    /// Refuse unless the return is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl Command for UpdateReturnOrder {
    const NAME: &'static str = "return_orders.update";
    const TITLE: &'static str = "Change a return";
    const EXAMPLE: &'static str =
        r#"await app.returnOrders.update({ returnOrderId: "rma_1002", reason: "wrong_item" });"#;
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such return order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (ErrorCode::PlanRequired, "it needs the plan `elevate`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it; `details.allowedFrom` says which do",
        ),
        (ErrorCode::InvalidInput, "the reason is not the store's"),
    ];
    type Domain = Logistics;
    type Output = ReturnChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<ReturnChanged, OperationError> {
        needs_elevate(db.reader()).await?;
        let before = found::return_order(db.reader(), &self.return_order_id, self.expected_version).await?;
        let mut order = before.clone();
        order.check(ReturnAction::Update)?;
        found::check_code(db.reader(), CodeKind::RmaReason, "reason", self.reason.as_deref()).await?;
        order.reason = self.reason.unwrap_or(order.reason);
        order.notes = self.notes.over(order.notes);
        let order = settle_return(cx, db, &before, order, Negative::Allowed, Done::new("update")).await?;
        returns::changed(db.reader(), order).await
    }
}
