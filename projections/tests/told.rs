//! What is told, over random histories: rebuilds give the same bytes, and figures what the log says.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod stage;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use caseledger_aggregates::calendar::civil_date;
use caseledger_aggregates::case::{Case, CaseEvent, Status};
use caseledger_aggregates::{AnyEvent, Authority, Decider, Metadata};
use caseledger_commands::case::TriageOutcome;
use caseledger_commands::{CaseId, Date};
use caseledger_projections::cases::List;
use caseledger_projections::measures::{self, Amount, Filters, Side};
use caseledger_projections::queries::{self, CaseKey, Order, Whose, WorklistQuery};
use caseledger_projections::sql::Db;
use caseledger_projections::{ALL, Cursor, Manner, PageRequest, Projections};
use jiff::ToSpan;
use prometheus::Registry;
use rand::Rng;
use stage::Stage;
use stage::history::{History, id};

async fn open(stage: &Stage) -> Projections {
    Projections::open(&stage.log, Arc::default(), stage.clock.clone(), &Registry::new()).await.unwrap()
}

/// A random history, followed now and then while it is made.
async fn told(stage: &Stage, seed: u64, steps: usize) -> (Projections, History) {
    let live = open(stage).await;
    let mut history = History::begin(stage, seed).await;
    for step in 0..steps {
        history.step(stage).await;
        if step % 37 == 0 {
            live.catch_up().await.unwrap();
        }
    }
    live.catch_up().await.unwrap();
    (live, history)
}

async fn dump(db: &Db) -> BTreeMap<&'static str, String> {
    let mut tables = BTreeMap::new();
    for table in ALL.iter().flat_map(|spec| spec.tables) {
        tables.insert(table.name, table.dump(db).await.unwrap());
    }
    tables
}

#[tokio::test]
async fn every_table_is_rebuilt_to_the_byte() {
    for stage in Stage::both().await {
        let (live, history) = told(&stage, 7, 700).await;
        let before = dump(live.db()).await;
        for manner in [Manner::Beside, Manner::InPlace] {
            for spec in ALL {
                live.rebuild(spec.name, manner, |_| {}).await.unwrap();
            }
            for (table, rows) in dump(live.db()).await {
                assert_eq!(rows, before[table], "{} {table} {manner:?}", stage.engine);
            }
        }
        let empty: Vec<_> =
            before.iter().filter(|(_, rows)| rows.lines().count() < 2).map(|(table, _)| *table).collect();
        assert_eq!(empty, Vec::<&str>::new(), "the history leaves them empty: {:?}", history.accepted);
    }
}

#[tokio::test]
async fn both_engines_tell_the_same() {
    let mut all = vec![];
    for stage in Stage::both().await {
        let (live, _) = told(&stage, 11, 250).await;
        let mut tables = dump(live.db()).await;
        // When the log learned of something is the writer's own.
        tables.retain(|_, rows| !rows.lines().next().unwrap_or_default().contains("recorded_at"));
        all.push(tables);
    }
    assert_eq!(all[0], all[1]);
}

/// What the log says of each case: the day of each event, and the event; in the order in which things happened.
async fn by_case(stage: &Stage) -> BTreeMap<CaseId, Vec<(Date, CaseEvent)>> {
    let mut cases: BTreeMap<CaseId, Vec<(Date, u64, CaseEvent)>> = BTreeMap::new();
    for recorded in stage.log.read_after(0, 100_000).await.unwrap() {
        let read = AnyEvent::read(
            &recorded.aggregate_type,
            &recorded.event_type,
            &recorded.event_version,
            &recorded.payload,
        );
        if let AnyEvent::Case(event) = read.unwrap() {
            let day = civil_date(Metadata::from_map(&recorded.metadata).unwrap().occurred_at);
            let case = recorded.aggregate_id.parse().unwrap();
            cases.entry(case).or_default().push((day, recorded.position, event));
        }
    }
    let ordered = |mut events: Vec<(Date, u64, CaseEvent)>| {
        events.sort_by_key(|(day, position, _)| (*day, *position));
        events.into_iter().map(|(day, _, event)| (day, event)).collect()
    };
    cases.into_iter().map(|(case, events)| (case, ordered(events))).collect()
}

/// How a case stood when a day ended, found the slow way.
#[derive(Clone, Default)]
struct Stood {
    open: bool,
    before: bool,
    plan: bool,
    team: Option<String>,
    agency: Option<String>,
}

