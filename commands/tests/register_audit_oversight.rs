//! The messages to the register, audits and oversight: examples are sound, and what can't be is named by field.

use caseledger_commands::audit::AuditCommand;
use caseledger_commands::oversight::OversightCommand;
use caseledger_commands::workforce::WorkforceCommand;
use caseledger_commands::{CommandSet, InputError};
use serde_json::{Value, json};

mod support;

use support::{broken, examples_are_sound, one};

#[test]
fn every_example_passes_its_own_checks_and_survives_the_wire() {
    examples_are_sound::<WorkforceCommand>();
    examples_are_sound::<AuditCommand>();
    examples_are_sound::<OversightCommand>();
}

#[test]
fn the_register_and_oversight_are_one_each() {
    assert!(
        WorkforceCommand::ONLY.is_some() && OversightCommand::ONLY.is_some() && AuditCommand::ONLY.is_none()
    );
    assert_ne!(WorkforceCommand::ONLY, OversightCommand::ONLY);
}

#[test]
fn a_secondment_ends_after_it_begins() {
    let broken =
        broken::<WorkforceCommand>("record-secondment", |message| message["to"] = json!("2017-08-31"));
    assert_eq!(broken, one("to", "secondment-ends-after-it-begins"));
}

#[test]
fn a_course_has_a_short_name() {
    let broken =
        broken::<WorkforceCommand>("record-training", |message| message["course"] = json!("Neglect Toolkit"));
    assert_eq!(broken, one("course", "short-name-malformed"));
}

#[test]
fn a_theme_has_a_short_name_and_each_agency_takes_part_once() {
    let broken = broken::<AuditCommand>("plan-audit", |message| {
        message["scope"]["theme"] = json!("Step down");
        message["agencies"] = json!([message["agencies"][0], message["agencies"][0]]);
    });
    assert_eq!(
        broken,
        [one("scope.theme", "short-name-malformed"), one("agencies", "agency-takes-part-once")].concat()
    );
}

#[test]
fn a_sample_is_drawn_from_distinct_cases_and_no_larger_than_they_are() {
    let twice = broken::<AuditCommand>("draw-sample", |message| {
        message["population"][1] = message["population"][0].clone()
    });
    assert_eq!(twice, one("population", "case-in-population-once"));
    for size in [0, 4] {
        let size = broken::<AuditCommand>("draw-sample", |message| message["size"] = json!(size));
        assert_eq!(size, one("size", "sample-within-population"));
    }
}

#[test]
fn each_step_and_standard_is_judged_once() {
    let broken = broken::<AuditCommand>("record-case-audit", |message| {
        message["compliance"] = json!([message["compliance"][0], message["compliance"][0]]);
        message["grades"][3]["standard"] = message["grades"][0]["standard"].clone();
    });
    assert_eq!(
        broken,
        [one("compliance[1].step", "judged-once"), one("grades[3].standard", "judged-once")].concat()
    );
}

#[test]
fn evidence_is_not_left_blank() {
    let broken =
        broken::<AuditCommand>("moderate-audit", |message| message["grades"][2]["evidence"] = json!(" "));
    assert_eq!(broken, one("grades[2].evidence", "text-missing"));
}

#[test]
fn a_case_that_was_not_audited_is_named_once() {
    let broken = broken::<AuditCommand>("complete-audit", |message| {
        message["not_audited"] = json!([message["not_audited"][0], message["not_audited"][0]]);
    });
    assert_eq!(broken, one("not_audited", "gap-told-once"));
}

#[test]
fn a_commentary_has_a_period_and_may_leave_its_figures_to_the_service() {
    let broken = broken::<OversightCommand>("record-commentary", |message| {
        message["to"] = json!("2017-09-30");
        message["figures"] = json!([]);
    });
    assert_eq!(broken, one("to", "period-ends-after-it-begins"));
}

#[test]
fn a_share_is_a_share_of_something() {
    let broken = broken::<OversightCommand>("record-commentary", |message| {
        message["figures"][0]["denominator"] = Value::Null;
    });
    assert_eq!(broken, one("figures[0].denominator", "share-of-something"));
}

#[test]
fn a_field_that_nobody_knows_is_refused_inside_a_scope_too() {
    let mut message = (AuditCommand::TABLE[0].example)();
    message["scope"]["subject"] = json!("step-down");
    let read = AuditCommand::decode("plan-audit", message);
    assert!(
        matches!(read, Err(InputError::Unreadable(all)) if all.iter().all(|one| one.field.starts_with("scope")))
    );
}
