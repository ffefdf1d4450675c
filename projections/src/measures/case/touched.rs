//! Which units of a case a fact may change: nearly every event changes few of them or none, and the others need not be made
//! to find that out.

use super::facts::Fact;
use crate::measures::story::{Dated, Told, Touched};

/// The entries of the record.
pub(super) const RECORD: Touched = Touched::part(0);
/// The episodes, and the stretches in which the case was open.
pub(super) const OPEN: Touched = Touched::part(1);
/// The referrals.
pub(super) const REFERRAL: Touched = Touched::part(2);
/// The assessments, and what managers made of them.
pub(super) const ASSESSMENT: Touched = Touched::part(3);
/// The actions.
pub(super) const ACTIONS: Touched = Touched::part(4);
/// The reviews.
pub(super) const REVIEWS: Touched = Touched::part(5);
/// The step-ups and step-downs.
pub(super) const TRANSFER: Touched = Touched::part(6);
/// The closures, the goals, and what people said.
pub(super) const IMPACT: Touched = Touched::part(7);

/// What a fact may change. What tells whom the case belongs to, or when help was given, bears on everything; so does
/// whatever is not thought about here.
pub(super) fn by(fact: &Fact, told: &Told<Fact>) -> Touched {
    match fact {
        // The first contact answers the police where they told of an incident, and nobody else.
        Fact::Contact { .. } => {
            let told_of =
                |dated: &Dated<Fact>| matches!(dated.fact, Fact::Received { notified: Some(_), .. });
            if told.facts.iter().any(told_of) { REFERRAL } else { Touched::NOTHING }
        }
        Fact::Oversight { .. } | Fact::Supervised => Touched::NOTHING,
        Fact::EnteredLate(_) | Fact::Corrected => RECORD,
        Fact::Voice { .. } | Fact::AssessmentAuthorised(_) | Fact::AssessmentReturned(_) => ASSESSMENT,
        Fact::AssessmentStarted { .. } => ASSESSMENT | OPEN,
        Fact::AssessmentCompleted { .. } => ASSESSMENT | OPEN | IMPACT,
        Fact::PlanAgreed { .. } | Fact::Reviewed { .. } => OPEN | REVIEWS,
        Fact::GoalAdded { .. } | Fact::GoalEnded { .. } | Fact::Feedback { .. } | Fact::Checked(_) => IMPACT,
        Fact::ActionAdded { .. } | Fact::ActionRescheduled { .. } | Fact::ActionEnded { .. } => ACTIONS,
        Fact::StepUpRequested { .. } | Fact::StepDownReceived { .. } => TRANSFER,
        _ => Touched::EVERYTHING,
    }
}
