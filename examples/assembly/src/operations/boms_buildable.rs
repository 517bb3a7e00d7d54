//! `boms.buildable`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{levels::only, made_of::structure};
use crate::{
    Assembly, Reader,
    error::no_bom,
    model::{
        BomId, Buildable, LimitingKind, LimitingPart, Location, LocationId, LocationResult, Owner, Quantity, Structure,
        Supply, VariantId, buildable_at, has_essential,
    },
    storage::{Kind, StorageError},
};

/// Rows that one walk may have, so that an answer does not take seconds.
const MOST_ROWS: usize = 5000;

/// Rows times locations that one call may walk.
const MOST_WALKED: usize = 50_000;

/// Locations in one answer.
const MOST_LOCATIONS: usize = 50;

/// Computes how many of a BOM can be built and sold at each location right now, and what stands in the way of one more.
/// Ready sub-assemblies are used first, then their materials; a material shared by several branches is counted once.
/// `buildable` counts new builds only. `sellable` adds finished goods on the shelf, and takes sub-assemblies that are
/// `onlyConsumePreassembled` from their shelf only.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct BuildableBom {
    /// The BOM's id, from `app.boms.list({})`.
    bom_id: BomId,
    /// Only these locations, 1 to 50; every active location if left out.
    location_ids: Option<Vec<LocationId>>,
}

/// How many can be built and sold.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BuildableAnswer {
    bom_id: BomId,
    name: String,
    /// One entry per location, by name.
    locations: Vec<AtLocation>,
    /// The sums over `locations`. Stock that rows take from a fixed location counts at every location.
    total: Total,
    /// Why `buildable` is null: `no_essential_components` when nothing in the BOM could run short; otherwise null.
    reason: Option<&'static str>,
}

/// How many at one location.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AtLocation {
    location_id: LocationId,
    location_name: String,
    /// How many can be built, 1000000000 at most; null if nothing limits it.
    buildable: Option<u64>,
    /// How many can be sold; null if nothing limits it.
    sellable: Option<Quantity>,
    /// Where `sellable` comes from.
    split: Split,
    /// What is short for building one more, by name.
    limiting: Vec<Limiting>,
    /// What is short for selling one more from components, by name: of a sub-assembly that is `onlyConsumePreassembled`,
    /// its shelf and not its materials.
    limiting_sales: Vec<Limiting>,
}

/// Where what can be sold comes from.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Split {
    /// Finished goods on the shelf.
    pre_assembled: Quantity,
    /// What sales can have made; null if nothing limits it. Not part of `sellable` when the BOM is `onlySellPreassembled`.
    from_components: Option<u64>,
}

/// Something of which there is too little for one more.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Limiting {
    /// A variant id or a sub-assembly id.
    id: String,
    /// `material` or `sub_assembly`.
    kind: &'static str,
    name: String,
    /// Where it is taken from.
    location_id: LocationId,
    /// What there is.
    available: Quantity,
    /// What one unit takes over all levels, with waste, when nothing comes from a shelf; rounded up to six decimals. Of a
    /// `shopify` material only whole pieces can be taken, so the need of all units together is rounded up to them, not
    /// this. `limitingSales` does not count what is below a sub-assembly that is `onlyConsumePreassembled`.
    needed_per_unit: Quantity,
    /// What is missing for one more; whole pieces of a `shopify` material.
    short_by: Quantity,
}

/// The sums over all locations that were asked for.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Total {
    /// Null if nothing limits it.
    buildable: Option<u64>,
    /// Null if nothing limits it.
    sellable: Option<Quantity>,
}

impl From<LimitingPart> for Limiting {
    fn from(part: LimitingPart) -> Self {
        let kind = match part.kind {
            LimitingKind::Material => "material",
            LimitingKind::SubAssembly => "sub_assembly",
        };
        Self {
            id: part.id,
            kind,
            name: part.name,
            location_id: part.location,
            available: part.available,
            needed_per_unit: part.needed_per_unit,
            short_by: part.short_by,
        }
    }
}

impl AtLocation {
    fn new(result: LocationResult, location_name: String) -> Self {
        Self {
            location_id: result.location,
            location_name,
            buildable: result.buildable,
            sellable: result.sellable,
            split: Split {
                pre_assembled: result.pre_assembled,
                from_components: result.from_components,
            },
            limiting: result.limiting.into_iter().map(Limiting::from).collect(),
            limiting_sales: result.limiting_sales.into_iter().map(Limiting::from).collect(),
        }
    }
}

