//! Suppliers and their credits, as they are told.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use latchstring::{ChangeAction, Context, OperationError};
use schemars::JsonSchema;
use serde::Serialize;

use super::{changes::differences, found};
use crate::{
    Reader, Writer,
    model::{
        Amount, Application, ApplicationId, Credit, CreditId, CreditOrigin, Currency, LineId, Percent, Price,
        PurchaseOrderId, Rate, ReturnOrderId, Supplier, SupplierId, SupplierVariant, VariantId,
        notify::{Column, View},
        supplier::{Fulfilment, PriceTier, Punctuality},
    },
    storage::{Counter, StorageError},
};

/// A supplier.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SupplierItem {
    supplier_id: SupplierId,
    number: String,
    name: String,
    contact_person: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    website: Option<String>,
    address: Option<String>,
    city: Option<String>,
    country: Option<String>,
    /// When to pay, in words.
    payment_terms: Option<String>,
    /// Of its prices and orders.
    currency: Currency,
    /// In percent, on its orders.
    tax_rate: Percent,
    /// How often it is on time, in percent, as people say.
    on_time_delivery_rate: Option<Percent>,
    /// 95 and more is `excellent`, 90 and more `good`.
    punctuality: Option<Punctuality>,
    /// The most that it may owe, in `currency`, as people say.
    credit_limit: Option<Price>,
    archived: bool,
    /// Whether it is the one that every variant has.
    is_default: bool,
    /// How often it has changed; for `expectedVersion`.
    version: u64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<Supplier> for SupplierItem {
    fn from(supplier: Supplier) -> Self {
        Self {
            punctuality: supplier.punctuality(),
            supplier_id: supplier.id,
            number: Counter::Supplier.number(supplier.number),
            name: supplier.name,
            contact_person: supplier.contact_person,
            email: supplier.email,
            phone: supplier.phone,
            website: supplier.website,
            address: supplier.address,
            city: supplier.city,
            country: supplier.country,
            payment_terms: supplier.payment_terms,
            currency: supplier.currency,
            tax_rate: supplier.tax_rate,
            on_time_delivery_rate: supplier.on_time_delivery_rate,
            credit_limit: supplier.credit_limit,
            archived: supplier.is_archived,
            is_default: supplier.is_default,
            version: supplier.version,
            created_at: supplier.created_at,
            updated_at: supplier.updated_at,
        }
    }
}

/// A supplier that was changed or made.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SupplierChanged {
    /// As it is now.
    pub(crate) supplier: SupplierItem,
}

/// What a supplier delivers of a variant.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SupplierVariantItem {
    pub(crate) variant_id: VariantId,
    title: String,
    sku: Option<String>,
    supplier_sku: Option<String>,
    product_name: Option<String>,
    product_url: Option<String>,
    barcode: Option<String>,
    notes: Option<String>,
    /// What one costs; null: not known.
    cost: Option<Price>,
    currency: Currency,
    minimum_order: i64,
    maximum_order: Option<i64>,
    pack_size: i64,
    lead_time_days: i64,
    fulfilment: Fulfilment,
    price_tiers: Vec<PriceTier>,
    /// Whether the forecast reckons with this supplier.
    primary: bool,
}

/// Links with what the catalogue says of their variants.
pub(crate) async fn show_links(
    db: &Reader,
    links: Vec<SupplierVariant>,
) -> Result<Vec<SupplierVariantItem>, StorageError> {
    let ids: Vec<VariantId> = links.iter().map(|link| link.variant.clone()).collect();
    let variants = db.variants(&ids).await?;
    let item = |link: SupplierVariant| {
        let variant = variants.get(&link.variant);
        SupplierVariantItem {
            title: variant.map(crate::model::Variant::full_title).unwrap_or_default(),
            sku: variant.and_then(|variant| variant.sku.clone()),
            variant_id: link.variant,
            supplier_sku: link.supplier_sku,
            product_name: link.product_name,
            product_url: link.product_url,
            barcode: link.barcode,
            notes: link.notes,
            cost: link.cost,
            currency: link.currency,
            minimum_order: link.minimum_order,
            maximum_order: link.maximum_order,
            pack_size: link.pack_size,
            lead_time_days: link.lead_time_days,
            fulfilment: link.fulfilment,
            price_tiers: link.price_tiers,
            primary: link.is_primary,
        }
    };
    Ok(links.into_iter().map(item).collect())
}

/// A credit that a supplier gave.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreditItem {
    pub(crate) credit_id: CreditId,
    memo_number: String,
    supplier_id: SupplierId,
    amount: Price,
    /// How much of it is left.
    remaining: Price,
    currency: Currency,
    origin: CreditOrigin,
    return_order_id: Option<ReturnOrderId>,
    /// The lines of the return that it is for.
    line_ids: Vec<LineId>,
    note: Option<String>,
    issued_at: DateTime<Utc>,
    voided_at: Option<DateTime<Utc>>,
}

