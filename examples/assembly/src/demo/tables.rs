//! The tables' columns, and how they become a store.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::{
    model::{
        Bom, BomSettings, ComponentRow, Location, LocationId, Material, NestedRow, Origin, Owner, Price, Product,
        ProductId, ProductStatus, Quantity, Shop, ShopPlan, ShopSettings, SubAssembly, Unit, Variant, VariantId, Waste,
        structure::Rows,
    },
    storage::Kind,
};

/// 5 January 2026, 09:00 UTC: when the demo's things were made.
const MADE: i64 = 1_767_603_600;

/// What lies at the three locations, in their order.
type Stock = [&'static str; 3];
/// Variant id, product, variant, SKU, unit, cost, vendor, stock.
type MaterialRow = (Text, Text, Text, Text, Text, Text, Text, Stock);
/// Variant id, product, variant, SKU, price.
type VariantRow = (Text, Text, Text, Text, Text);
type Text = &'static str;
/// What lies where of one item.
type Levels = (Kind, String, Vec<(LocationId, Quantity)>);

/// A store, as its tables say.
pub(super) struct Tables {
    pub(super) name: &'static str,
    pub(super) currency: &'static str,
    /// Id and name; the first is the default.
    pub(super) locations: [(&'static str, &'static str); 3],
    /// The goods for sale, and parts that are not registered as materials.
    pub(super) catalogue: &'static [VariantRow],
    /// All-digit ids are in the catalogue, too.
    pub(super) materials: &'static [MaterialRow],
    /// SKUs of materials that never limit a build.
    pub(super) non_essential: &'static [&'static str],
    pub(super) sub_assemblies: &'static [Part],
    pub(super) boms: &'static [Good],
}

/// A sub-assembly.
pub(super) struct Part {
    /// The id is `sub_` and this.
    pub(super) key: &'static str,
    pub(super) name: &'static str,
    pub(super) only_consume_preassembled: bool,
    /// What lies ready.
    pub(super) shelf: Stock,
    pub(super) rows: &'static [Row],
}

/// A bill of materials.
pub(super) struct Good {
    /// The id is `bom_` and this.
    pub(super) key: &'static str,
    /// The finished good's SKU.
    pub(super) sku: &'static str,
    pub(super) settings: BomSettings,
    /// What lies ready.
    pub(super) shelf: Stock,
    pub(super) rows: &'static [Row],
}

