//! Bills of materials; one per variant.

use latchstring::db::Owned;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[expect(clippy::struct_excessive_bools, reason = "one column per switch")]
#[sea_orm(table_name = "boms")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub store_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub name: String,
    pub variant_id: String,
    /// Everything a search may find, in lower case.
    pub search: String,
    pub is_active: bool,
    pub dynamic_adjustment: bool,
    pub maintain_inventory_level: bool,
    pub auto_generate_material_list: bool,
    pub keep_assembled_on_return: bool,
    pub only_sell_preassembled: bool,
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
