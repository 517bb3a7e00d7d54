//! `transfer_orders.send`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::TransferOrderId;
use crate::operations::shared::settle::{Done, Negative, settle_transfer};
use crate::operations::shared::transfers::TransferChanged;
use crate::operations::shared::{found, transfers};
use crate::{Logistics, Writer};

/// Lets a transfer leave: its units are no longer on hand at the origin, and are incoming at the destination.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SendTransferOrder {
    /// The transfer's id, from `app.transferOrders.list({ search })`.
    transfer_order_id: TransferOrderId,
    /// Whether more may leave than is available; false if left out.
    allow_negative: Option<bool>,
    /// Refuse unless the transfer is still at this version; it is in what `get`, `list` and every change of it
    /// answer.
    expected_version: Option<u64>,
}

impl Command for SendTransferOrder {
    const NAME: &'static str = "transfer_orders.send";
    const TITLE: &'static str = "Send a transfer order";
    const EXAMPLE: &'static str = r#"await app.transferOrders.send({ transferOrderId: "to_1001" });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such transfer order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it, or less is available than would leave; `details.shortages` says of what; `details.allowedFrom` says which do",
        ),
        (ErrorCode::InvalidInput, "it has no lines"),
    ];
    type Domain = Logistics;
    type Output = TransferChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<TransferChanged, OperationError> {
        let before = found::transfer_order(db.reader(), &self.transfer_order_id, self.expected_version).await?;
        let mut order = before.clone();
        order.send(&db.reader().shop().await?.preferences, cx.now())?;
        let negative = Negative::unless(
            self.allow_negative.unwrap_or_default(),
            "send fewer, or pass `allowNegative: true`",
        );
        let order = settle_transfer(cx, db, &before, order, negative, Done::new("send")).await?;
        transfers::changed(db.reader(), order).await
    }
}
