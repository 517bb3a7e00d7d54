//! What an id names.

use super::Apart;

/// What some ids name: where they go, one of the first store, and some of the second.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// The fields that such an id goes into. Of every operation; or of one, written `boms.get.ids`.
    pub fields: &'static [&'static str],
    /// One of the first store, for places that the examples leave empty.
    pub ours: &'static str,
    /// Some of the second store, each with one of the same form that nobody has. One for each table where such an id is looked
    /// for.
    pub theirs: &'static [(&'static str, &'static str)],
}

impl Kind {
    /// What an id in this field names; `None` where it is a text.
    pub(super) fn of(apart: &Apart, operation: &str, field: &str) -> Option<Self> {
        let of_one = format!("{operation}.{field}");
        let is_named = |kind: &&Self| kind.fields.iter().any(|one| *one == field || *one == of_one);
        let kind = apart.kinds.iter().find(is_named).copied();
        assert!(
            kind.is_some() || apart.texts.contains(&field),
            "`{field}` of `{operation}` is new: say in the product's `Apart` what it names, or that it is a text"
        );
        kind
    }
}
