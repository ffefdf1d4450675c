//! From first contact to triage.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sample;
use crate::codes::{Need, ReferralSource};
use crate::{AgencyId, CaseId, Checks, Command, PersonId, Personal, Timestamp};

/// How a referral reached the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Route {
    /// An agency asked the service directly.
    AgencyDirect,
    /// The family asked for itself.
    Family,
    /// The contact and referral team passed it on.
    ContactTeam,
    /// Statutory social care stepped the family down.
    StepDown,
}

/// Where the family stands on sharing information and accepting help when it is referred.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ConsentPosition {
    /// The family agreed.
    Given,
    /// Nobody has asked the family yet.
    NotYetSought,
    /// The family said no.
    Refused,
}

/// What the police reported to bring the family to notice after a domestic incident (Operation Encompass and alike).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DomesticIncident {
    /// The police's reference of the notification.
    pub police_reference: String,
    /// When the police sent it: the start of the time to response.
    pub notified_at: Timestamp,
}

/// Someone asks for help for a family. Opens a case.
///
/// At least one child is named; everyone named is already in the people register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiveReferral {
    /// Who asks, in the census's code list.
    pub source: ReferralSource,
    /// How the referral reached the service.
    pub route: Route,
    /// The agency that refers, where an agency does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referring_agency: Option<AgencyId>,
    /// The children that help is asked for; at least one.
    pub children: Vec<PersonId>,
    /// The adults of the family.
    #[serde(default)]
    pub adults: Vec<PersonId>,
    /// What the family needs, as the referrer sees it; the first is the primary need.
    pub presenting_needs: Vec<Need>,
    /// What worries the referrer and what has been tried, in the referrer's words.
    pub concerns: Personal<String>,
    /// Where the family stands on consent.
    pub consent: ConsentPosition,
    /// Whether an answer is needed today.
    #[serde(default)]
    pub urgent: bool,
    /// The domestic incident notification that this referral is, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domestic_incident: Option<DomesticIncident>,
    /// The family's earlier case, when this is a re-referral.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_case: Option<CaseId>,
}

impl Command for ReceiveReferral {
    fn check(&self, checks: &mut Checks) {
        checks.require(
            !self.children.is_empty(),
            "children",
            "referral-names-a-child",
            "Name at least one child that help is asked for.",
        );
        checks.require(
            !self.presenting_needs.is_empty(),
            "presenting_needs",
            "referral-names-a-need",
            "Say at least one need; N0 (not stated) counts.",
        );
        checks.require(
            distinct(self.children.iter().chain(&self.adults)),
            "children",
            "person-named-once",
            "Name each person once, as a child or as an adult.",
        );
        checks.narrative("concerns", &self.concerns);
        if let Some(incident) = &self.domestic_incident {
            checks.line("domestic_incident.police_reference", &incident.police_reference);
        }
    }

    fn example() -> Self {
        Self {
            source: ReferralSource::Schools,
            route: Route::AgencyDirect,
            referring_agency: None,
            children: vec![sample::child()],
            adults: vec![sample::parent()],
            presenting_needs: vec![Need::FamilyInAcuteStress],
            concerns:
                "Attendance fell to 71% since the parents separated; he is tired and hungry in the mornings."
                    .into(),
            consent: ConsentPosition::Given,
            urgent: false,
            domestic_incident: None,
            previous_case: None,
        }
    }
}

/// Whether no item stands twice.
pub(super) fn distinct<'a, T: Ord + 'a>(items: impl Iterator<Item = &'a T>) -> bool {
    let mut seen = std::collections::BTreeSet::new();
    items.into_iter().all(|item| seen.insert(item))
}

/// The service tells the referrer that the referral has arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AcknowledgeReferral {
    /// How the referrer was told: letter, telephone, portal.
    pub told_by: String,
}

impl Command for AcknowledgeReferral {
    fn check(&self, checks: &mut Checks) {
        checks.line("told_by", &self.told_by);
    }

    fn example() -> Self {
        Self { told_by: "telephone".to_owned() }
    }
}

/// The service asks the referrer for what it needs to decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestMoreInformation {
    /// What is missing, and what it is needed for.
    pub question: Personal<String>,
}

impl Command for RequestMoreInformation {
    fn check(&self, checks: &mut Checks) {
        checks.narrative("question", &self.question);
    }

    fn example() -> Self {
        Self { question: "Does the family know of the referral, and who else lives at home?".into() }
    }
}

/// The referrer, or someone else, gives what was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProvideInformation {
    /// What was learned, in the words of who gave it.
    pub information: Personal<String>,
}

impl Command for ProvideInformation {
    fn check(&self, checks: &mut Checks) {
        checks.narrative("information", &self.information);
    }

    fn example() -> Self {
        Self {
            information: "His mother agreed by telephone; an older half-brother stays at weekends.".into(),
        }
    }
}
