//! Raw materials of both origins.

use latchstring::db::Owned;
use sea_orm::entity::prelude::*;

use super::Origin;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "materials")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub store_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub origin: Origin,
    pub product_id: Option<String>,
    pub inventory_item_id: Option<String>,
    pub product_name: String,
    pub variant_name: Option<String>,
    pub sku: Option<String>,
    pub unit: String,
    pub cost: Option<i64>,
    pub vendor: Option<String>,
    pub specifications: Option<String>,
    pub tag: Option<String>,
    /// Everything a search may find, in lower case.
    pub search: String,
    pub is_non_essential: bool,
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Owned for Entity {
    const OWNER: Column = Column::StoreId;
}
