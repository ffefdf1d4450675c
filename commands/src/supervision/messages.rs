//! The messages. The record needs no opening: the first message about a practitioner begins it.

use std::ops::RangeInclusive;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::Priority;
use crate::{ActionId, CaseId, Checks, Command, Date, Personal, PractitionerId};

/// How many days may lie between two supervisions: at least a day, at most a quarter of a year.
pub const FREQUENCY_DAYS: RangeInclusive<u32> = 1..=92;

/// Sets how often a practitioner is to be supervised, where that differs from the authority's rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetSupervisionFrequency {
    /// At most how many days lie between two supervisions: 1 to 92.
    pub every_days: u32,
    /// Why: a newly qualified practitioner, a part-time post, a large caseload.
    pub reason: Personal<String>,
}

impl Command for SetSupervisionFrequency {
    fn check(&self, checks: &mut Checks) {
        checks.require(
            FREQUENCY_DAYS.contains(&self.every_days),
            "every_days",
            "supervision-at-least-quarterly",
            "Give 1 to 92 days.",
        );
        checks.narrative("reason", &self.reason);
    }

    fn example() -> Self {
        Self {
            every_days: 14,
            reason: "In the first year after qualifying, supervision is fortnightly.".into(),
        }
    }
}

/// Something that is to be done after a supervision. It always has a priority, an owner and a due date: the inspection
/// letter found that actions which have none are not followed up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SupervisionAction {
    /// The action's own id, made by whoever sends the message: a new UUID, best of version 7.
    pub id: ActionId,
    /// What is to be done.
    pub what: Personal<String>,
    /// How much hangs on it.
    pub priority: Priority,
    /// Who does it: the practitioner, the supervisor or a colleague.
    pub owner: PractitionerId,
    /// By which day.
    pub due: Date,
}

/// What supervisor and practitioner think of the level at which a family is helped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ThresholdView {
    /// The level is right.
    Right,
    /// The family may need more: a step-up is to be considered.
    Higher,
    /// The family may manage with less.
    Lower,
}

/// What was said about one case. It appears on the case's timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseDiscussion {
    /// The case.
    pub case: CaseId,
    /// What has changed for the family since the case was last discussed.
    pub changed_circumstances: Personal<String>,
    /// What may harm a child, and what is done about it.
    pub risks: Personal<String>,
    /// Whether the level of help is right.
    pub threshold: ThresholdView,
    /// Why.
    pub threshold_reason: Personal<String>,
    /// What is to be done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<SupervisionAction>,
}

/// Records a supervision that was held. What was not done of earlier actions is carried forward by the record itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordSupervision {
    /// The day on which it was held.
    pub held_on: Date,
    /// Who supervised.
    pub supervisor: PractitionerId,
    /// What was said about the practitioner's development.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub development: Option<Personal<String>>,
    /// What was said about training, done and needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training: Option<Personal<String>>,
    /// How the practitioner is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wellbeing: Option<Personal<String>>,
    /// The cases that were discussed.
    #[serde(default)]
    pub cases: Vec<CaseDiscussion>,
    /// What is to be done besides the cases.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<SupervisionAction>,
}

impl Command for RecordSupervision {
    fn check(&self, checks: &mut Checks) {
        for (field, told) in
            [("development", &self.development), ("training", &self.training), ("wellbeing", &self.wellbeing)]
        {
            if let Some(told) = told {
                checks.narrative(field, told);
            }
        }
        let says_nothing = self.development.is_none()
            && self.training.is_none()
            && self.wellbeing.is_none()
            && self.cases.is_empty();
        checks.require(
            !says_nothing,
            "cases",
            "supervision-says-something",
            "Say what was discussed: development, training, wellbeing or at least one case.",
        );
        checks.each("cases", &self.cases, |checks, discussed| {
            checks.narrative("changed_circumstances", &discussed.changed_circumstances);
            checks.narrative("risks", &discussed.risks);
            checks.narrative("threshold_reason", &discussed.threshold_reason);
            checks
                .each("actions", &discussed.actions, |checks, action| checks.narrative("what", &action.what));
        });
        checks.each("actions", &self.actions, |checks, action| checks.narrative("what", &action.what));
        for (index, discussed) in self.cases.iter().enumerate() {
            checks.require(
                self.cases[..index].iter().all(|earlier| earlier.case != discussed.case),
                &format!("cases[{index}].case"),
                "case-discussed-once",
                "Put all that was said about a case in one place.",
            );
        }
        let actions: Vec<_> = self.each_action().collect();
        for (index, (field, _, action)) in actions.iter().enumerate() {
            checks.require(
                actions[..index].iter().all(|(_, _, earlier)| earlier.id != action.id),
                &format!("{field}.id"),
                "action-id-new",
                "Give each action an id of its own.",
            );
        }
    }

    fn example() -> Self {
        let practitioner: PractitionerId = uuid::uuid!("01890a5d-ac96-774b-bcce-b302099a8101").into();
        Self {
            held_on: jiff::civil::date(2017, 5, 16),
            supervisor: uuid::uuid!("01890a5d-ac96-774b-bcce-b302099a8102").into(),
            development: Some(
                "Would like to lead a review with a partner agency's practitioner beside her.".into(),
            ),
            training: Some(
                "Neglect toolkit done in March; motivational interviewing is booked for June.".into(),
            ),
            wellbeing: Some(
                "Eleven families is at the limit; no new allocation until two plans close.".into(),
            ),
            cases: vec![CaseDiscussion {
                case: uuid::uuid!("01890a5d-ac96-774b-bcce-b302099a8057").into(),
                changed_circumstances: "The father has moved back in; attendance is up to 88%.".into(),
                risks: "Arguments in the evening; the children know whom to ring.".into(),
                threshold: ThresholdView::Right,
                threshold_reason: "Both parents keep to the plan and the school sees the difference.".into(),
                actions: vec![SupervisionAction {
                    id: uuid::uuid!("01890a5d-ac96-774b-bcce-b302099a8201").into(),
                    what: "See both children alone at school.".into(),
                    priority: Priority::High,
                    owner: practitioner,
                    due: jiff::civil::date(2017, 5, 26),
                }],
            }],
            actions: vec![],
        }
    }
}

impl RecordSupervision {
    /// Every action that is set, with the field where it stands and the case that it is about.
    pub fn each_action(&self) -> impl Iterator<Item = (String, Option<CaseId>, &SupervisionAction)> {
        let of_cases = self.cases.iter().enumerate().flat_map(|(at, discussed)| {
            let set = discussed.actions.iter().enumerate();
            set.map(move |(index, action)| {
                (format!("cases[{at}].actions[{index}]"), Some(discussed.case), action)
            })
        });
        let others = self.actions.iter().enumerate();
        of_cases.chain(others.map(|(index, action)| (format!("actions[{index}]"), None, action)))
    }
}

/// Records that an action set in supervision is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CompleteSupervisionAction {
    /// The action.
    pub action: ActionId,
    /// What came of it.
    pub outcome: Personal<String>,
}

impl Command for CompleteSupervisionAction {
    fn check(&self, checks: &mut Checks) {
        checks.narrative("outcome", &self.outcome);
    }

    fn example() -> Self {
        Self {
            action: uuid::uuid!("01890a5d-ac96-774b-bcce-b302099a8201").into(),
            outcome: "Saw both on Tuesday; their wishes are in the record of the visit.".into(),
        }
    }
}
