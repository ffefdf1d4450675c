//! What happened to a case, in plain words.

use caseledger_aggregates::case::CaseEvent;
use caseledger_commands::Personal;
use caseledger_commands::case::{
    ClosureReason, ConsentPosition, ContactKind, FamilyRole, FeedbackFrom, Forum, ReviewDecision,
    SustainedOutcome, TriageOutcome, VoiceMethod,
};
use serde::Serialize;

/// What happened, in a few words that a parent can read.
pub(crate) fn title(event: &CaseEvent) -> &'static str {
    match event {
        CaseEvent::ReferralReceived(e) if e.urgent => "Urgent referral received",
        CaseEvent::ReferralReceived(_) => "Referral received",
        CaseEvent::CaseImported(_) => "Case brought in from an earlier record",
        CaseEvent::ReferralAcknowledged(_) => "Referrer told that the referral arrived",
        CaseEvent::MoreInformationRequested(_) => "More information asked for",
        CaseEvent::InformationProvided(_) => "Information provided",
        CaseEvent::ConsentRecorded(_) => "Consent given",
        CaseEvent::ConsentWithdrawn(_) => "Consent withdrawn",
        CaseEvent::ReferredToPanel(_) => "Referred to the early help panel",
        CaseEvent::TriageDecided(e) => match e.outcome {
            TriageOutcome::EarlyHelp => "Accepted for early help",
            TriageOutcome::UniversalServices => "Triage: universal services",
            TriageOutcome::StepUp => "Triage: passed to statutory social care",
            TriageOutcome::OtherAuthority => "Triage: passed to another authority",
            TriageOutcome::NoFurtherAction => "Triage: no further action",
        },
        CaseEvent::CaseAllocated(_) => "Case allocated",
        CaseEvent::CaseReallocated(_) => "Case handed over",
        CaseEvent::FamilyMemberAdded(_) => "Person joined the case",
        CaseEvent::FamilyMembershipEnded(_) => "Person left the case",
        CaseEvent::AssessmentStarted(_) => "Assessment started",
        CaseEvent::VoiceOfChildRecorded(e) if e.said.is_some() => "Child heard",
        CaseEvent::VoiceOfChildRecorded(_) => "Child could not be heard",
        CaseEvent::AssessmentCompleted(_) => "Assessment completed",
        CaseEvent::AssessmentAuthorised(_) => "Assessment authorised",
        CaseEvent::AssessmentReturned(_) => "Assessment given back",
        CaseEvent::PlanAgreed(_) => "Plan agreed",
        CaseEvent::PlanChanged(_) => "Plan changed",
        CaseEvent::ActionCompleted(_) => "Action completed",
        CaseEvent::ActionRescheduled(_) => "Action given another date",
        CaseEvent::ActionCancelled(_) => "Action cancelled",
        CaseEvent::PlanReviewed(_) => "Plan reviewed",
        CaseEvent::ContactRecorded(e) => match (e.kind, e.took_place) {
            (ContactKind::Visit, true) => "Visit",
            (ContactKind::Visit, false) => "Visit that did not take place",
            (ContactKind::Call, true) => "Call",
            (ContactKind::Call, false) => "Call that was not answered",
            (ContactKind::Meeting, true) => "Meeting",
            (ContactKind::Meeting, false) => "Meeting that did not take place",
            (ContactKind::DirectWork, true) => "Direct work",
            (ContactKind::DirectWork, false) => "Direct work that did not take place",
        },
        CaseEvent::ManagementOversightRecorded(_) => "Management oversight",
        CaseEvent::CaseDiscussedInSupervision(_) => "Discussed in supervision",
        CaseEvent::CaseAudited(_) => "Case audited",
        CaseEvent::StepUpRequested(_) => "Step-up requested",
        CaseEvent::StepUpAccepted(_) => "Step-up accepted",
        CaseEvent::StepUpDeclined(_) => "Step-up declined",
        CaseEvent::StepUpWithdrawn(_) => "Step-up withdrawn",
        CaseEvent::StepDownReceived(_) => "Step-down received",
        CaseEvent::StepDownAccepted(_) => "Step-down accepted",
        CaseEvent::StepDownQueried(_) => "Step-down queried",
        CaseEvent::FeedbackReceived(e) => match e.from {
            FeedbackFrom::Child => "Feedback from a child",
            FeedbackFrom::Parent => "Feedback from a parent",
            FeedbackFrom::Practitioner => "Feedback from a practitioner",
            FeedbackFrom::Referrer => "Feedback from the referrer",
        },
        CaseEvent::CaseClosed(_) => "Case closed",
        CaseEvent::CaseReopened(_) => "Case reopened",
        CaseEvent::SustainedOutcomeCheckScheduled(_) => "Sustained-outcome check set",
        CaseEvent::SustainedOutcomeChecked(_) => "Sustained outcome checked",
        CaseEvent::CaseRestricted(_) => "Access restricted",
        CaseEvent::RestrictionLifted(_) => "Restriction lifted",
        CaseEvent::RecordCorrected(_) => "Record corrected",
    }
}

