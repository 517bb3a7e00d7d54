//! The bridge as a client meets it: the binary, started with pipes, against servers with faults and against the product.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod client;
mod faults;
mod lines;
mod listen;
mod passing;
mod product;
mod server;
mod settings;
