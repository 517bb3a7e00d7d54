//! `recipients.list`

use latchstring::{Context, OperationError, Query};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::operations::shared::paging::Listed;
use crate::operations::shared::reports::RecipientItem;
use crate::{Logistics, Reader};

/// Lists who gets reports and notifications, by address.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ListRecipient {}

impl Query for ListRecipient {
    const NAME: &'static str = "recipients.list";
    const TITLE: &'static str = "List recipients";
    const EXAMPLE: &'static str = "const { items } = await app.recipients.list({});";
    type Domain = Logistics;
    type Output = Listed<RecipientItem>;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Listed<RecipientItem>, OperationError> {
        Ok(Listed::whole(
            db.recipients().await?.into_iter().map(RecipientItem::from).collect(),
        ))
    }
}
