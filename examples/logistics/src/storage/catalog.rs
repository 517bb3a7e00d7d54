//! The catalogue: products and variants.

use std::collections::BTreeMap;

use latchstring::db::{
    CHUNK,
    column::checked,
    search::{has_words, searchable},
};
use sea_orm::{ColumnTrait, Condition, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{
    Reader, StorageError, Window, Writer,
    entity::{product, variant},
};
use crate::model::{Product, ProductId, Variant, VariantId};

/// Which of the catalogue to list.
#[derive(Debug, Default)]
pub(crate) struct CatalogFilter {
    pub(crate) search: Option<String>,
    pub(crate) product: Option<ProductId>,
    pub(crate) sku: Option<String>,
}

impl TryFrom<product::Model> for Product {
    type Error = StorageError;

    fn try_from(row: product::Model) -> Result<Self, StorageError> {
        Ok(Self {
            id: checked("products", "id", row.id)?,
            title: row.title,
            vendor: row.vendor,
            product_type: row.product_type,
        })
    }
}

impl TryFrom<variant::Model> for Variant {
    type Error = StorageError;

    fn try_from(row: variant::Model) -> Result<Self, StorageError> {
        let cost = row.cost.map(|cost| checked("variants", "cost", cost));
        Ok(Self {
            id: checked("variants", "id", row.id)?,
            product: checked("variants", "product_id", row.product_id)?,
            product_title: row.product_title,
            title: row.title,
            sku: row.sku,
            barcode: row.barcode,
            vendor: row.vendor,
            inventory_item_id: row.inventory_item_id,
            cost: cost.transpose()?,
        })
    }
}

impl Reader {
    /// These variants, where they exist.
    pub(crate) async fn variants(&self, ids: &[VariantId]) -> Result<BTreeMap<VariantId, Variant>, StorageError> {
        let mut variants = BTreeMap::new();
        for ids in ids.chunks(CHUNK) {
            let select = self.all::<variant::Entity>();
            let select = select.filter(variant::Column::Id.is_in(ids.iter().map(VariantId::as_str)));
            for row in select.all(self.transaction()).await? {
                let variant = Variant::try_from(row)?;
                variants.insert(variant.id.clone(), variant);
            }
        }
        Ok(variants)
    }

    /// A part of the variants, by id, and how many there are.
    pub(crate) async fn variant_page(
        &self,
        filter: &CatalogFilter,
        window: &Window<String>,
    ) -> Result<(Vec<Variant>, u64), StorageError> {
        use variant::Column::{Id, ProductId, Search, Sku};
        let conditions = Condition::all()
            .add(has_words(Search, filter.search.as_deref()))
            .add_option(filter.product.as_ref().map(|id| ProductId.eq(id.as_str())))
            .add_option(filter.sku.as_ref().map(|sku| Sku.eq(sku.as_str())));
        let mut select = self.all::<variant::Entity>().filter(conditions);
        let total = select.clone().count(self.transaction()).await?;
        if let Some(after) = &window.after {
            select = select.filter(Id.gt(after.as_str()));
        }
        let rows = select
            .order_by_asc(Id)
            .limit(window.limit)
            .all(self.transaction())
            .await?;
        Ok((
            rows.into_iter().map(Variant::try_from).collect::<Result<_, _>>()?,
            total,
        ))
    }

    /// One product.
    pub(crate) async fn product(&self, id: &ProductId) -> Result<Option<Product>, StorageError> {
        let select = self
            .all::<product::Entity>()
            .filter(product::Column::Id.eq(id.as_str()));
        select.one(self.transaction()).await?.map(Product::try_from).transpose()
    }

    /// A part of the products, by id, and how many there are.
    pub(crate) async fn product_page(
        &self,
        search: Option<&str>,
        window: &Window<String>,
    ) -> Result<(Vec<Product>, u64), StorageError> {
        use product::Column::{Id, Search};
        let mut select = self.all::<product::Entity>().filter(has_words(Search, search));
        let total = select.clone().count(self.transaction()).await?;
        if let Some(after) = &window.after {
            select = select.filter(Id.gt(after.as_str()));
        }
        let rows = select
            .order_by_asc(Id)
            .limit(window.limit)
            .all(self.transaction())
            .await?;
        Ok((
            rows.into_iter().map(Product::try_from).collect::<Result<_, _>>()?,
            total,
        ))
    }
}

impl Writer {
    /// Adds products and variants.
    pub(crate) async fn add_catalogue(&self, products: &[Product], variants: &[Variant]) -> Result<(), StorageError> {
        let store_id = self.reader().owner();
        let product = |product: &Product| {
            let row = product::Model {
                store_id,
                id: product.id.to_string(),
                title: product.title.clone(),
                vendor: product.vendor.clone(),
                product_type: product.product_type.clone(),
                search: searchable(&[
                    Some(&product.title),
                    product.vendor.as_deref(),
                    Some(product.id.as_str()),
                ]),
            };
            row.into_active_model()
        };
        self.insert(products.iter().map(product).collect()).await?;
        let variant = |variant: &Variant| {
            let row = variant::Model {
                store_id,
                id: variant.id.to_string(),
                product_id: variant.product.to_string(),
                product_title: variant.product_title.clone(),
                title: variant.title.clone(),
                sku: variant.sku.clone(),
                barcode: variant.barcode.clone(),
                vendor: variant.vendor.clone(),
                inventory_item_id: variant.inventory_item_id.clone(),
                cost: variant.cost.map(crate::model::Price::micros),
                search: searchable(&[
                    Some(&variant.product_title),
                    Some(&variant.title),
                    variant.sku.as_deref(),
                    variant.barcode.as_deref(),
                    variant.vendor.as_deref(),
                    Some(variant.id.as_str()),
                ]),
            };
            row.into_active_model()
        };
        self.insert(variants.iter().map(variant).collect()).await
    }
}
