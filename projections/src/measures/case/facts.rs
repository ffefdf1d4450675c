//! What reports need of a case's events.

use caseledger_aggregates::AnyEvent;
use caseledger_aggregates::case::{CaseEvent, CaseImported, ReferralReceived};
use caseledger_commands::case::{
    Action, ClosureReason, FeedbackFrom, Forum, Goal, Owner, ReviewDecision, Route, SustainedOutcome,
    TriageOutcome,
};
use caseledger_commands::codes::{Factor, Need, OutcomeArea, ReferralSource};
use caseledger_commands::{
    ActionId, AgencyId, AssessmentId, Date, GoalId, PersonId, PractitionerId, TeamId, TransferId,
};
use serde::{Deserialize, Serialize};

use super::super::story::{Said, day_of};
use crate::projection::Entry;

/// What an event of a case says, without words and names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in super::super) enum Fact {
    /// Someone asked for help. `notified`: the day on which the police told of a domestic incident.
    Received { source: ReferralSource, route: Route, urgent: bool, notified: Option<Date>, previous: bool },
    /// Another record held the case.
    Imported { source: Option<ReferralSource>, level: Option<u8> },
    /// A child that the help is for.
    Child(PersonId),
    /// A child that no longer belongs to the case.
    ChildLeft(PersonId),
    /// The referrer was told that the referral arrived.
    Acknowledged,
    /// The referral went to the panel.
    ToPanel,
    /// Triage. `told`: the referrer was told the outcome.
    Triaged { level: u8, outcome: TriageOutcome, forum: Forum, told: bool },
    /// The case was accepted for early help: by triage, by a step-down, or before it was imported.
    Accepted,
    /// It has a team. Each of the three on its own, since an imported case may have only some.
    Team(TeamId),
    /// It has a lead practitioner.
    Practitioner(PractitionerId),
    /// It has a lead agency.
    Agency(AgencyId),
    /// An assessment began.
    AssessmentStarted { assessment: AssessmentId, due: Option<Date>, children: Vec<PersonId>, imported: bool },
    /// A child was heard, or it was said why not.
    Voice { child: PersonId, heard: bool, seen_alone: bool },
    /// An assessment was written.
    AssessmentCompleted { assessment: AssessmentId, needs: Vec<Need>, neglect: bool, toolkit: bool },
    /// A manager accepted it.
    AssessmentAuthorised(AssessmentId),
    /// A manager gave it back.
    AssessmentReturned(AssessmentId),
    /// A plan was agreed.
    PlanAgreed { next_review: Option<Date> },
    /// A goal joined the plan.
    GoalAdded { goal: GoalId, area: OutcomeArea, baseline: u8 },
    /// A goal left the plan.
    GoalEnded { goal: GoalId, reached: bool },
    /// Something is to be done: of the plan, or a direction of a manager.
    ActionAdded { action: ActionId, due: Option<Date>, owner: Option<OwnerKind>, direction: bool },
    /// It got another date.
    ActionRescheduled { action: ActionId, due: Date },
    /// It was done, or is no longer to be done.
    ActionEnded { action: ActionId, done: bool },
    /// The plan was reviewed. `attended`: the agencies that were there.
    Reviewed {
        scores: Vec<(GoalId, u8)>,
        decision: ReviewDecision,
        next_review: Option<Date>,
        attended: Vec<AgencyId>,
        children_heard: u32,
        children_not_heard: u32,
    },
    /// There was contact with the family.
    Contact { children_seen: u32, children_seen_alone: u32 },
    /// A manager decided something.
    Oversight { threshold: bool },
    /// It was discussed in supervision.
    Supervised,
    /// Statutory social care was asked to take over.
    StepUpRequested { transfer: TransferId, due: Date, overrides: u32 },
    /// It answered, or the request was taken back.
    StepUpAnswered { transfer: TransferId, answer: StepUpAnswer },
    /// Statutory social care handed over. `missing`: how many items of the pack did not come.
    StepDownReceived { transfer: TransferId, due: Date, missing: u32 },
    /// Early help asked for what was missing.
    StepDownQueried(TransferId),
    /// Early help took over.
    StepDownAccepted { transfer: TransferId, level: u8 },
    /// Someone said what the help was like.
    Feedback { from: FeedbackFrom, score: Option<u8> },
    /// The case was closed.
    Closed { reason: ClosureReason, needs_met: Vec<Need>, scores: Vec<(GoalId, u8)>, views: u32 },
    /// It went on from where it was before it was closed.
    Reopened,
    /// The day of the sustained-outcome check was set.
    CheckDue(Date),
    /// The check was made.
    Checked(SustainedOutcome),
    /// Something was recorded late: so many days after it had happened.
    EnteredLate(i32),
    /// An earlier entry was put right.
    Corrected,
}

