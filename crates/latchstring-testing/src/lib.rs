//! A test app that reads like a sentence.
//!
//! [`TestApp`] serves a domain through the real router, the real sandbox and SQLite in a directory that goes away with
//! it. [`Agent`] is a client with one key. The journeys in `tests/` use the assembly product.

#![forbid(unsafe_code)]
#![expect(clippy::missing_panics_doc, reason = "a test helper that fails is a failed test")]
#![expect(clippy::unwrap_used, reason = "a test helper that fails is a failed test")]

mod agent;
mod app;
mod watched_store;

pub use agent::{Agent, Reply};
pub use app::TestApp;
pub use watched_store::{Watch, WatchedStore};
