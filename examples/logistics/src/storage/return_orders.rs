//! Returns to suppliers.

use std::collections::BTreeMap;

use latchstring::db::{
    CHUNK,
    search::{has_words_or, searchable},
};
use sea_orm::{
    ColumnTrait, Condition, IntoActiveModel, Iterable, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::OnConflict,
};
use uuid::Uuid;

use super::{
    Reader, StorageError, Window, Writer,
    documents::{documents, line_changes},
    entity::{return_order, return_order_line},
    row::{read, written},
};
use crate::model::{
    LocationId, PurchaseOrderId, ReturnLine, ReturnOrder, ReturnOrderId, ReturnStatus, SupplierId, VariantId,
};

documents! {
    ReturnOrder of ReturnOrderId with ReturnLine,
    in return_order "return_orders" and return_order_line "return_order_lines",
    read by return_order return_rows with_return_lines, written by save_return_order drop_return_order
}

/// Which returns to list.
#[derive(Debug, Default)]
pub(crate) struct ReturnFilter {
    pub(crate) statuses: Vec<ReturnStatus>,
    pub(crate) supplier: Option<SupplierId>,
    pub(crate) purchase_order: Option<PurchaseOrderId>,
    pub(crate) location: Option<LocationId>,
    pub(crate) search: Option<String>,
}

fn head_row(store_id: Uuid, order: &ReturnOrder) -> Result<return_order::Model, StorageError> {
    Ok(return_order::Model {
        store_id,
        id: order.id.to_string(),
        seq: order.seq,
        number: order.number.clone(),
        supplier_id: order.supplier.to_string(),
        purchase_order_id: order.purchase_order.as_ref().map(ToString::to_string),
        location_id: order.location.to_string(),
        status: order.status.as_str().to_owned(),
        created_at: order.created_at,
        search: searchable(&[Some(&order.number), Some(order.id.as_str())]),
        body: written("return_orders", order)?,
    })
}

fn line_row(
    store_id: Uuid,
    order: &ReturnOrder,
    position: i32,
    line: &ReturnLine,
) -> Result<return_order_line::Model, StorageError> {
    Ok(return_order_line::Model {
        store_id,
        id: line.id.to_string(),
        order_id: order.id.to_string(),
        position,
        variant_id: line.variant.to_string(),
        quantity: line.quantity,
        body: written("return_order_lines", line)?,
    })
}

fn is_same_for_lines(_: &ReturnOrder, _: &ReturnOrder) -> bool {
    true
}

impl Reader {
    /// A part of the returns, the latest first, and how many there are.
    pub(crate) async fn return_order_page(
        &self,
        filter: &ReturnFilter,
        window: &Window<i64>,
    ) -> Result<(Vec<ReturnOrder>, u64), StorageError> {
        use return_order::Column::{LocationId, PurchaseOrderId, Search, Status, SupplierId};
        let statuses = filter.statuses.iter().map(|status| status.as_str());
        let by_supplier = |word: &str| SupplierId.in_subquery(self.supplier_ids_with(word));
        let conditions = Condition::all()
            .add(has_words_or(Search, filter.search.as_deref(), by_supplier))
            .add_option((!filter.statuses.is_empty()).then(|| Status.is_in(statuses)))
            .add_option(filter.supplier.as_ref().map(|id| SupplierId.eq(id.as_str())))
            .add_option(filter.purchase_order.as_ref().map(|id| PurchaseOrderId.eq(id.as_str())))
            .add_option(filter.location.as_ref().map(|id| LocationId.eq(id.as_str())));
        self.return_rows(conditions, window).await
    }

    /// How much of a purchase order is on its way back, or was: by variant, and without one of the returns. What was called
    /// off or refused does not count.
    pub(crate) async fn returned_of(
        &self,
        order: &PurchaseOrderId,
        without: &ReturnOrderId,
    ) -> Result<BTreeMap<VariantId, i64>, StorageError> {
        let filter = ReturnFilter {
            purchase_order: Some(order.clone()),
            ..ReturnFilter::default()
        };
        let everything = Window {
            after: None,
            limit: 10_000,
        };
        let (returns, _) = self.return_order_page(&filter, &everything).await?;
        let mut sums: BTreeMap<VariantId, i64> = BTreeMap::new();
        let counts = |one: &&ReturnOrder| one.id != *without && one.status.counts();
        for line in returns.iter().filter(counts).flat_map(|one| &one.lines) {
            *sums.entry(line.variant.clone()).or_default() += line.quantity;
        }
        Ok(sums)
    }
}
