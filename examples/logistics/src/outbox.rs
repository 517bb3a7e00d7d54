//! What goes out of the product: reports by the clock, and notifications when stock runs low.
//!
//! [`run_due`] writes what is due into the outbox, in one transaction with what it remembers of it. [`deliver`] hands what
//! waits there to a [`Sink`], and writes down how that went. Nothing is sent but by a sink; the one that comes with the
//! product writes files.

mod delivery;
mod due;

use std::{future::Future, path::PathBuf};

use chrono::{DateTime, Utc};
use latchstring::db::Database;
use latchstring::{OperationError, TenantId};
use serde::Serialize;
use serde_json::Value;

use crate::{Reader, StorageError, model::outgoing::MessageState, storage::Message};

pub use delivery::{Delivered, deliver, retry};
pub use due::{Due, run_due};

/// What a sink is given.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outgoing {
    /// Its id; the same at every attempt.
    pub id: String,
    /// `report` or `notification`.
    pub kind: String,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// To which addresses.
    pub recipients: Vec<String>,
    /// What it is about; one line.
    pub subject: String,
    /// What it says.
    pub body: Value,
}

impl From<&Message> for Outgoing {
    fn from(message: &Message) -> Self {
        Self {
            id: message.id.simple().to_string(),
            kind: message.kind.clone(),
            at: message.at,
            recipients: message.recipients.clone(),
            subject: message.subject.clone(),
            body: message.body.clone(),
        }
    }
}

/// Where messages go. One that fails is tried again later, and one is handed over again when it is not known how that
/// went, so a sink may see it more than once, with the same id.
pub trait Sink: Sync {
    /// Takes one, within half a minute.
    ///
    /// # Errors
    /// When it cannot; the text is written down with the message.
    fn take(&self, message: &Outgoing) -> impl Future<Output = Result<(), String>> + Send;
}

/// A folder that gets a file for each message. A file is there as a whole or not at all.
#[derive(Debug, Clone)]
pub struct Folder(pub PathBuf);

impl Sink for Folder {
    async fn take(&self, message: &Outgoing) -> Result<(), String> {
        let text = serde_json::to_string_pretty(message).map_err(|error| error.to_string())?;
        let place = self.0.join(format!("{}.json", message.id));
        let aside = self.0.join(format!(".{}.part", message.id));
        std::fs::create_dir_all(&self.0)
            .and_then(|()| std::fs::write(&aside, text))
            .and_then(|()| std::fs::rename(&aside, &place))
            .map_err(|error| format!("{}: {error}", place.display()))
    }
}

/// What was not done.
#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    /// The data could not be read or written.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A report or the rule could not be worked out.
    #[error(transparent)]
    Operation(#[from] OperationError),
}

/// A message, and how far it got.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Kept {
    /// What it says.
    pub message: Outgoing,
    /// Where it stands.
    pub state: MessageState,
    /// How often it was handed over.
    pub attempts: i32,
    /// Why the last attempt failed.
    pub error: Option<String>,
    /// Before then it is not tried again.
    pub next_attempt_at: Option<DateTime<Utc>>,
}

impl From<&Message> for Kept {
    fn from(message: &Message) -> Self {
        Self {
            message: message.into(),
            state: message.state,
            attempts: message.attempts,
            error: message.error.clone(),
            next_attempt_at: message.next_attempt_at,
        }
    }
}

/// The latest messages, and how far they got.
///
/// # Errors
/// When the database fails.
pub async fn latest(database: &Database, store: TenantId, most: u64) -> Result<Vec<Kept>, OutboxError> {
    let reader = Reader::begin(database, store).await?;
    let messages = reader.latest_messages(most).await?;
    Ok(messages.iter().map(Kept::from).collect())
}
