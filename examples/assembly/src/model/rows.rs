//! The rows of a bill of materials or a sub-assembly, and how they are changed.

use std::{collections::BTreeSet, fmt};

use super::{BomId, LocationId, Quantity, SubAssemblyId, VariantId, Waste};

/// Most rows of one kind that one thing may have.
pub const MAX_ROWS: usize = 250;

/// Whose rows: something made of other things.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Owner {
    /// A bill of materials.
    Bom(BomId),
    /// A sub-assembly.
    SubAssembly(SubAssemblyId),
}

impl Owner {
    /// The id, without the kind.
    pub fn id(&self) -> &str {
        match self {
            Self::Bom(id) => id.as_str(),
            Self::SubAssembly(id) => id.as_str(),
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bom(id) => write!(f, "BOM `{id}`"),
            Self::SubAssembly(id) => write!(f, "sub-assembly `{id}`"),
        }
    }
}

/// A material and how much of it one of the parent takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComponentRow {
    /// The material.
    pub material: VariantId,
    /// How much of it, before waste.
    pub quantity: Quantity,
    /// What is lost on top.
    pub waste: Waste,
    /// Where it is always taken from, whatever the location of the build.
    pub location: Option<LocationId>,
    /// What could be used instead; for people, no rule reads it.
    pub alternatives: Vec<VariantId>,
}

/// A sub-assembly and how many of it one of the parent takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NestedRow {
    /// The sub-assembly.
    pub sub_assembly: SubAssemblyId,
    /// How many.
    pub quantity: Quantity,
}

/// A row that is known by what it is about, and counts something.
pub trait Row: Clone {
    /// What it is about.
    type Key: Ord + Clone + fmt::Display;

    /// What it is about.
    fn key(&self) -> &Self::Key;

    /// How much of it.
    fn quantity(&self) -> Quantity;
}

impl Row for ComponentRow {
    type Key = VariantId;

    fn key(&self) -> &VariantId {
        &self.material
    }

    fn quantity(&self) -> Quantity {
        self.quantity
    }
}

impl Row for NestedRow {
    type Key = SubAssemblyId;

    fn key(&self) -> &SubAssemblyId {
        &self.sub_assembly
    }

    fn quantity(&self) -> Quantity {
        self.quantity
    }
}

/// What a list of rows must not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowsError {
    /// The same thing in two rows.
    #[error("`{0}` is named twice; give each its own row once, with the quantities added up")]
    Twice(String),
    /// Nothing or less of something.
    #[error(
        "the quantity of `{key}` is `{quantity}`; it must be more than 0. To take it out, use `removeComponent` or \
         `removeSubAssembly`"
    )]
    NotPositive {
        /// Of what.
        key: String,
        /// The quantity.
        quantity: Quantity,
    },
    /// Too long a list.
    #[error("there would be {0} rows; {MAX_ROWS} are allowed, so group some of them in a sub-assembly")]
    TooMany(usize),
}

/// Checks rows as they were given.
///
/// # Errors
/// When one is named twice, or has no positive quantity.
pub fn check<R: Row>(rows: &[R]) -> Result<(), RowsError> {
    let mut seen = BTreeSet::new();
    for row in rows {
        if row.quantity() <= Quantity::ZERO {
            return Err(RowsError::NotPositive {
                key: row.key().to_string(),
                quantity: row.quantity(),
            });
        }
        if !seen.insert(row.key()) {
            return Err(RowsError::Twice(row.key().to_string()));
        }
    }
    if rows.len() > MAX_ROWS {
        Err(RowsError::TooMany(rows.len()))
    } else {
        Ok(())
    }
}

/// The old rows with the new ones put in: a row about the same thing is replaced, others stay where they are.
///
/// # Errors
/// As [`check`].
pub fn merge<R: Row>(old: &[R], new: &[R]) -> Result<Vec<R>, RowsError> {
    check(new)?;
    let mut merged = old.to_vec();
    for row in new {
        match merged.iter_mut().find(|old| old.key() == row.key()) {
            Some(old) => *old = row.clone(),
            None => merged.push(row.clone()),
        }
    }
    if merged.len() > MAX_ROWS {
        Err(RowsError::TooMany(merged.len()))
    } else {
        Ok(merged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, quantity: u32) -> NestedRow {
        NestedRow {
            sub_assembly: id.to_owned().try_into().unwrap(),
            quantity: Quantity::whole(quantity),
        }
    }

    #[test]
    fn merging_replaces_by_what_a_row_is_about_and_keeps_the_order() {
        let merged = merge(&[row("a", 1), row("b", 2)], &[row("c", 3), row("a", 9)]).unwrap();
        assert_eq!(merged, [row("a", 9), row("b", 2), row("c", 3)]);
    }

    #[test]
    fn nothing_is_named_twice_or_counts_nothing() {
        assert_eq!(
            check(&[row("a", 1), row("a", 2)]),
            Err(RowsError::Twice("a".to_owned()))
        );
        assert!(matches!(check(&[row("a", 0)]), Err(RowsError::NotPositive { .. })));
    }
}
