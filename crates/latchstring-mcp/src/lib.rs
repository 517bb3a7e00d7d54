//! A [`Surface`](latchstring_core::Surface) as MCP tools, and beside them documentation, prompts and things with
//! addresses.
//!
//! The tools are written by hand over the surface of the calling grant: what a grant may not use is absent from the
//! list, and calling it by name is answered like a name that does not exist. The endpoint keeps no sessions, so that
//! every request is authenticated by itself and a revoked grant has nothing left to hold on to.

#![forbid(unsafe_code)]

#[cfg(feature = "conformance")]
mod conformance;
mod cut;
mod declaration;
mod describe;
mod direct;
mod docs;
mod envelope;
mod error;
mod kept;
mod knowledge;
mod listeners;
mod mode;
mod pages;
mod portable;
mod progress;
mod prompts;
mod resources;
mod run;
mod search;
mod server;
mod service;
mod tools;
mod view;

pub use declaration::declaration;
pub use server::{About, Server};
pub use service::{Doors, router};
