//! `variant_constants.set`

use latchstring::{ChangeAction, Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::model::{Constants, ConstantsKey, LocationId, Patch, Units, VariantId};
use crate::operations::shared::found;
use crate::operations::shared::outcome::{Outcome, Outcomes};
use crate::operations::shared::paging::up_to;
use crate::{Logistics, Writer};

/// Sets reorder rules: how many of a variant to keep, at a location or at all of them. What is left out stays as it
/// is, null clears it. `min` may not be more than `target`, `staticReorderPoint` and `max`, nor these more than
/// `max`; also where a location's own rule says a part and the one for every location the rest. An item that is refused
/// stops no other.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SetConstants {
    /// The rules, 1 to 500.
    items: Vec<RuleInput>,
}

/// A reorder rule.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RuleInput {
    /// Of what.
    variant_id: VariantId,
    /// Where; if left out everywhere, for what a location's own rule does not say.
    location_id: Option<LocationId>,
    /// Keep at least this many; null: nothing said.
    #[serde(default)]
    min: Patch<Units>,
    /// Keep no more than this many; null: nothing said.
    #[serde(default)]
    max: Patch<Units>,
    /// Fill up to this many; null: nothing said.
    #[serde(default)]
    target: Patch<Units>,
    /// Order at this many; null: nothing said.
    #[serde(default)]
    static_reorder_point: Patch<Units>,
}

impl RuleInput {
    fn over(self, before: Constants) -> Constants {
        let units = |patch: Patch<Units>, before: Option<i64>| match patch {
            Patch::Keep => before,
            Patch::Clear => None,
            Patch::Set(units) => Some(units.get()),
        };
        Constants {
            min: units(self.min, before.min),
            max: units(self.max, before.max),
            target: units(self.target, before.target),
            static_reorder_point: units(self.static_reorder_point, before.static_reorder_point),
        }
    }
}

pub(super) fn told(constants: Constants) -> Value {
    json!({
        "min": constants.min, "max": constants.max, "target": constants.target,
        "staticReorderPoint": constants.static_reorder_point,
    })
}

pub(super) fn told_key(key: &ConstantsKey) -> String {
    match &key.location {
        Some(at) => format!("{}/{at}", key.variant),
        None => key.variant.to_string(),
    }
}

impl Command for SetConstants {
    const NAME: &'static str = "variant_constants.set";
    const TITLE: &'static str = "Set reorder rules";
    const EXAMPLE: &'static str =
        r#"await app.variantConstants.set({ items: [{ variantId: "42001", min: 10, target: 40 }] });"#;
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] =
        &[(ErrorCode::InvalidInput, "`items` is empty or has more than 500")];
    type Domain = Logistics;
    type Output = Outcomes;

    async fn run(self, _: &Context, db: &mut Writer) -> Result<Outcomes, OperationError> {
        up_to(500, "items", self.items.len())?;
        let ids: Vec<VariantId> = self.items.iter().map(|item| item.variant_id.clone()).collect();
        let variants = db.reader().variants(&ids).await?;
        let locations = db.reader().locations().await?;
        let mut results = Vec::with_capacity(self.items.len());
        for item in self.items {
            if !variants.contains_key(&item.variant_id) {
                results.push(Err(found::no_variant(&item.variant_id)));
                continue;
            }
            if let Some(at) = item
                .location_id
                .as_ref()
                .filter(|at| locations.iter().all(|one| one.id != **at))
            {
                results.push(Err(OperationError::not_found("location", at, "locations.list({})")));
                continue;
            }
            let key = ConstantsKey {
                variant: item.variant_id.clone(),
                location: item.location_id.clone(),
            };
            let others = db.reader().constants_of(&key.variant).await?;
            let before = others.get(&key.location).copied();
            let after = item.over(before.unwrap_or_default()).checked();
            match after.and_then(|after| after.beside(key.location.as_ref(), &others)) {
                Ok(after) => {
                    db.save_constants(&key, after).await?;
                    let id = told_key(&key);
                    db.record(
                        "variant_constants",
                        id,
                        ChangeAction::Updated,
                        before.map(told),
                        Some(told(after)),
                    );
                    results.push(Ok(if before.is_some() {
                        Outcome::Updated
                    } else {
                        Outcome::Created
                    }));
                }
                Err(refusal) => results.push(Err(refusal.into())),
            }
        }
        Outcomes::of(results)
    }
}
