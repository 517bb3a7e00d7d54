//! A row becomes a value in one step, or says what is wrong with it.

use latchstring::db::{
    StorageError,
    column::{checked, one_of},
};

use super::entity::{self, bom, component_row, location, material, nested_row, product, shop, sub_assembly, variant};
use crate::model::{
    Bom, BomSettings, ComponentRow, Location, Material, NestedRow, Origin, Price, Product, ProductStatus, Quantity,
    Shop, ShopPlan, ShopSettings, SubAssembly, Variant, VariantId, Waste,
};

/// How often something has changed, as databases keep it.
pub(super) fn stored_version(version: u64) -> i64 {
    i64::try_from(version).unwrap_or(i64::MAX)
}

/// How often something has changed; never negative.
pub(super) fn version(table: &'static str, stored: i64) -> Result<u64, StorageError> {
    checked(table, "version", stored)
}

impl TryFrom<shop::Model> for Shop {
    type Error = StorageError;

    fn try_from(row: shop::Model) -> Result<Self, StorageError> {
        Ok(Self {
            name: row.name,
            currency: row.currency,
            plan: one_of(
                ("shops", "plan"),
                &row.plan,
                &[ShopPlan::Standard, ShopPlan::Enhanced],
                ShopPlan::as_str,
            )?,
            settings: ShopSettings {
                default_location_id: checked("shops", "default_location_id", row.default_location_id)?,
                multi_location_sensitive_adjustments: row.multi_location_sensitive_adjustments,
                location_sensitive_dynamic_adjustments: row.location_sensitive_dynamic_adjustments,
                refunds_sync_disabled: row.refunds_sync_disabled,
                cancelled_orders_sync_disabled: row.cancelled_orders_sync_disabled,
                allow_negative_inventory: row.allow_negative_inventory,
            },
        })
    }
}

impl TryFrom<location::Model> for Location {
    type Error = StorageError;

    fn try_from(row: location::Model) -> Result<Self, StorageError> {
        Ok(Self {
            id: checked("locations", "id", row.id)?,
            name: row.name,
            is_active: row.is_active,
        })
    }
}

impl TryFrom<product::Model> for Product {
    type Error = StorageError;

    fn try_from(row: product::Model) -> Result<Self, StorageError> {
        Ok(Self {
            id: checked("products", "id", row.id)?,
            title: row.title,
            vendor: row.vendor,
            product_type: row.product_type,
            tags: row
                .tags
                .lines()
                .filter(|tag| !tag.is_empty())
                .map(str::to_owned)
                .collect(),
            status: one_of(
                ("products", "status"),
                &row.status,
                &ProductStatus::ALL,
                ProductStatus::as_str,
            )?,
        })
    }
}

impl TryFrom<variant::Model> for Variant {
    type Error = StorageError;

    fn try_from(row: variant::Model) -> Result<Self, StorageError> {
        Ok(Self {
            id: checked("variants", "id", row.id)?,
            product: checked("variants", "product_id", row.product_id)?,
            product_title: row.product_title,
            title: row.title,
            sku: row.sku,
            barcode: row.barcode,
            vendor: row.vendor,
            price: Price::from_micros(row.price),
            cost: row.cost.map(Price::from_micros),
            inventory_item_id: row.inventory_item_id,
        })
    }
}

impl From<entity::Origin> for Origin {
    fn from(origin: entity::Origin) -> Self {
        match origin {
            entity::Origin::Shopify => Self::Shopify,
            entity::Origin::Virtual => Self::Virtual,
        }
    }
}

impl From<Origin> for entity::Origin {
    fn from(origin: Origin) -> Self {
        match origin {
            Origin::Shopify => Self::Shopify,
            Origin::Virtual => Self::Virtual,
        }
    }
}

impl TryFrom<material::Model> for Material {
    type Error = StorageError;

    fn try_from(row: material::Model) -> Result<Self, StorageError> {
        Ok(Self {
            id: checked("materials", "id", row.id)?,
            origin: row.origin.into(),
            product: row
                .product_id
                .map(|id| checked("materials", "product_id", id))
                .transpose()?,
            inventory_item_id: row.inventory_item_id,
            product_name: row.product_name,
            variant_name: row.variant_name,
            sku: row.sku,
            unit: checked("materials", "unit", row.unit)?,
            cost: row.cost.map(Price::from_micros),
            vendor: row.vendor,
            specifications: row.specifications,
            tag: row.tag,
            is_non_essential: row.is_non_essential,
            version: version("materials", row.version)?,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

impl TryFrom<bom::Model> for Bom {
    type Error = StorageError;

    fn try_from(row: bom::Model) -> Result<Self, StorageError> {
        Ok(Self {
            id: checked("boms", "id", row.id)?,
            name: row.name,
            variant: checked("boms", "variant_id", row.variant_id)?,
            settings: BomSettings {
                active: row.is_active,
                dynamic_adjustment: row.dynamic_adjustment,
                maintain_inventory_level: row.maintain_inventory_level,
                auto_generate_material_list: row.auto_generate_material_list,
                keep_assembled_on_return: row.keep_assembled_on_return,
                only_sell_preassembled: row.only_sell_preassembled,
            },
            version: version("boms", row.version)?,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

impl TryFrom<sub_assembly::Model> for SubAssembly {
    type Error = StorageError;

    fn try_from(row: sub_assembly::Model) -> Result<Self, StorageError> {
        Ok(Self {
            id: checked("sub_assemblies", "id", row.id)?,
            name: row.name,
            sku: row.sku,
            description: row.description,
            keep_assembled_on_return: row.keep_assembled_on_return,
            only_consume_preassembled: row.only_consume_preassembled,
            version: version("sub_assemblies", row.version)?,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

impl TryFrom<component_row::Model> for ComponentRow {
    type Error = StorageError;

    fn try_from(row: component_row::Model) -> Result<Self, StorageError> {
        let table = "component_rows";
        let alternatives: Vec<VariantId> = row
            .alternatives
            .split_whitespace()
            .map(|id| checked(table, "alternatives", id.to_owned()))
            .collect::<Result<_, _>>()?;
        let waste: Waste = checked(table, "waste", Quantity::from_micros(row.waste))?;
        Ok(Self {
            material: checked(table, "material_id", row.material_id)?,
            quantity: Quantity::from_micros(row.quantity),
            waste,
            location: row
                .location_id
                .map(|id| checked(table, "location_id", id))
                .transpose()?,
            alternatives,
        })
    }
}

impl TryFrom<nested_row::Model> for NestedRow {
    type Error = StorageError;

    fn try_from(row: nested_row::Model) -> Result<Self, StorageError> {
        Ok(Self {
            sub_assembly: checked("nested_rows", "sub_assembly_id", row.sub_assembly_id)?,
            quantity: Quantity::from_micros(row.quantity),
        })
    }
}
