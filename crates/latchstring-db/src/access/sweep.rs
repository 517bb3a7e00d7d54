//! Forgetting what can never matter again, a few rows at a time, so that nobody waits long for the writer's place.

use latchstring_access::{REPLAY_WINDOW, StoreError};
use sea_orm::ConnectionTrait;

use super::{
    lock::{Lock, Mode, lock},
    sql::On,
};

/// How many rows one transaction changes at most.
const BATCH: u64 = 500;

const DAY: i64 = 24 * 60 * 60 * 1_000_000;

/// What is swept, one kind of row after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dust {
    /// What a spent refresh token was answered, once nobody may hear it again.
    SealedAnswers,
    /// Authorization codes, access tokens and refresh tokens that expired a day ago. Spent ones stay until then: they
    /// tell when somebody presents a copy.
    Credentials,
    /// Connection codes that expired a day ago, whatever became of them.
    Codes,
    /// Registered clients whose time is over.
    Clients,
    /// Assertions whose time is over.
    Assertions,
    /// Counters whose window is over.
    Counts,
    /// Deliveries of a month ago: no app repeats one for so long.
    Deliveries,
}

impl Dust {
    pub(super) const ALL: [Self; 7] = [
        Self::SealedAnswers,
        Self::Credentials,
        Self::Codes,
        Self::Clients,
        Self::Assertions,
        Self::Counts,
        Self::Deliveries,
    ];

    fn sql(self) -> String {
        let a_day_ago = format!("{{now}} - {DAY}");
        match self {
            Self::SealedAnswers => {
                let window = REPLAY_WINDOW.num_microseconds().unwrap_or(DAY);
                format!(
                    "UPDATE credential SET sealed = NULL WHERE id IN (SELECT id FROM credential \
                     WHERE sealed IS NOT NULL AND spent_at < {{now}} - {window} LIMIT {BATCH})"
                )
            }
            Self::Credentials => delete(
                "credential",
                "id",
                &format!("kind <> 'key' AND expires_at < {a_day_ago}"),
            ),
            Self::Codes => delete("connection_code", "id", &format!("expires_at < {a_day_ago}")),
            Self::Clients => delete(
                "oauth_client",
                "client_id",
                "is_used IN (FALSE, TRUE) AND expires_at <= {now}",
            ),
            Self::Assertions => delete("oauth_assertion", "client_id, assertion", "expires_at <= {now}"),
            Self::Counts => delete("rate_count", "bucket, window_micros", "ends_at <= {now}"),
            Self::Deliveries => delete(
                "tenant_delivery",
                "delivery",
                &format!("received_at < {{now}} - {}", 30 * DAY),
            ),
        }
    }
}

/// Deletes `BATCH` rows at most.
fn delete(table: &str, key: &str, is_over: &str) -> String {
    format!("DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} WHERE {is_over} LIMIT {BATCH})")
}

/// Sweeps one batch; `true` when there may be more.
pub(super) async fn sweep_batch<C: ConnectionTrait>(on: &On<'_, C>, dust: Dust) -> Result<bool, StoreError> {
    lock(on, Lock::Sweeping, Mode::Alone).await?;
    Ok(on.change(&dust.sql(), []).await? == BATCH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::plans::sqlite_plan;

    #[tokio::test]
    async fn nothing_is_searched_for_that_is_not_over() {
        for dust in Dust::ALL {
            let plan = sqlite_plan(&dust.sql(), 1).await;
            assert!(plan.iter().all(|step| !step.starts_with("SCAN")), "{dust:?}: {plan:#?}");
        }
    }
}
