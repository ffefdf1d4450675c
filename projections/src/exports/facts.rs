//! What events say of a case that an export needs, each with the day on which it happened. Pure.

use caseledger_aggregates::calendar::civil_date;
use caseledger_aggregates::case::{CaseEvent, CaseImported, RecordCorrected};
use caseledger_commands::case::{ClosureReason, FamilyRole, Forum, TriageOutcome};
use caseledger_commands::codes::{Need, ReferralSource};
use caseledger_commands::{
    ActionId, AgencyId, AssessmentId, Date, PersonId, Personal, PractitionerId, TeamId,
};
use caseledger_log::Position;
use serde::{Deserialize, Serialize};

/// What an event says of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub(super) enum Fact {
    /// Somebody asked for help for these children.
    Referred(Referred),
    /// A child joined the family of the case.
    Joined { child: PersonId },
    /// A person no longer belonged to it.
    Left { person: PersonId },
    /// Triage decided.
    Triaged { outcome: TriageOutcome, forum: Forum, decided_by: String },
    /// The case got a team, a lead practitioner and a lead agency, or other ones.
    Held(Held),
    /// An assessment of these children began.
    AssessmentStarted { assessment: AssessmentId, children: Vec<PersonId>, organisation: Option<String> },
    /// It was completed, and found this need first.
    AssessmentCompleted { assessment: AssessmentId, need: Option<Need> },
    /// It was given back, to be completed again.
    AssessmentReturned { assessment: AssessmentId },
    /// Early help began to work with the family.
    Accepted,
    /// Statutory social care took the family over.
    SteppedUp,
    /// The case was closed; without a reason where triage turned it away.
    Closed { reason: Option<ClosureReason> },
    /// It went on from where it was.
    Reopened,
    /// An earlier record's action came in without an owner or without a due date.
    ActionLacking { action: ActionId, owner: bool, due: bool },
    /// Such an action got a due date.
    ActionDated { action: ActionId },
    /// Such an action got an owner.
    ActionOwned { action: ActionId },
    /// Such an action was done, or no longer to be done.
    ActionEnded { action: ActionId },
    /// Only the named could still see the case.
    Restricted,
    /// The restriction ended.
    Lifted,
}

/// That somebody asked for help.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Referred {
    /// Who asked; not known of some that an earlier record held.
    pub source: Option<ReferralSource>,
    /// The children.
    pub children: Vec<PersonId>,
    /// What they need first.
    pub need: Option<Need>,
    /// Whether it stands on the list of contacts.
    pub contact: bool,
    /// Whether it stands on the list of referrals.
    pub referral: bool,
    /// Of an imported one: whether nothing more was done.
    pub ended_there: Option<bool>,
}

/// Who holds a case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Held {
    /// The team.
    pub team: Option<TeamId>,
    /// The lead practitioner.
    pub practitioner: Option<PractitionerId>,
    /// The lead agency.
    pub agency: Option<AgencyId>,
    /// The team in the words of an earlier record.
    pub team_words: Option<String>,
    /// The worker in the words of an earlier record.
    pub worker_words: Option<Personal<String>>,
}

/// A fact, the day on which it happened and the event that says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Dated {
    /// The civil day in England.
    pub day: Date,
    /// Where the event stands in the log.
    pub position: Position,
    /// Where it stands among the case's own: what a correction names.
    pub sequence: u64,
    /// The fact.
    pub fact: Fact,
}

/// Whether no export tells anything of an event, whatever was said of the case before. So it is with most events of a case
/// that is worked on.
pub(super) fn says_nothing(event: &CaseEvent) -> bool {
    match event {
        CaseEvent::ContactRecorded(_) | CaseEvent::PlanReviewed(_) | CaseEvent::VoiceOfChildRecorded(_) => {
            true
        }
        CaseEvent::PlanChanged(e) => e.altered_actions.is_empty(),
        _ => false,
    }
}

