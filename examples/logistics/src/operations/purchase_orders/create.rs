//! `purchase_orders.create`

use chrono::NaiveDate;
use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{LocationId, Name, Note, Price, SupplierId};
use crate::operations::shared::given::Day;
use crate::operations::shared::purchases::{Draft, NewPurchaseLine, PurchaseChanged};
use crate::operations::shared::settle::{Done, create_purchase};
use crate::operations::shared::{found, purchases};
use crate::{Logistics, Writer};

/// Creates a purchase order as a draft: for one supplier and one location, in the supplier's currency. Nothing is
/// sent and no stock changes until `app.purchaseOrders.send`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CreatePurchaseOrder {
    /// Who delivers, from `app.suppliers.list({})`.
    supplier_id: SupplierId,
    /// Where to, from `app.locations.list({})`.
    location_id: LocationId,
    /// What people call it, 1 to 255 characters.
    name: Option<Name>,
    /// What it is called on paper; the next number if left out.
    number: Option<Name>,
    /// Its lines, 500 at most. More can be added later.
    lines: Option<Vec<NewPurchaseLine>>,
    /// Notes, at most 5000 characters.
    notes: Option<Note>,
    /// The day on which we want it.
    requested_delivery: Option<Day>,
    /// What the delivery costs, as a decimal string; 0 if left out.
    shipping_cost: Option<Price>,
}

impl Command for CreatePurchaseOrder {
    const NAME: &'static str = "purchase_orders.create";
    const TITLE: &'static str = "Create a purchase order";
    const EXAMPLE: &'static str = r#"const { order } = await app.purchaseOrders.create({ supplierId: "sup_nordtimber", locationId: "81001", lines: [{ variantId: "42001", quantity: 24 }] });"#;
    const DESTRUCTIVE: bool = false;
    const REPLAYABLE: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (
            ErrorCode::NotFound,
            "the supplier, the location or a variant does not exist",
        ),
        (
            ErrorCode::InvalidState,
            "the supplier is archived, or the location not in use",
        ),
        (ErrorCode::Conflict, "another order has the number"),
        (ErrorCode::InvalidInput, "a variant is there twice, or a quantity is 0"),
        (ErrorCode::LimitExceeded, "more than 500 lines"),
    ];
    type Domain = Logistics;
    type Output = PurchaseChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<PurchaseChanged, OperationError> {
        let supplier = found::supplier(db.reader(), &self.supplier_id).await?;
        supplier.check_open()?;
        found::open_location(db.reader(), &self.location_id).await?;
        if let Some(number) = &self.number {
            purchases::check_number(db.reader(), number, None).await?;
        }
        let lines = purchases::new_lines(
            cx,
            db.reader(),
            (&supplier.id, &supplier.currency),
            self.lines.unwrap_or_default(),
        )
        .await?;
        let mut order = Draft {
            seq: 0,
            number: String::new(),
            name: self.name.map(String::from),
            supplier: &supplier,
            location: self.location_id,
        }
        .order(cx);
        order.add_lines(lines, cx.now())?;
        order.notes = self.notes.map(String::from);
        order.dates.requested_delivery = self.requested_delivery.map(NaiveDate::from);
        order.shipping_cost = self.shipping_cost.unwrap_or(order.shipping_cost);
        let (seq, number) = purchases::next_number(db).await?;
        order.seq = seq;
        order.number = self.number.map_or(number, String::from);
        create_purchase(cx, db, &order, Done::new("create")).await?;
        purchases::changed(db.reader(), order).await
    }
}
