//! Names and notes that people gave to things, and the characters that text may have.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Most characters of a note.
const NOTE: usize = 5000;

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
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        let name = text.trim();
        one_line(name)?;
        match name.chars().count() {
            0 => Err(TextError::Empty),
            1..=255 => Ok(Self(name.to_owned())),
            length => Err(TextError::TooLong { length, most: 255 }),
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

/// Free text: at most 5000 characters that can be seen; lines and tabs are fine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline)]
pub struct Note(String);

impl TryFrom<String> for Note {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        many_lines(&text)?;
        match text.chars().count() {
            0..=NOTE => Ok(Self(text)),
            length => Err(TextError::TooLong { length, most: NOTE }),
        }
    }
}

impl From<Note> for String {
    fn from(note: Note) -> Self {
        note.0
    }
}

/// Not a name, or not a note.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing in it.
    #[error("it is empty; write 1 to 255 characters that are not all spaces")]
    Empty,
    /// Too much in it.
    #[error("it has {length} characters; write {most} at most")]
    TooLong {
        /// How many it has.
        length: usize,
        /// How many it may have.
        most: usize,
    },
    /// Something in it that people do not see.
    #[error("it contains the character U+{:04X}, which cannot be seen in a text; leave it out", u32::from(*.0))]
    Unseen(char),
}

/// Checks that every character of a text on one line can be seen.
///
/// # Errors
/// When there is a control character, a control of the writing direction, or one without width. The two joiners are
/// fine: some scripts and emoji need them.
pub fn one_line(text: &str) -> Result<(), TextError> {
    text.chars()
        .find(|one| is_unseen(*one))
        .map_or(Ok(()), |one| Err(TextError::Unseen(one)))
}

/// The same for a text that may have several lines and tabs.
///
/// # Errors
/// As [`one_line`].
pub fn many_lines(text: &str) -> Result<(), TextError> {
    text.split(['\n', '\t']).try_for_each(one_line)
}

/// A text from elsewhere without what cannot be seen: on one line, whatever it was.
pub fn seen(text: &str) -> String {
    text.chars().filter(|one| !is_unseen(*one)).collect()
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
        for (text, number) in [("a\nb", "U+000A"), ("a\u{202E}b", "U+202E"), ("a\u{200B}b", "U+200B")] {
            let error = Name::try_from(text.to_owned()).unwrap_err().to_string();
            assert!(error.contains(number), "{error}");
        }
        assert!(Name::try_from("\u{1F469}\u{200D}\u{1F527}".to_owned()).is_ok());
        assert_eq!(many_lines("one\n\ttwo"), Ok(()));
        assert!(Name::try_from("  ".to_owned()).is_err());
        assert!(Note::try_from("x".repeat(5001)).is_err());
    }
}
