//! `return_orders.resume`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::ReturnOrderId;
use crate::operations::shared::returns::{ReturnChanged, needs_elevate};
use crate::operations::shared::settle::{Done, Negative, settle_return};
use crate::operations::shared::{found, returns};
use crate::{Logistics, Writer};

/// Goes on with a return that is on hold, where it stood before.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ResumeReturnOrder {
    /// The return's id, from `app.returnOrders.list({ search })`.
    return_order_id: ReturnOrderId,
    /// Refuse unless the return is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl Command for ResumeReturnOrder {
    const NAME: &'static str = "return_orders.resume";
    const TITLE: &'static str = "Resume a return";
    const EXAMPLE: &'static str = r#"await app.returnOrders.resume({ returnOrderId: "rma_1009" });"#;
    const DESTRUCTIVE: bool = false;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such return order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (ErrorCode::PlanRequired, "it needs the plan `elevate`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it; `details.allowedFrom` says which do",
        ),
    ];
    type Domain = Logistics;
    type Output = ReturnChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<ReturnChanged, OperationError> {
        needs_elevate(db.reader()).await?;
        let before = found::return_order(db.reader(), &self.return_order_id, self.expected_version).await?;
        let mut order = before.clone();
        order.resume()?;
        let order = settle_return(cx, db, &before, order, Negative::Allowed, Done::new("resume")).await?;
        returns::changed(db.reader(), order).await
    }
}
