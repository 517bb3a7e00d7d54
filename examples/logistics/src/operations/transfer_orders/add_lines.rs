//! `transfer_orders.add_lines`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::TransferOrderId;
use crate::model::transfer::TransferAction;
use crate::operations::shared::paging::up_to;
use crate::operations::shared::settle::{Done, Negative, settle_transfer};
use crate::operations::shared::transfers::{NewTransferLine, TransferChanged};
use crate::operations::shared::{found, transfers};
use crate::{Logistics, Writer};

/// Adds lines to a transfer that is a draft.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AddLinesTransferOrder {
    /// The transfer's id, from `app.transferOrders.list({ search })`.
    transfer_order_id: TransferOrderId,
    /// The lines, 1 to 500, each variant once.
    lines: Vec<NewTransferLine>,
    /// Refuse unless the transfer is still at this version; it is in what `get`, `list` and every change of it
    /// answer.
    expected_version: Option<u64>,
}

impl Command for AddLinesTransferOrder {
    const NAME: &'static str = "transfer_orders.add_lines";
    const TITLE: &'static str = "Add lines to a transfer order";
    const EXAMPLE: &'static str = r#"await app.transferOrders.addLines({ transferOrderId: "to_1001", lines: [{ variantId: "42005", quantity: 2 }] });"#;
    const DESTRUCTIVE: bool = false;
    const REPLAYABLE: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such transfer order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it; `details.allowedFrom` says which do",
        ),
        (
            ErrorCode::InvalidInput,
            "a variant is there already, or a quantity is 0",
        ),
        (ErrorCode::LimitExceeded, "more than 500 lines"),
    ];
    type Domain = Logistics;
    type Output = TransferChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<TransferChanged, OperationError> {
        let before = found::transfer_order(db.reader(), &self.transfer_order_id, self.expected_version).await?;
        let mut order = before.clone();
        up_to(500, "lines", self.lines.len())?;
        order.check(TransferAction::AddLines)?;
        let lines = transfers::new_lines(cx, db.reader(), self.lines).await?;
        order.add_lines(lines)?;
        let order = settle_transfer(cx, db, &before, order, Negative::Allowed, Done::new("addLines")).await?;
        transfers::changed(db.reader(), order).await
    }
}
