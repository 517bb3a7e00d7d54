//! `transfer_orders.create`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::transfer::{TransferDates, check_locations};
use crate::model::{LocationId, Name, Note, TransferOrder, TransferOrderId, TransferStatus};
use crate::operations::shared::settle::{Done, create_transfer};
use crate::operations::shared::transfers::{NewTransferLine, TransferChanged};
use crate::operations::shared::{found, transfers};
use crate::{Logistics, Writer};

/// Creates a transfer of stock from one location to another, as a draft. No stock changes until
/// `app.transferOrders.send`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CreateTransferOrder {
    /// Where from.
    origin_location_id: LocationId,
    /// Where to; another one.
    destination_location_id: LocationId,
    /// What people call it, 1 to 255 characters.
    name: Option<Name>,
    /// What it is called on paper; the next number if left out.
    number: Option<Name>,
    /// Notes, at most 5000 characters.
    notes: Option<Note>,
    /// Its lines, 500 at most, each variant once.
    lines: Option<Vec<NewTransferLine>>,
}

impl Command for CreateTransferOrder {
    const NAME: &'static str = "transfer_orders.create";
    const TITLE: &'static str = "Create a transfer order";
    const EXAMPLE: &'static str = r#"const { order } = await app.transferOrders.create({ originLocationId: "81001", destinationLocationId: "81002", lines: [{ variantId: "42001", quantity: 4 }] });"#;
    const DESTRUCTIVE: bool = false;
    const REPLAYABLE: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "a location or a variant does not exist"),
        (
            ErrorCode::InvalidInput,
            "both locations are the same, a variant is there twice, or a quantity is 0",
        ),
        (ErrorCode::InvalidState, "a location is not in use"),
        (ErrorCode::Conflict, "another transfer has the number"),
        (ErrorCode::LimitExceeded, "more than 500 lines"),
    ];
    type Domain = Logistics;
    type Output = TransferChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<TransferChanged, OperationError> {
        check_locations(&self.origin_location_id, &self.destination_location_id)?;
        found::open_location(db.reader(), &self.origin_location_id).await?;
        found::open_location(db.reader(), &self.destination_location_id).await?;
        if let Some(number) = &self.number {
            transfers::check_number(db.reader(), number, None).await?;
        }
        let lines = transfers::new_lines(cx, db.reader(), self.lines.unwrap_or_default()).await?;
        let mut order = TransferOrder {
            id: TransferOrderId::new(cx.new_uuid()),
            seq: 0,
            number: String::new(),
            name: self.name.map(String::from),
            origin: self.origin_location_id,
            destination: self.destination_location_id,
            status: TransferStatus::Draft,
            previous: None,
            is_moved_by_others: false,
            notes: self.notes.map(String::from),
            dates: TransferDates::default(),
            from_address: None,
            to_address: None,
            shipment: None,
            documents: Vec::new(),
            version: 1,
            created_at: cx.now(),
            updated_at: cx.now(),
            lines: Vec::new(),
        };
        order.add_lines(lines)?;
        let (seq, next) = transfers::next_number(db).await?;
        order.seq = seq;
        order.number = self.number.map_or(next, String::from);
        create_transfer(cx, db, &order, Done::new("create")).await?;
        transfers::changed(db.reader(), order).await
    }
}
