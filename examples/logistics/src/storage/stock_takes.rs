//! Stock takes.

use std::collections::BTreeMap;

use latchstring::db::{
    CHUNK,
    column::checked,
    search::{has_words, searchable},
};
use sea_orm::{
    ColumnTrait, Condition, IntoActiveModel, Iterable, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::OnConflict,
};
use uuid::Uuid;

use super::{
    Reader, StorageError, Window, Writer,
    documents::{documents, line_changes},
    entity::{stock_take, stock_take_line},
    row::{read, written},
};
use crate::model::{LocationId, StockTake, StockTakeId, StockTakeLine, StockTakeStatus, VariantId};

documents! {
    StockTake of StockTakeId with StockTakeLine,
    in stock_take "stock_takes" and stock_take_line "stock_take_lines",
    read by stock_take stock_take_rows with_stock_take_lines, written by save_stock_take drop_stock_take
}

/// Which stock takes to list.
#[derive(Debug, Default)]
pub(crate) struct StockTakeFilter {
    pub(crate) statuses: Vec<StockTakeStatus>,
    pub(crate) location: Option<LocationId>,
    pub(crate) search: Option<String>,
}

fn is_open(take: &StockTake) -> bool {
    match take.status {
        StockTakeStatus::Draft | StockTakeStatus::InProgress => true,
        StockTakeStatus::Completed | StockTakeStatus::Cancelled => false,
    }
}

fn head_row(store_id: Uuid, take: &StockTake) -> Result<stock_take::Model, StorageError> {
    Ok(stock_take::Model {
        store_id,
        id: take.id.to_string(),
        seq: take.seq,
        number: take.number.clone(),
        location_id: take.location.to_string(),
        status: take.status.as_str().to_owned(),
        created_at: take.created_at,
        search: searchable(&[Some(&take.number), take.name.as_deref(), Some(take.id.as_str())]),
        body: written("stock_takes", take)?,
    })
}

fn line_row(
    store_id: Uuid,
    take: &StockTake,
    position: i32,
    line: &StockTakeLine,
) -> Result<stock_take_line::Model, StorageError> {
    Ok(stock_take_line::Model {
        store_id,
        id: line.id.to_string(),
        order_id: take.id.to_string(),
        position,
        variant_id: line.variant.to_string(),
        location_id: take.location.to_string(),
        is_open: is_open(take),
        body: written("stock_take_lines", line)?,
    })
}

fn is_same_for_lines(before: &StockTake, after: &StockTake) -> bool {
    is_open(before) == is_open(after)
}

impl Reader {
    /// A part of the stock takes, the latest first, and how many there are.
    pub(crate) async fn stock_take_page(
        &self,
        filter: &StockTakeFilter,
        window: &Window<i64>,
    ) -> Result<(Vec<StockTake>, u64), StorageError> {
        use stock_take::Column::{LocationId, Search, Status};
        let statuses = filter.statuses.iter().map(|status| status.as_str());
        let conditions = Condition::all()
            .add(has_words(Search, filter.search.as_deref()))
            .add_option((!filter.statuses.is_empty()).then(|| Status.is_in(statuses)))
            .add_option(filter.location.as_ref().map(|id| LocationId.eq(id.as_str())));
        self.stock_take_rows(conditions, window).await
    }

    /// In which other open stock take each of these variants is at a location.
    pub(crate) async fn being_counted(
        &self,
        variants: &[VariantId],
        location: &LocationId,
        without: &StockTakeId,
    ) -> Result<Vec<(VariantId, StockTakeId)>, StorageError> {
        use stock_take_line::Column::{IsOpen, LocationId as At, OrderId, VariantId as Of};
        let mut all = Vec::new();
        for variants in variants.chunks(CHUNK) {
            let select = self
                .all::<stock_take_line::Entity>()
                .filter(Of.is_in(variants.iter().map(VariantId::as_str)))
                .filter(At.eq(location.as_str()))
                .filter(IsOpen.eq(true))
                .filter(OrderId.ne(without.as_str()));
            for row in select.order_by_asc(Of).all(self.transaction()).await? {
                all.push((
                    checked("stock_take_lines", "variant_id", row.variant_id)?,
                    checked("stock_take_lines", "order_id", row.order_id)?,
                ));
            }
        }
        Ok(all)
    }
}
