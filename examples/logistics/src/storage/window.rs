//! Which rows of a list are read.

/// A part of a list: what comes after a key, so many rows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Window<K> {
    /// The last key of the part before; `None`: from the beginning.
    pub(crate) after: Option<K>,
    /// Rows.
    pub(crate) limit: u64,
}
