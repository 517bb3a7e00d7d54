//! The tokens of connected apps: found, and spent on their successors.

use latchstring_access::{
    Challenge, CredentialId, FoundAuthorizationCode, FoundRefreshToken, FoundToken, IssuedToken, IssuedTokens,
    SecretHash, StoreError,
};
use latchstring_core::{GrantId, TenantId};
use sea_orm::{ConnectionTrait, FromQueryResult, Value, prelude::Uuid};

use super::{
    lock::{Lock, Mode, lock},
    read::{read_connector, read_moment, read_scope},
    sql::{On, bytes, places},
    standing::STANDS,
};
use crate::{
    inconsistency::inconsistency,
    moment::{from_micros, to_micros},
};

pub(super) async fn find_authorization_code<C: ConnectionTrait>(
    on: &On<'_, C>,
    hashes: &[SecretHash],
) -> Result<Option<FoundAuthorizationCode>, StoreError> {
    let row = find(on, "code", hashes).await?;
    row.map(FoundAuthorizationCode::try_from).transpose()
}

pub(super) async fn find_refresh_token<C: ConnectionTrait>(
    on: &On<'_, C>,
    hashes: &[SecretHash],
) -> Result<Option<FoundRefreshToken>, StoreError> {
    let row = find(on, "refresh", hashes).await?;
    row.map(FoundRefreshToken::try_from).transpose()
}

async fn find<C: ConnectionTrait>(
    on: &On<'_, C>,
    kind: &'static str,
    hashes: &[SecretHash],
) -> Result<Option<TokenRow>, StoreError> {
    if hashes.is_empty() {
        return Ok(None);
    }
    let sql = format!(
        "SELECT c.id, c.grant_id, g.tenant_id, t.public_id AS connector, g.scope, g.client_id, ({STANDS}) AS stands, \
         c.expires_at, c.spent_at, {{now}} AS at, c.redirect_uri, c.challenge, c.sealed, \
         (s.spent_at IS NOT NULL) AS successor_is_spent \
         FROM credential c JOIN access_grant g ON g.id = c.grant_id JOIN tenant t ON t.id = g.tenant_id \
         LEFT JOIN credential s ON s.id = c.successor_id \
         WHERE c.hash IN ({}) AND c.kind = '{kind}'",
        places(1, hashes.len())
    );
    on.one(&sql, hashes.iter().map(bytes)).await
}

pub(super) async fn exchange<C: ConnectionTrait>(
    on: &On<'_, C>,
    code: CredentialId,
    tokens: &IssuedTokens,
) -> Result<bool, StoreError> {
    let spending = Spending {
        token: code,
        kind: "code",
        sealed: None,
    };
    if !spend(on, &spending, tokens).await? {
        return Ok(false);
    }
    let sql = "UPDATE access_grant SET connected_at = $2 WHERE id = $1 AND connected_at IS NULL";
    on.change(sql, [tokens.grant.as_uuid().into(), to_micros(tokens.at).into()])
        .await?;
    Ok(true)
}

pub(super) async fn rotate<C: ConnectionTrait>(
    on: &On<'_, C>,
    token: CredentialId,
    tokens: &IssuedTokens,
    sealed: &[u8],
) -> Result<bool, StoreError> {
    let spending = Spending {
        token,
        kind: "refresh",
        sealed: Some(sealed),
    };
    spend(on, &spending, tokens).await
}

/// Which token is spent, and what is kept with it.
struct Spending<'a> {
    token: CredentialId,
    kind: &'static str,
    sealed: Option<&'a [u8]>,
}

/// `false` leaves what must not be committed.
async fn spend<C: ConnectionTrait>(
    on: &On<'_, C>,
    spending: &Spending<'_>,
    tokens: &IssuedTokens,
) -> Result<bool, StoreError> {
    let sql = "SELECT g.tenant_id FROM credential c JOIN access_grant g ON g.id = c.grant_id \
               WHERE c.id = $1 AND c.grant_id = $2 AND c.kind = $3 AND c.spent_at IS NULL";
    let which: [Value; 3] = [
        spending.token.0.into(),
        tokens.grant.as_uuid().into(),
        spending.kind.into(),
    ];
    let Some(Owner { tenant_id }) = on.one(sql, which.clone()).await? else {
        return Ok(false);
    };
    // So that a revocation or an uninstallation comes before or after all of this.
    lock(on, Lock::Tenant(TenantId::from_uuid(tenant_id)), Mode::Shared).await?;
    lock(on, Lock::Grant(tokens.grant), Mode::Shared).await?;
    insert(on, "access", tokens, &tokens.access).await?;
    let refresh = insert(on, "refresh", tokens, &tokens.refresh).await?;
    // A spent refresh token names its successor, a spent code does not: it has none of its kind.
    let successor = spending.sealed.map(|_| refresh);
    let how: [Value; 3] = [
        to_micros(tokens.at).into(),
        successor.into(),
        spending.sealed.map(<[u8]>::to_vec).into(),
    ];
    Ok(on.change(&spend_sql(), which.into_iter().chain(how)).await? == 1)
}

