//! The tables of the cases.

use crate::sql::{Column, Table};
use crate::states::held::{OCCURRED_AT, POSITION, RECORDED_AT, STATE, VERSION};

/// Cases as they stand now.
pub const CASE_VIEW: Table = Table {
    name: "case_view_v2",
    doc: "Cases as they stand now, one row a case.",
    columns: &[
        Column::text("case_id", "The case."),
        Column::text("reference", "Its short reference, which people read out."),
        Column::text(
            "status",
            "Where it is in its lifecycle: referred, awaiting-information, awaiting-panel, accepted, allocated, \
             assessing, planning, supported, step-up-pending, stepped-up, step-down-pending or closed.",
        ),
        Column::text("team_id", "The team where it is worked.").or_empty(),
        Column::text("lead_practitioner_id", "Who holds the plan.").or_empty(),
        Column::text("lead_agency_id", "The agency that holds the plan.").or_empty(),
        Column::text("referring_agency_id", "The agency that referred the family, where one did.").or_empty(),
        Column::int("level_of_need", "The level of need, from 1.").or_empty(),
        Column::int("received_at", "When the referral arrived, in microseconds since 1970 UTC.").or_empty(),
        Column::text("accepted_on", "The day on which it was accepted.").or_empty(),
        Column::text("closed_on", "The day on which it was closed; empty while it is not.").or_empty(),
        Column::bool("consent", "Whether someone of the family has agreed and not taken it back."),
        Column::bool("imported", "Whether another record held it before."),
        Column::text("panel_meeting_id", "The meeting of the panel that is, or was, to triage it.")
            .or_empty(),
        Column::text("restricted_until", "The last day of a restriction on who may see it.").or_empty(),
        Column::text("next_due_on", "The earliest day by which something is to be done.").or_empty(),
        Column::text("next_due", "What is to be done by then, as in the worklist.").or_empty(),
        VERSION,
        POSITION,
        OCCURRED_AT,
        RECORDED_AT,
    ],
    key: &["case_id"],
    indexes: &[&["reference"], &["panel_meeting_id"]],
};

/// What is remembered of cases.
pub const CASE_STATE: Table = Table {
    name: "case_state_v2",
    doc: "What is remembered of each case to decide by, one row a case. How many events it has is in case_view.",
    columns: &[Column::text("case_id", "The case."), STATE],
    key: &["case_id"],
    indexes: &[],
};

/// Who is in the family of a case.
pub const MEMBER: Table = Table {
    name: "case_member_v2",
    doc: "The people of each case as it stands now. They are named in the people register only.",
    columns: &[
        Column::text("case_id", "The case."),
        Column::text("person_id", "The person."),
        Column::text("role", "child or adult."),
    ],
    key: &["case_id", "person_id"],
    indexes: &[&["person_id"]],
};

/// What people have to do.
pub const WORKLIST: Table = Table {
    name: "worklist_v2",
    doc: "What people have to do on cases, one row a thing. A row is overdue when due_on is before the day on which it \
          is read: nobody has to open a page for that.",
    columns: &[
        Column::text("case_id", "The case."),
        Column::text(
            "list",
            "Which list: case (being worked), unallocated, awaiting-authorisation, awaiting-panel, step-up or due.",
        ),
        Column::text("item", "What: in the list due, what is to be done and, of an action, its id."),
        Column::text("reference", "The case's short reference."),
        Column::text("status", "Where the case is in its lifecycle."),
        Column::text(
            "what",
            "What is to be done or waits, in kebab-case words: complete-assessment, action.",
        ),
        Column::text("thing_id", "The assessment, action, meeting or transfer that it is about.").or_empty(),
        Column::text("due_on", "By when; empty when nothing says so.").or_empty(),
        Column::text(
            "order_on",
            "The day by which the list is ordered: due_on, or 9999-12-31 where there is none.",
        ),
        Column::text("team_id", "The case's team.").or_empty(),
        Column::text("lead_practitioner_id", "The case's lead practitioner.").or_empty(),
        Column::text("lead_agency_id", "The case's lead agency.").or_empty(),
        Column::text("owner_id", "The practitioner, person or agency who is to do an action.").or_empty(),
    ],
    key: &["case_id", "list", "item"],
    indexes: &[&["list", "order_on", "case_id", "item"], &["team_id", "list", "order_on"]],
};
