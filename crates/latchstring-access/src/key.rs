//! An API key in its four forms: asked for, issued, found, listed.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use latchstring_core::{GrantId, Scope, TenantId};

use crate::{IssuedSecret, Person, Revocation, disturbs, shows_as_nothing};

/// A key that a person asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKey {
    /// Whose data it opens.
    pub tenant: TenantId,
    /// What it allows.
    pub scope: Scope,
    /// The name its creator gives it; may be empty.
    pub label: Label,
    /// Who asks.
    pub created_by: Person,
    /// When it stops working; `None` for never.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A key as it is handed to the store: everything but its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedKey {
    /// The grant it points to.
    pub grant: GrantId,
    /// What was asked for.
    pub asked: NewKey,
    /// Its first and last characters.
    pub hint: String,
    /// Its text, hashed.
    pub secret: IssuedSecret,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// A key as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySummary {
    /// Its id: the grant it points to.
    pub grant: GrantId,
    /// Whose data it opens.
    pub tenant: TenantId,
    /// What it allows.
    pub scope: Scope,
    /// The name its creator gave it; may be empty.
    pub label: String,
    /// Its first and last characters, such as `asmk_Ab12...9xYz`.
    pub hint: String,
    /// Who made it.
    pub created_by: Person,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to the minute; `None` for never.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it stops working; `None` for never.
    pub expires_at: Option<DateTime<Utc>>,
    /// Who revoked it and when; `None` while it is not revoked.
    pub revoked: Option<Revocation>,
}

/// The name a person gives a key, trimmed: at most 80 characters, none that could disturb a terminal or a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Label(String);

impl Label {
    const MAX_CHARACTERS: usize = 80;

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Label {
    type Err = LabelError;

    fn from_str(text: &str) -> Result<Self, LabelError> {
        let text = text.trim();
        if text.chars().take(Self::MAX_CHARACTERS + 1).count() > Self::MAX_CHARACTERS {
            return Err(LabelError::TooLong);
        }
        match text.chars().find(|c| disturbs(*c) || shows_as_nothing(*c)) {
            Some(character) => Err(LabelError::Character(character)),
            None => Ok(Self(text.to_owned())),
        }
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Text that cannot name a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LabelError {
    /// More than 80 characters.
    #[error("a label has 80 characters at most; shorten it")]
    TooLong,
    /// A control character, or one that changes the direction of text.
    #[error("a label cannot contain the invisible character U+{:04X}; remove it", u32::from(*.0))]
    Character(char),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_trimmed_and_may_be_empty() {
        assert_eq!(
            " Claude on my laptop ".parse::<Label>().expect("a label").as_str(),
            "Claude on my laptop"
        );
        assert_eq!(" a b ".parse::<Label>().expect("a label").to_string(), "a b");
        assert_eq!("  ".parse::<Label>().expect("a label").as_str(), "");
        assert!("ü".repeat(80).parse::<Label>().is_ok());
        assert_eq!("ü".repeat(81).parse::<Label>(), Err(LabelError::TooLong));
    }

    #[test]
    fn t14_a_label_cannot_disturb_a_terminal_or_a_list() {
        for wrong in [
            "a\u{1b}[31m",
            "a\nb",
            "a\r\nb",
            "a\u{202E}b",
            "a\u{2066}b",
            "a\u{0}b",
            "a\u{85}b",
            "a\u{FEFF}b",
            "\u{3164}",
            "\u{2800}",
            "a\u{AD}b",
        ] {
            assert!(
                matches!(wrong.parse::<Label>(), Err(LabelError::Character(_))),
                "{wrong:?}"
            );
        }
        let error = "a\u{202E}b".parse::<Label>().expect_err("refused").to_string();
        assert_eq!(
            error,
            "a label cannot contain the invisible character U+202E; remove it"
        );
    }
}
