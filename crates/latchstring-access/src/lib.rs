//! Who is calling, and may they: API keys, and the questions access asks of its store.
//!
//! A presented key becomes a [`Grant`](latchstring_core::Grant) in [`Access::authenticate`] and nowhere else.
//! [`Access`] is also the [`Gate`](latchstring_core::Gate) that a session asks before every operation and holds for
//! its commit. Neither remembers a positive answer: each asks the [`AccessStore`], so that a revocation holds from
//! the moment it is stored.
//!
//! This crate knows no HTTP and no SQL.

#![forbid(unsafe_code)]

mod access;
mod api_key;
mod audit;
mod bookkeeping;
#[cfg(any(test, feature = "contract"))]
pub mod contract;
mod key;
mod key_ring;
mod key_ring_file;
mod memory;
mod person;
mod secret;
mod store;
mod tenant;

pub use access::{Access, AuthenticateError, CreateKeyError, OpenError};
pub use api_key::{ApiKey, ApiKeyError, KeyPrefix, KeyPrefixError};
pub use audit::{AuditEntry, AuditOperation};
pub use key::{FoundKey, IssuedKey, KeySummary, Label, LabelError, NewKey, Revocation, RevokeOutcome};
pub use key_ring::{KeyRing, KeyRingError, RingCheck};
pub use key_ring_file::KeyRingFileError;
pub use memory::MemoryStore;
pub use person::Person;
pub use secret::{Secret, SecretHash};
pub use store::{AccessStore, Inconsistency, MAX_LIVE_KEYS, StoreError};
pub use tenant::{NewTenant, Tenant, TenantStatus, UnknownStatus};
