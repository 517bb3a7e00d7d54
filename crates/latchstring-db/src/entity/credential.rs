//! A credential: the hash of a secret that points to a grant.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credential")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub grant_id: Uuid,
    pub kind: String,
    pub hash: Vec<u8>,
    pub hash_key_id: String,
    pub hint: String,
    pub created_at: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
