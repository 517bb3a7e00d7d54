//! `recipients.create`

use latchstring::{ChangeAction, Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::model::notify::{Email, Recipient};
use crate::model::{Name, RecipientId, Refusal};
use crate::operations::shared::reports::RecipientItem;
use crate::storage::MOST_TOLD;
use crate::{Logistics, Reader, Writer};

/// Adds somebody who can get reports and notifications. An address is there once.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CreateRecipient {
    /// The e-mail address.
    email: Email,
    /// What people call them, 1 to 255 characters.
    name: Option<Name>,
}

/// The recipient.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct RecipientChanged {
    /// As it is now.
    pub(super) recipient: RecipientItem,
}

impl Command for CreateRecipient {
    const NAME: &'static str = "recipients.create";
    const TITLE: &'static str = "Add a recipient";
    const EXAMPLE: &'static str =
        r#"const { recipient } = await app.recipients.create({ email: "stock@harbor.example", name: "Stock room" });"#;
    const DESTRUCTIVE: bool = false;
    const REPLAYABLE: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (
            ErrorCode::Conflict,
            "the address is there already; `details.recipientId` says whose",
        ),
        (ErrorCode::InvalidInput, "it is no address"),
        (ErrorCode::LimitExceeded, "the store has 1000 recipients"),
    ];
    type Domain = Logistics;
    type Output = RecipientChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<RecipientChanged, OperationError> {
        check_free(db.reader(), &self.email, None).await?;
        if db.reader().recipients().await?.len() as u64 >= MOST_TOLD {
            return Err(Refusal::too_many(format!(
                "the store has {MOST_TOLD} recipients, which is the most; remove one with `app.recipients.delete` first"
            ))
            .into());
        }
        let recipient = Recipient {
            id: RecipientId::new(cx.new_uuid()),
            email: self.email,
            name: self.name.map(String::from),
        };
        db.put_recipient(&recipient).await?;
        let after = serde_json::to_value(&recipient).map_err(OperationError::internal)?;
        db.record(
            "recipient",
            recipient.id.clone(),
            ChangeAction::Created,
            None,
            Some(after),
        );
        Ok(RecipientChanged {
            recipient: recipient.into(),
        })
    }
}

/// Refuses an address that somebody else has.
pub(super) async fn check_free(db: &Reader, email: &Email, own: Option<&RecipientId>) -> Result<(), OperationError> {
    match db.recipient_at(email).await? {
        Some(other) if Some(&other.id) != own => Err(Refusal::conflict(format!(
            "recipient `{}` has the address `{}` already; use that one",
            other.id,
            email.as_str()
        ))
        .with(json!({ "recipientId": other.id }))
        .into()),
        Some(_) | None => Ok(()),
    }
}
