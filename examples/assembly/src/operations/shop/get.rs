//! `shop.get`

use latchstring::{Context, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Assembly, Reader,
    model::{ShopPlan, ShopSettings, unit},
};

/// Shows the store itself: its name, its currency, its plan and its settings. They are read only here; people change them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GetShop {}

/// The store.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ShopAnswer {
    name: String,
    /// The ISO 4217 code of all its money.
    currency: String,
    /// `standard`, or `enhanced`, which some switches need.
    plan: ShopPlan,
    settings: ShopSettings,
    /// Units of materials: the usual ones, and those that this store uses besides.
    units: Vec<String>,
}

impl Query for GetShop {
    const NAME: &'static str = "shop.get";
    const TITLE: &'static str = "Get the store and its settings";
    type Domain = Assembly;
    type Output = ShopAnswer;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<ShopAnswer, OperationError> {
        let shop = db.shop().await?;
        let mut units: Vec<String> = unit::USUAL.map(str::to_owned).to_vec();
        let used = db.units().await?;
        units.extend(used.into_iter().filter(|used| !unit::USUAL.contains(&used.as_str())));
        Ok(ShopAnswer {
            name: shop.name,
            currency: shop.currency,
            plan: shop.plan,
            settings: shop.settings,
            units,
        })
    }
}
