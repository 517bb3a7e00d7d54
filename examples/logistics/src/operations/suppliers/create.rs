//! `suppliers.create`

use latchstring::{ChangeAction, Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::notify::Email;
use crate::model::{Currency, Name, Percent, Price, Supplier, SupplierId};
use crate::operations::shared::suppliers::{SupplierChanged, view_of};
use crate::storage::Counter;
use crate::{Logistics, Writer};

/// Creates a supplier, and a forecast view of what it delivers. Say what that is with `app.suppliers.setVariants`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CreateSupplier {
    /// The name, 1 to 255 characters.
    name: Name,
    /// In what it is paid, such as EUR. It cannot be changed while there are open orders.
    currency: Currency,
    /// Where to write.
    email: Option<Email>,
    /// Who answers there.
    contact_person: Option<Name>,
    /// Where to call.
    phone: Option<Name>,
    /// Where to look.
    website: Option<Name>,
    /// Street and number.
    address: Option<Name>,
    /// The city.
    city: Option<Name>,
    /// The country.
    country: Option<Name>,
    /// When to pay, in words.
    payment_terms: Option<Name>,
    /// The tax on its orders in percent; 0 if left out.
    tax_rate: Option<Percent>,
    /// How often it is on time, in percent.
    on_time_delivery_rate: Option<Percent>,
    /// The most that it may owe, in its currency, as a decimal string.
    credit_limit: Option<Price>,
}

impl Command for CreateSupplier {
    const NAME: &'static str = "suppliers.create";
    const TITLE: &'static str = "Create a supplier";
    const EXAMPLE: &'static str = r#"const { supplier } = await app.suppliers.create({ name: "Cork & Co", currency: "EUR", email: "orders@cork.example" });"#;
    const DESTRUCTIVE: bool = false;
    const REPLAYABLE: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] =
        &[(ErrorCode::InvalidInput, "the name, the address or the currency is none")];
    type Domain = Logistics;
    type Output = SupplierChanged;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<SupplierChanged, OperationError> {
        let supplier = Supplier {
            id: SupplierId::new(cx.new_uuid()),
            number: db.next(Counter::Supplier).await?,
            name: self.name.into(),
            contact_person: self.contact_person.map(String::from),
            email: self.email.map(String::from),
            phone: self.phone.map(String::from),
            website: self.website.map(String::from),
            address: self.address.map(String::from),
            city: self.city.map(String::from),
            country: self.country.map(String::from),
            payment_terms: self.payment_terms.map(String::from),
            currency: self.currency,
            tax_rate: self.tax_rate.unwrap_or(Percent::ZERO),
            on_time_delivery_rate: self.on_time_delivery_rate,
            credit_limit: self.credit_limit,
            is_archived: false,
            is_default: false,
            version: 1,
            created_at: cx.now(),
            updated_at: cx.now(),
        };
        db.put_supplier(&supplier).await?;
        db.put_view(&view_of(&supplier, cx.new_uuid())).await?;
        let after = serde_json::to_value(&supplier).map_err(OperationError::internal)?;
        db.record(
            "supplier",
            supplier.id.clone(),
            ChangeAction::Created,
            None,
            Some(after),
        );
        Ok(SupplierChanged {
            supplier: supplier.into(),
        })
    }
}
