//! Setting what lies where: the same for materials and for both kinds of shelves.

use std::collections::{BTreeMap, BTreeSet};

use latchstring::{ChangeAction, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::levels::check_locations;
use crate::{
    Writer,
    model::{Location, LocationId, Quantity},
    storage::{Kind, StorageError},
};

/// What lies at one location.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct LevelInput {
    /// The location.
    location_id: LocationId,
    /// How much lies there now: the count itself, not a difference. 0 to 1000000000, six decimals; below 0 only where
    /// the store allows negative inventory.
    #[schemars(example = 12.5)]
    quantity: Quantity,
    /// Refuse unless this much lies there now, so that a change in between is not overwritten. Not checked if left out.
    expected_quantity: Option<Quantity>,
}

/// What lies at one location, before and after.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LevelSet {
    location_id: LocationId,
    location_name: String,
    before: Quantity,
    after: Quantity,
}

/// What was set, and what there is now at all locations together.
pub(crate) struct LevelsSet {
    pub(crate) levels: Vec<LevelSet>,
    pub(crate) total: Quantity,
}

/// Sets levels, and leaves the locations that are not named as they are.
pub(crate) async fn set_levels(
    cx: &Context,
    db: &mut Writer,
    (kind, item, name): (Kind, &str, &str),
    inputs: &[LevelInput],
) -> Result<LevelsSet, OperationError> {
    let locations = db.reader().locations().await?;
    let is_negative_allowed = db.reader().shop().await?.settings.allow_negative_inventory;
    check(inputs, &locations, is_negative_allowed)?;

    let mut levels: BTreeMap<LocationId, Quantity> = db
        .reader()
        .levels(kind, &[item.to_owned()])
        .await?
        .into_iter()
        .map(|((_, at), level)| (at, level))
        .collect();
    let mut writes = Vec::with_capacity(inputs.len());
    for input in inputs {
        let before = levels
            .insert(input.location_id.clone(), input.quantity)
            .unwrap_or_default();
        check_expected(input, before)?;
        writes.push((input.location_id.clone(), before, input.quantity));
    }
    db.set_levels(cx, (kind, item), &writes).await?;

    let location_name = |id: &LocationId| {
        let location = locations.iter().find(|at| at.id == *id);
        location.map(|at| at.name.clone()).unwrap_or_default()
    };
    let moved: Vec<_> = writes.iter().filter(|(_, before, after)| before != after).collect();
    if !moved.is_empty() {
        let told = |level: fn(&(LocationId, Quantity, Quantity)) -> Quantity| {
            let levels = moved.iter().map(|write| {
                let told = json!({ "name": location_name(&write.0), "quantity": level(write) });
                (write.0.to_string(), told)
            });
            Some(json!({ "name": name, "levels": levels.collect::<Map<String, Value>>() }))
        };
        let (was, is) = (told(|(_, before, _)| *before), told(|(_, _, after)| *after));
        db.record(entity(kind), item, ChangeAction::Updated, was, is);
    }
    let set = |(location_id, before, after): (LocationId, Quantity, Quantity)| LevelSet {
        location_name: location_name(&location_id),
        location_id,
        before,
        after,
    };
    Ok(LevelsSet {
        levels: writes.into_iter().map(set).collect(),
        total: levels.into_values().sum(),
    })
}

/// Takes everything off an item's shelf, before the item goes, and answers how much that was.
pub(crate) async fn emptied(cx: &Context, db: &Writer, (kind, item): (Kind, &str)) -> Result<Quantity, StorageError> {
    let ready = db.reader().levels(kind, &[item.to_owned()]).await?;
    let writes: Vec<_> = ready
        .into_iter()
        .filter(|(_, level)| *level != Quantity::ZERO)
        .map(|((_, location), level)| (location, level, Quantity::ZERO))
        .collect();
    db.set_levels(cx, (kind, item), &writes).await?;
    Ok(writes.iter().map(|(_, level, _)| *level).sum())
}

fn check_expected(input: &LevelInput, is: Quantity) -> Result<(), OperationError> {
    match input.expected_quantity {
        Some(expected) if expected != is => {
            let at = &input.location_id;
            let text = format!(
                "at location `{at}` there are {is} and not {expected}: the count changed since you read it; read it again \
                 and decide anew"
            );
            let details = json!({ "locationId": at, "quantity": is });
            Err(OperationError::new(ErrorCode::Conflict, text).with_details(details))
        }
        Some(_) | None => Ok(()),
    }
}

/// The name of a kind of stock in the record of changes.
fn entity(kind: Kind) -> &'static str {
    match kind {
        Kind::Material => "raw_material_stock",
        Kind::Bom => "bom_shelf",
        Kind::SubAssembly => "sub_assembly_shelf",
        Kind::Displayed => "displayed_stock",
    }
}

fn check(inputs: &[LevelInput], locations: &[Location], is_negative_allowed: bool) -> Result<(), OperationError> {
    if inputs.is_empty() {
        return Err(OperationError::invalid_input(
            "`levels` is empty; name at least one location and its quantity",
        ));
    }
    let mut seen = BTreeSet::new();
    for LevelInput {
        location_id, quantity, ..
    } in inputs
    {
        if !seen.insert(location_id) {
            let text = format!("location `{location_id}` is in `levels` twice; name each location once");
            return Err(OperationError::invalid_input(text));
        }
        if *quantity < Quantity::ZERO && !is_negative_allowed {
            let text = format!(
                "`quantity` at location `{location_id}` is `{quantity}`; this store does not allow negative inventory, so \
                 set 0 or more"
            );
            return Err(OperationError::invalid_input(text));
        }
    }
    check_locations(locations, &seen)
}
