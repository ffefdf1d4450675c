//! A family walked through every stage of early help, over HTTP, against the built service, by the people who do it: a
//! school refers; a practitioner, a manager, the panel, a partner and social care help; an auditor, an analyst, an
//! inspector and the data protection officer look. On the way everything is tried that must be refused.
//!
//! Each chapter is a part of the work, and they are read in order. What the chapters hold against every answer (receipts,
//! problem details, allowed commands that agree with what is accepted, refusals that change nothing) stands in `town`.
#![cfg(unix)]

mod authority;
mod bulk;
mod doors;
mod ending;
mod family;
mod figures;
mod front_door;
mod help;
mod other_families;
mod panel;
mod people;
mod quality;
mod story;
mod supervision;
mod town;
mod transfers;

use caseledger_test_postgres::Postgres;
use town::Town;

/// The days of the walk, in days before today.
mod days {
    pub const REFERRAL: i64 = 200;
    pub const PANEL: i64 = 190;
    pub const ALLOCATION: i64 = 188;
    pub const ASSESSMENT: i64 = 186;
    pub const PLAN: i64 = 150;
    pub const REVIEW: i64 = 110;
    pub const TRANSFER: i64 = 100;
    pub const CLOSURE: i64 = 40;
    pub const SECOND_CLOSURE: i64 = 5;
}

fn walk(town: &Town) {
    authority::the_register_is_kept(town);
    let people = people::a_family_is_entered_once(town);

    let case = front_door::a_school_refers(town, &people);
    let (other, next) = panel::the_panel_triages(town, &people, &case);
    help::a_lead_practitioner_is_found(town, &people, &case);
    help::the_family_is_assessed(town, &people, &case);
    let plan = help::a_plan_is_agreed(town, &people, &case);
    help::the_plan_is_worked(town, &people, &case, &plan);
    supervision::a_practitioner_is_supervised(town, &case);
    transfers::the_family_steps_up_and_down(town, &people, &case);
    ending::the_help_ends(town, &people, &case, &plan);
    let again = ending::the_family_comes_back(town, &people, &case);
    ending::the_case_is_restricted_and_put_right(town, &again);
    other_families::others_go_other_ways(town, &people, &other, &next);

    story::the_timeline_tells_it(town, &case, &again);
    quality::the_case_is_audited(town, &case, &other);
    figures::the_figures_are_spoken_of(town, &case);
    bulk::many_commands_come_at_once(town);
    doors::the_conventions_hold(town, &case);

    story::nothing_was_left_out(town);
}

#[test]
fn a_family_from_first_contact_to_lasting_change_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    walk(&Town::on("sqlite:town.sqlite", folder.path()));
}

#[test]
fn a_family_from_first_contact_to_lasting_change_on_postgresql() {
    let folder = tempfile::tempdir().unwrap();
    walk(&Town::on(&Postgres::shared().fresh_database(), folder.path()));
}
