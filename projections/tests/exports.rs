//! What exports tell, over random histories: the lists and episodes of any past day are what the log says.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod stage;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use caseledger_aggregates::calendar::civil_date;
use caseledger_aggregates::case::CaseEvent;
use caseledger_aggregates::{AnyEvent, Metadata};
use caseledger_commands::case::{FamilyRole, TriageOutcome};
use caseledger_commands::codes::ReferralSource;
use caseledger_commands::{AssessmentId, CaseId, Date, PersonId};
use caseledger_projections::exports::{self, EXPORTS};
use caseledger_projections::{Manner, Projections};
use jiff::ToSpan;
use prometheus::Registry;
use rand::Rng;
use stage::Stage;
use stage::history::History;

/// An event of a case: the day on which it happened, its position, its sequence, and what it says.
type Told = (Date, u64, u64, CaseEvent);

async fn told(stage: &Stage, seed: u64, steps: usize) -> (Projections, History) {
    let registry = Registry::new();
    let live = Projections::open(&stage.log, Arc::default(), stage.clock.clone(), &registry).await.unwrap();
    let mut history = History::begin(stage, seed).await;
    for step in 0..steps {
        history.step(stage).await;
        if step % 41 == 0 {
            live.catch_up().await.unwrap();
        }
    }
    live.catch_up().await.unwrap();
    (live, history)
}

async fn by_case(stage: &Stage) -> BTreeMap<CaseId, Vec<Told>> {
    let mut cases: BTreeMap<CaseId, Vec<Told>> = BTreeMap::new();
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
            cases.entry(case).or_default().push((day, recorded.position, recorded.sequence, event));
        }
    }
    // An import begins its case, whatever was recorded late.
    let place =
        |(day, position, _, event): &Told| (!matches!(event, CaseEvent::CaseImported(_)), *day, *position);
    cases.values_mut().for_each(|events| events.sort_by_key(place));
    cases
}

/// A request for help, found the slow way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Asked {
    child: PersonId,
    case: CaseId,
    on: Date,
    position: u64,
    source: Option<ReferralSource>,
    nothing_more: Option<bool>,
}

fn asked(cases: &BTreeMap<CaseId, Vec<Told>>, at: Date) -> Vec<Asked> {
    let mut found = vec![];
    for (case, events) in cases {
        let corrected = |sequence: u64| {
            let names = |event: &CaseEvent| matches!(event, CaseEvent::RecordCorrected(e) if e.sequence == sequence && e.field == "source");
            events.iter().any(|(.., event)| names(event)).then_some(ReferralSource::HealthVisitor)
        };
        let outcome = events
            .iter()
            .rfind(|(day, _, _, event)| *day <= at && matches!(event, CaseEvent::TriageDecided(_)));
        let outcome = outcome.map(|(.., event)| {
            matches!(event, CaseEvent::TriageDecided(e) if e.outcome == TriageOutcome::NoFurtherAction)
        });
        for (_, position, sequence, event) in events {
            let (children, on, source, nothing_more) = match event {
                CaseEvent::ReferralReceived(e) => {
                    (&e.children, civil_date(e.received_at), Some(e.source), outcome)
                }
                CaseEvent::CaseImported(e) => {
                    let Some(on) = e.referred_on else { continue };
                    let ended = e.closure.as_ref().is_some_and(|closure| closure.closed_on == on);
                    (&e.children, on, e.source, Some(ended))
                }
                _ => continue,
            };
            let source = corrected(*sequence).or(source);
            found.extend(children.iter().map(|child| Asked {
                child: *child,
                case: *case,
                on,
                position: *position,
                source,
                nothing_more,
            }));
        }
    }
    found
}

/// A case's help and assessments when a day ended, found the slow way.
#[derive(Default)]
struct Helped {
    open: bool,
    before: bool,
    children: BTreeSet<PersonId>,
    assessments: BTreeMap<AssessmentId, (Date, Option<Date>, Vec<PersonId>)>,
}

fn helped(events: &[Told], at: Date) -> Helped {
    let mut it = Helped::default();
    // What an event says of a day of its own counts from that day, whenever it was recorded.
    for (_, _, _, event) in events {
        match event {
            CaseEvent::AssessmentStarted(e) if e.started_on <= at => {
                it.assessments.insert(e.assessment, (e.started_on, None, e.children.clone()));
            }
            CaseEvent::CaseImported(e) => {
                let Some(assessment) = e.assessment.as_ref().filter(|it| it.started_on <= at) else {
                    continue;
                };
                let done = assessment.completed_on.filter(|day| *day <= at);
                it.assessments.insert(e.assessment_id, (assessment.started_on, done, e.children.clone()));
            }
            _ => {}
        }
    }
    for (day, _, _, event) in events {
        if let CaseEvent::CaseImported(e) = event {
            if e.accepted_on <= at {
                it.open = true;
                it.children.extend(&e.children);
            }
            if e.closure.as_ref().is_some_and(|closure| closure.closed_on <= at) {
                (it.before, it.open) = (it.open, false);
            }
            continue;
        }
        if *day > at {
            continue;
        }
        match event {
            CaseEvent::ReferralReceived(e) => it.children.extend(&e.children),
            CaseEvent::FamilyMemberAdded(e) if e.role == FamilyRole::Child => {
                _ = it.children.insert(e.person)
            }
            CaseEvent::FamilyMembershipEnded(e) => _ = it.children.remove(&e.person),
            CaseEvent::TriageDecided(e) if e.outcome == TriageOutcome::EarlyHelp => it.open = true,
            CaseEvent::StepDownAccepted(_) => it.open = true,
            CaseEvent::TriageDecided(_) | CaseEvent::CaseClosed(_) => {
                (it.before, it.open) = (it.open, false);
            }
            CaseEvent::StepUpAccepted(_) => it.open = false,
            CaseEvent::CaseReopened(_) => it.open = it.before,
            CaseEvent::AssessmentCompleted(e) if e.completed_on <= at => {
                if let Some(held) = it.assessments.get_mut(&e.assessment) {
                    held.1 = Some(e.completed_on);
                }
            }
            CaseEvent::AssessmentReturned(e) => {
                if let Some(held) = it.assessments.get_mut(&e.assessment) {
                    held.1 = None;
                }
            }
            _ => {}
        }
    }
    it
}

