//! A change of a value that may be missing.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};

/// What is to become of a value that may be missing. In JSON: left out, null, or a value. A field of this type wants
/// `#[serde(default)]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Patch<T> {
    /// It stays as it is.
    #[default]
    Keep,
    /// It is missing from now on.
    Clear,
    /// It is this.
    Set(T),
}

impl<T> Patch<T> {
    /// What is there afterwards.
    pub fn over<U: From<T>>(self, before: Option<U>) -> Option<U> {
        match self {
            Self::Keep => before,
            Self::Clear => None,
            Self::Set(value) => Some(value.into()),
        }
    }

    /// Whether there is anything to change: a value, or null.
    pub fn is_given(&self) -> bool {
        match self {
            Self::Keep => false,
            Self::Clear | Self::Set(_) => true,
        }
    }

    /// The new value, where there is one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Keep | Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<T>::deserialize(deserializer)?.map_or(Self::Clear, Self::Set))
    }
}

impl<T: JsonSchema> JsonSchema for Patch<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Option::<T>::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Option::<T>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Change {
        #[serde(default)]
        name: Patch<String>,
    }

    #[test]
    fn left_out_and_null_are_two_things() {
        let change = |json: &str| serde_json::from_str::<Change>(json).unwrap().name;
        assert!(!change("{}").is_given() && change(r#"{"name":null}"#).is_given());
        assert_eq!(change("{}").over(Some("old".to_owned())), Some("old".to_owned()));
        assert_eq!(change(r#"{"name":null}"#).over(Some("old".to_owned())), None);
        assert_eq!(
            change(r#"{"name":"new"}"#).over(Some("old".to_owned())),
            Some("new".to_owned())
        );
    }
}
