//! The operations as an assistant calls them: through a catalog and a session, on a database.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod both_databases;
mod changes_are_all_or_nothing;
mod commands_do_what_they_say;
mod demo_data;
mod errors_say_what_to_do;
mod examples;
mod guardrails;
mod hostile_texts;
mod lists_filter_and_sort;
mod permission_matrix;
mod stores;
mod stores_are_apart;
mod whatever_happens;
