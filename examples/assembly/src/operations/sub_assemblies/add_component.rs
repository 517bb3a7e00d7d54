//! `sub_assemblies.add_component`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    Assembly, Writer,
    model::{ComponentRow, LocationId, Quantity, SubAssemblyId, VariantId, Waste, structure::Rows},
    operations::shared::change_rows::{Made, SubAssemblyRows, change_rows, sub_assembly_at, with_new},
};

/// Adds one material to a sub-assembly. A material that is there already is refused: change its row with
/// `app.subAssemblies.updateComponent`. Several at once: `app.subAssemblies.setComponents`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AddComponent {
    /// The sub-assembly's id, from `app.subAssemblies.list({})`.
    sub_assembly_id: SubAssemblyId,
    /// The material: a numeric variant id, or `VMAT-VAR-…`. A variant of the catalogue that is no raw material yet is
    /// registered as one.
    variant_id: VariantId,
    /// How much one unit takes, before waste, in the material's unit. More than 0, at most 1000000000, six decimals.
    quantity: Quantity,
    /// What is lost on top, in percent of the quantity: 10 makes 2 m into 2.2 m. 0 to 1000; 0 if left out.
    waste_percentage: Option<Waste>,
    /// Always take it from this location; where one builds, if left out.
    location_id: Option<LocationId>,
    /// Variants that could be used instead, 20 at most; a note for people, not counted in buildable.
    alternatives: Option<Vec<VariantId>>,
    /// Refuse unless the sub-assembly is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl Command for AddComponent {
    const NAME: &'static str = "sub_assemblies.add_component";
    const TITLE: &'static str = "Add a material to a sub-assembly";
    const EXAMPLE: &'static str = r#"await app.subAssemblies.addComponent({ subAssemblyId: "sub_lamp_head", variantId: "VMAT-VAR-1017", quantity: 0.2, wastePercentage: 5 });"#;
    const DESTRUCTIVE: bool = false;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (
            ErrorCode::NotFound,
            "the store has no such sub-assembly, or no such material",
        ),
        (
            ErrorCode::Conflict,
            "the material is in it already, or it is not at `expectedVersion`",
        ),
        (
            ErrorCode::InvalidInput,
            "the quantity is not positive, the location is unknown, or something would be made of itself",
        ),
        (ErrorCode::LimitExceeded, "more than 250 materials"),
    ];
    type Domain = Assembly;
    type Output = SubAssemblyRows;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<SubAssemblyRows, OperationError> {
        let made = sub_assembly_at(db.reader(), &self.sub_assembly_id, self.expected_version).await?;
        let before = db.reader().rows_of(&made.owner()).await?;
        let row = ComponentRow {
            material: self.variant_id,
            quantity: self.quantity,
            waste: self.waste_percentage.unwrap_or_default(),
            location: self.location_id,
            alternatives: self.alternatives.unwrap_or_default(),
        };
        let other = "app.subAssemblies.updateComponent";
        let after = Rows {
            components: with_new(&made.owner(), before.components.clone(), row, other)?,
            nested: before.nested.clone(),
        };
        let changed = change_rows(cx, db, made, &before, &after).await?;
        SubAssemblyRows::shown(db.reader(), changed).await
    }
}
