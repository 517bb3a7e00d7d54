//! Safe access for AI assistants to one tenant's data, for an app to embed.
//!
//! An app implements a [`Domain`] with its queries and commands, builds a [`Catalog`] from it, and merges
//! [`Latchstring::router`] into its own. What a model author needs is re-exported flat from here; the parts that an
//! operator wires up are in [`access`], [`console`], [`db`], [`mcp`], [`oauth`] and [`sandbox`].

#![forbid(unsafe_code)]

mod builder;
mod guide;
mod health;
mod refusals;
mod router;
mod webhook;

pub use builder::Latchstring;
pub use latchstring_core::*;

/// Who is calling: API keys, connection codes, connected apps, tenants, and the store behind them.
pub mod access {
    pub use latchstring_access::*;
}

/// SQL: databases for an app's own data, and the access store in one.
pub mod db {
    pub use latchstring_db::*;
}

/// The access page, and how people sign in to it.
pub mod console {
    pub use latchstring_console::*;
}

/// The MCP endpoint.
pub mod mcp {
    pub use latchstring_mcp::*;
}

/// The authorization server.
pub mod oauth {
    pub use latchstring_oauth::*;
}

/// Where programs run. An app that runs them in processes of their own
/// ([`Isolation::Process`](sandbox::Isolation::Process)) begins its `main` with
/// [`worker::enter_if_asked`](sandbox::worker::enter_if_asked).
pub mod sandbox {
    pub use latchstring_sandbox::*;
}
