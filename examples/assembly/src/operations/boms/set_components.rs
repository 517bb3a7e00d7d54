//! `boms.set_components`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    Assembly, Writer,
    model::{BomId, structure::Rows},
    operations::shared::{
        change_rows::{BomRows, Made, Mode, bom_at, change_rows},
        composition::{ComponentInput, NestedInput},
    },
};

/// Changes what a BOM is made of. With `merge`, rows are added, or change the row about the same material or
/// sub-assembly: a field that is left out keeps its value there. All other rows stay. With `replace`, the given list is
/// the whole new list; an empty list removes all. A kind of row that is left out stays as it is either way. Rows from
/// `app.boms.get` can be passed back as they are.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SetComponents {
    /// The BOM's id, from `app.boms.list({})`.
    bom_id: BomId,
    /// Materials, each at most once, 250 at most.
    components: Option<Vec<ComponentInput>>,
    /// Sub-assemblies, each at most once, 250 at most.
    sub_assemblies: Option<Vec<NestedInput>>,
    /// `merge` (if left out) or `replace`.
    mode: Option<Mode>,
    /// Refuse unless the BOM is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl Command for SetComponents {
    const NAME: &'static str = "boms.set_components";
    const TITLE: &'static str = "Set the components of a BOM";
    const EXAMPLE: &'static str = r#"await app.boms.setComponents({ bomId: "bom_desk_lamp", components: [{ variantId: "VMAT-VAR-1001", quantity: 0.5, wastePercentage: 10 }], mode: "merge" });"#;
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (
            ErrorCode::NotFound,
            "the store has no such BOM, no such material or no such sub-assembly",
        ),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidInput,
            "a quantity is not positive, something is named twice or made of itself, or a location is unknown",
        ),
        (ErrorCode::InvalidState, "the BOM is active and would have no rows left"),
        (ErrorCode::LimitExceeded, "more than 250 rows of one kind"),
    ];
    type Domain = Assembly;
    type Output = BomRows;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<BomRows, OperationError> {
        let made = bom_at(db.reader(), &self.bom_id, self.expected_version).await?;
        let before = db.reader().rows_of(&made.owner()).await?;
        let how = self.mode.unwrap_or_default();
        let after = Rows {
            components: how.apply(&before.components, self.components)?,
            nested: how.apply(&before.nested, self.sub_assemblies)?,
        };
        let changed = change_rows(cx, db, made, &before, &after).await?;
        BomRows::shown(db.reader(), changed).await
    }
}
