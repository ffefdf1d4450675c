//! The units of the people register.

use crate::measures::story::kept;
use crate::measures::units::{CASE, FROM_DAY, UNTIL_DAY, of_others};
use crate::sql::{Column, Table};

/// What reports need of each person.
pub(in crate::measures) const STORY: Table = kept(
    "measure_person_story_v3",
    "Which details of each person are known, to which cases they came as children, and since when. The details themselves \
     are not kept here.",
);

/// The children of cases.
pub(in crate::measures) const CHILD: Table = Table {
    name: "report_child_v3",
    doc: "The stretches of days in which a case was for a child and the people register knew the same details of it. Of a \
          child whose entry was erased, or was never made, it knows none.",
    columns: of_others![
        CASE,
        Column::text("person_id", "The child."),
        Column::bool("has_birth", "Whether a date of birth is entered, be it estimated or expected."),
        Column::bool("has_ethnicity", "Whether an ethnicity is entered, or that it was not said."),
        Column::bool("has_gender", "Whether a gender is stated."),
        FROM_DAY,
        UNTIL_DAY,
    ],
    key: &["unit"],
    // What is lacking is counted for each open case: most have nothing of it, which the index alone tells.
    indexes: &[&["case_id", "has_birth", "has_ethnicity", "has_gender"], &["person_id"]],
};

/// Children who came to more than one case.
pub(in crate::measures) const OTHER_CASE: Table = Table {
    name: "report_other_case_v3",
    doc: "The other cases of the children of a case: a row for each child and each other case that it came to, before or \
          after this one.",
    columns: of_others![
        CASE,
        Column::text("person_id", "The child."),
        Column::text("came_on", "The first day on which the case was for it."),
        Column::text("other_case_id", "The other case."),
        Column::text("other_came_on", "The first day on which the other case was for it."),
        Column::bool("came_back", "Whether the other case had begun for it in the twelve months before."),
    ],
    key: &["unit"],
    indexes: &[&["case_id"], &["came_back", "came_on"]],
};