/// What is to be known of it, in sentences; blank when the title says it all.
pub(crate) fn summary(event: &CaseEvent) -> String {
    let mut said = Said::default();
    match event {
        CaseEvent::ReferralReceived(e) => {
            said.fact(format!("From: {}.", e.source.title()));
            said.list("Needs", e.presenting_needs.iter().map(|need| need.title()));
            said.words(&e.concerns);
            said.fact(match e.consent {
                ConsentPosition::Given => "The family agrees.",
                ConsentPosition::NotYetSought => "The family has not been asked yet.",
                ConsentPosition::Refused => "The family does not agree.",
            });
            said.any(e.domestic_incident.as_ref().map(|_| "The police notified a domestic incident."));
        }
        CaseEvent::CaseImported(e) => {
            said.fact(format!("From {}, accepted {}.", e.provenance.file, e.accepted_on));
            said.list("Needs", e.needs.iter().map(|need| need.title()));
            let undated =
                e.plan.iter().flat_map(|plan| &plan.actions).filter(|action| action.due.is_none()).count();
            said.any((undated > 0).then(|| format!("Actions without a date: {undated}.")));
        }
        CaseEvent::ReferralAcknowledged(e) => said.fact(format!("Told by {}.", e.told_by)),
        CaseEvent::MoreInformationRequested(e) => said.words(&e.question),
        CaseEvent::InformationProvided(e) => said.words(&e.information),
        CaseEvent::ConsentRecorded(e) => {
            said.fact(format!("Given on {}.", e.given_on));
            said.maybe(&e.limits);
        }
        CaseEvent::ConsentWithdrawn(e) => said.words(&e.reason),
        CaseEvent::ReferredToPanel(e) => said.words(&e.reason),
        CaseEvent::TriageDecided(e) => {
            let forum = match e.forum {
                Forum::LocalityTeam => "the locality team",
                Forum::ContactTeam => "the contact team",
                Forum::Panel => "the panel",
            };
            said.fact(format!("Level of need {}, decided by {forum} ({}).", e.level_of_need, e.decided_by));
            said.words(&e.reason);
            said.maybe(&e.referrer_told);
        }
        CaseEvent::CaseReallocated(e) => {
            said.words(&e.reason);
            said.words(&e.handover_note);
        }
        CaseEvent::FamilyMemberAdded(e) => {
            said.fact(if e.role == FamilyRole::Child { "As a child." } else { "As an adult." });
            said.maybe(&e.relationship);
        }
        CaseEvent::FamilyMembershipEnded(e) => said.words(&e.reason),
        CaseEvent::AssessmentStarted(e) => {
            said.fact(format!("To be completed by {}.", e.due));
            said.maybe(&e.purpose);
        }
        CaseEvent::VoiceOfChildRecorded(e) => {
            said.fact(match (e.seen, e.seen_alone) {
                (_, true) => "Seen alone.",
                (true, false) => "Seen.",
                (false, false) => "Not seen.",
            });
            said.any(e.method.map(|method| match method {
                VoiceMethod::Conversation => "In conversation.",
                VoiceMethod::DirectWork => "In direct work.",
                VoiceMethod::Observation => "By observation.",
                VoiceMethod::Written => "In writing or drawing.",
                VoiceMethod::Advocate => "Through an advocate.",
            }));
            said.maybe(&e.said);
            said.maybe(&e.not_heard_because);
        }
        CaseEvent::AssessmentCompleted(e) => {
            said.list("Needs", e.needs.iter().map(|assessed| assessed.need.title()));
            said.list("Factors", e.factors.iter().map(|factor| factor.title()));
            said.words(&e.analysis);
        }
        CaseEvent::AssessmentAuthorised(e) => said.maybe(&e.comment),
        CaseEvent::AssessmentReturned(e) => said.words(&e.reason),
        CaseEvent::PlanAgreed(e) => {
            said.fact(format!(
                "{}, {}; next review {}.",
                count(e.goals.len(), "goal"),
                count(e.actions.len(), "action"),
                e.next_review
            ));
            e.goals.iter().for_each(|goal| said.words(&goal.aim));
        }
        CaseEvent::PlanChanged(e) => {
            e.added_goals.iter().for_each(|added| said.told("Goal added", &added.reason));
            e.added_actions.iter().for_each(|added| said.told("Action added", &added.reason));
            e.altered_goals.iter().for_each(|altered| said.told("Goal altered", &altered.reason));
            e.altered_actions.iter().for_each(|altered| said.told("Action altered", &altered.reason));
            e.ended_goals.iter().for_each(|ended| {
                said.told(if ended.reached { "Goal reached" } else { "Goal ended" }, &ended.reason);
            });
        }
        CaseEvent::ActionCompleted(e) => said.words(&e.outcome),
        CaseEvent::ActionRescheduled(e) => {
            let earlier = e.earlier.map_or_else(|| "no date".to_owned(), |day| day.to_string());
            said.fact(format!("From {earlier} to {}.", e.due));
            said.words(&e.reason);
        }
        CaseEvent::ActionCancelled(e) => said.words(&e.reason),
        CaseEvent::PlanReviewed(e) => {
            said.fact(match e.decision {
                ReviewDecision::Continue => "The plan goes on.",
                ReviewDecision::ChangePlan => "The plan is to change.",
                ReviewDecision::StepUp => "A step-up is to be requested.",
                ReviewDecision::Close => "The case is to be closed.",
            });
            said.words(&e.summary);
            said.any(e.next_review.map(|day| format!("Next review {day}.")));
        }
        CaseEvent::ContactRecorded(e) => {
            let seen = (e.children_seen.len(), e.children_seen_alone.len());
            said.any((seen.0 > 0).then(|| format!("Children seen: {}, alone: {}.", seen.0, seen.1)));
            said.words(&e.note);
        }
        CaseEvent::ManagementOversightRecorded(e) => {
            said.words(&e.decision);
            said.words(&e.reason);
            said.any(e.threshold_considered.then_some("The threshold was considered."));
            said.any(
                (!e.directions.is_empty()).then(|| format!("{}.", count(e.directions.len(), "direction"))),
            );
        }
        CaseEvent::CaseDiscussedInSupervision(e) => {
            said.words(&e.changed_circumstances);
            said.words(&e.risks);
            said.any(e.threshold_considered.then_some("The threshold was considered."));
            e.actions.iter().for_each(|point| {
                said.words(&point.what);
                said.fact(format!("Due {}.", point.due));
            });
        }
        CaseEvent::CaseAudited(e) => said.fact(format!("Grade: {}.", e.grade.title())),
        CaseEvent::StepUpRequested(e) => {
            said.words(&e.reason);
            said.words(&e.risks);
            said.fact(format!("To be answered by {}.", e.answer_due));
            said.any((!e.overrides.is_empty()).then(|| {
                let items: Vec<&str> = e.overrides.iter().map(|gap| gap.item.as_str()).collect();
                format!("Missing from the pack, with a reason: {}.", items.join(", "))
            }));
        }
        CaseEvent::StepUpAccepted(e) => said.maybe(&e.note),
        CaseEvent::StepUpDeclined(e) => {
            said.words(&e.reason);
            said.words(&e.advice);
        }
        CaseEvent::StepUpWithdrawn(e) => said.words(&e.reason),
        CaseEvent::StepDownReceived(e) => {
            said.words(&e.reason);
            said.list("Missing from the pack", e.missing.iter().map(String::as_str));
        }
        CaseEvent::StepDownAccepted(e) => {
            said.fact(format!("Level of need {}.", e.level_of_need));
            said.words(&e.reason);
        }
        CaseEvent::StepDownQueried(e) => {
            said.list("Asked for", e.items.iter().map(String::as_str));
            said.words(&e.question);
        }
        CaseEvent::FeedbackReceived(e) => {
            said.words(&e.words);
            said.any(e.score.map(|score| format!("Score: {score}.")));
        }
        CaseEvent::CaseClosed(e) => {
            said.fact(match e.reason {
                ClosureReason::NeedsMet => "The needs are met.",
                ClosureReason::UniversalServices => "Universal services meet what is left.",
                ClosureReason::SteppedUp => "Statutory social care works with the family.",
                ClosureReason::ConsentWithdrawn => "The family took its consent back.",
                ClosureReason::NotEngaging => "The family did not take part.",
                ClosureReason::MovedAway => "The family moved away.",
                ClosureReason::Other => "For another reason.",
            });
            said.words(&e.summary);
        }
        CaseEvent::CaseReopened(e) => said.words(&e.reason),
        CaseEvent::SustainedOutcomeCheckScheduled(e) => said.fact(format!("Due {}.", e.due)),
        CaseEvent::SustainedOutcomeChecked(e) => {
            said.fact(match e.outcome {
                SustainedOutcome::Sustained => "What was better has stayed so.",
                SustainedOutcome::PartlySustained => "Some of what was better has stayed so.",
                SustainedOutcome::NotSustained => "What was better has not stayed so.",
                SustainedOutcome::FamilyNotReached => "The family was not reached.",
            });
            said.words(&e.words);
        }
        CaseEvent::CaseRestricted(e) => {
            said.fact(format!("Until {}.", e.until));
            said.words(&e.reason);
        }
        CaseEvent::RestrictionLifted(e) => said.words(&e.reason),
        CaseEvent::RecordCorrected(e) => {
            said.fact(format!("Entry {}, field '{}'.", e.sequence, e.field));
            said.words(&e.reason);
        }
        CaseEvent::CaseAllocated(_) => {}
    }
    said.0
}

