//! A store and its settings; one row per store.

use latchstring::db::Owned;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[expect(clippy::struct_excessive_bools, reason = "one column per setting")]
#[sea_orm(table_name = "shops")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub store_id: Uuid,
    pub name: String,
    pub currency: String,
    pub plan: String,
    pub multi_location_sensitive_adjustments: bool,
    pub location_sensitive_dynamic_adjustments: bool,
    pub refunds_sync_disabled: bool,
    pub cancelled_orders_sync_disabled: bool,
    pub allow_negative_inventory: bool,
    pub default_location_id: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Owned for Entity {
    const OWNER: Column = Column::StoreId;
}