/// What an event says, in order; `known` is what was said of the case before.
pub(super) fn facts_of(event: &CaseEvent, day: Date, known: &[Dated]) -> Vec<(Date, Fact)> {
    let lacking = |asked: ActionId| {
        known.iter().any(|it| matches!(it.fact, Fact::ActionLacking { action, .. } if action == asked))
    };
    let of_lacking = |action: ActionId, fact: Fact| if lacking(action) { vec![(day, fact)] } else { vec![] };
    match event {
        CaseEvent::ReferralReceived(e) => {
            let referred = Referred {
                source: Some(e.source),
                children: e.children.clone(),
                need: e.presenting_needs.first().copied(),
                contact: true,
                referral: true,
                ended_there: None,
            };
            vec![(civil_date(e.received_at), Fact::Referred(referred))]
        }
        CaseEvent::CaseImported(e) => imported(e),
        CaseEvent::TriageDecided(e) => {
            let decided =
                Fact::Triaged { outcome: e.outcome, forum: e.forum, decided_by: e.decided_by.clone() };
            let then = match e.outcome {
                TriageOutcome::EarlyHelp => Fact::Accepted,
                _ => Fact::Closed { reason: None },
            };
            vec![(day, decided), (day, then)]
        }
        CaseEvent::CaseAllocated(e) => {
            vec![(day, Fact::Held(Held::by(e.team, e.lead_practitioner, e.lead_agency)))]
        }
        CaseEvent::CaseReallocated(e) => {
            vec![(day, Fact::Held(Held::by(e.team, e.lead_practitioner, e.lead_agency)))]
        }
        CaseEvent::FamilyMemberAdded(e) if e.role == FamilyRole::Child => {
            vec![(day, Fact::Joined { child: e.person })]
        }
        CaseEvent::FamilyMembershipEnded(e) => vec![(day, Fact::Left { person: e.person })],
        CaseEvent::AssessmentStarted(e) => {
            let (assessment, children) = (e.assessment, e.children.clone());
            vec![(e.started_on, Fact::AssessmentStarted { assessment, children, organisation: None })]
        }
        CaseEvent::AssessmentCompleted(e) => {
            let need = e.needs.first().map(|assessed| assessed.need);
            vec![(e.completed_on, Fact::AssessmentCompleted { assessment: e.assessment, need })]
        }
        CaseEvent::AssessmentReturned(e) => {
            vec![(day, Fact::AssessmentReturned { assessment: e.assessment })]
        }
        CaseEvent::StepDownAccepted(_) => vec![(day, Fact::Accepted)],
        CaseEvent::StepUpAccepted(_) => vec![(day, Fact::SteppedUp)],
        CaseEvent::CaseClosed(e) => vec![(day, Fact::Closed { reason: Some(e.reason) })],
        CaseEvent::CaseReopened(_) => vec![(day, Fact::Reopened)],
        CaseEvent::ActionRescheduled(e) => of_lacking(e.action, Fact::ActionDated { action: e.action }),
        CaseEvent::ActionCompleted(e) => of_lacking(e.action, Fact::ActionEnded { action: e.action }),
        CaseEvent::ActionCancelled(e) => of_lacking(e.action, Fact::ActionEnded { action: e.action }),
        CaseEvent::PlanChanged(e) => e
            .altered_actions
            .iter()
            .filter(|altered| altered.owner.is_some())
            .flat_map(|altered| of_lacking(altered.action, Fact::ActionOwned { action: altered.action }))
            .collect(),
        CaseEvent::CaseRestricted(_) => vec![(day, Fact::Restricted)],
        CaseEvent::RestrictionLifted(_) => vec![(day, Fact::Lifted)],
        _ => vec![],
    }
}

impl Held {
    fn by(team: TeamId, practitioner: PractitionerId, agency: AgencyId) -> Self {
        Self { team: Some(team), practitioner: Some(practitioner), agency: Some(agency), ..Self::default() }
    }
}

/// A case that another record held happened on the days that the record tells.
///
/// What came in from a list of an earlier Annex A stands on that list and on no other: whoever made the workbook had put
/// the same family's contact and referral into both.
fn imported(e: &CaseImported) -> Vec<(Date, Fact)> {
    let day = e.accepted_on;
    let list = e.provenance.sheet.as_deref().filter(|_| e.provenance.file == "Annex A").and_then(list_number);
    let mut told = vec![];
    if let Some(referred_on) = e.referred_on {
        let referred = Referred {
            source: e.source,
            children: e.children.clone(),
            need: e.needs.first().copied(),
            contact: list.is_none_or(|list| list == 1),
            referral: list.is_none_or(|list| list == 3),
            ended_there: Some(e.closure.as_ref().is_some_and(|closure| closure.closed_on == referred_on)),
        };
        told.push((referred_on, Fact::Referred(referred)));
    }
    told.extend(e.children.iter().map(|child| (day, Fact::Joined { child: *child })));
    let held = Held {
        team: e.team,
        practitioner: e.lead_practitioner,
        agency: e.lead_agency,
        team_words: e.allocated_team.clone(),
        worker_words: e.allocated_worker.clone(),
    };
    if held != Held::default() {
        told.push((day, Fact::Held(held)));
    }
    told.push((day, Fact::Accepted));
    if let Some(assessment) = &e.assessment {
        let (organisation, children) = (assessment.organisation.clone(), e.children.clone());
        let started = Fact::AssessmentStarted { assessment: e.assessment_id, children, organisation };
        told.push((assessment.started_on, started));
        let completed =
            Fact::AssessmentCompleted { assessment: e.assessment_id, need: e.needs.first().copied() };
        told.extend(assessment.completed_on.map(|day| (day, completed)));
    }
    for action in e.plan.iter().flat_map(|plan| &plan.actions) {
        if let (Some(id), true) = (action.id, action.owner.is_none() || action.due.is_none()) {
            let fact =
                Fact::ActionLacking { action: id, owner: action.owner.is_none(), due: action.due.is_none() };
            told.push((day, fact));
        }
    }
    let closed = |closure: &caseledger_commands::case::ImportedClosure| {
        (closure.closed_on, Fact::Closed { reason: Some(closure.reason) })
    };
    told.extend(e.closure.as_ref().map(closed));
    told
}

