//! Notes: free text for people, of several lines if need be.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{UnseenError, name::many_lines};

/// Most characters of a note.
const MOST: usize = 5000;

/// Free text: at most 5000 characters that can be seen; lines and tabs are fine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline)]
pub struct Note(String);

impl TryFrom<String> for Note {
    type Error = NoteError;

    fn try_from(text: String) -> Result<Self, NoteError> {
        many_lines(&text)?;
        match text.chars().count() {
            0..=MOST => Ok(Self(text)),
            length => Err(NoteError::TooLong(length)),
        }
    }
}

impl From<Note> for String {
    fn from(note: Note) -> Self {
        note.0
    }
}

/// Not a note.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Too much in it.
    #[error("it has {0} characters; write {MOST} at most")]
    TooLong(usize),
    /// Something in it that people do not see.
    #[error(transparent)]
    Unseen(#[from] UnseenError),
}
