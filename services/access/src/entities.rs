//! Actors and resources as Cedar entities, made for one decision and dropped after it.

use std::collections::{HashMap, HashSet};
use std::fmt::Display;
use std::str::FromStr;

use caseledger_commands::{Actor, Role};
use cedar_policy::{
    Entity, EntityAttrEvaluationError, EntityId, EntityTypeName, EntityUid, ParseErrors, RestrictedExpression,
};

use crate::Resource;

/// The names of entity types, parsed once.
pub(crate) struct Types {
    role: EntityTypeName,
    practitioner: EntityTypeName,
    agency: EntityTypeName,
    team: EntityTypeName,
    actor: EntityUid,
    case: EntityUid,
    person: EntityUid,
    panel_meeting: EntityUid,
    supervision: EntityUid,
    audit: EntityUid,
    workforce: EntityUid,
    oversight: EntityUid,
    authority: EntityUid,
}

type Attributes = Vec<(&'static str, RestrictedExpression)>;

impl Types {
    pub(crate) fn new() -> Result<Self, Box<ParseErrors>> {
        let name = |text: &str| EntityTypeName::from_str(text);
        // Only one of each takes part in a decision, and policies compare attributes, so one id will do for all.
        let this = |text: &str| Ok::<_, ParseErrors>(uid(&name(text)?, "this"));
        Ok(Self {
            role: name("Role")?,
            practitioner: name("Practitioner")?,
            agency: name("Agency")?,
            team: name("Team")?,
            actor: this("Actor")?,
            case: this("Case")?,
            person: this("Person")?,
            panel_meeting: this("PanelMeeting")?,
            supervision: this("Supervision")?,
            audit: this("Audit")?,
            workforce: this("Workforce")?,
            oversight: this("Oversight")?,
            authority: this("Authority")?,
        })
    }

    pub(crate) fn actor(&self, actor: &Actor) -> Result<Entity, EntityAttrEvaluationError> {
        let speaks_as = actor.on_behalf_of.as_ref().unwrap_or(&actor.subject);
        let roles = actor.roles.iter().map(|role| uid(&self.role, role_name(*role))).collect();
        let attributes = vec![
            ("speaksAs", strings([speaks_as])),
            ("practitioners", set(&self.practitioner, actor.practitioner)),
            ("agencies", set(&self.agency, actor.agency)),
            ("teams", set(&self.team, actor.team)),
        ];
        entity(&self.actor, attributes, roles)
    }

    pub(crate) fn resource(&self, resource: &Resource) -> Result<Entity, EntityAttrEvaluationError> {
        let attributes = match resource {
            Resource::Case(case) => vec![
                ("teams", set(&self.team, case.team)),
                ("receivingTeams", set(&self.team, case.receiving_team)),
                ("leads", set(&self.practitioner, case.lead_practitioner)),
                ("agencies", set(&self.agency, &case.agencies)),
                ("referredBy", strings(&case.referred_by)),
                ("beforePanel", RestrictedExpression::new_bool(case.before_panel)),
                ("isRestricted", RestrictedExpression::new_bool(case.restricted_to.is_some())),
                ("restrictedTo", set(&self.practitioner, case.restricted_to.iter().flatten())),
            ],
            Resource::Person(person) => vec![("agencies", set(&self.agency, &person.agencies))],
            Resource::Supervision(supervision) => vec![
                ("practitioners", set(&self.practitioner, supervision.practitioner)),
                ("supervisors", set(&self.practitioner, supervision.supervisor)),
                ("teams", set(&self.team, supervision.team)),
            ],
            Resource::PanelMeeting
            | Resource::Audit
            | Resource::Workforce
            | Resource::Oversight
            | Resource::Authority => vec![],
        };
        entity(self.uid(resource), attributes, HashSet::new())
    }

    fn uid(&self, resource: &Resource) -> &EntityUid {
        match resource {
            Resource::Case(_) => &self.case,
            Resource::Person(_) => &self.person,
            Resource::PanelMeeting => &self.panel_meeting,
            Resource::Supervision(_) => &self.supervision,
            Resource::Audit => &self.audit,
            Resource::Workforce => &self.workforce,
            Resource::Oversight => &self.oversight,
            Resource::Authority => &self.authority,
        }
    }
}

/// The role's name in tokens and policies.
pub(crate) const fn role_name(role: Role) -> &'static str {
    match role {
        Role::Referrer => "referrer",
        Role::Practitioner => "practitioner",
        Role::TeamManager => "team-manager",
        Role::PanelChair => "panel-chair",
        Role::Auditor => "auditor",
        Role::Analyst => "analyst",
        Role::Inspector => "inspector",
        Role::DataProtectionOfficer => "data-protection-officer",
        Role::Service => "service",
        Role::Administrator => "administrator",
        Role::Process => "process",
    }
}

fn entity(
    uid: &EntityUid,
    attributes: Attributes,
    parents: HashSet<EntityUid>,
) -> Result<Entity, EntityAttrEvaluationError> {
    let attributes: HashMap<_, _> =
        attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Entity::new(uid.clone(), attributes, parents)
}

fn uid(kind: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
}

fn set<I: Display>(kind: &EntityTypeName, ids: impl IntoIterator<Item = I>) -> RestrictedExpression {
    RestrictedExpression::new_set(
        ids.into_iter().map(|id| RestrictedExpression::new_entity_uid(uid(kind, &id.to_string()))),
    )
}

fn strings<'a>(texts: impl IntoIterator<Item = &'a String>) -> RestrictedExpression {
    RestrictedExpression::new_set(
        texts.into_iter().map(|text| RestrictedExpression::new_string(text.clone())),
    )
}
