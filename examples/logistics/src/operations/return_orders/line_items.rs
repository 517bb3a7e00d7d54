//! `return_orders.line_items`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::ReturnOrderId;
use crate::operations::shared::found;
use crate::operations::shared::paging::Listed;
use crate::operations::shared::returns::ReturnLineItem;
use crate::{Logistics, Reader};

/// Lists the lines of a return to a supplier in their order, all of them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct LineItemsReturnOrder {
    /// The return's id, from `app.returnOrders.list({ search })`.
    return_order_id: ReturnOrderId,
}

impl Query for LineItemsReturnOrder {
    const NAME: &'static str = "return_orders.line_items";
    const TITLE: &'static str = "Lines of a return";
    const EXAMPLE: &'static str =
        r#"const { items } = await app.returnOrders.lineItems({ returnOrderId: "rma_1004" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(ErrorCode::NotFound, "the store has no such return order")];
    type Domain = Logistics;
    type Output = Listed<ReturnLineItem>;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Listed<ReturnLineItem>, OperationError> {
        let order = found::return_order(db, &self.return_order_id, None).await?;
        Ok(Listed::whole(order.lines.iter().map(ReturnLineItem::from).collect()))
    }
}
