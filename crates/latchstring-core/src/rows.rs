//! How many rows a result holds, for the record of a call.
//!
//! A result is text by the time it gets here. It is skimmed once: nothing of it is kept, and nothing is made into text
//! again.

use serde::{Deserialize, de::IgnoredAny};
use serde_json::{from_str, value::RawValue};

/// A list among other things. An [`IgnoredAny`] takes no room, so this is a count.
#[derive(Deserialize)]
struct Page {
    items: Vec<IgnoredAny>,
}

/// The elements of a list, or of the `items` of a page; 1 for anything else.
pub(crate) fn of(result: &RawValue) -> u64 {
    let json = result.get();
    let items = if json.starts_with('[') {
        from_str(json)
    } else {
        from_str(json).map(|page: Page| page.items)
    };
    items.map_or(1, |items: Vec<IgnoredAny>| items.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rows_of_a_page_and_of_a_list_are_counted_and_anything_else_is_one() {
        let rows = |json: &str| of(&RawValue::from_string(json.to_owned()).expect("JSON"));
        assert_eq!(
            rows(r#"{"totalCount":9,"items":[{"items":[1,2,3]},[4,5]],"page":1}"#),
            2
        );
        assert_eq!(rows(r#"{"items":[]}"#), 0);
        assert_eq!(rows(r#"[1,[2,3],{"items":[]}]"#), 3);
        assert_eq!(rows("[]"), 0);
        for one in [
            "{}",
            "null",
            "7",
            r#""[1,2]""#,
            r#"{"notes":[1,2]}"#,
            r#"{"items":null}"#,
            r#"{"items":2}"#,
            r#"{"page":{"items":[1,2]}}"#,
        ] {
            assert_eq!(rows(one), 1, "{one}");
        }
    }

    #[test]
    fn a_result_is_counted_however_deep_it_is() {
        let deep = format!(r#"{{"items":[{}{},1]}}"#, "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(of(&RawValue::from_string(deep).expect("JSON")), 2);
    }
}
