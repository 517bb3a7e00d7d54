//! The laws every [`AccessStore`](crate::AccessStore) keeps, to be run on each implementation.
//!
//! ```
//! # mod tests {
//! use std::sync::Arc;
//!
//! use latchstring_access::MemoryStore;
//! use latchstring_core::ManualClock;
//!
//! /// A new, empty store that goes by this clock, and whatever has to live as long as it (such as its folder).
//! async fn fresh(clock: Arc<ManualClock>) -> (MemoryStore, ()) {
//!     (MemoryStore::with_clock(clock), ())
//! }
//!
//! latchstring_access::access_store_contract!(fresh);
//! # }
//! ```
//!
//! Each law is a function as well, so that a test can show that it is broken by a store that should break it.

#![expect(clippy::missing_panics_doc, reason = "every law panics when it is broken")]

pub mod all;
pub mod apps;
mod at_once;
mod bearer;
pub mod chain;
pub mod clients;
pub mod codes;
mod front;
mod given;
pub mod keys;
pub mod races;
pub mod records;
pub mod standing;
pub mod sweep;
pub mod tenants;
pub mod tokens;
pub mod uninstallation;

pub use bearer::{App, Bearer};
pub use front::Front;
pub use given::Given;

/// Makes one test of each law. `$fresh` is an `async fn` that takes the clock and returns a new store and something to
/// keep alive with it.
#[macro_export]
macro_rules! access_store_contract {
    ($fresh:path) => {
        $crate::access_store_contract! { @each $fresh,
            keys {
                a_created_key_is_found_by_its_hash_and_by_no_other,
                a_key_lists_as_it_was_created,
                a_key_stands_until_the_moment_it_expires,
                another_tenant_can_neither_see_nor_revoke_a_key,
                only_an_active_tenant_gets_keys,
                a_tenant_has_fifty_live_keys_at_most,
                live_keys_list_before_expired_ones,
                live_keys_list_before_revoked_ones,
            }
            all {
                v01_everything_a_tenant_gave_is_revoked_at_once,
                v01_revoking_all_waits_for_holds,
                v01_nothing_stands_that_raced_the_revocation_of_all,
                only_an_active_tenants_grants_are_revoked_at_once,
                a_removed_person_ends_the_sessions,
                a02_a_session_that_is_over_revokes_nothing,
            }
            standing {
                the_store_tells_the_time,
                a_revoked_key_is_not_found_and_does_not_stand,
                revoking_twice_keeps_the_first_revocation,
                a_grant_is_revoked_as_its_own_kind_only,
                a_pause_is_told_until_it_is_over,
                an_uninstalled_tenant_is_shut_for_good,
                the_plan_is_told_and_shuts_nothing,
                those_that_stand_are_told_from_those_that_do_not,
                a_hold_keeps_a_grant_from_being_revoked,
                a_hold_keeps_a_tenant_from_being_changed,
                nothing_holds_a_grant_that_does_not_stand,
                the_last_use_never_moves_back,
                moments_are_kept_to_the_microsecond,
            }
            codes {
                a_live_code_is_found_by_its_hash_and_by_no_other,
                a_code_lists_as_it_was_created,
                codes_list_newest_first_and_tell_what_became_of_them,
                a_code_is_redeemed_once,
                a_cancelled_code_is_dead,
                another_tenant_can_neither_see_nor_cancel_a_code,
                only_an_active_tenant_gets_codes,
                a_tenant_has_three_live_codes_at_most,
                a_tenant_has_fifty_connected_apps_at_most,
                c02_a_code_is_live_until_the_last_microsecond,
                c03_whatever_is_not_live_is_not_found,
                c05_a_code_is_not_spent_on_another_tenants_connector,
                c07_a_code_dies_with_its_installation,
                c07_a_code_waits_for_the_plan,
                c07_a_pause_neither_ends_a_code_nor_is_ended_by_one,
                c07_a_code_dies_when_its_creator_is_removed,
            }
            apps {
                an_app_lists_as_it_was_connected,
                an_app_is_known_by_its_access_token,
                an_app_that_never_fetched_its_tokens_is_listed_while_it_can,
                c06_an_app_may_do_exactly_what_the_code_allows,
                apps_and_keys_do_not_mix,
                another_tenant_can_neither_see_nor_revoke_an_app,
                live_apps_list_before_revoked_ones,
                an_unvouched_app_has_no_host,
            }
            tokens {
                an_authorization_code_is_found_as_it_was_issued,
                an_authorization_code_is_exchanged_once,
                an_authorization_code_is_exchanged_until_the_moment_it_expires,
                an_access_token_works_until_the_moment_it_expires,
                a_refresh_token_is_rotated_once_and_keeps_the_sealed_answer,
                a_refresh_token_is_rotated_until_the_moment_it_expires,
                a_spent_token_knows_whether_its_successor_is_spent,
                a_rotation_leaves_the_earlier_access_token_to_expire,
                t02_a_token_of_one_kind_is_none_of_another,
                a_token_is_spent_only_as_what_it_is,
                v02_nothing_is_exchanged_under_a_revoked_grant,
                v02_nothing_is_rotated_under_a_revoked_grant,
                tokens_follow_their_tenant,
                the_grant_of_an_issued_token_is_told_until_the_token_expires,
            }
            clients {
                a_client_is_found_until_it_is_forgotten,
                a_used_client_is_kept,
                a_forgotten_client_does_not_come_back,
                r09_an_assertion_is_used_once,
                what_happens_is_counted_in_its_window,
                a_window_begins_with_what_is_counted_first,
                buckets_are_counted_apart,
            }
            tenants {
                a_tenant_is_stored_once_per_host_key,
                a_tenant_is_found_by_host_key_first_and_by_name_next,
                a_tenant_is_found_by_its_connector,
                an_installation_makes_an_unknown_tenant_known,
                a_reinstalled_tenant_keeps_its_ids_and_is_active,
                v05_an_installation_before_the_last_uninstallation_is_late,
            v05_a_delivery_is_applied_once,
                v05_a_late_uninstallation_does_not_end_a_newer_installation,
                v05_a_late_installation_does_not_revive_a_tenant,
                v05_an_installation_while_installed_leaves_grants_behind,
                v05_nothing_is_told_of_an_unknown_tenant,
                plan_changes_apply_in_the_order_they_happened,
                v05_a_lapse_that_overtook_its_installation_holds,
                a_person_pauses_and_resumes_what_is_installed,
                v05_moments_within_one_microsecond_are_one_moment,
            }
            chain {
                a04_calls_are_linked_for_each_tenant_apart,
                a04_many_who_write_at_once_keep_the_chain,
                a04_a_batch_that_is_sent_again_keeps_the_chain,
                a04_what_stores_keep_otherwise_still_fits,
                a04_a_noted_head_shows_that_a_trail_was_replaced,
            }
            records {
                events_are_read_back_whole_and_newest_first,
                audit_is_read_back_whole_and_newest_first,
                a_call_is_written_down_once,
                x01_another_tenants_calls_are_never_read,
                the_calls_of_one_grant_are_read_apart,
                a_cursor_pages_through_every_call_once,
                a_thousand_calls_are_read_at_most,
                a_call_is_found_with_its_program,
                the_same_program_is_kept_once_for_each_tenant,
                many_write_down_the_same_programs_at_once,
                calls_are_counted_by_utc_day_and_grant,
                ten_thousand_counts_are_told_at_most,
                the_first_ring_becomes_the_stores_own,
            }
            sweep {
                codes_are_forgotten_a_day_after_their_end,
                tokens_are_forgotten_a_day_after_they_expired,
                t08_a_spent_refresh_token_is_remembered_until_it_expires,
                sealed_answers_are_forgotten_after_the_replay_window,
                clients_and_assertions_are_forgotten,
                counters_are_kept_while_their_window_lasts,
                grants_tenants_and_records_are_never_forgotten,
            }
            races {
                c01_two_hundred_redemptions_of_one_code_give_one_grant,
                o02_of_a_hundred_exchanges_one_wins,
                t07_of_fifty_rotations_one_wins,
                r09_of_fifty_uses_of_an_assertion_one_is_the_first,
                a_code_is_cancelled_or_redeemed_and_never_both,
                v02_tokens_written_beside_a_revocation_are_dead_on_arrival,
                v05_one_of_many_uninstallations_counts,
                v05_a_delivery_that_comes_many_times_at_once_counts_once,
                v05_a_host_key_is_installed_once_however_many_tell,
                parallel_creation_of_keys_stops_at_the_limit,
                parallel_creation_of_codes_stops_at_the_limit,
                everything_is_counted_that_happens_at_once,
            }
            uninstallation {
                v06_nothing_stands_after_an_uninstallation_that_everything_raced,
            }
        }
    };
    (@each $fresh:path, $($theme:ident { $($law:ident,)+ })+) => {
        $($(
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $law() {
                let clock = $crate::contract::Given::clock();
                let (store, _alive) = $fresh(std::sync::Arc::clone(&clock)).await;
                $crate::contract::$theme::$law($crate::contract::Given::new(store, clock)).await;
            }
        )+)+
    };
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_law_is_run() {
        let themes = [
            include_str!("contract/apps.rs"),
            include_str!("contract/clients.rs"),
            include_str!("contract/codes.rs"),
            include_str!("contract/keys.rs"),
            include_str!("contract/races.rs"),
            include_str!("contract/records.rs"),
            include_str!("contract/standing.rs"),
            include_str!("contract/sweep.rs"),
            include_str!("contract/tenants.rs"),
            include_str!("contract/tokens.rs"),
            include_str!("contract/uninstallation.rs"),
        ];
        let laws = themes
            .iter()
            .flat_map(|theme| theme.lines())
            .filter_map(|line| line.strip_prefix("pub async fn ")?.split_once('(').map(|(law, _)| law));
        let listed = include_str!("contract.rs");
        let forgotten: Vec<&str> = laws.filter(|law| !listed.contains(&format!(" {law},"))).collect();
        assert!(forgotten.is_empty(), "{forgotten:?}");
    }
}
