//! Changes as text that a person can approve.
//!
//! What happened to one thing is told once: as it was before the first change and as it is after the last. Fields that
//! came out the same are left out. Names and values come from the store, so they are quoted: none can look like a line
//! of ours.

use std::{collections::HashMap, fmt::Write as _};

use latchstring_core::{Change, ChangeAction};
use serde_json::{Map, Value};

/// So many things are told of; whoever wants to see more looks at the record of the call.
const MOST_THINGS: usize = 100;
/// And so many lines of one of them.
const MOST_LINES: usize = 20;
/// Longest value, in characters.
const LONGEST: usize = 100;

/// `changes`, grouped by the kind of thing.
pub(crate) fn text(changes: &[Change]) -> String {
    let things = things(changes);
    let mut text = match things.len() {
        0 => return "Nothing would change.".to_owned(),
        1 => "1 thing would change. Nothing is kept yet.\n".to_owned(),
        count => format!("{count} things would change. Nothing is kept yet.\n"),
    };
    let mut entities: Vec<&str> = Vec::new();
    for thing in &things {
        if !entities.contains(&thing.entity) {
            entities.push(thing.entity);
        }
    }
    let mut room = MOST_THINGS;
    for entity in entities {
        let of_it: Vec<&Thing<'_>> = things.iter().filter(|thing| thing.entity == entity).collect();
        let _ = writeln!(text, "\n{}: {}", entity.replace('_', " "), counted(&of_it));
        for thing in of_it.iter().take(room) {
            thing.tell(&mut text);
        }
        if of_it.len() > room {
            let _ = writeln!(text, "  … and {} more", of_it.len() - room);
        }
        room = room.saturating_sub(of_it.len());
    }
    text
}

/// One thing, and what becomes of it in all.
struct Thing<'a> {
    entity: &'a str,
    id: &'a str,
    action: ChangeAction,
    before: Map<String, Value>,
    after: Map<String, Value>,
}

/// What becomes of each thing, in the order in which they are first touched. What is made and removed again is left out.
fn things(changes: &[Change]) -> Vec<Thing<'_>> {
    let mut things: Vec<Option<Thing<'_>>> = Vec::new();
    let mut known = HashMap::new();
    for change in changes {
        let key = (change.entity.as_str(), change.id.as_str());
        let at = *known.entry(key).or_insert_with(|| {
            things.push(None);
            things.len() - 1
        });
        let (before, after) = (fields(change.before.as_ref()), fields(change.after.as_ref()));
        things[at] = match things[at].take() {
            Some(thing) => thing.then(change.action, before, after),
            None => Some(Thing {
                entity: key.0,
                id: key.1,
                action: change.action,
                before,
                after,
            }),
        };
    }
    things.into_iter().flatten().collect()
}

fn fields(value: Option<&Value>) -> Map<String, Value> {
    match value {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(fields)) => fields.clone(),
        Some(other) => Map::from_iter([("value".to_owned(), other.clone())]),
    }
}

impl Thing<'_> {
    /// The same with one change more; `None` if it comes to nothing.
    fn then(mut self, action: ChangeAction, before: Map<String, Value>, after: Map<String, Value>) -> Option<Self> {
        self.action = match (self.action, action) {
            (ChangeAction::Created, ChangeAction::Deleted) => return None,
            (ChangeAction::Created, _) => ChangeAction::Created,
            (ChangeAction::Deleted, ChangeAction::Created) => ChangeAction::Updated,
            (_, action) => action,
        };
        match self.action {
            ChangeAction::Created => self.after.extend(after),
            ChangeAction::Deleted => {
                for (field, value) in before {
                    self.before.entry(field).or_insert(value);
                }
                self.after.clear();
            }
            ChangeAction::Updated => {
                for (field, value) in before {
                    // A field that only the later change tells of was the same before the earlier one.
                    self.before.entry(field).or_insert(value);
                }
                self.after.extend(after);
            }
        }
        Some(self)
    }

    fn name(&self) -> Option<&str> {
        ["name", "title", "sku"]
            .iter()
            .find_map(|field| self.before.get(*field).or_else(|| self.after.get(*field))?.as_str())
    }

    fn tell(&self, text: &mut String) {
        let id = plain(self.id);
        let _ = match self.name() {
            Some(name) => writeln!(text, "  {} ({id}), {}", quoted(name), done(self.action)),
            None => writeln!(text, "  {id}, {}", done(self.action)),
        };
        let mut lines = Vec::new();
        differences("", &self.before, &self.after, &mut lines);
        for line in lines.iter().take(MOST_LINES) {
            let _ = writeln!(text, "    {line}");
        }
        if lines.len() > MOST_LINES {
            let _ = writeln!(text, "    … and {} more", lines.len() - MOST_LINES);
        }
    }
}

