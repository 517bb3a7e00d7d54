//! `return_orders.void_credit`

use latchstring::{ChangeAction, Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::model::{CreditId, ReturnOrderId};
use crate::operations::shared::returns::{ReturnChanged, needs_elevate};
use crate::operations::shared::settle::{Done, Negative, settle_return};
use crate::operations::shared::{found, returns};
use crate::{Logistics, Writer};

/// Makes a credit of a return worth nothing, as long as none of it is applied. Its lines can be credited again.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct VoidCreditReturnOrder {
    /// The return's id, from `app.returnOrders.list({ search })`.
    return_order_id: ReturnOrderId,
    /// The credit's id, from `app.returnOrders.credits({ returnOrderId })`.
    credit_id: CreditId,
    /// Refuse unless the return is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl Command for VoidCreditReturnOrder {
    const NAME: &'static str = "return_orders.void_credit";
    const TITLE: &'static str = "Void a credit of a return";
    const EXAMPLE: &'static str =
        r#"await app.returnOrders.voidCredit({ returnOrderId: "rma_1008", creditId: "crd_1005" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such return order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (ErrorCode::PlanRequired, "it needs the plan `elevate`"),
        (ErrorCode::InvalidState, "it is voided already"),
        (ErrorCode::InUse, "a part of it is applied"),
    ];
    type Domain = Logistics;
    type Output = ReturnChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<ReturnChanged, OperationError> {
        needs_elevate(db.reader()).await?;
        let before = found::return_order(db.reader(), &self.return_order_id, self.expected_version).await?;
        let mut order = before.clone();
        let credit = found::credit(db.reader(), &self.credit_id).await?;
        let mut credit = Some(credit)
            .filter(|credit| credit.return_order.as_ref() == Some(&order.id))
            .ok_or_else(|| {
                OperationError::not_found(
                    "credit of this return",
                    &self.credit_id,
                    "returnOrders.credits({ returnOrderId })",
                )
            })?;
        credit.void(cx.now())?;
        db.save_credit(&credit).await?;
        let told = |is_voided: bool| Some(json!({ "voided": is_voided }));
        db.record(
            "credit",
            credit.id.clone(),
            ChangeAction::Updated,
            told(false),
            told(true),
        );
        order.uncredit(&credit.id);
        let order = settle_return(
            cx,
            db,
            &before,
            order,
            Negative::Allowed,
            Done::with("voidCredit", json!({ "creditId": credit.id })),
        )
        .await?;
        returns::changed(db.reader(), order).await
    }
}
