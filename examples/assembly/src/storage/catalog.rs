//! Locations and the catalogue: both kept by the shop platform.

use std::collections::BTreeMap;

use sea_orm::{
    ColumnTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{SelectStatement, SimpleExpr},
};

use super::{
    Page, Reader, StorageError, Writer,
    entity::{bom, location, material, shop, variant},
    reader::{CHUNK, has_words, searchable},
};
use crate::model::{Location, LocationId, Shop, Variant, VariantId};

/// Which variants to list.
#[derive(Debug, Default)]
pub(crate) struct VariantFilter {
    pub(crate) search: Option<String>,
    pub(crate) has_bom: Option<bool>,
    pub(crate) is_raw_material: Option<bool>,
}

fn within(id: variant::Column, ids: SelectStatement, is_in: bool) -> SimpleExpr {
    if is_in {
        id.in_subquery(ids)
    } else {
        id.not_in_subquery(ids)
    }
}

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

    /// A page of the catalogue by title, and how many there are on all pages.
    pub(crate) async fn variant_page(
        &self,
        filter: &VariantFilter,
        page: Page,
    ) -> Result<(Vec<Variant>, u64), StorageError> {
        use variant::Column::{Id, ProductTitle, Search, Title};
        let select = self.all::<variant::Entity>();
        let mut select = select.filter(has_words(Search, filter.search.as_deref()));
        if let Some(has_bom) = filter.has_bom {
            let made = self.all::<bom::Entity>().select_only().column(bom::Column::VariantId);
            select = select.filter(within(Id, made.into_query(), has_bom));
        }
        if let Some(is_material) = filter.is_raw_material {
            let used = self
                .all::<material::Entity>()
                .select_only()
                .column(material::Column::Id);
            select = select.filter(within(Id, used.into_query(), is_material));
        }
        let total = select.clone().count(&self.transaction).await?;
        let select = select.order_by_asc(ProductTitle).order_by_asc(Title).order_by_asc(Id);
        let rows = select
            .offset(page.offset)
            .limit(page.limit)
            .all(&self.transaction)
            .await?;
        Ok((
            rows.into_iter().map(Variant::try_from).collect::<Result<_, _>>()?,
            total,
        ))
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
        self.insert(vec![row.into_active_model()]).await?;
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
            search: searchable(&[
                Some(&variant.product_title),
                Some(&variant.title),
                variant.sku.as_deref(),
                variant.vendor.as_deref(),
                Some(variant.id.as_str()),
            ]),
        };
        self.insert(variants.iter().map(|row| variant(row).into_active_model()).collect())
            .await
    }
}
