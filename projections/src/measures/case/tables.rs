//! The units of cases.

use crate::measures::story::kept;
use crate::measures::units::{FROM_DAY, UNTIL_DAY, of_cases};
use crate::sql::{Column, Table};

/// What reports need of each case's events.
pub(in crate::measures) const STORY: Table =
    kept("measure_case_story_v1", "What reports need of each case's events, from which its units are made.");

/// The stretches in which a case was open.
pub(in crate::measures) const OPEN: Table = Table {
    name: "report_open_v1",
    doc: "The stretches of days in which early help worked with a family and nothing about that changed. A case was open at \
          the end of a day when from_day <= day and until_day > day.",
    columns: of_cases![
        Column::text("practitioner_id", "Who holds the plan.").or_empty(),
        Column::bool("planned", "Whether a plan was agreed by then."),
        Column::text("open_since", "The day on which the episode began."),
        Column::text("next_review_on", "The day of the next review, where one is set.").or_empty(),
        Column::int("stalled_reviews", "How many reviews in a row saw no progress."),
        FROM_DAY,
        UNTIL_DAY,
    ],
    key: &["unit"],
    indexes: &[&["until_day", "from_day"]],
};

/// The episodes of early help.
pub(in crate::measures) const EPISODE: Table = Table {
    name: "report_episode_v1",
    doc: "The times in which early help worked with a family, from acceptance to closure or step-up.",
    columns: of_cases![
        Column::text("opened_on", "The day on which it was accepted, or reopened."),
        Column::text("ended_on", "The day on which it ended; empty while it lasts.").or_empty(),
        Column::text("ended_by", "stepped-up, triaged-out, or the reason of the closure: needs-met.")
            .or_empty(),
        Column::bool("reopened", "Whether it goes on from a closure that was taken back."),
        Column::int("days", "How many days it lasted; empty while it lasts.").or_empty(),
    ],
    key: &["unit"],
    indexes: &[&["opened_on"], &["ended_on"]],
};

/// Entries of the record of which managers should know.
pub(in crate::measures) const ENTRY: Table = Table {
    name: "report_entry_v1",
    doc: "Entries that were made more than seven days after what they tell of had happened, and entries that put earlier \
          ones right.",
    columns: of_cases![
        Column::text(
            "happened_on",
            "The day on which what it tells of happened; of a correction, its own day."
        ),
        Column::text("what", "late or correction; an entry can be both, and then has two rows."),
        Column::int("days_late", "How many days after it had happened it was recorded.").or_empty(),
    ],
    key: &["unit"],
    indexes: &[&["what", "happened_on"]],
};
