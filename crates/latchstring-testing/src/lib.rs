//! A test app that reads like a sentence.
//!
//! [`TestApp`] serves a domain through the real router, the real sandbox and a database that goes away with it.
//! [`Agent`] is an MCP client with one credential, [`ChatApp`] an OAuth client that gets one. The journeys in `tests/`
//! use the assembly product.
//!
//! A product tests its operations without a server, in two [`Stores`]: that its [`examples`] work, that its
//! [`permissions`] are as reviewed, that no call crosses from one store to the other ([`apart`]), and that its own code
//! begins no statement that could ([`statements`]). [`binary`] runs a product's own binary, and [`Measured`] counts what its
//! operations ask of the database.

#![forbid(unsafe_code)]
#![expect(clippy::missing_panics_doc, reason = "a test helper that fails is a failed test")]
#![expect(clippy::unwrap_used, reason = "a test helper that fails is a failed test")]

mod agent;
pub mod apart;
mod app;
pub mod binary;
mod chat;
mod connection;
pub mod examples;
mod measured;
pub mod permissions;
mod place;
mod published;
mod reply;
pub mod statements;
mod stores;
mod watched_store;
mod webhook;

pub use agent::{Agent, Listening};
pub use app::{Setup, TestApp, person};
pub use chat::{Browser, ChatApp, Tokens};
pub use connection::Connection;
pub use measured::Measured;
pub use place::Kind;
pub use reply::Reply;
pub use stores::{Stores, desk};
pub use watched_store::{Watch, WatchedStore};
pub use webhook::{WEBHOOK_SECRET, delivery};
