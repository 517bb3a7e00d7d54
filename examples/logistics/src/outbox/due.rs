//! What is due: reports by the clock, and the notification where the rule has something to tell.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use latchstring::db::Database;
use latchstring::{Ids, OperationError, TenantId};
use serde_json::{Value, json};

use super::OutboxError;
use crate::{
    Reader, StorageError, Writer,
    model::{
        Plan, VariantId, ViewId,
        name::seen,
        notify::{Rule, Trigger},
    },
    operations::shared::{outlook, reports},
    storage::{NewMessage, Watched},
};

/// What was due.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Due {
    /// Reports that were written.
    pub reports: usize,
    /// Variants that people are told of.
    pub alarms: usize,
    /// What could not be made, and why. A report is tried again the next time it is due; the others went on.
    pub undone: Vec<String>,
}

/// Writes the reports that are due, and the notification where the rule has something to tell. Of two that do this at
/// once, the second finds nothing due any more.
///
/// # Errors
/// When the database fails. Then nothing was written.
pub async fn run_due(database: &Database, store: TenantId, now: DateTime<Utc>) -> Result<Due, OutboxError> {
    let transaction = database.begin_write_for(store).await.map_err(StorageError::from)?;
    let writer = Writer::new(transaction, store);
    let ids = Ids::at(now);
    let mut due = Due::default();
    for report in writer.reader().reports().await? {
        if report.is_astray(now) {
            writer.put_report(&report.scheduled(now)).await?;
        }
    }
    for mut report in writer.reader().due_reports(now).await? {
        let message = reports::message(writer.reader(), &report, now).await;
        if let Some(message) = possible(message, &mut due, || format!("report `{}`", report.id))? {
            writer.add_message(ids.make(), now, &message).await?;
            report.last_sent_at = Some(now);
            due.reports += 1;
        }
        writer.put_report(&report.scheduled(now)).await?;
    }
    let shop = writer.reader().shop().await?;
    let rule = writer.reader().rule().await?;
    if rule.is_enabled && shop.plan >= Plan::Enhanced {
        let (told, alarms) = look(writer.reader(), &rule, now, &mut due).await?;
        writer.put_alarms(&alarms).await?;
        due.alarms = told.len();
        if !told.is_empty() {
            let message = NewMessage {
                kind: "notification",
                recipients: reports::addresses(writer.reader(), &rule.recipients).await?,
                subject: format!("{}: stock runs low", seen(&shop.name)),
                body: json!({ "variants": told }),
            };
            writer.add_message(ids.make(), now, &message).await?;
        }
    }
    writer.commit_unfenced().await?;
    Ok(due)
}

/// What could be made. What the store's own data forbid is told, and stops nothing else.
fn possible<T>(
    made: Result<T, OperationError>,
    due: &mut Due,
    what: impl FnOnce() -> String,
) -> Result<Option<T>, OutboxError> {
    match made {
        Ok(made) => Ok(Some(made)),
        Err(error) if error.ends_program() => Err(error.into()),
        Err(error) => {
            due.undone.push(format!("{}: {}", what(), error.message()));
            Ok(None)
        }
    }
}

/// What the forecast says of each variant that the rule watches. One that several views show is there once.
async fn watched(
    db: &Reader,
    views: &[ViewId],
    now: DateTime<Utc>,
    due: &mut Due,
) -> Result<BTreeMap<VariantId, outlook::ForecastRow>, OutboxError> {
    let mut rows: BTreeMap<VariantId, outlook::ForecastRow> = BTreeMap::new();
    for id in views {
        let Some(view) = db.view(id).await? else {
            due.undone.push(format!(
                "the notification rule watches view `{id}`, which is gone; name others with `app.notifications.setRule`"
            ));
            continue;
        };
        let named = || format!("view `{id}`, which the notification rule watches");
        let variants = outlook::all_variants_of(db, &view, None).await;
        let Some(variants) = possible(variants, due, named)? else {
            continue;
        };
        let of_view = outlook::rows(db, &view, &variants, now.date_naive()).await;
        for row in possible(of_view, due, named)?.into_iter().flatten() {
            rows.entry(row.variant_id.clone()).or_insert(row);
        }
    }
    Ok(rows)
}

/// Looks at everything that the rule watches: what to tell, and what to remember.
async fn look(
    db: &Reader,
    rule: &Rule,
    now: DateTime<Utc>,
    due: &mut Due,
) -> Result<(Vec<Value>, Watched), OutboxError> {
    let before = db.alarms().await?;
    let (mut told, mut after) = (Vec::new(), Watched::new());
    for row in watched(db, &rule.views, now, due).await?.into_values() {
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
            let mut alarm = before.get(&key).copied().unwrap_or_default();
            if alarm.look(trigger, is_met, now) {
                triggers.push(trigger);
            }
            after.insert(key, alarm);
        }
        if !triggers.is_empty() {
            told.push(json!({
                "variantId": row.variant_id, "title": row.title, "sku": row.sku, "onHand": row.on_hand,
                "reorderDate": row.reorder_date, "reorderQuantity": row.reorder_quantity, "triggers": triggers,
            }));
        }
    }
    Ok((told, after))
}
