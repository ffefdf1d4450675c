//! The units of the people register.

use crate::measures::story::kept;
use crate::measures::units::{CASE, FROM_DAY, UNTIL_DAY, of_others};
use crate::sql::{Column, Table};

/// What reports need of each person.
pub(in crate::measures) const STORY: Table = kept(
    "measure_person_story_v4",
    "Which details of each person are known, to which cases they came as children, and since when. The details themselves \
     are not kept here.",
);

/// The children of cases.
pub(in crate::measures) const CHILD: Table = Table {
    name: "report_child_v4",
    doc: "The stretches of days in which a case was for a child and the people register knew the same details of it. Of a \
          child whose entry was erased, or was never made, it knows none.",
    columns: of_others![
        CASE,
        Column::text("person_id", "The child."),
        Column::bool("has_birth", "Whether a date of birth is entered, be it estimated or expected."),
        Column::bool("has_ethnicity", "Whether an ethnicity is entered, or that it was not said."),
        Column::bool("has_gender", "Whether a gender is stated."),
        Column::bool("complete", "Whether all of these are known."),
        FROM_DAY,
        UNTIL_DAY,
    ],
    key: &["unit"],
    // Of the children of a case, and of those of whom something is lacking since some day.
    indexes: &[&["case_id", "has_birth", "has_ethnicity", "has_gender"], &["complete", "from_day"]],
};

/// The cases of children who came to more than one.
pub(in crate::measures) const CHILD_CASE: Table = Table {
    name: "report_child_case_v4",
    doc: "The cases of the children who came to more than one: a row for each such child and each case that it came to.",
    columns: of_others![
        CASE,
        Column::text("person_id", "The child."),
        Column::text("came_on", "The first day on which the case was for it."),
        Column::int("cases_before", "How many cases had begun for it before that day: 0, 1, or 2 for more."),
        Column::text("case_before_id", "Of these, the one that had begun last.").or_empty(),
        Column::bool("came_back", "Whether one of them had begun in the twelve months before."),
    ],
    key: &["unit"],
    indexes: &[
        &["case_id"],
        &["person_id", "came_on"],
        &["came_back", "came_on"],
        // Holds all that is asked of those who came with a second case in a year.
        &["cases_before", "came_on", "case_before_id"],
    ],
};