/// The one change that decides which of many attempts succeeds.
fn spend_sql() -> String {
    format!(
        "UPDATE credential AS c SET spent_at = CASE WHEN c.created_at > $4 THEN c.created_at ELSE $4 END, \
         successor_id = $5, sealed = $6 \
         WHERE c.id = $1 AND c.grant_id = $2 AND c.kind = $3 AND c.spent_at IS NULL AND c.expires_at > {{now}} \
         AND EXISTS (SELECT 1 FROM access_grant g JOIN tenant t ON t.id = g.tenant_id \
         WHERE g.id = c.grant_id AND {STANDS})"
    )
}

async fn insert<C: ConnectionTrait>(
    on: &On<'_, C>,
    kind: &'static str,
    tokens: &IssuedTokens,
    token: &IssuedToken,
) -> Result<i64, StoreError> {
    let row = [
        ("grant_id", Value::from(tokens.grant.as_uuid())),
        ("kind", kind.into()),
        ("hash", bytes(&token.secret.hash)),
        ("hash_key_id", token.secret.hash_key_id.as_str().into()),
        ("hint", "".into()),
        ("created_at", to_micros(tokens.at).into()),
        ("expires_at", to_micros(token.expires_at).into()),
    ];
    on.insert_numbered("credential", row).await
}

pub(super) async fn find_issued<C: ConnectionTrait>(
    on: &On<'_, C>,
    hashes: &[SecretHash],
) -> Result<Option<(TenantId, GrantId, String)>, StoreError> {
    if hashes.is_empty() {
        return Ok(None);
    }
    let sql = format!(
        "SELECT g.tenant_id, g.id, g.client_id FROM credential c JOIN access_grant g ON g.id = c.grant_id \
         WHERE c.hash IN ({}) AND c.kind IN ('access', 'refresh') AND c.expires_at > {{now}}",
        places(1, hashes.len())
    );
    let Some(row) = on.one::<IssuedRow>(&sql, hashes.iter().map(bytes)).await? else {
        return Ok(None);
    };
    let grant = GrantId::from_uuid(row.id);
    let client = row
        .client_id
        .ok_or_else(|| inconsistency("access_grant", "client_id", grant))?;
    Ok(Some((TenantId::from_uuid(row.tenant_id), grant, client)))
}

#[derive(FromQueryResult)]
struct Owner {
    tenant_id: Uuid,
}

#[derive(FromQueryResult)]
struct IssuedRow {
    tenant_id: Uuid,
    id: Uuid,
    client_id: Option<String>,
}

/// A token with its grant and its successor.
#[derive(FromQueryResult)]
struct TokenRow {
    id: i64,
    grant_id: Uuid,
    tenant_id: Uuid,
    connector: String,
    scope: String,
    client_id: Option<String>,
    stands: bool,
    expires_at: i64,
    spent_at: Option<i64>,
    at: i64,
    redirect_uri: Option<String>,
    challenge: Option<Vec<u8>>,
    sealed: Option<Vec<u8>>,
    successor_is_spent: bool,
}

impl TokenRow {
    fn token(&mut self) -> Result<FoundToken, StoreError> {
        let grant = GrantId::from_uuid(self.grant_id);
        Ok(FoundToken {
            id: CredentialId(self.id),
            grant,
            tenant: TenantId::from_uuid(self.tenant_id),
            connector: read_connector(&self.connector, self.tenant_id)?,
            scope: read_scope(&self.scope, "access_grant", grant)?,
            client_id: self
                .client_id
                .take()
                .ok_or_else(|| inconsistency("access_grant", "client_id", grant))?,
            stands: self.stands,
            expires_at: from_micros(self.expires_at, "credential", "expires_at", self.id)?,
            spent_at: read_moment(self.spent_at, "credential", "spent_at", self.id)?,
            at: from_micros(self.at, "credential", "at", self.id)?,
        })
    }
}

impl TryFrom<TokenRow> for FoundAuthorizationCode {
    type Error = StoreError;

    fn try_from(mut row: TokenRow) -> Result<Self, StoreError> {
        let wrong = |column| inconsistency("credential", column, row.id);
        let challenge = row.challenge.take().and_then(|bytes| bytes.try_into().ok());
        Ok(Self {
            redirect_uri: row.redirect_uri.take().ok_or_else(|| wrong("redirect_uri"))?,
            challenge: challenge.map(Challenge::from_bytes).ok_or_else(|| wrong("challenge"))?,
            token: row.token()?,
        })
    }
}

impl TryFrom<TokenRow> for FoundRefreshToken {
    type Error = StoreError;

    fn try_from(mut row: TokenRow) -> Result<Self, StoreError> {
        Ok(Self {
            sealed: row.sealed.take(),
            successor_is_spent: row.successor_is_spent,
            token: row.token()?,
        })
    }
}
