//! `forecast.delete_view`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::model::{Refusal, ViewId};
use crate::operations::shared::found;
use crate::operations::shared::settle::record_gone;
use crate::{Logistics, Writer};

/// Deletes a view of the forecast. One that the product made, and one that a report or the notification rule uses,
/// cannot be deleted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DeleteViewForecast {
    /// The view's id, from `app.forecast.views({})`.
    view_id: ViewId,
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
        (ErrorCode::InvalidState, "the product made it"),
        (ErrorCode::InUse, "a report or the rule uses it"),
    ];
    type Domain = Logistics;
    type Output = ViewDeleted;

    async fn run(self, _: &Context, db: &mut Writer) -> Result<ViewDeleted, OperationError> {
        let view = found::view(db.reader(), &self.view_id).await?;
        if view.is_automatic {
            return Err(Refusal::state(format!(
                "the product made view `{}`, and it cannot be deleted; change what it shows with `app.forecast.updateView`",
                view.id
            ))
            .into());
        }
        let reports = db.reader().reports().await?;
        let used_by: Vec<String> = reports
            .iter()
            .filter(|report| report.view.as_ref() == Some(&view.id))
            .map(|report| format!("report `{}`", report.id))
            .chain(
                db.reader()
                    .rule()
                    .await?
                    .views
                    .contains(&view.id)
                    .then(|| "the notification rule".to_owned()),
            )
            .collect();
        if !used_by.is_empty() {
            return Err(Refusal::in_use(format!(
                "view `{}` is used by {}; give these another view first",
                view.id,
                used_by.join(", ")
            ))
            .with(json!({ "usedBy": used_by }))
            .into());
        }
        db.drop_view(&view.id).await?;
        record_gone(db, "forecast_view", view.id.as_str(), &view)?;
        Ok(ViewDeleted {
            view_id: view.id,
            name: view.name,
        })
    }
}
