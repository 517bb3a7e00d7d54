//! Names that people gave to things, and the characters that text may have.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A name: 1 to 255 characters that can be seen, on one line, without space around it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline)]
pub struct Name(String);

impl Name {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Name {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        let name = text.trim();
        one_line(name)?;
        match name.chars().count() {
            0 => Err(NameError::Empty),
            1..=255 => Ok(Self(name.to_owned())),
            length => Err(NameError::TooLong(length)),
        }
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Not a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing in it.
    #[error("it is empty; write 1 to 255 characters that are not all spaces")]
    Empty,
    /// Too much in it.
    #[error("it has {0} characters; write 255 at most")]
    TooLong(usize),
    /// Something in it that people do not see.
    #[error(transparent)]
    Unseen(#[from] UnseenError),
}

/// A character that hides in a text, or changes how the rest of it reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it contains the character U+{:04X}, which cannot be seen in a text; leave it out", u32::from(*.0))]
pub struct UnseenError(char);

/// Checks that every character of a text on one line can be seen.
///
/// # Errors
/// When there is a control character, a control of the writing direction, or one without width. The two joiners are
/// fine: some scripts and emoji need them.
pub fn one_line(text: &str) -> Result<(), UnseenError> {
    text.chars()
        .find(|one| is_unseen(*one))
        .map_or(Ok(()), |one| Err(UnseenError(one)))
}

/// The same for a text that may have several lines and tabs.
///
/// # Errors
/// As [`one_line`].
pub fn many_lines(text: &str) -> Result<(), UnseenError> {
    text.split(['\n', '\t']).try_for_each(one_line)
}

fn is_unseen(one: char) -> bool {
    one.is_control()
        || matches!(one, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
        || matches!(
            one,
            '\u{200B}' | '\u{2028}' | '\u{2029}' | '\u{2060}' | '\u{FEFF}' | '\u{E0000}'..='\u{E007F}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_refused_by_its_number() {
        for (text, number) in [
            ("a\nb", "U+000A"),
            ("a\u{7}b", "U+0007"),
            ("a\u{85}b", "U+0085"),
            ("a\u{202E}b", "U+202E"),
            ("a\u{2066}b", "U+2066"),
            ("a\u{200B}b", "U+200B"),
            ("\u{FEFF}a", "U+FEFF"),
            ("a\u{E0041}", "U+E0041"),
        ] {
            let error = Name::try_from(text.to_owned()).unwrap_err().to_string();
            assert!(error.contains(number), "{error}");
        }
        // A joiner inside an emoji, and letters of any script.
        for text in [
            "\u{1F469}\u{200D}\u{1F527}",
            "Glash\u{FC}tte",
            "\u{6A9}\u{62A}\u{627}\u{628}",
        ] {
            assert!(Name::try_from(text.to_owned()).is_ok());
        }
        assert_eq!(many_lines("one\n\ttwo"), Ok(()));
        assert_eq!(many_lines("one\r\ntwo"), Err(UnseenError('\r')));
    }
}
