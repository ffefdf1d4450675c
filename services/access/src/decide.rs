//! Decisions: may this actor do that to this thing?

use std::collections::{HashMap, HashSet};

use caseledger_commands::Actor;
use cedar_policy::{
    ActionConstraint, Authorizer, Context, Decision as Verdict, Effect, Entities, Entity, EntityUid, Policy,
    PolicyId, PolicySet, Request, Schema,
};
use rustc_hash::FxBuildHasher;

use crate::Resource;
use crate::entities::Types;
use crate::remembered::{Pair, Remembered, Verdicts};

/// The schema: types, attributes, every action and its groups.
const SCHEMA: &str = include_str!("../policies/caseledger.cedarschema");

/// The policies, a file for each part of the work.
const POLICIES: &[(&str, &str)] = &[
    ("front-door", include_str!("../policies/front-door.cedar")),
    ("case-work", include_str!("../policies/case-work.cedar")),
    ("management", include_str!("../policies/management.cedar")),
    ("panel", include_str!("../policies/panel.cedar")),
    ("supervision", include_str!("../policies/supervision.cedar")),
    ("audit", include_str!("../policies/audit.cedar")),
    ("people", include_str!("../policies/people.cedar")),
    ("workforce", include_str!("../policies/workforce.cedar")),
    ("oversight", include_str!("../policies/oversight.cedar")),
    ("services", include_str!("../policies/services.cedar")),
    ("restriction", include_str!("../policies/restriction.cedar")),
];

/// What may be asked besides commands. With the names of all commands these are the actions of the schema.
pub const QUERIES: &[&str] = &[
    "view-case",
    "view-case-events",
    "view-timeline",
    "view-referral",
    "replay",
    "view-person",
    "search-people",
    "view-panel",
    "view-supervision",
    "view-audit",
    "view-workforce",
    "view-oversight",
    "view-report",
    "view-report-cases",
    "list-panels",
    "list-worklist",
    "export",
    "export-children",
    "subscribe",
    "operate",
    "view-metrics",
];

/// The answer to 'may this actor do that to this thing?'
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// They may.
    Permit,
    /// They may know of the thing, but not do this to it.
    Forbid {
        /// Who may, or why they may not, in a sentence to show them. Holds nothing personal.
        reason: String,
    },
    /// They may not know whether there is such a thing: answer as if there were none.
    Conceal,
}

/// The policies can't be used.
#[derive(Debug, thiserror::Error)]
#[error("the policies can't be used: {0}")]
pub struct PolicyError(String);

/// The policies, ready to decide. Cheap to share behind an `Arc`.
pub struct Access {
    authorizer: Authorizer,
    schema: Schema,
    policies: PolicySet,
    types: Types,
    /// By the action's name. A view of a case asks for some thirty.
    rules: HashMap<String, Rules, FxBuildHasher>,
    remembered: Remembered,
}

/// Why Cedar does not permit something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// No policy permits it to this actor.
    Reserved,
    /// A policy forbids it, for that one of the action's reasons.
    Forbidden(u8),
    /// It could not be asked.
    Unasked,
}

/// What Cedar says.
pub(crate) type Permission = Result<(), Refusal>;

/// What bears on one action.
struct Rules {
    /// Its place among all actions.
    number: usize,
    action: Entity,
    opening: bool,
    policies: PolicySet,
    /// The policies that forbid it, each with its reason.
    reasons: Vec<(PolicyId, String)>,
    reserved: String,
}

impl Access {
    /// Reads the policies that this program was built with.
    ///
    /// # Errors
    /// [`PolicyError`] if a policy or the schema does not parse, which the tests of this crate exclude.
    pub fn new() -> Result<Self, PolicyError> {
        let (schema, _) = Schema::from_cedarschema_str(SCHEMA).map_err(wrong)?;
        let policies = read_policies()?;
        let actions = schema.action_entities().map_err(wrong)?;
        let named: HashSet<EntityUid> =
            schema.request_envs().map(|environment| environment.action().clone()).collect();
        let rules = named
            .iter()
            .enumerate()
            .map(|(number, uid)| {
                let action = actions.get(uid).ok_or_else(|| wrong(format!("{uid} is not an action")))?;
                let groups: Vec<&EntityUid> = actions.ancestors(uid).into_iter().flatten().collect();
                Ok((uid.id().unescaped().to_owned(), Rules::new(number, action, &groups, &policies)?))
            })
            .collect::<Result<_, PolicyError>>()?;
        let remembered = Remembered::new(named.len());
        let types = Types::new().map_err(wrong)?;
        Ok(Self { authorizer: Authorizer::new(), schema, policies, types, rules, remembered })
    }

