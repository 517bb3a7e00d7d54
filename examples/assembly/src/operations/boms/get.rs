//! `boms.get`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::list::{BomItem, shown_one_with};
use crate::{
    Assembly, Reader,
    error::no_bom,
    model::{Bom, BomId, Owner, VariantId, unit_cost},
    operations::shared::{
        levels::{Level, levels_at},
        made_of::{Branch, Component, MaterialTotal, Named, Nested, Shown, material_totals, named, structure},
    },
    storage::Kind,
};

/// Shows one bill of materials by its id or by its finished good: what it is made of, what it costs, how it is set,
/// what lies ready.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GetBom {
    /// The BOM's id. Give either this or `variantId`.
    bom_id: Option<BomId>,
    /// The finished good, a numeric variant id. Give either this or `bomId`.
    variant_id: Option<VariantId>,
    /// Whether to add every sub-assembly anywhere below and the material totals; false if left out.
    expand: Option<bool>,
}

/// A bill of materials.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BomTree {
    bom: BomItem,
    /// What lies ready of the finished good at each location, by location name.
    levels: Vec<Level>,
    /// Materials directly in it.
    components: Vec<Component>,
    /// Sub-assemblies directly in it.
    sub_assemblies: Vec<Nested>,
    /// Materials that have no cost; while there are any, `unitCost` is null.
    materials_without_cost: Vec<Named>,
    /// Every sub-assembly anywhere below, once each, parents before their parts; null unless `expand`.
    branches: Option<Vec<Branch>>,
    /// What one takes of each material over all levels, with waste, when nothing comes from a shelf; null unless
    /// `expand`.
    material_totals: Option<Vec<MaterialTotal>>,
}

impl GetBom {
    async fn find(&self, db: &Reader) -> Result<Bom, OperationError> {
        match (&self.bom_id, &self.variant_id) {
            (Some(id), None) => db.bom(id).await?.ok_or_else(|| no_bom(id)),
            (None, Some(variant)) => {
                let find = "boms.list({ search: \"...\" })";
                db.bom_of(variant)
                    .await?
                    .ok_or_else(|| OperationError::not_found("BOM for variant", variant, find))
            }
            (None, None) | (Some(_), Some(_)) => Err(OperationError::invalid_input(
                "give `bomId` or `variantId`, exactly one of them",
            )),
        }
    }
}

impl Query for GetBom {
    const NAME: &'static str = "boms.get";
    const TITLE: &'static str = "Get a BOM";
    const EXAMPLE: &'static str =
        r#"const { bom, components, materialTotals } = await app.boms.get({ bomId: "bom_desk_lamp", expand: true });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such BOM"),
        (
            ErrorCode::InvalidInput,
            "neither or both of `bomId` and `variantId` are given",
        ),
    ];
    type Domain = Assembly;
    type Output = BomTree;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<BomTree, OperationError> {
        let bom = self.find(db).await?;
        let owner = Owner::Bom(bom.id.clone());
        let parts = db.parts(std::slice::from_ref(&owner)).await?;
        let structure = structure(&owner, &parts)?;
        let shown = Shown::read(db, &parts).await?;
        let (components, sub_assemblies) = shown.rows(&owner);
        let expand = self.expand.unwrap_or_default();
        let locations = db.locations().await?;
        Ok(BomTree {
            levels: levels_at(db, (Kind::Bom, bom.id.as_str()), locations).await?,
            bom: shown_one_with(db, bom, &parts).await?,
            components,
            sub_assemblies,
            materials_without_cost: named(&unit_cost(&structure).without_cost, &parts),
            branches: expand.then(|| shown.branches(&structure)),
            material_totals: expand.then(|| material_totals(&structure)),
        })
    }
}
