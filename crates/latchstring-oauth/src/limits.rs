//! How often one network may try. The secrets cannot be guessed; these limits keep noise from the logs and the tables.

use std::time::Duration;

use crate::{error::OAuthError, net::Net, state::AuthorizationServer};

/// A thing that may be tried only so often.
pub(crate) struct Limit {
    name: &'static str,
    per_net: u64,
    window: Duration,
}

/// Connection codes that are typed.
pub(crate) const CODES: Limit = Limit {
    name: "code",
    per_net: 10,
    window: Duration::from_mins(1),
};

/// Clients that register.
pub(crate) const REGISTRATIONS: Limit = Limit {
    name: "register",
    per_net: 30,
    window: Duration::from_hours(1),
};

/// Client documents that have to be fetched. Without this, one network could use up the fetches of everybody.
pub(crate) const DOCUMENTS: Limit = Limit {
    name: "document",
    per_net: 20,
    window: Duration::from_mins(1),
};

/// Where requests of many people come from one place, they share this many times a network's allowance.
const SHARED: u64 = 50;

impl AuthorizationServer {
    /// Counts one more try.
    ///
    /// # Errors
    /// [`OAuthError::TooMany`] when it was one too many, or the store cannot be asked.
    pub(crate) async fn count(&self, limit: &Limit, net: &Net) -> Result<(), OAuthError> {
        let most = if net.is_shared() {
            limit.per_net * SHARED
        } else {
            limit.per_net
        };
        let count = self
            .access()
            .count(&format!("{}:{net}", limit.name), limit.window)
            .await?;
        if count.so_far > most {
            return Err(OAuthError::TooMany(count.ends_in));
        }
        Ok(())
    }
}
