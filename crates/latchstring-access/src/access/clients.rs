//! Registered OAuth clients, their assertions, and the counters that keep noise out.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::Access;
use crate::{Count, IDLE_CLIENT_LIFETIME, RegisteredClient, StoreError, UNUSED_CLIENT_LIFETIME};

impl Access {
    /// Stores a client that registered itself under this id. It is forgotten in an hour, unless it is used.
    ///
    /// # Errors
    /// [`StoreError::TooManyClients`] when too many wait for their first use.
    pub async fn add_client(&self, client_id: String, metadata: String) -> Result<RegisteredClient, StoreError> {
        let created_at = self.store.now().await?;
        let client = RegisteredClient {
            client_id,
            metadata,
            created_at,
            expires_at: created_at + UNUSED_CLIENT_LIFETIME,
        };
        self.store.add_client(&client).await?;
        Ok(client)
    }

    /// The registered client with this id, unless it was forgotten.
    pub async fn find_client(&self, client_id: &str) -> Result<Option<RegisteredClient>, StoreError> {
        self.store.find_client(client_id).await
    }

    /// Keeps a registered client, for it was used.
    pub async fn keep_client(&self, client_id: &str) -> Result<(), StoreError> {
        let expires_at = self.store.now().await? + IDLE_CLIENT_LIFETIME;
        self.store.keep_client(client_id, expires_at).await
    }

    /// Notes that a client used an assertion; `false` when it did so before.
    pub async fn use_assertion(
        &self,
        client_id: &str,
        assertion: &str,
        expires_at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        self.store.use_assertion(client_id, assertion, expires_at).await
    }

    /// Counts one more in a bucket, for a limit that all servers share.
    pub async fn count(&self, bucket: &str, window: Duration) -> Result<Count, StoreError> {
        self.store.count(bucket, window).await
    }
}
