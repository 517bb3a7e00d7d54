//! What an app says of a person: the members of a token it signed, or of its user information.
//!
//! They are read after it is certain who said them, so a claim is believed; it only has to be of the right type, and
//! there once: of two with one name another parser may believe the other (RFC 7519, section 4).

use std::fmt;

use latchstring_access::Person;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::{Map, Value};

use crate::{Permission, words};

/// Who may make and revoke, by what the app says of them. Everybody else who comes in may look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Manages {
    /// Whoever comes in.
    Everybody,
    /// Nobody.
    Nobody,
    /// Whose claim of this name is `true`.
    Flag(String),
    /// Whose claim is this value, or a list in which it is: `roles`, `admin`.
    Role {
        /// The name of the claim.
        claim: String,
        /// The value, exactly.
        value: String,
    },
}

impl Manages {
    pub(super) fn permission(&self, claims: &Claims) -> Permission {
        let may_manage = match self {
            Self::Everybody => true,
            Self::Nobody => false,
            Self::Flag(claim) => claims.0.get(claim) == Some(&Value::Bool(true)),
            Self::Role { claim, value } => claims.texts(claim).contains(&value.as_str()),
        };
        if may_manage {
            Permission::Manage
        } else {
            Permission::Look
        }
    }
}

/// What was said.
pub(super) struct Claims(Map<String, Value>);

impl Claims {
    /// The members of a JSON object, unless two have one name.
    pub(super) fn parse(json: &[u8]) -> Option<Self> {
        serde_json::from_slice(json).ok()
    }

    /// A claim that is text, and not empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    /// A claim that is text, or a list with texts in it. What is in the list besides is passed over.
    pub(super) fn texts(&self, name: &str) -> Vec<&str> {
        match self.0.get(name) {
            Some(Value::String(text)) => vec![text],
            Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// A claim that is a whole number of seconds since 1970. Text is none, whatever is written in it.
    pub(super) fn seconds(&self, name: &str) -> Option<i64> {
        self.0.get(name)?.as_i64()
    }

    /// Who it is, by the names of two claims. The id may be a number. One that is too long to keep whole, or that has
    /// invisible characters, is nobody's: two people could look like one.
    pub(super) fn person(&self, sub: &str, name: &str) -> Option<Person> {
        let sub = match self.0.get(sub)? {
            Value::String(text) if !text.is_empty() => text.clone(),
            Value::Number(number) => number.as_i64()?.to_string(),
            _ => return None,
        };
        let name = self.text(name).map_or_else(|| words::nameless(&sub), str::to_owned);
        let person = Person::new(&sub, &name);
        (person.sub() == sub).then_some(person)
    }
}

impl<'de> Deserialize<'de> for Claims {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Claims;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Claims, A::Error> {
        let mut claims = Map::new();
        while let Some((name, value)) = members.next_entry::<String, Value>()? {
            if claims.insert(name, value).is_some() {
                return Err(A::Error::custom("two members have one name"));
            }
        }
        Ok(Claims(claims))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(text: &str) -> Claims {
        Claims::parse(text.as_bytes()).expect("an object")
    }

    #[test]
    fn who_may_manage_is_said_by_a_claim_of_the_right_type() {
        let flag = Manages::Flag("owner".into());
        let role = Manages::Role {
            claim: "roles".into(),
            value: "admin".into(),
        };
        let said = [
            (r#"{ "owner": true, "roles": ["staff", "admin"] }"#, Permission::Manage),
            (r#"{ "owner": true, "roles": "admin" }"#, Permission::Manage),
            (r#"{ "owner": false, "roles": ["staff"] }"#, Permission::Look),
            (r#"{ "owner": "true", "roles": "admin staff" }"#, Permission::Look),
            (r#"{ "owner": 1, "roles": { "admin": true } }"#, Permission::Look),
            (r#"{ "owner": null, "roles": ["Admin", 1, null] }"#, Permission::Look),
            ("{}", Permission::Look),
        ];
        for (text, permission) in said {
            assert_eq!(flag.permission(&claims(text)), permission, "{text}");
            assert_eq!(role.permission(&claims(text)), permission, "{text}");
            assert_eq!(Manages::Everybody.permission(&claims(text)), Permission::Manage);
            assert_eq!(Manages::Nobody.permission(&claims(text)), Permission::Look);
        }
    }

    #[test]
    fn a01_a_claim_that_is_there_twice_is_not_read_at_all() {
        for text in [
            r#"{ "sub": "1", "sub": "2" }"#,
            r#"{ "sub": "1", "s\u0075b": "1" }"#,
            "[]",
            "null",
            "{} {}",
            "",
        ] {
            assert!(Claims::parse(text.as_bytes()).is_none(), "{text}");
        }
    }

    #[test]
    fn a_person_has_an_id_that_stays_whole_and_a_name_if_one_is_said() {
        let person = |text: &str| claims(text).person("sub", "name");
        let ann = person(r#"{ "sub": "42", "name": "Ann" }"#);
        assert_eq!(ann, Some(Person::new("42", "Ann")));
        assert_eq!(person(r#"{ "sub": 42 }"#), Some(Person::new("42", "User 42")));
        let long = format!(r#"{{ "sub": "{}" }}"#, "a".repeat(201));
        let strange = [
            "{}",
            r#"{ "sub": "" }"#,
            r#"{ "sub": " 42" }"#,
            r#"{ "sub": "4\u202E2" }"#,
            r#"{ "sub": 4.2 }"#,
            r#"{ "sub": true }"#,
            &long,
        ];
        for text in strange {
            assert_eq!(person(text), None, "{text}");
        }
    }
}
