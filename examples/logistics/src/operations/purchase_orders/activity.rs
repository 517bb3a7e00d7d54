//! `purchase_orders.activity`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::PurchaseOrderId;
use crate::operations::shared::activity::{ActivityItem, activity};
use crate::operations::shared::found;
use crate::operations::shared::paging::Listed;
use crate::{Logistics, Reader};

/// Lists what happened to a purchase order, the latest first: when, who, and what.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ActivityPurchaseOrder {
    /// Its id, from `app.purchaseOrders.list({ search })`.
    purchase_order_id: PurchaseOrderId,
    /// How many, 1 to 50; 50 if left out.
    limit: Option<i64>,
    /// The `cursor` of the answer before, for the next ones.
    cursor: Option<String>,
}

impl Query for ActivityPurchaseOrder {
    const NAME: &'static str = "purchase_orders.activity";
    const TITLE: &'static str = "Activity of a purchase order";
    const EXAMPLE: &'static str =
        r#"const { items } = await app.purchaseOrders.activity({ purchaseOrderId: "po_1002" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] =
        &[(ErrorCode::NotFound, "the store has no such purchase order")];
    type Domain = Logistics;
    type Output = Listed<ActivityItem>;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Listed<ActivityItem>, OperationError> {
        let order = found::purchase_order(db, &self.purchase_order_id, None).await?;
        activity(db, order.id.as_str(), self.limit, self.cursor.as_deref()).await
    }
}
