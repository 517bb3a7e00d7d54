//! `suppliers.set_variants`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

use crate::model::supplier::{Fulfilment, PriceTier};
use crate::model::{Currency, Name, Note, Patch, Price, SupplierId, SupplierVariant, Units, VariantId};
use crate::operations::shared::found;
use crate::operations::shared::outcome::{Outcome, Outcomes};
use crate::operations::shared::paging::up_to;
use crate::operations::shared::suppliers::record_link;
use crate::{Logistics, Writer};

/// Says what a supplier delivers, and on what terms; of what it delivers already, what is left out stays as it is. An
/// item that is refused stops no other.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SetVariantsSupplier {
    /// The supplier's id, from `app.suppliers.list({ search })`.
    supplier_id: SupplierId,
    /// What, 1 to 500.
    items: Vec<LinkInput>,
}

/// What a supplier delivers of a variant. What is left out stays as it is, or is the usual.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct LinkInput {
    /// What.
    variant_id: VariantId,
    /// The supplier's own number for it; null for none.
    #[serde(default)]
    supplier_sku: Patch<Name>,
    /// What the supplier calls it; null for nothing.
    #[serde(default)]
    product_name: Patch<Name>,
    /// Where the supplier shows it; null for nowhere.
    #[serde(default)]
    product_url: Patch<Name>,
    /// The number under the supplier's bars; null for none.
    #[serde(default)]
    barcode: Patch<Name>,
    /// Notes, at most 5000 characters; null for none.
    #[serde(default)]
    notes: Patch<Note>,
    /// What one costs, as a decimal string; null: not known.
    #[serde(default)]
    cost: Patch<Price>,
    /// The currency of the cost; the supplier's at first.
    currency: Option<Currency>,
    /// The fewest that are sold; 1 at first.
    minimum_order: Option<Units>,
    /// The most that are sold at once; null for no limit.
    #[serde(default)]
    maximum_order: Patch<Units>,
    /// They come in packs of so many; 1 at first.
    pack_size: Option<Units>,
    /// Days from order to delivery; 14 at first.
    lead_time_days: Option<Units>,
    /// Where units go when they are received; `warehouse` at first.
    fulfilment: Option<Fulfilment>,
    /// Lower prices for larger orders, the smallest `from` first.
    price_tiers: Option<Vec<PriceTier>>,
}

impl LinkInput {
    fn over(self, link: SupplierVariant) -> SupplierVariant {
        let most = match self.maximum_order {
            Patch::Keep => link.maximum_order,
            Patch::Clear => None,
            Patch::Set(units) => Some(units.get()),
        };
        SupplierVariant {
            supplier_sku: self.supplier_sku.over(link.supplier_sku),
            product_name: self.product_name.over(link.product_name),
            product_url: self.product_url.over(link.product_url),
            barcode: self.barcode.over(link.barcode),
            notes: self.notes.over(link.notes),
            cost: self.cost.over(link.cost),
            currency: self.currency.unwrap_or(link.currency),
            minimum_order: self.minimum_order.map_or(link.minimum_order, Units::get),
            maximum_order: most,
            pack_size: self.pack_size.map_or(link.pack_size, Units::get),
            lead_time_days: self.lead_time_days.map_or(link.lead_time_days, Units::get),
            fulfilment: self.fulfilment.unwrap_or(link.fulfilment),
            price_tiers: self.price_tiers.unwrap_or(link.price_tiers),
            supplier: link.supplier,
            variant: link.variant,
            is_primary: link.is_primary,
        }
    }
}

impl Command for SetVariantsSupplier {
    const NAME: &'static str = "suppliers.set_variants";
    const TITLE: &'static str = "Say what a supplier delivers";
    const EXAMPLE: &'static str = r#"const { results } = await app.suppliers.setVariants({ supplierId: "sup_glass", items: [{ variantId: "42003", cost: "7.40", minimumOrder: 12, packSize: 6, leadTimeDays: 9 }] });"#;
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such supplier"),
        (ErrorCode::InvalidInput, "`items` is empty or has more than 500"),
    ];
    type Domain = Logistics;
    type Output = Outcomes;

    async fn run(self, _: &Context, db: &mut Writer) -> Result<Outcomes, OperationError> {
        up_to(500, "items", self.items.len())?;
        let supplier = found::supplier(db.reader(), &self.supplier_id).await?;
        let ids: Vec<VariantId> = self.items.iter().map(|item| item.variant_id.clone()).collect();
        let variants = db.reader().variants(&ids).await?;
        let mut links = db.reader().links_of(&supplier.id, &ids).await?;
        let primary = db.reader().primary_links(&ids).await?;
        let mut results = Vec::with_capacity(self.items.len());
        let before = links.clone();
        let mut changed: BTreeMap<VariantId, SupplierVariant> = BTreeMap::new();
        for item in self.items {
            let id = item.variant_id.clone();
            if !variants.contains_key(&id) {
                results.push(Err(found::no_variant(&id)));
                continue;
            }
            let there = links.get(&id).cloned();
            let outcome = if there.is_some() {
                Outcome::Updated
            } else {
                Outcome::Created
            };
            let mut link = there
                .unwrap_or_else(|| SupplierVariant::new(supplier.id.clone(), id.clone(), supplier.currency.clone()));
            // Exactly one link of a variant is primary: the first there is.
            link.is_primary = link.is_primary || !primary.contains_key(&id);
            match item.over(link).checked() {
                Ok(link) => {
                    links.insert(id.clone(), link.clone());
                    changed.insert(id, link);
                    results.push(Ok(outcome));
                }
                Err(refusal) => results.push(Err(refusal.into())),
            }
        }
        let changed: Vec<SupplierVariant> = changed.into_values().collect();
        db.put_links(&changed).await?;
        for link in &changed {
            record_link(db, before.get(&link.variant), Some(link))?;
        }
        Outcomes::of(results)
    }
}
