//! `return_orders.addresses`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Address, ReturnOrderId};
use crate::operations::shared::found;
use crate::operations::shared::returns::needs_elevate;
use crate::{Logistics, Reader};

/// Shows the addresses that are written on a return order; null where there is none.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AddressesReturnOrder {
    /// Its id, from `app.returnOrders.list({ search })`.
    return_order_id: ReturnOrderId,
}

/// What is written on it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AddressesOf {
    from_address: Option<Address>,
    to_address: Option<Address>,
}

impl Query for AddressesReturnOrder {
    const NAME: &'static str = "return_orders.addresses";
    const TITLE: &'static str = "Addresses of a return order";
    const EXAMPLE: &'static str =
        r#"const addresses = await app.returnOrders.addresses({ returnOrderId: "rma_1004" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such return order"),
        (ErrorCode::PlanRequired, "it needs the plan `elevate`"),
    ];
    type Domain = Logistics;
    type Output = AddressesOf;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<AddressesOf, OperationError> {
        needs_elevate(db).await?;
        let order = found::return_order(db, &self.return_order_id, None).await?;
        Ok(AddressesOf {
            from_address: order.from_address,
            to_address: order.to_address,
        })
    }
}
