//! The rules on their own: no database, no server.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod brute_force;
mod buildable_is_exact;
mod orders_conserve;
mod structures;
mod worked_examples;
