//! `purchase_orders.credits`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::PurchaseOrderId;
use crate::operations::shared::found;
use crate::operations::shared::paging::Listed;
use crate::operations::shared::suppliers::ApplicationItem;
use crate::{Logistics, Reader};

/// Lists what of supplier credits was applied to a purchase order, also what was taken back.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CreditsPurchaseOrder {
    /// The order's id, from `app.purchaseOrders.list({ search })`.
    purchase_order_id: PurchaseOrderId,
}

impl Query for CreditsPurchaseOrder {
    const NAME: &'static str = "purchase_orders.credits";
    const TITLE: &'static str = "Credits on a purchase order";
    const EXAMPLE: &'static str =
        r#"const { items } = await app.purchaseOrders.credits({ purchaseOrderId: "po_1006" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] =
        &[(ErrorCode::NotFound, "the store has no such purchase order")];
    type Domain = Logistics;
    type Output = Listed<ApplicationItem>;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Listed<ApplicationItem>, OperationError> {
        let order = found::purchase_order(db, &self.purchase_order_id, None).await?;
        let applied = db.applications_to(&order.id).await?;
        Ok(Listed::whole(applied.into_iter().map(ApplicationItem::from).collect()))
    }
}
