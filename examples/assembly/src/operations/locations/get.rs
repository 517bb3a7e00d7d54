//! `locations.get`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::Deserialize;

use super::list::LocationItem;
use crate::{Assembly, Reader, error::no_location, model::LocationId};

/// Shows one location by its id.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GetLocation {
    /// The location's id, from `app.locations.list({})`.
    location_id: LocationId,
}

impl Query for GetLocation {
    const NAME: &'static str = "locations.get";
    const TITLE: &'static str = "Get a location";
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(ErrorCode::NotFound, "the store has no such location")];
    type Domain = Assembly;
    type Output = LocationItem;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<LocationItem, OperationError> {
        let location = db
            .location(&self.location_id)
            .await?
            .ok_or_else(|| no_location(&self.location_id))?;
        Ok(LocationItem::new(location, &db.shop().await?))
    }
}
