//! `return_orders.credits`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::ReturnOrderId;
use crate::operations::shared::found;
use crate::operations::shared::paging::Listed;
use crate::operations::shared::returns::needs_elevate;
use crate::operations::shared::suppliers::CreditItem;
use crate::{Logistics, Reader};

/// Lists the credits that a supplier gave for a return, the first first, also voided ones.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CreditsReturnOrder {
    /// The return's id, from `app.returnOrders.list({ search })`.
    return_order_id: ReturnOrderId,
}

impl Query for CreditsReturnOrder {
    const NAME: &'static str = "return_orders.credits";
    const TITLE: &'static str = "Credits of a return";
    const EXAMPLE: &'static str = r#"const { items } = await app.returnOrders.credits({ returnOrderId: "rma_1007" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such return order"),
        (ErrorCode::PlanRequired, "it needs the plan `elevate`"),
    ];
    type Domain = Logistics;
    type Output = Listed<CreditItem>;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Listed<CreditItem>, OperationError> {
        needs_elevate(db).await?;
        let order = found::return_order(db, &self.return_order_id, None).await?;
        let credits = db.credits_of_return(&order.id).await?;
        Ok(Listed::whole(credits.iter().map(CreditItem::from).collect()))
    }
}
