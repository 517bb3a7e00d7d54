//! `forecast.delete_view`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Refusal, ViewId};
use crate::operations::shared::settle::record_gone;
use crate::operations::shared::{found, outlook};
use crate::{Logistics, Writer};

/// Deletes a view of the forecast. One that the product made, and one that a report or the notification rule uses,
/// cannot be deleted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DeleteViewForecast {
    /// The view's id, from `app.forecast.views({})`.
    view_id: ViewId,
    /// Refuse unless the view is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

/// What was deleted.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ViewDeleted {
    view_id: ViewId,
    name: String,
}

impl Command for DeleteViewForecast {
    const NAME: &'static str = "forecast.delete_view";
    const TITLE: &'static str = "Delete a forecast view";
    const EXAMPLE: &'static str = r#"await app.forecast.deleteView({ viewId: "view_low" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such view"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (ErrorCode::InvalidState, "the product made it"),
        (ErrorCode::InUse, "a report or the rule uses it"),
    ];
    type Domain = Logistics;
    type Output = ViewDeleted;

    async fn run(self, _: &Context, db: &mut Writer) -> Result<ViewDeleted, OperationError> {
        let view = found::view(db.reader(), &self.view_id).await?;
        OperationError::check_version(self.expected_version, view.version, format_args!("view `{}`", view.id))?;
        if view.is_automatic {
            return Err(Refusal::state(format!(
                "the product made view `{}`, and it cannot be deleted; change what it shows with `app.forecast.updateView`",
                view.id
            ))
            .into());
        }
        outlook::check_unused(db.reader(), &view).await?;
        db.drop_view(&view.id).await?;
        record_gone(db, "forecast_view", view.id.as_str(), &view)?;
        Ok(ViewDeleted {
            view_id: view.id,
            name: view.name,
        })
    }
}
