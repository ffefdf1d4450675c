//! How families come to early help, and how soon they are answered.

use crate::measures::case::tables::REFERRAL;
use crate::measures::dimension::Dimension;
use crate::measures::measure::{Better, Group, Measure, Shape, Unit, When};

/// Route.
const ROUTE: Dimension = Dimension::plain("route", "Route", "route", "u.route");
/// Outcome.
const OUTCOME: Dimension = Dimension::plain("outcome", "Outcome", "outcome", "u.outcome");
/// Who decided.
const FORUM: Dimension = Dimension::plain("forum", "Who decided", "forum", "u.forum");

/// Referrals that came in a period.
pub(super) static REFERRALS: Measure = Measure {
    id: "referrals",
    group: Group::FrontDoor,
    title: "How many families were referred",
    numerator: "Referrals received in the period. Cases brought in from another record are not counted.",
    denominator: None,
    when: When::InPeriod,
    unit: Unit::Number("referrals"),
    better: Better::Neither,
    events: &["ReferralReceived"],
    dimensions: &[ROUTE],
    of: &REFERRAL,
    day: "received_on",
    among: "1 = 1",
    shape: Shape::Count,
};

/// Whether referrers were told in time that a referral arrived.
pub(super) static ACKNOWLEDGED_IN_TIME: Measure = Measure {
    id: "referrals-acknowledged-in-time",
    group: Group::FrontDoor,
    title: "The share of referrals that were acknowledged in time",
    numerator: "Of those, referrals acknowledged by that day.",
    denominator: Some(
        "Referrals to be acknowledged in the period: the authority's timescale in working \
        days after they were received.",
    ),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Higher,
    events: &["ReferralReceived", "ReferralAcknowledged"],
    dimensions: &[ROUTE],
    of: &REFERRAL,
    day: "acknowledge_by",
    among: "1 = 1",
    shape: Shape::Share { of: "u.acknowledged_on <= u.acknowledge_by" },
};

/// How long acknowledgements took.
pub(super) static ACKNOWLEDGEMENT_TIME: Measure = Measure {
    id: "acknowledgement-time",
    group: Group::FrontDoor,
    title: "How long referrers wait to hear that a referral arrived",
    numerator: "Working days from receipt to acknowledgement, on average.",
    denominator: Some("Referrals acknowledged in the period."),
    when: When::InPeriod,
    unit: Unit::WorkingDays,
    better: Better::Lower,
    events: &["ReferralReceived", "ReferralAcknowledged"],
    dimensions: &[ROUTE],
    of: &REFERRAL,
    day: "acknowledged_on",
    among: "1 = 1",
    shape: Shape::Mean { of: "u.acknowledge_working_days" },
};

/// Whether referrals were decided on in time.
pub(super) static DECIDED_IN_TIME: Measure = Measure {
    id: "referrals-decided-in-time",
    group: Group::FrontDoor,
    title: "The share of referrals that were decided on in time",
    numerator: "Of those, referrals on which it was decided by that day.",
    denominator: Some(
        "Referrals to be decided on in the period: the authority's timescale in working days \
        after they were received (Working Together: one).",
    ),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Higher,
    events: &["ReferralReceived", "TriageDecided"],
    dimensions: &[ROUTE],
    of: &REFERRAL,
    day: "decide_by",
    among: "1 = 1",
    shape: Shape::Share { of: "u.decided_on <= u.decide_by" },
};

/// How long decisions took.
pub(super) static DECISION_TIME: Measure = Measure {
    id: "decision-time",
    group: Group::FrontDoor,
    title: "How long families wait for a decision on their referral",
    numerator: "Working days from receipt to decision, on average.",
    denominator: Some("Referrals decided on in the period."),
    when: When::InPeriod,
    unit: Unit::WorkingDays,
    better: Better::Lower,
    events: &["ReferralReceived", "TriageDecided"],
    dimensions: &[FORUM, OUTCOME],
    of: &REFERRAL,
    day: "decided_on",
    among: "1 = 1",
    shape: Shape::Mean { of: "u.decide_working_days" },
};

/// How long the panel took.
pub(super) static PANEL_DECISION_TIME: Measure = Measure {
    id: "panel-decision-time",
    group: Group::Panel,
    title: "How long families wait for a decision of the panel",
    numerator: "Working days from receipt of the referral to the decision, on average.",
    denominator: Some("Referrals on which the panel decided in the period."),
    when: When::InPeriod,
    unit: Unit::WorkingDays,
    better: Better::Lower,
    events: &["ReferralReceived", "ReferredToPanel", "TriageDecided"],
    dimensions: &[OUTCOME],
    of: &REFERRAL,
    day: "decided_on",
    among: "u.forum = 'panel'",
    shape: Shape::Mean { of: "u.decide_working_days" },
};

/// What was decided.
pub(super) static DECISIONS: Measure = Measure {
    id: "triage-decisions",
    group: Group::FrontDoor,
    title: "What was decided on referrals",
    numerator: "Decisions on referrals in the period.",
    denominator: None,
    when: When::InPeriod,
    unit: Unit::Number("decisions"),
    better: Better::Neither,
    events: &["ReferralReceived", "TriageDecided"],
    dimensions: &[OUTCOME, FORUM],
    of: &REFERRAL,
    day: "decided_on",
    among: "1 = 1",
    shape: Shape::Count,
};

/// Whether referrers heard the outcome.
pub(super) static REFERRERS_TOLD: Measure = Measure {
    id: "referrers-told",
    group: Group::FrontDoor,
    title: "The share of decisions of which the referrer was told",
    numerator: "Of those, decisions with a record of what the referrer was told.",
    denominator: Some("Decisions on referrals in the period."),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Higher,
    events: &["TriageDecided"],
    dimensions: &[OUTCOME, FORUM],
    of: &REFERRAL,
    day: "decided_on",
    among: "1 = 1",
    shape: Shape::Share { of: "u.referrer_told" },
};

/// Families who were referred before.
pub(super) static REPEAT_REFERRALS: Measure = Measure {
    id: "repeat-referrals",
    group: Group::FrontDoor,
    title: "The share of referrals of families who were referred in the year before",
    numerator: "Of those, referrals of a child for whom another case had begun in the twelve months before.",
    denominator: Some("Referrals received in the period."),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Lower,
    events: &["ReferralReceived", "CaseImported", "FamilyMemberAdded"],
    dimensions: &[ROUTE],
    of: &REFERRAL,
    day: "received_on",
    among: "1 = 1",
    shape: Shape::Share {
        // A child belongs to a referral when it came with it. In this form the databases look all of them up once, and not
        // for each referral.
        of: "(u.case_id, u.received_on) IN (SELECT c.case_id, c.came_on FROM report_child_case_v4 c WHERE \
        c.came_back = true AND c.came_on >= :first AND c.came_on <= :last)",
    },
};
