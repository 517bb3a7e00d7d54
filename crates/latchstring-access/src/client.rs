//! OAuth clients that registered themselves (RFC 7591), as the store keeps them.

use chrono::{DateTime, TimeDelta, Utc};

/// How long a registration that was never used is kept.
pub const UNUSED_CLIENT_LIFETIME: TimeDelta = TimeDelta::hours(1);

/// How long a registration is kept after it was last used.
pub const IDLE_CLIENT_LIFETIME: TimeDelta = TimeDelta::days(90);

/// How many registrations may be stored that were never used. One more takes the place of the oldest.
pub const MAX_UNUSED_CLIENTS: u64 = 10_000;

/// How long a registration has its place for sure, however many come after it. Who registers goes on to the approval
/// page at once, and a person pastes a code there within minutes.
pub const UNUSED_CLIENT_KEEPS_PLACE: TimeDelta = TimeDelta::minutes(10);

/// A client that registered itself. What it says of itself is kept as the text that the authorization server made of
/// it; the store does not look inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredClient {
    /// Its id.
    pub client_id: String,
    /// What it says of itself, as JSON.
    pub metadata: String,
    /// When it registered.
    pub created_at: DateTime<Utc>,
    /// When it is forgotten. Moves on when the client is used.
    pub expires_at: DateTime<Utc>,
}
