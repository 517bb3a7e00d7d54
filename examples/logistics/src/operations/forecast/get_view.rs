//! `forecast.get_view`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::Deserialize;

use super::views::ViewItem;
use crate::model::ViewId;
use crate::operations::shared::found;
use crate::{Logistics, Reader};

/// Shows one view of the forecast by its id.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GetViewForecast {
    /// The view's id, from `app.forecast.views({})`.
    view_id: ViewId,
}

impl Query for GetViewForecast {
    const NAME: &'static str = "forecast.get_view";
    const TITLE: &'static str = "Get a forecast view";
    const EXAMPLE: &'static str = r#"const view = await app.forecast.getView({ viewId: "view_all" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(ErrorCode::NotFound, "the store has no such view")];
    type Domain = Logistics;
    type Output = ViewItem;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<ViewItem, OperationError> {
        Ok(found::view(db, &self.view_id).await?.into())
    }
}
