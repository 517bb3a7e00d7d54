//! The operations as an assistant calls them: through a catalog and a session, on a database.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod errors_say_what_to_do;
mod examples;
mod journeys;
mod outbox;
mod permission_matrix;
mod plans;
mod purchase_steps;
mod purchases;
mod reorder_rules;
mod replays;
mod returns;
mod statuses;
mod stock_takes;
mod stores;
mod stores_are_apart;
mod terms;
mod transfers;
mod whatever_happens;
