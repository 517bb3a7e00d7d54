//! What is to go out. A message is written in the transaction of what caused it, and handed over later.

use chrono::{DateTime, Utc};
use latchstring::db::column::one_of;
use sea_orm::{ColumnTrait, Condition, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::Value;
use uuid::Uuid;

use super::{
    Reader, StorageError, Writer,
    entity::outbox,
    row::{read, written},
};
use crate::model::outgoing::{LONGEST_WAIT, MessageState};

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
    pub(crate) state: MessageState,
    /// How often it was handed over.
    pub(crate) attempts: i32,
    pub(crate) delivered_at: Option<DateTime<Utc>>,
    /// Why the last attempt failed.
    pub(crate) error: Option<String>,
    /// Before then nobody takes it; `None`: anybody may.
    pub(crate) next_attempt_at: Option<DateTime<Utc>>,
}

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
            state: one_of(
                ("outbox", "status"),
                &row.status,
                MessageState::EVERY,
                MessageState::as_str,
            )?,
            attempts: row.attempts,
            delivered_at: row.delivered_at,
            error: row.error,
            next_attempt_at: row.next_attempt_at,
        })
    }
}

impl Reader {
    /// The first message that may go out now.
    pub(crate) async fn due_message(&self, now: DateTime<Utc>) -> Result<Option<Message>, StorageError> {
        use outbox::Column::{At, Id, NextAttemptAt, Status};
        let is_due = Condition::any()
            .add(NextAttemptAt.is_null())
            .add(NextAttemptAt.lte(now))
            // Nothing waits that long, unless the clock ran ahead when it was written down.
            .add(NextAttemptAt.gt(now + LONGEST_WAIT));
        let select = self
            .all::<outbox::Entity>()
            .filter(Status.eq(MessageState::Waiting.as_str()))
            .filter(is_due);
        let row = select
            .order_by_asc(At)
            .order_by_asc(Id)
            .limit(1)
            .one(self.transaction())
            .await?;
        row.map(Message::try_from).transpose()
    }

    /// How many messages wait to go out.
    pub(crate) async fn waiting_messages(&self) -> Result<u64, StorageError> {
        let select = self
            .all::<outbox::Entity>()
            .filter(outbox::Column::Status.eq(MessageState::Waiting.as_str()));
        Ok(select.count(self.transaction()).await?)
    }

    /// One message.
    pub(crate) async fn message(&self, id: Uuid) -> Result<Option<Message>, StorageError> {
        let select = self.all::<outbox::Entity>().filter(outbox::Column::Id.eq(id));
        let row = select.one(self.transaction()).await?;
        row.map(Message::try_from).transpose()
    }

    /// Messages that nobody took and nobody has now, the first first.
    pub(crate) async fn failed_messages(&self, most: u64) -> Result<Vec<Message>, StorageError> {
        use outbox::Column::{At, Error, Id, Status};
        let select = self
            .all::<outbox::Entity>()
            .filter(Status.ne(MessageState::Delivered.as_str()))
            .filter(Error.is_not_null());
        let rows = select
            .order_by_asc(At)
            .order_by_asc(Id)
            .limit(most)
            .all(self.transaction())
            .await?;
        rows.into_iter().map(Message::try_from).collect()
    }

    /// The latest messages, whether they went out or not.
    pub(crate) async fn latest_messages(&self, most: u64) -> Result<Vec<Message>, StorageError> {
        let select = self.all::<outbox::Entity>().order_by_desc(outbox::Column::At);
        let rows = select
            .order_by_desc(outbox::Column::Id)
            .limit(most)
            .all(self.transaction())
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
        let message = Message {
            id,
            kind: message.kind.to_owned(),
            at,
            recipients: message.recipients.clone(),
            subject: message.subject.clone(),
            body: message.body.clone(),
            state: MessageState::Waiting,
            attempts: 0,
            delivered_at: None,
            error: None,
            next_attempt_at: None,
        };
        let row = self.message_row(&message)?;
        self.insert(vec![row.into_active_model()]).await
    }

    /// Writes down how it stands now.
    pub(crate) async fn save_message(&self, message: &Message) -> Result<(), StorageError> {
        let row = self.message_row(message)?;
        self.update(row.into_active_model()).await
    }

    fn message_row(&self, message: &Message) -> Result<outbox::Model, StorageError> {
        Ok(outbox::Model {
            store_id: self.reader().owner(),
            id: message.id,
            kind: message.kind.clone(),
            at: message.at,
            recipients: written("outbox", &message.recipients)?,
            subject: message.subject.clone(),
            body: written("outbox", &message.body)?,
            status: message.state.as_str().to_owned(),
            attempts: message.attempts,
            delivered_at: message.delivered_at,
            error: message.error.clone(),
            next_attempt_at: message.next_attempt_at,
        })
    }
}
