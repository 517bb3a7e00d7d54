//! The peppers under which secrets are hashed.
//!
//! A ring is kept outside the database. Whoever reads the database learns no key from it, and whoever can write to
//! it cannot make one. The first entry hashes new secrets; the others are for finding older ones. To change the
//! pepper, put a new entry in front. To kill every key hashed under an entry at once, take it out.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use hmac::{Hmac, KeyInit, Mac};
use latchstring_core::{Seal, random};
use serde::Deserialize;
use sha2::Sha256;
use zeroize::{Zeroize, Zeroizing};

use crate::{AuditKey, Secret, SecretHash};

const PEPPER_BYTES: usize = 32;
const MAX_ID_CHARACTERS: usize = 32;

/// What a hash is for is part of what is hashed, so that a hash made for one purpose never fits another.
const FOR_SECRETS: &[u8] = b"latchstring secret v1\0";
const FOR_CHECKS: &[u8] = b"latchstring key ring check v1\0";
const FOR_TICKETS: &[u8] = b"latchstring ticket v1\0";
const FOR_SEALS: &[u8] = b"latchstring seal v1\0";
const FOR_AUDIT: &[u8] = b"latchstring audit chain v1\0";

/// The peppers, the current one first.
pub struct KeyRing {
    entries: Vec<Entry>,
}

struct Entry {
    id: String,
    pepper: Zeroizing<[u8; PEPPER_BYTES]>,
}

/// Tells whether an entry of a ring is the one that a store was used with, without telling the pepper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RingCheck {
    /// The entry's id.
    pub key_id: String,
    /// A fixed text hashed under the entry.
    pub check: SecretHash,
}

impl RingCheck {
    /// Whether a ring with the checks `ours` belongs to a store that knows the checks `known`: none contradicts, and
    /// one at least is shared, unless the store has never seen a ring. So a ring may gain and lose entries, but not
    /// all at once.
    pub fn matches(known: &[Self], ours: &[Self]) -> bool {
        let contradicts = |check: &Self| {
            known
                .iter()
                .any(|one| one.key_id == check.key_id && one.check != check.check)
        };
        !ours.iter().any(contradicts) && (known.is_empty() || ours.iter().any(|check| known.contains(check)))
    }
}

impl KeyRing {
    /// A ring with one new random entry.
    pub fn generate() -> Self {
        let id = format!("k{:08x}", u32::from_be_bytes(random::bytes()));
        Self {
            entries: vec![Entry {
                id,
                pepper: Zeroizing::new(random::bytes()),
            }],
        }
    }

    /// Reads the text of [`KeyRing::to_text`], from a file or an environment variable.
    ///
    /// # Errors
    /// When it is not a key ring. The error never tells a pepper.
    pub fn parse(text: &str) -> Result<Self, KeyRingError> {
        let form: Form =
            serde_json::from_str(text).map_err(|error| KeyRingError::NotARing { column: error.column() })?;
        if form.keys.is_empty() {
            return Err(KeyRingError::Empty);
        }
        let mut entries: Vec<Entry> = Vec::with_capacity(form.keys.len());
        for FormEntry { id, pepper } in &form.keys {
            let is_short_word =
                (1..=MAX_ID_CHARACTERS).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
            if !is_short_word {
                return Err(KeyRingError::WrongId);
            }
            if entries.iter().any(|entry| entry.id == *id) {
                return Err(KeyRingError::SameIdTwice { id: id.clone() });
            }
            entries.push(Entry {
                id: id.clone(),
                pepper: read_pepper(id, pepper)?,
            });
        }
        Ok(Self { entries })
    }

    /// The ring as JSON in one line. As secret as the peppers in it.
    pub fn to_text(&self) -> Secret {
        // Nothing in it needs escaping: ids are letters and digits, and base64 has no quotes.
        let mut text = String::with_capacity(128 * self.entries.len());
        text.push_str(r#"{"keys":["#);
        for (index, Entry { id, pepper }) in self.entries.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            let pepper = Zeroizing::new(BASE64.encode(**pepper));
            text.extend([
                comma,
                r#"{"id":""#,
                id.as_str(),
                r#"","pepper":""#,
                pepper.as_str(),
                r#""}"#,
            ]);
        }
        text.push_str("]}");
        Secret::new(text)
    }

    /// Hashes a new secret under the current entry, and says which that is.
    pub fn hash(&self, secret: &Secret) -> (&str, SecretHash) {
        let current = &self.entries[0];
        (&current.id, current.hash(FOR_SECRETS, secret.expose().as_bytes()))
    }

