//! `purchase_orders.line_items`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::PurchaseOrderId;
use crate::operations::shared::found;
use crate::operations::shared::paging::Listed;
use crate::operations::shared::purchases::PurchaseLineItem;
use crate::{Logistics, Reader};

/// Lists the lines of a purchase order in their order, all of them: what was ordered, confirmed, received, and is
/// still to come.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct LineItemsPurchaseOrder {
    /// The order's id, from `app.purchaseOrders.list({ search })`.
    purchase_order_id: PurchaseOrderId,
}

impl Query for LineItemsPurchaseOrder {
    const NAME: &'static str = "purchase_orders.line_items";
    const TITLE: &'static str = "Lines of a purchase order";
    const EXAMPLE: &'static str =
        r#"const { items } = await app.purchaseOrders.lineItems({ purchaseOrderId: "po_1002" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] =
        &[(ErrorCode::NotFound, "the store has no such purchase order")];
    type Domain = Logistics;
    type Output = Listed<PurchaseLineItem>;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Listed<PurchaseLineItem>, OperationError> {
        let order = found::purchase_order(db, &self.purchase_order_id, None).await?;
        let items = order
            .lines
            .iter()
            .map(|line| PurchaseLineItem::of(&order, line))
            .collect();
        Ok(Listed::whole(items))
    }
}
