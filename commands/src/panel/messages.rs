//! The messages, in the order of a meeting.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::TriageOutcome;
use crate::{AgencyId, CaseId, Checks, Command, Date, PanelMeetingId, Personal};

/// A meeting of the panel is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SchedulePanel {
    /// The day on which it is to be held.
    pub on: Date,
    /// Who chairs it: a post or a role.
    pub chair: String,
    /// The agencies that are asked to come.
    #[serde(default)]
    pub invited: Vec<AgencyId>,
}

impl Command for SchedulePanel {
    fn check(&self, checks: &mut Checks) {
        checks.line("chair", &self.chair);
    }

    fn example() -> Self {
        Self {
            on: jiff::civil::date(2017, 3, 14),
            chair: "service manager, early help".to_owned(),
            invited: vec![agency()],
        }
    }
}

/// A case that waits for this meeting goes on its agenda.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddToAgenda {
    /// The case.
    pub case: CaseId,
}

impl Command for AddToAgenda {
    fn check(&self, _checks: &mut Checks) {}

    fn example() -> Self {
        Self { case: case() }
    }
}

/// Whether an agency came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Attendance {
    /// Someone came.
    Present,
    /// The agency sent apologies.
    Apologies,
    /// Nobody came, and nobody said so before.
    Absent,
}

/// One agency's attendance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgencyAttendance {
    /// The agency.
    pub agency: AgencyId,
    /// Whether it came.
    pub attendance: Attendance,
}

/// The meeting was held, and these agencies came or did not. Sent again, it replaces what was said before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordAttendance {
    /// The day on which it was held.
    pub held_on: Date,
    /// Each agency once.
    pub agencies: Vec<AgencyAttendance>,
}

impl Command for RecordAttendance {
    fn check(&self, checks: &mut Checks) {
        checks.require(
            !self.agencies.is_empty(),
            "agencies",
            "attendance-names-agencies",
            "Name at least one agency.",
        );
        for (nth, one) in self.agencies.iter().enumerate() {
            let first = self.agencies[..nth].iter().all(|earlier| earlier.agency != one.agency);
            checks.require(
                first,
                &format!("agencies[{nth}].agency"),
                "agency-named-once",
                "Name each agency once.",
            );
        }
    }

    fn example() -> Self {
        Self {
            held_on: jiff::civil::date(2017, 3, 14),
            agencies: vec![AgencyAttendance { agency: agency(), attendance: Attendance::Present }],
        }
    }
}

/// An agency told the panel what it knows of a family.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordInformationShared {
    /// The case on the agenda.
    pub case: CaseId,
    /// The agency that told it.
    pub agency: AgencyId,
    /// What it told.
    pub information: Personal<String>,
}

impl Command for RecordInformationShared {
    fn check(&self, checks: &mut Checks) {
        checks.narrative("information", &self.information);
    }

    fn example() -> Self {
        Self {
            case: case(),
            agency: agency(),
            information: "Two calls to the address since Christmas, both about noise.".into(),
        }
    }
}

/// The panel decides on a case of its agenda. A process then triages the case by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordPanelDecision {
    /// The case on the agenda.
    pub case: CaseId,
    /// The level of need, from 1 (universal).
    pub level_of_need: u8,
    /// What happens next.
    pub outcome: TriageOutcome,
    /// Why.
    pub reason: Personal<String>,
    /// What the referrer is told. Needed when the outcome is other than early help.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referrer_told: Option<Personal<String>>,
    /// What the law allows a step-up without consent on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lawful_basis: Option<Personal<String>>,
}

impl Command for RecordPanelDecision {
    fn check(&self, checks: &mut Checks) {
        checks.require(
            self.level_of_need > 0,
            "level_of_need",
            "level-of-need-known",
            "Levels of need count from 1.",
        );
        checks.narrative("reason", &self.reason);
        checks.optional_narrative("referrer_told", self.referrer_told.as_ref());
        checks.optional_narrative("lawful_basis", self.lawful_basis.as_ref());
    }

    fn example() -> Self {
        Self {
            case: case(),
            level_of_need: 3,
            outcome: TriageOutcome::EarlyHelp,
            reason: "Housing and school agree that the family needs one plan; the school will lead.".into(),
            referrer_told: None,
            lawful_basis: None,
        }
    }
}

/// The panel puts a case off to another meeting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeferAgendaItem {
    /// The case on the agenda.
    pub case: CaseId,
    /// The meeting that is to decide.
    pub to: PanelMeetingId,
    /// Why.
    pub reason: Personal<String>,
}

impl Command for DeferAgendaItem {
    fn check(&self, checks: &mut Checks) {
        checks.narrative("reason", &self.reason);
    }

    fn example() -> Self {
        Self {
            case: case(),
            to: uuid::uuid!("01890a5d-ac96-774b-bcce-b302099a8067").into(),
            reason: "Health could not come and holds the history.".into(),
        }
    }
}

/// The meeting ends. Every case on its agenda is decided or put off to a named meeting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClosePanel {}

impl Command for ClosePanel {
    fn check(&self, _checks: &mut Checks) {}

    fn example() -> Self {
        Self {}
    }
}

fn case() -> CaseId {
    uuid::uuid!("01890a5d-ac96-774b-bcce-b302099a8057").into()
}

fn agency() -> AgencyId {
    uuid::uuid!("01890a5d-ac96-774b-bcce-b302099a8062").into()
}
