//! Reads one store's rows, all of them as of one moment.

use latchstring::TenantId;
use sea_orm::{
    ColumnTrait, Condition, DatabaseTransaction, IntoSimpleExpr, QueryFilter, Select,
    sea_query::{Expr, ExprTrait, LikeExpr, SimpleExpr},
};
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

/// A part of a list: what comes after a key, so many rows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Window<K> {
    /// The last key of the part before; `None`: from the beginning.
    pub(crate) after: Option<K>,
    /// Rows.
    pub(crate) limit: u64,
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

/// Every word of a search is somewhere in the column, or in what else this says of the word.
pub(super) fn has_words_or<C: ColumnTrait + IntoSimpleExpr>(
    column: C,
    search: Option<&str>,
    or: impl Fn(&str) -> SimpleExpr,
) -> Condition {
    let words = search.into_iter().flat_map(str::split_whitespace);
    let either = |word| Condition::any().add(has_word(column, word)).add(or(word));
    words.map(either).fold(Condition::all(), Condition::add)
}

pub(super) fn has_word<C: ColumnTrait + IntoSimpleExpr>(column: C, word: &str) -> SimpleExpr {
    let word = folded(word)
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    let pattern = LikeExpr::new(format!("%{word}%"));
    column.into_simple_expr().like(pattern.escape('\\'))
}

/// Lines of orders that have something on its way, written as in the index of them: a database that is given the zero as a
/// parameter cannot know that the index has them all.
pub(super) fn is_on_the_way() -> SimpleExpr {
    Expr::cust("incoming <> 0")
}

/// Levels that are below zero, written as in the index of them.
pub(super) fn is_below_zero() -> SimpleExpr {
    Expr::cust("(on_hand < 0 OR available < 0)")
}
