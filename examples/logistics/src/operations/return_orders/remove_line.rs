//! `return_orders.remove_line`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::model::{LineId, ReturnOrderId};
use crate::operations::shared::returns::{ReturnChanged, needs_elevate};
use crate::operations::shared::settle::{Done, Negative, settle_return};
use crate::operations::shared::{found, returns};
use crate::{Logistics, Writer};

/// Removes a line of a return that is not approved yet.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RemoveLineReturnOrder {
    /// The return's id, from `app.returnOrders.list({ search })`.
    return_order_id: ReturnOrderId,
    /// The line's id, from `app.returnOrders.lineItems({ returnOrderId })`.
    line_id: LineId,
    /// Refuse unless the return is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl Command for RemoveLineReturnOrder {
    const NAME: &'static str = "return_orders.remove_line";
    const TITLE: &'static str = "Remove a line of a return";
    const EXAMPLE: &'static str =
        r#"await app.returnOrders.removeLine({ returnOrderId: "rma_1001", lineId: "line_r1001_1" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such return order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (ErrorCode::PlanRequired, "it needs the plan `elevate`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it, or it is the last one; `details.allowedFrom` says which do",
        ),
        (ErrorCode::InUse, "the line is credited"),
    ];
    type Domain = Logistics;
    type Output = ReturnChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<ReturnChanged, OperationError> {
        needs_elevate(db.reader()).await?;
        let before = found::return_order(db.reader(), &self.return_order_id, self.expected_version).await?;
        let mut order = before.clone();
        let gone = order.remove_line(&self.line_id)?;
        let order = settle_return(
            cx,
            db,
            &before,
            order,
            Negative::Allowed,
            Done::with("removeLine", json!({ "title": gone.title })),
        )
        .await?;
        returns::changed(db.reader(), order).await
    }
}
