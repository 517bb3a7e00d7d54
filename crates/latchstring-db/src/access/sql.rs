//! How this store talks SQL: one text for both databases, and the few places where they differ.
//!
//! A text counts its places from `$1` and says `{now}` for the moment of asking. On SQLite, and wherever a clock was
//! given, that is the clock's time. On PostgreSQL it is otherwise the database's own, so that servers whose clocks are
//! wrong agree about what has expired.

use std::{borrow::Cow, fmt::Write as _};

use chrono::{DateTime, Utc};
use latchstring_access::{SecretHash, StoreError};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, FromQueryResult, Statement, Value};

use super::failed;
use crate::moment::to_micros;

/// A connection to ask on, and the moment of asking: `None` for the database's own.
pub(super) struct On<'a, C> {
    db: &'a C,
    now: Option<i64>,
}

impl<'a, C: ConnectionTrait> On<'a, C> {
    pub(super) fn new(db: &'a C, now: Option<DateTime<Utc>>) -> Self {
        Self {
            db,
            now: now.map(to_micros),
        }
    }

    pub(super) fn is_postgres(&self) -> bool {
        self.db.get_database_backend() == DbBackend::Postgres
    }

    /// The row that a query finds, if it finds one.
    pub(super) async fn one<R: FromQueryResult>(
        &self,
        sql: &str,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Option<R>, StoreError> {
        self.try_one(sql, values).await.map_err(failed)
    }

    /// The same, with the database's own error.
    pub(super) async fn try_one<R: FromQueryResult>(
        &self,
        sql: &str,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Option<R>, DbErr> {
        R::find_by_statement(self.statement(sql, values)).one(self.db).await
    }

    /// Whether a query finds a row.
    pub(super) async fn finds(&self, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<bool, StoreError> {
        let row = self.db.query_one_raw(self.statement(sql, values)).await;
        Ok(row.map_err(failed)?.is_some())
    }

    /// All rows that a query finds.
    pub(super) async fn all<R: FromQueryResult>(
        &self,
        sql: &str,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Vec<R>, StoreError> {
        self.try_all(sql, values).await.map_err(failed)
    }

    /// The same, with the database's own error.
    pub(super) async fn try_all<R: FromQueryResult>(
        &self,
        sql: &str,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Vec<R>, DbErr> {
        R::find_by_statement(self.statement(sql, values)).all(self.db).await
    }

    /// Changes rows, and says how many.
    pub(super) async fn change(&self, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<u64, StoreError> {
        self.try_change(sql, values).await.map_err(failed)
    }

    /// The same, with the database's own error.
    pub(super) async fn try_change(&self, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<u64, DbErr> {
        Ok(self.db.execute_raw(self.statement(sql, values)).await?.rows_affected())
    }

    /// Adds a row. `unless` is what follows the values: an `ON CONFLICT`, or nothing. Says how many rows there are more
    /// or other than before.
    pub(super) async fn insert<const N: usize>(
        &self,
        table: &str,
        row: [(&'static str, Value); N],
        unless: &str,
    ) -> Result<u64, StoreError> {
        self.change(&insert_sql(table, &row, unless), row.map(|(_, value)| value))
            .await
    }

    /// Adds a row to a table that numbers them, and says its number.
    pub(super) async fn insert_numbered<const N: usize>(
        &self,
        table: &str,
        row: [(&'static str, Value); N],
    ) -> Result<i64, StoreError> {
        let statement = self.statement(&insert_sql(table, &row, "RETURNING id"), row.map(|(_, value)| value));
        let row = self.db.query_one_raw(statement).await.map_err(failed)?;
        row.ok_or_else(|| DbErr::RecordNotInserted)
            .and_then(|row| row.try_get("", "id"))
            .map_err(failed)
    }

    /// A statement in the words of this database.
    pub(super) fn statement(&self, sql: &str, values: impl IntoIterator<Item = Value>) -> Statement {
        let mut values: Vec<Value> = values.into_iter().map(without_nul).collect();
        let mut sql = Cow::Borrowed(sql);
        if sql.contains("{now}") {
            values.push(self.now.into());
            let place = values.len();
            let now = if self.is_postgres() {
                // Of the statement, not of the transaction: what waited for a lock asks about the time after it.
                format!("COALESCE(${place}::bigint, (extract(epoch FROM statement_timestamp()) * 1000000)::bigint)")
            } else {
                format!("${place}")
            };
            sql = sql.replace("{now}", &now).into();
        }
        Statement::from_sql_and_values(self.db.get_database_backend(), sql, values)
    }
}

/// A row that is one number, under that name.
#[derive(FromQueryResult)]
pub(super) struct Number {
    pub(super) number: i64,
}

fn insert_sql(table: &str, row: &[(&'static str, Value)], unless: &str) -> String {
    let names: Vec<&str> = row.iter().map(|(name, _)| *name).collect();
    format!(
        "INSERT INTO {table} ({}) VALUES ({}) {unless}",
        names.join(", "),
        places(1, row.len())
    )
}

/// `$2, $3, $4` for three places from the second on.
pub(super) fn places(first: usize, count: usize) -> String {
    let mut text = String::new();
    for place in first..first + count {
        let comma = if place == first { "" } else { ", " };
        write!(text, "{comma}${place}").expect("a string takes any text");
    }
    text
}

/// `($1, $2), ($3, $4)` for two rows of two places.
pub(super) fn rows(width: usize, count: usize) -> String {
    let rows: Vec<_> = (0..count)
        .map(|row| format!("({})", places(1 + row * width, width)))
        .collect();
    rows.join(", ")
}

/// What goes into one statement each: 64 things, and of the rest the most that are a power of two, so that there are few
/// texts to prepare.
pub(super) fn portions<T>(mut things: &[T]) -> impl Iterator<Item = &[T]> {
    const MOST: usize = 64;
    std::iter::from_fn(move || {
        let count = 1 << things.len().min(MOST).checked_ilog2()?;
        let (portion, rest) = things.split_at(count);
        things = rest;
        Some(portion)
    })
}

/// A hash as a value.
pub(super) fn bytes(hash: &SecretHash) -> Value {
    hash.as_bytes().to_vec().into()
}

/// PostgreSQL's texts cannot hold U+0000, and refusing a record or a question for it would look like a failure of the
/// store. SQLite's can, but there is no need for two ways.
fn without_nul(value: Value) -> Value {
    match value {
        Value::String(Some(text)) if text.contains('\0') => text.replace('\0', "\u{FFFD}").into(),
        other => other,
    }
}
