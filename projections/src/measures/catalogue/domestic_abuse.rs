//! Whether children in homes with domestic abuse are answered at once.

use crate::measures::case::tables::REFERRAL;
use crate::measures::measure::{Better, Group, Measure, Shape, Unit, When};

/// Notifications that came.
pub(super) static NOTIFICATIONS: Measure = Measure {
    id: "domestic-abuse-notifications",
    group: Group::DomesticAbuse,
    title: "How many domestic abuse notifications came with referrals",
    numerator: "Referrals with a domestic incident of which the police told in the period.",
    denominator: None,
    when: When::InPeriod,
    unit: Unit::Number("notifications"),
    better: Better::Neither,
    events: &["ReferralReceived"],
    dimensions: &[],
    of: &REFERRAL,
    day: "notified_on",
    among: "1 = 1",
    shape: Shape::Count,
};

/// Whether they were answered in time.
pub(super) static IN_TIME: Measure = Measure {
    id: "domestic-abuse-answered-in-time",
    group: Group::DomesticAbuse,
    title: "The share of domestic abuse notifications that were answered in time",
    numerator: "Of those, notifications after which the referral was acknowledged or decided on, or the \
        family was contacted, by that day.",
    denominator: Some("Notifications to be answered in the period, by the authority's timescale."),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Higher,
    events: &["ReferralReceived", "ReferralAcknowledged", "TriageDecided", "ContactRecorded"],
    dimensions: &[],
    of: &REFERRAL,
    day: "respond_by",
    among: "1 = 1",
    shape: Shape::Share { of: "u.responded_on <= u.respond_by" },
};

/// How long the answer took.
pub(super) static TIME: Measure = Measure {
    id: "domestic-abuse-response-time",
    group: Group::DomesticAbuse,
    title: "How long domestic abuse notifications wait for an answer",
    numerator: "Working days from the notification to the first acknowledgement, contact or decision, on \
        average.",
    denominator: Some("Notifications answered in the period."),
    when: When::InPeriod,
    unit: Unit::WorkingDays,
    better: Better::Lower,
    events: &["ReferralReceived", "ReferralAcknowledged", "TriageDecided", "ContactRecorded"],
    dimensions: &[],
    of: &REFERRAL,
    day: "responded_on",
    among: "1 = 1",
    shape: Shape::Mean { of: "u.respond_working_days" },
};
