//! `shop.get`

use latchstring::{Context, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Currency, Plan, Preferences};
use crate::{Logistics, Reader};

/// Shows the store: its name, currency, plan, and how receiving and transfers move stock. People change these; an
/// assistant can only read them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GetShop {}

/// The store.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ShopItem {
    name: String,
    /// In what its own stock is valued.
    currency: Currency,
    /// `enhanced` also has notifications, `elevate` also returns to suppliers.
    plan: Plan,
    preferences: Preferences,
}

impl Query for GetShop {
    const NAME: &'static str = "shop.get";
    const TITLE: &'static str = "Get the store";
    const EXAMPLE: &'static str = "const { plan, preferences } = await app.shop.get({});";
    type Domain = Logistics;
    type Output = ShopItem;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<ShopItem, OperationError> {
        let shop = db.shop().await?;
        Ok(ShopItem {
            name: shop.name,
            currency: shop.currency,
            plan: shop.plan,
            preferences: shop.preferences,
        })
    }
}
