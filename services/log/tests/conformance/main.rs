//! What every engine of the log must do. Each test exists once and runs on SQLite and on PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

mod appending;
mod concurrency;
mod history;
mod idempotency;
mod keeping;
mod model;
mod streams;
mod support;

/// Runs each test on both engines.
macro_rules! on_both_engines {
    ($($module:ident: [$($test:ident),+ $(,)?]),+ $(,)?) => {
        mod sqlite {
            $(mod $module {$(
                #[tokio::test]
                async fn $test() {
                    crate::$module::$test(crate::support::Store::sqlite()).await;
                }
            )+})+
        }
        mod postgres {
            $(mod $module {$(
                #[tokio::test]
                async fn $test() {
                    crate::$module::$test(crate::support::Store::postgres()).await;
                }
            )+})+
        }
    };
}

on_both_engines! {
    appending: [
        positions_are_dense_and_in_the_order_of_commits,
        a_stale_append_is_told_both_versions_and_writes_nothing,
        a_stream_that_must_not_exist_is_checked_without_having_been_seen,
        one_stale_command_does_not_spoil_its_batch,
        one_stream_twice_in_a_batch_is_in_order,
        a_large_batch_is_written_whole,
        payloads_are_kept_byte_for_byte,
        what_no_database_could_keep_is_refused_before_the_batch,
        sequences_go_up_to_the_end_of_a_bigint,
        the_time_never_goes_back_along_positions,
        a_full_queue_is_said_to_be_busy,
        closing_answers_those_who_wait,
    ],
    idempotency: [
        a_request_sent_again_gets_the_first_answer,
        a_key_with_another_request_is_refused,
        keys_of_different_scopes_do_not_meet,
        a_command_without_events_keeps_its_key,
        a_conflict_does_not_use_up_the_key,
        the_same_key_at_the_same_time_is_written_once,
        a_key_used_in_another_process_is_known,
    ],
    keeping: [
        the_database_refuses_to_change_events,
        a_log_that_can_only_be_read_says_so_when_it_is_asked,
        an_empty_write_that_a_batch_has_contradicted_is_not_believed,
        the_log_is_there_after_a_restart,
        reading_goes_on_from_a_position,
        a_newer_schema_is_refused,
        a_log_is_not_made_unasked,
        migrating_twice_changes_nothing,
        a_batch_that_the_database_refuses_fails_alone,
        people_can_read_the_times,
    ],
    concurrency: [
        many_tasks_lose_and_repeat_nothing,
        waiting_appends_are_committed_together,
        people_go_before_bulk_and_leave_it_a_share,
        two_processes_share_one_order,
        two_processes_never_both_win,
        what_another_process_writes_is_noticed,
    ],
    history: [concurrent_appends_are_as_if_one_came_after_the_other],
    streams: [
        a_stock_program_loads_our_streams,
        a_stock_program_can_not_write_past_the_log,
        the_cqrs_framework_runs_on_the_log,
        events_of_old_shapes_are_upcast,
        a_cached_state_is_applied_once,
        a_stale_state_is_forgotten,
        a_cached_state_catches_up_with_another_process,
        what_was_read_before_another_process_wrote_is_a_conflict,
        many_streams_that_are_loaded_at_once_are_each_whole,
        a_load_that_is_given_up_leaves_others_theirs,
        streams_are_loaded_ahead,
        an_event_that_cannot_be_read_is_named,
    ],
}
