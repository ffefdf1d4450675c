//! The units of practitioners.

use crate::measures::story::kept;
use crate::measures::units::{CASE, FROM_DAY, POSITIONS, REFERENCE, UNIT, UNTIL_DAY, of_others};
use crate::sql::{Column, Table};

/// What reports need of what is recorded of each practitioner.
pub(in crate::measures) const STORY: Table = kept(
    "measure_practitioner_story_v4",
    "What reports need of what the register and the supervision record say of each practitioner.",
);

const TEAM: Column = Column::text(
    "team_id",
    "The team in which the practitioner works on that day: while a secondment lasts, its team.",
);
const AGENCY: Column = Column::text("agency_id", "The agency of that team.");

/// The stretches in which nothing changed for a practitioner.
pub(in crate::measures) const PRACTITIONER: Table = Table {
    name: "report_practitioner_v4",
    doc: "The stretches of days in which a practitioner worked with families here and nothing about that changed: from their \
          registration, or their first supervision if that was earlier, to their last day.",
    columns: of_others![
        TEAM,
        AGENCY,
        Column::bool("manages", "Whether they manage other practitioners."),
        Column::text("supervision_due_on", "The day by which their next supervision is to be held."),
        Column::bool("neglect_trained", "Whether they had finished the training in the neglect toolkit."),
        FROM_DAY,
        UNTIL_DAY,
    ],
    key: &["unit"],
    indexes: &[&["until_day", "from_day"]],
};

/// The supervisions that were held.
pub(in crate::measures) const SUPERVISION: Table = Table {
    name: "report_supervision_v4",
    doc: "The supervisions that were held.",
    columns: of_others![
        TEAM,
        AGENCY,
        Column::text("held_on", "The day on which it was held."),
        Column::text("due_on", "The day by which it was to be held."),
        Column::bool("in_time", "Whether it was held by then."),
        Column::int("cases", "How many cases were discussed."),
        Column::int("actions", "How many actions were agreed."),
        Column::int("actions_complete", "How many of them have a priority, an owner and a due date."),
        Column::int(
            "earlier_actions",
            "How many actions of earlier supervisions were to be done by this one."
        ),
        Column::int("carried_forward", "How many of them were not done and carried forward."),
    ],
    key: &["unit"],
    indexes: &[&["held_on"]],
};

/// The cases that were discussed in supervision.
pub(in crate::measures) const DISCUSSION: Table = Table {
    name: "report_discussion_v4",
    doc: "The cases that were discussed in supervision; one row a supervision and case.",
    columns: &[
        UNIT,
        CASE,
        REFERENCE,
        TEAM,
        Column::text("held_on", "The day on which the supervision was held."),
        Column::text("threshold", "What was thought of the level of help: right, higher or lower."),
        POSITIONS,
    ],
    key: &["unit"],
    indexes: &[&["held_on"]],
};

/// The actions that supervisions agreed.
pub(in crate::measures) const ACTION: Table = Table {
    name: "report_supervision_action_v4",
    doc: "The actions that supervisions agreed.",
    columns: of_others![
        TEAM,
        AGENCY,
        Column::text("priority", "How much hangs on it."),
        Column::text("agreed_on", "The day of the supervision."),
        Column::text("due_on", "The day by which it was to be done."),
        Column::text("done_on", "The day on which it was done; empty while it is not.").or_empty(),
    ],
    key: &["unit"],
    indexes: &[&["due_on"]],
};
