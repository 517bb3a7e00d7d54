//! `transfer_orders.line_items`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::TransferOrderId;
use crate::operations::shared::found;
use crate::operations::shared::paging::Listed;
use crate::operations::shared::transfers::TransferLineItem;
use crate::{Logistics, Reader};

/// Lists the lines of a transfer order in their order, all of them: planned, received, and still to come.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct LineItemsTransferOrder {
    /// The transfer's id, from `app.transferOrders.list({ search })`.
    transfer_order_id: TransferOrderId,
}

impl Query for LineItemsTransferOrder {
    const NAME: &'static str = "transfer_orders.line_items";
    const TITLE: &'static str = "Lines of a transfer order";
    const EXAMPLE: &'static str =
        r#"const { items } = await app.transferOrders.lineItems({ transferOrderId: "to_1002" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] =
        &[(ErrorCode::NotFound, "the store has no such transfer order")];
    type Domain = Logistics;
    type Output = Listed<TransferLineItem>;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Listed<TransferLineItem>, OperationError> {
        let order = found::transfer_order(db, &self.transfer_order_id, None).await?;
        Ok(Listed::whole(order.lines.iter().map(TransferLineItem::from).collect()))
    }
}
