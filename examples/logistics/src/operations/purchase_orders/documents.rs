//! `purchase_orders.documents`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{Document, PurchaseOrderId};
use crate::operations::shared::found;
use crate::operations::shared::paging::Listed;
use crate::{Logistics, Reader};

/// Lists the files that people attached to a purchase order: their names and sizes, not what is in them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DocumentsPurchaseOrder {
    /// Its id, from `app.purchaseOrders.list({ search })`.
    purchase_order_id: PurchaseOrderId,
}

impl Query for DocumentsPurchaseOrder {
    const NAME: &'static str = "purchase_orders.documents";
    const TITLE: &'static str = "Documents of a purchase order";
    const EXAMPLE: &'static str =
        r#"const { items } = await app.purchaseOrders.documents({ purchaseOrderId: "po_1002" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] =
        &[(ErrorCode::NotFound, "the store has no such purchase order")];
    type Domain = Logistics;
    type Output = Listed<Document>;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Listed<Document>, OperationError> {
        let order = found::purchase_order(db, &self.purchase_order_id, None).await?;
        Ok(Listed::whole(order.documents))
    }
}
