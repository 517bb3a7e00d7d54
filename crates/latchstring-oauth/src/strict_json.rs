//! JSON from strangers, read so that there is only one way to read it.
//!
//! An object that names a member twice means one thing to a parser that keeps the first and another to one that keeps
//! the last (RFC 8259, section 4), so such a text is refused, at every depth. A byte order mark is refused, too.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Why a text is not an object we read. Nothing of the text is in the error, so that it can be told to anybody.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum StrictJsonError {
    /// Not JSON, too deep, or a member named twice.
    #[error("not readable as JSON: {0}")]
    Unreadable(String),
    /// JSON, but not an object.
    #[error("not a JSON object; send one, in braces")]
    NotAnObject,
}

/// The members of the JSON object in `bytes`.
///
/// # Errors
/// When `bytes` are not JSON, when an object in them names a member twice, or when they hold something else than an
/// object.
pub(crate) fn object(bytes: &[u8]) -> Result<Map<String, Value>, StrictJsonError> {
    let Strict(value) =
        serde_json::from_slice(bytes).map_err(|error| StrictJsonError::Unreadable(error.to_string()))?;
    match value {
        Value::Object(members) => Ok(members),
        _ => Err(StrictJsonError::NotAnObject),
    }
}

/// As [`object`], without the members that are `null`: some clients send them for what they have nothing to say about.
///
/// # Errors
/// As [`object`].
pub(crate) fn object_without_nulls(bytes: &[u8]) -> Result<Map<String, Value>, StrictJsonError> {
    let mut members = object(bytes)?;
    members.retain(|_, value| !value.is_null());
    Ok(members)
}

/// A value in which no object names a member twice.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(Strict(element)) = elements.next_element()? {
            array.push(element);
        }
        Ok(array.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let Strict(value) = members.next_value()?;
            if object.contains_key(&name) {
                return Err(A::Error::custom("an object names a member twice"));
            }
            object.insert(name, value);
        }
        Ok(object.into())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn r06_a_member_that_is_there_twice_is_refused_at_every_depth() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"k":[{"b":{"c":1,"c":2}}]}"#,
        ] {
            assert!(
                object(text.as_bytes()).unwrap_err().to_string().contains("twice"),
                "{text}"
            );
        }
    }

    #[test]
    fn r02_nulls_at_the_top_count_as_absent() {
        assert_eq!(
            Value::Object(object_without_nulls(br#"{"a":null,"b":[null],"c":{"d":null}}"#).unwrap()),
            json!({ "b": [null], "c": { "d": null } })
        );
    }

    #[test]
    fn r06_a_byte_order_mark_depth_and_other_values_are_refused() {
        assert!(object(b"\xEF\xBB\xBF{}").is_err());
        assert!(object("[".repeat(100_000).as_bytes()).is_err());
        assert!(object(format!("{{\"a\":{}{}}}", "[".repeat(5_000), "]".repeat(5_000)).as_bytes()).is_err());
        assert_eq!(object(b"[]").unwrap_err(), StrictJsonError::NotAnObject);
        assert!(object(b"{} {}").is_err());
        assert!(object(b"").is_err());
    }

    proptest! {
        #[test]
        fn what_has_no_member_twice_is_read_as_any_parser_reads_it(
            members in proptest::collection::hash_map("[a-z]{1,3}", proptest::collection::vec(any::<i64>(), 0..4), 0..5)
        ) {
            let text = serde_json::to_string(&members).unwrap();
            prop_assert_eq!(Value::Object(object(text.as_bytes()).unwrap()), json!(members));
        }
    }
}
