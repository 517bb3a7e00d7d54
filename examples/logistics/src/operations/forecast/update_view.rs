//! `forecast.update_view`

use latchstring::{ChangeAction, Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use super::create_view::{ViewChanged, check};
use crate::model::forecast::ModelSettings;
use crate::model::notify::Column;
use crate::model::{LocationId, Name, Patch, Refusal, ViewId};
use crate::operations::shared::changes::differences;
use crate::operations::shared::found;
use crate::operations::shared::paging::search;
use crate::{Logistics, Writer};

/// Changes a view of the forecast; what is left out stays as it is. Of a view that the product made, everything but
/// the name and the supplier can be changed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UpdateViewForecast {
    /// The view's id, from `app.forecast.views({})`.
    view_id: ViewId,
    /// The name, 1 to 255 characters.
    name: Option<Name>,
    /// Only variants with these words; null for all. At most 200 characters.
    #[serde(default)]
    search: Patch<String>,
    /// What people see of it, in their order.
    columns: Option<Vec<Column>>,
    /// How it reckons.
    settings: Option<ModelSettings>,
    /// Whose stock counts; that of every location if empty.
    stock_location_ids: Option<Vec<LocationId>>,
    /// Whose sales count; those of every location if empty.
    demand_location_ids: Option<Vec<LocationId>>,
    /// Refuse unless the view is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl Command for UpdateViewForecast {
    const NAME: &'static str = "forecast.update_view";
    const TITLE: &'static str = "Change a forecast view";
    const EXAMPLE: &'static str =
        r#"await app.forecast.updateView({ viewId: "view_low", settings: { safetyDays: 7 } });"#;
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such view"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (ErrorCode::InvalidState, "the product names the view"),
        (ErrorCode::InvalidInput, "the settings or the columns make no sense"),
    ];
    type Domain = Logistics;
    type Output = ViewChanged;

    async fn run(self, _: &Context, db: &mut Writer) -> Result<ViewChanged, OperationError> {
        let before = found::view(db.reader(), &self.view_id).await?;
        OperationError::check_version(
            self.expected_version,
            before.version,
            format_args!("view `{}`", before.id),
        )?;
        if before.is_automatic && self.name.is_some() {
            return Err(Refusal::state(
                "the product made this view and names it; leave `name` out, or make a view of your own",
            )
            .into());
        }
        let mut view = before.clone();
        view.name = self.name.map_or(view.name, String::from);
        let words = self.search.over(view.search);
        view.search = search("search", words)?;
        view.columns = self.columns.unwrap_or(view.columns);
        view.settings = self.settings.unwrap_or(view.settings);
        view.stock_locations = self.stock_location_ids.unwrap_or(view.stock_locations);
        view.demand_locations = self.demand_location_ids.unwrap_or(view.demand_locations);
        view.version += 1;
        check(db.reader(), &view).await?;
        db.put_view(&view).await?;
        let (was, is) = differences(&before, &view);
        db.record(
            "forecast_view",
            view.id.clone(),
            ChangeAction::Updated,
            Some(was),
            Some(is),
        );
        Ok(ViewChanged { view: view.into() })
    }
}
