//! `transfer_orders.set_addresses`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::transfer::TransferAction;
use crate::model::{Address, Patch, TransferOrderId};
use crate::operations::shared::settle::{Done, Negative, settle_transfer};
use crate::operations::shared::transfers::TransferChanged;
use crate::operations::shared::{found, transfers};
use crate::{Logistics, Writer};

/// Sets the addresses that are written on a transfer; what is left out stays as it is. Stock moves between its
/// locations, whatever is written there.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SetAddressesTransferOrder {
    /// The transfer's id, from `app.transferOrders.list({ search })`.
    transfer_order_id: TransferOrderId,
    /// From where, on paper; null for none.
    #[serde(default)]
    from: Patch<Address>,
    /// Where to, on paper; null for none.
    #[serde(default)]
    to: Patch<Address>,
    /// Refuse unless the transfer is still at this version; it is in what `get`, `list` and every change of it
    /// answer.
    expected_version: Option<u64>,
}

impl Command for SetAddressesTransferOrder {
    const NAME: &'static str = "transfer_orders.set_addresses";
    const TITLE: &'static str = "Set the addresses";
    const EXAMPLE: &'static str = r#"await app.transferOrders.setAddresses({ transferOrderId: "to_1002", to: { name: "The shop", street: "Market 3", city: "Bremen", country: "Germany" } });"#;
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such transfer order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it; `details.allowedFrom` says which do",
        ),
    ];
    type Domain = Logistics;
    type Output = TransferChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<TransferChanged, OperationError> {
        let before = found::transfer_order(db.reader(), &self.transfer_order_id, self.expected_version).await?;
        let mut order = before.clone();
        order.check(TransferAction::SetAddresses)?;
        order.from_address = self.from.over(order.from_address);
        order.to_address = self.to.over(order.to_address);
        let order = settle_transfer(cx, db, &before, order, Negative::Allowed, Done::new("setAddresses")).await?;
        transfers::changed(db.reader(), order).await
    }
}
