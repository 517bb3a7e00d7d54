//! `return_orders.create`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::returning::CodeKind;
use crate::model::{LocationId, Note, PurchaseOrderId, ReturnOrder, ReturnOrderId, ReturnStatus, SupplierId};
use crate::operations::shared::returns::{NewReturnLine, ReturnChanged, check_quantities, needs_elevate};
use crate::operations::shared::settle::{Done, create_return};
use crate::operations::shared::{found, returns};
use crate::storage::Counter;
use crate::{Logistics, Writer};

/// Creates a return to a supplier (RMA), as a draft. Of a purchase order no more can be returned than was received
/// and is not returned already. No stock changes yet.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CreateReturnOrder {
    /// To whom, from `app.suppliers.list({})`.
    supplier_id: SupplierId,
    /// From where, from `app.locations.list({})`.
    location_id: LocationId,
    /// The purchase order that the units came on; it must be the supplier's.
    purchase_order_id: Option<PurchaseOrderId>,
    /// Why, one of `rmaReasons` in `app.returnOrders.codes({})`.
    reason: String,
    /// Notes, at most 5000 characters.
    notes: Option<Note>,
    /// Its lines, 500 at most, each variant once.
    lines: Option<Vec<NewReturnLine>>,
}

impl Command for CreateReturnOrder {
    const NAME: &'static str = "return_orders.create";
    const TITLE: &'static str = "Create a return to a supplier";
    const EXAMPLE: &'static str = r#"const { order } = await app.returnOrders.create({ supplierId: "sup_nordtimber", locationId: "81001", purchaseOrderId: "po_1008", reason: "defective", lines: [{ variantId: "42001", quantity: 2, lineReason: "damaged" }] });"#;
    const DESTRUCTIVE: bool = false;
    const REPLAYABLE: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (
            ErrorCode::NotFound,
            "the supplier, the location, the purchase order or a variant does not exist",
        ),
        (ErrorCode::PlanRequired, "it needs the plan `elevate`"),
        (
            ErrorCode::InvalidInput,
            "a word is not the store's, a variant is there twice, or more is returned than was received",
        ),
        (ErrorCode::LimitExceeded, "more than 500 lines"),
    ];
    type Domain = Logistics;
    type Output = ReturnChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<ReturnChanged, OperationError> {
        needs_elevate(db.reader()).await?;
        let supplier = found::supplier(db.reader(), &self.supplier_id).await?;
        found::location(db.reader(), &self.location_id).await?;
        found::check_code(db.reader(), CodeKind::RmaReason, "reason", Some(&self.reason)).await?;
        let of = match &self.purchase_order_id {
            Some(id) => Some(found::purchase_order(db.reader(), id, None).await?),
            None => None,
        };
        if let Some(other) = of.as_ref().filter(|of| of.supplier != supplier.id) {
            return Err(OperationError::invalid_input(format!(
                "purchase order `{}` is supplier `{}`'s, and the return goes to `{}`; name that supplier, or no order",
                other.id, other.supplier, supplier.id
            )));
        }
        let currency = of
            .as_ref()
            .map_or_else(|| supplier.currency.clone(), |of| of.currency.clone());
        let lines = returns::new_lines(
            cx,
            db.reader(),
            (&supplier.id, &currency, of.as_ref()),
            self.lines.unwrap_or_default(),
        )
        .await?;
        let mut order = ReturnOrder {
            id: ReturnOrderId::new(cx.new_uuid()),
            seq: 0,
            number: String::new(),
            supplier: supplier.id,
            purchase_order: self.purchase_order_id,
            location: self.location_id,
            currency,
            status: ReturnStatus::Draft,
            previous: None,
            reason: self.reason,
            notes: self.notes.map(String::from),
            dates: Vec::new(),
            from_address: None,
            to_address: None,
            shipment: None,
            version: 1,
            created_at: cx.now(),
            updated_at: cx.now(),
            lines: Vec::new(),
        };
        order.add_lines(lines)?;
        check_quantities(db.reader(), &order).await?;
        order.seq = db.next(Counter::ReturnOrder).await?;
        order.number = Counter::ReturnOrder.number(order.seq);
        create_return(cx, db, &order, Done::new("create")).await?;
        returns::changed(db.reader(), order).await
    }
}
