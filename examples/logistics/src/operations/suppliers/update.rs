//! `suppliers.update`

use latchstring::{ChangeAction, Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::notify::Email;
use crate::model::{Currency, Name, Patch, Percent, Price, Refusal, SupplierId};
use crate::operations::shared::changes::differences;
use crate::operations::shared::suppliers::{SupplierChanged, supplier_at};
use crate::{Logistics, Writer};

/// Changes a supplier; what is left out stays as it is. Its own forecast view follows its name. The currency cannot be
/// changed while it has open orders.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UpdateSupplier {
    /// The supplier's id, from `app.suppliers.list({ search })`.
    supplier_id: SupplierId,
    /// The name, 1 to 255 characters.
    name: Option<Name>,
    /// In what it is paid.
    currency: Option<Currency>,
    /// Where to write; null for nowhere.
    #[serde(default)]
    email: Patch<Email>,
    /// Who answers there; null for nothing.
    #[serde(default)]
    contact_person: Patch<Name>,
    /// Where to call; null for nothing.
    #[serde(default)]
    phone: Patch<Name>,
    /// Where to look; null for nothing.
    #[serde(default)]
    website: Patch<Name>,
    /// Street and number; null for nothing.
    #[serde(default)]
    address: Patch<Name>,
    /// The city; null for nothing.
    #[serde(default)]
    city: Patch<Name>,
    /// The country; null for nothing.
    #[serde(default)]
    country: Patch<Name>,
    /// When to pay, in words; null for nothing.
    #[serde(default)]
    payment_terms: Patch<Name>,
    /// The tax on its new orders in percent.
    tax_rate: Option<Percent>,
    /// How often it is on time, in percent; null: nobody says.
    #[serde(default)]
    on_time_delivery_rate: Patch<Percent>,
    /// The most that it may owe; null for no limit.
    #[serde(default)]
    credit_limit: Patch<Price>,
    /// Refuse unless the supplier is still at this version; it is in what `get`, `list` and every change of it
    /// answer.
    expected_version: Option<u64>,
}

impl Command for UpdateSupplier {
    const NAME: &'static str = "suppliers.update";
    const TITLE: &'static str = "Change a supplier";
    const EXAMPLE: &'static str =
        r#"await app.suppliers.update({ supplierId: "sup_glass", onTimeDeliveryRate: "96.5" });"#;
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such supplier"),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (ErrorCode::InUse, "it has open orders in its currency"),
    ];
    type Domain = Logistics;
    type Output = SupplierChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<SupplierChanged, OperationError> {
        let before = supplier_at(db.reader(), &self.supplier_id, self.expected_version).await?;
        let mut supplier = before.clone();
        if let Some(currency) = self.currency.filter(|currency| *currency != supplier.currency) {
            let open = db.reader().open_purchases_of(&supplier.id).await?;
            if open > 0 {
                return Err(Refusal::in_use(format!(
                    "the supplier has {open} open purchase orders in {}; complete or cancel them before its currency changes",
                    supplier.currency
                ))
                .into());
            }
            supplier.currency = currency;
        }
        supplier.name = self.name.map_or(supplier.name, String::from);
        supplier.email = self.email.over(supplier.email);
        supplier.contact_person = self.contact_person.over(supplier.contact_person);
        supplier.phone = self.phone.over(supplier.phone);
        supplier.website = self.website.over(supplier.website);
        supplier.address = self.address.over(supplier.address);
        supplier.city = self.city.over(supplier.city);
        supplier.country = self.country.over(supplier.country);
        supplier.payment_terms = self.payment_terms.over(supplier.payment_terms);
        supplier.tax_rate = self.tax_rate.unwrap_or(supplier.tax_rate);
        supplier.on_time_delivery_rate = self.on_time_delivery_rate.over(supplier.on_time_delivery_rate);
        supplier.credit_limit = self.credit_limit.over(supplier.credit_limit);
        supplier.version += 1;
        supplier.updated_at = cx.now();
        let (was, is) = differences(&before, &supplier);
        db.put_supplier(&supplier).await?;
        if supplier.name != before.name
            && let Some(mut view) = db.reader().view_of(&supplier.id).await?
        {
            view.name.clone_from(&supplier.name);
            view.version += 1;
            db.put_view(&view).await?;
        }
        db.record(
            "supplier",
            supplier.id.clone(),
            ChangeAction::Updated,
            Some(was),
            Some(is),
        );
        Ok(SupplierChanged {
            supplier: supplier.into(),
        })
    }
}