    /// Whether `actor` may do `action` (a command's name, or a query's such as `view-case`) to `resource`.
    pub fn decide(&self, actor: &Actor, action: &str, resource: &Resource) -> Decision {
        self.question(actor, resource).decide(action)
    }

    /// What `actor` may do to `resource`, for whoever asks more than once.
    pub fn question<'a>(&'a self, actor: &'a Actor, resource: &'a Resource) -> Question<'a> {
        let pair = self.remembered.pair(actor, resource);
        Question { access: self, known: self.remembered.find(&pair), pair, entities: None }
    }

    /// The names of all actions that the schema knows, in order.
    pub fn actions(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.rules.keys().map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    /// The names of the actions that make something new, in order.
    pub fn opening_actions(&self) -> Vec<&str> {
        let opens = |action: &&str| self.rules.get(*action).is_some_and(|rules| rules.opening);
        self.actions().into_iter().filter(opens).collect()
    }

    /// The schema and the policies, for a check of one against the other.
    pub fn sources(&self) -> (&Schema, &PolicySet) {
        (&self.schema, &self.policies)
    }

    fn entities(&self, actor: &Actor, resource: &Resource) -> Option<(Entity, Entity)> {
        self.types.actor(actor).ok().zip(self.types.resource(resource).ok())
    }

    /// Asks Cedar. What Cedar can't answer, it does not permit.
    fn verdict(&self, rules: &Rules, actor: &Entity, thing: &Entity) -> Permission {
        let request = Request::new(actor.uid(), rules.action.uid(), thing.uid(), Context::empty(), None)
            .map_err(unasked)?;
        let entities = [actor.clone(), thing.clone(), rules.action.clone()];
        let entities = Entities::from_entities(entities, None).map_err(unasked)?;
        let response = self.authorizer.is_authorized(&request, &rules.policies, &entities);
        for error in response.diagnostics().errors() {
            tracing::error!(%error, "a policy could not be evaluated, and was left out of the decision");
        }
        if response.decision() == Verdict::Allow {
            return Ok(());
        }
        let place = |id| rules.reasons.iter().position(|(policy, _)| policy == id);
        let forbidden =
            response.diagnostics().reason().find_map(place).and_then(|place| place.try_into().ok());
        Err(forbidden.map_or(Refusal::Reserved, Refusal::Forbidden))
    }
}

/// An actor and a thing, about which one or several questions are asked. What was said of them before is looked up once.
pub struct Question<'a> {
    access: &'a Access,
    pair: Pair<'a>,
    known: Verdicts,
    /// Made when Cedar has to be asked.
    entities: Option<(Entity, Entity)>,
}

impl Question<'_> {
    /// Whether the actor may do that, a command's name or a query's.
    pub fn decide(&mut self, action: &str) -> Decision {
        let Some(rules) = self.access.rules.get(action) else {
            return Decision::Forbid { reason: "No rule allows this to anybody.".to_owned() };
        };
        match self.verdict(rules) {
            Ok(()) => Decision::Permit,
            Err(Refusal::Unasked) => Decision::Conceal,
            Err(Refusal::Reserved) if rules.opening => Decision::Forbid { reason: rules.reserved.clone() },
            Err(refusal) if self.may_know() => Decision::Forbid { reason: refusal.reason(rules) },
            Err(_) => Decision::Conceal,
        }
    }

    /// Those of `actions` that the actor may do, in the order given.
    pub fn allowed<'n>(&mut self, actions: &[&'n str]) -> Vec<&'n str> {
        let access = self.access;
        let mut permitted =
            |action: &&str| access.rules.get(*action).is_some_and(|rules| self.verdict(rules).is_ok());
        actions.iter().copied().filter(|action| permitted(action)).collect()
    }

    /// What Cedar says, now or when it was asked the very same.
    fn verdict(&mut self, rules: &Rules) -> Permission {
        if let Some(known) = self.known.get(rules.number).copied().flatten() {
            return known;
        }
        let (actor, thing) = match self.entities.take() {
            Some(entities) => entities,
            None => self.access.entities(self.pair.actor, self.pair.resource).ok_or(Refusal::Unasked)?,
        };
        let verdict = self.access.verdict(rules, &actor, &thing);
        self.entities = Some((actor, thing));
        self.access.remembered.put(&self.pair, rules.number, verdict);
        verdict
    }

    /// Whether the actor may see the thing at all. The authority and its registers are no secret.
    fn may_know(&mut self) -> bool {
        let views: &[&str] = match self.pair.resource {
            Resource::Case(_) => &["view-case", "view-referral"],
            Resource::Person(_) => &["view-person"],
            Resource::PanelMeeting => &["view-panel"],
            Resource::Supervision(_) => &["view-supervision"],
            Resource::Audit => &["view-audit"],
            Resource::Workforce | Resource::Oversight | Resource::Authority => return true,
        };
        let access = self.access;
        views.iter().filter_map(|view| access.rules.get(*view)).any(|rules| self.verdict(rules).is_ok())
    }
}

