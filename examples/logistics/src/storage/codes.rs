//! The words that returns and counts are told in.

use sea_orm::{ColumnTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use super::{Reader, StorageError, Writer, entity::code};
use crate::model::returning::CodeKind;

impl Reader {
    /// The words of a list, in their order.
    pub(crate) async fn codes(&self, kind: CodeKind) -> Result<Vec<String>, StorageError> {
        let select = self.all::<code::Entity>().filter(code::Column::Kind.eq(kind.as_str()));
        let rows = select
            .order_by_asc(code::Column::Position)
            .order_by_asc(code::Column::Code)
            .limit(1000)
            .all(self.transaction())
            .await?;
        Ok(rows.into_iter().map(|row| row.code).collect())
    }
}

impl Writer {
    /// Adds the words that a store begins with.
    pub(crate) async fn add_default_codes(&self) -> Result<(), StorageError> {
        let mut rows = Vec::new();
        for kind in CodeKind::EVERY {
            for (position, word) in (0..).zip(kind.defaults()) {
                let row = code::Model {
                    store_id: self.reader().owner(),
                    kind: kind.as_str().to_owned(),
                    code: (*word).to_owned(),
                    position,
                };
                rows.push(row.into_active_model());
            }
        }
        self.insert(rows).await
    }
}
