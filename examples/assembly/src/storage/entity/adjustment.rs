//! Every change of a level; rows are only ever added.

use latchstring::db::Owned;
use sea_orm::entity::prelude::*;

use super::{AdjustmentSource, Kind};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "adjustments")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub store_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub kind: Kind,
    pub item_id: String,
    pub location_id: String,
    pub before: i64,
    pub after: i64,
    pub actor: String,
    pub source: AdjustmentSource,
    pub request_id: String,
    pub at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Owned for Entity {
    const OWNER: Column = Column::StoreId;
}
