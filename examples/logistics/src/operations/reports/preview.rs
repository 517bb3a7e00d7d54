//! `reports.preview`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::ReportId;
use crate::operations::shared::{found, reports};
use crate::{Logistics, Reader};

/// Shows what a report would say now. Nothing goes out.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PreviewReport {
    /// The report's id, from `app.reports.list({})`.
    report_id: ReportId,
}

/// What a report would say.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Preview {
    /// To which addresses it would go.
    recipients: Vec<String>,
    subject: String,
    /// What it would say.
    body: Value,
}

impl Query for PreviewReport {
    const NAME: &'static str = "reports.preview";
    const TITLE: &'static str = "Preview a report";
    const EXAMPLE: &'static str = r#"const { subject, body } = await app.reports.preview({ reportId: "rep_weekly" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(ErrorCode::NotFound, "the store has no such report")];
    type Domain = Logistics;
    type Output = Preview;

    async fn run(self, cx: &Context, db: &mut Reader) -> Result<Preview, OperationError> {
        let report = found::report(db, &self.report_id).await?;
        let message = reports::message(db, &report, cx.now()).await?;
        Ok(Preview {
            recipients: message.recipients,
            subject: message.subject,
            body: message.body,
        })
    }
}
