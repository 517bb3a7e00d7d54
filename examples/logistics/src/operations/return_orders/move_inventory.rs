//! `return_orders.move_inventory`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::model::ReturnOrderId;
use crate::operations::shared::returns::{ReturnChanged, needs_elevate};
use crate::operations::shared::settle::{Done, Negative, settle_return};
use crate::operations::shared::{found, returns};
use crate::{Logistics, Writer};

/// Takes the units of a return out of stock at its location, or with `back` puts them there again. Doing it twice
/// changes nothing.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct MoveInventoryReturnOrder {
    /// The return's id, from `app.returnOrders.list({ search })`.
    return_order_id: ReturnOrderId,
    /// True to put them back; false if left out.
    back: Option<bool>,
    /// Whether stock may fall below zero by it; false if left out.
    allow_negative: Option<bool>,
    /// Refuse unless the return is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl Command for MoveInventoryReturnOrder {
    const NAME: &'static str = "return_orders.move_inventory";
    const TITLE: &'static str = "Move the stock of a return";
    const EXAMPLE: &'static str = r#"await app.returnOrders.moveInventory({ returnOrderId: "rma_1005" });"#;
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such return order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (ErrorCode::PlanRequired, "it needs the plan `elevate`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it, or less is available than would leave; `details.allowedFrom` says which do",
        ),
    ];
    type Domain = Logistics;
    type Output = ReturnChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<ReturnChanged, OperationError> {
        needs_elevate(db.reader()).await?;
        let before = found::return_order(db.reader(), &self.return_order_id, self.expected_version).await?;
        let mut order = before.clone();
        let takes = !self.back.unwrap_or_default();
        let negative = Negative::unless(
            self.allow_negative.unwrap_or_default(),
            "return fewer, or pass `allowNegative: true`",
        );
        if takes {
            order.take_out()?;
        } else {
            order.put_back()?;
        }
        let order = settle_return(
            cx,
            db,
            &before,
            order,
            negative,
            Done::with("moveInventory", json!({ "back": !takes })),
        )
        .await?;
        returns::changed(db.reader(), order).await
    }
}
