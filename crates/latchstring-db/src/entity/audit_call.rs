//! A call that was written down.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_call")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub seq: i64,
    pub request_id: Uuid,
    pub at: i64,
    pub tenant_id: Uuid,
    pub grant_id: Uuid,
    pub holder: String,
    pub channel: String,
    pub tool: String,
    pub outcome: String,
    pub committed: bool,
    pub duration_micros: i64,
    pub program_sha256: Option<String>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
