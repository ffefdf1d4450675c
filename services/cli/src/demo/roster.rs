//! Who works in Northshire: agencies, teams and people.

use std::sync::Arc;

use caseledger_access::demo::ids;
use caseledger_aggregates::Authority;
use caseledger_commands::codes::ReferralSource;
use caseledger_commands::workforce::AgencyKind;
use caseledger_commands::{Actor, AgencyId, PractitionerId, Role, TeamId};
use caseledger_dispatch::key_derived_id;
use uuid::Uuid;

use super::chance::Chance;
use super::words::names;

/// Practitioners of each locality team, in an authority of the letter's size.
const PER_TEAM: usize = 12;
/// Partner practitioners, in an authority of the letter's size.
const PARTNERS: usize = 14;

/// Somebody who works with families.
#[derive(Clone, Debug)]
pub struct Member {
    /// Their id in the register.
    pub id: PractitionerId,
    /// Their name.
    pub name: String,
    /// As the identity provider knows them.
    pub actor: Arc<Actor>,
    /// Their agency.
    pub agency: AgencyId,
    /// Their team.
    pub team: TeamId,
    /// Whether they manage others.
    pub manages: bool,
}

/// A team of the service.
#[derive(Clone, Debug)]
pub struct Team {
    /// Its id.
    pub id: TeamId,
    /// Its name.
    pub name: String,
    /// Its manager.
    pub manager: Member,
    /// Its practitioners.
    pub staff: Vec<Member>,
    /// The police community support officer who is seconded to it.
    pub officer: Member,
}

/// An agency that is no part of the authority's settings: registered as the year begins.
#[derive(Clone, Debug)]
pub struct Agency {
    /// Its id.
    pub id: AgencyId,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: AgencyKind,
}

/// Everybody.
#[derive(Clone, Debug)]
pub struct Roster {
    /// Agencies besides those of the settings.
    pub agencies: Vec<Agency>,
    /// Teams besides those of the settings: where partners and statutory social care belong.
    pub other_teams: Vec<(TeamId, String, String, AgencyId)>,
    /// The locality teams.
    pub teams: Vec<Team>,
    /// Partners who lead plans.
    pub partners: Vec<Member>,
    /// The chair of the panel.
    pub chair: Member,
    /// The auditor.
    pub auditor: Member,
    /// The manager of the duty team of statutory social care, who answers step-ups.
    pub duty: Member,
    /// Keeps the register.
    pub administrator: Arc<Actor>,
    /// Says what the figures mean.
    pub analyst: Arc<Actor>,
    /// Brings the earlier record in.
    pub importer: Arc<Actor>,
    school_referrer: Arc<Actor>,
}

impl Roster {
    /// Invents the people of an authority of so many thousandths of the letter's size.
    pub fn invent(authority: &Authority, seed: u64, permille: u32) -> Self {
        let mut naming = Naming { chance: Chance::stream(seed, 1), used: vec![] };
        let sized = |number: usize| (number * permille as usize).div_ceil(1000).max(2);
        let council = AgencyId::from(ids::AUTHORITY);
        let agencies = agencies();
        let other_teams = other_teams(authority, &agencies);
        let teams = authority
            .teams
            .iter()
            .enumerate()
            .map(|(index, team)| naming.team(index, team.id, &team.name, council, sized(PER_TEAM)))
            .collect();
        let partner_homes: Vec<_> =
            other_teams.iter().filter(|(_, _, _, agency)| *agency != council).collect();
        let partners = (0..sized(PARTNERS))
            .map(|number| {
                let charity = partner_homes.iter().find(|(_, _, _, agency)| agency.uuid() == ids::CHARITY);
                let home =
                    if number == 0 { charity } else { partner_homes.get(number % partner_homes.len()) };
                let (team, agency) =
                    home.map_or((ids::TEAM.into(), council), |(team, _, _, agency)| (*team, *agency));
                let id = if number == 0 { ids::PARTNER } else { practitioner_id("partner", number) };
                let subject = persona_or("partner-practitioner", "partner", number);
                naming.member(id, subject, Role::Practitioner, (agency, team), true)
            })
            .collect();
        let home = authority.teams.first().map_or_else(|| ids::TEAM.into(), |team| team.id);
        let duty_team = other_teams.first().map_or(home, |(team, ..)| *team);
        let mut chair =
            naming.member(ids::CHAIR, "demo:panel-chair".to_owned(), Role::PanelChair, (council, home), true);
        chair.manages = true;
        let auditor =
            naming.member(ids::AUDITOR, "demo:auditor".to_owned(), Role::Auditor, (council, home), true);
        let mut duty = naming.member(
            practitioner_id("duty", 0),
            "demo:duty-manager".to_owned(),
            Role::TeamManager,
            (council, duty_team),
            false,
        );
        duty.manages = true;
        Self {
            agencies,
            other_teams,
            teams,
            partners,
            chair,
            auditor,
            duty,
            administrator: actor("demo:administrator", Role::Administrator, Some(council)),
            analyst: actor("demo:analyst", Role::Analyst, Some(council)),
            importer: actor("demo:posting-service", Role::Service, None),
            school_referrer: actor("demo:school-referrer", Role::Referrer, Some(ids::SCHOOL.into())),
        }
    }

