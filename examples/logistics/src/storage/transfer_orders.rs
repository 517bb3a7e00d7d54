//! Transfer orders.

use std::collections::BTreeMap;

use sea_orm::{
    ColumnTrait, Condition, IntoActiveModel, Iterable, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{ExprTrait, OnConflict},
};
use uuid::Uuid;

use super::{
    Reader, StorageError, Window, Writer,
    documents::{documents, line_changes},
    entity::{transfer_order, transfer_order_line},
    reader::{CHUNK, has_words, is_on_the_way, searchable},
    row::{read, written},
};
use crate::model::{LocationId, TransferLine, TransferOrder, TransferOrderId, TransferStatus, VariantId};

documents! {
    TransferOrder of TransferOrderId with TransferLine,
    in transfer_order "transfer_orders" and transfer_order_line "transfer_order_lines",
    read by transfer_order transfer_rows with_transfer_lines, written by save_transfer_order drop_transfer_order
}

/// Which transfer orders to list.
#[derive(Debug, Default)]
pub(crate) struct TransferFilter {
    pub(crate) statuses: Vec<TransferStatus>,
    /// As origin or as destination.
    pub(crate) location: Option<LocationId>,
    pub(crate) search: Option<String>,
}

fn head_row(store_id: Uuid, order: &TransferOrder) -> Result<transfer_order::Model, StorageError> {
    Ok(transfer_order::Model {
        store_id,
        id: order.id.to_string(),
        seq: order.seq,
        number: order.number.clone(),
        origin_id: order.origin.to_string(),
        destination_id: order.destination.to_string(),
        status: order.status.as_str().to_owned(),
        created_at: order.created_at,
        search: searchable(&[Some(&order.number), order.name.as_deref(), Some(order.id.as_str())]),
        body: written("transfer_orders", order)?,
    })
}

fn line_row(
    store_id: Uuid,
    order: &TransferOrder,
    position: i32,
    line: &TransferLine,
) -> Result<transfer_order_line::Model, StorageError> {
    Ok(transfer_order_line::Model {
        store_id,
        id: line.id.to_string(),
        order_id: order.id.to_string(),
        position,
        variant_id: line.variant.to_string(),
        location_id: order.destination.to_string(),
        incoming: line.incoming,
        body: written("transfer_order_lines", line)?,
    })
}

fn is_same_for_lines(before: &TransferOrder, after: &TransferOrder) -> bool {
    before.destination == after.destination
}

impl Reader {
    /// A part of the transfer orders, the latest first, and how many there are.
    pub(crate) async fn transfer_order_page(
        &self,
        filter: &TransferFilter,
        window: &Window<i64>,
    ) -> Result<(Vec<TransferOrder>, u64), StorageError> {
        use transfer_order::Column::{DestinationId, OriginId, Search, Status};
        let statuses = filter.statuses.iter().map(|status| status.as_str());
        let at = filter
            .location
            .as_ref()
            .map(|id| OriginId.eq(id.as_str()).or(DestinationId.eq(id.as_str())));
        let conditions = Condition::all()
            .add(has_words(Search, filter.search.as_deref()))
            .add_option((!filter.statuses.is_empty()).then(|| Status.is_in(statuses)))
            .add_option(at);
        self.transfer_rows(conditions, window).await
    }

    /// The transfer that is called so on paper.
    pub(crate) async fn transfer_order_numbered(&self, number: &str) -> Result<Option<TransferOrderId>, StorageError> {
        let select = self
            .all::<transfer_order::Entity>()
            .filter(transfer_order::Column::Number.eq(number))
            .limit(1);
        Ok(heads(select.all(&self.transaction).await?)?.pop().map(|order| order.id))
    }

    /// What open transfers have on their way of these variants, with the head of the order of each line.
    pub(crate) async fn transfers_on_the_way(
        &self,
        variants: &[VariantId],
    ) -> Result<Vec<(TransferOrder, Vec<TransferLine>)>, StorageError> {
        use transfer_order_line::Column::VariantId as Of;
        let mut by_order: BTreeMap<String, Vec<TransferLine>> = BTreeMap::new();
        for variants in variants.chunks(CHUNK) {
            let select = self
                .all::<transfer_order_line::Entity>()
                .filter(Of.is_in(variants.iter().map(VariantId::as_str)))
                .filter(is_on_the_way());
            for row in select.all(&self.transaction).await? {
                let line = read("transfer_order_lines", &row.body)?;
                by_order.entry(row.order_id).or_default().push(line);
            }
        }
        let ids: Vec<String> = by_order.keys().cloned().collect();
        let mut all = Vec::new();
        for ids in ids.chunks(CHUNK) {
            let select = self
                .all::<transfer_order::Entity>()
                .filter(transfer_order::Column::Id.is_in(ids));
            for order in heads(select.all(&self.transaction).await?)? {
                let lines = by_order.remove(order.id.as_str()).unwrap_or_default();
                all.push((order, lines));
            }
        }
        Ok(all)
    }
}
