//! Fields that are not there, in words: which there are, and what was probably meant.

use latchstring_core::nearest;

use crate::{
    javascript::{DATE, LIST, NUMBER},
    types::{Field, Type},
};

/// What lists and text have in other languages and libraries, and what they have here.
const ELSEWHERE: [(&str, &str); 12] = [
    ("first", "at(0)"),
    ("last", "at(-1)"),
    ("size", "length"),
    ("count", "length"),
    ("len", "length"),
    ("contains", "includes"),
    ("has", "includes"),
    ("each", "forEach"),
    ("select", "filter"),
    ("where", "filter"),
    ("append", "push"),
    ("add", "push"),
];

/// That `what`, which is of `kind`, has no `name`.
pub(crate) fn missing(what: &str, kind: &Type<'_>, name: &str) -> String {
    let name = shortened(name);
    if kind.fields().is_empty() {
        of_value(what, kind, &name)
    } else {
        of_object(what, kind, &name)
    }
}

fn of_object(what: &str, kind: &Type<'_>, name: &str) -> String {
    let fields = kind.fields();
    let all = fields.join(", ");
    let inside = within(what);
    if LIST.contains(&name) {
        return match kind.list_in() {
            Some(list) => {
                format!("`{what}` is an object and has no `{name}`; the list is in `{list}`: `{inside}.{list}.{name}`")
            }
            None => format!("`{what}` is an object and no list; it has: {all}"),
        };
    }
    let has_it = |field: &&str| matches!(kind.field(field), Field::Is(inner) if inner.fields().contains(&name));
    let meant = match fields.iter().copied().find(has_it) {
        Some(field) => Some(format!("{inside}.{field}.{name}")),
        None => nearest(name, fields.iter().copied()).first().map(ToString::to_string),
    };
    let meant = meant
        .map(|meant| format!(" (did you mean `{meant}`?)"))
        .unwrap_or_default();
    format!("`{what}` has no `{name}`{meant}; it has: {all}")
}

fn of_value(what: &str, kind: &Type<'_>, name: &str) -> String {
    let inside = within(what);
    if kind.item().fields().contains(&name) {
        return format!(
            "`{what}` is a list and has no `{name}`, its items have: use `{inside}[0].{name}` or \
             `{inside}.map((one) => one.{name})`"
        );
    }
    let elsewhere = ELSEWHERE
        .iter()
        .find(|(other, _)| *other == name)
        .map(|(_, here)| *here);
    let near = elsewhere.or_else(|| nearest(name, kind.methods().iter().copied()).first().copied());
    let advice = match (kind, near) {
        (Type::Text | Type::Word(_), _) if NUMBER.contains(&name) => {
            format!("make a number of it: `Number({what}).{name}`")
        }
        (Type::Text | Type::Word(_), _) if DATE.contains(&name) => {
            format!("make a date of it: `new Date({what}).{name}`")
        }
        (Type::Text | Type::Word(_), _) if LIST.contains(&name) => {
            "split it first, or look for the list elsewhere".to_owned()
        }
        (_, Some(near)) => format!("did you mean `{near}`?"),
        (Type::Text | Type::Word(_), None) => {
            "make a value of it first, as with `Number(text)` or `new Date(text)`".to_owned()
        }
        (Type::Number, None) => "make text of it with `String(number)`, or leave it out".to_owned(),
        (_, None) => "look at one of its items, as in `list[0]`".to_owned(),
    };
    format!("`{what}` is {} and has no `{name}`; {advice}", kind.word())
}

/// `what` as something in front of a dot.
fn within(what: &str) -> String {
    if what.starts_with("await ") {
        format!("({what})")
    } else {
        what.to_owned()
    }
}

/// A piece of the program in a message: one line, not too long.
pub(crate) fn shown(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let kept = shortened(&text);
    if kept.len() < text.len() { kept + "…" } else { kept }
}

pub(crate) fn shortened(text: &str) -> String {
    text.chars().take(60).collect()
}
