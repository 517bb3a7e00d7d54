//! Orders, what they have taken, and the events that were told of them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use latchstring::db::column::{checked, one_of, read_json, write_json};
use sea_orm::{
    ColumnTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::OnConflict,
};

use super::{
    Page, Reader, StorageError, Writer,
    entity::{order, order_event, order_line, taking},
};
use crate::model::{Article, Execution, Order, OrderEvent, OrderId, OrderStatus, order::Units};

/// Units that an order has taken and not given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Taking {
    pub(crate) position: i32,
    pub(crate) article: Article,
    pub(crate) held: u64,
    pub(crate) execution: Execution,
}

/// An event that was told, with what was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) event_id: String,
    pub(crate) order: OrderId,
    pub(crate) kind: String,
    pub(crate) at: DateTime<Utc>,
    /// What was done, as JSON; none if nothing was to be done.
    pub(crate) log: Option<serde_json::Value>,
    pub(crate) sync_error: Option<String>,
}

fn location(article: &Article) -> String {
    article.location.as_ref().map(ToString::to_string).unwrap_or_default()
}

fn article(table: &'static str, variant: String, location: String) -> Result<Article, StorageError> {
    let location = (!location.is_empty()).then(|| checked(table, "location_id", location));
    Ok(Article {
        variant: checked(table, "variant_id", variant)?,
        location: location.transpose()?,
    })
}

/// A number of units as databases keep it; orders are checked to be far smaller than it can be.
fn stored(units: u64) -> i64 {
    i64::try_from(units).unwrap_or(i64::MAX)
}

impl Reader {
    /// One order.
    pub(crate) async fn order(&self, id: &OrderId) -> Result<Option<Order>, StorageError> {
        let select = self.all::<order::Entity>().filter(order::Column::Id.eq(id.as_str()));
        let Some(row) = select.one(self.transaction()).await? else {
            return Ok(None);
        };
        let statuses = [OrderStatus::Open, OrderStatus::Cancelled];
        let select = self
            .all::<order_line::Entity>()
            .filter(order_line::Column::OrderId.eq(id.as_str()));
        let mut lines = BTreeMap::new();
        for row in select.all(self.transaction()).await? {
            let units = Units {
                ordered: checked("order_lines", "ordered", row.ordered)?,
                refunded: checked("order_lines", "refunded", row.refunded)?,
            };
            lines.insert(article("order_lines", row.variant_id, row.location_id)?, units);
        }
        Ok(Some(Order {
            id: id.clone(),
            status: one_of(("orders", "status"), &row.status, &statuses, OrderStatus::as_str)?,
            lines,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }))
    }

    /// The number after the highest order number, from 1001; ids that are no number of at most nine digits do not count.
    pub(crate) async fn next_order_id(&self) -> Result<OrderId, StorageError> {
        let select = self.all::<order::Entity>().select_only().column(order::Column::Id);
        let ids: Vec<String> = select.into_tuple().all(self.transaction()).await?;
        let numbers = ids
            .iter()
            .filter(|id| id.len() <= 9)
            .filter_map(|id| id.parse::<u32>().ok());
        let next = numbers.max().map_or(1001, |highest| highest.max(1000) + 1);
        checked("orders", "id", next.to_string())
    }

    /// The ids of a page of orders, the latest first, and how many there are on all pages.
    pub(crate) async fn order_ids(&self, page: Page) -> Result<(Vec<OrderId>, u64), StorageError> {
        let select = self.all::<order::Entity>();
        let total = select.clone().count(self.transaction()).await?;
        let rows = select
            .order_by_desc(order::Column::CreatedAt)
            .order_by_desc(order::Column::Id)
            .offset(page.offset)
            .limit(page.limit)
            .all(self.transaction())
            .await?;
        let ids = rows.into_iter().map(|row| checked("orders", "id", row.id));
        Ok((ids.collect::<Result<_, _>>()?, total))
    }

    /// What an order holds of an article, what was taken last first.
    pub(crate) async fn takings(&self, order: &OrderId, of: &Article) -> Result<Vec<Taking>, StorageError> {
        use taking::Column::{Held, LocationId, OrderId, Position, VariantId};
        let select = self
            .all::<taking::Entity>()
            .filter(OrderId.eq(order.as_str()))
            .filter(VariantId.eq(of.variant.as_str()))
            .filter(LocationId.eq(location(of)))
            .filter(Held.gt(0));
        let rows = select.order_by_desc(Position).all(self.transaction()).await?;
        let taking = |row: taking::Model| {
            Ok(Taking {
                position: row.position,
                held: checked("takings", "held", row.held)?,
                article: article("takings", row.variant_id, row.location_id)?,
                execution: read_json(("takings", "execution"), &row.execution)?,
            })
        };
        rows.into_iter().map(taking).collect()
    }