fn done(action: ChangeAction) -> &'static str {
    match action {
        ChangeAction::Created => "created",
        ChangeAction::Updated => "updated",
        ChangeAction::Deleted => "deleted",
    }
}

/// Such as "1 created, 2 updated".
fn counted(things: &[&Thing<'_>]) -> String {
    let all = [ChangeAction::Created, ChangeAction::Updated, ChangeAction::Deleted];
    let counts = all.map(|action| (things.iter().filter(|thing| thing.action == action).count(), action));
    let told: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, action)| format!("{count} {}", done(*action)))
        .collect();
    told.join(", ")
}

/// A line for each field that is not the same, those of objects and the elements of lists one by one.
fn differences(at: &str, before: &Map<String, Value>, after: &Map<String, Value>, lines: &mut Vec<String>) {
    let new = after.keys().filter(|field| !before.contains_key(*field));
    for name in before.keys().chain(new) {
        let field = plain(name);
        let at = format!("{at}{field}");
        match (before.get(name), after.get(name)) {
            (Some(before), Some(after)) if before == after => {}
            (Some(Value::Object(before)), Some(Value::Object(after))) => {
                // What people call it, if it is said and stays.
                let name = before.get("name").filter(|name| after.get("name") == Some(*name));
                let label = name.map_or_else(|| format!("{at}."), |name| format!("{} ({field}) ", shown(name)));
                differences(&label, before, after, lines);
            }
            (Some(Value::Array(before)), Some(Value::Array(after))) => elements(&at, before, after, lines),
            (Some(before), Some(after)) => lines.push(format!("{at}: {} → {}", shown(before), shown(after))),
            (None | Some(Value::Null), None) | (None, Some(Value::Null)) => {}
            (Some(only), None) | (None, Some(only)) => lines.push(format!("{at}: {}", shown(only))),
        }
    }
}

/// What was in a list and is not any more, and what is new in it.
fn elements(at: &str, before: &[Value], after: &[Value], lines: &mut Vec<String>) {
    let mut new: HashMap<String, usize> = HashMap::new();
    for value in after {
        *new.entry(value.to_string()).or_default() += 1;
    }
    let mut is_left = |value: &Value| match new.get_mut(&value.to_string()) {
        Some(count) if *count > 0 => {
            *count -= 1;
            true
        }
        Some(_) | None => false,
    };
    let gone: Vec<&Value> = before.iter().filter(|value| !is_left(value)).collect();
    lines.extend(gone.iter().map(|value| format!("{at}: − {}", shown(value))));
    let come = after.iter().filter(|value| is_left(value));
    lines.extend(come.map(|value| format!("{at}: + {}", shown(value))));
}

/// A value in little room.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Null => "none".to_owned(),
        other => cut(&plain(&other.to_string())),
    }
}

fn quoted(text: &str) -> String {
    plain(&Value::from(cut(text)).to_string())
}

fn cut(text: &str) -> String {
    let mut cut: String = text.chars().take(LONGEST).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}

