//! How many can be built and sold, as it is asked and answered: the same for one BOM and for many.

use std::collections::BTreeSet;

use latchstring::{ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Serialize;

use super::levels::only;
use crate::{
    Reader,
    model::{
        Bom, LimitingKind, LimitingPart, Location, LocationId, LocationResult, Quantity, Shop, Structure, Supply,
        VariantId, buildable_at,
    },
    storage::{Kind, StorageError},
};

/// Locations in one answer.
const MOST_LOCATIONS: usize = 50;

/// Something of which there is too little for one more.
#[derive(Debug, Clone, Serialize, JsonSchema)]
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

/// How many can be built and sold at all locations together.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Total {
    /// Null if nothing limits it.
    buildable: Option<u64>,
    /// Null if nothing limits it.
    sellable: Option<Quantity>,
}

impl Total {
    /// The sums over these locations. Where the store does not tell its locations apart, orders are made at the default
    /// one alone: then it is that one's numbers, if it was asked for.
    pub(crate) fn of(results: &[LocationResult], shop: &Shop) -> Self {
        let home = results
            .iter()
            .find(|at| at.location == shop.settings.default_location_id)
            .filter(|_| !shop.settings.multi_location_sensitive_adjustments);
        match home {
            Some(home) => Self {
                buildable: home.buildable,
                sellable: home.sellable,
            },
            None => Self {
                buildable: results.iter().map(|at| at.buildable).sum(),
                sellable: results.iter().map(|at| at.sellable).sum(),
            },
        }
    }
}

/// The locations that are asked for; every active one if none is named.
pub(crate) async fn locations(db: &Reader, ids: Option<&[LocationId]>) -> Result<Vec<Location>, OperationError> {
    let mut locations = db.locations().await?;
    match ids {
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

/// What there is of everything in these structures, and of the finished goods of these BOMs.
pub(crate) struct Stocks {
    supply: Supply,
    finished: crate::storage::Levels,
    displayed: crate::storage::Levels,
}

impl Stocks {
    /// Reads them: three rounds of queries, however many.
    pub(crate) async fn read(db: &Reader, boms: &[Bom], structures: &[Structure<'_>]) -> Result<Self, StorageError> {
        let materials: BTreeSet<&VariantId> = structures.iter().flat_map(Structure::materials).collect();
        let materials: Vec<String> = materials.into_iter().map(ToString::to_string).collect();
        let parts: BTreeSet<_> = structures
            .iter()
            .flat_map(|structure| structure.sub_assemblies().map(|part| &part.id))
            .collect();
        let parts: Vec<String> = parts.into_iter().map(ToString::to_string).collect();
        let mut supply = Supply::default();
        for ((id, location), quantity) in db.levels(Kind::Material, &materials).await? {
            supply
                .stock
                .extend(id.try_into().ok().map(|id| ((id, location), quantity)));
        }
        for ((id, location), quantity) in db.levels(Kind::SubAssembly, &parts).await? {
            supply
                .shelves
                .extend(id.try_into().ok().map(|id| ((id, location), quantity)));
        }
        let ids: Vec<String> = boms.iter().map(|bom| bom.id.to_string()).collect();
        let goods: Vec<String> = boms.iter().map(|bom| bom.variant.to_string()).collect();
        Ok(Self {
            supply,
            finished: db.levels(Kind::Bom, &ids).await?,
            displayed: db.levels(Kind::Displayed, &goods).await?,
        })
    }

    /// How many of a BOM can be built and sold at each of these locations.
    pub(crate) async fn buildable(
        &mut self,
        bom: &Bom,
        structure: &Structure<'_>,
        locations: &[Location],
    ) -> Vec<LocationResult> {
        let mut results = Vec::with_capacity(locations.len());
        for location in locations {
            let key = (bom.id.to_string(), location.id.clone());
            let ready = self.finished.get(&key).copied().unwrap_or_default();
            self.supply.finished.insert(location.id.clone(), ready);
            let only_ready = bom.settings.only_sell_preassembled;
            results.push(buildable_at(structure, &self.supply, only_ready, &location.id));
            tokio::task::yield_now().await; // a time limit or a cancellation takes effect here
        }
        results
    }

    /// How many the shop shows at a location.
    pub(crate) fn displayed(&self, bom: &Bom, at: &LocationResult, shop: &Shop) -> Option<Quantity> {
        if bom.settings.dynamic_adjustment && shop.settings.is_adjusted_at(&at.location) {
            let key = (bom.id.to_string(), at.location.clone());
            let owed = self.finished.get(&key).copied().unwrap_or_default().min(Quantity::ZERO);
            return at.sellable.map(|sellable| sellable.plus(owed).whole_part());
        }
        let key = (bom.variant.to_string(), at.location.clone());
        Some(self.displayed.get(&key).copied().unwrap_or_default())
    }
}
