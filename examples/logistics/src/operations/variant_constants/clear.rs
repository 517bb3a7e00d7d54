//! `variant_constants.clear`

use latchstring::{ChangeAction, Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use super::set::{told, told_key};
use crate::model::{Constants, ConstantsKey, LocationId, VariantId};
use crate::operations::shared::outcome::{Outcome, Outcomes};
use crate::operations::shared::paging::up_to;
use crate::{Logistics, Writer};

/// Removes reorder rules. An item that is refused stops no other.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ClearConstants {
    /// The rules, 1 to 500.
    items: Vec<RuleKey>,
}

/// Which rule.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RuleKey {
    /// Of what.
    variant_id: VariantId,
    /// Where; the one for every location if left out.
    location_id: Option<LocationId>,
}

impl Command for ClearConstants {
    const NAME: &'static str = "variant_constants.clear";
    const TITLE: &'static str = "Clear reorder rules";
    const EXAMPLE: &'static str = r#"await app.variantConstants.clear({ items: [{ variantId: "42002" }] });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] =
        &[(ErrorCode::InvalidInput, "`items` is empty or has more than 500")];
    type Domain = Logistics;
    type Output = Outcomes;

    async fn run(self, _: &Context, db: &mut Writer) -> Result<Outcomes, OperationError> {
        up_to(500, "items", self.items.len())?;
        let mut results = Vec::with_capacity(self.items.len());
        for item in self.items {
            let key = ConstantsKey {
                variant: item.variant_id,
                location: item.location_id,
            };
            let Some(before) = db.reader().constants(&key).await? else {
                let id = told_key(&key);
                results.push(Err(OperationError::not_found(
                    "reorder rule",
                    id,
                    "variantConstants.list({})",
                )));
                continue;
            };
            db.save_constants(&key, Constants::default()).await?;
            db.record(
                "variant_constants",
                told_key(&key),
                ChangeAction::Deleted,
                Some(told(before)),
                None,
            );
            results.push(Ok(Outcome::Removed));
        }
        Outcomes::of(results)
    }
}
