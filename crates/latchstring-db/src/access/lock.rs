//! What waits for what, where many may write at once.
//!
//! SQLite has one writer, so there is nothing to lock: [`lock`] does nothing there. On PostgreSQL these locks are
//! advisory ones that end with their transaction. `SELECT … FOR SHARE` would do as well for what may not overlap, but
//! not for who waits: it lets in whoever shares a lock past the one who waits to have it alone, so a busy agent's holds
//! could keep a revocation waiting for as long as they follow each other. These locks queue. They also write nothing,
//! and the note of a last use does not wait for them.
//!
//! Whoever needs several takes them in the order of [`Lock`]'s variants, and before it changes a row; only the row of a
//! delivery, that of a new tenant, and programs come earlier, and nobody who holds a lock waits for those. Rows are locked by being
//! changed, one-time tokens before grants. A statement after a lock sees everything that was committed under it, since
//! each statement sees the moment it begins (READ COMMITTED).

use latchstring_access::StoreError;
use latchstring_core::{GrantId, TenantId};
use sea_orm::{ConnectionTrait, Value, prelude::Uuid};

use super::sql::On;

/// What can be locked, in the order of locking.
#[derive(Debug, Clone, Copy)]
pub(super) enum Lock {
    /// The first key ring, chosen once.
    Ring,
    /// Sweeping, which changes rows in no particular order.
    Sweeping,
    /// The number of clients that were never used.
    UnusedClients,
    /// A tenant's status, installation and plan.
    Tenant(TenantId),
    /// The number of a tenant's keys and codes.
    Issuing(TenantId),
    /// Whether a grant is revoked.
    Grant(GrantId),
    /// The end of a tenant's audit chain. Several at once are taken in the order of their tenants.
    Chain(TenantId),
}

/// With others who share it, or alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Shared,
    Alone,
}

/// Waits for a lock and keeps it until the transaction ends.
pub(super) async fn lock<C: ConnectionTrait>(on: &On<'_, C>, lock: Lock, mode: Mode) -> Result<(), StoreError> {
    if !on.is_postgres() {
        return Ok(());
    }
    let sql = match mode {
        Mode::Shared => "SELECT pg_advisory_xact_lock_shared($1)",
        Mode::Alone => "SELECT pg_advisory_xact_lock($1)",
    };
    on.change(sql, [Value::from(lock.number())]).await?;
    Ok(())
}

impl Lock {
    /// The number PostgreSQL knows it by. Two that fall together, by a chance of one in 2^60 or because two products share
    /// a database, only wait without need.
    fn number(self) -> i64 {
        let (kind, id) = match self {
            Self::Ring => (0x_1a7c_0001, Uuid::nil()),
            Self::UnusedClients => (0x_1a7c_0002, Uuid::nil()),
            Self::Sweeping => (0x_1a7c_0006, Uuid::nil()),
            Self::Tenant(id) => (0x_1a7c_0003, id.as_uuid()),
            Self::Issuing(id) => (0x_1a7c_0004, id.as_uuid()),
            Self::Grant(id) => (0x_1a7c_0005, id.as_uuid()),
            Self::Chain(id) => (0x_1a7c_0007, id.as_uuid()),
        };
        // The lower half of an id is random.
        let (_, random) = id.as_u64_pair();
        (random ^ (kind << 24)).cast_signed()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono::DateTime;

    use super::*;

    #[test]
    fn no_two_locks_share_a_number() {
        let (tenant, grant) = (TenantId::new(DateTime::UNIX_EPOCH), GrantId::new(DateTime::UNIX_EPOCH));
        let locks = [
            Lock::Ring,
            Lock::Sweeping,
            Lock::UnusedClients,
            Lock::Tenant(tenant),
            Lock::Issuing(tenant),
            Lock::Grant(grant),
            Lock::Grant(GrantId::from_uuid(tenant.as_uuid())),
            Lock::Chain(tenant),
        ];
        let numbers: BTreeSet<i64> = locks.into_iter().map(Lock::number).collect();
        assert_eq!(numbers.len(), locks.len());
    }
}
