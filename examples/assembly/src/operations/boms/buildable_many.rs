//! `boms.buildable_many`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Assembly, Reader,
    error::no_bom,
    model::{Bom, BomId, LocationId, LocationResult, Owner, Quantity, Structure, has_essential},
    operations::shared::{
        buildable::{Limiting, Stocks, Total, locations},
        made_of::structure,
        paging::{Listed, Paging, search},
    },
    storage::{BomFilter, BomSort},
};

/// BOMs that one call may name, or that fit on a page.
const MOST: usize = 250;

/// Rows times locations that one call may walk: more than for one BOM, so that a usual page of large BOMs is answered.
const MOST_WALKED: usize = 150_000;

/// Computes how many of each of many BOMs can be built and sold right now, and what stands in the way of one more: as
/// `app.boms.buildable`, in one call. By name, in pages. `totalCount` counts all that are asked for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct BuildableMany {
    /// Only these BOMs, 1 to 250; every BOM if left out. Not together with `search` and `active`.
    bom_ids: Option<Vec<BomId>>,
    /// Words that must all occur in the BOM's name or id, or in the finished good's title, SKU or vendor. At most 200
    /// characters.
    search: Option<String>,
    /// Only active (true) or inactive (false) BOMs.
    active: Option<bool>,
    /// Only these locations, 1 to 50; every active location if left out.
    location_ids: Option<Vec<LocationId>>,
    /// Which page, from 1; 1 if left out.
    page: Option<i64>,
    /// How many on a page, 1 to 250; 100 if left out. Fewer where BOMs are large: rows over all levels times locations
    /// are 150000 at most in one call.
    page_size: Option<i64>,
}

/// How many of one BOM can be built and sold.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BuildableItem {
    bom_id: BomId,
    name: String,
    active: bool,
    /// The sums over `locations`; where the store's `multiLocationSensitiveAdjustments` is off, the numbers of its default
    /// location, if that is among them.
    total: Total,
    /// One entry per location, by name.
    locations: Vec<Place>,
    /// Why `buildable` is null: `no_essential_components` when nothing in the BOM could run short; otherwise null.
    reason: Option<&'static str>,
}

/// How many at one location.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Place {
    location_id: LocationId,
    location_name: String,
    /// How many can be built, 1000000000 at most; null if nothing limits it.
    buildable: Option<u64>,
    /// How many can be sold; null if nothing limits it.
    sellable: Option<Quantity>,
    /// What is short for building one more, by name; the first three.
    limiting: Vec<Limiting>,
    /// How many parts are short for building one more.
    limiting_count: usize,
}

impl Place {
    /// Parts that are told; a call about one BOM tells them all.
    const TOLD: usize = 3;

    fn new(at: LocationResult, location_name: String) -> Self {
        Self {
            location_id: at.location,
            location_name,
            buildable: at.buildable,
            sellable: at.sellable,
            limiting_count: at.limiting.len(),
            limiting: at.limiting.into_iter().take(Self::TOLD).map(Limiting::from).collect(),
        }
    }
}

impl BuildableMany {
    /// The BOMs that are asked for, of one page.
    async fn boms(&self, db: &Reader, paging: Paging) -> Result<(Vec<Bom>, u64), OperationError> {
        let Some(ids) = &self.bom_ids else {
            let filter = BomFilter {
                search: search("search", self.search.clone())?,
                is_active: self.active,
                sort: BomSort::Name,
                ..BomFilter::default()
            };
            return Ok(db.bom_page(&filter, paging.rows()).await?);
        };
        if !(1..=MOST).contains(&ids.len()) || self.active.is_some() || self.search.is_some() {
            let text = format!(
                "`bomIds` names 1 to {MOST} BOMs and goes without `search` and `active`; leave it out for every BOM, page by page"
            );
            return Err(OperationError::invalid_input(text));
        }
        let mut boms = db.boms(ids).await?;
        if let Some(missing) = ids.iter().find(|id| !boms.contains_key(*id)) {
            return Err(no_bom(missing));
        }
        let wanted: std::collections::BTreeSet<_> = ids.iter().collect();
        let mut boms: Vec<Bom> = wanted.into_iter().filter_map(|id| boms.remove(id)).collect();
        boms.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        let total = boms.len() as u64;
        Ok((paging.of(boms), total))
    }
}

/// Refuses what would take seconds to compute.
fn check_size(structures: &[Structure<'_>], locations: usize) -> Result<(), OperationError> {
    let rows: usize = structures.iter().map(Structure::size).sum();
    if rows.saturating_mul(locations) <= MOST_WALKED {
        return Ok(());
    }
    let text = format!(
        "these {} BOMs have {rows} rows over all levels, for {locations} locations; rows times locations are {MOST_WALKED} at \
         most in one call, so ask for fewer with `pageSize` or `locationIds`",
        structures.len()
    );
    Err(OperationError::new(ErrorCode::LimitExceeded, text))
}

impl Query for BuildableMany {
    const NAME: &'static str = "boms.buildable_many";
    const TITLE: &'static str = "How many of each can be built";
    const EXAMPLE: &'static str =
        r#"const { items, totalPages } = await app.boms.buildableMany({ active: true, locationIds: ["70001"] });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "one of `bomIds` does not exist"),
        (
            ErrorCode::InvalidInput,
            "`bomIds` or `locationIds` is empty or too long, a location is unknown, or the page is not one there is",
        ),
        (
            ErrorCode::LimitExceeded,
            "more than 50 locations, or more than 150000 rows times locations",
        ),
    ];
    type Domain = Assembly;
    type Output = Listed<BuildableItem>;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Listed<BuildableItem>, OperationError> {
        let paging = Paging::up_to(MOST, self.page, self.page_size)?;
        let (boms, count) = self.boms(db, paging).await?;
        let places = locations(db, self.location_ids.as_deref()).await?;
        let shop = db.shop().await?;
        let owners: Vec<Owner> = boms.iter().map(|bom| Owner::Bom(bom.id.clone())).collect();
        let parts = db.parts(&owners).await?;
        let structures = owners.iter().map(|owner| structure(owner, &parts));
        let structures: Vec<Structure<'_>> = structures.collect::<Result<_, _>>()?;
        check_size(&structures, places.len())?;
        let mut stocks = Stocks::read(db, &boms, &structures).await?;
        let mut items = Vec::with_capacity(boms.len());
        for (bom, structure) in boms.into_iter().zip(&structures) {
            let results = stocks.buildable(&bom, structure, &places).await;
            let total = Total::of(&results, &shop);
            let names = places.iter().map(|place| place.name.clone());
            items.push(BuildableItem {
                total,
                locations: results
                    .into_iter()
                    .zip(names)
                    .map(|(at, name)| Place::new(at, name))
                    .collect(),
                reason: (!has_essential(structure)).then_some("no_essential_components"),
                active: bom.settings.active,
                bom_id: bom.id,
                name: bom.name,
            });
        }
        Ok(paging.envelope(items, count))
    }
}
