//! `purchase_orders.schedule`

use chrono::NaiveDate;
use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{LineId, PurchaseOrderId};
use crate::operations::shared::found;
use crate::operations::shared::paging::Listed;
use crate::operations::shared::purchases::delivery_date;
use crate::{Logistics, Reader};

/// Lists what of a purchase order is still to come, by day: as its lines are scheduled, and the rest on the order's
/// delivery date. Of a completed or cancelled one nothing is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SchedulePurchaseOrder {
    /// The order's id, from `app.purchaseOrders.list({ search })`.
    purchase_order_id: PurchaseOrderId,
}

/// Units that are to come.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExpectedItem {
    /// When.
    date: Option<NaiveDate>,
    line_id: LineId,
    title: String,
    quantity: i64,
}

impl Query for SchedulePurchaseOrder {
    const NAME: &'static str = "purchase_orders.schedule";
    const TITLE: &'static str = "Receiving schedule";
    const EXAMPLE: &'static str =
        r#"const { items } = await app.purchaseOrders.schedule({ purchaseOrderId: "po_1004" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] =
        &[(ErrorCode::NotFound, "the store has no such purchase order")];
    type Domain = Logistics;
    type Output = Listed<ExpectedItem>;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Listed<ExpectedItem>, OperationError> {
        let order = found::purchase_order(db, &self.purchase_order_id, None).await?;
        let rest = delivery_date(db, &order).await?;
        let mut items = Vec::new();
        for line in &order.lines {
            let (mut came, mut left) = (line.received, order.pending_of(line));
            let mut add = |date: Option<NaiveDate>, quantity: i64| {
                if quantity > 0 {
                    items.push(ExpectedItem {
                        date,
                        line_id: line.id.clone(),
                        title: line.title.clone(),
                        quantity,
                    });
                }
            };
            // What came already was the first of what was scheduled.
            for part in &line.schedule {
                let done = part.quantity.min(came);
                came -= done;
                let quantity = (part.quantity - done).min(left);
                left -= quantity;
                add(Some(part.date), quantity);
            }
            add(rest, left);
        }
        items.sort_by_key(|item| item.date.unwrap_or(NaiveDate::MAX));
        Ok(Listed::whole(items))
    }
}
