//! Proof Key for Code Exchange (RFC 7636), method S256 only.

use std::{fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// What a client must prove to know: the SHA-256 of its verifier.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Challenge([u8; 32]);

impl Challenge {
    /// A challenge that is already known, such as one from a database row.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes, for storing.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether this verifier answers it (RFC 7636, section 4.6). Hashes are compared, so the time tells nothing of use.
    pub fn is_answered_by(&self, verifier: &str) -> bool {
        let is_verifier = (43..=128).contains(&verifier.len())
            && verifier
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
        is_verifier && <[u8; 32]>::from(Sha256::digest(verifier)) == self.0
    }
}

impl FromStr for Challenge {
    type Err = ChallengeError;

    fn from_str(text: &str) -> Result<Self, ChallengeError> {
        if text.len() != 43 {
            return Err(ChallengeError);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| ChallengeError)?;
        bytes.try_into().map(Self).map_err(|_| ChallengeError)
    }
}

impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Challenge(..)")
    }
}

/// Not a challenge of the method S256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("code_challenge must be the SHA-256 of the verifier in base64url without padding, 43 characters")]
pub struct ChallengeError;

#[cfg(test)]
mod tests {
    use super::*;

    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_example_of_the_specification_holds() {
        // RFC 7636, appendix B.
        let challenge: Challenge = CHALLENGE.parse().expect("a challenge");
        assert!(challenge.is_answered_by(VERIFIER));
        assert_eq!(challenge.to_string(), CHALLENGE);
        assert_eq!(format!("{challenge:?}"), "Challenge(..)");
    }

    #[test]
    fn o01_a_wrong_verifier_does_not_answer() {
        let challenge: Challenge = CHALLENGE.parse().expect("a challenge");
        assert!(!challenge.is_answered_by(""));
        assert!(
            !challenge.is_answered_by(CHALLENGE),
            "as the method plain would have it"
        );
        assert!(!challenge.is_answered_by(&VERIFIER.to_lowercase()));
    }

    #[test]
    fn o01_a_verifier_has_43_to_128_unreserved_characters() {
        let answers = |verifier: &str| Challenge::from_bytes(Sha256::digest(verifier).into()).is_answered_by(verifier);
        assert!(answers(&"a".repeat(43)));
        assert!(answers(&"~._-aZ09".repeat(16)));
        for wrong in [
            "a".repeat(42),
            "a".repeat(129),
            format!("{}+", "a".repeat(43)),
            format!("{}é", "a".repeat(43)),
        ] {
            assert!(!answers(&wrong), "{wrong}");
        }
    }

    #[test]
    fn o01_a_challenge_has_43_characters_of_base64url() {
        for wrong in [
            "",
            &CHALLENGE[1..],
            &format!("{CHALLENGE}A"),
            &CHALLENGE.replace('-', "+"),
            &format!("{}=", &CHALLENGE[..42]),
        ] {
            assert_eq!(wrong.parse::<Challenge>(), Err(ChallengeError), "{wrong}");
        }
    }
}
