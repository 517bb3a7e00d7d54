//! `return_orders.activity`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::ReturnOrderId;
use crate::operations::shared::activity::{ActivityItem, activity};
use crate::operations::shared::found;
use crate::operations::shared::paging::Listed;
use crate::operations::shared::returns::needs_elevate;
use crate::{Logistics, Reader};

/// Lists what happened to a return order, the latest first: when, who, and what.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ActivityReturnOrder {
    /// Its id, from `app.returnOrders.list({ search })`.
    return_order_id: ReturnOrderId,
    /// How many, 1 to 50; 50 if left out.
    limit: Option<i64>,
    /// The `cursor` of the answer before, for the next ones.
    cursor: Option<String>,
}

impl Query for ActivityReturnOrder {
    const NAME: &'static str = "return_orders.activity";
    const TITLE: &'static str = "Activity of a return order";
    const EXAMPLE: &'static str =
        r#"const { items } = await app.returnOrders.activity({ returnOrderId: "rma_1004" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such return order"),
        (ErrorCode::PlanRequired, "it needs the plan `elevate`"),
    ];
    type Domain = Logistics;
    type Output = Listed<ActivityItem>;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Listed<ActivityItem>, OperationError> {
        needs_elevate(db).await?;
        let order = found::return_order(db, &self.return_order_id, None).await?;
        activity(db, order.id.as_str(), self.limit, self.cursor.as_deref()).await
    }
}