/// The number in the name of a list's sheet: `List 1`, `list_03`.
fn list_number(sheet: &str) -> Option<u32> {
    let name = sheet.trim().to_ascii_lowercase();
    let rest = name.strip_prefix("list")?.trim_start_matches([' ', '_', '-', '0']);
    rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok()
}

/// Puts right what a correction says was wrong in the facts of the event that it names; says whether one changed.
///
/// Only the fields that an export tells can be put right here; every other correction is read beside its event. What
/// can't be read as a value of the field changes nothing.
pub(super) fn correct(known: &mut [Dated], correction: &RecordCorrected) -> bool {
    let value = correction.correction.reveal();
    let line = || value.as_str().map(str::to_owned);
    let date = || value.as_str().and_then(|text| text.get(..10).unwrap_or(text).parse::<Date>().ok());
    let blank = value.is_null();
    let mut changed = false;
    for dated in known.iter_mut().filter(|dated| dated.sequence == correction.sequence) {
        let before = dated.clone();
        match (correction.field.as_str(), &mut dated.fact) {
            ("source", Fact::Referred(referred)) => {
                let source = serde_json::from_value(value.clone()).ok();
                referred.source = if blank { None } else { source.or(referred.source) };
            }
            ("received_at", Fact::Referred(_)) => {
                let moment = value.as_str().and_then(|text| text.parse().ok()).map(civil_date);
                dated.day = moment.unwrap_or(dated.day);
            }
            ("referred_on", Fact::Referred(_))
            | ("started_on" | "assessment.started_on", Fact::AssessmentStarted { .. })
            | ("completed_on" | "assessment.completed_on", Fact::AssessmentCompleted { .. }) => {
                dated.day = date().unwrap_or(dated.day);
            }
            ("assessment.organisation", Fact::AssessmentStarted { organisation, .. }) => {
                *organisation = if blank { None } else { line().or(organisation.take()) };
            }
            ("allocated_team", Fact::Held(held)) => {
                held.team_words = if blank { None } else { line().or(held.team_words.take()) };
            }
            ("allocated_worker", Fact::Held(held)) => {
                let words = line().map(Personal::new);
                held.worker_words = if blank { None } else { words.or(held.worker_words.take()) };
            }
            _ => {}
        }
        changed |= *dated != before;
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_known_by_its_sheets_name() {
        assert_eq!(list_number("List 1"), Some(1));
        assert_eq!(list_number("LIST_03 (referrals)"), Some(3));
        assert_eq!(list_number("List 11"), Some(11));
        assert_eq!(list_number("Open cases"), None);
    }

    #[test]
    fn a_correction_puts_right_what_an_export_tells_and_nothing_else() {
        let referred = Referred {
            source: Some(ReferralSource::Schools),
            children: vec![],
            need: None,
            contact: true,
            referral: true,
            ended_there: None,
        };
        let day = jiff::civil::date(2017, 4, 28);
        let mut known = vec![Dated { day, position: 7, sequence: 1, fact: Fact::Referred(referred) }];
        let mut asked = RecordCorrected {
            sequence: 1,
            field: "source".to_owned(),
            correction: Personal::new("3B".into()),
            reason: "The health visitor rang.".into(),
        };
        assert!(correct(&mut known, &asked));
        let Fact::Referred(referred) = &known[0].fact else { unreachable!() };
        assert_eq!(referred.source, Some(ReferralSource::HealthVisitor));
        asked.correction = Personal::new("not a code".into());
        assert!(!correct(&mut known, &asked));
        asked.sequence = 2;
        asked.correction = Personal::new("6".into());
        assert!(!correct(&mut known, &asked));
    }
}
