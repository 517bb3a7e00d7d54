//! The checks of the key rings this database was used with.

use latchstring_access::{RingCheck, SecretHash, StoreError};
use sea_orm::{ActiveModelTrait, DatabaseTransaction, EntityTrait, QueryOrder};

use super::failed;
use crate::{
    entity::key_ring_check::{ActiveModel, Column, Entity, Model},
    inconsistency::inconsistency,
};

pub(super) async fn match_ring(work: &DatabaseTransaction, checks: &[RingCheck]) -> Result<bool, StoreError> {
    let rows = Entity::find()
        .order_by_asc(Column::KeyId)
        .all(work)
        .await
        .map_err(failed)?;
    let known: Vec<RingCheck> = rows.into_iter().map(RingCheck::try_from).collect::<Result<_, _>>()?;
    if !RingCheck::matches(&known, checks) {
        return Ok(false);
    }
    for check in checks.iter().filter(|check| !known.contains(check)) {
        let row = Model {
            key_id: check.key_id.clone(),
            check_hash: check.check.as_bytes().to_vec(),
        };
        Entity::insert(ActiveModel::from(row).reset_all())
            .exec_without_returning(work)
            .await
            .map_err(failed)?;
    }
    Ok(true)
}

impl TryFrom<Model> for RingCheck {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let bytes = row
            .check_hash
            .try_into()
            .map_err(|_| inconsistency("key_ring_check", "check_hash", &row.key_id))?;
        Ok(Self {
            key_id: row.key_id,
            check: SecretHash::from_bytes(bytes),
        })
    }
}
