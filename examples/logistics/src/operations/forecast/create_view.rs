//! `forecast.create_view`

use latchstring::{ChangeAction, Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::views::ViewItem;
use crate::model::forecast::ModelSettings;
use crate::model::notify::{Column, View};
use crate::model::{LocationId, Name, Refusal, SupplierId, ViewId};
use crate::operations::shared::found;
use crate::operations::shared::paging::search;
use crate::operations::shared::suppliers::every_column;
use crate::storage::MOST_VIEWS;
use crate::{Logistics, Reader, Writer};

/// Creates a view of the forecast: which variants it shows, whose stock and sales count, and how it reckons.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CreateViewForecast {
    /// The name, 1 to 255 characters.
    name: Name,
    /// Only what this supplier delivers, and by its terms; everything if left out.
    supplier_id: Option<SupplierId>,
    /// Only variants with these words. At most 200 characters.
    search: Option<String>,
    /// What people see of it, in their order; everything if left out.
    columns: Option<Vec<Column>>,
    /// How it reckons; the usual if left out.
    settings: Option<ModelSettings>,
    /// Whose stock counts; that of every location if left out or empty.
    stock_location_ids: Option<Vec<LocationId>>,
    /// Whose sales count; those of every location if left out or empty.
    demand_location_ids: Option<Vec<LocationId>>,
}

/// The view.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ViewChanged {
    /// As it is now.
    pub(super) view: ViewItem,
}

impl Command for CreateViewForecast {
    const NAME: &'static str = "forecast.create_view";
    const TITLE: &'static str = "Create a forecast view";
    const EXAMPLE: &'static str = r#"const { view } = await app.forecast.createView({ name: "Timber, cautious", search: "board", settings: { method: "average", safetyDays: 10 } });"#;
    const DESTRUCTIVE: bool = false;
    const REPLAYABLE: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the supplier or a location does not exist"),
        (ErrorCode::InvalidInput, "the settings or the columns make no sense"),
        (ErrorCode::LimitExceeded, "the store has 1000 views"),
    ];
    type Domain = Logistics;
    type Output = ViewChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<ViewChanged, OperationError> {
        if db.reader().views().await?.len() as u64 >= MOST_VIEWS {
            return Err(Refusal::too_many(format!(
                "the store has {MOST_VIEWS} views, which is the most; delete one with `app.forecast.deleteView` first"
            ))
            .into());
        }
        if let Some(supplier) = &self.supplier_id {
            found::supplier(db.reader(), supplier).await?;
        }
        let view = View {
            id: ViewId::new(cx.new_uuid()),
            name: self.name.into(),
            supplier: self.supplier_id,
            search: search("search", self.search)?,
            columns: self.columns.unwrap_or_else(every_column),
            settings: self.settings.unwrap_or_default(),
            stock_locations: self.stock_location_ids.unwrap_or_default(),
            demand_locations: self.demand_location_ids.unwrap_or_default(),
            is_automatic: false,
            version: 1,
        };
        check(db.reader(), &view).await?;
        db.put_view(&view).await?;
        let after = serde_json::to_value(&view).map_err(OperationError::internal)?;
        db.record(
            "forecast_view",
            view.id.clone(),
            ChangeAction::Created,
            None,
            Some(after),
        );
        Ok(ViewChanged { view: view.into() })
    }
}

/// Refuses a view that nothing can be reckoned by.
pub(super) async fn check(db: &Reader, view: &View) -> Result<(), OperationError> {
    if !(7..=365).contains(&view.settings.window_days) {
        return Err(OperationError::invalid_input(format!(
            "`windowDays` is {}; it lies between 7 and 365",
            view.settings.window_days
        )));
    }
    if view.settings.safety_days.is_some_and(|days| days > 365) {
        return Err(OperationError::invalid_input(
            "`safetyDays` is more than a year; give 365 at most",
        ));
    }
    for (at, column) in view.columns.iter().enumerate() {
        if view.columns[..at].contains(column) {
            return Err(OperationError::invalid_input(format!(
                "column `{column}` is named twice; name it once"
            )));
        }
    }
    found::check_locations(db, &view.stock_locations).await?;
    found::check_locations(db, &view.demand_locations).await
}
