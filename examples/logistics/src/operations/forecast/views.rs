//! `forecast.views`

use latchstring::{Context, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::forecast::ModelSettings;
use crate::model::notify::{Column, View};
use crate::model::{LocationId, SupplierId, ViewId};
use crate::operations::shared::paging::Listed;
use crate::{Logistics, Reader};

/// Lists the views of the forecast, by name: one for everything, one for each supplier, and those that people or
/// assistants made.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ViewsForecast {}

/// A view of the forecast.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ViewItem {
    pub(crate) view_id: ViewId,
    name: String,
    /// Only what this supplier delivers, and by its terms; null: everything, by the primary suppliers' terms.
    supplier_id: Option<SupplierId>,
    /// Only variants with these words.
    search: Option<String>,
    /// What people see of it, in their order.
    columns: Vec<Column>,
    settings: ModelSettings,
    /// Whose stock counts; empty: that of every location.
    stock_location_ids: Vec<LocationId>,
    /// Whose sales count; empty: those of every location.
    demand_location_ids: Vec<LocationId>,
    /// Whether the product made it; such a view cannot be deleted.
    automatic: bool,
    /// How often it has changed; for `expectedVersion`.
    version: u64,
}

impl From<View> for ViewItem {
    fn from(view: View) -> Self {
        Self {
            view_id: view.id,
            name: view.name,
            supplier_id: view.supplier,
            search: view.search,
            columns: view.columns,
            settings: view.settings,
            stock_location_ids: view.stock_locations,
            demand_location_ids: view.demand_locations,
            automatic: view.is_automatic,
            version: view.version,
        }
    }
}

impl Query for ViewsForecast {
    const NAME: &'static str = "forecast.views";
    const TITLE: &'static str = "List forecast views";
    const EXAMPLE: &'static str = "const { items } = await app.forecast.views({});";
    type Domain = Logistics;
    type Output = Listed<ViewItem>;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Listed<ViewItem>, OperationError> {
        Ok(Listed::whole(
            db.views().await?.into_iter().map(ViewItem::from).collect(),
        ))
    }
}
