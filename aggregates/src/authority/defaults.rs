//! Northshire: an invented authority, as an English one might set itself up.

use std::collections::BTreeMap;

use caseledger_commands::workforce::AgencyKind;
use uuid::{Uuid, uuid};

use super::{
    AgencySetting, Authority, Level, Limits, Locality, Panel, PracticeStandard, ProtocolItem,
    SupervisionSettings, TeamSetting, Timescales,
};
use crate::calendar::Calendar;

const COUNCIL: Uuid = uuid!("0190a000-0000-7000-8000-0000000000a1");

impl Default for Authority {
    fn default() -> Self {
        Self {
            id: "northshire".to_owned(),
            name: "Northshire Council".to_owned(),
            statutory_level: 4,
            small_numbers_below: 5,
            levels: levels(),
            timescales: Timescales::default(),
            limits: Limits::default(),
            panel: Panel::default(),
            supervision: SupervisionSettings::default(),
            calendar: Calendar::default(),
            localities: ["Coast", "Riverside", "Moorland"]
                .map(|name| Locality { name: name.to_owned() })
                .into(),
            agencies: agencies(),
            teams: teams(),
            step_up_protocol: items(STEP_UP),
            step_down_protocol: items(STEP_DOWN),
            audit_standards: audit_standards(),
            targets: targets(),
        }
    }
}

/// What Northshire's board has set itself for the year.
fn targets() -> BTreeMap<String, u32> {
    [("partner-led", 25)].map(|(measure, target)| (measure.to_owned(), target)).into()
}

/// Sources: Working Together to Safeguard Children for the decision and the assessment, and `domain.md`; the others are
/// what English authorities commonly set.
impl Default for Timescales {
    fn default() -> Self {
        Self {
            acknowledge_working_days: 1,
            decide_working_days: 1,
            domestic_abuse_response_working_days: 1,
            allocate_working_days: 5,
            assessment_working_days: 45,
            first_review_working_days: 30,
            review_interval_working_days: 60,
            step_up_answer_working_days: 1,
            step_down_answer_working_days: 5,
            sustained_check_months: 6,
            drift_months: 12,
            drift_reviews: 3,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { backdating_days: 365, reopening_days: 28 }
    }
}

impl Default for Panel {
    fn default() -> Self {
        Self { forum: "Early help panel".to_owned(), cadence_days: 14 }
    }
}

impl Default for SupervisionSettings {
    fn default() -> Self {
        Self { frequency_days: 31 }
    }
}

fn levels() -> Vec<Level> {
    let level = |name: &str, meaning: &str| Level { name: name.to_owned(), meaning: meaning.to_owned() };
    vec![
        level("Universal", "The family's needs are met by the services that every family has."),
        level("Additional", "The family needs a little more, which one agency can give."),
        level("Targeted", "The family has several needs, and several agencies work to one plan."),
        level("Statutory", "A child is in need or at risk of significant harm: statutory social care."),
    ]
}

fn agencies() -> Vec<AgencySetting> {
    let agency = |id: Uuid, name: &str, kind| AgencySetting { id: id.into(), name: name.to_owned(), kind };
    vec![
        agency(COUNCIL, "Northshire Council early help", AgencyKind::Authority),
        agency(
            uuid!("0190a000-0000-7000-8000-0000000000a2"),
            "Northshire schools partnership",
            AgencyKind::School,
        ),
        agency(uuid!("0190a000-0000-7000-8000-0000000000a3"), "Northshire Police", AgencyKind::Police),
        agency(
            uuid!("0190a000-0000-7000-8000-0000000000a4"),
            "Northshire community health",
            AgencyKind::Health,
        ),
        agency(uuid!("0190a000-0000-7000-8000-0000000000a5"), "Northshire Homes", AgencyKind::Housing),
        agency(uuid!("0190a000-0000-7000-8000-0000000000a6"), "Families Forward", AgencyKind::Charity),
    ]
}

fn teams() -> Vec<TeamSetting> {
    let team = |id: Uuid, name: &str, locality: &str| TeamSetting {
        id: id.into(),
        name: name.to_owned(),
        locality: locality.to_owned(),
        agency: COUNCIL.into(),
    };
    vec![
        team(uuid!("0190a000-0000-7000-8000-0000000000b1"), "Coast locality team", "Coast"),
        team(uuid!("0190a000-0000-7000-8000-0000000000b2"), "Riverside locality team", "Riverside"),
        team(uuid!("0190a000-0000-7000-8000-0000000000b3"), "Moorland locality team", "Moorland"),
    ]
}

const STEP_UP: &[(&str, &str)] = &[
    ("assessment", "The latest assessment, or why there is none"),
    ("plan", "The plan and its latest review"),
    ("chronology", "A chronology of significant events"),
    ("voice-of-the-child", "What each child has said, and when each was last seen alone"),
    ("risks", "The risks now, and what has been done about them"),
    ("family-network", "Who is in the family and its network, and how to reach them"),
    ("consent", "The family's consent, or the lawful basis for going without it"),
    ("agencies", "The agencies that know the family, with a person to ask at each"),
];

const STEP_DOWN: &[(&str, &str)] = &[
    ("assessment", "The latest statutory assessment"),
    ("closing-summary", "Why statutory social care ends its part, and what has changed"),
    ("plan", "The plan that goes on, with its actions and owners"),
    ("chronology", "A chronology of significant events"),
    ("voice-of-the-child", "What each child has said, and when each was last seen alone"),
    ("risks", "The risks that remain, and when to step up again"),
    ("consent", "The family's consent to early help"),
    ("handover-meeting", "The date of the meeting at which the family meets its new lead practitioner"),
];

fn items(list: &[(&str, &str)]) -> Vec<ProtocolItem> {
    list.iter().map(|(id, title)| ProtocolItem { id: (*id).to_owned(), title: (*title).to_owned() }).collect()
}

fn audit_standards() -> Vec<PracticeStandard> {
    let standard =
        |(id, title): (&str, &str)| PracticeStandard { id: id.to_owned(), title: title.to_owned() };
    [
        ("voice-of-the-child", "Each child is seen and heard, and what they say shapes the work"),
        ("assessment", "The assessment is timely, analytical and covers the whole family"),
        ("planning", "The plan has goals that can be measured, and actions with an owner and a date"),
        ("review", "Reviews are on time, attended by those who matter, and change what does not work"),
        ("threshold", "The level of need is right, and considered again when circumstances change"),
        ("information-sharing", "Information is shared in time with those who need it"),
        ("management-oversight", "A manager's decisions are recorded with their reasons, and followed"),
        ("impact", "The child's life is better for the work"),
    ]
    .map(standard)
    .into()
}