    /// Everybody who is to be registered.
    pub fn everyone(&self) -> impl Iterator<Item = &Member> {
        self.teams
            .iter()
            .flat_map(|team| [&team.manager, &team.officer].into_iter().chain(&team.staff))
            .chain(&self.partners)
            .chain([&self.chair, &self.auditor, &self.duty])
    }

    /// Who refers from an agency, and their agency; `None` when the family comes by itself.
    pub fn referrer(&self, source: ReferralSource, chance: &mut Chance) -> Option<(Arc<Actor>, AgencyId)> {
        let kind = match source {
            ReferralSource::Schools | ReferralSource::EducationServices => AgencyKind::School,
            ReferralSource::Police => AgencyKind::Police,
            ReferralSource::HealthVisitor
            | ReferralSource::Gp
            | ReferralSource::SchoolNurse
            | ReferralSource::AccidentAndEmergency
            | ReferralSource::OtherHealth => AgencyKind::Health,
            ReferralSource::Housing => AgencyKind::Housing,
            ReferralSource::OtherInternal => AgencyKind::Authority,
            ReferralSource::Other => AgencyKind::Charity,
            _ => return None,
        };
        let settled = match kind {
            AgencyKind::School => ids::SCHOOL,
            AgencyKind::Authority => ids::AUTHORITY,
            AgencyKind::Charity => ids::CHARITY,
            AgencyKind::Police => POLICE,
            AgencyKind::Housing => HOUSING,
            AgencyKind::Health | AgencyKind::Other => HEALTH,
        };
        if kind == AgencyKind::School {
            let schools: Vec<_> = self.agencies.iter().filter(|agency| agency.kind == kind).collect();
            if schools.is_empty() || chance.percent(20) {
                return Some((Arc::clone(&self.school_referrer), settled.into()));
            }
            let school = schools[chance.index(schools.len())];
            let subject = format!("demo:referrer-{}", school.id);
            return Some((actor(&subject, Role::Referrer, Some(school.id)), school.id));
        }
        let subject = format!("demo:referrer-{settled}");
        Some((actor(&subject, Role::Referrer, Some(settled.into())), settled.into()))
    }
}

/// Northshire's agencies, as its settings name them.
const POLICE: Uuid = uuid::uuid!("0190a000-0000-7000-8000-0000000000a3");
const HEALTH: Uuid = uuid::uuid!("0190a000-0000-7000-8000-0000000000a4");
const HOUSING: Uuid = uuid::uuid!("0190a000-0000-7000-8000-0000000000a5");

fn agencies() -> Vec<Agency> {
    let agency = |name: &str, kind| Agency {
        id: key_derived_id("northshire agency", name).into(),
        name: name.to_owned(),
        kind,
    };
    vec![
        agency("Saltmarsh Primary School", AgencyKind::School),
        agency("St Hild's Primary School", AgencyKind::School),
        agency("Beacon Hill Infant School", AgencyKind::School),
        agency("Weirside Primary School", AgencyKind::School),
        agency("Fellgate Junior School", AgencyKind::School),
        agency("Quayside Academy", AgencyKind::School),
        agency("Moorfoot High School", AgencyKind::School),
        agency("Ravenscar Community College", AgencyKind::School),
        agency("Little Otters Nursery", AgencyKind::School),
        agency("Harbour Young Carers", AgencyKind::Charity),
        agency("Safe Harbour", AgencyKind::Charity),
    ]
}

