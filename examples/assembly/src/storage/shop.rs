//! A store and its locations.

use sea_orm::{ColumnTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use super::{
    Reader, StorageError, Writer,
    entity::{location, shop},
};
use crate::model::{Location, LocationId, Shop};

/// More locations than any store has.
const LOCATIONS: u64 = 1000;

impl Reader {
    /// The store and its settings.
    pub(crate) async fn shop(&self) -> Result<Shop, StorageError> {
        let row = self.all::<shop::Entity>().one(self.transaction()).await?;
        let missing = StorageError::NotSetUp {
            table: "shops",
            tenant: self.tenant(),
        };
        row.ok_or(missing)?.try_into()
    }

    /// Every location, by name.
    pub(crate) async fn locations(&self) -> Result<Vec<Location>, StorageError> {
        let select = self.all::<location::Entity>().order_by_asc(location::Column::Name);
        let rows = select
            .order_by_asc(location::Column::Id)
            .limit(LOCATIONS)
            .all(self.transaction())
            .await?;
        rows.into_iter().map(Location::try_from).collect()
    }

    /// One location.
    pub(crate) async fn location(&self, id: &LocationId) -> Result<Option<Location>, StorageError> {
        let select = self
            .all::<location::Entity>()
            .filter(location::Column::Id.eq(id.as_str()));
        select
            .one(self.transaction())
            .await?
            .map(Location::try_from)
            .transpose()
    }
}

impl Writer {
    /// Adds the store with its settings and its locations.
    pub(crate) async fn add_shop(&self, shop: &Shop, locations: &[Location]) -> Result<(), StorageError> {
        self.insert(vec![self.shop_row(shop).into_active_model()]).await?;
        let location = |location: &Location| location::Model {
            store_id: self.reader().owner(),
            id: location.id.to_string(),
            name: location.name.clone(),
            is_active: location.is_active,
        };
        self.insert(locations.iter().map(|row| location(row).into_active_model()).collect())
            .await
    }

    /// Puts the store's plan and settings in place of what they were.
    pub(crate) async fn save_shop(&self, shop: &Shop) -> Result<(), StorageError> {
        self.update(self.shop_row(shop).into_active_model()).await
    }

    fn shop_row(&self, shop: &Shop) -> shop::Model {
        let settings = &shop.settings;
        shop::Model {
            store_id: self.reader().owner(),
            name: shop.name.clone(),
            currency: shop.currency.clone(),
            plan: shop.plan.as_str().to_owned(),
            multi_location_sensitive_adjustments: settings.multi_location_sensitive_adjustments,
            location_sensitive_dynamic_adjustments: settings.location_sensitive_dynamic_adjustments,
            refunds_sync_disabled: settings.refunds_sync_disabled,
            cancelled_orders_sync_disabled: settings.cancelled_orders_sync_disabled,
            allow_negative_inventory: settings.allow_negative_inventory,
            default_location_id: settings.default_location_id.to_string(),
        }
    }
}
