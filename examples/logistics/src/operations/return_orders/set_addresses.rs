//! `return_orders.set_addresses`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::returning::ReturnAction;
use crate::model::{Address, Patch, ReturnOrderId};
use crate::operations::shared::returns::{ReturnChanged, needs_elevate};
use crate::operations::shared::settle::{Done, Negative, settle_return};
use crate::operations::shared::{found, returns};
use crate::{Logistics, Writer};

/// Sets the addresses that are written on a return; what is left out stays as it is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SetAddressesReturnOrder {
    /// The return's id, from `app.returnOrders.list({ search })`.
    return_order_id: ReturnOrderId,
    /// From where, on paper; null for none.
    #[serde(default)]
    from: Patch<Address>,
    /// Where to, on paper; null for none.
    #[serde(default)]
    to: Patch<Address>,
    /// Refuse unless the return is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl Command for SetAddressesReturnOrder {
    const NAME: &'static str = "return_orders.set_addresses";
    const TITLE: &'static str = "Set the addresses";
    const EXAMPLE: &'static str = r#"await app.returnOrders.setAddresses({ returnOrderId: "rma_1003", to: { name: "Nordtimber", street: "Sawmill 1", city: "Kiel", country: "Germany" } });"#;
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such return order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (ErrorCode::PlanRequired, "it needs the plan `elevate`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it; `details.allowedFrom` says which do",
        ),
    ];
    type Domain = Logistics;
    type Output = ReturnChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<ReturnChanged, OperationError> {
        needs_elevate(db.reader()).await?;
        let before = found::return_order(db.reader(), &self.return_order_id, self.expected_version).await?;
        let mut order = before.clone();
        order.check(ReturnAction::SetAddresses)?;
        order.from_address = self.from.over(order.from_address);
        order.to_address = self.to.over(order.to_address);
        let order = settle_return(cx, db, &before, order, Negative::Allowed, Done::new("setAddresses")).await?;
        returns::changed(db.reader(), order).await
    }
}
