//! `transfer_orders.resume`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::TransferOrderId;
use crate::operations::shared::settle::{Done, Negative, settle_transfer};
use crate::operations::shared::transfers::TransferChanged;
use crate::operations::shared::{found, transfers};
use crate::{Logistics, Writer};

/// Goes on with a transfer that is on hold, where it stood before.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ResumeTransferOrder {
    /// The transfer's id, from `app.transferOrders.list({ search })`.
    transfer_order_id: TransferOrderId,
    /// Refuse unless the transfer is still at this version; it is in what `get`, `list` and every change of it
    /// answer.
    expected_version: Option<u64>,
}

impl Command for ResumeTransferOrder {
    const NAME: &'static str = "transfer_orders.resume";
    const TITLE: &'static str = "Resume a transfer";
    const EXAMPLE: &'static str = r#"await app.transferOrders.resume({ transferOrderId: "to_1006" });"#;
    const DESTRUCTIVE: bool = false;
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
        order.resume()?;
        let order = settle_transfer(cx, db, &before, order, Negative::Allowed, Done::new("resume")).await?;
        transfers::changed(db.reader(), order).await
    }
}
