//! Locations and the catalogue: both kept by the shop platform.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use super::{
    Reader, StorageError, Writer,
    entity::{location, shop, variant},
    reader::{CHUNK, any_contains},
};
use crate::model::{Location, LocationId, Shop, Variant, VariantId};

/// More locations than any store has.
const LOCATIONS: u64 = 1000;

impl Reader {
    /// Every location, by name.
    pub(crate) async fn locations(&self) -> Result<Vec<Location>, StorageError> {
        let select = self.all::<location::Entity>().order_by_asc(location::Column::Name);
        let rows = select
            .order_by_asc(location::Column::Id)
            .limit(LOCATIONS)
            .all(&self.transaction)
            .await?;
        rows.into_iter().map(Location::try_from).collect()
    }

    /// One location.
    pub(crate) async fn location(&self, id: &LocationId) -> Result<Option<Location>, StorageError> {
        let select = self
            .all::<location::Entity>()
            .filter(location::Column::Id.eq(id.as_str()));
        select.one(&self.transaction).await?.map(Location::try_from).transpose()
    }

    /// The variants whose titles, SKU or id hold `text`, by title.
    pub(crate) async fn variants_like(&self, text: &str, limit: u64) -> Result<Vec<Variant>, StorageError> {
        use variant::Column::{Id, ProductTitle, Sku, Title};
        let mut select = self.all::<variant::Entity>();
        for word in text.split_whitespace() {
            select = select.filter(any_contains(word, &[ProductTitle, Title, Sku, Id]));
        }
        let select = select
            .order_by_asc(ProductTitle)
            .order_by_asc(Title)
            .order_by_asc(Id)
            .limit(limit);
        select
            .all(&self.transaction)
            .await?
            .into_iter()
            .map(Variant::try_from)
            .collect()
    }

    /// These variants, where they exist.
    pub(crate) async fn variants(&self, ids: &[VariantId]) -> Result<BTreeMap<VariantId, Variant>, StorageError> {
        let mut variants = BTreeMap::new();
        for ids in ids.chunks(CHUNK) {
            let select = self.all::<variant::Entity>();
            let select = select.filter(variant::Column::Id.is_in(ids.iter().map(VariantId::as_str)));
            for row in select.all(&self.transaction).await? {
                let variant = Variant::try_from(row)?;
                variants.insert(variant.id.clone(), variant);
            }
        }
        Ok(variants)
    }
}

impl Writer {
    /// Adds the store's settings, its locations and its catalogue.
    pub(crate) async fn add_shop(
        &self,
        shop: &Shop,
        locations: &[Location],
        variants: &[Variant],
    ) -> Result<(), StorageError> {
        let store_id = self.reader().store();
        let row = shop::Model {
            store_id,
            name: shop.name.clone(),
            currency: shop.currency.clone(),
            allow_negative_inventory: shop.allow_negative_inventory,
            default_location_id: shop.default_location.to_string(),
        };
        shop::Entity::insert(row.into_active_model())
            .exec_without_returning(self.transaction())
            .await?;
        let location = |location: &Location| location::Model {
            store_id,
            id: location.id.to_string(),
            name: location.name.clone(),
            is_active: location.is_active,
        };
        self.insert(locations.iter().map(|row| location(row).into_active_model()).collect())
            .await?;
        let variant = |variant: &Variant| variant::Model {
            store_id,
            id: variant.id.to_string(),
            product_title: variant.product_title.clone(),
            title: variant.title.clone(),
            sku: variant.sku.clone(),
            vendor: variant.vendor.clone(),
            price: variant.price.micros(),
        };
        self.insert(variants.iter().map(|row| variant(row).into_active_model()).collect())
            .await
    }
}
