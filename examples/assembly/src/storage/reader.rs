//! Reads one store's rows, all of them as of one moment.

use latchstring::TenantId;
use schemars::JsonSchema;
use sea_orm::{
    ColumnTrait, Condition, DatabaseTransaction, IntoSimpleExpr, Order, QueryFilter, Select,
    sea_query::{ExprTrait, LikeExpr, NullOrdering, SimpleExpr},
};
use serde::Deserialize;
use uuid::Uuid;

use super::entity::Owned;

/// Ids in one statement; databases limit the number of parameters.
pub(super) const CHUNK: usize = 500;

/// Reads one store's rows.
pub struct Reader {
    pub(super) transaction: DatabaseTransaction,
    store: Uuid,
}

impl Reader {
    pub(crate) fn new(transaction: DatabaseTransaction, tenant: TenantId) -> Self {
        Self {
            transaction,
            store: tenant.as_uuid(),
        }
    }

    pub(crate) fn into_transaction(self) -> DatabaseTransaction {
        self.transaction
    }

    /// The store's id, for rows to insert.
    pub(super) fn store(&self) -> Uuid {
        self.store
    }

    /// The store's rows of a table: what every statement begins with.
    pub(super) fn all<E: Owned>(&self) -> Select<E> {
        E::find().filter(E::STORE.eq(self.store))
    }
}

/// A page of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Page {
    /// Rows before it.
    pub(crate) offset: u64,
    /// Rows on it.
    pub(crate) limit: u64,
}

/// Whether what is listed is used to make something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum UsageFilter {
    /// Either way.
    #[default]
    All,
    /// In at least one BOM or sub-assembly.
    Used,
    /// In none.
    Unused,
}

/// What a search may find of a row, kept in one column. Databases fold the case of ASCII letters only, so it is folded
/// here, letter by letter.
pub(super) fn searchable(texts: &[Option<&str>]) -> String {
    let texts: Vec<&str> = texts.iter().copied().flatten().collect();
    folded(&texts.join("\n"))
}

fn folded(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// Every word of a search is somewhere in the column, whatever its case.
pub(super) fn has_words<C: ColumnTrait + IntoSimpleExpr>(column: C, search: Option<&str>) -> Condition {
    let words = search.into_iter().flat_map(str::split_whitespace);
    words.fold(Condition::all(), |all, word| all.add(has_word(column, word)))
}

/// A word is somewhere in the column, whatever its case.
pub(super) fn has_word<C: ColumnTrait + IntoSimpleExpr>(column: C, word: &str) -> SimpleExpr {
    let pattern = LikeExpr::new(format!("%{}%", escaped(word)));
    column.into_simple_expr().like(pattern.escape('\\'))
}

/// A text in lower case, in which nothing has a meaning to `LIKE`.
pub(super) fn escaped(text: &str) -> String {
    folded(text)
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_")
}

/// Where rows without a value come in a sort: before all others, or after them where it is turned round. Databases
/// disagree about it unless it is said.
pub(super) fn no_value(is_descending: bool) -> NullOrdering {
    if is_descending {
        NullOrdering::Last
    } else {
        NullOrdering::First
    }
}

/// The direction of a sort.
pub(super) fn order(is_descending: bool) -> Order {
    if is_descending { Order::Desc } else { Order::Asc }
}
