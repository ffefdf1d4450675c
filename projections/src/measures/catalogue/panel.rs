//! Whether the panel works.

use crate::measures::dimension::{AGENCY_OF, Dimension};
use crate::measures::measure::{Better, Group, Measure, Shape, Unit, When};
use crate::measures::panel::tables::{ATTENDANCE, ITEM, MEETING};

/// Meetings held on the day for which they were called.
pub(super) static HELD_ON_TIME: Measure = Measure {
    id: "panel-held-on-time",
    group: Group::Panel,
    title: "The share of panel meetings that were held on the day they were planned for",
    numerator: "Of those, meetings that were held on that very day.",
    denominator: Some("Meetings of the panel that were called for a day of the period."),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Higher,
    events: &["PanelScheduled", "AttendanceRecorded"],
    dimensions: &[],
    of: &MEETING,
    day: "planned_on",
    among: "1 = 1",
    shape: Shape::Share { of: "u.held_on = u.planned_on" },
};

/// Meetings that followed the one before within the authority's cadence.
pub(super) static CADENCE: Measure = Measure {
    id: "panel-cadence",
    group: Group::Panel,
    title: "The share of panel meetings that followed the one before as soon as they should",
    numerator: "Of those, meetings with no more days since the meeting held before than the authority sets between two.",
    denominator: Some(
        "Meetings of the panel that were held in the period, save the first that was ever held.",
    ),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Higher,
    events: &["AttendanceRecorded"],
    dimensions: &[],
    of: &MEETING,
    day: "held_on",
    among: "EXISTS (SELECT 1 FROM report_panel_v4 b WHERE b.held_on < u.held_on)",
    shape: Shape::Share {
        of: "u.held_number - (SELECT b.held_number FROM report_panel_v4 b WHERE b.held_on < u.held_on \
             ORDER BY b.held_on DESC LIMIT 1) <= u.cadence_days",
    },
};

/// Agencies that came.
pub(super) static ATTENDED: Measure = Measure {
    id: "panel-attendance",
    group: Group::Panel,
    title: "How often the agencies that were asked to the panel came",
    numerator: "Of those, agencies from which someone came.",
    denominator: Some(
        "Agencies that were asked to the panel's meetings held in the period, or came unasked, counted for each meeting. \
         One that was asked and is not named in the attendance did not come.",
    ),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Higher,
    events: &["PanelScheduled", "AttendanceRecorded"],
    dimensions: &[AGENCY_OF, Dimension::plain("attendance", "Attendance", "attendance", "u.attendance")],
    of: &ATTENDANCE,
    day: "held_on",
    among: "1 = 1",
    shape: Shape::Share { of: "u.attendance = 'present'" },
};

/// Cases decided rather than put off.
pub(super) static DECIDED: Measure = Measure {
    id: "panel-decided",
    group: Group::Panel,
    title: "The share of families before the panel whose referral it decided at once",
    numerator: "Of those, cases that the panel decided, and did not put off to another meeting.",
    denominator: Some(
        "Cases on the panel's agenda that it decided or put off in the period, counted for each meeting.",
    ),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Higher,
    events: &["PanelDecisionRecorded", "AgendaItemDeferred"],
    dimensions: &[Dimension::plain("result", "What the panel did", "result", "u.result")],
    of: &ITEM,
    day: "decided_on",
    among: "1 = 1",
    shape: Shape::Share { of: "u.decided" },
};
