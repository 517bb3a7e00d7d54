//! `raw_materials.remove`

use latchstring::{ChangeAction, Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::update::told;
use crate::{
    Assembly, Writer,
    error::no_material,
    model::VariantId,
    operations::shared::{made_of::in_use, set_levels::emptied},
    storage::Kind,
};

/// Removes a raw material. Refused while a BOM or a sub-assembly uses it. Of a virtual material, its stock goes, too; a
/// `shopify` material stays in the catalogue with its stock and can be registered again.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RemoveRawMaterial {
    /// The material: a numeric variant id, or `VMAT-VAR-…`.
    #[schemars(example = &"VMAT-VAR-1027")]
    variant_id: VariantId,
    /// Refuse unless it is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

/// What was removed.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RawMaterialRemoved {
    variant_id: VariantId,
    name: String,
}

impl Command for RemoveRawMaterial {
    const NAME: &'static str = "raw_materials.remove";
    const TITLE: &'static str = "Remove a raw material";
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such raw material"),
        (
            ErrorCode::InUse,
            "a BOM or a sub-assembly uses it; `details.usedBy` names them",
        ),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
    ];
    type Domain = Assembly;
    type Output = RawMaterialRemoved;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<RawMaterialRemoved, OperationError> {
        let material = db.reader().material(&self.variant_id).await?;
        let material = material.ok_or_else(|| no_material(&self.variant_id))?;
        let what = format!("raw material `{}`", material.id);
        OperationError::check_version(self.expected_version, material.version, &what)?;
        in_use(&what, db.reader().material_referrers(&material.id).await?)?;
        if material.id.is_virtual() {
            emptied(cx, db, (Kind::Material, material.id.as_str())).await?;
        }
        db.delete_material(&material.id).await?;
        let id = material.id.clone();
        db.record("raw_material", id, ChangeAction::Deleted, Some(told(&material)), None);
        Ok(RawMaterialRemoved {
            name: material.name(),
            variant_id: material.id,
        })
    }
}
