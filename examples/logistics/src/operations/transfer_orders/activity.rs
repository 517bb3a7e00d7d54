//! `transfer_orders.activity`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::TransferOrderId;
use crate::operations::shared::activity::{ActivityItem, activity};
use crate::operations::shared::found;
use crate::operations::shared::paging::Listed;
use crate::{Logistics, Reader};

/// Lists what happened to a transfer order, the latest first: when, who, and what.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ActivityTransferOrder {
    /// Its id, from `app.transferOrders.list({ search })`.
    transfer_order_id: TransferOrderId,
    /// How many, 1 to 50; 50 if left out.
    limit: Option<i64>,
    /// The `cursor` of the answer before, for the next ones.
    cursor: Option<String>,
}

impl Query for ActivityTransferOrder {
    const NAME: &'static str = "transfer_orders.activity";
    const TITLE: &'static str = "Activity of a transfer order";
    const EXAMPLE: &'static str =
        r#"const { items } = await app.transferOrders.activity({ transferOrderId: "to_1002" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] =
        &[(ErrorCode::NotFound, "the store has no such transfer order")];
    type Domain = Logistics;
    type Output = Listed<ActivityItem>;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Listed<ActivityItem>, OperationError> {
        let order = found::transfer_order(db, &self.transfer_order_id, None).await?;
        activity(db, order.id.as_str(), self.limit, self.cursor.as_deref()).await
    }
}
