//! `sub_assemblies.update_component`

use latchstring::{Command, Context, ErrorCode, OperationError, values::Patch};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    Assembly, Writer,
    model::{ComponentRow, LocationId, Quantity, SubAssemblyId, VariantId, Waste, structure::Rows},
    operations::shared::change_rows::{Made, SubAssemblyRows, change_rows, sub_assembly_at, with_changed},
};

/// Changes how much of one material a sub-assembly takes, or how; what is left out stays as it is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UpdateComponent {
    /// The sub-assembly's id, from `app.subAssemblies.list({})`.
    sub_assembly_id: SubAssemblyId,
    /// The material, which must be in it.
    variant_id: VariantId,
    /// How much one unit takes, before waste, in the material's unit. More than 0, at most 1000000000, six decimals.
    quantity: Option<Quantity>,
    /// What is lost on top, in percent of the quantity: 10 makes 2 m into 2.2 m. 0 to 1000.
    waste_percentage: Option<Waste>,
    /// Always take it from this location; null: where one builds.
    #[serde(default)]
    location_id: Patch<LocationId>,
    /// Variants that could be used instead, 20 at most; a note for people, not counted in buildable.
    alternatives: Option<Vec<VariantId>>,
    /// Refuse unless the sub-assembly is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl Command for UpdateComponent {
    const NAME: &'static str = "sub_assemblies.update_component";
    const TITLE: &'static str = "Change a material of a sub-assembly";
    const EXAMPLE: &'static str = r#"await app.subAssemblies.updateComponent({ subAssemblyId: "sub_lamp_head", variantId: "50015", quantity: 2 });"#;
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (
            ErrorCode::NotFound,
            "the store has no such sub-assembly, or the material is not in it",
        ),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidInput,
            "the quantity is not positive, or the location is unknown",
        ),
    ];
    type Domain = Assembly;
    type Output = SubAssemblyRows;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<SubAssemblyRows, OperationError> {
        let made = sub_assembly_at(db.reader(), &self.sub_assembly_id, self.expected_version).await?;
        let before = db.reader().rows_of(&made.owner()).await?;
        let change = |row: ComponentRow| ComponentRow {
            material: row.material,
            quantity: self.quantity.unwrap_or(row.quantity),
            waste: self.waste_percentage.unwrap_or(row.waste),
            location: self.location_id.over(row.location),
            alternatives: self.alternatives.unwrap_or(row.alternatives),
        };
        let after = Rows {
            components: with_changed(&made.owner(), before.components.clone(), &self.variant_id, change)?,
            nested: before.nested.clone(),
        };
        let changed = change_rows(cx, db, made, &before, &after).await?;
        SubAssemblyRows::shown(db.reader(), changed).await
    }
}
