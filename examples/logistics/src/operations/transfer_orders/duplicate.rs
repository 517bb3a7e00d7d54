//! `transfer_orders.duplicate`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::model::transfer::TransferDates;
use crate::model::{LineId, TransferOrder, TransferOrderId, TransferStatus};
use crate::operations::shared::settle::{Done, create_transfer};
use crate::operations::shared::transfers::TransferChanged;
use crate::operations::shared::{found, transfers};
use crate::{Logistics, Writer};

/// Makes a new draft with the locations and the lines of a transfer.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DuplicateTransferOrder {
    /// The transfer's id, from `app.transferOrders.list({ search })`.
    transfer_order_id: TransferOrderId,
}

impl Command for DuplicateTransferOrder {
    const NAME: &'static str = "transfer_orders.duplicate";
    const TITLE: &'static str = "Duplicate a transfer order";
    const EXAMPLE: &'static str =
        r#"const { order } = await app.transferOrders.duplicate({ transferOrderId: "to_1005" });"#;
    const DESTRUCTIVE: bool = false;
    const REPLAYABLE: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such transfer order"),
        (ErrorCode::InvalidState, "a location is not in use any more"),
    ];
    type Domain = Logistics;
    type Output = TransferChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<TransferChanged, OperationError> {
        let of = found::transfer_order(db.reader(), &self.transfer_order_id, None).await?;
        found::open_location(db.reader(), &of.origin).await?;
        found::open_location(db.reader(), &of.destination).await?;
        let (seq, number) = transfers::next_number(db).await?;
        let mut order = TransferOrder {
            id: TransferOrderId::new(cx.new_uuid()),
            seq,
            number,
            status: TransferStatus::Draft,
            previous: None,
            is_moved_by_others: false,
            dates: TransferDates::default(),
            shipment: None,
            documents: Vec::new(),
            version: 1,
            created_at: cx.now(),
            updated_at: cx.now(),
            ..of
        };
        for line in &mut order.lines {
            line.id = LineId::new(cx.new_uuid());
            line.received = 0;
            line.taken = 0;
            line.incoming = 0;
            line.put = 0;
        }
        create_transfer(
            cx,
            db,
            &order,
            Done::with("duplicate", json!({ "of": self.transfer_order_id })),
        )
        .await?;
        transfers::changed(db.reader(), order).await
    }
}
