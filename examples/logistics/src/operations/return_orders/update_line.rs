//! `return_orders.update_line`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::returning::ReturnAction;
use crate::model::{LineId, Patch, Price, ReturnOrderId, Units};
use crate::operations::shared::returns::{ReturnChanged, check_quantities, check_words, needs_elevate};
use crate::operations::shared::settle::{Done, Negative, settle_return};
use crate::operations::shared::{found, returns};
use crate::{Logistics, Writer};

/// Changes a line of a return; what is left out stays as it is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UpdateLineReturnOrder {
    /// The return's id, from `app.returnOrders.list({ search })`.
    return_order_id: ReturnOrderId,
    /// The line's id, from `app.returnOrders.lineItems({ returnOrderId })`.
    line_id: LineId,
    /// How many, at least 1; not where they are out of stock already, or credited.
    quantity: Option<Units>,
    /// What one cost, as a decimal string; not where it is credited.
    unit_cost: Option<Price>,
    /// Why, one of the store's words; null for none.
    #[serde(default)]
    line_reason: Patch<String>,
    /// In what state, one of the store's words; null for none.
    #[serde(default)]
    condition: Patch<String>,
    /// What is to become of it, one of the store's words; null for none.
    #[serde(default)]
    disposition: Patch<String>,
    /// Refuse unless the return is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl Command for UpdateLineReturnOrder {
    const NAME: &'static str = "return_orders.update_line";
    const TITLE: &'static str = "Change a line of a return";
    const EXAMPLE: &'static str = r#"await app.returnOrders.updateLine({ returnOrderId: "rma_1002", lineId: "line_r1002_1", condition: "damaged" });"#;
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such return order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (ErrorCode::PlanRequired, "it needs the plan `elevate`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it, or its units are out of stock; `details.allowedFrom` says which do",
        ),
        (
            ErrorCode::InvalidInput,
            "a word is not the store's, or more is returned than was received",
        ),
        (ErrorCode::InUse, "the line is credited"),
    ];
    type Domain = Logistics;
    type Output = ReturnChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<ReturnChanged, OperationError> {
        needs_elevate(db.reader()).await?;
        let before = found::return_order(db.reader(), &self.return_order_id, self.expected_version).await?;
        let mut order = before.clone();
        order.check(ReturnAction::UpdateLine)?;
        let word = |patch: &Patch<String>| patch.value().cloned();
        let (reason, condition, disposition) =
            (word(&self.line_reason), word(&self.condition), word(&self.disposition));
        check_words(
            db.reader(),
            reason.as_deref(),
            condition.as_deref(),
            disposition.as_deref(),
        )
        .await?;
        let quantity = self.quantity.map(Units::get);
        let line = order.change_line(&self.line_id, quantity, self.unit_cost)?;
        line.reason = self.line_reason.over(line.reason.take());
        line.condition = self.condition.over(line.condition.take());
        line.disposition = self.disposition.over(line.disposition.take());
        if quantity.is_some() {
            check_quantities(db.reader(), &order).await?;
        }
        let order = settle_return(cx, db, &before, order, Negative::Allowed, Done::new("updateLine")).await?;
        returns::changed(db.reader(), order).await
    }
}