/// A row of either kind.
pub(super) enum Row {
    /// So much of the material with this SKU.
    Of(&'static str, &'static str),
    /// The same with waste in percent.
    Waste(&'static str, &'static str, &'static str),
    /// The same, always from this location.
    From(&'static str, &'static str, &'static str),
    /// So many of the sub-assembly with this key.
    Sub(&'static str, &'static str),
}

/// Nothing ready.
pub(super) const NONE: Stock = ["0", "0", "0"];
/// Orders use it up.
pub(super) const ACTIVE: BomSettings = BomSettings {
    active: true,
    ..INACTIVE
};
/// Orders pass it by.
pub(super) const INACTIVE: BomSettings = BomSettings {
    active: false,
    dynamic_adjustment: false,
    maintain_inventory_level: false,
    auto_generate_material_list: false,
    keep_assembled_on_return: false,
    only_sell_preassembled: false,
};

/// A store, as the database takes it.
pub(super) struct Store {
    pub(super) shop: Shop,
    pub(super) locations: Vec<Location>,
    pub(super) products: Vec<Product>,
    pub(super) variants: Vec<Variant>,
    pub(super) materials: Vec<Material>,
    pub(super) sub_assemblies: Vec<SubAssembly>,
    pub(super) boms: Vec<Bom>,
    pub(super) rows: Vec<(Owner, Rows)>,
    pub(super) levels: Vec<Levels>,
}

/// A cell of a table. The tables are part of the program, and a test reads every cell.
pub(super) fn cell<T: TryFrom<String, Error: std::fmt::Debug>>(text: &str) -> T {
    T::try_from(text.to_owned()).expect("the demo's tables are well-formed")
}

fn quantity(text: &str) -> Quantity {
    Quantity::parse(text).expect("the demo's tables are well-formed")
}

fn price(text: &str) -> Price {
    text.parse().expect("the demo's tables are well-formed")
}

fn optional(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn made() -> DateTime<Utc> {
    DateTime::from_timestamp(MADE, 0).unwrap_or_default()
}

impl Tables {
    /// The store.
    pub(super) fn store(&self) -> Store {
        let materials: Vec<Material> = self.materials.iter().map(|row| self.material(row)).collect();
        let by_sku: BTreeMap<&str, &str> = self.materials.iter().map(|row| (row.3, row.0)).collect();
        let variants = self.variants();
        let goods: BTreeMap<&str, &Variant> = variants
            .iter()
            .filter_map(|variant| Some((variant.sku.as_deref()?, variant)))
            .collect();
        let boms = self.boms.iter().map(|good| bom(good, goods[good.sku])).collect();
        let of_parts = self
            .sub_assemblies
            .iter()
            .map(|part| (Owner::SubAssembly(part.id()), rows(part.rows, &by_sku)));
        let of_goods = self
            .boms
            .iter()
            .map(|good| (Owner::Bom(good.id()), rows(good.rows, &by_sku)));
        let material_levels = self
            .materials
            .iter()
            .map(|row| (Kind::Material, row.0.to_owned(), self.levels(&row.7)));
        let part_levels = self
            .sub_assemblies
            .iter()
            .map(|part| (Kind::SubAssembly, part.id().into(), self.levels(&part.shelf)));
        let good_levels = self
            .boms
            .iter()
            .map(|good| (Kind::Bom, good.id().into(), self.levels(&good.shelf)));
        // What lies ready is what the shop shows.
        let shown_levels = self.boms.iter().map(|good| {
            (
                Kind::Displayed,
                goods[good.sku].id.to_string(),
                self.levels(&good.shelf),
            )
        });
        Store {
            shop: Shop {
                name: self.name.to_owned(),
                currency: self.currency.to_owned(),
                plan: ShopPlan::Enhanced,
                settings: ShopSettings {
                    multi_location_sensitive_adjustments: true,
                    location_sensitive_dynamic_adjustments: true,
                    ..ShopSettings::new(cell(self.locations[0].0))
                },
            },
            locations: self.locations.iter().map(location).collect(),
            sub_assemblies: self.sub_assemblies.iter().map(sub_assembly).collect(),
            boms,
            rows: of_parts.chain(of_goods).collect(),
            levels: material_levels
                .chain(part_levels)
                .chain(good_levels)
                .chain(shown_levels)
                .collect(),
            products: products(&variants),
            variants,
            materials,
        }
    }

    fn material(&self, row: &MaterialRow) -> Material {
        let (id, product, variant, sku, unit, cost, vendor, _) = row;
        let id: VariantId = cell(id);
        Material {
            origin: if id.is_virtual() {
                Origin::Virtual
            } else {
                Origin::Shopify
            },
            product: (!id.is_virtual()).then(|| self.product_of(product, id.as_str())),
            inventory_item_id: (!id.is_virtual()).then(|| format!("9{id}")),
            id,
            product_name: (*product).to_owned(),
            variant_name: optional(variant),
            sku: optional(sku),
            unit: cell::<Unit>(unit),
            cost: optional(cost).map(|cost| price(&cost)),
            vendor: optional(vendor),
            specifications: None,
            tag: None,
            is_non_essential: self.non_essential.contains(sku),
            version: 1,
            created_at: made(),
            updated_at: made(),
        }
    }

    /// The goods, and every material that is no virtual one.
    fn variants(&self) -> Vec<Variant> {
        let good = |(id, product, title, sku, price): &VariantRow| Variant {
            id: cell(id),
            product: self.product_of(product, id),
            barcode: None,
            cost: None,
            inventory_item_id: Some(format!("9{id}")),
            product_title: (*product).to_owned(),
            title: (*title).to_owned(),
            sku: optional(sku),
            vendor: Some(self.name.to_owned()),
            price: self::price(price),
        };
        let mut variants: Vec<Variant> = self.catalogue.iter().map(good).collect();
        for (id, product, title, sku, _, cost, vendor, _) in self.materials {
            let id: VariantId = cell(id);
            if !id.is_virtual() && variants.iter().all(|variant| variant.id != id) {
                variants.push(Variant {
                    product: self.product_of(product, id.as_str()),
                    barcode: Some(format!("40{id}00005")),
                    cost: optional(cost).map(|cost| price(&cost)),
                    inventory_item_id: Some(format!("9{id}")),
                    id,
                    product_title: (*product).to_owned(),
                    title: (*title).to_owned(),
                    sku: optional(sku),
                    vendor: optional(vendor),
                    price: optional(cost).map_or(Price::from_micros(0), |cost| price(&cost)),
                });
            }
        }
        variants
    }

    /// The product of a variant: one for each title, with the id of the first variant and another first digit.
    fn product_of(&self, title: &str, variant: &str) -> ProductId {
        let goods = self.catalogue.iter().map(|row| (row.1, row.0));
        let parts = self.materials.iter().map(|row| (row.1, row.0));
        let mut all = goods.chain(parts).filter(|(_, id)| !id.starts_with(VariantId::VIRTUAL));
        let first = all.find(|(other, _)| *other == title).map_or(variant, |(_, id)| id);
        let of = |digit: &str, prefix: &str| first.strip_prefix(digit).map(|rest| format!("{prefix}{rest}"));
        let id = of("4", "31").or_else(|| of("5", "32")).or_else(|| of("6", "33"));
        cell(&id.unwrap_or_else(|| format!("3{first}")))
    }

    fn levels(&self, stock: &Stock) -> Vec<(LocationId, Quantity)> {
        let filled = self.locations.iter().zip(stock).filter(|(_, text)| **text != "0");
        filled.map(|((id, _), text)| (cell(id), quantity(text))).collect()
    }
}

/// The products of these variants, in their order. A product is tagged with what its variants are made of.
fn products(variants: &[Variant]) -> Vec<Product> {
    let mut products: Vec<Product> = Vec::new();
    for variant in variants {
        if products.iter().all(|product| product.id != variant.product) {
            let is_part = variant.price == variant.cost.unwrap_or(Price::from_micros(-1));
            let tags = ["oak", "walnut", "brass", "steel", "glass"];
            let same = variants.iter().filter(|other| other.product == variant.product);
            let titles: Vec<String> = same.map(|other| other.full_title().to_lowercase()).collect();
            let is_made_of = |tag: &&&str| titles.iter().any(|title| title.contains(**tag));
            products.push(Product {
                id: variant.product.clone(),
                title: variant.product_title.clone(),
                vendor: variant.vendor.clone(),
                product_type: Some(if is_part { "Part" } else { "Finished good" }.to_owned()),
                tags: tags.iter().filter(is_made_of).map(ToString::to_string).collect(),
                status: ProductStatus::Active,
            });
        }
    }
    products
}

fn location((id, name): &(&str, &str)) -> Location {
    Location {
        id: cell(id),
        name: (*name).to_owned(),
        is_active: true,
    }
}

impl Part {
    fn id(&self) -> crate::model::SubAssemblyId {
        cell(&format!("sub_{}", self.key))
    }
}

impl Good {
    fn id(&self) -> crate::model::BomId {
        cell(&format!("bom_{}", self.key))
    }
}

fn sub_assembly(part: &Part) -> SubAssembly {
    SubAssembly {
        id: part.id(),
        name: part.name.to_owned(),
        sku: Some(format!("SA-{}", part.key.replace('_', "-").to_ascii_uppercase())),
        description: None,
        keep_assembled_on_return: part.only_consume_preassembled,
        only_consume_preassembled: part.only_consume_preassembled,
        version: 1,
        created_at: made(),
        updated_at: made(),
    }
}

fn bom(good: &Good, variant: &Variant) -> Bom {
    Bom {
        id: good.id(),
        name: variant.full_title(),
        variant: variant.id.clone(),
        settings: good.settings,
        version: 1,
        created_at: made(),
        updated_at: made(),
    }
}

fn rows(rows: &[Row], by_sku: &BTreeMap<&str, &str>) -> Rows {
    let component = |sku: &str, each: &str, waste: Waste, location: Option<LocationId>| ComponentRow {
        material: cell(by_sku[sku]),
        quantity: quantity(each),
        waste,
        location,
        alternatives: Vec::new(),
    };
    let mut made = Rows::default();
    for row in rows {
        match row {
            Row::Of(sku, each) => made.components.push(component(sku, each, Waste::NONE, None)),
            Row::Waste(sku, each, percent) => {
                let waste = Waste::try_from(quantity(percent)).expect("the demo's tables are well-formed");
                made.components.push(component(sku, each, waste, None));
            }
            Row::From(sku, each, at) => made.components.push(component(sku, each, Waste::NONE, Some(cell(at)))),
            Row::Sub(key, each) => {
                made.nested.push(NestedRow {
                    sub_assembly: cell(&format!("sub_{key}")),
                    quantity: quantity(each),
                });
            }
        }
    }
    made
}
