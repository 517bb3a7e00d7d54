//! [`AccessStore`] on a [`Database`], one file for each part of it.
//!
//! What is asked on every request and before every operation is a single `SELECT`. Whatever shuts a grant, makes one or
//! holds one is a transaction. On SQLite those go through the one writer, one after the other; on PostgreSQL they run
//! side by side, and `lock` says what waits for what. What may happen once only is decided by one conditional change,
//! whose number of rows says whether it was this attempt.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use latchstring_access::{
    AccessEvent, AccessStore, AppSummary, Applied, AuditDays, AuditEntry, AuditKey, AuditLink, AuditQuery, CallsPerDay,
    CodeSummary, ConnectorId, Count, CredentialId, FoundAuthorizationCode, FoundBearer, FoundCode, FoundRefreshToken,
    GrantKind, IssuedCode, IssuedKey, IssuedTokens, KeySummary, NewTenant, Redeemed, Redemption, RegisteredClient,
    Revocation, RevokeOutcome, RevokedAll, RingCheck, SecretHash, Standing, StoreError, Tenant, TenantEvent,
};
use latchstring_core::{CallRecord, Clock, CodeId, GrantId, Hold, RequestId, SystemClock, TenantId};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};

use self::{
    lock::{Lock, Mode, lock},
    sql::{Number, On},
    sweep::Dust,
};
use crate::{Backend, Database, DatabaseError, commit, inconsistency::inconsistency, moment::from_micros};

mod apps;
mod audit;
mod chain;
mod clients;
mod codes;
mod counts;
mod events;
mod grants;
mod keys;
mod lock;
#[cfg(test)]
mod plans;
mod read;
mod ring;
mod sql;
mod standing;
mod sweep;
mod tenant_events;
mod tenants;
mod tokens;

/// Keeps grants in a database of their own.
#[derive(Clone)]
pub struct SqlAccessStore {
    db: Database,
    /// `None` for the database's own clock.
    clock: Option<Arc<dyn Clock>>,
}

impl SqlAccessStore {
    /// Brings the tables up to date and uses them. The machine's clock decides about expiry on SQLite, and the database's
    /// on PostgreSQL, where several machines may ask.
    ///
    /// # Errors
    /// When the database has tables of a newer version, or cannot be written.
    pub async fn open(db: Database) -> Result<Self, DatabaseError> {
        let clock: Option<Arc<dyn Clock>> = match db.backend() {
            Backend::Postgres => None,
            Backend::Sqlite => Some(Arc::new(SystemClock)),
        };
        Self::open_on(db, clock).await
    }

    /// The same with a clock of the caller's, which decides on either database.
    pub async fn open_with_clock(db: Database, clock: Arc<dyn Clock>) -> Result<Self, DatabaseError> {
        Self::open_on(db, Some(clock)).await
    }

    async fn open_on(db: Database, clock: Option<Arc<dyn Clock>>) -> Result<Self, DatabaseError> {
        db.migrate::<latchstring_migrations::Migrator>().await?;
        Ok(Self { db, clock })
    }

    fn on<'a, C: ConnectionTrait>(&self, db: &'a C) -> On<'a, C> {
        On::new(db, self.clock.as_ref().map(|clock| clock.now()))
    }

    /// For single statements that read.
    fn reader(&self) -> On<'_, DatabaseConnection> {
        self.on(self.db.readers())
    }
}

/// Runs a piece of work in a transaction of its own, and commits it. The moment of the work is after the wait for the
/// writer's place.
macro_rules! in_transaction {
    ($store:expr, |$on:ident| $work:expr) => {{
        let transaction = $store.db.begin_write().await?;
        let $on = &$store.on(&transaction);
        let outcome = $work.await?;
        commit(transaction).await?;
        Ok(outcome)
    }};
}

#[async_trait]
impl AccessStore for SqlAccessStore {
    async fn now(&self) -> Result<DateTime<Utc>, StoreError> {
        let row: Option<Number> = self.reader().one("SELECT {now} AS number", []).await?;
        let wrong = || inconsistency("clock", "now", "now");
        Ok(from_micros(row.ok_or_else(wrong)?.number, "clock", "now", "now")?)
    }

    async fn find_bearer(&self, kind: GrantKind, hashes: &[SecretHash]) -> Result<Option<FoundBearer>, StoreError> {
        standing::find_bearer(&self.reader(), kind, hashes).await
    }

