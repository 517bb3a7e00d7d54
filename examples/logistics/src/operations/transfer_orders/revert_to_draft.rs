//! `transfer_orders.revert_to_draft`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::TransferOrderId;
use crate::operations::shared::settle::{Done, Negative, settle_transfer};
use crate::operations::shared::transfers::TransferChanged;
use crate::operations::shared::{found, transfers};
use crate::{Logistics, Writer};

/// Makes a draft of a transfer of which nothing came: its units are at the origin again.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RevertToDraftTransferOrder {
    /// The transfer's id, from `app.transferOrders.list({ search })`.
    transfer_order_id: TransferOrderId,
    /// Refuse unless the transfer is still at this version; it is in what `get`, `list` and every change of it
    /// answer.
    expected_version: Option<u64>,
}

impl Command for RevertToDraftTransferOrder {
    const NAME: &'static str = "transfer_orders.revert_to_draft";
    const TITLE: &'static str = "Revert a transfer to a draft";
    const EXAMPLE: &'static str = r#"await app.transferOrders.revertToDraft({ transferOrderId: "to_1002" });"#;
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
        order.revert_to_draft()?;
        let order = settle_transfer(cx, db, &before, order, Negative::Allowed, Done::new("revertToDraft")).await?;
        transfers::changed(db.reader(), order).await
    }
}