impl From<&Credit> for CreditItem {
    fn from(credit: &Credit) -> Self {
        Self {
            credit_id: credit.id.clone(),
            memo_number: credit.memo_number.clone(),
            supplier_id: credit.supplier.clone(),
            amount: credit.amount,
            remaining: credit.remaining,
            currency: credit.currency.clone(),
            origin: credit.origin,
            return_order_id: credit.return_order.clone(),
            line_ids: credit.lines.clone(),
            note: credit.note.clone(),
            issued_at: credit.issued_at,
            voided_at: credit.voided_at,
        }
    }
}

/// A part of a credit that pays for a purchase order.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ApplicationItem {
    application_id: ApplicationId,
    credit_id: CreditId,
    purchase_order_id: PurchaseOrderId,
    /// How much of the credit, in its currency.
    amount: Price,
    /// What one unit of the credit's currency was worth in the order's; null where they are the same.
    exchange_rate: Option<Rate>,
    /// What it takes off the order, in the order's currency.
    value: Price,
    applied_at: DateTime<Utc>,
    /// When it was taken back; null while it holds.
    reversed_at: Option<DateTime<Utc>>,
}

impl From<Application> for ApplicationItem {
    fn from(application: Application) -> Self {
        Self {
            application_id: application.id,
            credit_id: application.credit,
            purchase_order_id: application.order,
            amount: application.amount,
            exchange_rate: application.rate,
            value: application.value,
            applied_at: application.applied_at,
            reversed_at: application.reversed_at,
        }
    }
}

/// What a supplier owes in one currency.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Balance {
    currency: Currency,
    /// What was issued and not voided.
    issued: Amount,
    /// What of it is left.
    remaining: Amount,
    /// How many credits have something left.
    open_credits: usize,
}

/// What a supplier owes, in each currency.
pub(crate) fn balances(credits: &[Credit]) -> Vec<Balance> {
    let mut by_currency: BTreeMap<&Currency, Balance> = BTreeMap::new();
    for credit in credits.iter().filter(|credit| credit.voided_at.is_none()) {
        let balance = by_currency.entry(&credit.currency).or_insert_with(|| Balance {
            currency: credit.currency.clone(),
            issued: Amount::ZERO,
            remaining: Amount::ZERO,
            open_credits: 0,
        });
        balance.issued = balance.issued.plus(credit.amount.amount());
        balance.remaining = balance.remaining.plus(credit.remaining.amount());
        balance.open_credits += usize::from(credit.remaining > Price::ZERO);
    }
    by_currency.into_values().collect()
}

/// A credit that is not used yet.
pub(crate) struct NewCredit {
    pub(crate) supplier: SupplierId,
    pub(crate) amount: Price,
    pub(crate) currency: Currency,
    pub(crate) origin: CreditOrigin,
    pub(crate) return_order: Option<ReturnOrderId>,
    pub(crate) lines: Vec<LineId>,
    pub(crate) note: Option<String>,
}

impl NewCredit {
    pub(crate) fn issued(self, cx: &Context, seq: i64) -> Credit {
        Credit {
            id: CreditId::new(cx.new_uuid()),
            seq,
            supplier: self.supplier,
            memo_number: Counter::Credit.number(seq),
            amount: self.amount,
            currency: self.currency,
            remaining: self.amount,
            origin: self.origin,
            return_order: self.return_order,
            lines: self.lines,
            note: self.note,
            issued_at: cx.now(),
            voided_at: None,
        }
    }
}

/// Remembers what became of a link, for dry runs and the audit log.
pub(crate) fn record_link(
    db: &mut Writer,
    before: Option<&SupplierVariant>,
    after: Option<&SupplierVariant>,
) -> Result<(), OperationError> {
    let Some(link) = after.or(before) else { return Ok(()) };
    let id = format!("{}/{}", link.supplier, link.variant);
    let told = |link: &SupplierVariant| serde_json::to_value(link).map_err(OperationError::internal);
    let (action, was, is) = match (before, after) {
        (Some(before), Some(after)) => {
            let (was, is) = differences(before, after);
            (ChangeAction::Updated, Some(was), Some(is))
        }
        (None, Some(after)) => (ChangeAction::Created, None, Some(told(after)?)),
        (Some(before), None) => (ChangeAction::Deleted, Some(told(before)?), None),
        (None, None) => return Ok(()),
    };
    db.record("supplier_variant", id, action, was, is);
    Ok(())
}

/// A supplier at the version that is expected of it.
pub(crate) async fn supplier_at(
    db: &Reader,
    id: &SupplierId,
    expected: Option<u64>,
) -> Result<Supplier, OperationError> {
    let supplier = found::supplier(db, id).await?;
    OperationError::check_version(expected, supplier.version, format_args!("supplier `{id}`"))?;
    Ok(supplier)
}

/// Every column of a view.
pub(crate) fn every_column() -> Vec<Column> {
    Column::EVERY.to_vec()
}

/// The view that the product makes for a supplier.
pub(crate) fn view_of(supplier: &Supplier, id: uuid::Uuid) -> View {
    View {
        id: crate::model::ViewId::new(id),
        name: supplier.name.clone(),
        supplier: Some(supplier.id.clone()),
        search: None,
        columns: every_column(),
        settings: crate::model::forecast::ModelSettings::default(),
        stock_locations: Vec::new(),
        demand_locations: Vec::new(),
        is_automatic: true,
        version: 1,
    }
}
