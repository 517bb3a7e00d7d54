//! Ids: UUID version 7 behind a type of their own, shown with a prefix that says what they name.

use std::{
    fmt,
    str::FromStr,
    sync::atomic::{AtomicU32, Ordering},
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::random;

/// A version 7 UUID for the moment `now` (RFC 9562, section 5.7), so that ids sort by time.
pub(crate) fn uuid_at(now: DateTime<Utc>) -> Uuid {
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random::bytes()).into_uuid()
}

/// The same for one of several ids of a moment: they sort by their `place`, up to 2^26 of them (RFC 9562, section 6.2,
/// method 1).
fn uuid_in_order(now: DateTime<Utc>, place: u32) -> Uuid {
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
    let mut rest: [u8; 10] = random::bytes();
    // Twelve bits behind the version and fourteen behind the variant.
    rest[..4].copy_from_slice(&((place >> 14 << 16) | (place & 0x3FFF)).to_be_bytes());
    uuid::Builder::from_unix_timestamp_millis(millis, &rest).into_uuid()
}

/// Ids of one moment that sort in the order in which they are made.
#[derive(Debug)]
pub struct Ids {
    at: DateTime<Utc>,
    made: AtomicU32,
}

impl Ids {
    /// None yet, of this moment.
    pub fn at(now: DateTime<Utc>) -> Self {
        Self {
            at: now,
            made: AtomicU32::new(0),
        }
    }

    /// A fresh UUID (version 7).
    pub fn make(&self) -> Uuid {
        uuid_in_order(self.at, self.made.fetch_add(1, Ordering::Relaxed))
    }
}

/// Text that is not an id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an id of this kind; it looks like `{prefix}_` and 32 hexadecimal digits")]
pub struct IdError {
    text: String,
    prefix: &'static str,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id for the moment `now`.
            pub fn new(now: DateTime<Utc>) -> Self {
                Self(uuid_at(now))
            }

            /// An id that is already known, such as one from a database row.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The bare UUID.
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.simple())
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                text.strip_prefix(concat!($prefix, "_"))
                    .filter(|rest| rest.len() == 32)
                    .and_then(|rest| Uuid::try_parse(rest).ok())
                    .map(Self)
                    .ok_or_else(|| IdError { text: text.chars().take(64).collect(), prefix: $prefix })
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id! {
    /// One tenant: the store, shop or workspace whose data a grant opens.
    TenantId, "ten"
}
id! {
    /// One grant: a key or a connected app.
    GrantId, "gra"
}
id! {
    /// One connection code.
    CodeId, "cod"
}
id! {
    /// One call, from the request to its audit row.
    RequestId, "req"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_moment_sort_by_their_place() {
        let places = [0, 1, 2, 255, 256, 0x3FFF, 0x4000, 0x4001, 0x3FF_FFFE, 0x3FF_FFFF];
        let ids: Vec<Uuid> = places
            .iter()
            .map(|place| uuid_in_order(DateTime::UNIX_EPOCH, *place))
            .collect();
        assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
        assert!(ids.iter().all(|id| id.get_version_num() == 7));
        let again = uuid_in_order(DateTime::UNIX_EPOCH, 0);
        assert_ne!(again, ids[0], "the rest is random");
    }

    #[test]
    fn an_id_reads_back_what_it_shows_and_nothing_else() {
        let id = GrantId::new(DateTime::UNIX_EPOCH);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert!(id.to_string().replace("gra_", "ten_").parse::<GrantId>().is_err());
        assert!("gra_".parse::<GrantId>().is_err());
        assert!("gra_00000000-0000-0000-0000-000000000000".parse::<GrantId>().is_err());
    }

    #[test]
    fn ids_sort_by_time() {
        let early = TenantId::new(DateTime::UNIX_EPOCH);
        let late = TenantId::new(DateTime::UNIX_EPOCH + chrono::TimeDelta::milliseconds(1));
        assert!(early < late);
    }
}
