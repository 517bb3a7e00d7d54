//! Seals the answer to a refresh with the refresh token it was given for.
//!
//! A client that asks twice with one token gets the same answer twice, so the answer must be kept; and whoever reads
//! the database must not learn it. The key is derived from the spent token itself, which nobody but its holder has:
//! HKDF-SHA-256 (RFC 5869), then ChaCha20-Poly1305 (RFC 8439) with a random nonce.

use chacha20poly1305::{
    ChaCha20Poly1305, KeyInit,
    aead::{Aead, Payload},
};
use hkdf::Hkdf;
use latchstring_core::{GrantId, random};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::Secret;

const NONCE_BYTES: usize = 12;
const PURPOSE: &[u8] = b"latchstring refresh replay v1";

/// The answer, readable only with the token it was given for, and only for that grant.
pub(crate) fn seal(token: &Secret, grant: GrantId, answer: &Secret) -> Vec<u8> {
    let nonce = random::bytes::<NONCE_BYTES>();
    let id = grant.as_uuid();
    let payload = Payload {
        msg: answer.expose().as_bytes(),
        aad: id.as_bytes(),
    };
    let sealed = cipher(token, grant)
        .encrypt(&nonce.into(), payload)
        .expect("an answer is far shorter than what the cipher can seal");
    [nonce.as_slice(), &sealed].concat()
}

/// The answer that was sealed; `None` when it was sealed with another token, for another grant, or was changed.
pub(crate) fn unseal(token: &Secret, grant: GrantId, sealed: &[u8]) -> Option<Secret> {
    let (nonce, sealed) = sealed.split_at_checked(NONCE_BYTES)?;
    let nonce: [u8; NONCE_BYTES] = nonce.try_into().ok()?;
    let id = grant.as_uuid();
    let payload = Payload {
        msg: sealed,
        aad: id.as_bytes(),
    };
    let answer = cipher(token, grant).decrypt(&nonce.into(), payload).ok()?;
    String::from_utf8(answer).ok().map(Secret::new)
}

fn cipher(token: &Secret, grant: GrantId) -> ChaCha20Poly1305 {
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(Some(grant.as_uuid().as_bytes()), token.expose().as_bytes())
        .expand(PURPOSE, &mut *key)
        .expect("32 bytes are not too many for HKDF");
    ChaCha20Poly1305::new((&*key).into())
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn only_the_same_token_for_the_same_grant_opens_what_it_sealed() {
        let (token, other) = (Secret::new("lsr_1"), Secret::new("lsr_2"));
        let grant = GrantId::new(DateTime::UNIX_EPOCH);
        let sealed = seal(&token, grant, &Secret::new("answer"));
        let opened =
            |token: &Secret, grant, sealed: &[u8]| unseal(token, grant, sealed).map(|text| text.expose().to_owned());
        assert_eq!(opened(&token, grant, &sealed).as_deref(), Some("answer"));
        assert_eq!(opened(&other, grant, &sealed), None);
        assert_eq!(opened(&token, GrantId::new(DateTime::UNIX_EPOCH), &sealed), None);
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(opened(&token, grant, &changed), None);
        }
        assert_eq!(opened(&token, grant, &[]), None);
        assert_eq!(opened(&token, grant, &sealed[..NONCE_BYTES]), None);
    }

    #[test]
    fn sealing_twice_gives_two_texts_neither_of_which_shows_the_answer() {
        let token = Secret::new("lsr_1");
        let grant = GrantId::new(DateTime::UNIX_EPOCH);
        let (one, two) = (
            seal(&token, grant, &Secret::new("answer")),
            seal(&token, grant, &Secret::new("answer")),
        );
        assert_ne!(one, two);
        assert!(!one.windows(6).any(|part| part == b"answer"));
    }
}