    async fn next_position(&self, order: &OrderId) -> Result<i32, StorageError> {
        let select = self
            .all::<taking::Entity>()
            .filter(taking::Column::OrderId.eq(order.as_str()));
        let last = select
            .order_by_desc(taking::Column::Position)
            .one(self.transaction())
            .await?;
        Ok(last.map_or(0, |row| row.position + 1))
    }

    /// Whether an event was told before.
    pub(crate) async fn was_told(&self, event_id: &str) -> Result<bool, StorageError> {
        let select = self
            .all::<order_event::Entity>()
            .filter(order_event::Column::Id.eq(event_id));
        Ok(select.one(self.transaction()).await?.is_some())
    }

    /// The events of an order, the first first; 1000 at most.
    pub(crate) async fn told(&self, order: &OrderId) -> Result<Vec<Told>, StorageError> {
        use order_event::Column::{At, Id, OrderId};
        let select = self.all::<order_event::Entity>().filter(OrderId.eq(order.as_str()));
        let rows = select
            .order_by_asc(At)
            .order_by_asc(Id)
            .limit(1000)
            .all(self.transaction())
            .await?;
        let told = |row: order_event::Model| {
            Ok(Told {
                event_id: row.id,
                order: checked("order_events", "order_id", row.order_id)?,
                kind: row.kind,
                at: row.at,
                log: row
                    .log
                    .map(|log| read_json(("order_events", "log"), &log))
                    .transpose()?,
                sync_error: row.sync_error,
            })
        };
        rows.into_iter().map(told).collect()
    }
}

impl Writer {
    /// Puts an order in place of what it was, if it was.
    pub(crate) async fn put_order(&self, order: &Order) -> Result<(), StorageError> {
        use order_line::Column::{LocationId, OrderId, Ordered, Refunded, StoreId, VariantId};
        let store_id = self.reader().owner();
        let row = order::Model {
            store_id,
            id: order.id.to_string(),
            status: order.status.as_str().to_owned(),
            created_at: order.created_at,
            updated_at: order.updated_at,
        };
        let key = [order::Column::StoreId, order::Column::Id];
        let replace = OnConflict::columns(key)
            .update_columns([order::Column::Status, order::Column::UpdatedAt])
            .to_owned();
        self.put(vec![row.into_active_model()], replace).await?;
        let line = |(article, units): (&Article, &Units)| {
            let row = order_line::Model {
                store_id,
                order_id: order.id.to_string(),
                variant_id: article.variant.to_string(),
                location_id: location(article),
                ordered: stored(units.ordered),
                refunded: stored(units.refunded),
            };
            row.into_active_model()
        };
        let replace = OnConflict::columns([StoreId, OrderId, VariantId, LocationId])
            .update_columns([Ordered, Refunded])
            .to_owned();
        self.put(order.lines.iter().map(line).collect(), replace).await
    }

    /// Writes down that an order has taken something.
    pub(crate) async fn add_taking(
        &self,
        order: &OrderId,
        of: &Article,
        held: u64,
        execution: &Execution,
    ) -> Result<(), StorageError> {
        let row = taking::Model {
            store_id: self.reader().owner(),
            order_id: order.to_string(),
            position: self.reader().next_position(order).await?,
            variant_id: of.variant.to_string(),
            location_id: location(of),
            held: stored(held),
            execution: write_json(("takings", "execution"), execution)?,
        };
        self.insert(vec![row.into_active_model()]).await
    }

    /// Writes down that an order holds another number of units of what it took.
    pub(crate) async fn save_taking(&self, order: &OrderId, taking: &Taking) -> Result<(), StorageError> {
        let row = taking::Model {
            store_id: self.reader().owner(),
            order_id: order.to_string(),
            position: taking.position,
            variant_id: taking.article.variant.to_string(),
            location_id: location(&taking.article),
            held: stored(taking.held),
            execution: write_json(("takings", "execution"), &taking.execution)?,
        };
        self.update(row.into_active_model()).await
    }

    /// Writes down that an event was told, and what was done.
    pub(crate) async fn add_event(
        &self,
        event: &OrderEvent,
        log: Option<&serde_json::Value>,
        sync_error: Option<&str>,
    ) -> Result<(), StorageError> {
        let row = order_event::Model {
            store_id: self.reader().owner(),
            id: event.id.clone(),
            order_id: event.order.to_string(),
            kind: event.kind.as_str().to_owned(),
            at: event.at,
            log: log.map(ToString::to_string),
            sync_error: sync_error.map(str::to_owned),
        };
        self.insert(vec![row.into_active_model()]).await
    }
}
