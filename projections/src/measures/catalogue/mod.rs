//! Every measure, one file a group of questions.

mod assessments;
mod audits;
mod caseload;
mod data_quality;
mod domestic_abuse;
mod front_door;
mod impact;
mod panel;
mod partnership;
mod plans;
mod record_quality;
mod supervision;
mod thresholds;
mod transfers;
mod voices;

use caseledger_aggregates::Authority;

use super::measure::Measure;

/// Every measure, in the order of a report.
pub static CATALOGUE: &[&Measure] = &[
    &caseload::OPEN_CASES,
    &caseload::NEW_CASES,
    &caseload::ENDED_CASES,
    &partnership::PARTNER_LED,
    &front_door::REFERRALS,
    &front_door::ACKNOWLEDGED_IN_TIME,
    &front_door::ACKNOWLEDGEMENT_TIME,
    &front_door::DECIDED_IN_TIME,
    &front_door::DECISION_TIME,
    &front_door::PANEL_DECISION_TIME,
    &front_door::DECISIONS,
    &front_door::REFERRERS_TOLD,
    &front_door::REPEAT_REFERRALS,
    &thresholds::ACCEPTED,
    &thresholds::STEPPED_UP_AT_TRIAGE,
    &thresholds::BACK_AT_HIGHER_LEVEL,
    &thresholds::DECLINED_STEP_UPS,
    &panel::HELD_ON_TIME,
    &panel::CADENCE,
    &panel::ATTENDED,
    &panel::DECIDED,
    &assessments::COMPLETED,
    &assessments::IN_TIME,
    &assessments::TIME,
    &assessments::OVERDUE,
    &assessments::EVERY_CHILD_HEARD,
    &assessments::SEEN_ALONE,
    &assessments::RETURNED,
    &assessments::TOOLKIT,
    &plans::ACTIONS_OVERDUE,
    &plans::ACTIONS_RESCHEDULED,
    &plans::ACTIONS_IN_TIME,
    &plans::REVIEWS_IN_TIME,
    &plans::REVIEWS_WITH_PROGRESS,
    &plans::REVIEWS_OVERDUE,
    &plans::DRIFT,
    &transfers::STEP_UPS,
    &transfers::STEP_UP_PACKS,
    &transfers::STEP_UPS_IN_TIME,
    &transfers::STEP_UP_TIME,
    &transfers::STEP_UPS_WAITING,
    &transfers::STEP_DOWNS,
    &transfers::STEP_DOWN_PACKS,
    &transfers::RETURNED_3,
    &transfers::RETURNED_6,
    &transfers::RETURNED_12,
    &supervision::NEGLECT_TRAINED,
    &supervision::SUPERVISED,
    &supervision::HELD_IN_TIME,
    &supervision::ACTIONS_COMPLETE,
    &supervision::ACTIONS_IN_TIME,
    &supervision::CARRIED_FORWARD,
    &supervision::DISCUSSED,
    &supervision::QUESTIONED,
    &audits::CASES_AUDITED,
    &audits::GOOD_CASES,
    &audits::GOOD_STANDARDS,
    &audits::COMPLIANT,
    &audits::MODERATED_OTHERWISE,
    &audits::MODERATION_DIFFERENCE,
    &audits::OPEN_ACTIONS,
    &audits::OVERDUE_ACTIONS,
    &audits::ACTIONS_IN_TIME,
    &impact::NEEDS_MET,
    &impact::DISTANCE,
    &impact::HEARD_AT_CLOSURE,
    &impact::SUSTAINED,
    &impact::RE_REFERRED,
    &domestic_abuse::NOTIFICATIONS,
    &domestic_abuse::IN_TIME,
    &domestic_abuse::TIME,
    &voices::FEEDBACK_GIVEN,
    &voices::SCORE,
    &data_quality::UNDATED,
    &data_quality::NO_LEVEL,
    &data_quality::NO_SOURCE,
    &data_quality::NO_LEAD,
    &data_quality::NO_BIRTH,
    &data_quality::NO_ETHNICITY,
    &data_quality::NO_GENDER,
    &record_quality::LATE,
    &record_quality::CORRECTED,
];

/// The measure with that id.
pub fn measure(id: &str) -> Option<&'static Measure> {
    CATALOGUE.iter().find(|measure| measure.id == id).copied()
}

/// The targets of an authority that are of no measure.
pub fn unknown_targets(authority: &Authority) -> impl Iterator<Item = &str> {
    authority.targets.keys().map(String::as_str).filter(|id| measure(id).is_none())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use caseledger_aggregates::audit::AuditEvent;
    use caseledger_aggregates::case::CaseEvent;
    use caseledger_aggregates::panel::PanelEvent;
    use caseledger_aggregates::person::PersonEvent;
    use caseledger_aggregates::supervision::SupervisionEvent;
    use caseledger_aggregates::workforce::WorkforceEvent;

    use super::*;
    use crate::measures::{MEASURES, Shape, Unit, When};

    #[test]
    fn each_measure_is_told_whole() {
        let mut ids = BTreeSet::new();
        for measure in CATALOGUE {
            let id = measure.id;
            assert!(ids.insert(id), "{id} stands twice");
            assert!(!measure.title.ends_with('.') && measure.numerator.ends_with('.'), "{id}");
            assert_eq!(measure.denominator.is_some(), measure.shape != Shape::Count, "{id}");
            assert_eq!(matches!(measure.unit, Unit::Number(_)), measure.shape == Shape::Count, "{id}");
            assert!(MEASURES.tables.iter().any(|table| table.name == measure.of.name), "{id}");
            let column = |name: &str| measure.of.columns.iter().any(|column| column.name == name);
            match measure.when {
                When::OnDay => assert!(column("from_day") && column("until_day"), "{id}"),
                When::InPeriod => assert!(column(measure.day), "{id}"),
            }
            assert!(measure.dimensions.iter().all(|dimension| column(dimension.needs)), "{id}");
            assert!(!measure.events.is_empty(), "{id}");
        }
    }

    #[test]
    fn northshire_aims_at_measures_that_there_are() {
        assert_eq!(unknown_targets(&Authority::default()).count(), 0);
        let targets = [("moonlight".to_owned(), 3)].into();
        let other = Authority { targets, ..Authority::default() };
        assert!(unknown_targets(&other).eq(["moonlight"]));
    }

    #[test]
    fn each_measure_names_events_that_there_are() {
        let names = [
            CaseEvent::NAMES,
            PanelEvent::NAMES,
            SupervisionEvent::NAMES,
            AuditEvent::NAMES,
            WorkforceEvent::NAMES,
            PersonEvent::NAMES,
        ];
        let known: BTreeSet<&str> = names.into_iter().flatten().copied().collect();
        for measure in CATALOGUE {
            let unknown: Vec<_> = measure.events.iter().filter(|event| !known.contains(*event)).collect();
            assert!(unknown.is_empty(), "{}: {unknown:?}", measure.id);
        }
    }
}
