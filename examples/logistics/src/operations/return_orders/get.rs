//! `return_orders.get`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::ReturnOrderId;
use crate::operations::shared::found;
use crate::operations::shared::returns::{ReturnOrderItem, show_return};
use crate::{Logistics, Reader};

/// Shows one return to a supplier. Its lines are in `app.returnOrders.lineItems`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GetReturnOrder {
    /// The return's id, from `app.returnOrders.list({ search })`.
    return_order_id: ReturnOrderId,
}

impl Query for GetReturnOrder {
    const NAME: &'static str = "return_orders.get";
    const TITLE: &'static str = "Get a return to a supplier";
    const EXAMPLE: &'static str = r#"const order = await app.returnOrders.get({ returnOrderId: "rma_1004" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(ErrorCode::NotFound, "the store has no such return order")];
    type Domain = Logistics;
    type Output = ReturnOrderItem;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<ReturnOrderItem, OperationError> {
        let order = found::return_order(db, &self.return_order_id, None).await?;
        show_return(db, order).await
    }
}
