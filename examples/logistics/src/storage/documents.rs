//! What all kinds of documents have in common: their numbers, and lines that are written only where they changed.

use std::collections::BTreeSet;

use sea_orm::{ColumnTrait, IntoActiveModel, QueryFilter, sea_query::OnConflict};

use super::{Reader, StorageError, Writer, entity::counter};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counter {
    Supplier,
    Credit,
    PurchaseOrder,
    TransferOrder,
    ReturnOrder,
    StockTake,
}

impl Counter {
    fn as_str(self) -> &'static str {
        match self {
            Self::Supplier => "supplier",
            Self::Credit => "credit",
            Self::PurchaseOrder => "purchase_order",
            Self::TransferOrder => "transfer_order",
            Self::ReturnOrder => "return_order",
            Self::StockTake => "stock_take",
        }
    }

    fn first(self) -> i64 {
        match self {
            Self::Supplier => 1,
            Self::Credit | Self::PurchaseOrder | Self::TransferOrder | Self::ReturnOrder | Self::StockTake => 1001,
        }
    }

    /// What a number is called on paper.
    pub(crate) fn number(self, seq: i64) -> String {
        let prefix = match self {
            Self::Supplier => "S",
            Self::Credit => "CM",
            Self::PurchaseOrder => "PO",
            Self::TransferOrder => "TO",
            Self::ReturnOrder => "RMA",
            Self::StockTake => "ST",
        };
        format!("{prefix}-{seq}")
    }
}

impl Reader {
    async fn counted(&self, counter: Counter) -> Result<i64, StorageError> {
        let select = self.all::<counter::Entity>();
        let row = select.filter(counter::Column::Kind.eq(counter.as_str()));
        Ok(row
            .one(&self.transaction)
            .await?
            .map_or(counter.first(), |row| row.next))
    }
}

impl Writer {
    /// The next number of a kind. Writers of one store take turns, so nobody else has it.
    pub(crate) async fn next(&self, counter: Counter) -> Result<i64, StorageError> {
        let next = self.reader().counted(counter).await?;
        let row = counter::Model {
            store_id: self.reader().store(),
            kind: counter.as_str().to_owned(),
            next: next + 1,
        };
        let replace = OnConflict::columns([counter::Column::StoreId, counter::Column::Kind])
            .update_column(counter::Column::Next)
            .to_owned();
        self.put(vec![row.into_active_model()], replace).await?;
        Ok(next)
    }
}

/// Documents whose lines are read at once. A document may have many lines, and each of them long notes.
pub(super) const PORTION: usize = 10;

