//! `recipients.update`

use latchstring::{ChangeAction, Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use super::create::{RecipientChanged, check_free};
use crate::model::notify::Email;
use crate::model::{Name, Patch, RecipientId};
use crate::operations::shared::changes::differences;
use crate::operations::shared::found;
use crate::{Logistics, Writer};

/// Changes the address or the name of a recipient; what is left out stays as it is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UpdateRecipient {
    /// The recipient's id, from `app.recipients.list({})`.
    recipient_id: RecipientId,
    /// The e-mail address.
    email: Option<Email>,
    /// What people call them; null for nothing.
    #[serde(default)]
    name: Patch<Name>,
}

impl Command for UpdateRecipient {
    const NAME: &'static str = "recipients.update";
    const TITLE: &'static str = "Change a recipient";
    const EXAMPLE: &'static str = r#"await app.recipients.update({ recipientId: "rcp_shop", name: "The shop" });"#;
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such recipient"),
        (ErrorCode::Conflict, "somebody else has the address"),
        (ErrorCode::InvalidInput, "it is no address"),
    ];
    type Domain = Logistics;
    type Output = RecipientChanged;

    async fn run(self, _: &Context, db: &mut Writer) -> Result<RecipientChanged, OperationError> {
        let before = found::recipient(db.reader(), &self.recipient_id).await?;
        let mut recipient = before.clone();
        if let Some(email) = self.email {
            check_free(db.reader(), &email, Some(&recipient.id)).await?;
            recipient.email = email;
        }
        recipient.name = self.name.over(recipient.name);
        db.put_recipient(&recipient).await?;
        let (was, is) = differences(&before, &recipient);
        db.record(
            "recipient",
            recipient.id.clone(),
            ChangeAction::Updated,
            Some(was),
            Some(is),
        );
        Ok(RecipientChanged {
            recipient: recipient.into(),
        })
    }
}
