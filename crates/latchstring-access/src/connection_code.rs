//! Connection codes: a short code that a person pastes to connect an app.
//!
//! A code is live for ten minutes, and moves once to one of three ends: redeemed, cancelled, expired. It is bound to a
//! tenant, to the tenant's installation, and to what it allows. It is stored hashed, so losing the database does not
//! lose the codes.

use std::{fmt, str::FromStr};

use chrono::{DateTime, TimeDelta, Utc};
use latchstring_core::{CodeId, GrantId, Scope, TenantId, random};

use crate::{ConnectorId, IssuedSecret, Person, Plan, Revocation, Secret};

/// How long a code is live.
pub const CODE_LIFETIME: TimeDelta = TimeDelta::minutes(10);

/// How many codes of one tenant may be live at once.
pub const MAX_LIVE_CODES: usize = 3;

/// How many connected apps a tenant may have for another code to be made.
pub const MAX_LIVE_APPS: usize = 50;

/// Crockford's base 32 (<https://www.crockford.com/base32.html>): no I, L, O or U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CHARACTERS: usize = 20;
const GROUP: usize = 4;

/// The text of a code: 100 random bits as five groups of four characters, such as `7KQ2-M0ZX-94TB-HJ3E-D8WP`.
pub struct ConnectionCode(Secret);

impl ConnectionCode {
    /// A new random code.
    pub fn generate() -> Self {
        // 256 is a multiple of 32, so every character is equally likely.
        let characters = random::bytes::<CHARACTERS>()
            .into_iter()
            .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]));
        Self(Secret::new(characters.collect::<String>()))
    }

    /// The code without its dashes, as it is hashed.
    pub fn secret(&self) -> &Secret {
        &self.0
    }

    /// The code in its groups, to be shown once.
    pub fn grouped(&self) -> Secret {
        let text = self.0.expose();
        let groups: Vec<&str> = (0..CHARACTERS).step_by(GROUP).map(|at| &text[at..at + GROUP]).collect();
        Secret::new(groups.join("-"))
    }
}

impl FromStr for ConnectionCode {
    type Err = ConnectionCodeError;

    /// Reads what a person typed or pasted: upper or lower case, with or without dashes and spaces; O counts as 0, I and
    /// L as 1, as the alphabet's author advises. Looks at a bounded number of characters.
    fn from_str(text: &str) -> Result<Self, ConnectionCodeError> {
        let mut code = String::with_capacity(CHARACTERS);
        for character in text.chars().take(100) {
            let folded = match character.to_ascii_uppercase() {
                '-' | '\u{2010}'..='\u{2015}' => continue,
                space if space.is_whitespace() => continue,
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let is_digit = u8::try_from(folded).is_ok_and(|byte| ALPHABET.contains(&byte));
            if !is_digit || code.len() == CHARACTERS {
                return Err(ConnectionCodeError);
            }
            code.push(folded);
        }
        if code.len() == CHARACTERS {
            Ok(Self(Secret::new(code)))
        } else {
            Err(ConnectionCodeError)
        }
    }
}

impl fmt::Debug for ConnectionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ConnectionCode(..)")
    }
}

/// Text that cannot be a connection code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a connection code has {CHARACTERS} letters and digits, in groups of {GROUP}; copy the whole code")]
pub struct ConnectionCodeError;

/// A code that a person asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCode {
    /// Whose data the connected app will see.
    pub tenant: TenantId,
    /// What the connected app may do.
    pub scope: Scope,
    /// Who asks.
    pub created_by: Person,
}

/// A code as it is handed to the store: everything but its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedCode {
    /// Its id.
    pub id: CodeId,
    /// What was asked for.
    pub asked: NewCode,
    /// Its text, hashed.
    pub secret: IssuedSecret,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it stops working.
    pub expires_at: DateTime<Utc>,
}