/// The lines to write, with their positions, and the ids of those to remove. A line that moved up is written again.
pub(super) fn line_changes<'a, L: PartialEq>(
    before: &[L],
    after: &'a [L],
    id: impl Fn(&L) -> &str,
) -> (Vec<(i32, &'a L)>, Vec<String>) {
    let kept: BTreeSet<&str> = after.iter().map(&id).collect();
    let mut changed = Vec::new();
    for (position, (at, line)) in (0..).zip(after.iter().enumerate()) {
        if before.get(at) != Some(line) {
            changed.push((position, line));
        }
    }
    let gone = before.iter().map(&id).filter(|id| !kept.contains(id));
    (changed, gone.map(str::to_owned).collect())
}

/// How a kind of document is read and written: its head as one row, its lines as others. What differs from kind to kind are
/// the columns, in `head_row` and `line_row`.
macro_rules! documents {
    (
        $what:ident of $id:ident with $line:ident, in $head:ident $head_table:literal and $lines:ident $lines_table:literal,
        read by $get:ident $page:ident $with_lines:ident, written by $save:ident $drop:ident
        $(, in lists without $long:path)?
    ) => {
        fn heads(rows: Vec<$head::Model>) -> Result<Vec<$what>, StorageError> {
            rows.iter().map(|row| read($head_table, &row.body)).collect()
        }

        impl Reader {
            /// One of them, with its lines.
            pub(crate) async fn $get(&self, id: &$id) -> Result<Option<$what>, StorageError> {
                let select = self
                    .all::<$head::Entity>()
                    .filter($head::Column::Id.eq(id.as_str()));
                let found = heads(select.all(&self.transaction).await?)?;
                Ok(self.$with_lines(found, &[]).await?.pop())
            }

            async fn $with_lines(
                &self,
                mut found: Vec<$what>,
                without: &[fn(&mut $line)],
            ) -> Result<Vec<$what>, StorageError> {
                let ids: Vec<String> = found.iter().map(|one| one.id.to_string()).collect();
                let mut lines: BTreeMap<String, Vec<$line>> = BTreeMap::new();
                for ids in ids.chunks($crate::storage::documents::PORTION) {
                    let select = self
                        .all::<$lines::Entity>()
                        .filter($lines::Column::OrderId.is_in(ids));
                    let select = select
                        .order_by_asc($lines::Column::OrderId)
                        .order_by_asc($lines::Column::Position);
                    for row in select.all(&self.transaction).await? {
                        let mut line = read($lines_table, &row.body)?;
                        for forget in without {
                            forget(&mut line);
                        }
                        lines.entry(row.order_id).or_default().push(line);
                    }
                }
                for one in &mut found {
                    one.lines = lines.remove(one.id.as_str()).unwrap_or_default();
                }
                Ok(found)
            }

            /// A part of them, the latest first, and how many there are.
            async fn $page(
                &self,
                conditions: Condition,
                window: &Window<i64>,
            ) -> Result<(Vec<$what>, u64), StorageError> {
                let mut select = self.all::<$head::Entity>().filter(conditions);
                let total = select.clone().count(&self.transaction).await?;
                if let Some(after) = window.after {
                    select = select.filter($head::Column::Seq.lt(after));
                }
                // Which ones first, from an index alone; then those, by their keys.
                let ids: Vec<String> = select
                    .select_only()
                    .column($head::Column::Id)
                    .order_by_desc($head::Column::Seq)
                    .limit(window.limit)
                    .into_tuple()
                    .all(&self.transaction)
                    .await?;
                let mut found = Vec::with_capacity(ids.len());
                for ids in ids.chunks(CHUNK) {
                    let select = self.all::<$head::Entity>().filter($head::Column::Id.is_in(ids));
                    found.extend(heads(select.all(&self.transaction).await?)?);
                }
                found.sort_by_key(|one| std::cmp::Reverse(one.seq));
                Ok((self.$with_lines(found, &[$($long)?]).await?, total))
            }
        }

        impl Writer {
            /// Adds one, or puts it in place of what it was.
            pub(crate) async fn $save(&self, before: Option<&$what>, after: &$what) -> Result<(), StorageError> {
                let row = head_row(self.reader().store(), after)?.into_active_model();
                match before {
                    Some(_) => self.update(row).await?,
                    None => self.insert(vec![row]).await?,
                }
                let was = before.map_or(&[][..], |before| &before.lines);
                let (mut changed, gone) = line_changes(was, &after.lines, |line| line.id.as_str());
                // Some columns of a line are of its order.
                if before.is_some_and(|before| !is_same_for_lines(before, after)) {
                    changed = (0..).zip(&after.lines).collect();
                }
                for gone in gone.chunks(CHUNK) {
                    let delete = self
                        .delete::<$lines::Entity>()
                        .filter($lines::Column::OrderId.eq(after.id.as_str()))
                        .filter($lines::Column::Id.is_in(gone));
                    delete.exec(self.transaction()).await?;
                }
                let rows: Result<Vec<_>, StorageError> = changed
                    .into_iter()
                    .map(|(position, line)| {
                        Ok(line_row(self.reader().store(), after, position, line)?.into_active_model())
                    })
                    .collect();
                let columns = $lines::Column::iter()
                    .filter(|column| !matches!(column, $lines::Column::StoreId | $lines::Column::Id));
                let replace = OnConflict::columns([$lines::Column::StoreId, $lines::Column::Id])
                    .update_columns(columns)
                    .to_owned();
                self.put(rows?, replace).await
            }

            /// Removes one for good, with its lines and what happened to it.
            pub(crate) async fn $drop(&self, id: &$id) -> Result<(), StorageError> {
                let lines = self
                    .delete::<$lines::Entity>()
                    .filter($lines::Column::OrderId.eq(id.as_str()));
                lines.exec(self.transaction()).await?;
                let head = self
                    .delete::<$head::Entity>()
                    .filter($head::Column::Id.eq(id.as_str()));
                head.exec(self.transaction()).await?;
                self.drop_activity(id.as_str()).await
            }
        }
    };
}

pub(super) use documents;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_that_changed_or_moved_are_written() {
        let (before, after) = (["a", "b", "c", "d"], ["a", "c", "d"]);
        let (changed, gone) = line_changes(&before, &after, |line| line);
        assert_eq!(changed, [(1, &"c"), (2, &"d")]);
        assert_eq!(gone, ["b"]);
    }
}
