//! A store and its locations.

use std::collections::BTreeMap;

use latchstring::db::column::{checked, one_of};
use sea_orm::{ColumnTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use super::{
    Reader, StorageError, Writer,
    entity::{location, shop},
    row::{read, written},
};
use crate::model::{Location, LocationId, Plan, Shop};

/// More locations than any store has.
const LOCATIONS: u64 = 1000;

impl TryFrom<shop::Model> for Shop {
    type Error = StorageError;

    fn try_from(row: shop::Model) -> Result<Self, StorageError> {
        Ok(Self {
            name: row.name,
            currency: checked("shops", "currency", row.currency)?,
            plan: one_of(("shops", "plan"), &row.plan, Plan::EVERY, Plan::as_str)?,
            preferences: read("shops", &row.preferences)?,
        })
    }
}

impl TryFrom<location::Model> for Location {
    type Error = StorageError;

    fn try_from(row: location::Model) -> Result<Self, StorageError> {
        Ok(Self {
            id: checked("locations", "id", row.id)?,
            name: row.name,
            name_override: row.name_override,
            address: row.address,
            is_active: row.is_active,
        })
    }
}

impl Reader {
    /// The store and how it is set up.
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

    /// What people call the locations.
    pub(crate) async fn location_names(&self) -> Result<BTreeMap<LocationId, String>, StorageError> {
        let locations = self.locations().await?.into_iter();
        Ok(locations
            .map(|at| (at.id.clone(), at.shown_name().to_owned()))
            .collect())
    }
}

impl Writer {
    /// Adds the store and its locations.
    pub(crate) async fn add_shop(&self, shop: &Shop, locations: &[Location]) -> Result<(), StorageError> {
        self.insert(vec![self.shop_row(shop)?.into_active_model()]).await?;
        let location = |location: &Location| location::Model {
            store_id: self.reader().owner(),
            id: location.id.to_string(),
            name: location.name.clone(),
            name_override: location.name_override.clone(),
            address: location.address.clone(),
            is_active: location.is_active,
        };
        self.insert(locations.iter().map(|row| location(row).into_active_model()).collect())
            .await
    }

    /// Puts the store's plan and preferences in place of what they were.
    pub(crate) async fn save_shop(&self, shop: &Shop) -> Result<(), StorageError> {
        self.update(self.shop_row(shop)?.into_active_model()).await
    }

    fn shop_row(&self, shop: &Shop) -> Result<shop::Model, StorageError> {
        Ok(shop::Model {
            store_id: self.reader().owner(),
            name: shop.name.clone(),
            currency: shop.currency.to_string(),
            plan: shop.plan.as_str().to_owned(),
            preferences: written("shops", &shop.preferences)?,
        })
    }
}
