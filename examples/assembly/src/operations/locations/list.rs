//! `locations.list`

use latchstring::{Context, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Assembly, Reader,
    model::{Location, LocationId, Shop},
};

/// Lists every location where stock lies, by name. All stock figures are per location; other operations take these ids.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ListLocations {}

/// The locations.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Locations {
    /// Every location, by name.
    items: Vec<LocationItem>,
}

/// A place where stock lies.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LocationItem {
    location_id: LocationId,
    name: String,
    /// Whether it is in use.
    active: bool,
    /// Whether it is the store's default location.
    is_default: bool,
}

impl LocationItem {
    pub(super) fn new(location: Location, shop: &Shop) -> Self {
        let is_default = location.id == shop.settings.default_location_id;
        Self {
            location_id: location.id,
            name: location.name,
            active: location.is_active,
            is_default,
        }
    }
}

impl Query for ListLocations {
    const NAME: &'static str = "locations.list";
    const TITLE: &'static str = "List locations";
    type Domain = Assembly;
    type Output = Locations;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Locations, OperationError> {
        let shop = db.shop().await?;
        let locations = db.locations().await?;
        Ok(Locations {
            items: locations
                .into_iter()
                .map(|location| LocationItem::new(location, &shop))
                .collect(),
        })
    }
}
