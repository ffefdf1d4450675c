//! Moving a case to and from statutory social care, with the information that must go along.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::referral::distinct;
use super::sample;
use crate::{Checks, Command, Personal, TeamId, TransferId};

/// Something in a handover pack. The authority's protocol lists what a pack must hold, and names the items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PackItem {
    /// The item's name in the authority's protocol: `chronology`.
    pub item: String,
    /// What it says, or where it is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Personal<String>>,
}

/// A missing item that the request goes without.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PackOverride {
    /// The item's name in the authority's protocol.
    pub item: String,
    /// Why the request can't wait for it. Overrides are reported.
    pub reason: Personal<String>,
}

fn check_pack(checks: &mut Checks, list: &str, pack: &[PackItem]) {
    checks.require(
        distinct(pack.iter().map(|item| &item.item)),
        list,
        "item-named-once",
        "Name each item once.",
    );
    checks.each(list, pack, |checks, item| {
        checks.line("item", &item.item);
        checks.optional_narrative("content", item.content.as_ref());
    });
}

/// The service asks statutory social care to take the family over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestStepUp {
    /// The transfer's id; left out, it gets one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer: Option<TransferId>,
    /// The team that is asked; left out, the authority's duty team, whoever that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receiving_team: Option<TeamId>,
    /// Why early help is not enough.
    pub reason: Personal<String>,
    /// What may happen to whom.
    pub risks: Personal<String>,
    /// What the law allows sharing without consent on. Needed when there is no consent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lawful_basis: Option<Personal<String>>,
    /// What goes along.
    #[serde(default)]
    pub pack: Vec<PackItem>,
    /// What is missing, and why the request can't wait for it.
    #[serde(default)]
    pub overrides: Vec<PackOverride>,
}

impl Command for RequestStepUp {
    fn check(&self, checks: &mut Checks) {
        checks.narrative("reason", &self.reason);
        checks.narrative("risks", &self.risks);
        checks.optional_narrative("lawful_basis", self.lawful_basis.as_ref());
        check_pack(checks, "pack", &self.pack);
        checks.each("overrides", &self.overrides, |checks, over| {
            checks.line("item", &over.item);
            checks.narrative("reason", &over.reason);
        });
    }

    fn example() -> Self {
        Self {
            transfer: None,
            receiving_team: Some(sample::team()),
            reason: "He came to school with a hand mark on his face and is afraid to go home.".into(),
            risks: "Physical harm by the mother's new partner.".into(),
            lawful_basis: None,
            pack: [
                "assessment",
                "plan",
                "chronology",
                "voice-of-the-child",
                "risks",
                "family-network",
                "agencies",
            ]
            .into_iter()
            .map(|item| PackItem { item: item.to_owned(), content: None })
            .collect(),
            overrides: vec![PackOverride {
                item: "consent".to_owned(),
                reason: "Asking the mother today would put him at risk.".into(),
            }],
        }
    }
}

/// Statutory social care takes the family over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptStepUp {
    /// The transfer; left out, the unanswered one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer: Option<TransferId>,
    /// What the receiving team will do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Personal<String>>,
}

impl Command for AcceptStepUp {
    fn check(&self, checks: &mut Checks) {
        checks.optional_narrative("note", self.note.as_ref());
    }

    fn example() -> Self {
        Self {
            transfer: None,
            note: Some("Strategy discussion at two; a social worker visits today.".into()),
        }
    }
}

/// Statutory social care does not take the family over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclineStepUp {
    /// The transfer; left out, the unanswered one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer: Option<TransferId>,
    /// Why.
    pub reason: Personal<String>,
    /// What the receiving team advises instead.
    pub advice: Personal<String>,
}

impl Command for DeclineStepUp {
    fn check(&self, checks: &mut Checks) {
        checks.narrative("reason", &self.reason);
        checks.narrative("advice", &self.advice);
    }

    fn example() -> Self {
        Self {
            transfer: None,
            reason: "No sign of significant harm in what was sent.".into(),
            advice: "A consultation with the locality's social worker, and the domestic abuse programme."
                .into(),
        }
    }
}

/// The service takes its request back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawStepUp {
    /// The transfer; left out, the unanswered one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer: Option<TransferId>,
    /// Why.
    pub reason: Personal<String>,
}

impl Command for WithdrawStepUp {
    fn check(&self, checks: &mut Checks) {
        checks.narrative("reason", &self.reason);
    }

    fn example() -> Self {
        Self { transfer: None, reason: "The partner has moved out and is on bail conditions.".into() }
    }
}

/// Statutory social care hands a family to early help. For a family that early help does not know yet, receive a
/// referral first. Sent again while the step-down is pending, it adds what has arrived since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiveStepDown {
    /// The transfer's id; left out, it gets one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer: Option<TransferId>,
    /// The team that hands over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_team: Option<TeamId>,
    /// Why statutory social care ends, and what is left to do.
    pub reason: Personal<String>,
    /// What came along, item by item.
    #[serde(default)]
    pub pack: Vec<PackItem>,
}

impl Command for ReceiveStepDown {
    fn check(&self, checks: &mut Checks) {
        checks.narrative("reason", &self.reason);
        check_pack(checks, "pack", &self.pack);
    }

    fn example() -> Self {
        Self {
            transfer: None,
            from_team: Some(sample::team()),
            reason: "Closed after assessment (RC9); routines and housing need support.".into(),
            pack: ["assessment", "chronology"]
                .into_iter()
                .map(|item| PackItem { item: item.to_owned(), content: None })
                .collect(),
        }
    }
}

/// Early help takes the family over from statutory social care.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptStepDown {
    /// The transfer; left out, the pending one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer: Option<TransferId>,
    /// The level of need, from 1 (universal).
    pub level_of_need: u8,
    /// What early help will do.
    pub reason: Personal<String>,
}

impl Command for AcceptStepDown {
    fn check(&self, checks: &mut Checks) {
        checks.require(
            self.level_of_need > 0,
            "level_of_need",
            "level-of-need-known",
            "Levels of need count from 1.",
        );
        checks.narrative("reason", &self.reason);
    }

    fn example() -> Self {
        Self {
            transfer: None,
            level_of_need: 3,
            reason: "Joint visit on Friday; routines and housing go into the plan.".into(),
        }
    }
}

/// Early help asks statutory social care for what is missing from the pack, so that the family is not asked again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QueryStepDown {
    /// The transfer; left out, the pending one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer: Option<TransferId>,
    /// The items that are missing, by their names in the authority's protocol.
    pub items: Vec<String>,
    /// What is asked.
    pub question: Personal<String>,
}

impl Command for QueryStepDown {
    fn check(&self, checks: &mut Checks) {
        checks.require(!self.items.is_empty(), "items", "query-names-items", "Name what is missing.");
        checks.require(distinct(self.items.iter()), "items", "item-named-once", "Name each item once.");
        checks.narrative("question", &self.question);
    }

    fn example() -> Self {
        Self {
            transfer: None,
            items: vec!["voice-of-the-child".to_owned()],
            question: "What did the children say about the step-down?".into(),
        }
    }
}
