//! `boms.update_component`

use latchstring::{Command, Context, ErrorCode, OperationError, values::Patch};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    Assembly, Writer,
    model::{BomId, ComponentRow, LocationId, Quantity, VariantId, Waste, structure::Rows},
    operations::shared::change_rows::{BomRows, Made, bom_at, change_rows, with_changed},
};

/// Changes how much of one material a BOM takes, or how; what is left out stays as it is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UpdateComponent {
    /// The BOM's id, from `app.boms.list({})`.
    bom_id: BomId,
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
    /// Refuse unless the BOM is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl Command for UpdateComponent {
    const NAME: &'static str = "boms.update_component";
    const TITLE: &'static str = "Change a material of a BOM";
    const EXAMPLE: &'static str =
        r#"await app.boms.updateComponent({ bomId: "bom_desk_lamp", variantId: "50007", quantity: 2 });"#;
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (
            ErrorCode::NotFound,
            "the store has no such BOM, or the material is not in it",
        ),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidInput,
            "the quantity is not positive, or the location is unknown",
        ),
    ];
    type Domain = Assembly;
    type Output = BomRows;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<BomRows, OperationError> {
        let made = bom_at(db.reader(), &self.bom_id, self.expected_version).await?;
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
        BomRows::shown(db.reader(), changed).await
    }
}
