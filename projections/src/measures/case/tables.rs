//! The units of cases.

use crate::measures::story::kept;
use crate::measures::units::{FROM_DAY, SPAN, UNTIL_DAY, of_cases};
use crate::sql::{Column, Table};

/// What reports need of each case's events.
pub(in crate::measures) const STORY: Table =
    kept("measure_case_story_v4", "What reports need of each case's events, from which its units are made.");

/// The stretches in which a case was open.
pub(in crate::measures) const OPEN: Table = Table {
    name: "report_open_v4",
    doc: "The stretches of days in which early help worked with a family and nothing about that changed. A case was open at \
          the end of a day when from_day <= day and until_day > day.",
    columns: of_cases![
        Column::text("practitioner_id", "Who holds the plan.").or_empty(),
        Column::bool("planned", "Whether a plan was agreed by then."),
        Column::bool("assessing", "Whether an assessment had begun and was not completed."),
        Column::text("assessment_due_on", "The day by which it was to be completed.").or_empty(),
        Column::text("open_since", "The day on which the episode began."),
        Column::text("drifts_on", "The first day on which it is open for so long that it drifts."),
        Column::text("next_review_on", "The day of the next review, where one is set.").or_empty(),
        Column::int("stalled_reviews", "How many reviews in a row saw no progress."),
        Column::bool("stalled", "Whether these are so many that it drifts."),
        Column::int("children", "How many children it is for."),
        FROM_DAY,
        UNTIL_DAY,
        SPAN,
    ],
    key: &["unit"],
    indexes: &[&["span", "from_day", "until_day"]],
};

/// The episodes of early help.
pub(in crate::measures) const EPISODE: Table = Table {
    name: "report_episode_v4",
    doc: "The times in which early help worked with a family, from acceptance to closure or step-up.",
    columns: of_cases![
        Column::text("opened_on", "The day on which it was accepted, or reopened."),
        Column::text("ended_on", "The day on which it ended; empty while it lasts.").or_empty(),
        Column::text("ended_by", "stepped-up, triaged-out, or the reason of the closure: needs-met.")
            .or_empty(),
        Column::bool("reopened", "Whether it goes on from a closure that was taken back."),
        Column::int("days", "How many days it lasted; empty while it lasts.").or_empty(),
        Column::text("children_since", "The first day on which the case was for any child.").or_empty(),
    ],
    key: &["unit"],
    indexes: &[&["opened_on"], &["ended_on", "children_since"]],
};

