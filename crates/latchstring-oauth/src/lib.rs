//! The authorization server that connected apps speak to, and the bearer check in front of the doors of assistants and
//! scripts.
//!
//! An app registers or publishes who it is, sends a person to the approval page, gets an authorization code for the
//! connection code that the person pastes there, and exchanges it for tokens. This crate is that conversation over
//! HTTP: what is understood, what is answered. What is decided, [`Access`](latchstring_access::Access) decides.

#![forbid(unsafe_code)]

mod assertion;
mod authorize;
mod bearer;
mod cimd;
mod client;
mod clients;
mod cors;
mod counted;
mod error;
mod fetch;
mod form;
mod issuer;
mod jwks;
mod known;
mod limits;
mod metadata;
mod net;
mod pace;
mod redirect;
mod register;
mod registration;
mod revoke;
mod scope;
mod state;
mod stream;
mod strict_json;
mod timely;
mod token;

pub use bearer::{require_app, require_key, require_script_key};
pub use fetch::{Document, Documents, FetchError, HttpDocuments};
pub use pace::CALLS_PER_MINUTE;
pub use state::{AuthorizationServer, Settings};
pub use timely::timely;

/// The path of connectors, as a route.
pub const CONNECTOR_ROUTE: &str = issuer::CONNECTOR_ROUTE;
