//! `purchase_orders.get`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::PurchaseOrderId;
use crate::operations::shared::found;
use crate::operations::shared::purchases::{PurchaseOrderItem, show_purchase};
use crate::{Logistics, Reader};

/// Shows one purchase order with its sums and units. Its lines are in `app.purchaseOrders.lineItems`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GetPurchaseOrder {
    /// The order's id, from `app.purchaseOrders.list({ search })`.
    purchase_order_id: PurchaseOrderId,
}

impl Query for GetPurchaseOrder {
    const NAME: &'static str = "purchase_orders.get";
    const TITLE: &'static str = "Get a purchase order";
    const EXAMPLE: &'static str = r#"const order = await app.purchaseOrders.get({ purchaseOrderId: "po_1002" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] =
        &[(ErrorCode::NotFound, "the store has no such purchase order")];
    type Domain = Logistics;
    type Output = PurchaseOrderItem;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<PurchaseOrderItem, OperationError> {
        let order = found::purchase_order(db, &self.purchase_order_id, None).await?;
        show_purchase(db, order).await
    }
}
