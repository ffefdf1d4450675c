//! What people ask about panels, supervision, audits and people, beside what the aggregates say.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod stage;

use std::sync::Arc;

use caseledger_aggregates::AnyEvent;
use caseledger_aggregates::Decider;
use caseledger_aggregates::audit::Audit;
use caseledger_aggregates::calendar::civil_date;
use caseledger_aggregates::panel::PanelMeeting;
use caseledger_aggregates::person::{PersonErased, PersonEvent, PersonRegistered};
use caseledger_aggregates::supervision::Supervision;
use caseledger_commands::person::{Birth, BirthBasis, ErasureGround, Identifier, IdentifierKind};
use caseledger_commands::{Date, PersonId, Personal};
use caseledger_log::NewEvent;
use caseledger_projections::people::{KEY, PERSON, Reason};
use caseledger_projections::queries::{self, PeopleQuery};
use caseledger_projections::{Cursor, PageRequest, Projections};
use jiff::civil::date;
use prometheus::Registry;
use stage::Stage;
use stage::history::{History, id};

async fn told(stage: &Stage, seed: u64, steps: usize) -> (Projections, History) {
    let registry = Registry::new();
    let live = Projections::open(&stage.log, Arc::default(), stage.clock.clone(), &registry).await.unwrap();
    let mut history = History::begin(stage, seed).await;
    for _ in 0..steps {
        history.step(stage).await;
    }
    live.catch_up().await.unwrap();
    (live, history)
}

/// The state of an aggregate, folded from the log.
async fn state<D: Decider>(
    stage: &Stage,
    aggregate: &str,
    id: impl ToString,
    event_of: fn(&AnyEvent) -> Option<&D::Event>,
) -> D {
    let mut state = D::default();
    for recorded in stage.log.read_stream(aggregate, &id.to_string()).await.unwrap() {
        let event =
            AnyEvent::read(aggregate, &recorded.event_type, &recorded.event_version, &recorded.payload)
                .unwrap();
        state.evolve(event_of(&event).unwrap());
    }
    state
}

#[tokio::test]
async fn agendas_are_what_the_meetings_say() {
    for stage in Stage::both().await {
        let (live, _) = told(&stage, 41, 1_600).await;
        let mut page = PageRequest { limit: Some(2), ..PageRequest::default() };
        let (mut meetings, mut told) = (vec![], 0);
        loop {
            let found = queries::panels(live.db(), None, &page).await.unwrap();
            meetings.extend(found.items);
            let Some(next) = found.next else { break };
            page.cursor = Some(Cursor::parse(&next).unwrap());
        }
        assert!(meetings.iter().map(|meeting| meeting.planned_on).is_sorted() && meetings.len() > 3);
        for summary in meetings {
            let agenda = queries::panel_agenda(live.db(), summary.panel_meeting).await.unwrap().unwrap();
            assert_eq!(agenda.meeting, summary);
            let meeting: PanelMeeting =
                state(&stage, "PanelMeeting", summary.panel_meeting, panel_event).await;
            assert_eq!(agenda.agenda.len(), meeting.agenda.len());
            assert!(agenda.agenda.iter().all(|item| meeting.agenda.contains_key(&item.case)));
            assert_eq!(agenda.attendance.len(), meeting.held.map_or(0, |(_, agencies)| agencies.len()));
            assert!(!agenda.invited.is_empty() && agenda.agenda.iter().all(|item| item.reference.is_some()));
            told += agenda.agenda.iter().map(|item| item.information.len()).sum::<usize>();
        }
        assert!(told > 0, "agencies told something");
        let unknown = queries::panel_agenda(live.db(), id(0xdead).into()).await.unwrap();
        assert_eq!(unknown, None);
    }
}

fn panel_event(event: &AnyEvent) -> Option<&caseledger_aggregates::panel::PanelEvent> {
    if let AnyEvent::PanelMeeting(event) = event { Some(event) } else { None }
}

fn supervision_event(event: &AnyEvent) -> Option<&caseledger_aggregates::supervision::SupervisionEvent> {
    if let AnyEvent::Supervision(event) = event { Some(event) } else { None }
}

fn audit_event(event: &AnyEvent) -> Option<&caseledger_aggregates::audit::AuditEvent> {
    if let AnyEvent::Audit(event) = event { Some(event) } else { None }
}

