//! The units of meetings of the panel.

use crate::measures::story::kept;
use crate::measures::units::{CASE, POSITIONS, REFERENCE, UNIT, of_others};
use crate::sql::{Column, Table};

/// What reports need of each meeting's events.
pub(in crate::measures) const STORY: Table = kept(
    "measure_panel_story_v4",
    "What reports need of each panel meeting's events, from which its units are made.",
);

/// The meetings.
pub(in crate::measures) const MEETING: Table = Table {
    name: "report_panel_v4",
    doc: "The meetings of the early help panel that were called.",
    columns: of_others![
        Column::text("planned_on", "The day for which it was called."),
        Column::text("held_on", "The day on which it was held; empty while it was not.").or_empty(),
        Column::int(
            "held_number",
            "That day's number, counted from 1 January 1970: for the days between meetings."
        )
        .or_empty(),
        Column::int("cadence_days", "How many days the authority wants between two meetings, at most."),
    ],
    key: &["unit"],
    indexes: &[&["planned_on"], &["held_on"]],
};

/// Who came to the meetings.
pub(in crate::measures) const ATTENDANCE: Table = Table {
    name: "report_attendance_v4",
    doc: "The agencies that were asked to a meeting of the panel that was held, or came to it; one row a meeting and agency.",
    columns: of_others![
        Column::text("agency_id", "The agency."),
        Column::text("held_on", "The day on which the meeting was held."),
        Column::text(
            "attendance",
            "present, apologies or absent; absent, too, for one that was asked and is not named."
        ),
    ],
    key: &["unit"],
    indexes: &[&["held_on"]],
};

/// What the meetings did with the cases on their agendas.
pub(in crate::measures) const ITEM: Table = Table {
    name: "report_panel_item_v4",
    doc: "The cases on which a meeting of the panel decided, or which it put off; one row a meeting and case.",
    columns: &[
        UNIT,
        CASE,
        REFERENCE,
        Column::text("meeting_id", "The meeting."),
        Column::text("decided_on", "The day on which it was decided or put off."),
        Column::text("result", "The outcome of the triage, or deferred."),
        Column::bool("decided", "Whether it was decided."),
        POSITIONS,
    ],
    key: &["unit"],
    indexes: &[&["decided_on"]],
};
