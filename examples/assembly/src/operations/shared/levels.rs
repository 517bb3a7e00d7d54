//! What lies where, as it is shown, and the locations that are asked about.

use std::collections::BTreeSet;

use latchstring::OperationError;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    Reader,
    model::{Location, LocationId, Quantity},
    storage::{Kind, StorageError},
};

/// What lies at one location.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Level {
    location_id: LocationId,
    location_name: String,
    pub(crate) quantity: Quantity,
}

/// What there is of an item at each of these locations, in their order.
pub(crate) async fn levels_at(
    db: &Reader,
    (kind, item): (Kind, &str),
    locations: Vec<Location>,
) -> Result<Vec<Level>, StorageError> {
    let item = item.to_owned();
    let known = db.levels(kind, std::slice::from_ref(&item)).await?;
    let level = |location: Location| {
        let key = (item.clone(), location.id);
        let quantity = known.get(&key).copied().unwrap_or_default();
        Level {
            location_id: key.1,
            location_name: location.name,
            quantity,
        }
    };
    Ok(locations.into_iter().map(level).collect())
}

/// The locations that are asked for with `locationIds`.
pub(crate) fn only(locations: Vec<Location>, ids: &[LocationId]) -> Result<Vec<Location>, OperationError> {
    if ids.is_empty() {
        return Err(OperationError::invalid_input(
            "`locationIds` is empty; leave it out for all locations",
        ));
    }
    let wanted: BTreeSet<&LocationId> = ids.iter().collect();
    check_locations(&locations, &wanted)?;
    let is_wanted = |location: &Location| wanted.contains(&location.id);
    Ok(locations.into_iter().filter(is_wanted).collect())
}

/// Every named location is one of the store's.
pub(crate) fn check_locations(locations: &[Location], named: &BTreeSet<&LocationId>) -> Result<(), OperationError> {
    let all: BTreeSet<&LocationId> = locations.iter().map(|location| &location.id).collect();
    let Some(unknown) = named.difference(&all).next() else {
        return Ok(());
    };
    let known: Vec<Value> = locations
        .iter()
        .take(50)
        .map(|at| json!({ "locationId": at.id, "name": at.name }))
        .collect();
    let text = format!("no location `{unknown}`; find ids with `app.locations.list({{}})`");
    Err(OperationError::invalid_input(text).with_details(json!({ "locations": known })))
}
