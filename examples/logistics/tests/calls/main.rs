//! The operations as an assistant calls them: through a catalog and a session, on a database.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod errors_say_what_to_do;
mod examples;
mod journeys;
mod outbox;
mod permission_matrix;
mod plans;
mod replays;
mod statuses;
mod stores;
mod stores_are_apart;
mod whatever_happens;
