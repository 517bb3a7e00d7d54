//! `transfer_orders.list`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{LocationId, TransferOrder, TransferStatus};
use crate::operations::shared::paging::{Listed, search, window};
use crate::operations::shared::transfers::{TransferOrderItem, show_transfers};
use crate::storage::TransferFilter;
use crate::{Logistics, Reader};

/// Lists transfers between locations, the latest first. Filters combine.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ListTransferOrder {
    /// Only those in one of these statuses.
    status: Option<Vec<TransferStatus>>,
    /// Only those from or to this location.
    location_id: Option<LocationId>,
    /// Words that must all occur in number, name or id. At most 200 characters.
    search: Option<String>,
    /// How many, 1 to 50; 50 if left out.
    limit: Option<i64>,
    /// The `cursor` of the answer before, for the next ones.
    cursor: Option<String>,
}

impl Query for ListTransferOrder {
    const NAME: &'static str = "transfer_orders.list";
    const TITLE: &'static str = "List transfer orders";
    const EXAMPLE: &'static str = r#"const { items } = await app.transferOrders.list({ status: ["sent"] });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(
        ErrorCode::InvalidInput,
        "a filter, `limit` or `cursor` is not one there is",
    )];
    type Domain = Logistics;
    type Output = Listed<TransferOrderItem>;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Listed<TransferOrderItem>, OperationError> {
        let filter = TransferFilter {
            statuses: self.status.unwrap_or_default(),
            location: self.location_id,
            search: search("search", self.search)?,
        };
        let window = window(self.limit, self.cursor.as_deref())?;
        let (orders, total) = db.transfer_order_page(&filter, &window).await?;
        let mut listed = Listed::new(orders, total, &window, |order: &TransferOrder| order.seq);
        let orders = listed.take_items();
        Ok(listed.with(show_transfers(db, orders).await?))
    }
}
