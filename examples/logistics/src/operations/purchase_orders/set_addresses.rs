//! `purchase_orders.set_addresses`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::purchase::PurchaseAction;
use crate::model::{Address, Patch, PurchaseOrderId};
use crate::operations::shared::purchases::PurchaseChanged;
use crate::operations::shared::settle::{Done, note_purchase};
use crate::operations::shared::{found, purchases};
use crate::{Logistics, Writer};

/// Sets the addresses that are written on a purchase order; what is left out stays as it is. Stock goes to the
/// order's location, whatever is written there.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SetAddressesPurchaseOrder {
    /// The order's id, from `app.purchaseOrders.list({ search })`.
    purchase_order_id: PurchaseOrderId,
    /// Who pays; null for none.
    #[serde(default)]
    billing: Patch<Address>,
    /// Where to, on paper; null for none.
    #[serde(default)]
    shipping: Patch<Address>,
    /// Refuse unless the order is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl Command for SetAddressesPurchaseOrder {
    const NAME: &'static str = "purchase_orders.set_addresses";
    const TITLE: &'static str = "Set the addresses";
    const EXAMPLE: &'static str = r#"await app.purchaseOrders.setAddresses({ purchaseOrderId: "po_1002", shipping: { name: "Harbor & Pine", street: "Quay 7", city: "Bremen", country: "Germany" } });"#;
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such purchase order"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (
            ErrorCode::InvalidState,
            "its status does not allow it; `details.allowedFrom` says which do",
        ),
    ];
    type Domain = Logistics;
    type Output = PurchaseChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<PurchaseChanged, OperationError> {
        let before = found::purchase_order(db.reader(), &self.purchase_order_id, self.expected_version).await?;
        let mut order = before.clone();
        order.check(PurchaseAction::SetAddresses)?;
        order.billing_address = self.billing.over(order.billing_address);
        order.shipping_address = self.shipping.over(order.shipping_address);
        let order = note_purchase(cx, db, &before, order, Done::new("setAddresses")).await?;
        purchases::changed(db.reader(), order).await
    }
}
