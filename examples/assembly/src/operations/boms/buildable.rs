//! `boms.buildable`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Assembly, Reader,
    error::no_bom,
    model::{BomId, LocationId, LocationResult, Owner, Quantity, has_essential},
    operations::shared::{
        buildable::{Limiting, Stocks, Total, locations},
        made_of::structure,
    },
};

/// Rows that one walk may have, so that an answer does not take seconds.
const MOST_ROWS: usize = 5000;

/// Rows times locations that one call may walk.
const MOST_WALKED: usize = 50_000;

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
    /// The sums over `locations`; where the store's `multiLocationSensitiveAdjustments` is off, the numbers of its default
    /// location, if that is among them. Stock that rows take from a fixed location counts at every location.
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
    /// How many the shop shows. With `dynamicAdjustment` what is sellable, in whole pieces; otherwise what it was set to
    /// and orders left of it. Null if nothing limits it.
    displayed: Option<Quantity>,
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

impl AtLocation {
    fn new(result: LocationResult, location_name: String, displayed: Option<Quantity>) -> Self {
        Self {
            location_id: result.location,
            location_name,
            buildable: result.buildable,
            sellable: result.sellable,
            split: Split {
                pre_assembled: result.pre_assembled,
                from_components: result.from_components,
            },
            displayed,
            limiting: result.limiting.into_iter().map(Limiting::from).collect(),
            limiting_sales: result.limiting_sales.into_iter().map(Limiting::from).collect(),
        }
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

impl Query for BuildableBom {
    const NAME: &'static str = "boms.buildable";
    const TITLE: &'static str = "How many can be built";
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
        let locations = locations(db, self.location_ids.as_deref()).await?;
        let shop = db.shop().await?;
        let owner = Owner::Bom(bom.id.clone());
        let parts = db.parts(std::slice::from_ref(&owner)).await?;
        let structure = structure(&owner, &parts)?;
        check_size(structure.size(), locations.len())?;
        let mut stocks = Stocks::read(db, std::slice::from_ref(&bom), std::slice::from_ref(&structure)).await?;
        let results = stocks.buildable(&bom, &structure, &locations).await;
        let total = Total::of(&results, &shop);
        let at = |(at, location_name): (LocationResult, String)| {
            let displayed = stocks.displayed(&bom, &at, &shop);
            AtLocation::new(at, location_name, displayed)
        };
        let names = locations.into_iter().map(|location| location.name);
        Ok(BuildableAnswer {
            locations: results.into_iter().zip(names).map(at).collect(),
            total,
            reason: (!has_essential(&structure)).then_some("no_essential_components"),
            bom_id: bom.id,
            name: bom.name,
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