/// How many days after it happened a thing may be recorded without counting as late.
pub(in super::super) const IN_GOOD_TIME_DAYS: i32 = 7;

/// How a step-up ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in super::super) enum StepUpAnswer {
    /// Statutory social care took the family over.
    Accepted,
    /// It did not.
    Declined,
    /// Early help took the request back.
    Withdrawn,
}

/// Who is to do an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in super::super) enum OwnerKind {
    /// A practitioner.
    Practitioner,
    /// Someone of the family.
    Family,
    /// An agency.
    Agency,
}

impl From<&Owner> for OwnerKind {
    fn from(owner: &Owner) -> Self {
        match owner {
            Owner::Practitioner(_) => Self::Practitioner,
            Owner::FamilyMember(_) => Self::Family,
            Owner::Agency(_) => Self::Agency,
        }
    }
}

/// What an event says, and on which days; nothing, for an event that is no case's.
pub(in super::super) fn facts(entry: &Entry) -> Said<Fact> {
    let AnyEvent::Case(event) = &entry.event else { return vec![] };
    let day = day_of(entry);
    let told = match event {
        CaseEvent::CaseImported(e) => return imported(e),
        CaseEvent::ReferralReceived(e) => received(e),
        CaseEvent::ReferralAcknowledged(_) => vec![Fact::Acknowledged],
        CaseEvent::ReferredToPanel(_) => vec![Fact::ToPanel],
        CaseEvent::TriageDecided(e) => {
            let told = e.referrer_told.is_some();
            let mut told =
                vec![Fact::Triaged { level: e.level_of_need, outcome: e.outcome, forum: e.forum, told }];
            told.extend((e.outcome == TriageOutcome::EarlyHelp).then_some(Fact::Accepted));
            told
        }
        CaseEvent::CaseAllocated(e) => held_by(e.team, e.lead_practitioner, e.lead_agency),
        CaseEvent::CaseReallocated(e) => held_by(e.team, e.lead_practitioner, e.lead_agency),
        CaseEvent::FamilyMemberAdded(e) if e.role == caseledger_commands::case::FamilyRole::Child => {
            vec![Fact::Child(e.person)]
        }
        CaseEvent::FamilyMembershipEnded(e) => vec![Fact::ChildLeft(e.person)],
        CaseEvent::AssessmentStarted(e) => vec![Fact::AssessmentStarted {
            assessment: e.assessment,
            due: Some(e.due),
            children: e.children.clone(),
            imported: false,
        }],
        CaseEvent::VoiceOfChildRecorded(e) => {
            vec![Fact::Voice { child: e.child, heard: e.said.is_some(), seen_alone: e.seen_alone }]
        }
        CaseEvent::AssessmentCompleted(e) => vec![Fact::AssessmentCompleted {
            assessment: e.assessment,
            needs: e.needs.iter().map(|need| need.need).collect(),
            neglect: e.factors.contains(&Factor::Neglect)
                || e.needs.iter().any(|need| need.need == Need::AbuseOrNeglect),
            toolkit: e.neglect_toolkit_used,
        }],
        CaseEvent::AssessmentAuthorised(e) => vec![Fact::AssessmentAuthorised(e.assessment)],
        CaseEvent::AssessmentReturned(e) => vec![Fact::AssessmentReturned(e.assessment)],
        CaseEvent::PlanAgreed(e) => {
            let mut told = vec![Fact::PlanAgreed { next_review: Some(e.next_review) }];
            told.extend(e.goals.iter().filter_map(goal));
            told.extend(e.actions.iter().filter_map(|action| to_do(action, false)));
            told
        }
        CaseEvent::PlanChanged(e) => {
            let goals = e.added_goals.iter().filter_map(|added| goal(&added.goal));
            let actions = e.added_actions.iter().filter_map(|added| to_do(&added.action, false));
            let ended = e.ended_goals.iter().map(|it| Fact::GoalEnded { goal: it.goal, reached: it.reached });
            goals.chain(actions).chain(ended).collect()
        }
        CaseEvent::ActionCompleted(e) => vec![Fact::ActionEnded { action: e.action, done: true }],
        CaseEvent::ActionCancelled(e) => vec![Fact::ActionEnded { action: e.action, done: false }],
        CaseEvent::ActionRescheduled(e) => vec![Fact::ActionRescheduled { action: e.action, due: e.due }],
        CaseEvent::PlanReviewed(e) => {
            let heard = e.child_views.iter().filter(|view| view.view.is_some()).count();
            let mut attended: Vec<AgencyId> = e.attended.iter().filter_map(|one| one.agency).collect();
            attended.sort_unstable();
            attended.dedup();
            vec![Fact::Reviewed {
                scores: e.scores.iter().map(|score| (score.goal, score.score)).collect(),
                decision: e.decision,
                next_review: e.next_review,
                attended,
                children_heard: count(heard),
                children_not_heard: count(e.child_views.len() - heard),
            }]
        }
        CaseEvent::ContactRecorded(e) if e.took_place => vec![Fact::Contact {
            children_seen: count(e.children_seen.len()),
            children_seen_alone: count(e.children_seen_alone.len()),
        }],
        CaseEvent::ManagementOversightRecorded(e) => {
            let mut told = vec![Fact::Oversight { threshold: e.threshold_considered }];
            told.extend(e.directions.iter().filter_map(|action| to_do(action, true)));
            told
        }
        CaseEvent::CaseDiscussedInSupervision(_) => vec![Fact::Supervised],
        CaseEvent::StepUpRequested(e) => vec![Fact::StepUpRequested {
            transfer: e.transfer,
            due: e.answer_due,
            overrides: count(e.overrides.len()),
        }],
        CaseEvent::StepUpAccepted(e) => answered(e.transfer, StepUpAnswer::Accepted),
        CaseEvent::StepUpDeclined(e) => answered(e.transfer, StepUpAnswer::Declined),
        CaseEvent::StepUpWithdrawn(e) => answered(e.transfer, StepUpAnswer::Withdrawn),
        CaseEvent::StepDownReceived(e) => vec![Fact::StepDownReceived {
            transfer: e.transfer,
            due: e.answer_due,
            missing: count(e.missing.len()),
        }],
        CaseEvent::StepDownQueried(e) => vec![Fact::StepDownQueried(e.transfer)],
        CaseEvent::StepDownAccepted(e) => {
            vec![Fact::StepDownAccepted { transfer: e.transfer, level: e.level_of_need }, Fact::Accepted]
        }
        CaseEvent::FeedbackReceived(e) => vec![Fact::Feedback { from: e.from, score: e.score }],
        CaseEvent::CaseClosed(e) => vec![Fact::Closed {
            reason: e.reason,
            needs_met: e.needs_met.clone(),
            scores: e.final_scores.iter().map(|score| (score.goal, score.score)).collect(),
            views: count(e.family_views.iter().filter(|view| view.view.is_some()).count()),
        }],
        CaseEvent::CaseReopened(_) => vec![Fact::Reopened],
        CaseEvent::SustainedOutcomeCheckScheduled(e) => vec![Fact::CheckDue(e.due)],
        CaseEvent::SustainedOutcomeChecked(e) => vec![Fact::Checked(e.outcome)],
        CaseEvent::RecordCorrected(_) => vec![Fact::Corrected],
        _ => vec![],
    };
    let late = days_late(entry).map(Fact::EnteredLate);
    told.into_iter().chain(late).map(|fact| (day, fact)).collect()
}

