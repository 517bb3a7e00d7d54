//! The question a session keeps asking: does this grant still stand?
//!
//! The gate is how the core sees the store of grants, which lives a crate further out. Its two questions differ in
//! strength: [`Gate::check`] is true for a moment, [`Gate::hold`] stays true until the hold is dropped. A commit needs
//! a [`Fence`], a fence needs a hold, and only a session makes one: so nothing is ever committed under a grant that
//! was revoked before the commit.

use std::sync::Arc;

use async_trait::async_trait;

use crate::{CallRecord, Grant, RequestId};

/// Stands between a grant and what it does.
#[async_trait]
pub trait Gate: Send + Sync {
    /// Does the grant stand right now?
    async fn check(&self, grant: &Grant) -> Result<(), Refusal>;

    /// Keeps the grant from being revoked until the hold is dropped. Short: taken for one commit.
    async fn hold(&self, grant: &Grant) -> Result<Hold, Refusal>;

    /// Writes a call down. Returns when the record cannot be lost to a full queue; with `durable`, when it is stored.
    async fn record(&self, call: CallRecord, durable: bool);

    /// Writes a call down whose caller has gone away. Never waits.
    fn record_abandoned(&self, call: CallRecord);

    /// The program of an earlier call of this grant, as it was written down.
    async fn program_of(&self, grant: &Grant, request: RequestId) -> Result<Option<Arc<str>>, Refusal>;

    /// Seals text that a caller is given and brings back.
    fn seal(&self, text: &[u8]) -> Seal;

    /// Whether we sealed this text so. Takes the same time for every wrong seal.
    fn is_sealed(&self, text: &[u8], seal: &Seal) -> bool;
}

/// Says that a text is as we gave it out, to us alone.
pub type Seal = [u8; 16];

/// Why a gate is shut.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The grant was revoked, has expired, or its tenant is no longer served.
    #[error("this access was revoked")]
    Revoked,
    /// The grant stands, but its tenant's plan has lapsed; it works again when the plan does.
    #[error("the subscription is not active")]
    PlanLapsed,
    /// The grant stands, but somebody paused its tenant's access; it works again when it is resumed.
    #[error("access is paused")]
    Paused,
    /// The store of grants cannot be asked. Shut, but not for good.
    #[error("access cannot be checked right now")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// While this lives, the grant cannot be revoked. What it wraps releases the lock when it is dropped.
pub struct Hold(#[expect(dead_code, reason = "held for its drop")] Box<dyn Send>);

impl Hold {
    /// A hold that lasts as long as `lock`.
    pub fn new(lock: impl Send + 'static) -> Self {
        Self(Box::new(lock))
    }
}

/// The right to commit. Made by a [`Session`](crate::Session) alone, consumed by
/// [`UnitOfWork::commit`](crate::UnitOfWork::commit).
pub struct Fence {
    _hold: Hold,
}

impl Fence {
    pub(crate) fn new(hold: Hold) -> Self {
        Self { _hold: hold }
    }
}

/// A gate that is always open and keeps no records: for tests of operations, and for benchmarks.
#[derive(Debug, Clone, Copy, Default)]
pub struct OpenGate;

#[async_trait]
impl Gate for OpenGate {
    async fn check(&self, _: &Grant) -> Result<(), Refusal> {
        Ok(())
    }

    async fn hold(&self, _: &Grant) -> Result<Hold, Refusal> {
        Ok(Hold::new(()))
    }

    async fn record(&self, _: CallRecord, _: bool) {}

    fn record_abandoned(&self, _: CallRecord) {}

    async fn program_of(&self, _: &Grant, _: RequestId) -> Result<Option<Arc<str>>, Refusal> {
        Ok(None)
    }

    fn seal(&self, _: &[u8]) -> Seal {
        Seal::default()
    }

    fn is_sealed(&self, _: &[u8], _: &Seal) -> bool {
        false
    }
}
