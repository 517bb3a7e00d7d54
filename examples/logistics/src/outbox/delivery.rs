//! Handing over what waits, message by message.
//!
//! A delivery takes a message in one transaction, hands it over outside of any, and writes down how that went in a second
//! one. So a slow sink holds nobody up, and of two deliveries at once each message goes to one. A delivery that dies in
//! between leaves its message to the next one after [`LEASE`]; that sink may see the message twice.

use std::time::Duration;

use chrono::{DateTime, Utc};
use latchstring::TenantId;
use latchstring::db::Database;

use super::{OutboxError, Outgoing, Sink};
use crate::{
    Writer,
    model::outgoing::{LEASE, MessageState, next_attempt},
    storage::Message,
};

/// Messages that one delivery takes.
const MOST: usize = 100;

/// How long a sink may take over one message. A delivery of [`MOST`] that all take as long is over before [`LEASE`] is.
const PATIENCE: Duration = Duration::from_secs(30);

/// How deliveries went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Messages that the sink took.
    pub delivered: usize,
    /// Messages that it did not; they wait for another time.
    pub failed: usize,
    /// Messages that it did not take, and that are tried no more.
    pub given_up: usize,
}

/// Hands what waits to a sink, the first first.
///
/// # Errors
/// When the database fails. A message that the sink took just then goes to it again later.
pub async fn deliver(
    database: &Database,
    store: TenantId,
    sink: &impl Sink,
    now: DateTime<Utc>,
) -> Result<Delivered, OutboxError> {
    let mut delivered = Delivered::default();
    for _ in 0..MOST {
        let Some(message) = take(database, store, now).await? else {
            break;
        };
        let done = tokio::time::timeout(PATIENCE, sink.take(&Outgoing::from(&message))).await;
        let done = done.unwrap_or_else(|_| Err(format!("it was not done within {} seconds", PATIENCE.as_secs())));
        match settle(database, store, message, done, now).await? {
            MessageState::Delivered => delivered.delivered += 1,
            MessageState::Waiting => delivered.failed += 1,
            MessageState::GivenUp => delivered.given_up += 1,
        }
    }
    Ok(delivered)
}

/// Takes the next message, so that nobody else does.
async fn take(database: &Database, store: TenantId, now: DateTime<Utc>) -> Result<Option<Message>, OutboxError> {
    let writer = Writer::begin(database, store).await?;
    let Some(mut message) = writer.reader().due_message(now).await? else {
        return Ok(None);
    };
    message.attempts += 1;
    message.next_attempt_at = Some(now + LEASE);
    // While somebody has it nothing is known of how it went.
    message.error = None;
    writer.save_message(&message).await?;
    writer.commit_unfenced().await?;
    Ok(Some(message))
}

/// Writes down how it went, unless another delivery has taken the message since.
async fn settle(
    database: &Database,
    store: TenantId,
    mut message: Message,
    done: Result<(), String>,
    now: DateTime<Utc>,
) -> Result<MessageState, OutboxError> {
    match done {
        Ok(()) => {
            message.state = MessageState::Delivered;
            message.delivered_at = Some(now);
            message.next_attempt_at = None;
            message.error = None;
        }
        Err(error) => {
            message.next_attempt_at = next_attempt(message.attempts, now);
            if message.next_attempt_at.is_none() {
                message.state = MessageState::GivenUp;
            }
            message.error = Some(error.chars().take(1000).collect());
        }
    }
    let writer = Writer::begin(database, store).await?;
    let is = writer.reader().message(message.id).await?;
    if is.is_some_and(|is| is.state == MessageState::Waiting && is.attempts == message.attempts) {
        writer.save_message(&message).await?;
        writer.commit_unfenced().await?;
    }
    Ok(message.state)
}

/// Lets messages that failed be tried at once, also those that were given up; answers how many. One that a delivery has
/// just now is left to it.
///
/// # Errors
/// When the database fails. Then nothing was changed.
pub async fn retry(database: &Database, store: TenantId) -> Result<usize, OutboxError> {
    let writer = Writer::begin(database, store).await?;
    let failed = writer.reader().failed_messages(1000).await?;
    let many = failed.len();
    for mut message in failed {
        message.state = MessageState::Waiting;
        message.attempts = 0;
        message.next_attempt_at = None;
        writer.save_message(&message).await?;
    }
    writer.commit_unfenced().await?;
    Ok(many)
}
