//! `stock_takes.activity`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::StockTakeId;
use crate::operations::shared::activity::{ActivityItem, activity};
use crate::operations::shared::found;
use crate::operations::shared::paging::Listed;
use crate::{Logistics, Reader};

/// Lists what happened to a stock take, the latest first: when, who, and what.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ActivityStockTake {
    /// The stock take's id, from `app.stockTakes.list({ search })`.
    stock_take_id: StockTakeId,
    /// How many, 1 to 50; 50 if left out.
    limit: Option<i64>,
    /// The `cursor` of the answer before, for the next ones.
    cursor: Option<String>,
}

impl Query for ActivityStockTake {
    const NAME: &'static str = "stock_takes.activity";
    const TITLE: &'static str = "Activity of a stock take";
    const EXAMPLE: &'static str = r#"const { items } = await app.stockTakes.activity({ stockTakeId: "st_1002" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(ErrorCode::NotFound, "the store has no such stock take")];
    type Domain = Logistics;
    type Output = Listed<ActivityItem>;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Listed<ActivityItem>, OperationError> {
        let take = found::stock_take(db, &self.stock_take_id, None).await?;
        activity(db, take.id.as_str(), self.limit, self.cursor.as_deref()).await
    }
}