/// The duty team of statutory social care first; then a team for each partner agency whose people lead plans.
fn other_teams(authority: &Authority, agencies: &[Agency]) -> Vec<(TeamId, String, String, AgencyId)> {
    let locality = |index: usize| {
        let count = authority.localities.len().max(1);
        authority.localities.get(index % count).map_or_else(String::new, |locality| locality.name.clone())
    };
    let team = |name: &str, index: usize, agency: AgencyId| {
        (TeamId::from(key_derived_id("northshire team", name)), name.to_owned(), locality(index), agency)
    };
    let mut teams = vec![
        team("Children's social care duty team", 1, ids::AUTHORITY.into()),
        team("Neighbourhood policing", 0, POLICE.into()),
        team("Families Forward, family support", 0, ids::CHARITY.into()),
        team("Health visiting and school nursing", 1, HEALTH.into()),
    ];
    for (index, agency) in agencies.iter().filter(|agency| agency.kind == AgencyKind::School).enumerate() {
        teams.push(team(&format!("{}, pastoral team", agency.name), index, agency.id));
    }
    teams
}

struct Naming {
    chance: Chance,
    used: Vec<String>,
}

impl Naming {
    /// A name that nobody else of the roster has.
    fn name(&mut self) -> String {
        for _ in 0..10_000 {
            let name =
                format!("{} {}", self.chance.pick(names::STAFF_GIVEN), self.chance.pick(names::STAFF_FAMILY));
            if !self.used.contains(&name) {
                self.used.push(name.clone());
                return name;
            }
        }
        format!("{} of Northshire", self.chance.pick(names::STAFF_GIVEN))
    }

    fn member(
        &mut self,
        id: Uuid,
        subject: String,
        role: Role,
        (agency, team): (AgencyId, TeamId),
        outside_teams: bool,
    ) -> Member {
        let actor = Actor {
            subject,
            roles: vec![role],
            practitioner: Some(id.into()),
            agency: Some(agency),
            team: (!outside_teams).then_some(team),
            on_behalf_of: None,
        };
        Member { id: id.into(), name: self.name(), actor: Arc::new(actor), agency, team, manages: false }
    }

    fn team(&mut self, index: usize, id: TeamId, name: &str, council: AgencyId, size: usize) -> Team {
        let home = (council, id);
        let manager_id = if index == 0 { ids::MANAGER } else { practitioner_id("manager", index) };
        let mut manager = self.member(
            manager_id,
            persona_or("team-manager", "manager", index),
            Role::TeamManager,
            home,
            false,
        );
        manager.manages = true;
        let staff = (0..size)
            .map(|number| {
                let number = index * size + number;
                let id = if number == 0 { ids::PRACTITIONER } else { practitioner_id("staff", number) };
                let subject = persona_or("practitioner", "practitioner", number);
                self.member(id, subject, Role::Practitioner, home, false)
            })
            .collect();
        let police_team = key_derived_id("northshire team", "Neighbourhood policing");
        let mut officer = self.member(
            practitioner_id("officer", index),
            format!("demo:officer-{index}"),
            Role::Practitioner,
            (POLICE.into(), police_team.into()),
            false,
        );
        // While seconded, the officer works for the locality team.
        officer.actor = Arc::new(Actor { team: Some(id), ..(*officer.actor).clone() });
        Team { id, name: name.to_owned(), manager, staff, officer }
    }
}

/// The subject of the persona for the first of a kind, and of somebody like them for the others.
fn persona_or(persona: &str, kind: &str, number: usize) -> String {
    if number == 0 { format!("demo:{persona}") } else { format!("demo:{kind}-{number}") }
}

fn practitioner_id(kind: &str, number: usize) -> Uuid {
    key_derived_id("northshire practitioner", &format!("{kind} {number}"))
}

fn actor(subject: &str, role: Role, agency: Option<AgencyId>) -> Arc<Actor> {
    Arc::new(Actor {
        subject: subject.to_owned(),
        roles: vec![role],
        practitioner: None,
        agency,
        team: None,
        on_behalf_of: None,
    })
}
