//! What is due: reports by the clock, and the notification where the rule has something to tell.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use latchstring::db::Database;
use latchstring::{Ids, OperationError, TenantId, values::seen};
use serde_json::{Value, json};

use super::OutboxError;
use crate::{
    Reader, Writer,
    model::{
        Plan, VariantId,
        notify::{Rule, Trigger},
    },
    operations::shared::{outlook, reports},
    storage::{NewMessage, Watched},
};

/// Variants that one notification lists; it says how many there are.
const MOST_LISTED: usize = 500;

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
    let writer = Writer::begin(database, store).await?;
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
                body: json!({ "count": told.len(), "variants": &told[..told.len().min(MOST_LISTED)] }),
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

/// Looks at everything that the rule watches: what to tell, by variant, and what to remember that was not known before.
async fn look(
    db: &Reader,
    rule: &Rule,
    now: DateTime<Utc>,
    due: &mut Due,
) -> Result<(Vec<Value>, Watched), OutboxError> {
    let before = db.alarms().await?;
    let (mut told, mut after) = (BTreeMap::new(), Watched::new());
    // A variant that several views show is told of once.
    let mut looked_at: BTreeSet<VariantId> = BTreeSet::new();
    for id in &rule.views {
        let Some(view) = db.view(id).await? else {
            due.undone.push(format!(
                "the notification rule watches view `{id}`, which is gone; name others with `app.notifications.setRule`"
            ));
            continue;
        };
        let named = || format!("view `{id}`, which the notification rule watches");
        let mut portions = outlook::Portions::new(&view, now);
        while let Some(rows) = possible(portions.next(db).await, due, named)?.flatten() {
            for row in rows {
                if !looked_at.insert(row.variant_id.clone()) {
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