/// Sentences, one after the other.
#[derive(Default)]
struct Said(String);

impl Said {
    fn fact(&mut self, sentence: impl AsRef<str>) {
        let sentence = sentence.as_ref().trim();
        if !sentence.is_empty() {
            if !self.0.is_empty() {
                self.0.push(' ');
            }
            self.0.push_str(sentence);
        }
    }

    fn any(&mut self, sentence: Option<impl AsRef<str>>) {
        if let Some(sentence) = sentence {
            self.fact(sentence);
        }
    }

    /// What somebody said or wrote. The timeline is one of the places where it may be read.
    fn words(&mut self, words: &Personal<String>) {
        self.fact(words.reveal());
    }

    fn maybe(&mut self, words: &Option<Personal<String>>) {
        self.any(words.as_ref().map(Personal::reveal));
    }

    fn told(&mut self, what: &str, reason: &Personal<String>) {
        self.fact(format!("{what}: {}", reason.reveal()));
    }

    fn list<'a>(&mut self, what: &str, items: impl Iterator<Item = &'a str>) {
        let items: Vec<&str> = items.collect();
        if !items.is_empty() {
            self.fact(format!("{what}: {}.", items.join(", ")));
        }
    }
}

fn count(number: usize, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}

/// The word that serde writes for a code of ours.
pub(crate) fn code(code: &impl Serialize) -> String {
    match serde_json::to_value(code) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}
