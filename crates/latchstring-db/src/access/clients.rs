//! Clients that registered themselves, and the assertions that clients used.

use chrono::{DateTime, Utc};
use latchstring_access::{MAX_UNUSED_CLIENTS, RegisteredClient, StoreError, UNUSED_CLIENT_KEEPS_PLACE};
use sea_orm::{ConnectionTrait, FromQueryResult, Value};

use super::{
    lock::{Lock, Mode, lock},
    sql::{Number, On},
};
use crate::moment::{from_micros, to_micros};

pub(super) async fn add<C: ConnectionTrait>(on: &On<'_, C>, client: &RegisteredClient) -> Result<(), StoreError> {
    lock(on, Lock::UnusedClients, Mode::Alone).await?;
    let unused: Option<Number> = on.one(COUNT_UNUSED, []).await?;
    let unused = unused.map_or(0, |row| u64::try_from(row.number).unwrap_or(u64::MAX));
    if unused >= MAX_UNUSED_CLIENTS && !make_room(on).await? {
        return Err(StoreError::TooManyClients);
    }
    let row = [
        ("client_id", Value::from(client.client_id.as_str())),
        ("metadata", client.metadata.as_str().into()),
        ("created_at", to_micros(client.created_at).into()),
        ("expires_at", to_micros(client.expires_at).into()),
        ("is_used", false.into()),
    ];
    on.insert("oauth_client", row, "").await?;
    Ok(())
}

/// Forgets the unused client that would be forgotten first, unless it registered just now: then `false`.
async fn make_room<C: ConnectionTrait>(on: &On<'_, C>) -> Result<bool, StoreError> {
    let keeps_place = UNUSED_CLIENT_KEEPS_PLACE.num_microseconds().unwrap_or(i64::MAX);
    Ok(on.change(FORGET_OLDEST, [keeps_place.into()]).await? == 1)
}

const FORGET_OLDEST: &str = "DELETE FROM oauth_client WHERE created_at <= {now} - $1 AND client_id = (\
     SELECT client_id FROM oauth_client WHERE is_used = FALSE AND expires_at > {now} ORDER BY expires_at LIMIT 1)";

const COUNT_UNUSED: &str = "SELECT COUNT(*) AS number FROM oauth_client WHERE is_used = FALSE AND expires_at > {now}";

pub(super) async fn find<C: ConnectionTrait>(
    on: &On<'_, C>,
    client_id: &str,
) -> Result<Option<RegisteredClient>, StoreError> {
    let sql = "SELECT client_id, metadata, created_at, expires_at FROM oauth_client \
               WHERE client_id = $1 AND expires_at > {now}";
    let row: Option<ClientRow> = on.one(sql, [client_id.into()]).await?;
    row.map(RegisteredClient::try_from).transpose()
}

pub(super) async fn keep<C: ConnectionTrait>(
    on: &On<'_, C>,
    client_id: &str,
    expires_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let sql = "UPDATE oauth_client SET expires_at = $2, is_used = TRUE WHERE client_id = $1 AND expires_at > {now}";
    on.change(sql, [client_id.into(), to_micros(expires_at).into()]).await?;
    Ok(())
}

pub(super) async fn use_assertion<C: ConnectionTrait>(
    on: &On<'_, C>,
    (client_id, assertion): (&str, &str),
    expires_at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    // One that is over, and was not swept away yet, counts as forgotten.
    let sql = "INSERT INTO oauth_assertion (client_id, assertion, expires_at) VALUES ($1, $2, $3) \
               ON CONFLICT (client_id, assertion) DO UPDATE SET expires_at = excluded.expires_at \
               WHERE oauth_assertion.expires_at <= {now}";
    let values = [client_id.into(), assertion.into(), to_micros(expires_at).into()];
    Ok(on.change(sql, values).await? == 1)
}

#[derive(FromQueryResult)]
struct ClientRow {
    client_id: String,
    metadata: String,
    created_at: i64,
    expires_at: i64,
}

impl TryFrom<ClientRow> for RegisteredClient {
    type Error = StoreError;

    fn try_from(row: ClientRow) -> Result<Self, StoreError> {
        let moment = |micros, column| from_micros(micros, "oauth_client", column, &row.client_id);
        Ok(Self {
            created_at: moment(row.created_at, "created_at")?,
            expires_at: moment(row.expires_at, "expires_at")?,
            client_id: row.client_id,
            metadata: row.metadata,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::plans::sqlite_plan;

    #[tokio::test]
    async fn counting_the_unused_reads_nothing_but_their_index() {
        let plan = sqlite_plan(COUNT_UNUSED, 1).await;
        assert_eq!(
            plan,
            ["SEARCH oauth_client USING COVERING INDEX oauth_client_by_expiry (is_used=? AND expires_at>?)"]
        );
    }
}
