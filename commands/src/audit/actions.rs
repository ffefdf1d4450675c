//! What is done about the findings of an audit.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{ActionId, CaseId, Checks, Command, Date, Personal, PractitionerId};

/// Something is to be done about what an audit found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgreeAuditAction {
    /// The action's id, chosen by the sender.
    pub action: ActionId,
    /// The case that it is about; left out for what concerns practice at large.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseId>,
    /// What is to be done.
    pub what: Personal<String>,
    /// Who does it: a practitioner in the register.
    pub owner: PractitionerId,
    /// The day by which it is done.
    pub due: Date,
}

impl Command for AgreeAuditAction {
    fn check(&self, checks: &mut Checks) {
        checks.narrative("what", &self.what);
    }

    fn example() -> Self {
        Self {
            action: uuid::uuid!("0190a000-0000-7000-8000-0000000000d1").into(),
            case: Some(uuid::uuid!("01890a5d-ac96-774b-bcce-b302099a8057").into()),
            what: "Speak with the father, and add his view to the assessment.".into(),
            owner: uuid::uuid!("0190a000-0000-7000-8000-0000000000c1").into(),
            due: jiff::civil::date(2018, 4, 13),
        }
    }
}

/// What was to be done about an audit's finding has been done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CompleteAuditAction {
    /// The action.
    pub action: ActionId,
    /// What came of it.
    pub outcome: Personal<String>,
}

impl Command for CompleteAuditAction {
    fn check(&self, checks: &mut Checks) {
        checks.narrative("outcome", &self.outcome);
    }

    fn example() -> Self {
        Self {
            action: uuid::uuid!("0190a000-0000-7000-8000-0000000000d1").into(),
            outcome: "Father seen on 9 April; he will come to the next review.".into(),
        }
    }
}

/// A case of the sample that was not audited, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NotAudited {
    /// The case.
    pub case: CaseId,
    /// Why it was not audited.
    pub reason: Personal<String>,
}

/// An audit is finished: every case has been looked at, or it is said why not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CompleteAudit {
    /// What was found altogether, and what it means for children and families.
    pub findings: Personal<String>,
    /// The cases that were not audited after all.
    #[serde(default)]
    pub not_audited: Vec<NotAudited>,
}

impl Command for CompleteAudit {
    fn check(&self, checks: &mut Checks) {
        checks.narrative("findings", &self.findings);
        checks.each("not_audited", &self.not_audited, |checks, gap| checks.narrative("reason", &gap.reason));
        let distinct: BTreeSet<_> = self.not_audited.iter().map(|gap| gap.case).collect();
        checks.require(
            distinct.len() == self.not_audited.len(),
            "not_audited",
            "gap-told-once",
            "Name each case that was not audited once.",
        );
    }

    fn example() -> Self {
        Self {
            findings: "Families are asked again for what social care knew already. Packs lack the chronology in half of \
                       the cases."
                .into(),
            not_audited: vec![NotAudited {
                case: uuid::uuid!("01890a5d-ac96-774b-bcce-b302099a8062").into(),
                reason: "The family moved away before the audit.".into(),
            }],
        }
    }
}
