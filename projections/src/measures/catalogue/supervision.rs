//! Whether practitioners are supervised, and what comes of it.

use crate::measures::dimension::{AGENCY_OF, Dimension};
use crate::measures::measure::{Better, Group, Measure, Shape, Unit, When};
use crate::measures::practitioner::tables::{ACTION, DISCUSSION, PRACTITIONER, SUPERVISION};

const THRESHOLD: Dimension = Dimension::plain("threshold", "The level of help", "threshold", "u.threshold");

/// Practitioners whose supervision is in time on a day.
pub(super) static SUPERVISED: Measure = Measure {
    id: "supervised-in-time",
    group: Group::Supervision,
    title: "The share of practitioners whose supervision is up to date",
    numerator: "Of those, practitioners whose next supervision was not overdue: as often as it was set for them, or by the \
                authority's rule; the first one counted from the day on which they began.",
    denominator: Some(
        "Practitioners who worked in a team of the authority on that day, employed or seconded, and manage no others.",
    ),
    when: When::OnDay,
    unit: Unit::Share,
    better: Better::Higher,
    events: &[
        "PractitionerRegistered",
        "SecondmentRecorded",
        "PractitionerEnded",
        "SupervisionFrequencySet",
        "SupervisionRecorded",
    ],
    dimensions: &[],
    of: &PRACTITIONER,
    day: "",
    among: "u.manages = false AND EXISTS (SELECT 1 FROM measure_agency_v4 a WHERE a.agency_id = u.agency_id AND a.is_authority)",
    shape: Shape::Share { of: "u.supervision_due_on >= :day" },
};

/// Supervisions held in time.
pub(super) static HELD_IN_TIME: Measure = Measure {
    id: "supervisions-in-time",
    group: Group::Supervision,
    title: "The share of supervisions that were held when they were due",
    numerator: "Of those, supervisions held by the day on which they were due.",
    denominator: Some("Supervisions held in the period."),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Higher,
    events: &["PractitionerRegistered", "SupervisionFrequencySet", "SupervisionRecorded"],
    dimensions: &[],
    of: &SUPERVISION,
    day: "held_on",
    among: "1 = 1",
    shape: Shape::Share { of: "u.in_time" },
};

/// Actions with priority, owner and due date.
pub(super) static ACTIONS_COMPLETE: Measure = Measure {
    id: "supervision-actions-complete",
    group: Group::Supervision,
    title: "The share of actions agreed in supervision that say how urgent they are, who does them and by when",
    numerator: "Of those, actions with a priority, an owner and a due date. The record takes no others.",
    denominator: Some("Actions agreed in supervisions held in the period, on cases and otherwise."),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Higher,
    events: &["SupervisionRecorded"],
    dimensions: &[],
    of: &SUPERVISION,
    day: "held_on",
    among: "1 = 1",
    shape: Shape::Ratio { of: "u.actions_complete", out_of: "u.actions" },
};

/// Actions done by their day.
pub(super) static ACTIONS_IN_TIME: Measure = Measure {
    id: "supervision-actions-in-time",
    group: Group::Supervision,
    title: "The share of actions agreed in supervision that were done in time",
    numerator: "Of those, actions done by the day on which they were due.",
    denominator: Some("Actions agreed in supervision that were due in the period."),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Higher,
    events: &["SupervisionRecorded", "SupervisionActionCompleted"],
    dimensions: &[Dimension::plain("priority", "Priority", "priority", "u.priority")],
    of: &ACTION,
    day: "due_on",
    among: "1 = 1",
    shape: Shape::Share { of: "u.done_on IS NOT NULL AND u.done_on <= u.due_on" },
};

/// Actions carried forward.
pub(super) static CARRIED_FORWARD: Measure = Measure {
    id: "supervision-actions-carried-forward",
    group: Group::Supervision,
    title: "The share of earlier actions that supervision had to carry forward",
    numerator: "Of those, actions that were not done by the supervision and were carried forward.",
    denominator: Some(
        "Actions of earlier supervisions that were still to be done after the one before, or were done between the two; \
         counted at each supervision held in the period.",
    ),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Lower,
    events: &["SupervisionRecorded", "SupervisionActionCompleted"],
    dimensions: &[],
    of: &SUPERVISION,
    day: "held_on",
    among: "1 = 1",
    shape: Shape::Ratio { of: "u.carried_forward", out_of: "u.earlier_actions" },
};

/// Cases discussed.
pub(super) static DISCUSSED: Measure = Measure {
    id: "supervision-thresholds-considered",
    group: Group::Supervision,
    title: "How often supervision considered whether a family gets help at the right level",
    numerator: "Cases discussed in supervisions held in the period, counted for each supervision. The record takes no \
                discussion that leaves the level of help out.",
    denominator: None,
    when: When::InPeriod,
    unit: Unit::Number("discussions"),
    better: Better::Neither,
    events: &["SupervisionRecorded"],
    dimensions: &[THRESHOLD],
    of: &DISCUSSION,
    day: "held_on",
    among: "1 = 1",
    shape: Shape::Count,
};

/// Cases for which supervision thought the level of help wrong.
pub(super) static QUESTIONED: Measure = Measure {
    id: "supervision-thresholds-questioned",
    group: Group::Supervision,
    title: "The share of families for whom supervision thought the level of help wrong",
    numerator: "Of those, cases for which more help was thought to be needed, or less to be enough.",
    denominator: Some("Cases discussed in supervisions held in the period, counted for each supervision."),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Neither,
    events: &["SupervisionRecorded"],
    dimensions: &[THRESHOLD],
    of: &DISCUSSION,
    day: "held_on",
    among: "1 = 1",
    shape: Shape::Share { of: "u.threshold <> 'right'" },
};

/// Practitioners trained in the neglect toolkit.
pub(super) static NEGLECT_TRAINED: Measure = Measure {
    id: "neglect-toolkit-trained",
    group: Group::Assessments,
    title: "The share of practitioners who are trained in the neglect toolkit",
    numerator: "Of those, practitioners who had finished the training by the end of that day.",
    denominator: Some("Practitioners in the register on that day, of the authority and of other agencies."),
    when: When::OnDay,
    unit: Unit::Share,
    better: Better::Higher,
    events: &["PractitionerRegistered", "SecondmentRecorded", "PractitionerEnded", "TrainingRecorded"],
    dimensions: &[AGENCY_OF],
    of: &PRACTITIONER,
    day: "",
    among: "1 = 1",
    shape: Shape::Share { of: "u.neglect_trained" },
};
