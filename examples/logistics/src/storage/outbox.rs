//! What is to go out. A message is written in the transaction of what caused it, and sent later, or not at all.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use serde_json::Value;
use uuid::Uuid;

use super::{
    Reader, StorageError, Writer,
    entity::outbox,
    row::{read, written},
};

/// A message to be written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NewMessage {
    pub(crate) kind: &'static str,
    pub(crate) recipients: Vec<String>,
    pub(crate) subject: String,
    pub(crate) body: Value,
}

/// A message.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Message {
    pub(crate) id: Uuid,
    pub(crate) kind: String,
    pub(crate) at: DateTime<Utc>,
    pub(crate) recipients: Vec<String>,
    pub(crate) subject: String,
    pub(crate) body: Value,
    pub(crate) is_delivered: bool,
    pub(crate) attempts: i32,
    pub(crate) error: Option<String>,
}

const WAITING: &str = "waiting";
const DELIVERED: &str = "delivered";

impl TryFrom<outbox::Model> for Message {
    type Error = StorageError;

    fn try_from(row: outbox::Model) -> Result<Self, StorageError> {
        Ok(Self {
            id: row.id,
            kind: row.kind,
            at: row.at,
            recipients: read("outbox", &row.recipients)?,
            subject: row.subject,
            body: read("outbox", &row.body)?,
            is_delivered: row.status == DELIVERED,
            attempts: row.attempts,
            error: row.error,
        })
    }
}

impl Reader {
    /// What waits to go out, the first first.
    pub(crate) async fn waiting_messages(&self, most: u64) -> Result<Vec<Message>, StorageError> {
        let select = self.all::<outbox::Entity>().filter(outbox::Column::Status.eq(WAITING));
        let rows = select
            .order_by_asc(outbox::Column::At)
            .order_by_asc(outbox::Column::Id)
            .limit(most)
            .all(&self.transaction)
            .await?;
        rows.into_iter().map(Message::try_from).collect()
    }

    /// The latest messages, whether they went out or not.
    pub(crate) async fn latest_messages(&self, most: u64) -> Result<Vec<Message>, StorageError> {
        let select = self.all::<outbox::Entity>().order_by_desc(outbox::Column::At);
        let rows = select
            .order_by_desc(outbox::Column::Id)
            .limit(most)
            .all(&self.transaction)
            .await?;
        rows.into_iter().map(Message::try_from).collect()
    }
}

impl Writer {
    /// Writes a message that is to go out.
    pub(crate) async fn add_message(
        &self,
        id: Uuid,
        at: DateTime<Utc>,
        message: &NewMessage,
    ) -> Result<(), StorageError> {
        let row = outbox::Model {
            store_id: self.reader().store(),
            id,
            kind: message.kind.to_owned(),
            at,
            recipients: written("outbox", &message.recipients)?,
            subject: message.subject.clone(),
            body: written("outbox", &message.body)?,
            status: WAITING.to_owned(),
            attempts: 0,
            delivered_at: None,
            error: None,
        };
        self.insert(vec![row.into_active_model()]).await
    }

    /// Writes down how it went.
    pub(crate) async fn save_attempt(
        &self,
        message: &Message,
        done: Result<DateTime<Utc>, String>,
    ) -> Result<(), StorageError> {
        let row = outbox::Model {
            store_id: self.reader().store(),
            id: message.id,
            kind: message.kind.clone(),
            at: message.at,
            recipients: written("outbox", &message.recipients)?,
            subject: message.subject.clone(),
            body: written("outbox", &message.body)?,
            status: if done.is_ok() { DELIVERED } else { WAITING }.to_owned(),
            attempts: message.attempts + 1,
            delivered_at: done.as_ref().ok().copied(),
            error: done.err(),
        };
        self.update(row.into_active_model()).await
    }
}