    /// The hashes a presented secret may have been stored under: one for each entry, the current one first.
    pub fn hashes(&self, secret: &Secret) -> Vec<SecretHash> {
        self.entries
            .iter()
            .map(|entry| entry.hash(FOR_SECRETS, secret.expose().as_bytes()))
            .collect()
    }

    /// Signs text that goes through a browser and comes back.
    pub(crate) fn sign(&self, text: &[u8]) -> [u8; 32] {
        *self.entries[0].hash(FOR_TICKETS, text).as_bytes()
    }

    /// Whether one of the entries signed this text so.
    pub(crate) fn has_signed(&self, text: &[u8], signature: &[u8]) -> bool {
        self.entries.iter().any(|entry| {
            let mut mac = entry.mac();
            mac.update(FOR_TICKETS);
            mac.update(text);
            // Compares in constant time.
            mac.verify_slice(signature).is_ok()
        })
    }

    /// Seals text that an assistant is given and brings back.
    pub(crate) fn seal(&self, text: &[u8]) -> Seal {
        let hash = self.entries[0].hash(FOR_SEALS, text);
        std::array::from_fn(|at| hash.as_bytes()[at])
    }

    /// Whether one of the entries sealed this text so.
    pub(crate) fn has_sealed(&self, text: &[u8], seal: &Seal) -> bool {
        self.entries.iter().any(|entry| {
            let mut mac = entry.mac();
            mac.update(FOR_SEALS);
            mac.update(text);
            // Compares in constant time.
            mac.verify_truncated_left(seal).is_ok()
        })
    }

    /// The keys of the audit chain, the current one first. No pepper can be learned from them.
    pub fn audit_keys(&self) -> Vec<AuditKey> {
        let key = |entry: &Entry| AuditKey::new(&entry.id, *entry.hash(FOR_AUDIT, b"").as_bytes());
        self.entries.iter().map(key).collect()
    }

    /// What a store keeps so that a wrong ring is noticed at the start, not by keys that have stopped working.
    pub fn checks(&self) -> Vec<RingCheck> {
        self.entries
            .iter()
            .map(|entry| RingCheck {
                key_id: entry.id.clone(),
                check: entry.hash(FOR_CHECKS, b""),
            })
            .collect()
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<_> = self.entries.iter().map(|entry| &entry.id).collect();
        f.debug_struct("KeyRing").field("ids", &ids).finish_non_exhaustive()
    }
}

impl Entry {
    fn hash(&self, purpose: &[u8], message: &[u8]) -> SecretHash {
        let mut mac = self.mac();
        mac.update(purpose);
        mac.update(message);
        SecretHash::from_bytes(mac.finalize().into_bytes().into())
    }

    fn mac(&self) -> Hmac<Sha256> {
        Hmac::new_from_slice(&*self.pepper).expect("HMAC takes a key of any length")
    }
}