impl BuildableBom {
    async fn locations(&self, db: &Reader) -> Result<Vec<Location>, OperationError> {
        let mut locations = db.locations().await?;
        match &self.location_ids {
            Some(ids) => locations = only(locations, ids)?,
            None => locations.retain(|location| location.is_active),
        }
        if locations.len() > MOST_LOCATIONS {
            let text = format!(
                "these are {} locations; ask for {MOST_LOCATIONS} at most in one call, with `locationIds`",
                locations.len()
            );
            return Err(OperationError::new(ErrorCode::LimitExceeded, text));
        }
        Ok(locations)
    }
}

/// Refuses what would take seconds to compute.
fn check_size(rows: usize, locations: usize) -> Result<(), OperationError> {
    let text = if rows > MOST_ROWS {
        format!("the BOM has {rows} rows over all levels; {MOST_ROWS} can be computed")
    } else if rows.saturating_mul(locations) > MOST_WALKED {
        format!(
            "the BOM has {rows} rows over all levels, for {locations} locations; ask for fewer locations: {} at most in \
             one call, with `locationIds`",
            MOST_WALKED / rows
        )
    } else {
        return Ok(());
    };
    Err(OperationError::new(ErrorCode::LimitExceeded, text))
}

/// What there is of everything in a structure.
async fn supply(db: &Reader, bom: &BomId, structure: &Structure<'_>) -> Result<Supply, StorageError> {
    let materials: Vec<String> = structure.materials().into_iter().map(VariantId::to_string).collect();
    let sub_assemblies: Vec<String> = structure.sub_assemblies().map(|part| part.id.to_string()).collect();
    let mut supply = Supply::default();
    for ((id, location), quantity) in db.levels(Kind::Material, &materials).await? {
        supply
            .stock
            .extend(id.try_into().ok().map(|id| ((id, location), quantity)));
    }
    for ((id, location), quantity) in db.levels(Kind::SubAssembly, &sub_assemblies).await? {
        supply
            .shelves
            .extend(id.try_into().ok().map(|id| ((id, location), quantity)));
    }
    for ((_, location), quantity) in db.levels(Kind::Bom, &[bom.to_string()]).await? {
        supply.finished.insert(location, quantity);
    }
    Ok(supply)
}

impl Query for BuildableBom {
    const NAME: &'static str = "boms.buildable";
    const TITLE: &'static str = "How many can be built";
    const EXAMPLE: &'static str =
        r#"const { total, locations } = await app.boms.buildable({ bomId: "bom_desk_lamp" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such BOM"),
        (
            ErrorCode::InvalidInput,
            "`locationIds` is empty, or the store has no such location",
        ),
        (
            ErrorCode::LimitExceeded,
            "more than 50 locations, more than 5000 rows over all levels, or more than 50000 rows times locations",
        ),
    ];
    type Domain = Assembly;
    type Output = BuildableAnswer;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<BuildableAnswer, OperationError> {
        let bom = db.bom(&self.bom_id).await?.ok_or_else(|| no_bom(&self.bom_id))?;
        let locations = self.locations(db).await?;
        let owner = Owner::Bom(bom.id.clone());
        let parts = db.parts(std::slice::from_ref(&owner)).await?;
        let structure = structure(&owner, &parts)?;
        check_size(structure.size(), locations.len())?;
        let supply = supply(db, &bom.id, &structure).await?;
        let mut result = Buildable {
            has_essential: has_essential(&structure),
            locations: Vec::with_capacity(locations.len()),
        };
        for location in &locations {
            let only_ready = bom.settings.only_sell_preassembled;
            result
                .locations
                .push(buildable_at(&structure, &supply, only_ready, &location.id));
            tokio::task::yield_now().await; // a time limit or a cancellation takes effect here
        }

        let total = Total {
            buildable: result.total_buildable(),
            sellable: result.total_sellable(),
        };
        let reason = (!result.has_essential).then_some("no_essential_components");
        let names = locations.into_iter().map(|location| location.name);
        let locations = result
            .locations
            .into_iter()
            .zip(names)
            .map(|(at, name)| AtLocation::new(at, name))
            .collect();
        Ok(BuildableAnswer {
            bom_id: bom.id,
            name: bom.name,
            locations,
            total,
            reason,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_boms_are_computed_for_fewer_locations() {
        assert!(check_size(5000, 10).is_ok());
        assert!(check_size(0, 50).is_ok());
        let error = check_size(2500, 21).unwrap_err();
        assert_eq!(error.code(), ErrorCode::LimitExceeded);
        assert!(
            error.message().contains("ask for fewer locations: 20 at most"),
            "{error}"
        );
        assert!(check_size(5001, 1).is_err());
    }
}
