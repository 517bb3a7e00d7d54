//! What happened to documents, as it is told.

use chrono::{DateTime, Utc};
use latchstring::OperationError;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::paging::{Listed, window};
use crate::{Reader, storage::Activity};

/// Something that happened to a document.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ActivityItem {
    at: DateTime<Utc>,
    /// Who or what did it, in words.
    actor: String,
    /// What was done, such as `receive`.
    action: String,
    /// With what, as far as it was written down.
    details: Option<Value>,
}

impl From<Activity> for ActivityItem {
    fn from(activity: Activity) -> Self {
        Self {
            at: activity.at,
            actor: activity.actor,
            action: activity.action,
            details: activity.details,
        }
    }
}

/// A part of what happened to a document, the latest first.
pub(crate) async fn activity(
    db: &Reader,
    document: &str,
    limit: Option<i64>,
    cursor: Option<&str>,
) -> Result<Listed<ActivityItem>, OperationError> {
    let window = window(limit, cursor)?;
    let (items, total) = db.activity_page(document, &window).await?;
    Ok(Listed::new(items, total, &window, |one: &Activity| one.id).map(ActivityItem::from))
}
