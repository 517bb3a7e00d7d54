//! What goes out of the product: reports by the clock, and notifications when stock runs low.
//!
//! [`run_due`] writes what is due into the outbox, in one transaction with what it remembers of it. [`deliver`] hands what
//! waits there to a [`Sink`], and writes down how that went. Nothing is sent but by a sink; the one that comes with the
//! product writes files.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    path::PathBuf,
};

use chrono::{DateTime, TimeDelta, Utc};
use latchstring::db::Database;
use latchstring::{Ids, OperationError, TenantId};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    Reader, StorageError, Writer,
    model::{
        Plan, VariantId,
        notify::{Rule, Trigger},
    },
    operations::shared::{found, outlook, reports},
    storage::{Message, NewMessage, Watched},
};

/// Messages that one delivery takes.
const MOST: u64 = 100;

/// Variants that one notification lists; it says how many there are.
const MOST_TOLD: usize = 500;

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
    /// What it is about.
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

/// Where messages go. One that fails is tried again at the next delivery, so a sink may see it twice.
pub trait Sink: Sync {
    /// Takes one.
    ///
    /// # Errors
    /// When it cannot; the text is written down with the message.
    fn take(&self, message: &Outgoing) -> impl Future<Output = Result<(), String>> + Send;
}

/// A folder that gets a file for each message.
#[derive(Debug, Clone)]
pub struct Folder(pub PathBuf);

impl Sink for Folder {
    async fn take(&self, message: &Outgoing) -> Result<(), String> {
        let text = serde_json::to_string_pretty(message).map_err(|error| error.to_string())?;
        let place = self.0.join(format!("{}.json", message.id));
        std::fs::create_dir_all(&self.0)
            .and_then(|()| std::fs::write(&place, text))
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

/// What was due.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Due {
    /// Reports that were written.
    pub reports: usize,
    /// Variants that people are told of.
    pub alarms: usize,
}

/// Writes the reports that are due, and the notification where the rule has something to tell.
///
/// # Errors
/// When the database fails, or a report is of something that is gone. Then nothing was written.
pub async fn run_due(database: &Database, store: TenantId, now: DateTime<Utc>) -> Result<Due, OutboxError> {
    let transaction = database.begin_write_for(store).await.map_err(StorageError::from)?;
    let writer = Writer::new(transaction, store);
    let ids = Ids::at(now);
    let mut due = Due::default();
    for mut report in writer.reader().due_reports(now).await? {
        let message = reports::message(writer.reader(), &report, now).await?;
        writer.add_message(ids.make(), now, &message).await?;
        report.last_sent_at = Some(now);
        writer.put_report(&report.scheduled(now)).await?;
        due.reports += 1;
    }
    let shop = writer.reader().shop().await?;
    let rule = writer.reader().rule().await?;
    if rule.is_enabled && shop.plan >= Plan::Enhanced {
        let (told, alarms) = look(writer.reader(), &rule, now).await?;
        writer.put_alarms(&alarms).await?;
        due.alarms = told.len();
        if !told.is_empty() {
            let message = NewMessage {
                kind: "notification",
                recipients: reports::addresses(writer.reader(), &rule.recipients).await?,
                subject: format!("{}: stock runs low", shop.name),
                body: json!({ "count": told.len(), "variants": &told[..told.len().min(MOST_TOLD)] }),
            };
            writer.add_message(ids.make(), now, &message).await?;
        }
    }
    writer.commit_unfenced().await?;
    Ok(due)
}

/// Looks at everything that the rule watches: what to tell, by variant, and what to remember that was not known before.
async fn look(db: &Reader, rule: &Rule, now: DateTime<Utc>) -> Result<(Vec<Value>, Watched), OutboxError> {
    let before = db.alarms().await?;
    let (mut told, mut after) = (BTreeMap::new(), Watched::new());
    // A variant that several views show is told of once.
    let mut seen: BTreeSet<VariantId> = BTreeSet::new();
    for view in &rule.views {
        let Some(view) = db.view(view).await? else { continue };
        let mut portions = outlook::Portions::new(&view, now);
        while let Some(rows) = portions.next(db).await? {
            for row in rows {
                if !seen.insert(row.variant_id.clone()) {
                    continue;
                }
                let triggers = look_at(&row, rule, now, (&before, &mut after));
                if !triggers.is_empty() {
                    let one = json!({
                        "variantId": row.variant_id, "title": row.title, "sku": row.sku, "onHand": row.on_hand,
                        "reorderDate": row.reorder_date, "reorderQuantity": row.reorder_quantity, "triggers": triggers,
                    });
                    told.insert(row.variant_id, one);
                }
            }
        }
    }
    Ok((told.into_values().collect(), after))
}

/// What to tell of a variant.
fn look_at(
    row: &outlook::ForecastRow,
    rule: &Rule,
    now: DateTime<Utc>,
    (before, after): (&Watched, &mut Watched),
) -> Vec<Trigger> {
    let soon = |days: i64| {
        let until = now.date_naive().checked_add_signed(TimeDelta::days(days));
        row.reorder_date
            .is_some_and(|date| until.is_some_and(|until| date <= until))
    };
    let conditions = [
        (Trigger::StockOut, rule.stock_out.then_some(row.on_hand <= 0)),
        (Trigger::Threshold, rule.threshold.map(|most| row.on_hand <= most)),
        (Trigger::DaysBeforeReorder, rule.days_before_reorder.map(soon)),
    ];
    let mut triggers = Vec::new();
    for (trigger, is_met) in conditions {
        let Some(is_met) = is_met else { continue };
        let key = (trigger, row.variant_id.clone());
        let was = before.get(&key).copied().unwrap_or_default();
        let mut alarm = was;
        if alarm.look(trigger, is_met, now) {
            triggers.push(trigger);
        }
        if alarm != was {
            after.insert(key, alarm);
        }
    }
    triggers
}

/// How deliveries went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Messages that the sink took.
    pub delivered: usize,
    /// Messages that it did not; they wait for the next time.
    pub failed: usize,
}

/// Hands what waits to a sink, the first first.
///
/// # Errors
/// When the database fails. A message that the sink took then goes to it again.
pub async fn deliver(
    database: &Database,
    store: TenantId,
    sink: &impl Sink,
    now: DateTime<Utc>,
) -> Result<Delivered, OutboxError> {
    let transaction = database.begin_write_for(store).await.map_err(StorageError::from)?;
    let writer = Writer::new(transaction, store);
    let mut delivered = Delivered::default();
    for message in writer.reader().waiting_messages(MOST).await? {
        let done = sink.take(&Outgoing::from(&message)).await;
        match &done {
            Ok(()) => delivered.delivered += 1,
            Err(_) => delivered.failed += 1,
        }
        writer.save_attempt(&message, done.map(|()| now)).await?;
    }
    writer.commit_unfenced().await?;
    Ok(delivered)
}

/// The latest messages, and whether they went out.
///
/// # Errors
/// When the database fails.
pub async fn latest(database: &Database, store: TenantId, most: u64) -> Result<Vec<(Outgoing, bool)>, OutboxError> {
    let transaction = database.begin_read().await.map_err(StorageError::from)?;
    let reader = Reader::new(transaction, store);
    let messages = reader.latest_messages(most).await?;
    Ok(messages
        .iter()
        .map(|message| (Outgoing::from(message), message.is_delivered))
        .collect())
}

/// A view must be one of the store's to be watched.
pub(crate) async fn check_views(db: &Reader, rule: &Rule) -> Result<(), OperationError> {
    for view in &rule.views {
        found::view(db, view).await?;
    }
    Ok(())
}
