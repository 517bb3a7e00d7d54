//! Sub-assemblies: parts that are made and put into other things.

use chrono::{DateTime, Utc};

use super::SubAssemblyId;

/// A part made of other parts that is not itself for sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubAssembly {
    /// Which one.
    pub id: SubAssemblyId,
    /// What people call it.
    pub name: String,
    /// Stock-keeping unit, free text.
    pub sku: Option<String>,
    /// Free text.
    pub description: Option<String>,
    /// Whether a return puts it back on the shelf rather than taking it apart.
    pub keep_assembled_on_return: bool,
    /// Whether sales may take it from the shelf only, never from its materials.
    pub only_consume_preassembled: bool,
    /// How often it has changed, its rows included; 1 when it was made.
    pub version: u64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl SubAssembly {
    /// The same after a change.
    #[must_use]
    pub fn changed(self, now: DateTime<Utc>) -> Self {
        Self {
            version: self.version + 1,
            updated_at: now,
            ..self
        }
    }
}
