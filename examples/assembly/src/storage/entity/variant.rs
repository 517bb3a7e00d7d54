//! The catalogue, as the shop platform last told it.

use latchstring::db::Owned;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "variants")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub store_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub product_id: String,
    pub product_title: String,
    pub title: String,
    pub sku: Option<String>,
    pub barcode: Option<String>,
    pub vendor: Option<String>,
    pub price: i64,
    pub cost: Option<i64>,
    pub inventory_item_id: Option<String>,
    /// Everything a search may find, in lower case.
    pub search: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Owned for Entity {
    const OWNER: Column = Column::StoreId;
}
