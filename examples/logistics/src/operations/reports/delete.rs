//! `reports.delete`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::ReportId;
use crate::operations::shared::found;
use crate::operations::shared::settle::record_gone;
use crate::{Logistics, Writer};

/// Deletes a report: it goes out no more.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DeleteReport {
    /// The report's id, from `app.reports.list({})`.
    report_id: ReportId,
    /// Refuse unless the report is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

/// What was deleted.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReportDeleted {
    report_id: ReportId,
    name: String,
}

impl Command for DeleteReport {
    const NAME: &'static str = "reports.delete";
    const TITLE: &'static str = "Delete a report";
    const EXAMPLE: &'static str = r#"await app.reports.delete({ reportId: "rep_weekly" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such report"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
    ];
    type Domain = Logistics;
    type Output = ReportDeleted;

    async fn run(self, _: &Context, db: &mut Writer) -> Result<ReportDeleted, OperationError> {
        let report = found::report(db.reader(), &self.report_id).await?;
        OperationError::check_version(
            self.expected_version,
            report.version,
            format_args!("report `{}`", report.id),
        )?;
        db.drop_report(&report.id).await?;
        record_gone(db, "report", report.id.as_str(), &report)?;
        Ok(ReportDeleted {
            report_id: report.id,
            name: report.name,
        })
    }
}
