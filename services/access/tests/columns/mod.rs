//! The columns of the table: who asks, and what they have to do with the thing.

use caseledger_access::{CaseAttributes, PersonAttributes, Resource, SupervisionAttributes};
use caseledger_commands::{Actor, Role};
use uuid::Uuid;

/// A part of the table.
pub struct Section {
    pub heading: &'static str,
    /// The type of thing, as the schema calls it.
    pub kind: &'static str,
    pub columns: fn() -> Vec<Column>,
}

/// Somebody, and something they have, or have not, to do with.
pub struct Column {
    pub code: &'static str,
    pub about: &'static str,
    pub actor: Actor,
    pub resource: Resource,
}

pub const SECTIONS: &[Section] = &[
    Section { heading: "Cases: those who work with families", kind: "Case", columns: workers },
    Section { heading: "Cases: those who steer, check, serve and refer", kind: "Case", columns: others },
    Section { heading: "Cases: while restricted", kind: "Case", columns: restricted },
    Section { heading: "People", kind: "Person", columns: people },
    Section {
        heading: "Panel meetings",
        kind: "PanelMeeting",
        columns: || everybody(Resource::PanelMeeting),
    },
    Section { heading: "Supervision", kind: "Supervision", columns: supervision },
    Section { heading: "Audits", kind: "Audit", columns: || everybody(Resource::Audit) },
    Section { heading: "The register", kind: "Workforce", columns: || everybody(Resource::Workforce) },
    Section { heading: "Oversight", kind: "Oversight", columns: || everybody(Resource::Oversight) },
    Section { heading: "The authority", kind: "Authority", columns: || everybody(Resource::Authority) },
];

const HERE: Uuid = Uuid::from_u128(1);
const ELSEWHERE: Uuid = Uuid::from_u128(2);
const ME: Uuid = Uuid::from_u128(3);
const ANOTHER: Uuid = Uuid::from_u128(4);

/// Someone with those roles who is in no team and no agency.
pub fn actor(roles: &[Role]) -> Actor {
    Actor {
        subject: "me".to_owned(),
        roles: roles.to_vec(),
        practitioner: None,
        agency: None,
        team: None,
        on_behalf_of: None,
    }
}

fn in_team(role: Role) -> Actor {
    Actor {
        team: Some(HERE.into()),
        agency: Some(ELSEWHERE.into()),
        practitioner: Some(ME.into()),
        ..actor(&[role])
    }
}

fn partner() -> Actor {
    Actor { team: None, agency: Some(HERE.into()), ..in_team(Role::Practitioner) }
}

/// A case of another team, with nothing in it for anybody above.
fn case() -> CaseAttributes {
    CaseAttributes {
        team: Some(ELSEWHERE.into()),
        lead_practitioner: Some(ANOTHER.into()),
        agencies: [ANOTHER.into()].into(),
        referred_by: Some("somebody-else".to_owned()),
        ..CaseAttributes::default()
    }
}

fn column(code: &'static str, about: &'static str, actor: Actor, resource: Resource) -> Column {
    Column { code, about, actor, resource }
}

fn workers() -> Vec<Column> {
    let column = |code, about, actor, case| column(code, about, actor, Resource::Case(case));
    let team = || CaseAttributes { team: Some(HERE.into()), ..case() };
    let lead = || CaseAttributes { lead_practitioner: Some(ME.into()), ..case() };
    let unallocated = || CaseAttributes { team: None, lead_practitioner: None, ..case() };
    let family = || CaseAttributes { agencies: [HERE.into(), ANOTHER.into()].into(), ..case() };
    let receiving = || CaseAttributes { receiving_team: Some(HERE.into()), ..case() };
    let practitioner = || in_team(Role::Practitioner);
    let manager = || in_team(Role::TeamManager);
    vec![
        column("pr-t", "a practitioner, a case of their team", practitioner(), team()),
        column("pr-l", "a practitioner, a case of another team that they lead", practitioner(), lead()),
        column(
            "pr-u",
            "a practitioner in a team, a case that no team holds yet",
            practitioner(),
            unallocated(),
        ),
        column(
            "pr-r",
            "a practitioner, a case that a step-up asks their team to take over",
            practitioner(),
            receiving(),
        ),
        column("pr-o", "a practitioner, a case of another team", practitioner(), case()),
        column("pa-f", "a partner practitioner, a family of their agency", partner(), family()),
        column("pa-u", "a partner practitioner, a case that no team holds yet", partner(), unallocated()),
        column("pa-o", "a partner practitioner, a family of other agencies", partner(), case()),
        column(
            "se-f",
            "a practitioner seconded to a team, a family of the agency they come from",
            in_team(Role::Practitioner),
            CaseAttributes { agencies: [ELSEWHERE.into()].into(), ..case() },
        ),
        column("ma-t", "a team manager, a case of their team", manager(), team()),
        column("ma-u", "a team manager, a case that no team holds yet", manager(), unallocated()),
        column(
            "ma-r",
            "a team manager, a case that a step-up asks their team to take over",
            manager(),
            receiving(),
        ),
        column("ma-o", "a team manager, a case of another team", manager(), case()),
        column(
            "ch-p",
            "the panel chair, a case before the panel",
            actor(&[Role::PanelChair]),
            CaseAttributes { before_panel: true, ..case() },
        ),
        column(
            "ch-u",
            "the panel chair, a case that no team holds yet",
            actor(&[Role::PanelChair]),
            unallocated(),
        ),
        column("ch-o", "the panel chair, any other case", actor(&[Role::PanelChair]), case()),
    ]
}

