//! A store of any size, to measure on: the same for the same size.

use chrono::DateTime;
use latchstring::TenantId;
use latchstring::db::Database;

use super::tables::{ACTIVE, cell};
use crate::{
    StorageError,
    model::{
        Bom, BomId, ComponentRow, Location, LocationId, Material, NestedRow, Origin, Owner, Price, Product, ProductId,
        ProductStatus, Quantity, Shop, ShopPlan, ShopSettings, SubAssembly, SubAssemblyId, Unit, Variant, VariantId,
        Waste, structure::Rows,
    },
    storage::{Kind, Writer},
};

/// How deep sub-assemblies are nested.
const DEPTH: usize = 8;

/// How large a store is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Raw materials; one in five is the shop platform's.
    pub materials: usize,
    /// Bills of materials, of eight materials and one or two sub-assemblies each.
    pub boms: usize,
    /// Sub-assemblies, in eight levels, of five materials each; each but the lowest holds one of the next level, and one in
    /// three holds two.
    pub sub_assemblies: usize,
}

impl Size {
    /// A large store: 10,000 raw materials, 2,000 BOMs, 500 sub-assemblies.
    pub const LARGE: Self = Self {
        materials: 10_000,
        boms: 2_000,
        sub_assemblies: 500,
    };

    /// This divided by so much.
    #[must_use]
    pub fn by(self, part: usize) -> Self {
        Self {
            materials: self.materials / part,
            boms: self.boms / part,
            sub_assemblies: self.sub_assemblies / part,
        }
    }
}

/// Fills an empty tenant with a store of three locations. The tables must be there: see
/// [`Assembly::open`](crate::Assembly::open).
///
/// # Errors
/// When the database fails.
pub async fn fill(database: &Database, tenant: TenantId, size: Size) -> Result<(), StorageError> {
    let db = Writer::begin(database, tenant).await?;
    let locations = locations();
    let shop = Shop {
        name: "Large store".to_owned(),
        currency: "EUR".to_owned(),
        plan: ShopPlan::Enhanced,
        settings: ShopSettings {
            multi_location_sensitive_adjustments: true,
            ..ShopSettings::new(locations[0].id.clone())
        },
    };
    db.add_shop(&shop, &locations).await?;
    let materials: Vec<Material> = (0..size.materials).map(material).collect();
    let goods: Vec<VariantId> = (0..size.boms).map(|number| cell(&format!("7{number:06}"))).collect();
    let bought = materials.iter().filter(|material| !material.id.is_virtual());
    let variants: Vec<Variant> = bought
        .map(|one| variant(&one.id))
        .chain(goods.iter().map(variant))
        .collect();
    let products: Vec<Product> = variants.iter().map(product).collect();
    db.add_catalogue(&products, &variants).await?;
    db.add_materials(&materials).await?;
    let made: Vec<SubAssembly> = (0..size.sub_assemblies).map(sub_assembly).collect();
    db.add_sub_assemblies(&made).await?;
    for (number, one) in made.iter().enumerate() {
        let rows = Rows {
            components: components(&materials, number * 11, 5),
            nested: nested_in(&made, number),
        };
        db.replace_rows(&Owner::SubAssembly(one.id.clone()), &rows).await?;
    }
    let top = made.len() / DEPTH;
    for (number, variant) in goods.into_iter().enumerate() {
        let bom = bom(number, variant);
        db.add_bom(&bom).await?;
        let parts = (0..=number % 2).map(|part| nested(&made[(number * 2 + part) % top.max(1)], 1));
        let rows = Rows {
            components: components(&materials, number * 7, 8),
            nested: parts.collect(),
        };
        db.replace_rows(&Owner::Bom(bom.id), &rows).await?;
    }
    for (number, material) in materials.iter().enumerate() {
        let stock = |(at, place): (usize, &Location)| {
            let pieces = (number * 37 + at * 101) % 900 + 100;
            (place.id.clone(), whole(pieces))
        };
        let stock = locations.iter().enumerate().map(stock);
        db.put_levels(Kind::Material, material.id.as_str(), stock).await?;
    }
    for (number, one) in made.iter().enumerate().filter(|(number, _)| number.is_multiple_of(3)) {
        let ready = [(locations[0].id.clone(), whole(number % 7))];
        db.put_levels(Kind::SubAssembly, one.id.as_str(), ready.into_iter())
            .await?;
    }
    db.commit_unfenced().await
}

