//! `reports.run_now`

use latchstring::{ChangeAction, Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::model::outgoing::MOST_WAITING;
use crate::model::{Refusal, ReportId};
use crate::operations::shared::{found, reports};
use crate::{Logistics, Writer};

/// Writes a report as of now, to go out in the background. When it goes out by the clock does not change. To see what
/// it says use `app.reports.preview`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RunNowReport {
    /// The report's id, from `app.reports.list({})`.
    report_id: ReportId,
}

/// That it will go out.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ReportAccepted {
    /// Always true; it goes out in the background.
    accepted: bool,
    /// To which addresses.
    recipients: Vec<String>,
}

impl Command for RunNowReport {
    const NAME: &'static str = "reports.run_now";
    const TITLE: &'static str = "Send a report now";
    const EXAMPLE: &'static str = r#"await app.reports.runNow({ reportId: "rep_weekly" });"#;
    const DESTRUCTIVE: bool = false;
    const REPLAYABLE: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such report"),
        (ErrorCode::LimitExceeded, "100 messages wait already"),
    ];
    type Domain = Logistics;
    type Output = ReportAccepted;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<ReportAccepted, OperationError> {
        let report = found::report(db.reader(), &self.report_id).await?;
        let waiting = db.reader().waiting_messages().await?;
        if waiting >= MOST_WAITING {
            return Err(Refusal::too_many(format!(
                "{waiting} messages wait to go out already; let people deliver these first, or read the report with \
                 `app.reports.preview`"
            ))
            .into());
        }
        let message = reports::message(db.reader(), &report, cx.now()).await?;
        let id = cx.new_uuid();
        db.add_message(id, cx.now(), &message).await?;
        let after = json!({ "reportId": report.id, "recipients": message.recipients });
        db.record(
            "message",
            id.simple().to_string(),
            ChangeAction::Created,
            None,
            Some(after),
        );
        Ok(ReportAccepted {
            accepted: true,
            recipients: message.recipients,
        })
    }
}
