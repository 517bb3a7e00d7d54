//! Parts of lists, the same for every list: so many rows, and a cursor to the next ones.

use latchstring::OperationError;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

pub(crate) use latchstring::values::search;

use crate::storage::Window;

const MOST: i64 = 50;

/// What lists are sorted by, as a cursor tells it.
pub(crate) trait Key: Sized {
    fn to_cursor(&self) -> String;
    fn of_cursor(cursor: &str) -> Option<Self>;
}

impl Key for i64 {
    fn to_cursor(&self) -> String {
        self.to_string()
    }

    fn of_cursor(cursor: &str) -> Option<Self> {
        cursor.parse().ok()
    }
}

impl Key for Uuid {
    fn to_cursor(&self) -> String {
        self.simple().to_string()
    }

    fn of_cursor(cursor: &str) -> Option<Self> {
        Self::parse_str(cursor).ok()
    }
}

impl Key for String {
    fn to_cursor(&self) -> String {
        self.clone()
    }

    fn of_cursor(cursor: &str) -> Option<Self> {
        is_id(cursor).then(|| cursor.to_owned())
    }
}

impl Key for (String, String) {
    fn to_cursor(&self) -> String {
        format!("{}.{}", self.0, self.1)
    }

    fn of_cursor(cursor: &str) -> Option<Self> {
        let (one, other) = cursor.split_once('.')?;
        (is_id(one) && (other.is_empty() || is_id(other))).then(|| (one.to_owned(), other.to_owned()))
    }
}

fn is_id(text: &str) -> bool {
    let is_of_id = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    !text.is_empty() && text.len() <= 100 && text.bytes().all(is_of_id)
}

/// The part that is asked for: the first fifty, unless said otherwise. One more is read, to see whether it is the last.
pub(crate) fn window<K: Key>(limit: Option<i64>, cursor: Option<&str>) -> Result<Window<K>, OperationError> {
    let limit = limit.unwrap_or(MOST);
    if !(1..=MOST).contains(&limit) {
        return Err(OperationError::invalid_input(format!(
            "`limit` is `{limit}`; it lies between 1 and {MOST}, so go on with the `cursor` of each answer"
        )));
    }
    let after = cursor.map(|cursor| {
        K::of_cursor(cursor).ok_or_else(|| {
            let shown: String = cursor.chars().take(40).collect();
            OperationError::invalid_input(format!(
                "`cursor` is `{shown}`, which this list never gave; pass the `cursor` of its last answer, or none to begin"
            ))
        })
    });
    Ok(Window {
        after: after.transpose()?,
        limit: u64::try_from(limit).map_err(OperationError::internal)? + 1,
    })
}

/// A part of a list.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Listed<T> {
    /// What is on it.
    pub(crate) items: Vec<T>,
    /// How many there are altogether.
    pub(crate) total_count: u64,
    /// What to pass as `cursor` for the next ones; null at the end.
    pub(crate) cursor: Option<String>,
}

impl<T> Listed<T> {
    /// What was read of a list, without the one row more.
    pub(crate) fn new<K: Key>(mut items: Vec<T>, total_count: u64, window: &Window<K>, key: impl Fn(&T) -> K) -> Self {
        let most = usize::try_from(window.limit).unwrap_or(usize::MAX).saturating_sub(1);
        let cursor = if items.len() > most {
            items.truncate(most);
            items.last().map(|last| key(last).to_cursor())
        } else {
            None
        };
        Self {
            items,
            total_count,
            cursor,
        }
    }

    /// A list that is known whole.
    pub(crate) fn whole(items: Vec<T>) -> Self {
        Self {
            total_count: u64::try_from(items.len()).unwrap_or(u64::MAX),
            items,
            cursor: None,
        }
    }

    /// The same list, told in other words.
    pub(crate) fn map<U>(self, told: impl FnMut(T) -> U) -> Listed<U> {
        Listed {
            items: self.items.into_iter().map(told).collect(),
            total_count: self.total_count,
            cursor: self.cursor,
        }
    }

    /// The same list, with what a database knows more of its items.
    pub(crate) fn with<U>(self, items: Vec<U>) -> Listed<U> {
        Listed {
            items,
            total_count: self.total_count,
            cursor: self.cursor,
        }
    }

    pub(crate) fn take_items(&mut self) -> Vec<T> {
        std::mem::take(&mut self.items)
    }
}

/// Refuses a list that is empty or too long. `field` is where it was given.
pub(crate) fn up_to(most: usize, field: &str, length: usize) -> Result<(), OperationError> {
    if (1..=most).contains(&length) {
        return Ok(());
    }
    Err(OperationError::invalid_input(format!(
        "`{field}` has {length} entries; give 1 to {most} in one call"
    )))
}