/// Entries of the record of which managers should know.
pub(in crate::measures) const ENTRY: Table = Table {
    name: "report_entry_v4",
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

/// The referrals.
pub(in crate::measures) const REFERRAL: Table = Table {
    name: "report_referral_v4",
    doc: "The referrals, how soon each was answered and what was decided. Cases that another record held have none.",
    columns: of_cases![
        Column::text("received_on", "The day on which it was received."),
        Column::text("route", "By which way it came: agency-direct, family, contact-team or step-down."),
        Column::bool("urgent", "Whether it was urgent."),
        Column::bool("linked", "Whether who recorded it linked it to an earlier case."),
        Column::text("acknowledge_by", "The day by which the referrer was to be told that it had arrived."),
        Column::text("acknowledged_on", "The day on which the referrer was told.").or_empty(),
        Column::int("acknowledge_working_days", "How many working days that took.").or_empty(),
        Column::text("decide_by", "The day by which the level of need was to be decided."),
        Column::text("decided_on", "The day on which it was decided.").or_empty(),
        Column::int("decide_working_days", "How many working days that took.").or_empty(),
        Column::text(
            "outcome",
            "What was decided: early-help, universal-services, step-up, other-authority or \
                                 no-further-action."
        )
        .or_empty(),
        Column::text("forum", "Who decided: locality-team, contact-team or panel.").or_empty(),
        Column::bool("referrer_told", "Whether the referrer was told the outcome.").or_empty(),
        Column::text("ninety_days_on", "The ninetieth day after the decision.").or_empty(),
        Column::text("notified_on", "The day on which the police told of a domestic incident.").or_empty(),
        Column::text("respond_by", "The day by which that was to be answered.").or_empty(),
        Column::text("responded_on", "The day of the first acknowledgement, contact or decision.").or_empty(),
        Column::int("respond_working_days", "How many working days that took.").or_empty(),
    ],
    key: &["unit"],
    indexes: &[
        &["received_on"],
        &["acknowledge_by"],
        &["acknowledged_on"],
        &["decide_by"],
        &["decided_on"],
        &["ninety_days_on"],
        &["notified_on"],
        &["respond_by"],
        &["responded_on"],
        &["case_id"],
    ],
};

/// The assessments.
pub(in crate::measures) const ASSESSMENT: Table = Table {
    name: "report_assessment_v4",
    doc: "The assessments.",
    columns: of_cases![
        Column::text("assessment_id", "The assessment."),
        Column::text("started_on", "The day on which it began."),
        Column::text("due_on", "The day by which it was to be completed; imported ones may lack it.")
            .or_empty(),
        Column::text("completed_on", "The day on which it was first completed.").or_empty(),
        Column::int("working_days", "How many working days that took.").or_empty(),
        Column::int("children", "How many children it was about."),
        Column::int("children_heard", "How many of them had been heard when it was completed."),
        Column::int("children_heard_alone", "How many of those had been seen alone."),
        Column::bool("neglect", "Whether it found abuse or neglect."),
        Column::bool("toolkit", "Whether the neglect toolkit was used."),
        Column::bool("imported", "Whether another record held it."),
    ],
    key: &["unit"],
    indexes: &[&["completed_on"], &["due_on"]],
};

/// What managers decided on assessments.
pub(in crate::measures) const AUTHORISATION: Table = Table {
    name: "report_authorisation_v4",
    doc: "What managers decided on completed assessments.",
    columns: of_cases![
        Column::text("decided_on", "The day."),
        Column::bool("returned", "Whether it was given back; otherwise it was authorised."),
    ],
    key: &["unit"],
    indexes: &[&["decided_on"]],
};

/// What was to be done.
pub(in crate::measures) const ACTION: Table = Table {
    name: "report_action_v4",
    doc: "The stretches of days in which an action of an open case was to be done by the same day. It was to be done at the \
          end of a day when from_day <= day and until_day > day, and was overdue when due_on < day.",
    columns: of_cases![
        Column::text("action_id", "The action."),
        Column::bool("direction", "Whether a manager directed it; otherwise it is of the plan."),
        Column::text("owner", "Who is to do it: practitioner, family or agency.").or_empty(),
        Column::text("due_on", "By when; only imported ones lack it.").or_empty(),
        Column::int("rescheduled", "How often it had been given another date."),
        Column::text(
            "ended_by",
            "How the stretch ended: completed, cancelled, rescheduled, case-ended or handed-over (to another \
                                  team, practitioner or agency)."
        )
        .or_empty(),
        FROM_DAY,
        UNTIL_DAY,
        SPAN,
    ],
    key: &["unit"],
    indexes: &[&["span", "from_day", "until_day"], &["until_day"]],
};

/// The reviews of plans.
pub(in crate::measures) const REVIEW: Table = Table {
    name: "report_review_v4",
    doc: "The reviews of plans that were held, and those that were due while the case was open and were not.",
    columns: of_cases![
        Column::text("due_on", "The day for which it had been set.").or_empty(),
        Column::text("held_on", "The day on which it was held.").or_empty(),
        Column::bool("progress", "Whether the mean of the goals' scores was higher than before.").or_empty(),
        Column::text("decision", "What it decided: continue, change-plan, step-up or close.").or_empty(),
        Column::int("agencies", "How many agencies were there."),
        Column::int("children_heard", "Of how many children it is known what they thought."),
        Column::int("children_not_heard", "Of how many it is not."),
    ],
    key: &["unit"],
    indexes: &[&["due_on"], &["held_on"]],
};

/// The step-ups.
pub(in crate::measures) const STEP_UP: Table = Table {
    name: "report_step_up_v4",
    doc: "The requests to statutory social care to take a family over. One waits for its answer at the end of a day when \
          from_day <= day and until_day > day.",
    columns: of_cases![
        Column::text("transfer_id", "The request."),
        Column::text("requested_on", "The day of the request."),
        Column::text("due_on", "The day by which it was to be answered."),
        Column::text("answered_on", "The day of the answer.").or_empty(),
        Column::text("answer", "accepted, declined or withdrawn.").or_empty(),
        Column::int("working_days", "How many working days the answer took.").or_empty(),
        Column::int("overrides", "How many items of the protocol were missing, each with a reason."),
        FROM_DAY,
        UNTIL_DAY,
    ],
    key: &["unit"],
    indexes: &[&["requested_on"], &["due_on"], &["answered_on"], &["until_day", "from_day"]],
};

/// The step-downs.
pub(in crate::measures) const STEP_DOWN: Table = Table {
    name: "report_step_down_v4",
    doc: "The families that statutory social care handed over.",
    columns: of_cases![
        Column::text("transfer_id", "The handover."),
        Column::text("received_on", "The day on which it came."),
        Column::text("due_on", "The day by which it was to be answered."),
        Column::text("accepted_on", "The day on which early help took over.").or_empty(),
        Column::int("missing", "How many items of the protocol did not come."),
        Column::text("returned_on", "The day on which statutory social care took the family over again.")
            .or_empty(),
        Column::text("three_months_on", "Three months after early help took over.").or_empty(),
        Column::text("six_months_on", "Six months after.").or_empty(),
        Column::text("twelve_months_on", "Twelve months after.").or_empty(),
    ],
    key: &["unit"],
    indexes: &[&["received_on"], &["three_months_on"], &["six_months_on"], &["twelve_months_on"]],
};

/// The closures.
pub(in crate::measures) const CLOSURE: Table = Table {
    name: "report_closure_v4",
    doc: "The closures of cases, and whether what was better then had lasted.",
    columns: of_cases![
        Column::text("closed_on", "The day."),
        Column::text("closed_because", "Why: needs-met, universal-services, consent-withdrawn."),
        Column::int("needs", "How many needs the assessments had found."),
        Column::int("needs_met", "How many of these were met."),
        Column::int("views", "Of how many of the family it is known what they thought."),
        Column::text("twelve_months_on", "The day a year later."),
        Column::text("checked_on", "The day on which it was asked whether it had lasted.").or_empty(),
        Column::text("outcome", "sustained, partly-sustained, not-sustained or family-not-reached.")
            .or_empty(),
    ],
    key: &["unit"],
    indexes: &[&["closed_on"], &["twelve_months_on"], &["checked_on"]],
};

/// The goals of closed cases.
pub(in crate::measures) const GOAL: Table = Table {
    name: "report_goal_v4",
    doc: "The goals that were scored when a case was closed.",
    columns: of_cases![
        Column::text("goal_id", "The goal."),
        Column::text("closed_on", "The day of the closure."),
        Column::text("area", "The area of life: the Supporting Families outcome."),
        Column::int("baseline", "Where the family stood when the goal was set, from 1 to 10."),
        Column::int("score", "Where it stood at the end."),
        Column::int("distance", "How far it had come."),
    ],
    key: &["unit"],
    indexes: &[&["closed_on"]],
};

/// What people said of the help.
pub(in crate::measures) const FEEDBACK: Table = Table {
    name: "report_feedback_v4",
    doc: "What people said of the help; their words are in the case.",
    columns: of_cases![
        Column::text("given_on", "The day."),
        Column::text("from_whom", "child, parent, practitioner or referrer."),
        Column::int("score", "Their score, where they gave one.").or_empty(),
    ],
    key: &["unit"],
    indexes: &[&["given_on"]],
};

/// All of them.
pub(in crate::measures) const UNITS: &[Table] = &[
    OPEN,
    EPISODE,
    ENTRY,
    REFERRAL,
    ASSESSMENT,
    AUTHORISATION,
    ACTION,
    REVIEW,
    STEP_UP,
    STEP_DOWN,
    CLOSURE,
    GOAL,
    FEEDBACK,
];