    async fn standing(&self, tenant: TenantId, grant: GrantId) -> Result<Option<Standing>, StoreError> {
        standing::standing(&self.reader(), tenant, grant).await
    }

    async fn standing_among(&self, grants: &[GrantId]) -> Result<Vec<(GrantId, Standing)>, StoreError> {
        standing::standing_among(&self.reader(), grants).await
    }

    async fn hold(&self, tenant: TenantId, grant: GrantId) -> Result<Option<(Standing, Hold)>, StoreError> {
        let transaction = self.db.begin_write().await?;
        let on = self.on(&transaction);
        lock(&on, Lock::Tenant(tenant), Mode::Shared).await?;
        lock(&on, Lock::Grant(grant), Mode::Shared).await?;
        let standing = standing::standing(&on, tenant, grant).await?;
        Ok(standing.map(|standing| (standing, Hold::new(transaction))))
    }

    async fn revoke(
        &self,
        kind: GrantKind,
        tenant: TenantId,
        grant: GrantId,
        revocation: &Revocation,
    ) -> Result<RevokeOutcome, StoreError> {
        in_transaction!(self, |on| grants::revoke(on, (kind, tenant, grant), revocation))
    }

    async fn revoke_all(
        &self,
        tenant: TenantId,
        revocation: &Revocation,
        session: Option<u64>,
    ) -> Result<RevokedAll, StoreError> {
        in_transaction!(self, |on| grants::revoke_all(on, tenant, revocation, session))
    }

    async fn note_used(&self, uses: &[(GrantId, DateTime<Utc>)]) -> Result<(), StoreError> {
        in_transaction!(self, |on| grants::note_used(on, uses))
    }

    async fn create_key(&self, key: &IssuedKey) -> Result<KeySummary, StoreError> {
        in_transaction!(self, |on| keys::create(on, key))
    }

    async fn list_keys(&self, tenant: TenantId) -> Result<Vec<KeySummary>, StoreError> {
        keys::list(&self.reader(), tenant).await
    }

    async fn create_code(&self, code: &IssuedCode) -> Result<CodeSummary, StoreError> {
        in_transaction!(self, |on| codes::create(on, code))
    }

    async fn list_codes(&self, tenant: TenantId) -> Result<Vec<CodeSummary>, StoreError> {
        codes::list(&self.reader(), tenant).await
    }

    async fn cancel_code(&self, tenant: TenantId, code: CodeId, cancellation: &Revocation) -> Result<bool, StoreError> {
        in_transaction!(self, |on| codes::cancel(on, (tenant, code), cancellation))
    }

    async fn find_code(&self, hashes: &[SecretHash]) -> Result<Option<FoundCode>, StoreError> {
        codes::find(&self.reader(), hashes).await
    }

    async fn redeem(&self, redemption: &Redemption) -> Result<Option<Redeemed>, StoreError> {
        in_transaction!(self, |on| apps::redeem(on, redemption))
    }

    async fn list_apps(&self, tenant: TenantId) -> Result<Vec<AppSummary>, StoreError> {
        apps::list(&self.reader(), tenant).await
    }

    async fn find_authorization_code(
        &self,
        hashes: &[SecretHash],
    ) -> Result<Option<FoundAuthorizationCode>, StoreError> {
        tokens::find_authorization_code(&self.reader(), hashes).await
    }

    async fn exchange(&self, code: CredentialId, tokens: &IssuedTokens) -> Result<bool, StoreError> {
        let transaction = self.db.begin_write().await?;
        let is_spent = tokens::exchange(&self.on(&transaction), code, tokens).await?;
        if is_spent {
            commit(transaction).await?;
        }
        Ok(is_spent)
    }

    async fn find_refresh_token(&self, hashes: &[SecretHash]) -> Result<Option<FoundRefreshToken>, StoreError> {
        tokens::find_refresh_token(&self.reader(), hashes).await
    }

    async fn rotate(&self, token: CredentialId, tokens: &IssuedTokens, sealed: &[u8]) -> Result<bool, StoreError> {
        let transaction = self.db.begin_write().await?;
        let is_spent = tokens::rotate(&self.on(&transaction), token, tokens, sealed).await?;
        if is_spent {
            commit(transaction).await?;
        }
        Ok(is_spent)
    }