fn stood(events: &[(Date, CaseEvent)], at: Date) -> Stood {
    let mut it = Stood::default();
    let close = |it: &mut Stood| {
        it.before = it.open;
        it.open = false;
    };
    for (day, event) in events {
        if let CaseEvent::CaseImported(e) = event {
            if e.accepted_on <= at {
                it.open = true;
                it.team = e.team.map(|id| id.to_string());
                it.agency = e.lead_agency.map(|id| id.to_string());
            }
            if let Some(plan) = &e.plan {
                it.plan = plan.agreed_on.unwrap_or(e.accepted_on) <= at;
            }
            if e.closure.as_ref().is_some_and(|closure| closure.closed_on <= at) {
                close(&mut it);
            }
            continue;
        }
        if *day > at {
            continue;
        }
        match event {
            CaseEvent::TriageDecided(e) if e.outcome == TriageOutcome::EarlyHelp => it.open = true,
            CaseEvent::StepDownAccepted(_) => it.open = true,
            CaseEvent::TriageDecided(_) | CaseEvent::CaseClosed(_) => close(&mut it),
            CaseEvent::StepUpAccepted(_) => it.open = false,
            CaseEvent::CaseReopened(_) => it.open = it.before,
            CaseEvent::PlanAgreed(_) => it.plan = true,
            CaseEvent::CaseAllocated(e) => {
                it.team = Some(e.team.to_string());
                it.agency = Some(e.lead_agency.to_string());
            }
            CaseEvent::CaseReallocated(e) => {
                it.team = Some(e.team.to_string());
                it.agency = Some(e.lead_agency.to_string());
            }
            _ => {}
        }
    }
    it
}

#[tokio::test]
async fn figures_of_any_past_day_are_what_the_log_says() {
    for (stage, seed) in Stage::both().await.into_iter().zip([21, 22]) {
        let (live, mut history) = told(&stage, seed, 800).await;
        let cases = by_case(&stage).await;
        let mut most = 0;
        for _ in 0..40 {
            let at = jiff::civil::date(2016, 11, 1) + history.chance.random_range(0..600).days();
            let then: Vec<(CaseId, Stood)> =
                cases.iter().map(|(id, events)| (*id, stood(events, at))).collect();

            let open: BTreeSet<CaseId> = then.iter().filter(|(_, it)| it.open).map(|(id, _)| *id).collect();
            let figure = measures::open_cases(live.db(), at, &Filters::default()).await.unwrap();
            assert_eq!(figure.value, Some(Amount::Count(open.len() as u64)), "{at}");
            assert_eq!(
                figure
                    .breakdown
                    .iter()
                    .filter(|part| part.by == "team")
                    .map(|part| part.numerator)
                    .sum::<u64>(),
                figure.numerator
            );
            most = most.max(open.len());

            let mut page = PageRequest { limit: Some(4), ..PageRequest::default() };
            let mut behind = BTreeSet::new();
            loop {
                let measure = &measures::OPEN_CASES;
                let found =
                    measures::evidence(live.db(), measure, at, &Filters::default(), Side::Numerator, &page)
                        .await
                        .unwrap();
                assert!(found.items.iter().all(|case| !case.positions.is_empty()));
                behind.extend(found.items.iter().map(|case| case.case));
                let Some(next) = found.next else { break };
                page.cursor = Some(Cursor::parse(&next).unwrap());
            }
            assert_eq!(behind, open, "{at}");

            let team = id(0xb2);
            let filters = Filters { team: Some(team.into()), ..Filters::default() };
            let of_team =
                then.iter().filter(|(_, it)| it.open && it.team == Some(team.to_string())).count() as u64;
            assert_eq!(measures::open_cases(live.db(), at, &filters).await.unwrap().numerator, of_team);
            let filters = Filters { locality: Some("Riverside".to_owned()), ..Filters::default() };
            assert_eq!(measures::open_cases(live.db(), at, &filters).await.unwrap().numerator, of_team);

            let plans: Vec<&Stood> = then.iter().map(|(_, it)| it).filter(|it| it.open && it.plan).collect();
            let authority = id(0xa1).to_string();
            let partner = plans
                .iter()
                .filter(|it| it.agency.as_ref().is_some_and(|agency| *agency != authority))
                .count() as u64;
            let figure = measures::partner_led(live.db(), at, &Filters::default()).await.unwrap();
            assert_eq!((figure.numerator, figure.denominator), (partner, Some(plans.len() as u64)), "{at}");
            assert_eq!(figure.value.is_none(), plans.is_empty());
        }
        assert!(most > 5, "the history has open cases");
    }
}

/// A figure is a plain number in JSON: other programs compare it.
#[tokio::test]
async fn a_figure_is_a_number() {
    let stage = Stage::sqlite().await;
    let (live, _) = told(&stage, 3, 120).await;
    let at = jiff::civil::date(2017, 2, 1);
    let figure = measures::open_cases(live.db(), at, &Filters::default()).await.unwrap();
    let json = serde_json::to_value(&figure).unwrap();
    assert!(json["value"].is_u64() && json["denominator"].is_null() && json["at"] == "2017-02-01", "{json}");
    assert_eq!(serde_json::to_string(&Amount::Share(0.15)).unwrap(), "0.15");
}

