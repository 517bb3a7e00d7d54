//! What a change does to rows, as it is recorded.

use serde_json::{Map, Value, json};

use crate::model::{ComponentRow, NestedRow, rows::Row, structure::Rows};

/// The rows that a change adds, changes or removes, before and after it, for the record of changes. Each row is told
/// whole; if rows that stay change places, so is the order.
pub(crate) fn differences(before: &Rows, after: &Rows) -> (Value, Value) {
    let (mut old, mut new) = (Map::new(), Map::new());
    let component = |row: &ComponentRow| {
        json!({
            "quantity": row.quantity, "wastePercentage": row.waste, "locationId": row.location,
            "alternatives": row.alternatives,
        })
    };
    let nested = |row: &NestedRow| json!({ "quantity": row.quantity });
    differing(
        &before.components,
        &after.components,
        "components",
        component,
        (&mut old, &mut new),
    );
    differing(
        &before.nested,
        &after.nested,
        "subAssemblies",
        nested,
        (&mut old, &mut new),
    );
    (old.into(), new.into())
}

fn differing<R: Row + PartialEq>(
    before: &[R],
    after: &[R],
    kind: &str,
    told: impl Fn(&R) -> Value,
    (old, new): (&mut Map<String, Value>, &mut Map<String, Value>),
) {
    let without = |rows: &[R], others: &[R]| -> Map<String, Value> {
        let changed = rows.iter().filter(|row| !others.contains(row));
        changed.map(|row| (row.key().to_string(), told(row))).collect()
    };
    let kept = |rows: &[R], others: &[R]| -> Vec<String> {
        let in_both = rows
            .iter()
            .filter(|row| others.iter().any(|other| other.key() == row.key()));
        in_both.map(|row| row.key().to_string()).collect()
    };
    let (gone, come) = (without(before, after), without(after, before));
    if !gone.is_empty() || !come.is_empty() {
        old.insert(kind.to_owned(), gone.into());
        new.insert(kind.to_owned(), come.into());
    }
    let (was, is) = (kept(before, after), kept(after, before));
    if was != is {
        old.insert(format!("{kind}Order"), json!(was));
        new.insert(format!("{kind}Order"), json!(is));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Quantity;

    #[test]
    fn rows_that_change_places_are_a_difference() {
        let row = |id: &str| NestedRow {
            sub_assembly: id.to_owned().try_into().unwrap(),
            quantity: Quantity::whole(1),
        };
        let rows = |ids: &[&str]| Rows {
            nested: ids.iter().copied().map(row).collect(),
            components: Vec::new(),
        };
        let (before, after) = differences(&rows(&["a", "b", "c"]), &rows(&["c", "b"]));
        assert_eq!(
            before,
            json!({ "subAssemblies": { "a": { "quantity": 1 } }, "subAssembliesOrder": ["b", "c"] })
        );
        assert_eq!(after, json!({ "subAssemblies": {}, "subAssembliesOrder": ["c", "b"] }));
    }
}
