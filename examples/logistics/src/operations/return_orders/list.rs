//! `return_orders.list`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{LocationId, PurchaseOrderId, ReturnOrder, ReturnStatus, SupplierId};
use crate::operations::shared::paging::{Listed, search, window};
use crate::operations::shared::returns::{ReturnOrderItem, show_returns};
use crate::storage::ReturnFilter;
use crate::{Logistics, Reader};

/// Lists returns to suppliers (RMA), the latest first. Filters combine. Returns of customers are not among them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ListReturnOrder {
    /// Only those in one of these statuses.
    status: Option<Vec<ReturnStatus>>,
    /// Only those to this supplier.
    supplier_id: Option<SupplierId>,
    /// Only those of this purchase order.
    purchase_order_id: Option<PurchaseOrderId>,
    /// Only those from this location.
    location_id: Option<LocationId>,
    /// Words that must all occur in number, id or supplier. At most 200 characters.
    search: Option<String>,
    /// How many, 1 to 50; 50 if left out.
    limit: Option<i64>,
    /// The `cursor` of the answer before, for the next ones.
    cursor: Option<String>,
}

impl Query for ListReturnOrder {
    const NAME: &'static str = "return_orders.list";
    const TITLE: &'static str = "List returns to suppliers";
    const EXAMPLE: &'static str = r#"const { items } = await app.returnOrders.list({ status: ["in_transit"] });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(
        ErrorCode::InvalidInput,
        "a filter, `limit` or `cursor` is not one there is",
    )];
    type Domain = Logistics;
    type Output = Listed<ReturnOrderItem>;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Listed<ReturnOrderItem>, OperationError> {
        let filter = ReturnFilter {
            statuses: self.status.unwrap_or_default(),
            supplier: self.supplier_id,
            purchase_order: self.purchase_order_id,
            location: self.location_id,
            search: search("search", self.search)?,
        };
        let window = window(self.limit, self.cursor.as_deref())?;
        let (orders, total) = db.return_order_page(&filter, &window).await?;
        let mut listed = Listed::new(orders, total, &window, |order: &ReturnOrder| order.seq);
        let orders = listed.take_items();
        Ok(listed.with(show_returns(db, orders).await?))
    }
}