/// Text without what would make the text around it look different: ends of lines, and marks of direction.
fn plain(text: &str) -> String {
    let disturbs = |character: char| {
        character.is_control()
            || matches!(
                character,
                '\u{2028}' | '\u{2029}' | '\u{200E}' | '\u{200F}' | '\u{061C}'
            )
            || ('\u{202A}'..='\u{202E}').contains(&character)
            || ('\u{2066}'..='\u{2069}').contains(&character)
    };
    text.replace(disturbs, "\u{FFFD}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn change(id: &str, action: ChangeAction, before: Value, after: Value) -> Change {
        let given = |value: Value| (!value.is_null()).then_some(value);
        Change {
            entity: "raw_material".to_owned(),
            id: id.to_owned(),
            action,
            before: given(before),
            after: given(after),
        }
    }

    const CREATED: ChangeAction = ChangeAction::Created;
    const UPDATED: ChangeAction = ChangeAction::Updated;
    const DELETED: ChangeAction = ChangeAction::Deleted;

    #[test]
    fn changes_are_told_by_kind_with_what_is_different() {
        let mut changes = vec![
            change(
                "m1",
                UPDATED,
                json!({ "name": "Wax", "cost": "3.80", "tag": null }),
                json!({ "name": "Wax", "cost": "3.99", "tag": "a" }),
            ),
            change("m2", CREATED, json!(null), json!({ "name": "Oil", "rows": [1, 2] })),
            change(
                "b1",
                UPDATED,
                json!({ "rows": [{ "of": "m1" }, 2], "at": { "x": 1, "y": 2, "l1": { "name": "Shop", "level": 1 } } }),
                json!({ "rows": [2, { "of": "m2" }], "at": { "x": 1, "y": 3, "l1": { "name": "Shop", "level": 2 } } }),
            ),
            change("m3", DELETED, json!({ "name": "Tar" }), json!(null)),
        ];
        changes[2].entity = "bom".to_owned();
        let told = "\
4 things would change. Nothing is kept yet.

raw material: 1 created, 1 updated, 1 deleted
  \"Wax\" (m1), updated
    cost: \"3.80\" → \"3.99\"
    tag: none → \"a\"
  \"Oil\" (m2), created
    name: \"Oil\"
    rows: [1,2]
  \"Tar\" (m3), deleted
    name: \"Tar\"

bom: 1 updated
  b1, updated
    rows: − {\"of\":\"m1\"}
    rows: + {\"of\":\"m2\"}
    at.y: 2 → 3
    \"Shop\" (l1) level: 1 → 2
";
        assert_eq!(text(&changes), told);
        assert_eq!(text(&[]), "Nothing would change.");
    }

    #[test]
    fn what_happens_to_one_thing_is_told_once() {
        let changes = [
            change("m1", CREATED, json!(null), json!({ "name": "Wax", "cost": "1" })),
            change("m2", UPDATED, json!({ "cost": "1" }), json!({ "cost": "2" })),
            change("m3", CREATED, json!(null), json!({ "name": "Oil" })),
            change("m1", UPDATED, json!({ "cost": "1" }), json!({ "cost": "2" })),
            change(
                "m2",
                UPDATED,
                json!({ "cost": "2", "sku": "a" }),
                json!({ "cost": "3", "sku": "b" }),
            ),
            change("m3", DELETED, json!({ "name": "Oil" }), json!(null)),
        ];
        let told = "\
2 things would change. Nothing is kept yet.

raw material: 1 created, 1 updated
  \"Wax\" (m1), created
    name: \"Wax\"
    cost: \"2\"
  \"a\" (m2), updated
    cost: \"1\" → \"3\"
    sku: \"a\" → \"b\"
";
        assert_eq!(text(&changes), told);
    }

    #[test]
    fn no_value_of_the_store_can_look_like_a_line_of_ours() {
        let name = "Wax\" (m9), updated\n  \u{202E}cost";
        let changes = [change(
            "m1\n  m2, deleted",
            UPDATED,
            json!({ "name": name, name: 1 }),
            json!({ "name": name, name: 2 }),
        )];
        let told = text(&changes);
        assert_eq!(told.lines().count(), 5, "{told}");
        assert!(!told.contains('\u{202E}'), "{told}");
        assert!(told.contains(r#""Wax\" (m9), updated\n"#), "{told}");
    }

    #[test]
    fn much_is_counted_and_not_told() {
        let long: Vec<Change> = (0..500)
            .map(|number| {
                change(
                    &number.to_string(),
                    UPDATED,
                    json!({ "a": "x".repeat(5_000) }),
                    json!({ "a": "y" }),
                )
            })
            .collect();
        let told = text(&long);
        assert!(told.contains("… and 400 more"), "{}", &told[told.len() - 200..]);
        assert!(told.len() < 100_000, "{}", told.len());
    }
}
