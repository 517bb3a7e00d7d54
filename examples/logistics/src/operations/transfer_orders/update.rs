//! `transfer_orders.update`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::transfer::{TransferAction, check_locations};
use crate::model::{LocationId, Name, Note, Patch, TransferOrderId};
use crate::operations::shared::settle::{Done, Negative, settle_transfer};
use crate::operations::shared::transfers::TransferChanged;
use crate::operations::shared::{found, transfers};
use crate::{Logistics, Writer};

/// Changes the name, number or notes of a transfer; of a draft also its locations. What is left out stays as it is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UpdateTransferOrder {
    /// The transfer's id, from `app.transferOrders.list({ search })`.
    transfer_order_id: TransferOrderId,
    /// What people call it; null for nothing.
    #[serde(default)]
    name: Patch<Name>,
    /// What it is called on paper.
    number: Option<Name>,
    /// Where from. Drafts only.
    origin_location_id: Option<LocationId>,
    /// Where to. Drafts only.
    destination_location_id: Option<LocationId>,
    /// Notes, at most 5000 characters; null for none.
    #[serde(default)]
    notes: Patch<Note>,
    /// Refuse unless the transfer is still at this version; it is in what `get`, `list` and every change of it
    /// answer.
    expected_version: Option<u64>,
}

impl Command for UpdateTransferOrder {
    const NAME: &'static str = "transfer_orders.update";
    const TITLE: &'static str = "Change a transfer order";
    const EXAMPLE: &'static str =
        r#"await app.transferOrders.update({ transferOrderId: "to_1002", name: "Refill for spring" });"#;
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such transfer order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it; `details.allowedFrom` says which do",
        ),
        (ErrorCode::InvalidInput, "both locations are the same"),
    ];
    type Domain = Logistics;
    type Output = TransferChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<TransferChanged, OperationError> {
        let before = found::transfer_order(db.reader(), &self.transfer_order_id, self.expected_version).await?;
        let mut order = before.clone();
        order.check(TransferAction::Update)?;
        if let Some(number) = &self.number {
            transfers::check_number(db.reader(), number, Some(&order.id)).await?;
            order.number = number.to_string();
        }
        if self.origin_location_id.is_some() || self.destination_location_id.is_some() {
            order.check(TransferAction::Relocate)?;
            order.origin = self.origin_location_id.unwrap_or(order.origin);
            order.destination = self.destination_location_id.unwrap_or(order.destination);
            check_locations(&order.origin, &order.destination)?;
            found::open_location(db.reader(), &order.origin).await?;
            found::open_location(db.reader(), &order.destination).await?;
        }
        order.name = self.name.over(order.name);
        order.notes = self.notes.over(order.notes);
        let order = settle_transfer(cx, db, &before, order, Negative::Allowed, Done::new("update")).await?;
        transfers::changed(db.reader(), order).await
    }
}