/// A code that was typed and is live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundCode {
    /// Its id.
    pub id: CodeId,
    /// Whose data it opens.
    pub tenant: TenantId,
    /// The tenant's name.
    pub tenant_name: String,
    /// The tenant's connector.
    pub connector: ConnectorId,
    /// What it allows.
    pub scope: Scope,
    /// The tenant's plan.
    pub plan: Plan,
}

/// A code as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeSummary {
    /// Its id.
    pub id: CodeId,
    /// Whose data it opens.
    pub tenant: TenantId,
    /// What it allows.
    pub scope: Scope,
    /// Who made it.
    pub created_by: Person,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it stops working.
    pub expires_at: DateTime<Utc>,
    /// What has become of it.
    pub state: CodeState,
}

/// What has become of a code. Each but the first is final.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeState {
    /// It can be redeemed.
    Live,
    /// An app was connected with it.
    Redeemed {
        /// When.
        at: DateTime<Utc>,
        /// The app's grant.
        grant: GrantId,
    },
    /// Somebody cancelled it.
    Cancelled(Revocation),
    /// Its time is over, or its tenant was uninstalled since.
    Expired,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_code_has_the_documented_form_and_does_not_print() {
        let code = ConnectionCode::generate();
        let grouped = code.grouped();
        let groups: Vec<&str> = grouped.expose().split('-').collect();
        assert_eq!(groups.len(), 5);
        assert!(groups.iter().all(|group| group.len() == 4), "{groups:?}");
        assert_eq!(format!("{code:?}"), "ConnectionCode(..)");
        assert_ne!(code.secret().expose(), ConnectionCode::generate().secret().expose());
    }

    #[test]
    fn every_character_of_the_alphabet_is_about_equally_likely() {
        let mut counts = [0_u32; 128];
        for _ in 0..1_600 {
            for byte in ConnectionCode::generate().secret().expose().bytes() {
                counts[usize::from(byte)] += 1;
            }
        }
        // 32,000 draws over 32 characters: 1,000 each, standard deviation 31. The bounds are seven of them wide.
        assert!(
            ALPHABET
                .iter()
                .all(|byte| (780..1_220).contains(&counts[usize::from(*byte)]))
        );
        assert_eq!(counts.iter().sum::<u32>(), 32_000);
    }

    #[test]
    fn a_typed_code_is_read_kindly() {
        let read = |text: &str| {
            text.parse::<ConnectionCode>()
                .expect("a code")
                .secret()
                .expose()
                .to_owned()
        };
        let code = "0123456789ABCDEFGHJK";
        for typed in [
            "0123-4567-89AB-CDEF-GHJK",
            "0123456789abcdefghjk",
            " 0123 4567\n89ab\tcdef ghjk ",
            "oi23-4567-89ab-cdef-ghjk",
            "OL23\u{2013}4567\u{2014}89AB-CDEF-GHJK",
        ] {
            assert_eq!(read(typed), code, "{typed}");
        }
    }

    #[test]
    fn what_cannot_be_a_code_is_refused() {
        let endless = "0".repeat(1 << 20);
        for wrong in [
            "",
            "0123-4567-89AB-CDEF-GHJ",
            "0123-4567-89AB-CDEF-GHJKM",
            "U123-4567-89AB-CDEF-GHJK",
            "é123-4567-89AB-CDEF-GHJK",
            &endless,
        ] {
            assert_eq!(
                wrong.parse::<ConnectionCode>().expect_err("refused"),
                ConnectionCodeError
            );
        }
    }

    proptest! {
        #[test]
        fn a_code_reads_back_however_it_is_grouped(lower in any::<bool>(), dashes in proptest::collection::vec(0..20_usize, 0..6)) {
            let code = ConnectionCode::generate();
            let mut text = code.secret().expose().to_owned();
            for at in dashes {
                text.insert(at, '-');
            }
            if lower {
                text.make_ascii_lowercase();
            }
            for text in [text.as_str(), code.grouped().expose()] {
                let read: ConnectionCode = text.parse().expect("a code");
                prop_assert_eq!(read.secret().expose(), code.secret().expose());
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,60}") {
            let _ = text.parse::<ConnectionCode>();
        }
    }
}
