//! Registered clients, used assertions, counters.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{State, cut};
use crate::{Count, MAX_UNUSED_CLIENTS, RegisteredClient, StoreError, UNUSED_CLIENT_KEEPS_PLACE};

pub(super) struct ClientRow {
    pub(super) client: RegisteredClient,
    is_used: bool,
}

/// How often something happened in one window.
pub(super) struct Window {
    /// When the window ends, in microseconds since 1970.
    pub(super) ends_at: i64,
    so_far: u64,
}

impl State {
    pub(super) fn add_client(&mut self, client: &RegisteredClient, now: DateTime<Utc>) -> Result<(), StoreError> {
        let limit = usize::try_from(MAX_UNUSED_CLIENTS).unwrap_or(usize::MAX);
        if self.clients.len() >= limit {
            self.make_room_for_a_client(limit, now)?;
        }
        let client = RegisteredClient {
            created_at: cut(client.created_at),
            expires_at: cut(client.expires_at),
            ..client.clone()
        };
        let row = ClientRow { client, is_used: false };
        self.clients.insert(row.client.client_id.clone(), row);
        Ok(())
    }

    fn make_room_for_a_client(&mut self, limit: usize, now: DateTime<Utc>) -> Result<(), StoreError> {
        let is_unused = |row: &&ClientRow| !row.is_used && now < row.client.expires_at;
        let unused = self.clients.values().filter(is_unused);
        if unused.clone().count() < limit {
            return Ok(());
        }
        let oldest = unused.min_by_key(|row| row.client.expires_at).map(|row| &row.client);
        let gives_way = oldest.filter(|client| client.created_at + UNUSED_CLIENT_KEEPS_PLACE <= now);
        let gives_way = gives_way.ok_or(StoreError::TooManyClients)?.client_id.clone();
        self.clients.remove(&gives_way);
        Ok(())
    }

    pub(super) fn find_client(&self, client_id: &str, now: DateTime<Utc>) -> Option<RegisteredClient> {
        let row = self.clients.get(client_id)?;
        (now < row.client.expires_at).then(|| row.client.clone())
    }

    pub(super) fn keep_client(&mut self, client_id: &str, expires_at: DateTime<Utc>, now: DateTime<Utc>) {
        if let Some(row) = self.clients.get_mut(client_id)
            && now < row.client.expires_at
        {
            row.client.expires_at = cut(expires_at);
            row.is_used = true;
        }
    }

    pub(super) fn is_assertion_used(&self, client_id: &str, assertion: &str, now: DateTime<Utc>) -> bool {
        let used = self.assertions.get(&(client_id.to_owned(), assertion.to_owned()));
        used.is_some_and(|expires_at| now < *expires_at)
    }

    pub(super) fn use_assertion(&mut self, client_id: &str, assertion: &str, expires_at: DateTime<Utc>) {
        let used = (client_id.to_owned(), assertion.to_owned());
        self.assertions.insert(used, cut(expires_at));
    }

    pub(super) fn count(&mut self, bucket: &str, window: Duration, now: DateTime<Utc>) -> Count {
        let length = i64::try_from(window.as_micros()).unwrap_or(i64::MAX).max(1);
        let now = now.timestamp_micros();
        let new = || Window {
            ends_at: now.saturating_add(length),
            so_far: 0,
        };
        let counter = self.counters.entry((bucket.to_owned(), length)).or_insert_with(new);
        if counter.ends_at <= now {
            *counter = new();
        }
        counter.so_far += 1;
        Count {
            so_far: counter.so_far,
            ends_in: Duration::from_micros(counter.ends_at.abs_diff(now)),
        }
    }
}