#[tokio::test]
async fn the_lists_of_any_past_day_are_what_the_log_says() {
    for (stage, seed) in Stage::both().await.into_iter().zip([51, 52]) {
        let (live, mut history) = told(&stage, seed, 800).await;
        let cases = by_case(&stage).await;
        let mut rows = [0; 3];
        for _ in 0..25 {
            let at = jiff::civil::date(2016, 12, 1) + history.chance.random_range(0..560).days();
            let from = at - 6.months();
            let lists = exports::lists(live.db(), at).await.unwrap();
            assert_eq!((lists.from, lists.at), (from, at));

            let all = asked(&cases, at);
            let mut expected: Vec<Asked> =
                all.iter().copied().filter(|asked| asked.on >= from && asked.on <= at).collect();
            expected.sort_by_key(|asked| (asked.on, asked.case, asked.child));
            let contacts: Vec<_> = lists
                .contacts
                .iter()
                .map(|row| (row.child.person, row.origin.case, row.on, row.source))
                .collect();
            let wanted: Vec<_> =
                expected.iter().map(|asked| (asked.child, asked.case, asked.on, asked.source)).collect();
            assert_eq!(contacts, wanted, "{} {at}", stage.engine);
            assert_eq!(lists.referrals.len(), expected.len());
            for (row, asked) in lists.referrals.iter().zip(&expected) {
                assert_eq!((row.child.person, row.origin.case), (asked.child, asked.case));
                assert_eq!(row.no_further_action, asked.nothing_more, "{at} {row:?}");
                let year = asked.on - 12.months();
                let earlier = all.iter().filter(|other| {
                    other.child == asked.child
                        && other.on >= year
                        && (other.on, other.position) < (asked.on, asked.position)
                });
                assert_eq!(row.earlier as usize, earlier.count(), "{at}");
                assert!(row.origin.positions.contains(&asked.position));
            }

            let mut expected = BTreeSet::new();
            for (case, events) in &cases {
                let it = helped(events, at);
                let mut listed: BTreeSet<PersonId> = BTreeSet::new();
                for (started, done, children) in it.assessments.values() {
                    if *started >= from || done.is_some_and(|day| day >= from) {
                        listed.extend(children);
                        expected.extend(
                            children.iter().map(|child| (*case, *child, Some(*started), *done, it.open)),
                        );
                    }
                }
                for child in it.children.iter().filter(|child| it.open && !listed.contains(child)) {
                    let latest = it
                        .assessments
                        .values()
                        .filter(|(_, _, children)| children.contains(child))
                        .max_by_key(|(started, ..)| *started);
                    let days = latest.map_or((None, None), |(started, done, _)| (Some(*started), *done));
                    expected.insert((*case, *child, days.0, days.1, true));
                }
            }
            let found: BTreeSet<_> = lists
                .early_help
                .iter()
                .map(|row| {
                    let days = row.assessment.map(|it| (it.started_on, it.completed_on)).unzip();
                    (row.origin.case, row.child.person, days.0, days.1.flatten(), row.current)
                })
                .collect();
            assert_eq!(found, expected, "{} {at}", stage.engine);
            assert_eq!(found.len(), lists.early_help.len());
            rows = [rows[0] + lists.contacts.len(), rows[1] + found.len(), rows[2] + lists.gaps.len()];

            // An episode that goes on when the day ends is an intervention that is current on it.
            let episodes = exports::episodes(live.db(), at, at).await.unwrap();
            let going: BTreeSet<_> = episodes
                .iter()
                .filter(|episode| episode.ended.is_none())
                .map(|episode| (episode.origin.case, episode.person))
                .collect();
            let helped: BTreeSet<_> = cases
                .iter()
                .map(|(case, events)| (case, helped(events, at)))
                .filter(|(_, it)| it.open)
                .flat_map(|(case, it)| it.children.into_iter().map(|child| (*case, child)))
                .collect();
            assert_eq!(going, helped, "{} {at}", stage.engine);
        }
        assert!(rows.iter().all(|count| *count > 20), "the history fills the lists: {rows:?}");
    }
}

#[tokio::test]
async fn a_rebuild_tells_the_same_and_both_engines_do() {
    let mut dumps = vec![];
    for stage in Stage::both().await {
        let (live, _) = told(&stage, 53, 400).await;
        let mut tables = vec![];
        for table in EXPORTS.tables {
            tables.push(table.dump(live.db()).await.unwrap());
        }
        live.rebuild(EXPORTS.name, Manner::Beside, |_| {}).await.unwrap();
        for (table, before) in EXPORTS.tables.iter().zip(&tables) {
            assert_eq!(&table.dump(live.db()).await.unwrap(), before, "{} {}", stage.engine, table.name);
            assert!(before.lines().count() > 5, "{}", table.name);
        }
        dumps.push(tables);
    }
    assert_eq!(dumps[0], dumps[1]);
}
