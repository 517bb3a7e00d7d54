//! A store and its settings; one row per store.

use sea_orm::entity::prelude::*;

use super::Owned;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "shops")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub store_id: Uuid,
    pub name: String,
    pub currency: String,
    pub allow_negative_inventory: bool,
    pub default_location_id: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Owned for Entity {
    const STORE: Column = Column::StoreId;
}
