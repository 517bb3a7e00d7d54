//! The rules on their own: no database, no server.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod brute_force;
mod buildable_is_exact;
mod changes;
mod orders_conserve;
mod structure_laws;
mod structures;
mod worked_examples;
