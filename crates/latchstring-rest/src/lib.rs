//! A [`Surface`](latchstring_core::Surface) over plain HTTP, for scripts: one `POST` for each operation, and for programs.
//!
//! A key sees here what it sees as MCP tools and nothing else; what it may not use is answered like a name that does not
//! exist. The document about it, `openapi.json`, is the exception on purpose: it is public and describes every operation,
//! also those that write. It is what the product can do, the same for everybody. No tenant's data is in it, and what a given
//! key may do it does not say.

#![forbid(unsafe_code)]

mod answer;
mod doors;
mod endpoint;
mod input;
mod openapi;

pub use doors::Doors;
pub use endpoint::router;
pub use openapi::{About, document};