impl Refusal {
    fn reason(self, rules: &Rules) -> String {
        match self {
            Self::Reserved | Self::Unasked => rules.reserved.clone(),
            Self::Forbidden(place) => {
                let reason = rules.reasons.get(usize::from(place)).map(|(_, reason)| reason);
                reason.unwrap_or(&rules.reserved).clone()
            }
        }
    }
}

/// A question that Cedar does not take is a fault of this crate; the answer is no.
fn unasked(error: impl std::fmt::Display) -> Refusal {
    tracing::error!(%error, "a decision could not be asked for");
    Refusal::Reserved
}

impl Rules {
    fn new(
        number: usize,
        action: &Entity,
        groups: &[&EntityUid],
        all: &PolicySet,
    ) -> Result<Self, PolicyError> {
        let uid = action.uid();
        let bears_on = |policy: &&Policy| match policy.action_constraint() {
            ActionConstraint::Any => true,
            ActionConstraint::Eq(named) => named == uid,
            ActionConstraint::In(named) => named.iter().any(|named| *named == uid || groups.contains(&named)),
        };
        let mut bearing: Vec<&Policy> = all.policies().filter(bears_on).collect();
        bearing.sort_unstable_by_key(|policy| policy.id());
        let who: Vec<&str> = bearing
            .iter()
            .filter(|policy| policy.effect() == Effect::Permit)
            .filter_map(|policy| policy.annotation("who"))
            .collect();
        let reason = |policy: &&Policy| Some((policy.id().clone(), policy.annotation("reason")?.to_owned()));
        let reasons = bearing.iter().filter_map(reason).collect();
        Ok(Self {
            number,
            reasons,
            reserved: reserved_for(&who),
            opening: groups.iter().any(|group| group.id().unescaped() == "Opening"),
            policies: PolicySet::from_policies(bearing.into_iter().cloned()).map_err(wrong)?,
            action: action.clone(),
        })
    }
}

/// 'Only a, b or c may do this.' Each policy's `@who` is one of them, or several with commas between.
fn reserved_for(who: &[&str]) -> String {
    let mut named: Vec<&str> = Vec::new();
    for one in who.iter().flat_map(|who| who.split(", ")) {
        if !named.contains(&one) {
            named.push(one);
        }
    }
    match named.split_last() {
        None => "Nobody may do this.".to_owned(),
        Some((only, [])) => format!("Only {only} may do this."),
        Some((last, others)) => format!("Only {} or {last} may do this.", others.join(", ")),
    }
}

fn read_policies() -> Result<PolicySet, PolicyError> {
    let mut policies = PolicySet::new();
    for (file, text) in POLICIES {
        let parsed: PolicySet = text.parse().map_err(|error| wrong(format!("{file}.cedar: {error}")))?;
        for policy in parsed.policies() {
            let named =
                policy.annotation("id").ok_or_else(|| wrong(format!("{file}.cedar: a policy has no @id")))?;
            policies.add(policy.new_id(PolicyId::new(named))).map_err(wrong)?;
        }
    }
    Ok(policies)
}

fn wrong(error: impl std::fmt::Display) -> PolicyError {
    PolicyError(error.to_string())
}
