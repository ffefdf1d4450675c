//! Help at the right level.

use crate::measures::case::tables::{REFERRAL, STEP_UP};
use crate::measures::dimension::Dimension;
use crate::measures::measure::{Better, Group, Measure, Shape, Unit, When};

/// Who decided.
const FORUM: Dimension = Dimension::plain("forum", "Who decided", "forum", "u.forum");

/// Referrals that were accepted.
pub(super) static ACCEPTED: Measure = Measure {
    id: "referrals-accepted",
    group: Group::Thresholds,
    title: "The share of decisions that accept a family for early help",
    numerator: "Of those, decisions for early help.",
    denominator: Some("Decisions on referrals in the period."),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Neither,
    events: &["ReferralReceived", "TriageDecided"],
    dimensions: &[FORUM],
    of: &REFERRAL,
    day: "decided_on",
    among: "1 = 1",
    shape: Shape::Share { of: "u.outcome = 'early-help'" },
};

/// Need at a statutory level met at the front door.
pub(super) static STEPPED_UP_AT_TRIAGE: Measure = Measure {
    id: "stepped-up-at-triage",
    group: Group::Thresholds,
    title: "The share of decisions that pass a family to statutory social care",
    numerator: "Of those, decisions to step up.",
    denominator: Some("Decisions on referrals in the period."),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Neither,
    events: &["ReferralReceived", "TriageDecided"],
    dimensions: &[FORUM],
    of: &REFERRAL,
    day: "decided_on",
    among: "1 = 1",
    shape: Shape::Share { of: "u.outcome = 'step-up'" },
};

/// Families who came back at a higher level.
pub(super) static BACK_AT_HIGHER_LEVEL: Measure = Measure {
    id: "back-at-higher-level",
    group: Group::Thresholds,
    title: "The share of families sent to universal services who came back within 90 days at a higher level",
    numerator: "Of those, families of which a child was referred again and found to be at a higher level of \
        need within these 90 days.",
    denominator: Some("Decisions for universal services whose 90 days ended in the period."),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Lower,
    events: &["ReferralReceived", "TriageDecided"],
    dimensions: &[FORUM],
    of: &REFERRAL,
    day: "ninety_days_on",
    among: "u.outcome = 'universal-services'",
    shape: Shape::Share {
        of: "EXISTS (SELECT 1 FROM report_child_case_v4 c JOIN report_child_case_v4 o ON o.person_id = c.person_id \
        AND o.case_id <> c.case_id AND o.came_on <= u.ninety_days_on JOIN report_referral_v4 r ON r.case_id = \
        o.case_id WHERE c.case_id = u.case_id AND c.came_on <= u.decided_on AND r.received_on > u.decided_on AND \
        r.decided_on <= u.ninety_days_on AND \
        r.level_of_need > u.level_of_need)",
    },
};

/// Step-ups that were declined.
pub(super) static DECLINED_STEP_UPS: Measure = Measure {
    id: "declined-step-ups",
    group: Group::Thresholds,
    title: "The share of step-ups that statutory social care declined",
    numerator: "Of those, answers that declined.",
    denominator: Some(
        "Answers to step-up requests in the period; requests that early help took back are \
        left out.",
    ),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Lower,
    events: &["StepUpRequested", "StepUpAccepted", "StepUpDeclined"],
    dimensions: &[],
    of: &STEP_UP,
    day: "answered_on",
    among: "u.answer <> 'withdrawn'",
    shape: Shape::Share { of: "u.answer = 'declined'" },
};