#[tokio::test]
async fn views_timelines_and_worklists_are_what_the_aggregates_say() {
    for stage in Stage::both().await {
        let (live, history) = told(&stage, 31, 700).await;
        let (db, authority) = (live.db(), Authority::default());
        let today = civil_date(history.now);
        let mut due = BTreeMap::new();
        let mut unallocated = BTreeSet::new();
        for (case, _) in by_case(&stage).await {
            let stream = stage.log.read_stream("Case", &case.to_string()).await.unwrap();
            let mut state = Case::default();
            for recorded in &stream {
                let event =
                    AnyEvent::read("Case", &recorded.event_type, &recorded.event_version, &recorded.payload)
                        .unwrap();
                let AnyEvent::Case(event) = event else { unreachable!() };
                state.evolve(&event);
            }
            let view = queries::case(db, &CaseKey::Id(case), &authority, today).await.unwrap().unwrap();
            assert_eq!((view.version, &view.state), (stream.len() as u64, &state));
            assert_eq!(view.allowed_commands, state.allowed_commands());
            assert_eq!(view.locality.is_some(), state.team.is_some());
            let key: CaseKey = view.reference.as_str().parse().unwrap();
            assert_eq!(queries::case(db, &key, &authority, today).await.unwrap().unwrap().case, case);
            for child in &state.children {
                assert!(queries::cases_of_person(db, *child).await.unwrap().contains(&case));
            }
            due.insert(case, state.due(&authority).iter().filter(|due| due.on < today).count());
            if state.status == Some(Status::Accepted) {
                unallocated.insert(case);
            }

            for order in [Order::OldestFirst, Order::NewestFirst] {
                let mut page = PageRequest { limit: Some(3), ..PageRequest::default() };
                let mut entries = vec![];
                loop {
                    let found = queries::timeline(db, case, order, &page).await.unwrap();
                    assert!(found.items.len() <= 3);
                    entries.extend(found.items);
                    let Some(next) = found.next else { break };
                    page.cursor = Some(Cursor::parse(&next).unwrap());
                }
                let times: Vec<_> = entries.iter().map(|entry| entry.occurred_at).collect();
                let sorted = if order == Order::OldestFirst {
                    times.is_sorted()
                } else {
                    times.iter().rev().is_sorted()
                };
                assert!(sorted && entries.len() == stream.len());
                for entry in &entries {
                    for correction in &entry.corrections {
                        let by = entries.iter().find(|other| other.sequence == *correction).unwrap();
                        assert_eq!(by.event, "RecordCorrected");
                    }
                }
                let corrections: usize = entries.iter().map(|entry| entry.corrections.len()).sum();
                assert_eq!(
                    corrections,
                    entries.iter().filter(|entry| entry.event == "RecordCorrected").count()
                );
            }
            let mut page = PageRequest { limit: Some(4), ..PageRequest::default() };
            let mut sequences = vec![];
            loop {
                let found = queries::case_events(db, case, &page).await.unwrap();
                sequences.extend(found.items.iter().map(|event| event.sequence));
                let Some(next) = found.next else { break };
                page.cursor = Some(Cursor::parse(&next).unwrap());
            }
            assert_eq!(sequences, (1..=stream.len() as u64).collect::<Vec<_>>());
        }

        let mut overdue: BTreeMap<CaseId, usize> = BTreeMap::new();
        let query =
            WorklistQuery { overdue_only: true, ..WorklistQuery::new(List::Due, Whose::Everyone, today) };
        for item in all_of(db, &query).await {
            assert!(item.overdue);
            *overdue.entry(item.case).or_default() += 1;
        }
        due.retain(|_, count| *count > 0);
        assert_eq!(overdue, due, "{}", stage.engine);
        let query = WorklistQuery::new(List::Unallocated, Whose::Everyone, today);
        let listed: BTreeSet<CaseId> = all_of(db, &query).await.into_iter().map(|item| item.case).collect();
        assert_eq!(listed, unallocated);
        let team = id(0xb1).into();
        let query = WorklistQuery::new(List::Case, Whose::Team(team), today);
        assert!(all_of(db, &query).await.iter().all(|item| item.team == Some(team)));
    }
}

async fn all_of(db: &Db, query: &WorklistQuery) -> Vec<queries::WorklistItem> {
    let mut page = PageRequest { limit: Some(2), ..PageRequest::default() };
    let mut items = vec![];
    loop {
        let found = queries::worklist(db, query, &page).await.unwrap();
        items.extend(found.items);
        let Some(next) = found.next else { break };
        page.cursor = Some(Cursor::parse(&next).unwrap());
    }
    assert!(items.iter().map(|item| item.due.unwrap_or(Date::MAX)).is_sorted());
    items
}

#[tokio::test]
async fn other_settings_fold_the_worklists_anew() {
    let stage = Stage::sqlite().await;
    let (live, _) = told(&stage, 5, 60).await;
    let epoch = |live: &Projections| {
        let db = live.db().clone();
        async move {
            let sql = "SELECT epoch FROM projection_checkpoint WHERE name = 'cases'";
            db.fetch(sql, &[]).await.unwrap()[0].int("epoch").unwrap()
        }
    };
    assert_eq!(epoch(&live).await, 0);
    let mut authority = Authority::default();
    authority.timescales.decide_working_days = 9;
    let registry = Registry::new();
    let other =
        Projections::open(&stage.log, Arc::new(authority), stage.clock.clone(), &registry).await.unwrap();
    other.catch_up().await.unwrap();
    assert_eq!(epoch(&other).await, 1);
    assert!(other.status().await.unwrap().iter().all(|status| status.lag_events == 0));
}