fn others() -> Vec<Column> {
    let column = |code, about, actor, case| column(code, about, actor, Resource::Case(case));
    let referred = |by: &str| CaseAttributes { referred_by: Some(by.to_owned()), ..case() };
    let posting = Actor { on_behalf_of: Some("a-teacher".to_owned()), ..actor(&[Role::Service]) };
    vec![
        column("re-o", "a referrer, a case that they referred", actor(&[Role::Referrer]), referred("me")),
        column("re-x", "a referrer, any other case", actor(&[Role::Referrer]), case()),
        column(
            "sv-o",
            "a service, a case that it referred for the person it acts for",
            posting.clone(),
            referred("a-teacher"),
        ),
        column("sv-x", "a service that acts for a person, a case referred by somebody else", posting, case()),
        column("audi", "an auditor", actor(&[Role::Auditor]), case()),
        column("insp", "an inspector", actor(&[Role::Inspector]), case()),
        column("anal", "an analyst", actor(&[Role::Analyst]), case()),
        column("dpo", "the data protection officer", actor(&[Role::DataProtectionOfficer]), case()),
        column("admi", "an administrator", actor(&[Role::Administrator]), case()),
        column("proc", "a process of caseledger itself", actor(&[Role::Process]), case()),
        column("none", "someone with a good token and no role", actor(&[]), case()),
    ]
}

fn restricted() -> Vec<Column> {
    let named = || CaseAttributes {
        team: Some(HERE.into()),
        referred_by: Some("me".to_owned()),
        before_panel: true,
        restricted_to: Some([ME.into()].into()),
        ..case()
    };
    let unnamed = || CaseAttributes { restricted_to: Some([ANOTHER.into()].into()), ..named() };
    let column = |code, about, actor, case| column(code, about, actor, Resource::Case(case));
    vec![
        column("pr-n", "a practitioner of the team who is named", in_team(Role::Practitioner), named()),
        column("pr-x", "a practitioner of the team who is not named", in_team(Role::Practitioner), unnamed()),
        column("ma-n", "the team's manager, named", in_team(Role::TeamManager), named()),
        column("ma-x", "the team's manager, not named", in_team(Role::TeamManager), unnamed()),
        column("au-n", "an auditor who is named", in_team(Role::Auditor), named()),
        column("au-x", "an auditor who is not named", in_team(Role::Auditor), unnamed()),
        column("insp", "an inspector", actor(&[Role::Inspector]), unnamed()),
        column("chai", "the panel chair, not named", actor(&[Role::PanelChair]), unnamed()),
        column("refe", "whoever referred it", actor(&[Role::Referrer]), unnamed()),
        column("dpo", "the data protection officer", actor(&[Role::DataProtectionOfficer]), unnamed()),
        column("proc", "a process of caseledger itself", actor(&[Role::Process]), unnamed()),
    ]
}

fn people() -> Vec<Column> {
    let known = || Resource::Person(PersonAttributes { agencies: [HERE.into()].into() });
    let unknown = || Resource::Person(PersonAttributes { agencies: [ANOTHER.into()].into() });
    let mut columns = vec![
        column("pa-f", "a partner practitioner, a person that their agency works with", partner(), known()),
        column("pa-o", "a partner practitioner, any other person", partner(), unknown()),
    ];
    columns.extend(everybody(unknown()));
    columns
}

fn supervision() -> Vec<Column> {
    let of = |practitioner: Uuid, supervisor: Uuid, team: Uuid| {
        Resource::Supervision(SupervisionAttributes {
            practitioner: Some(practitioner.into()),
            supervisor: Some(supervisor.into()),
            team: Some(team.into()),
        })
    };
    let someone = || of(ANOTHER, ELSEWHERE, ELSEWHERE);
    let manager = || in_team(Role::TeamManager);
    let mut columns = vec![
        column(
            "pr-m",
            "a practitioner, their own record",
            in_team(Role::Practitioner),
            of(ME, ANOTHER, HERE),
        ),
        column(
            "pr-t",
            "a practitioner, a colleague's record",
            in_team(Role::Practitioner),
            of(ANOTHER, ELSEWHERE, HERE),
        ),
        column(
            "ma-s",
            "a manager, the record of someone they supervise in another team",
            manager(),
            of(ANOTHER, ME, ELSEWHERE),
        ),
        column(
            "ma-t",
            "a manager, the record of someone in their team",
            manager(),
            of(ANOTHER, ELSEWHERE, HERE),
        ),
        column("ma-m", "a manager, their own record", manager(), of(ME, ANOTHER, HERE)),
    ];
    columns.extend(everybody(someone()));
    columns
}

/// One of each role, with nothing special to do with the thing.
fn everybody(resource: Resource) -> Vec<Column> {
    let column = |code, about, actor| column(code, about, actor, resource.clone());
    vec![
        column("refe", "a referrer", actor(&[Role::Referrer])),
        column("prac", "a practitioner in a team", in_team(Role::Practitioner)),
        column("part", "a partner practitioner", partner()),
        column("mana", "a team manager", in_team(Role::TeamManager)),
        column("chai", "the panel chair", actor(&[Role::PanelChair])),
        column("audi", "an auditor", actor(&[Role::Auditor])),
        column("insp", "an inspector", actor(&[Role::Inspector])),
        column("anal", "an analyst", actor(&[Role::Analyst])),
        column("dpo", "the data protection officer", actor(&[Role::DataProtectionOfficer])),
        column("serv", "a service", actor(&[Role::Service])),
        column("admi", "an administrator", actor(&[Role::Administrator])),
        column("proc", "a process of caseledger itself", actor(&[Role::Process])),
        column("none", "someone with a good token and no role", actor(&[])),
    ]
}