fn whole(pieces: usize) -> Quantity {
    Quantity::whole(u32::try_from(pieces).unwrap_or(u32::MAX))
}

fn locations() -> Vec<Location> {
    let location = |(id, name): (&str, &str)| Location {
        id: cell::<LocationId>(id),
        name: name.to_owned(),
        is_active: true,
    };
    [("90001", "North"), ("90002", "South"), ("90003", "West")]
        .map(location)
        .to_vec()
}

fn material(number: usize) -> Material {
    let is_virtual = !number.is_multiple_of(5);
    let id: VariantId = if is_virtual {
        cell(&format!("VMAT-VAR-9{number:05}"))
    } else {
        cell(&format!("8{number:06}"))
    };
    let names = ["Screw", "Plate", "Cable", "Board", "Clip", "Hinge", "Tube", "Label"];
    Material {
        origin: if is_virtual { Origin::Virtual } else { Origin::Shopify },
        product: (!is_virtual).then(|| product_id(&id)),
        inventory_item_id: None,
        id,
        product_name: format!("{} {number}", names[number % names.len()]),
        variant_name: None,
        sku: Some(format!("MAT-{number:05}")),
        unit: Unit::pieces(),
        cost: Some(Price::from_micros(
            i64::try_from(number % 500).unwrap_or_default() * 10_000 + 10_000,
        )),
        vendor: Some(format!("Vendor {}", number % 40)),
        specifications: None,
        tag: None,
        is_non_essential: number.is_multiple_of(50),
        version: 1,
        created_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::UNIX_EPOCH,
    }
}

fn product_id(variant: &VariantId) -> ProductId {
    cell(&format!("3{variant}"))
}

fn variant(id: &VariantId) -> Variant {
    Variant {
        id: id.clone(),
        product: product_id(id),
        product_title: format!("Article {id}"),
        title: "Default Title".to_owned(),
        sku: Some(format!("SKU-{id}")),
        barcode: None,
        vendor: Some("House brand".to_owned()),
        price: Price::from_micros(19_000_000),
        cost: None,
        inventory_item_id: None,
    }
}

fn product(variant: &Variant) -> Product {
    Product {
        id: variant.product.clone(),
        title: variant.product_title.clone(),
        vendor: variant.vendor.clone(),
        product_type: None,
        tags: Vec::new(),
        status: ProductStatus::Active,
    }
}

fn sub_assembly(number: usize) -> SubAssembly {
    SubAssembly {
        id: cell::<SubAssemblyId>(&format!("sub_{number:05}")),
        name: format!("Assembly {number}"),
        sku: None,
        description: None,
        keep_assembled_on_return: false,
        only_consume_preassembled: false,
        version: 1,
        created_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::UNIX_EPOCH,
    }
}

fn bom(number: usize, variant: VariantId) -> Bom {
    Bom {
        id: cell::<BomId>(&format!("bom_{number:05}")),
        name: format!("Good {number}"),
        variant,
        settings: ACTIVE,
        version: 1,
        created_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::UNIX_EPOCH,
    }
}

/// Materials one after the other, from somewhere.
fn components(materials: &[Material], from: usize, count: usize) -> Vec<ComponentRow> {
    let row = |step: usize| ComponentRow {
        material: materials[(from + step) % materials.len()].id.clone(),
        quantity: Quantity::from_micros(i64::try_from(step).unwrap_or_default() * 500_000 + 500_000),
        waste: Waste::NONE,
        location: None,
        alternatives: Vec::new(),
    };
    (0..count.min(materials.len())).map(row).collect()
}

fn nested(part: &SubAssembly, count: u32) -> NestedRow {
    NestedRow {
        sub_assembly: part.id.clone(),
        quantity: Quantity::whole(count),
    }
}

/// What a sub-assembly holds of the next level.
fn nested_in(made: &[SubAssembly], number: usize) -> Vec<NestedRow> {
    let in_level = made.len() / DEPTH;
    let next = (number / in_level.max(1) + 1) * in_level;
    if in_level == 0 || next + in_level > made.len() {
        return Vec::new();
    }
    let second = (number.is_multiple_of(3) && in_level > 1).then(|| nested(&made[next + (number + 1) % in_level], 1));
    let first = nested(&made[next + number % in_level], 2);
    std::iter::once(first).chain(second).collect()
}
