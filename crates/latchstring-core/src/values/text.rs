//! Names and notes that people gave to things, and the characters that text may have.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::OperationError;

/// Most characters of a name.
const NAME: usize = 255;
/// Most characters of a note.
const NOTE: usize = 5000;
/// Most characters of a search.
const SEARCH: usize = 200;

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
            1..=NAME => Ok(Self(name.to_owned())),
            length => Err(TextError::TooLong { length, most: NAME }),
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
    #[error("it is empty; write 1 to {NAME} characters that are not all spaces")]
    Empty,
    /// Too much in it.
    #[error("it has {length} characters; write {most} at most")]
    TooLong {
        /// How many it has.
        length: usize,
        /// How many it may have.
        most: usize,
    },
    /// A character that hides in a text, or changes how the rest of it reads.
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

/// A text to look for, checked. `field` is where it was given.
///
/// # Errors
/// When it has more than 200 characters, or one that cannot be seen.
pub fn search(field: &str, text: Option<String>) -> Result<Option<String>, OperationError> {
    if let Some(text) = &text {
        if text.chars().count() > SEARCH {
            let text = format!("`{field}` has more than {SEARCH} characters; a word or two is enough");
            return Err(OperationError::invalid_input(text));
        }
        many_lines(text).map_err(|error| OperationError::invalid_input(format!("`{field}`: {error}")))?;
    }
    Ok(text)
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
        assert_eq!(many_lines("one\r\ntwo"), Err(TextError::Unseen('\r')));
    }

    #[test]
    fn a_text_is_neither_empty_nor_too_long() {
        assert_eq!(Name::try_from("  ".to_owned()), Err(TextError::Empty));
        assert!(Name::try_from("x".repeat(255)).is_ok() && Name::try_from("x".repeat(256)).is_err());
        assert!(Note::try_from("x".repeat(5000)).is_ok() && Note::try_from("x".repeat(5001)).is_err());
        assert!(search("search", Some("x".repeat(201))).is_err());
    }
}
