//! The order engine: what happens to stock when the shop sells, and when it takes back.
//!
//! It is no part of what an assistant can do. Whoever embeds this product calls it for each event of their shop platform; the
//! commands `assembly orders` do by hand what a platform would tell, and a feed of made-up orders shows it at work.
//!
//! Each event is one transaction. Counts that this app keeps are changed in it. So are the platform's, if it can be reached;
//! otherwise what it must be told waits, the event says why, and the next event that
//! reaches it, or [`Orders::synchronise`], tells it later.

mod engine;
pub mod feed;
mod log;

use chrono::{DateTime, Utc};
use latchstring::TenantId;
use latchstring::db::{Database, DatabaseError};

use crate::{
    Reader, StorageError, Writer,
    model::{Article, LocationId, Order, OrderError, OrderEvent, OrderId, VariantId},
    storage::{Page, Told},
};
use engine::Engine;
pub use log::{Done, LineDone};

/// Orders of every store in one database.
#[derive(Clone)]
pub struct Orders {
    database: Database,
    platform: Platform,
}

/// Whether the shop platform can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    /// It can.
    Up,
    /// It cannot: what it must be told waits.
    Down,
}

/// An event that was not applied.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    /// It cannot have happened.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// The data could not be read or written.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<DatabaseError> for EventError {
    fn from(error: DatabaseError) -> Self {
        Self::Storage(error.into())
    }
}

/// What came of an event.
#[derive(Debug, Clone, PartialEq)]
pub enum Applied {
    /// It was applied. What was done is told line by line; nothing where no active BOM was sold.
    Done(Done),
    /// It had been told before, and nothing happened.
    Duplicate,
}

/// An order with everything that was told of it.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// The order as it stands.
    pub order: Order,
    /// Its events, the first first.
    pub events: Vec<Event>,
}

/// An event of an order, as it was told.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The platform's id of it.
    pub id: String,
    /// `created`, `edited`, `cancelled` or `refunded`.
    pub kind: String,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What was done, as JSON; none if nothing was to be done.
    pub log: Option<serde_json::Value>,
    /// Why the shop platform has not been told yet.
    pub sync_error: Option<String>,
}

impl From<Told> for Event {
    fn from(told: Told) -> Self {
        Self {
            id: told.event_id,
            kind: told.kind,
            at: told.at,
            log: told.log,
            sync_error: told.sync_error,
        }
    }
}

impl Orders {
    /// The orders in this database, whose tables must be there: see [`Assembly::open`](crate::Assembly::open).
    pub fn new(database: Database, platform: Platform) -> Self {
        Self { database, platform }
    }

    /// Applies an event to a store, once. `now` is when it is told.
    ///
    /// # Errors
    /// When it cannot have happened, or the database fails. Then nothing was changed.
    pub async fn apply(&self, store: TenantId, event: &OrderEvent, now: DateTime<Utc>) -> Result<Applied, EventError> {
        let writer = Writer::begin(&self.database, store).await?;
        if writer.reader().was_told(&event.id).await? {
            return Ok(Applied::Duplicate);
        }
        let order = writer.reader().order(&event.order).await?;
        let (order, changes) = event.applied_to(order)?;
        if self.platform == Platform::Up {
            // What waits counts as made, so it must be made before anything is taken from it.
            engine::synchronise(&writer, now).await?;
        }
        let shop = writer.reader().shop().await?;
        let engine = Engine::new(writer, shop, self.platform, event, now);
        let done = engine.apply(&order, &changes).await?;
        Ok(Applied::Done(done))
    }

    /// Tells the shop platform what it has not been told, and answers how many counts that changed.
    ///
    /// # Errors
    /// When the platform cannot be reached or the database fails. Then nothing was changed.
    pub async fn synchronise(&self, store: TenantId, now: DateTime<Utc>) -> Result<usize, EventError> {
        let writer = Writer::begin(&self.database, store).await?;
        let count = engine::synchronise(&writer, now).await?;
        writer.commit_unfenced().await?;
        Ok(count)
    }

    /// The article that a person means: a variant by its id or its SKU, and a location by its id or its name.
    ///
    /// # Errors
    /// When there is none or more than one of that SKU or name, or the database fails.
    pub async fn article(&self, store: TenantId, what: &str, at: Option<&str>) -> Result<Article, EventError> {
        let reader = Reader::begin(&self.database, store).await?;
        let variant = match VariantId::try_from(what.to_owned()) {
            Ok(id) if reader.variants(std::slice::from_ref(&id)).await?.contains_key(&id) => id,
            Ok(_) | Err(_) => {
                let mut ids = reader.variants_with_sku(what).await?;
                match (ids.pop(), ids.pop()) {
                    (Some(id), None) => id,
                    (None, _) => return Err(OrderError::NoSku(what.to_owned()).into()),
                    (Some(_), Some(_)) => return Err(OrderError::SeveralWithSku(what.to_owned()).into()),
                }
            }
        };
        let Some(at) = at else {
            return Ok(Article {
                variant,
                location: None,
            });
        };
        let location = Some(location(&reader, at).await?);
        Ok(Article { variant, location })
    }

    /// The location that a person means, by its id or its name.
    ///
    /// # Errors
    /// When there is none, or the database fails.
    pub async fn location(&self, store: TenantId, at: &str) -> Result<LocationId, EventError> {
        location(&Reader::begin(&self.database, store).await?, at).await
    }

    /// An order number that is not taken: the next after the highest of those that are only digits, from 1001.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn next_id(&self, store: TenantId) -> Result<OrderId, EventError> {
        let reader = Reader::begin(&self.database, store).await?;
        Ok(reader.next_order_id().await?)
    }

    /// An order with its events.
    ///
    /// # Errors
    /// When there is no such order, or the database fails.
    pub async fn history(&self, store: TenantId, id: &OrderId) -> Result<History, EventError> {
        let reader = Reader::begin(&self.database, store).await?;
        let order = reader.order(id).await?;
        let order = order.ok_or_else(|| OrderError::NoOrder(id.clone()))?;
        let events = reader.told(id).await?.into_iter().map(Event::from).collect();
        Ok(History { order, events })
    }

    /// The latest orders, and how many there are.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn latest(&self, store: TenantId, limit: u64) -> Result<(Vec<Order>, u64), EventError> {
        let reader = Reader::begin(&self.database, store).await?;
        let (ids, total) = reader.order_ids(Page { offset: 0, limit }).await?;
        let mut orders = Vec::with_capacity(ids.len());
        for id in ids {
            orders.extend(reader.order(&id).await?);
        }
        Ok((orders, total))
    }
}

async fn location(reader: &Reader, at: &str) -> Result<LocationId, EventError> {
    let locations = reader.locations().await?;
    let found = locations
        .iter()
        .find(|place| place.id.as_str() == at || place.name == at);
    if let Some(found) = found {
        return Ok(found.id.clone());
    }
    let known = locations.iter().take(20);
    let known: Vec<String> = known.map(|place| format!("{} ({})", place.id, place.name)).collect();
    Err(OrderError::NoSuchLocation(at.to_owned(), known.join(", ")).into())
}
