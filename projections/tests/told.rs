//! What is told, over random histories: rebuilds give the same bytes, and figures what the log says.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod stage;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use caseledger_aggregates::calendar::civil_date;
use caseledger_aggregates::case::{Case, CaseEvent, Status};
use caseledger_aggregates::{AnyEvent, Authority, Decider, Metadata};
use caseledger_commands::{CaseId, Date};
use caseledger_projections::cases::List;
use caseledger_projections::queries::{self, CaseKey, Order, Whose, WorklistQuery};
use caseledger_projections::sql::Db;
use caseledger_projections::{ALL, Cursor, Manner, PageRequest, Projections};
use prometheus::Registry;
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
    // No history fills every table: further ones are made up until each has been compared with rows in it.
    let mut empty: BTreeSet<&str> = ALL.iter().flat_map(|spec| spec.tables).map(|table| table.name).collect();
    for (number, seed) in (21..33).enumerate() {
        if empty.is_empty() {
            break;
        }
        let stage = if number % 2 == 0 {
            Stage::sqlite().await
        } else {
            Stage::both().await.into_iter().nth(1).unwrap()
        };
        let (live, _) = told(&stage, seed, 2_500).await;
        let before = dump(live.db()).await;
        for manner in [Manner::Beside, Manner::InPlace] {
            for spec in ALL {
                live.rebuild(spec.name, manner, |_| {}).await.unwrap();
            }
            for (table, rows) in dump(live.db()).await {
                assert_eq!(rows, before[table], "{} {table} {manner:?}", stage.engine);
            }
        }
        empty.retain(|table| before[table].lines().count() < 2);
    }
    assert!(empty.is_empty(), "no history fills them: {empty:?}");
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
            let day = civil_date(Metadata::read(&recorded.metadata).unwrap().occurred_at);
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

#[tokio::test]
async fn views_timelines_and_worklists_are_what_the_aggregates_say() {
    for stage in Stage::both().await {
        let (live, history) = told(&stage, 31, 1_200).await;
        let (db, authority) = (live.db(), Authority::default());
        let today = civil_date(history.now);
        let mut due = BTreeMap::new();
        let mut unallocated = BTreeSet::new();
        let mut being_worked = BTreeMap::new();
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
            if state.status != Some(Status::Closed) {
                being_worked.insert(stream.last().map(|last| last.position), case.to_string());
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
        let latest = live.being_worked().await.unwrap();
        let latest: Vec<String> = latest.into_iter().map(|stream| stream.aggregate_id).collect();
        assert_eq!(latest, being_worked.into_values().rev().collect::<Vec<_>>());
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
