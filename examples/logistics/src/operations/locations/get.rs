//! `locations.get`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::Deserialize;

use super::list::LocationItem;
use crate::model::LocationId;
use crate::operations::shared::found;
use crate::{Logistics, Reader};

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
    const EXAMPLE: &'static str = r#"const location = await app.locations.get({ locationId: "81001" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(ErrorCode::NotFound, "the store has no such location")];
    type Domain = Logistics;
    type Output = LocationItem;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<LocationItem, OperationError> {
        Ok(found::location(db, &self.location_id).await?.into())
    }
}
