//! `reports.create`

use latchstring::{ChangeAction, Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::notify::{Frequency, Report, ReportKind};
use crate::model::{Name, RecipientId, Refusal, ReportId, ViewId};
use crate::operations::shared::found;
use crate::operations::shared::given::TimeOfDay;
use crate::operations::shared::reports::ReportChanged;
use crate::storage::MOST_TOLD;
use crate::{Logistics, Writer};

/// Creates a report that goes out by the clock: what a view of the forecast says is to be ordered, or where the
/// purchase orders stand.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CreateReport {
    /// The name, 1 to 255 characters; it is the subject of what goes out.
    name: Name,
    /// What it tells.
    kind: ReportKind,
    /// Of which view, from `app.forecast.views({})`. With `forecast_view_summary` only.
    view_id: Option<ViewId>,
    /// Who gets it, from `app.recipients.list({})`; 1 to 50.
    recipient_ids: Vec<RecipientId>,
    /// How often: every day, every Monday, or on the first of every month.
    frequency: Frequency,
    /// At what time of day, in UTC, such as `08:30`.
    send_time: TimeOfDay,
    /// Whether it goes out; true if left out.
    enabled: Option<bool>,
}

impl Command for CreateReport {
    const NAME: &'static str = "reports.create";
    const TITLE: &'static str = "Create a report";
    const EXAMPLE: &'static str = r#"const { report } = await app.reports.create({ name: "Orders, daily", kind: "po_status", recipientIds: ["rcp_buyer"], frequency: "daily", sendTime: "07:00" });"#;
    const DESTRUCTIVE: bool = false;
    const REPLAYABLE: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "a recipient or the view does not exist"),
        (
            ErrorCode::InvalidInput,
            "nobody gets it, or a view is missing or too many",
        ),
        (ErrorCode::LimitExceeded, "the store has 1000 reports"),
    ];
    type Domain = Logistics;
    type Output = ReportChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<ReportChanged, OperationError> {
        if db.reader().reports().await?.len() as u64 >= MOST_TOLD {
            return Err(Refusal::too_many(format!(
                "the store has {MOST_TOLD} reports, which is the most; delete one with `app.reports.delete` first"
            ))
            .into());
        }
        found::check_recipients(db.reader(), &self.recipient_ids).await?;
        if let Some(view) = &self.view_id {
            found::view(db.reader(), view).await?;
        }
        let report = Report {
            id: ReportId::new(cx.new_uuid()),
            name: self.name.into(),
            kind: self.kind,
            view: self.view_id,
            recipients: self.recipient_ids,
            frequency: self.frequency,
            send_time: self.send_time.into(),
            is_enabled: self.enabled.unwrap_or(true),
            last_sent_at: None,
            next_at: None,
            version: 1,
        };
        let report = report.checked()?.scheduled(cx.now());
        db.put_report(&report).await?;
        let after = serde_json::to_value(&report).map_err(OperationError::internal)?;
        db.record("report", report.id.clone(), ChangeAction::Created, None, Some(after));
        Ok(ReportChanged { report: report.into() })
    }
}
