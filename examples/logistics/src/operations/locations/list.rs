//! `locations.list`

use latchstring::{Context, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Location, LocationId};
use crate::operations::shared::paging::Listed;
use crate::{Logistics, Reader};

/// Lists every location where stock lies, by name. All stock figures are per location; other operations take these
/// ids.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ListLocation {}

/// A place where stock lies.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LocationItem {
    location_id: LocationId,
    /// What people call it.
    name: String,
    /// The shop platform's name, where people call it otherwise.
    platform_name: Option<String>,
    address: Option<String>,
    /// Whether it is in use.
    active: bool,
}

impl From<Location> for LocationItem {
    fn from(location: Location) -> Self {
        Self {
            name: location.shown_name().to_owned(),
            platform_name: location.name_override.is_some().then_some(location.name),
            location_id: location.id,
            address: location.address,
            active: location.is_active,
        }
    }
}

impl Query for ListLocation {
    const NAME: &'static str = "locations.list";
    const TITLE: &'static str = "List locations";
    const EXAMPLE: &'static str = "const { items } = await app.locations.list({});";
    type Domain = Logistics;
    type Output = Listed<LocationItem>;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Listed<LocationItem>, OperationError> {
        let items = db.locations().await?.into_iter().map(LocationItem::from).collect();
        Ok(Listed::whole(items))
    }
}
