//! The units of the people register.

use crate::measures::story::kept;
use crate::measures::units::{FROM_DAY, UNTIL_DAY, of_others};
use crate::sql::{Column, Table};

/// What reports need of each entry.
pub(in crate::measures) const STORY: Table = kept(
    "measure_person_story_v2",
    "Which details of each person are known, and since when. The details themselves are not kept here.",
);

/// What the register knows of each person.
pub(in crate::measures) const PERSON: Table = Table {
    name: "report_person_v2",
    doc: "The stretches of days in which the people register knew the same details of a person. Erased entries have none.",
    columns: of_others![
        Column::text("person_id", "The person."),
        Column::bool("has_birth", "Whether a date of birth is entered, be it estimated or expected."),
        Column::bool("has_gender", "Whether a gender is stated."),
        Column::bool("has_ethnicity", "Whether an ethnicity is entered, or that it was not said."),
        FROM_DAY,
        UNTIL_DAY,
    ],
    key: &["unit"],
    indexes: &[&["person_id", "until_day"]],
};
