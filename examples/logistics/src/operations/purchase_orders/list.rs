//! `purchase_orders.list`

use chrono::{DateTime, NaiveDate};
use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{LocationId, PurchaseOrder, PurchaseStatus, SupplierId};
use crate::operations::shared::given::{Day, Moment};
use crate::operations::shared::paging::{Listed, search, window};
use crate::operations::shared::purchases::{PurchaseOrderItem, show_purchases};
use crate::storage::PurchaseFilter;
use crate::{Logistics, Reader};

/// Lists purchase orders with their sums and units, the latest first. Filters combine.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ListPurchaseOrder {
    /// Only those in one of these statuses.
    status: Option<Vec<PurchaseStatus>>,
    /// Only those of this supplier.
    supplier_id: Option<SupplierId>,
    /// Only those to this location.
    location_id: Option<LocationId>,
    /// Words that must all occur in number, name, id or supplier. At most 200 characters.
    search: Option<String>,
    /// Only those with a line of exactly this SKU.
    sku: Option<String>,
    /// Only those made at this moment or later.
    created_from: Option<Moment>,
    /// Only those made at this moment or earlier.
    created_to: Option<Moment>,
    /// Only those with a requested or expected delivery on this day or later.
    expected_from: Option<Day>,
    /// Only those with a requested or expected delivery on this day or earlier.
    expected_to: Option<Day>,
    /// Whether to list archived ones, too. If left out: where `status` names `cancelled`, for those are archived.
    include_archived: Option<bool>,
    /// How many, 1 to 50; 50 if left out.
    limit: Option<i64>,
    /// The `cursor` of the answer before, for the next ones.
    cursor: Option<String>,
}

impl Query for ListPurchaseOrder {
    const NAME: &'static str = "purchase_orders.list";
    const TITLE: &'static str = "List purchase orders";
    const EXAMPLE: &'static str =
        r#"const { items } = await app.purchaseOrders.list({ status: ["sent", "confirmed"] });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(
        ErrorCode::InvalidInput,
        "a filter, `limit` or `cursor` is not one there is",
    )];
    type Domain = Logistics;
    type Output = Listed<PurchaseOrderItem>;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Listed<PurchaseOrderItem>, OperationError> {
        // What is cancelled is archived, too.
        let asks_for_cancelled = self
            .status
            .iter()
            .flatten()
            .any(|one| *one == PurchaseStatus::Cancelled);
        let filter = PurchaseFilter {
            statuses: self.status.unwrap_or_default(),
            supplier: self.supplier_id,
            location: self.location_id,
            search: search("search", self.search)?,
            sku: search("sku", self.sku)?,
            created: (
                self.created_from.map(DateTime::from),
                self.created_to.map(DateTime::from),
            ),
            expected: (
                self.expected_from.map(NaiveDate::from),
                self.expected_to.map(NaiveDate::from),
            ),
            with_archived: self.include_archived.unwrap_or(asks_for_cancelled),
        };
        let window = window(self.limit, self.cursor.as_deref())?;
        let (orders, total) = db.purchase_order_page(&filter, &window).await?;
        let mut listed = Listed::new(orders, total, &window, |order: &PurchaseOrder| order.seq);
        let orders = listed.take_items();
        Ok(listed.with(show_purchases(db, orders).await?))
    }
}