fn read_pepper(id: &str, text: &str) -> Result<Zeroizing<[u8; PEPPER_BYTES]>, KeyRingError> {
    let wrong = || KeyRingError::WrongPepper { id: id.to_owned() };
    let bytes = Zeroizing::new(BASE64.decode(text).map_err(|_| wrong())?);
    let pepper: [u8; PEPPER_BYTES] = bytes.as_slice().try_into().map_err(|_| wrong())?;
    Ok(Zeroizing::new(pepper))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    keys: Vec<FormEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FormEntry {
    id: String,
    pepper: String,
}

impl Drop for FormEntry {
    fn drop(&mut self) {
        self.pepper.zeroize();
    }
}

/// Text that is not a key ring. Never tells a pepper.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyRingError {
    /// Not JSON of the right shape.
    #[error(
        r#"this is not a key ring (column {column}); it looks like {{"keys":[{{"id":"k1","pepper":"<base64 of 32 bytes>"}}]}}"#
    )]
    NotARing {
        /// Where reading stopped.
        column: usize,
    },
    /// No entries.
    #[error("the key ring has no entries; put one in, or restore the ring from a backup")]
    Empty,
    /// An id that is not a short word.
    #[error("an id in the key ring is not 1 to {MAX_ID_CHARACTERS} letters and digits; restore the ring from a backup")]
    WrongId,
    /// Two entries with one id.
    #[error("the key ring has two entries with the id `{id}`; give the newer one another id")]
    SameIdTwice {
        /// The id.
        id: String,
    },
    /// A pepper that is not 32 bytes.
    #[error("the pepper of entry `{id}` is not base64 of {PEPPER_BYTES} bytes; restore the ring from a backup")]
    WrongPepper {
        /// The entry.
        id: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = r#"{"id":"old","pepper":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}"#;
    const NEW: &str = r#"{"id":"new","pepper":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="}"#;

    fn ring(entries: &[&str]) -> KeyRing {
        KeyRing::parse(&format!(r#"{{"keys":[{}]}}"#, entries.join(","))).expect("a ring")
    }

    #[test]
    fn the_text_of_a_ring_reads_back_as_the_same_ring() {
        let ring = KeyRing::generate();
        let read = KeyRing::parse(ring.to_text().expose()).expect("its own text");
        assert_eq!(read.checks(), ring.checks());
        let two = format!(r#"{{"keys":[{NEW},{OLD}]}}"#);
        assert_eq!(KeyRing::parse(&two).expect("a ring").to_text().expose(), two);
        assert_ne!(KeyRing::generate().checks(), ring.checks());
    }

    #[test]
    fn after_a_new_pepper_older_secrets_are_still_found() {
        let secret = Secret::new("s");
        let before = ring(&[OLD]).hash(&secret).1;
        let rotated = ring(&[NEW, OLD]);
        assert_eq!(rotated.hash(&secret).0, "new");
        assert_ne!(rotated.hash(&secret).1, before);
        assert!(rotated.hashes(&secret).contains(&before));
        assert!(!ring(&[NEW]).hashes(&secret).contains(&before));
    }

    #[test]
    fn the_check_of_an_entry_is_no_hash_of_a_secret() {
        let ring = ring(&[OLD]);
        let check = ring.checks()[0].check;
        for text in ["", "latchstring key ring check v1\0"] {
            assert_ne!(ring.hash(&Secret::new(text)).1, check);
        }
    }

    #[test]
    fn what_a_ring_signed_it_knows_again_after_a_new_pepper() {
        let signature = ring(&[OLD]).sign(b"text");
        let both = ring(&[NEW, OLD]);
        assert!(both.has_signed(b"text", &signature));
        assert!(both.has_signed(b"text", &both.sign(b"text")));
        assert!(!both.has_signed(b"texu", &signature));
        assert!(!both.has_signed(b"text", &signature[..31]));
        assert!(!both.has_signed(b"text", &[]));
        assert!(!ring(&[NEW]).has_signed(b"text", &signature));
        assert_ne!(&signature, ring(&[OLD]).hash(&Secret::new("text")).1.as_bytes());
    }

    #[test]
    fn a_ring_may_gain_and_lose_entries_but_not_all_at_once() {
        let (old, new, both) = (ring(&[OLD]).checks(), ring(&[NEW]).checks(), ring(&[NEW, OLD]).checks());
        let forged = ring(&[&NEW.replace("new", "old")]).checks();
        assert!(RingCheck::matches(&[], &old));
        assert!(RingCheck::matches(&old, &both));
        assert!(RingCheck::matches(&both, &new));
        assert!(!RingCheck::matches(&old, &new));
        assert!(!RingCheck::matches(&both, &[new, forged].concat()));
    }

    #[test]
    fn the_hash_is_hmac_sha_256() {
        // Computed with: printf 'latchstring secret v1\0asmk_x' | openssl dgst -sha256 -mac HMAC -macopt hexkey:00..00
        let (_, hash) = ring(&[OLD]).hash(&Secret::new("asmk_x"));
        let hex = hash.as_bytes().map(|byte| format!("{byte:02x}")).concat();
        assert_eq!(hex, "23d04a22a05381954784ff09aad8f6fa61c00dee7570b2b27c198ef40a8138a0");
    }

    #[test]
    fn a_wrong_ring_says_what_to_do_and_tells_no_pepper() {
        let short = r#"{"keys":[{"id":"k1","pepper":"c2VjcmV0"}]}"#;
        let cases = [
            ("", "this is not a key ring (column 0)"),
            ("hunter2", "this is not a key ring (column 1)"),
            (r#"{"keys":[]}"#, "the key ring has no entries; put one in"),
            (short, "the pepper of entry `k1` is not base64 of 32 bytes"),
            (
                r#"{"keys":[{"id":"","pepper":""}]}"#,
                "an id in the key ring is not 1 to 32 letters",
            ),
        ];
        for (text, expected) in cases {
            let error = KeyRing::parse(text).expect_err("refused");
            assert!(error.to_string().starts_with(expected), "{error}");
            assert!(!format!("{error:?} {error}").contains("hunter2"), "{error:?}");
            assert!(!format!("{error:?} {error}").contains("c2VjcmV0"), "{error:?}");
        }
        let twice = KeyRing::parse(&format!(r#"{{"keys":[{OLD},{OLD}]}}"#)).expect_err("refused");
        assert_eq!(twice, KeyRingError::SameIdTwice { id: "old".into() });
    }

    #[test]
    fn a_ring_prints_its_ids_only() {
        assert_eq!(
            format!("{:?}", ring(&[NEW, OLD])),
            r#"KeyRing { ids: ["new", "old"], .. }"#
        );
    }
}
