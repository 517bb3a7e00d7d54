//! Purchase orders.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ColumnTrait, Condition, IntoActiveModel, Iterable, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, sea_query::OnConflict,
};
use uuid::Uuid;

use super::{
    Reader, StorageError, Window, Writer,
    documents::{documents, line_changes},
    entity::{purchase_order, purchase_order_line, return_order},
    reader::{CHUNK, has_words_or, is_on_the_way, searchable},
    row::{checked, read, written},
};
use crate::model::{
    LocationId, PurchaseLine, PurchaseOrder, PurchaseOrderId, PurchaseStatus, ReturnOrderId, SupplierId, VariantId,
};

documents! {
    PurchaseOrder of PurchaseOrderId with PurchaseLine,
    in purchase_order "purchase_orders" and purchase_order_line "purchase_order_lines",
    read by purchase_order purchase_rows with_purchase_lines, written by save_purchase_order drop_purchase_order,
    in lists without what_is_long
}

/// A list tells sums of lines, and nothing of this; fifty orders may have megabytes of it.
fn what_is_long(line: &mut PurchaseLine) {
    line.notes = None;
    line.receipts = Vec::new();
    line.schedule = Vec::new();
}

/// Which purchase orders to list.
#[derive(Debug, Default)]
pub(crate) struct PurchaseFilter {
    pub(crate) statuses: Vec<PurchaseStatus>,
    pub(crate) supplier: Option<SupplierId>,
    pub(crate) location: Option<LocationId>,
    pub(crate) search: Option<String>,
    pub(crate) sku: Option<String>,
    pub(crate) created: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    pub(crate) expected: (Option<NaiveDate>, Option<NaiveDate>),
    pub(crate) with_archived: bool,
}

fn head_row(store_id: Uuid, order: &PurchaseOrder) -> Result<purchase_order::Model, StorageError> {
    let dates = &order.dates;
    Ok(purchase_order::Model {
        store_id,
        id: order.id.to_string(),
        seq: order.seq,
        number: order.number.clone(),
        supplier_id: order.supplier.to_string(),
        location_id: order.location.to_string(),
        status: order.status.as_str().to_owned(),
        is_archived: order.is_archived,
        created_at: order.created_at,
        expected_on: dates.requested_delivery.or(dates.expected_delivery),
        search: searchable(&[Some(&order.number), order.name.as_deref(), Some(order.id.as_str())]),
        body: written("purchase_orders", order)?,
    })
}

fn line_row(
    store_id: Uuid,
    order: &PurchaseOrder,
    position: i32,
    line: &PurchaseLine,
) -> Result<purchase_order_line::Model, StorageError> {
    Ok(purchase_order_line::Model {
        store_id,
        id: line.id.to_string(),
        order_id: order.id.to_string(),
        position,
        variant_id: line.variant.as_ref().map(ToString::to_string),
        location_id: order.location.to_string(),
        sku: line.sku.clone(),
        incoming: line.incoming,
        body: written("purchase_order_lines", line)?,
    })
}

fn is_same_for_lines(before: &PurchaseOrder, after: &PurchaseOrder) -> bool {
    before.location == after.location
}

impl Reader {
    /// A part of the purchase orders, the latest first, and how many there are.
    pub(crate) async fn purchase_order_page(
        &self,
        filter: &PurchaseFilter,
        window: &Window<i64>,
    ) -> Result<(Vec<PurchaseOrder>, u64), StorageError> {
        use purchase_order::Column::{CreatedAt, ExpectedOn, Id, IsArchived, LocationId, Search, Status, SupplierId};
        let (created, expected) = (filter.created, filter.expected);
        let with_sku = filter.sku.as_ref().map(|sku| {
            let lines = self.all::<purchase_order_line::Entity>();
            let lines = lines.filter(purchase_order_line::Column::Sku.eq(sku.as_str()));
            let ids = lines.select_only().column(purchase_order_line::Column::OrderId);
            Id.in_subquery(ids.into_query())
        });
        let statuses = filter.statuses.iter().map(|status| status.as_str());
        let by_supplier = |word: &str| SupplierId.in_subquery(self.supplier_ids_with(word));
        let conditions = Condition::all()
            .add(has_words_or(Search, filter.search.as_deref(), by_supplier))
            .add_option((!filter.statuses.is_empty()).then(|| Status.is_in(statuses)))
            .add_option(filter.supplier.as_ref().map(|id| SupplierId.eq(id.as_str())))
            .add_option(filter.location.as_ref().map(|id| LocationId.eq(id.as_str())))
            .add_option(with_sku)
            .add_option(created.0.map(|from| CreatedAt.gte(from)))
            .add_option(created.1.map(|to| CreatedAt.lte(to)))
            .add_option(expected.0.map(|from| ExpectedOn.gte(from)))
            .add_option(expected.1.map(|to| ExpectedOn.lte(to)))
            .add_option((!filter.with_archived).then(|| IsArchived.eq(false)));
        self.purchase_rows(conditions, window).await
    }

