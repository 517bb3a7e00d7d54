//! What happened to documents; rows are only ever added.

use chrono::{DateTime, Utc};
use latchstring::Context;
use sea_orm::{ColumnTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::Value;
use uuid::Uuid;

use super::{
    Reader, StorageError, Window, Writer,
    entity::activity,
    row::{read, written},
};

/// Something that happened to a document.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Activity {
    pub(crate) id: Uuid,
    pub(crate) at: DateTime<Utc>,
    pub(crate) actor: String,
    /// In a word or a few.
    pub(crate) action: String,
    pub(crate) details: Option<Value>,
}

impl Reader {
    /// A part of what happened to a document, the latest first, and how much there is.
    pub(crate) async fn activity_page(
        &self,
        document: &str,
        window: &Window<Uuid>,
    ) -> Result<(Vec<Activity>, u64), StorageError> {
        use activity::Column::{DocumentId, Id};
        let mut select = self.all::<activity::Entity>().filter(DocumentId.eq(document));
        let total = select.clone().count(self.transaction()).await?;
        if let Some(after) = window.after {
            select = select.filter(Id.lt(after));
        }
        let rows = select
            .order_by_desc(Id)
            .limit(window.limit)
            .all(self.transaction())
            .await?;
        let activity = |row: activity::Model| {
            Ok(Activity {
                id: row.id,
                at: row.at,
                actor: row.actor,
                action: row.action,
                details: row.details.map(|details| read("activities", &details)).transpose()?,
            })
        };
        Ok((
            rows.into_iter().map(activity).collect::<Result<_, StorageError>>()?,
            total,
        ))
    }
}

impl Writer {
    /// Writes down that something happened to a document.
    pub(crate) async fn add_activity(
        &self,
        cx: &Context,
        document: &str,
        action: &str,
        details: Option<&Value>,
    ) -> Result<(), StorageError> {
        let row = activity::Model {
            store_id: self.reader().owner(),
            id: cx.new_uuid(),
            document_id: document.to_owned(),
            at: cx.now(),
            actor: cx.actor(),
            action: action.to_owned(),
            details: details.map(|details| written("activities", details)).transpose()?,
        };
        self.insert(vec![row.into_active_model()]).await
    }

    /// Forgets what happened to a document that is gone.
    pub(super) async fn drop_activity(&self, document: &str) -> Result<(), StorageError> {
        let delete = self.delete::<activity::Entity>();
        delete
            .filter(activity::Column::DocumentId.eq(document))
            .exec(self.transaction())
            .await?;
        Ok(())
    }
}
