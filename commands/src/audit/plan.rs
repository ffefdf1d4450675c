//! What is audited: one case, or a sample drawn for a theme.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{AgencyId, CaseId, Checks, Command, Date, Personal, PractitionerId};

/// The cases that an audit looks at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum AuditScope {
    /// One case.
    SingleCase {
        /// Which.
        case: CaseId,
    },
    /// A programme over a sample of cases, such as step-down or the response to domestic abuse.
    Themed {
        /// The theme's short name: `step-down`.
        theme: String,
    },
}

/// An audit is planned. Opens it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanAudit {
    /// What it is called.
    pub title: String,
    /// The cases that it looks at.
    pub scope: AuditScope,
    /// What it wants to find out, and why now.
    pub purpose: Personal<String>,
    /// Who leads it: a practitioner in the register.
    pub lead: PractitionerId,
    /// The agencies that take part besides the lead's own. More than none makes the audit multi-agency.
    #[serde(default)]
    pub agencies: Vec<AgencyId>,
    /// The day by which its findings are wanted.
    pub due: Date,
}

impl Command for PlanAudit {
    fn check(&self, checks: &mut Checks) {
        checks.line("title", &self.title);
        checks.narrative("purpose", &self.purpose);
        if let AuditScope::Themed { theme } = &self.scope {
            checks.short_name("scope.theme", theme);
        }
        let distinct: BTreeSet<_> = self.agencies.iter().collect();
        checks.require(
            distinct.len() == self.agencies.len(),
            "agencies",
            "agency-takes-part-once",
            "Name each agency once.",
        );
    }

    fn example() -> Self {
        Self {
            title: "Step-down from social care, spring 2018".to_owned(),
            scope: AuditScope::Themed { theme: "step-down".to_owned() },
            purpose: "Does the information that families gave to social care come with them, or are they asked again?"
                .into(),
            lead: uuid::uuid!("0190a000-0000-7000-8000-0000000000c2").into(),
            agencies: vec![uuid::uuid!("0190a000-0000-7000-8000-0000000000a3").into()],
            due: jiff::civil::date(2018, 4, 30),
        }
    }
}

/// The sample of a themed audit is drawn by lot. The criteria, the seed and the population's digest are kept, so that
/// the draw can be repeated by anyone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DrawSample {
    /// Which cases could be drawn, in words that allow the list to be made again: 'stepped down in 2017, open on
    /// 31 December 2017'.
    pub criteria: String,
    /// The cases that meet the criteria. Their order does not matter.
    pub population: Vec<CaseId>,
    /// The lot's seed. Take it from something that nobody could choose, such as the date of the meeting's dice.
    pub seed: u32,
    /// How many cases to draw.
    pub size: u32,
}

/// The largest population that a sample is drawn from: more cases than the largest authority has open.
pub const LARGEST_POPULATION: usize = 20_000;

impl Command for DrawSample {
    fn check(&self, checks: &mut Checks) {
        checks.line("criteria", &self.criteria);
        let distinct: BTreeSet<_> = self.population.iter().collect();
        checks.require(
            distinct.len() == self.population.len(),
            "population",
            "case-in-population-once",
            "Give each case once: a case that stands twice would be drawn twice as often.",
        );
        checks.require(
            self.population.len() <= LARGEST_POPULATION,
            "population",
            "population-too-large",
            format!("Narrow the criteria: at most {LARGEST_POPULATION} cases."),
        );
        checks.require(
            self.size >= 1 && self.size as usize <= self.population.len(),
            "size",
            "sample-within-population",
            "Draw at least one case, and no more than meet the criteria.",
        );
    }

    fn example() -> Self {
        Self {
            criteria: "stepped down from social care in 2017, open on 31 December 2017".to_owned(),
            population: vec![
                uuid::uuid!("01890a5d-ac96-774b-bcce-b302099a8057").into(),
                uuid::uuid!("01890a5d-ac96-774b-bcce-b302099a8061").into(),
                uuid::uuid!("01890a5d-ac96-774b-bcce-b302099a8062").into(),
            ],
            seed: 20_180_301,
            size: 2,
        }
    }
}