/// How many days after it happened a thing was recorded, where that was late. What another record held is not.
fn days_late(entry: &Entry) -> Option<i32> {
    let recorded_on = caseledger_aggregates::calendar::civil_date(entry.recorded.recorded_at);
    let days = recorded_on.since(day_of(entry)).ok()?.get_days();
    (days > IN_GOOD_TIME_DAYS && entry.metadata.provenance.is_none()).then_some(days)
}

fn received(e: &ReferralReceived) -> Vec<Fact> {
    let incident = e.domestic_incident.as_ref();
    let notified = incident.map(|incident| caseledger_aggregates::calendar::civil_date(incident.notified_at));
    let mut told = vec![Fact::Received {
        source: e.source,
        route: e.route,
        urgent: e.urgent,
        notified,
        previous: e.previous_case.is_some(),
    }];
    told.extend(e.children.iter().map(|child| Fact::Child(*child)));
    told
}

/// A case that another record held counts from the earliest day that the record knows: that is when it happened.
fn imported(e: &CaseImported) -> Said<Fact> {
    let day = e.accepted_on;
    let mut told = vec![(day, Fact::Imported { source: e.source, level: e.level_of_need })];
    told.extend(e.children.iter().map(|child| (day, Fact::Child(*child))));
    told.push((day, Fact::Accepted));
    told.extend(e.team.map(|team| (day, Fact::Team(team))));
    told.extend(e.lead_practitioner.map(|who| (day, Fact::Practitioner(who))));
    told.extend(e.lead_agency.map(|agency| (day, Fact::Agency(agency))));
    if let Some(assessment) = &e.assessment {
        let id = e.assessment_id;
        let children = e.children.clone();
        let started =
            Fact::AssessmentStarted { assessment: id, due: e.assessment_due, children, imported: true };
        told.push((assessment.started_on, started));
        let completed = Fact::AssessmentCompleted {
            assessment: id,
            needs: e.needs.clone(),
            neglect: false,
            toolkit: false,
        };
        told.extend(assessment.completed_on.map(|on| (on, completed)));
    }
    if let Some(plan) = &e.plan {
        let agreed = plan.agreed_on.unwrap_or(day);
        told.push((agreed, Fact::PlanAgreed { next_review: plan.next_review }));
        told.extend(plan.goals.iter().filter_map(goal).map(|fact| (agreed, fact)));
        told.extend(plan.actions.iter().filter_map(|action| {
            let owner = action.owner.as_ref().map(OwnerKind::from);
            let fact = Fact::ActionAdded { action: action.id?, due: action.due, owner, direction: false };
            Some((agreed, fact))
        }));
    }
    told.extend(e.closure.as_ref().map(|closure| {
        let fact = Fact::Closed { reason: closure.reason, needs_met: vec![], scores: vec![], views: 0 };
        (closure.closed_on, fact)
    }));
    told
}

fn held_by(team: TeamId, practitioner: PractitionerId, agency: AgencyId) -> Vec<Fact> {
    vec![Fact::Team(team), Fact::Practitioner(practitioner), Fact::Agency(agency)]
}

fn answered(transfer: TransferId, answer: StepUpAnswer) -> Vec<Fact> {
    vec![Fact::StepUpAnswered { transfer, answer }]
}

fn goal(goal: &Goal) -> Option<Fact> {
    Some(Fact::GoalAdded { goal: goal.id?, area: goal.area, baseline: goal.baseline })
}

fn to_do(action: &Action, direction: bool) -> Option<Fact> {
    let owner = action.owner.as_ref().map(OwnerKind::from);
    Some(Fact::ActionAdded { action: action.id?, due: action.due, owner, direction })
}

fn count(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}
