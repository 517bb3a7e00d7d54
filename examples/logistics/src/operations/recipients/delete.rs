//! `recipients.delete`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::model::{RecipientId, Refusal};
use crate::operations::shared::found;
use crate::operations::shared::settle::record_gone;
use crate::{Logistics, Writer};

/// Removes a recipient. One who gets a report, or is named in the notification rule, cannot be removed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DeleteRecipient {
    /// The recipient's id, from `app.recipients.list({})`.
    recipient_id: RecipientId,
}

/// Who was removed.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecipientDeleted {
    recipient_id: RecipientId,
}

impl Command for DeleteRecipient {
    const NAME: &'static str = "recipients.delete";
    const TITLE: &'static str = "Remove a recipient";
    const EXAMPLE: &'static str = r#"await app.recipients.delete({ recipientId: "rcp_shop" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such recipient"),
        (ErrorCode::InUse, "a report or the rule names them"),
    ];
    type Domain = Logistics;
    type Output = RecipientDeleted;

    async fn run(self, _: &Context, db: &mut Writer) -> Result<RecipientDeleted, OperationError> {
        let recipient = found::recipient(db.reader(), &self.recipient_id).await?;
        let reports = db.reader().reports().await?;
        let used_by: Vec<String> = reports
            .iter()
            .filter(|report| report.recipients.contains(&recipient.id))
            .map(|report| format!("report `{}`", report.id))
            .chain(
                db.reader()
                    .rule()
                    .await?
                    .recipients
                    .contains(&recipient.id)
                    .then(|| "the notification rule".to_owned()),
            )
            .collect();
        if !used_by.is_empty() {
            return Err(Refusal::in_use(format!(
                "recipient `{}` is named in {}; take them out there first",
                recipient.id,
                used_by.join(", ")
            ))
            .with(json!({ "usedBy": used_by }))
            .into());
        }
        db.drop_recipient(&recipient.id).await?;
        record_gone(db, "recipient", recipient.id.as_str(), &recipient)?;
        Ok(RecipientDeleted {
            recipient_id: recipient.id,
        })
    }
}
