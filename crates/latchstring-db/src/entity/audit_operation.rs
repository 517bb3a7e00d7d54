//! An operation inside a call that was written down.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_operation")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub call_seq: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    pub operation: String,
    pub effect: Option<String>,
    pub outcome: String,
    pub duration_micros: i64,
    pub changes: Option<String>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