    async fn find_issued(&self, hashes: &[SecretHash]) -> Result<Option<(TenantId, GrantId, String)>, StoreError> {
        tokens::find_issued(&self.reader(), hashes).await
    }

    async fn add_client(&self, client: &RegisteredClient) -> Result<(), StoreError> {
        in_transaction!(self, |on| clients::add(on, client))
    }

    async fn find_client(&self, client_id: &str) -> Result<Option<RegisteredClient>, StoreError> {
        clients::find(&self.reader(), client_id).await
    }

    async fn keep_client(&self, client_id: &str, expires_at: DateTime<Utc>) -> Result<(), StoreError> {
        in_transaction!(self, |on| clients::keep(on, client_id, expires_at))
    }

    async fn use_assertion(
        &self,
        client_id: &str,
        assertion: &str,
        expires_at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        in_transaction!(self, |on| clients::use_assertion(
            on,
            (client_id, assertion),
            expires_at
        ))
    }

    async fn count(&self, bucket: &str, window: Duration) -> Result<Count, StoreError> {
        in_transaction!(self, |on| counts::count(on, bucket, window))
    }

    async fn ensure_tenant(&self, tenant: &NewTenant) -> Result<Tenant, StoreError> {
        if let Some(known) = tenants::by_host_key(&self.reader(), &tenant.host_key).await? {
            return known.try_into();
        }
        in_transaction!(self, |on| tenants::ensure(on, tenant))
    }

    async fn apply(&self, event: &TenantEvent) -> Result<Applied, StoreError> {
        let transaction = self.db.begin_write().await?;
        let applied = tenant_events::apply(&self.on(&transaction), event).await?;
        // Of an unknown tenant nothing is kept, not even that this was delivered.
        if applied != Applied::UnknownTenant {
            commit(transaction).await?;
        }
        Ok(applied)
    }

    async fn list_tenants(&self) -> Result<Vec<Tenant>, StoreError> {
        tenants::list(&self.reader()).await
    }

    async fn find_tenants(&self, host_key_or_name: &str) -> Result<Vec<Tenant>, StoreError> {
        tenants::find(&self.reader(), host_key_or_name).await
    }

    async fn find_connector(&self, connector: &ConnectorId) -> Result<Option<Tenant>, StoreError> {
        tenants::by_connector(&self.reader(), connector).await
    }

    async fn append_event(&self, event: &AccessEvent) -> Result<(), StoreError> {
        in_transaction!(self, |on| events::append(on, event))
    }

    async fn read_events(&self, tenant: TenantId, limit: u32) -> Result<Vec<AccessEvent>, StoreError> {
        events::read(&self.reader(), tenant, limit).await
    }

    async fn append_audit(&self, calls: &[&CallRecord], key: &AuditKey) -> Result<(), StoreError> {
        in_transaction!(self, |on| audit::append(on, calls, key))
    }

    async fn audit_head(&self, tenant: TenantId) -> Result<Option<AuditLink>, StoreError> {
        chain::head(&self.reader(), tenant).await
    }

    async fn read_audit(&self, tenant: TenantId, query: &AuditQuery) -> Result<Vec<AuditEntry>, StoreError> {
        audit::read(&self.reader(), tenant, query).await
    }

    async fn find_audit(
        &self,
        tenant: TenantId,
        request: RequestId,
    ) -> Result<Option<(AuditEntry, Option<String>)>, StoreError> {
        audit::find(&self.reader(), tenant, request).await
    }

    async fn count_audit(&self, tenant: TenantId, days: AuditDays) -> Result<Vec<CallsPerDay>, StoreError> {
        audit::count(&self.reader(), tenant, days).await
    }

    async fn match_ring(&self, checks: &[RingCheck]) -> Result<bool, StoreError> {
        in_transaction!(self, |on| ring::match_ring(on, checks))
    }

    async fn sweep(&self) -> Result<(), StoreError> {
        for dust in Dust::ALL {
            loop {
                let more: Result<bool, StoreError> = in_transaction!(self, |on| sweep::sweep_batch(on, dust));
                if !more? {
                    break;
                }
            }
        }
        Ok(())
    }
}

fn failed(error: DbErr) -> StoreError {
    DatabaseError::from(error).into()
}
