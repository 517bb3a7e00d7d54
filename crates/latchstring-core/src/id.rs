//! Ids: UUID version 7 behind a type of their own, shown with a prefix that says what they name.

use std::{
    fmt,
    str::FromStr,
    sync::atomic::{AtomicU32, Ordering},
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::random;

/// A version 7 UUID for the moment `now` (RFC 9562, section 5.7), so that ids sort by time.
pub(crate) fn uuid_at(now: DateTime<Utc>) -> Uuid {
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random::bytes()).into_uuid()
}

/// One of several ids of a moment: they sort by their `place`, up to 2^26 of them (RFC 9562, section 6.2, method 1).
fn uuid_in_order(now_ms: u64, place: u32, mut rest: [u8; 10]) -> Uuid {
    // Twelve bits behind the version and fourteen behind the variant.
    rest[..4].copy_from_slice(&((place >> 14 << 16) | (place & 0x3FFF)).to_be_bytes());
    uuid::Builder::from_unix_timestamp_millis(now_ms, &rest).into_uuid()
}

/// Ids of one moment that sort in the order in which they are made.
#[derive(Debug)]
pub struct Ids {
    origin: Origin,
    made: AtomicU32,
}

/// What ids are made of, beside their place.
#[derive(Debug, Clone, Copy)]
enum Origin {
    /// This moment, in milliseconds since 1970, and chance.
    Moment(u64),
    /// A call: its moment, and what is particular about it.
    Call(RequestId),
}

impl Ids {
    /// None yet, of this moment.
    pub fn at(now: DateTime<Utc>) -> Self {
        Self::of(Origin::Moment(u64::try_from(now.timestamp_millis()).unwrap_or(0)))
    }

    /// Those of a call: whoever makes them again gets the same ones, so that what a dry run told of is what its commit
    /// makes. They tell whoever knows the call's id, which is no secret, and neither are they.
    pub(crate) fn of_call(request: RequestId) -> Self {
        Self::of(Origin::Call(request))
    }

    fn of(origin: Origin) -> Self {
        Self {
            origin,
            made: AtomicU32::new(0),
        }
    }

    /// A fresh UUID (version 7).
    pub fn make(&self) -> Uuid {
        let place = self.made.fetch_add(1, Ordering::Relaxed);
        match self.origin {
            Origin::Moment(now_ms) => uuid_in_order(now_ms, place, random::bytes()),
            Origin::Call(request) => {
                let rest = request.derived("id", place);
                uuid_in_order(request.began_ms(), place, rest)
            }
        }
    }
}

impl RequestId {
    /// When the call began, in milliseconds since 1970.
    pub fn began_ms(self) -> u64 {
        // The first 48 bits of a version 7 UUID.
        u64::try_from(self.0.as_u128() >> 80).unwrap_or(u64::MAX)
    }

    /// What `Math.random()` begins with in this call's program.
    pub fn seed(self) -> u64 {
        u64::from_le_bytes(self.derived("random", 0))
    }

    /// Bytes that this call alone has for `purpose` and `place`.
    fn derived<const N: usize>(self, purpose: &str, place: u32) -> [u8; N] {
        let hash = Sha256::new()
            .chain_update(self.0.as_bytes())
            .chain_update(place.to_be_bytes())
            .chain_update(purpose)
            .finalize();
        std::array::from_fn(|at| hash[at])
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
            .map(|place| uuid_in_order(0, *place, random::bytes()))
            .collect();
        assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
        assert!(ids.iter().all(|id| id.get_version_num() == 7));
        let ids = [Ids::at(DateTime::UNIX_EPOCH), Ids::at(DateTime::UNIX_EPOCH)];
        assert_ne!(ids[0].make(), ids[1].make(), "the rest is random");
    }

    #[test]
    fn the_ids_of_a_call_are_the_same_again_and_those_of_another_are_not() {
        let began = DateTime::from_timestamp_millis(1_764_000_000_123).unwrap();
        let (call, other) = (RequestId::new(began), RequestId::new(began));
        assert_eq!(call.began_ms(), 1_764_000_000_123);
        let made = |call| {
            let ids = Ids::of_call(call);
            [ids.make(), ids.make(), ids.make()]
        };
        assert_eq!(made(call), made(call));
        assert!(made(call).is_sorted_by(|a, b| a < b), "{:?}", made(call));
        assert!(made(call).iter().all(|id| id.get_version_num() == 7));
        assert_eq!(made(call)[0].as_u128() >> 80, 1_764_000_000_123);
        assert_ne!(made(call)[0], made(other)[0]);
        assert_ne!(call.seed(), other.seed());
        assert_eq!(call.seed(), call.seed());
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