#[tokio::test]
async fn supervision_records_are_what_the_supervisions_say() {
    for stage in Stage::both().await {
        let (live, history) = told(&stage, 43, 1_000).await;
        let today = civil_date(history.now);
        let due = queries::supervisions_due(live.db(), today, &PageRequest::default()).await.unwrap().items;
        assert!(!due.is_empty() && due.iter().map(|one| one.next_due).is_sorted());
        for one in due {
            let record: Supervision = state(&stage, "Supervision", one.practitioner, supervision_event).await;
            let view = queries::supervision(live.db(), one.practitioner, today).await.unwrap().unwrap();
            assert_eq!((view.last_held_on, view.next_due), (record.last_held, record.next_due));
            let mut open: Vec<_> =
                view.open_actions.iter().map(|it| (it.action, it.due, it.carried_forward as u32)).collect();
            open.sort();
            let expected: Vec<_> =
                record.open_actions.iter().map(|(id, it)| (*id, it.due, it.carried_forward)).collect();
            assert_eq!(open, expected);
            assert!(view.open_actions.iter().all(|it| it.overdue == (it.due < today)));

            let mut page = PageRequest { limit: Some(1), ..PageRequest::default() };
            let mut sessions = vec![];
            loop {
                let found =
                    queries::supervision_sessions(live.db(), one.practitioner, today, &page).await.unwrap();
                sessions.extend(found.items);
                let Some(next) = found.next else { break };
                page.cursor = Some(Cursor::parse(&next).unwrap());
            }
            assert_eq!(sessions.first().map(|latest| latest.held_on), record.last_held);
            let actions: usize = sessions.iter().map(|session| session.actions.len()).sum();
            assert_eq!(actions, record.open_actions.len() + record.completed_actions.len());
            assert!(sessions.iter().all(|session| !session.cases.is_empty()));
        }
        assert!(queries::supervision(live.db(), id(0xdead).into(), today).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn audits_are_what_the_auditors_say() {
    for stage in Stage::both().await {
        let (live, _) = told(&stage, 47, 1_000).await;
        let all = queries::audits(live.db(), None, &PageRequest::default()).await.unwrap().items;
        assert!(!all.is_empty());
        let mut graded = 0;
        for summary in all {
            let view = queries::audit(live.db(), summary.audit).await.unwrap().unwrap();
            let audit: Audit = state(&stage, "Audit", summary.audit, audit_event).await;
            assert_eq!(view.state, audit);
            assert_eq!(summary.cases_audited, audit.cases.len() as u64);
            graded += audit.cases.len();
            for case in audit.cases.keys() {
                let of_case = queries::audits(live.db(), Some(*case), &PageRequest::default()).await.unwrap();
                assert!(of_case.items.iter().any(|one| one.audit == summary.audit));
            }
        }
        assert!(graded > 0);
    }
}

fn person(given: &str, family: &str, born: Date, number: Option<&str>) -> PersonRegistered {
    PersonRegistered {
        given_name: given.into(),
        family_name: family.into(),
        known_as: None,
        former_family_names: vec![],
        birth: Some(Birth { date: Personal::new(born), basis: BirthBasis::Known }),
        gender: Personal::new(caseledger_commands::codes::Gender::NotStated),
        ethnicity: None,
        disabilities: Personal::new(vec![]),
        identifiers: number
            .into_iter()
            .map(|value| Identifier { kind: IdentifierKind::FormerSystemId, value: value.into() })
            .collect(),
        address: None,
        telephone: None,
        registering_agency: None,
    }
}

async fn happened(stage: &Stage, number: u128, event: PersonEvent) -> PersonId {
    let name = caseledger_aggregates::Event::name(&event);
    let event = NewEvent::new(name, "1", &event).unwrap();
    stage.append("Person", id(number), "2017-01-03T09:00:00Z".parse().unwrap(), vec![event]).await;
    id(number).into()
}

#[tokio::test]
async fn people_are_found_by_sound_birth_and_number_and_forgotten_when_erased() {
    for stage in Stage::both().await {
        let registry = Registry::new();
        let live =
            Projections::open(&stage.log, Arc::default(), stage.clock.clone(), &registry).await.unwrap();
        let born = date(2009, 4, 3);
        let maisie = happened(&stage, 1, person("Maisie", "Hartley", born, Some("4711")).into()).await;
        let mazy = happened(&stage, 2, person("Maisy", "Hartly", date(2009, 3, 4), None).into()).await;
        let kofi = happened(&stage, 3, person("Kofi", "Osei", born, None).into()).await;
        live.catch_up().await.unwrap();
        let search = async |query: PeopleQuery| queries::search(live.db(), &query).await.unwrap();
        let people = |found: &[queries::Found]| found.iter().map(|one| one.person).collect::<Vec<_>>();

        let by_name =
            search(PeopleQuery { name: Some("hartley maisie".into()), ..PeopleQuery::default() }).await;
        assert_eq!(people(&by_name), [maisie, mazy], "the same name before one that sounds alike");
        assert_eq!(by_name[0].likely_duplicates, [mazy]);
        assert!(by_name[0].likeness.reasons.contains(&Reason::SameFamilyName));
        let by_birth = search(PeopleQuery { birth_date: Some(born), ..PeopleQuery::default() }).await;
        assert_eq!(people(&by_birth), [maisie, kofi, mazy], "day and month may be swapped");
        let by_number =
            search(PeopleQuery { identifier: Some("47 11".into()), ..PeopleQuery::default() }).await;
        assert_eq!(people(&by_number), [maisie]);
        let both =
            PeopleQuery { name: Some("Osay".into()), birth_date: Some(born), ..PeopleQuery::default() };
        assert_eq!(people(&search(both).await), [kofi]);
        let nobody = PeopleQuery { name: Some("Hartley Kofi".into()), ..PeopleQuery::default() };
        assert!(search(nobody).await.is_empty() && search(PeopleQuery::default()).await.is_empty());
        let new = person("Maisie", "Hartley", date(2009, 4, 8), None);
        let likely = queries::likely_duplicates(live.db(), &new, None).await.unwrap();
        assert_eq!(people(&likely), [maisie]);

        let erased = PersonErased { ground: ErasureGround::Requested, reason: "asked for".into() };
        happened(&stage, 1, erased.into()).await;
        live.catch_up().await.unwrap();
        let rows = PERSON.dump(live.db()).await.unwrap() + &KEY.dump(live.db()).await.unwrap();
        assert!(!rows.contains("Maisie") && !rows.contains("4711") && rows.contains("Maisy"));
        assert_eq!(
            queries::person(live.db(), maisie).await.unwrap(),
            Some(caseledger_aggregates::person::Person::Erased)
        );
    }
}
