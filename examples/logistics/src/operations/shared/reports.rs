//! Reports, as they are told and as they go out.

use chrono::{DateTime, NaiveTime, Utc};
use latchstring::{ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    found,
    outlook::{self, ForecastSort},
};
use crate::{
    Reader,
    model::{
        PurchaseStatus, RecipientId, ReportId, ViewId,
        notify::{Frequency, Recipient, Report, ReportKind},
        status::Status,
    },
    storage::{NewMessage, PurchaseFilter, Window},
};

/// Lines of a report.
const LINES: usize = 50;

/// A report that goes out by the clock.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReportItem {
    report_id: ReportId,
    name: String,
    kind: ReportKind,
    /// Of which view of the forecast; null where it is of none.
    view_id: Option<ViewId>,
    recipient_ids: Vec<RecipientId>,
    frequency: Frequency,
    /// At what time of day, in UTC.
    send_time: NaiveTime,
    enabled: bool,
    last_sent_at: Option<DateTime<Utc>>,
    /// When it goes out next; null where it does not.
    next_at: Option<DateTime<Utc>>,
    /// How often it has changed; for `expectedVersion`.
    version: u64,
}

impl From<Report> for ReportItem {
    fn from(report: Report) -> Self {
        Self {
            report_id: report.id,
            name: report.name,
            kind: report.kind,
            view_id: report.view,
            recipient_ids: report.recipients,
            frequency: report.frequency,
            send_time: report.send_time,
            enabled: report.is_enabled,
            last_sent_at: report.last_sent_at,
            next_at: report.next_at,
            version: report.version,
        }
    }
}

/// A report that was changed or made.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReportChanged {
    /// As it is now.
    pub(crate) report: ReportItem,
}

/// A recipient.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecipientItem {
    recipient_id: RecipientId,
    email: String,
    name: Option<String>,
}

impl From<Recipient> for RecipientItem {
    fn from(recipient: Recipient) -> Self {
        Self {
            recipient_id: recipient.id,
            email: recipient.email.into(),
            name: recipient.name,
        }
    }
}

/// What a report says.
pub(crate) async fn payload(db: &Reader, report: &Report, now: DateTime<Utc>) -> Result<Value, OperationError> {
    match report.kind {
        ReportKind::PoStatus => purchases(db, now).await,
        ReportKind::ForecastViewSummary => {
            let Some(view) = &report.view else {
                return Err(OperationError::new(
                    ErrorCode::InvalidState,
                    format!(
                        "report `{}` is of no view any more; give it one with `app.reports.update`",
                        report.id
                    ),
                ));
            };
            let view = found::view(db, view).await?;
            let mut portions = outlook::Portions::new(&view, now);
            let (mut first, mut variants, mut to_order) = (Vec::new(), 0, 0);
            while let Some(mut rows) = portions.next(db).await? {
                variants += rows.len();
                rows.retain(|row| row.reorder_quantity > 0);
                to_order += rows.len();
                first.append(&mut rows);
                outlook::sort(&mut first, ForecastSort::ReorderDate);
                first.truncate(LINES);
            }
            Ok(json!({ "view": view.name, "variants": variants, "toReorder": to_order, "rows": first }))
        }
    }
}

async fn purchases(db: &Reader, now: DateTime<Utc>) -> Result<Value, OperationError> {
    let by_status = db.purchases_by_status().await?;
    let filter = PurchaseFilter {
        statuses: PurchaseStatus::ALL
            .iter()
            .copied()
            // Of a received one nothing is to come.
            .filter(|status| status.is_open() && *status != PurchaseStatus::Received)
            .collect(),
        expected: (None, Some(now.date_naive())),
        ..PurchaseFilter::default()
    };
    let window = Window {
        after: None,
        limit: LINES as u64,
    };
    let (late, total) = db.purchase_order_page(&filter, &window).await?;
    let late: Vec<Value> = late
        .iter()
        .map(|order| {
            let pending: i64 = order.lines.iter().map(crate::model::PurchaseLine::pending).sum();
            json!({
                "purchaseOrderId": order.id, "number": order.number, "status": order.status,
                "expected": order.delivery_date(0), "pending": pending,
            })
        })
        .collect();
    Ok(json!({ "byStatus": by_status, "dueCount": total, "due": late }))
}

/// A report as a message that is to go out.
pub(crate) async fn message(db: &Reader, report: &Report, now: DateTime<Utc>) -> Result<NewMessage, OperationError> {
    Ok(NewMessage {
        kind: "report",
        recipients: addresses(db, &report.recipients).await?,
        subject: report.name.clone(),
        body: payload(db, report, now).await?,
    })
}

/// The addresses of these recipients, where they are still there.
pub(crate) async fn addresses(db: &Reader, ids: &[RecipientId]) -> Result<Vec<String>, OperationError> {
    let all = db.recipients().await?.into_iter();
    let named = all.filter(|recipient| ids.contains(&recipient.id));
    Ok(named.map(|recipient| recipient.email.into()).collect())
}
