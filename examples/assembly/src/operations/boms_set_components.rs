//! `boms.set_components`

use latchstring::{ChangeAction, Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    boms_list::{BomItem, shown_one},
    composition::{ComponentInput, NestedInput, RowInput, check_cycles, check_rows, register, rows_over},
    differences::differences,
    made_of::{Component, Nested, shown_rows},
};
use crate::{
    Assembly, Writer,
    error::no_bom,
    model::{Bom, BomId, Owner, RowsError, VariantId, rows, structure::Rows},
};

/// Changes what a bill of materials is made of. With `merge`, rows are added, or change the row about the same material
/// or sub-assembly: a field that is left out keeps its value there. All other rows stay. With `replace`, the given list is
/// the whole new list; an empty list removes all. A kind of row that is left out stays as it is either way. Rows from
/// `app.boms.get` can be passed back as they are.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SetComponents {
    /// The BOM's id, from `app.boms.list({})`.
    bom_id: BomId,
    /// Materials, each at most once; a BOM has 250 at most.
    components: Option<Vec<ComponentInput>>,
    /// Sub-assemblies, each at most once; a BOM has 250 at most.
    sub_assemblies: Option<Vec<NestedInput>>,
    /// `merge` (if left out) or `replace`.
    mode: Option<Mode>,
}

/// What happens to rows that are not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    /// They stay, and so do the fields that are left out of a row that is there already.
    #[default]
    Merge,
    /// They go.
    Replace,
}

/// The BOM as it is now.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ComponentsSet {
    bom: BomItem,
    components: Vec<Component>,
    sub_assemblies: Vec<Nested>,
    /// Catalogue variants that were registered as raw materials for it.
    registered_variant_ids: Vec<VariantId>,
}

impl Mode {
    fn apply<I: RowInput>(self, old: &[I::Row], given: Option<Vec<I>>) -> Result<Vec<I::Row>, RowsError> {
        match (self, given) {
            (_, None) => Ok(old.to_vec()),
            (Self::Merge, Some(given)) => rows::merge(old, &rows_over(given, old)?),
            (Self::Replace, Some(given)) => {
                let given = rows_over(given, &[])?;
                rows::check(&given).map(|()| given)
            }
        }
    }
}

impl Command for SetComponents {
    const NAME: &'static str = "boms.set_components";
    const TITLE: &'static str = "Set the components of a BOM";
    const EXAMPLE: &'static str = r#"await app.boms.setComponents({ bomId: "bom_desk_lamp", components: [{ variantId: "VMAT-VAR-1001", quantity: 0.5, wastePercentage: 10 }], mode: "merge" });"#;
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (
            ErrorCode::NotFound,
            "the BOM, a material or a sub-assembly does not exist",
        ),
        (
            ErrorCode::InvalidInput,
            "a quantity is not positive, something is named twice or made of itself, or a location is unknown",
        ),
        (ErrorCode::InvalidState, "the BOM is active and would have no rows left"),
        (ErrorCode::LimitExceeded, "more than 250 rows of one kind"),
    ];
    type Domain = Assembly;
    type Output = ComponentsSet;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<ComponentsSet, OperationError> {
        let bom = db
            .reader()
            .bom(&self.bom_id)
            .await?
            .ok_or_else(|| no_bom(&self.bom_id))?;
        let owner = Owner::Bom(bom.id.clone());
        let before = db.reader().parts(std::slice::from_ref(&owner)).await?.rows_of(&owner);
        let mode = self.mode.unwrap_or_default();
        let after = Rows {
            components: mode.apply(&before.components, self.components)?,
            nested: mode.apply(&before.nested, self.sub_assemblies)?,
        };
        if bom.settings.active && after.is_empty() {
            let text = format!(
                "BOM `{}` is active and would have no components left; first call `app.boms.update` with settings \
                 {{ active: false }}",
                bom.id
            );
            return Err(OperationError::new(ErrorCode::InvalidState, text));
        }
        let to_register = check_rows(cx, db.reader(), &after).await?;
        check_cycles(db.reader(), &owner, &bom.variant, &after).await?;

        let bom = if before == after {
            bom
        } else {
            register(db, &to_register).await?;
            db.replace_rows(&owner, &after).await?;
            let bom = Bom {
                updated_at: cx.now(),
                ..bom
            };
            db.save_bom(&bom).await?;
            let (before, after) = differences(&before, &after);
            let (before, after) = (json!({ "rows": before }), json!({ "rows": after }));
            db.record("bom", bom.id.clone(), ChangeAction::Updated, Some(before), Some(after));
            bom
        };
        let parts = db.reader().parts(std::slice::from_ref(&owner)).await?;
        let currency = db.reader().shop().await?.currency;
        let (components, sub_assemblies) = shown_rows(&owner, &parts, &currency);
        let registered_variant_ids = to_register.into_iter().map(|material| material.id).collect();
        Ok(ComponentsSet {
            bom: shown_one(db.reader(), bom).await?,
            components,
            sub_assemblies,
            registered_variant_ids,
        })
    }
}
