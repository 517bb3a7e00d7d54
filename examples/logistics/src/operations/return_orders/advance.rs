//! `return_orders.advance`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::model::{Refusal, ReturnOrderId, ReturnStatus};
use crate::operations::shared::returns::{ReturnChanged, check_quantities, needs_elevate};
use crate::operations::shared::settle::{Done, Negative, settle_return};
use crate::operations::shared::{found, returns};
use crate::{Logistics, Writer};

/// Takes a return to its next status, or by a short cut to one that `waysForward` names. With `moveInventory` its
/// units leave stock, once it is in transit or further.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AdvanceReturnOrder {
    /// The return's id, from `app.returnOrders.list({ search })`.
    return_order_id: ReturnOrderId,
    /// Which status, one of `waysForward` of the return; the next one if left out.
    to: Option<ReturnStatus>,
    /// Whether to take its units out of stock; false if left out.
    move_inventory: Option<bool>,
    /// Whether stock may fall below zero by it; false if left out.
    allow_negative: Option<bool>,
    /// Refuse unless the return is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl Command for AdvanceReturnOrder {
    const NAME: &'static str = "return_orders.advance";
    const TITLE: &'static str = "Take a return a step further";
    const EXAMPLE: &'static str =
        r#"await app.returnOrders.advance({ returnOrderId: "rma_1003", to: "in_transit", moveInventory: true });"#;
    const DESTRUCTIVE: bool = false;
    const REPLAYABLE: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such return order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (ErrorCode::PlanRequired, "it needs the plan `elevate`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it, nothing leads to `to`, or less is available than would leave; `details.allowedFrom` says which do",
        ),
        (
            ErrorCode::InvalidInput,
            "it has no lines, or more is returned than was received",
        ),
    ];
    type Domain = Logistics;
    type Output = ReturnChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<ReturnChanged, OperationError> {
        needs_elevate(db.reader()).await?;
        let before = found::return_order(db.reader(), &self.return_order_id, self.expected_version).await?;
        let mut order = before.clone();
        order.advance(self.to, cx.now())?;
        let moves = self.move_inventory.unwrap_or_default();
        if moves && matches!(order.status, ReturnStatus::PendingApproval | ReturnStatus::Approved) {
            return Err(Refusal::state(format!(
                "`moveInventory` goes with `in_transit` and what comes after it, and this leads to `{}`; leave it out for now",
                order.status
            ))
            .into());
        }
        let negative = Negative::unless(
            self.allow_negative.unwrap_or_default(),
            "return fewer, or pass `allowNegative: true`",
        );
        // Later on the units are gone, and nothing that is known of the purchase order brings them back.
        if matches!(
            before.status,
            ReturnStatus::Draft | ReturnStatus::PendingApproval | ReturnStatus::Approved
        ) {
            check_quantities(db.reader(), &order).await?;
        }
        let to = order.status;
        if moves {
            order.take_out()?;
        }
        let order = settle_return(
            cx,
            db,
            &before,
            order,
            negative,
            Done::with("advance", json!({ "to": to })),
        )
        .await?;
        returns::changed(db.reader(), order).await
    }
}