    /// The order that is called so on paper.
    pub(crate) async fn purchase_order_numbered(&self, number: &str) -> Result<Option<PurchaseOrderId>, StorageError> {
        let select = self
            .all::<purchase_order::Entity>()
            .filter(purchase_order::Column::Number.eq(number))
            .limit(1);
        Ok(heads(select.all(&self.transaction).await?)?.pop().map(|order| order.id))
    }

    /// What open purchase orders have on their way of these variants, with the head of the order of each line.
    pub(crate) async fn purchases_on_the_way(
        &self,
        variants: &[VariantId],
    ) -> Result<Vec<(PurchaseOrder, Vec<PurchaseLine>)>, StorageError> {
        use purchase_order_line::Column::VariantId as Of;
        let mut by_order: BTreeMap<String, Vec<PurchaseLine>> = BTreeMap::new();
        for variants in variants.chunks(CHUNK) {
            let select = self
                .all::<purchase_order_line::Entity>()
                .filter(Of.is_in(variants.iter().map(VariantId::as_str)))
                .filter(is_on_the_way());
            for row in select.all(&self.transaction).await? {
                let line = read("purchase_order_lines", &row.body)?;
                by_order.entry(row.order_id).or_default().push(line);
            }
        }
        let ids: Vec<String> = by_order.keys().cloned().collect();
        let mut all = Vec::new();
        for ids in ids.chunks(CHUNK) {
            let select = self
                .all::<purchase_order::Entity>()
                .filter(purchase_order::Column::Id.is_in(ids));
            for order in heads(select.all(&self.transaction).await?)? {
                let lines = by_order.remove(order.id.as_str()).unwrap_or_default();
                all.push((order, lines));
            }
        }
        Ok(all)
    }

    /// The returns of what an order received; so many at most.
    pub(crate) async fn returns_of_purchase(&self, id: &PurchaseOrderId) -> Result<Vec<ReturnOrderId>, StorageError> {
        use return_order::Column::{Id, PurchaseOrderId, Seq};
        let select = self
            .all::<return_order::Entity>()
            .filter(PurchaseOrderId.eq(id.as_str()));
        let ids: Vec<String> = select
            .select_only()
            .column(Id)
            .order_by_asc(Seq)
            .limit(100)
            .into_tuple()
            .all(&self.transaction)
            .await?;
        let ids = ids.into_iter().map(|id| checked("return_orders", "id", id));
        ids.collect()
    }

    /// How many purchase orders of a supplier are neither completed nor cancelled.
    pub(crate) async fn open_purchases_of(&self, supplier: &SupplierId) -> Result<u64, StorageError> {
        use purchase_order::Column::{Status, SupplierId};
        let done = [PurchaseStatus::Completed, PurchaseStatus::Cancelled].map(PurchaseStatus::as_str);
        let select = self
            .all::<purchase_order::Entity>()
            .filter(SupplierId.eq(supplier.as_str()));
        Ok(select.filter(Status.is_not_in(done)).count(&self.transaction).await?)
    }

    /// How many purchase orders stand where.
    pub(crate) async fn purchases_by_status(&self) -> Result<BTreeMap<String, i64>, StorageError> {
        use purchase_order::Column::{Id, Status};
        let select = self.all::<purchase_order::Entity>().select_only().column(Status);
        let rows: Vec<(String, i64)> = select
            .column_as(Id.count(), "n")
            .group_by(Status)
            .into_tuple()
            .all(&self.transaction)
            .await?;
        Ok(rows.into_iter().collect())
    }
}

impl Writer {
    /// Adds orders, many in a statement.
    pub(crate) async fn add_purchase_orders(&self, orders: &[PurchaseOrder]) -> Result<(), StorageError> {
        let store = self.reader().store();
        let heads = orders
            .iter()
            .map(|order| Ok(head_row(store, order)?.into_active_model()));
        self.insert(heads.collect::<Result<_, StorageError>>()?).await?;
        let lines = orders.iter().flat_map(|order| {
            let lines = (0..).zip(&order.lines);
            lines.map(move |(position, line)| Ok(line_row(store, order, position, line)?.into_active_model()))
        });
        self.insert(lines.collect::<Result<_, StorageError>>()?).await
    }
}
