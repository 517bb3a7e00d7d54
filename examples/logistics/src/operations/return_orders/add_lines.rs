//! `return_orders.add_lines`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::ReturnOrderId;
use crate::model::returning::ReturnAction;
use crate::operations::shared::paging::up_to;
use crate::operations::shared::returns::{NewReturnLine, ReturnChanged, check_quantities, needs_elevate};
use crate::operations::shared::settle::{Done, Negative, settle_return};
use crate::operations::shared::{found, returns};
use crate::{Logistics, Writer};

/// Adds lines to a return that is not approved yet.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AddLinesReturnOrder {
    /// The return's id, from `app.returnOrders.list({ search })`.
    return_order_id: ReturnOrderId,
    /// The lines, 1 to 500, each variant once.
    lines: Vec<NewReturnLine>,
    /// Refuse unless the return is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl Command for AddLinesReturnOrder {
    const NAME: &'static str = "return_orders.add_lines";
    const TITLE: &'static str = "Add lines to a return";
    const EXAMPLE: &'static str = r#"await app.returnOrders.addLines({ returnOrderId: "rma_1001", lines: [{ variantId: "42002", quantity: 1 }] });"#;
    const DESTRUCTIVE: bool = false;
    const REPLAYABLE: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such return order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (ErrorCode::PlanRequired, "it needs the plan `elevate`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it; `details.allowedFrom` says which do",
        ),
        (
            ErrorCode::InvalidInput,
            "a variant is there already, a word is not the store's, or more is returned than was received",
        ),
        (ErrorCode::LimitExceeded, "more than 500 lines"),
    ];
    type Domain = Logistics;
    type Output = ReturnChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<ReturnChanged, OperationError> {
        needs_elevate(db.reader()).await?;
        let before = found::return_order(db.reader(), &self.return_order_id, self.expected_version).await?;
        let mut order = before.clone();
        up_to(500, "lines", self.lines.len())?;
        order.check(ReturnAction::AddLines)?;
        let of = match &order.purchase_order {
            Some(id) => Some(found::purchase_order(db.reader(), id, None).await?),
            None => None,
        };
        let lines = returns::new_lines(
            cx,
            db.reader(),
            (&order.supplier, &order.currency, of.as_ref()),
            self.lines,
        )
        .await?;
        order.add_lines(lines)?;
        check_quantities(db.reader(), &order).await?;
        let order = settle_return(cx, db, &before, order, Negative::Allowed, Done::new("addLines")).await?;
        returns::changed(db.reader(), order).await
    }
}
