//! `raw_materials.register`

use latchstring::{ChangeAction, Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::update::told;
use crate::{
    Assembly, Writer,
    error::no_variant,
    model::{Material, VariantId},
    operations::shared::composition::register,
};

/// Variants of one call.
const MOST: usize = 250;

/// Registers variants of the catalogue as raw materials. One that is registered already is refreshed with what the
/// catalogue says now, so it is safe to do twice. One that does not exist does not stop the others: see `outcome`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RegisterRawMaterials {
    /// Numeric variant ids, from `app.catalog.searchVariants({ isRawMaterial: false })`. 1 to 250.
    #[schemars(example = ["41018", "41019"])]
    variant_ids: Vec<VariantId>,
}

/// What became of each variant.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RawMaterialsRegistered {
    /// One entry per variant, in the order given, each variant once.
    results: Vec<Registered>,
    created: usize,
    refreshed: usize,
    failed: usize,
}

/// What became of one variant.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Registered {
    variant_id: VariantId,
    outcome: Outcome,
    /// The material's name; null if it failed.
    name: Option<String>,
    /// Why it failed; otherwise null.
    error: Option<Value>,
}

/// What became of a variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// It is a raw material now.
    Created,
    /// It was one, and has the catalogue's names, SKU, vendor and cost of now.
    Refreshed,
    /// There is no such variant.
    Failed,
}

impl Command for RegisterRawMaterials {
    const NAME: &'static str = "raw_materials.register";
    const TITLE: &'static str = "Register variants as raw materials";
    const DESTRUCTIVE: bool = false;
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] =
        &[(ErrorCode::InvalidInput, "`variantIds` is empty or has more than 250")];
    type Domain = Assembly;
    type Output = RawMaterialsRegistered;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<RawMaterialsRegistered, OperationError> {
        if !(1..=MOST).contains(&self.variant_ids.len()) {
            let text = format!(
                "`variantIds` has {} ids; give 1 to {MOST} in one call",
                self.variant_ids.len()
            );
            return Err(OperationError::invalid_input(text));
        }
        let mut ids: Vec<VariantId> = Vec::with_capacity(self.variant_ids.len());
        for id in self.variant_ids {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        let variants = db.reader().variants(&ids).await?;
        let mut known = db.reader().materials(&ids).await?;
        let (mut results, mut to_add) = (Vec::with_capacity(ids.len()), Vec::new());
        for id in ids {
            let registered = match (variants.get(&id), known.remove(&id)) {
                (None, _) => {
                    let error = if id.is_virtual() {
                        OperationError::invalid_input(format!(
                            "`{id}` is a virtual material and not in the catalogue; it needs no registering"
                        ))
                    } else {
                        no_variant(&id)
                    };
                    (Outcome::Failed, None, Some(error.to_value()))
                }
                (Some(variant), None) => {
                    let material = Material::of_variant(variant, cx.now());
                    let name = material.name();
                    to_add.push(material);
                    (Outcome::Created, Some(name), None)
                }
                (Some(variant), Some(old)) => {
                    let fresh = old.clone().refreshed(variant);
                    let name = fresh.name();
                    if fresh != old {
                        let fresh = fresh.changed(cx.now());
                        db.save_material(&fresh).await?;
                        let action = ChangeAction::Updated;
                        db.record("raw_material", id.clone(), action, Some(told(&old)), Some(told(&fresh)));
                    }
                    (Outcome::Refreshed, Some(name), None)
                }
            };
            let (outcome, name, error) = registered;
            results.push(Registered {
                variant_id: id,
                outcome,
                name,
                error,
            });
        }
        register(db, &to_add).await?;
        let count = |outcome| results.iter().filter(|one| one.outcome == outcome).count();
        Ok(RawMaterialsRegistered {
            created: count(Outcome::Created),
            refreshed: count(Outcome::Refreshed),
            failed: count(Outcome::Failed),
            results,
        })
    }
}
