//! Deciding the level of need and what happens next.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Checks, Command, PanelMeetingId, Personal};

/// Who triages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Forum {
    /// The locality's own team.
    LocalityTeam,
    /// The contact and referral team.
    ContactTeam,
    /// The multi-agency early help panel.
    Panel,
}

/// What triage decides for a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TriageOutcome {
    /// Early help: the case is accepted.
    EarlyHelp,
    /// Universal services meet the need.
    UniversalServices,
    /// The family needs statutory social care.
    StepUp,
    /// Another authority serves the family.
    OtherAuthority,
    /// Nothing more is to be done.
    NoFurtherAction,
}

/// The referral goes to a meeting of the early help panel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReferToPanel {
    /// The meeting, which is still to be held.
    pub panel_meeting: PanelMeetingId,
    /// Why the panel is asked.
    pub reason: Personal<String>,
}

impl Command for ReferToPanel {
    fn check(&self, checks: &mut Checks) {
        checks.narrative("reason", &self.reason);
    }

    fn example() -> Self {
        Self {
            panel_meeting: uuid::uuid!("01890a5d-ac96-774b-bcce-b302099a8065").into(),
            reason: "School, housing and health each hold a part; the panel can name who leads.".into(),
        }
    }
}

/// The level of need and what happens next are decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideTriage {
    /// The level of need, from 1 (universal); the authority's configuration names the levels.
    pub level_of_need: u8,
    /// What happens next.
    pub outcome: TriageOutcome,
    /// Who triaged.
    pub forum: Forum,
    /// The panel's meeting, when the panel decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub panel_meeting: Option<PanelMeetingId>,
    /// Who decided: a post or a role, such as `locality manager, north`.
    pub decided_by: String,
    /// Why.
    pub reason: Personal<String>,
    /// What the referrer was told. Needed when the outcome is other than early help, which ends the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referrer_told: Option<Personal<String>>,
    /// What the law allows a step-up without consent on. Needed when the outcome is a step-up and there is no consent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lawful_basis: Option<Personal<String>>,
}

impl Command for DecideTriage {
    fn check(&self, checks: &mut Checks) {
        checks.require(
            self.level_of_need > 0,
            "level_of_need",
            "level-of-need-known",
            "Levels of need count from 1.",
        );
        checks.line("decided_by", &self.decided_by);
        checks.narrative("reason", &self.reason);
        checks.optional_narrative("referrer_told", self.referrer_told.as_ref());
        checks.optional_narrative("lawful_basis", self.lawful_basis.as_ref());
    }

    fn example() -> Self {
        Self {
            level_of_need: 3,
            outcome: TriageOutcome::EarlyHelp,
            forum: Forum::LocalityTeam,
            panel_meeting: None,
            decided_by: "locality manager, north".to_owned(),
            reason: "Several needs at once, and the mother asks for help; no sign of significant harm."
                .into(),
            referrer_told: None,
            lawful_basis: None,
        }
    }
}
