//! What orders do to stock, on a database.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod shop;
mod synchronise;
mod take_and_give_back;
mod whatever_happens;
mod wrong_events;
