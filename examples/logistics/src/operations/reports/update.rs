//! `reports.update`

use chrono::NaiveTime;
use latchstring::{ChangeAction, Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::notify::Frequency;
use crate::model::{Name, RecipientId, ReportId, ViewId};
use crate::operations::shared::changes::differences;
use crate::operations::shared::found;
use crate::operations::shared::given::TimeOfDay;
use crate::operations::shared::reports::ReportChanged;
use crate::{Logistics, Writer};

/// Changes a report; what is left out stays as it is. When it goes out next changes at once.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UpdateReport {
    /// The report's id, from `app.reports.list({})`.
    report_id: ReportId,
    /// The name, 1 to 255 characters.
    name: Option<Name>,
    /// Of which view. With `forecast_view_summary` only.
    view_id: Option<ViewId>,
    /// Who gets it, from `app.recipients.list({})`; 1 to 50.
    recipient_ids: Option<Vec<RecipientId>>,
    /// How often: every day, every Monday, or on the first of every month.
    frequency: Option<Frequency>,
    /// At what time of day, in UTC, such as `08:30`.
    send_time: Option<TimeOfDay>,
    /// Whether it goes out.
    enabled: Option<bool>,
    /// Refuse unless the report is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl Command for UpdateReport {
    const NAME: &'static str = "reports.update";
    const TITLE: &'static str = "Change a report";
    const EXAMPLE: &'static str = r#"await app.reports.update({ reportId: "rep_weekly", enabled: false });"#;
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (
            ErrorCode::NotFound,
            "the report, a recipient or the view does not exist",
        ),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (ErrorCode::InvalidInput, "nobody gets it, or a view is too many"),
    ];
    type Domain = Logistics;
    type Output = ReportChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<ReportChanged, OperationError> {
        let before = found::report(db.reader(), &self.report_id).await?;
        OperationError::check_version(
            self.expected_version,
            before.version,
            format_args!("report `{}`", before.id),
        )?;
        if let Some(ids) = &self.recipient_ids {
            found::check_recipients(db.reader(), ids).await?;
        }
        if let Some(view) = &self.view_id {
            found::view(db.reader(), view).await?;
        }
        let mut report = before.clone();
        report.name = self.name.map_or(report.name, String::from);
        report.view = self.view_id.or(report.view);
        report.recipients = self.recipient_ids.unwrap_or(report.recipients);
        report.frequency = self.frequency.unwrap_or(report.frequency);
        report.send_time = self.send_time.map_or(report.send_time, NaiveTime::from);
        report.is_enabled = self.enabled.unwrap_or(report.is_enabled);
        report.version += 1;
        let report = report.checked()?.scheduled(cx.now());
        db.put_report(&report).await?;
        let (was, is) = differences(&before, &report);
        db.record("report", report.id.clone(), ChangeAction::Updated, Some(was), Some(is));
        Ok(ReportChanged { report: report.into() })
    }
}
