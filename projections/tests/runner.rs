//! The runner, with a projection of its own that only counts: what holds for it holds for all.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod stage;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use caseledger_aggregates::case::Case;
use caseledger_aggregates::{Authority, Context, Decider, Event, Facts};
use caseledger_commands::case::ReceiveReferral;
use caseledger_commands::{Actor, Command, Role, Timestamp};
use caseledger_log::{NewEvent, StreamId};
use caseledger_projections::sql::{Column, Db, Table, Value};
use caseledger_projections::{
    Entry, Failed, Fold, Manner, Projection, Projections, RunnerError, Spec, no_settings,
};
use prometheus::Registry;
use stage::Stage;
use tokio::time::Instant;
use uuid::Uuid;

const TALLY: Table = Table {
    name: "tally_v1",
    doc: "How many events each stream has.",
    columns: &[
        Column::text("stream", "The stream's id."),
        Column::int("events", "How many."),
        Column::text("positions", "Where they stand."),
        Column::bool("many", "Whether it's more than one.").or_empty(),
        Column::real("half", "Half as many.").or_empty(),
    ],
    key: &["stream"],
    indexes: &[&["events"]],
};
const OTHER_TALLY: Table = Table { name: "other_tally_v1", ..TALLY };

const NEWER_TALLY: Table = Table { name: "tally_v2", ..TALLY };

/// The position at which `tally` fails, 0 for none. `other` never fails.
static POISON: AtomicU64 = AtomicU64::new(0);

static COUNT: Spec = Spec {
    name: "count",
    version: 1,
    doc: "Counts.",
    folds: &["Case"],
    tables: &[TALLY],
    make: |_| Box::new(Tally { spec: &COUNT, poison: None, panics: false, known: BTreeMap::new() }),
    settings: no_settings,
};
static OTHER: Spec = Spec {
    name: "other",
    tables: &[OTHER_TALLY],
    make: |_| Box::new(Tally { spec: &OTHER, poison: None, panics: false, known: BTreeMap::new() }),
    ..COUNT
};
static NEWER: Spec = Spec {
    version: 2,
    tables: &[NEWER_TALLY],
    make: |_| Box::new(Tally { spec: &NEWER, poison: None, panics: false, known: BTreeMap::new() }),
    ..COUNT
};
/// One that earlier versions of the program had (decision 0047).
static RETIRED: Spec = Spec {
    name: "timeline",
    tables: &[RETIRED_TALLY],
    make: |_| Box::new(Tally { spec: &RETIRED, poison: None, panics: false, known: BTreeMap::new() }),
    ..COUNT
};
const RETIRED_TALLY: Table = Table { name: "timeline_entry_v1", ..TALLY };
/// Two tables, so that readers and a switch may meet in opposite orders.
static PAIR: Spec = Spec {
    name: "pair",
    tables: &[PAIR_TALLY, PAIR_COPY],
    make: |_| Box::new(Tally { spec: &PAIR, poison: None, panics: false, known: BTreeMap::new() }),
    ..COUNT
};
const PAIR_TALLY: Table = Table { name: "pair_tally_v1", ..TALLY };
const PAIR_COPY: Table = Table { name: "pair_copy_v1", ..TALLY };
static NEWER_PAIR: Spec = Spec {
    version: 2,
    tables: &[NEWER_PAIR_TALLY, NEWER_PAIR_COPY],
    make: |_| Box::new(Tally { spec: &NEWER_PAIR, poison: None, panics: false, known: BTreeMap::new() }),
    ..PAIR
};
const NEWER_PAIR_TALLY: Table = Table { name: "pair_tally_v2", ..TALLY };
const NEWER_PAIR_COPY: Table = Table { name: "pair_copy_v2", ..TALLY };
/// The position at which `count` panics, 0 for none.
static PANIC: AtomicU64 = AtomicU64::new(0);
static PANICKING: Spec = Spec {
    make: |_| Box::new(Tally { spec: &PANICKING, poison: None, panics: true, known: BTreeMap::new() }),
    ..COUNT
};
static POISONED: Spec = Spec {
    make: |_| {
        Box::new(Tally { spec: &POISONED, poison: Some(&POISON), panics: false, known: BTreeMap::new() })
    },
    ..COUNT
};

/// One whose loading is counted.
static WARM: Spec = Spec {
    name: "warm",
    tables: &[WARM_TALLY],
    make: |_| Box::new(Tally { spec: &WARM, poison: None, panics: false, known: BTreeMap::new() }),
    ..COUNT
};
const WARM_TALLY: Table = Table { name: "warm_tally_v1", ..TALLY };
/// How many streams `warm` did not remember when their events came.
static FORGOTTEN: AtomicU64 = AtomicU64::new(0);

struct Tally {
    spec: &'static Spec,
    poison: Option<&'static AtomicU64>,
    panics: bool,
    known: BTreeMap<String, Vec<u64>>,
}

#[async_trait]
impl Projection for Tally {
    fn spec(&self) -> &'static Spec {
        self.spec
    }

    async fn apply(&mut self, fold: &mut Fold<'_>, batch: &[&Entry]) -> Result<(), Failed> {
        let mut streams: Vec<String> =
            batch.iter().map(|entry| entry.recorded.aggregate_id.clone()).collect();
        streams.sort();
        streams.dedup();
        let unknown: Vec<String> =
            streams.iter().filter(|id| !self.known.contains_key(*id)).cloned().collect();
        if self.spec.name == WARM.name {
            FORGOTTEN.fetch_add(unknown.len() as u64, Ordering::Relaxed);
        }
        self.load(fold, unknown).await?;
        for entry in batch {
            let position = entry.recorded.position;
            assert!(!self.panics || PANIC.load(Ordering::Relaxed) != position, "made to panic");
            if self.poison.is_some_and(|poison| poison.load(Ordering::Relaxed) == position) {
                return Err(Failed::Poison { position, reason: "made to fail".to_owned() });
            }
            self.known.entry(entry.recorded.aggregate_id.clone()).or_default().push(position);
        }
        let rows: Vec<Vec<Value>> = streams
            .iter()
            .map(|stream| {
                let positions = &self.known[stream];
                let text: Vec<String> = positions.iter().map(u64::to_string).collect();
                vec![
                    Value::text(stream),
                    Value::count(positions.len() as u64),
                    Value::text(text.join(" ")),
                    Value::Bool((positions.len() > 1).then_some(true)),
                    Value::Real(Some(positions.len() as f64 / 2.0)),
                ]
            })
            .collect();
        for table in self.spec.tables {
            fold.upsert(table, rows.clone()).await?;
        }
        Ok(())
    }

    async fn load_ahead(&mut self, fold: &mut Fold<'_>, streams: &[StreamId]) -> Result<(), Failed> {
        let ids = StreamId::of_type(streams, "Case").map(str::to_owned).collect();
        self.load(fold, ids).await
    }

    fn forget(&mut self) {
        self.known.clear();
    }
}

impl Tally {
    async fn load(&mut self, fold: &mut Fold<'_>, streams: Vec<String>) -> Result<(), Failed> {
        for row in fold.load(&self.spec.tables[0], "stream", streams).await? {
            let positions = row.text("positions")?.split(' ').map(|part| part.parse().unwrap()).collect();
            self.known.insert(row.text("stream")?, positions);
        }
        Ok(())
    }
}

/// One whose rows the database refuses: those of the first table, or those of the second, which a rebuild on PostgreSQL writes
/// over another connection.
static REFUSED: Spec = Spec {
    name: "refused",
    tables: &[REFUSED_TALLY, REFUSED_COPY],
    make: |_| Box::new(Refused { spec: &REFUSED, tables: [&REFUSED_TALLY, &REFUSED_COPY] }),
    ..COUNT
};
static REFUSED_BESIDE: Spec = Spec {
    name: "refused-beside",
    make: |_| Box::new(Refused { spec: &REFUSED_BESIDE, tables: [&REFUSED_COPY, &REFUSED_TALLY] }),
    ..REFUSED
};
const REFUSED_TALLY: Table = Table { name: "refused_tally_v1", ..TALLY };
const REFUSED_COPY: Table = Table { name: "refused_copy_v1", ..TALLY };

struct Refused {
    spec: &'static Spec,
    /// The one that is refused, and the other.
    tables: [&'static Table; 2],
}

#[async_trait]
impl Projection for Refused {
    fn spec(&self) -> &'static Spec {
        self.spec
    }

    async fn apply(&mut self, fold: &mut Fold<'_>, _: &[&Entry]) -> Result<(), Failed> {
        let row = |stream: &str| {
            vec![Value::from(stream), Value::count(1), Value::from("1"), Value::Bool(None), Value::Real(None)]
        };
        let [refused, other] = self.tables;
        fold.insert(refused, vec![row("a")]).await?;
        // So many that PostgreSQL gets them as a copy.
        fold.insert(refused, vec![row("a"); 20]).await?;
        fold.insert(other, (0..20).map(|number| row(&number.to_string())).collect()).await?;
        fold.load(refused, "stream", vec!["a".to_owned()]).await?;
        Ok(())
    }
}

fn now() -> Timestamp {
    "2017-01-02T09:00:00Z".parse().unwrap()
}

/// A referral's event, as the case decides it.
fn referral(case: Uuid) -> NewEvent {
    let actor = Actor { roles: vec![Role::Referrer], ..Actor::process("test") };
    let context = Context {
        id: case,
        authority: &Authority::default(),
        actor: &actor,
        now: now(),
        occurred_at: now(),
        facts: &Facts { people: stage::history::known_family(), ..Facts::default() },
    };
    let event = Case::default().decide(&ReceiveReferral::example().into(), &context).unwrap().remove(0);
    NewEvent::new(event.name(), event.version(), &event).unwrap()
}

/// Appends events to a few streams by turns; answers the log's end.
async fn history(stage: &Stage, events: u128) -> u64 {
    let mut head = 0;
    for number in 0..events {
        let stream = Uuid::from_u128(number % 7);
        head = stage.append("Case", stream, now(), vec![referral(stream), referral(stream)]).await;
    }
    head
}

fn authority() -> Arc<Authority> {
    Arc::default()
}

async fn projections(stage: &Stage, specs: &[&'static Spec]) -> Projections {
    Projections::with(&stage.log, authority(), stage.clock.clone(), &Registry::new(), specs).await.unwrap()
}

#[tokio::test]
async fn rows_and_checkpoint_tell_of_every_event_once() {
    let mut dumps = vec![];
    for stage in Stage::both().await {
        let live = projections(&stage, &[&COUNT]).await;
        let head = history(&stage, 30).await;
        live.catch_up().await.unwrap();
        history(&stage, 5).await;
        live.catch_up().await.unwrap();
        // A new process goes on where the last one ended.
        let live = projections(&stage, &[&COUNT]).await;
        let end = history(&stage, 5).await;
        live.catch_up().await.unwrap();
        assert_eq!((head, end), (60, 80));
        let status = live.status().await.unwrap().remove(0);
        assert_eq!((status.position, status.lag_events, status.lag_seconds), (80, 0, 0.0));
        let dump = TALLY.dump(live.db()).await.unwrap();
        assert_eq!(dump.lines().count(), 8);
        dumps.push(dump);
    }
    assert_eq!(dumps[0], dumps[1], "both engines tell the same");
}

#[tokio::test]
async fn a_rebuild_gives_the_same_bytes_and_readers_see_the_old_rows_meanwhile() {
    for stage in Stage::both().await {
        let live = projections(&stage, &[&COUNT]).await;
        history(&stage, 20).await;
        live.catch_up().await.unwrap();
        let before = TALLY.dump(live.db()).await.unwrap();
        for manner in [Manner::Beside, Manner::Beside, Manner::InPlace, Manner::Beside] {
            let mut told = vec![];
            live.rebuild("count", manner, |progress| told.push(progress)).await.unwrap();
            assert_eq!(told.last().map(|last| (last.position, last.of)), Some((40, 40)), "{}", stage.engine);
            assert_eq!(TALLY.dump(live.db()).await.unwrap(), before, "{} {manner:?}", stage.engine);
        }
        let sql = "SELECT count(*) AS n FROM tally";
        assert_eq!(live.db().fetch(sql, &[]).await.unwrap()[0].int("n").unwrap(), 7, "the view is there");
        history(&stage, 3).await;
        live.catch_up().await.unwrap();
        assert_ne!(TALLY.dump(live.db()).await.unwrap(), before, "it goes on from there");
    }
}

#[tokio::test]
async fn a_rebuild_tells_what_failed_while_it_was_written() {
    for stage in Stage::both().await {
        let live = projections(&stage, &[&REFUSED, &REFUSED_BESIDE]).await;
        history(&stage, 2).await;
        // Oftener than there are connections: each can be used again.
        for name in ["refused", "refused-beside"].repeat(12) {
            let failed = live.rebuild(name, Manner::Beside, |_| {}).await.unwrap_err();
            assert!(matches!(failed, RunnerError::Sql(_)), "{failed:?}");
            assert!(failed.to_string().to_lowercase().contains("unique"), "{}: {failed}", stage.engine);
            assert_eq!(live.db().fetch("SELECT 1 AS one", &[]).await.unwrap().len(), 1);
        }
    }
}

#[tokio::test]
async fn a_new_version_is_built_beside_the_old_and_takes_over_when_it_has_caught_up() {
    for stage in Stage::both().await {
        let old = projections(&stage, &[&COUNT]).await;
        history(&stage, 9).await;
        old.catch_up().await.unwrap();
        let new = projections(&stage, &[&NEWER]).await;
        let read = async || old.db().fetch("SELECT stream FROM tally", &[]).await.unwrap().len();
        assert_eq!(read().await, 7, "people read the old version meanwhile");
        assert!(new.discard_older().await.unwrap().is_empty(), "the old one is still read");
        new.catch_up().await.unwrap();
        let expected = TALLY.dump(old.db()).await.unwrap();
        assert_eq!(NEWER_TALLY.dump(new.db()).await.unwrap(), expected);

        // An instance of the old program goes on beside it, and its rebuild leaves the view alone.
        history(&stage, 3).await;
        old.catch_up().await.unwrap();
        old.rebuild("count", Manner::Beside, |_| {}).await.unwrap();
        assert_ne!(TALLY.dump(old.db()).await.unwrap(), expected);
        new.catch_up().await.unwrap();
        assert_eq!(new.discard_older().await.unwrap(), ["count version 1"]);
        assert_eq!(read().await, 7, "the view is of the new version");
        assert!(TALLY.dump(old.db()).await.is_err(), "the old table is gone");
    }
}

#[tokio::test]
async fn what_a_retired_projection_left_is_removed() {
    for stage in Stage::both().await {
        let old = projections(&stage, &[&RETIRED, &COUNT]).await;
        history(&stage, 3).await;
        old.catch_up().await.unwrap();
        assert_eq!(RETIRED_TALLY.dump(old.db()).await.unwrap(), TALLY.dump(old.db()).await.unwrap());
        let new = projections(&stage, &[&COUNT]).await;
        assert_eq!(new.discard_older().await.unwrap(), ["timeline version 1"]);
        assert!(RETIRED_TALLY.dump(new.db()).await.is_err(), "its table is gone");
        assert!(new.db().fetch("SELECT * FROM timeline_entry", &[]).await.is_err(), "and the view of it");
        assert!(new.discard_older().await.unwrap().is_empty());
        assert_eq!(TALLY.dump(new.db()).await.unwrap().lines().count(), 4, "the other is as it was");
    }
}

/// Asks all the time, in both orders of the tables, until it is told to stop; every answer must be whole.
async fn ask_all_the_time(db: Db, over: Arc<AtomicBool>) -> u64 {
    let mut answers = 0;
    while !over.load(Ordering::Relaxed) {
        for (one, other) in [("pair_tally", "pair_copy"), ("pair_copy", "pair_tally")] {
            let sql = format!(
                "SELECT count(*) AS streams, min(a.events) AS least, count(*) FILTER (WHERE b.positions <> a.positions) AS apart
                 FROM {one} AS a JOIN {other} AS b ON a.stream = b.stream"
            );
            let row = db.fetch(&sql, &[]).await.expect("nobody is refused").remove(0);
            let whole =
                (row.int("streams").unwrap(), row.int("least").unwrap() >= 2, row.int("apart").unwrap());
            assert_eq!(whole, (7, true, 0), "an answer is of one state of the rows, and of all of them");
            answers += 1;
        }
    }
    answers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn people_who_ask_during_a_switch_get_whole_answers_and_no_errors() {
    for stage in Stage::both().await {
        let live = projections(&stage, &[&PAIR]).await;
        history(&stage, 9).await;
        live.catch_up().await.unwrap();
        let over = Arc::<AtomicBool>::default();
        let asking: Vec<_> =
            (0..3).map(|_| tokio::spawn(ask_all_the_time(live.db().clone(), Arc::clone(&over)))).collect();
        for _ in 0..6 {
            live.rebuild("pair", Manner::Beside, |_| {}).await.unwrap();
            history(&stage, 2).await;
            live.catch_up().await.unwrap();
        }
        let new = projections(&stage, &[&NEWER_PAIR]).await;
        assert!(!new.is_shown("pair").await.unwrap(), "nobody is answered from what is not there yet");
        new.catch_up().await.unwrap();
        assert!(new.is_shown("pair").await.unwrap());
        new.rebuild("pair", Manner::Beside, |_| {}).await.unwrap();
        over.store(true, Ordering::Relaxed);
        for asked in asking {
            assert!(asked.await.unwrap() > 0, "{}", stage.engine);
        }
        assert_eq!(
            NEWER_PAIR_TALLY.dump(new.db()).await.unwrap(),
            NEWER_PAIR_COPY.dump(new.db()).await.unwrap()
        );
    }
}

#[tokio::test]
async fn a_rebuild_takes_its_turns_beside_those_who_follow_and_write() {
    for stage in Stage::both().await {
        let live = projections(&stage, &[&COUNT, &OTHER]).await;
        history(&stage, 30).await;
        let following = live.clone();
        let run = tokio::spawn(async move { following.run().await });
        live.rebuild("count", Manner::Beside, |_| {}).await.unwrap();
        let head = history(&stage, 3).await;
        for name in ["count", "other"] {
            live.wait_for(name, head, Duration::from_secs(30)).await.unwrap();
        }
        run.abort();
        let rows = |dump: String| dump.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
        let (count, other) =
            (TALLY.dump(live.db()).await.unwrap(), OTHER_TALLY.dump(live.db()).await.unwrap());
        assert_eq!(rows(count), rows(other));
    }
}

#[tokio::test]
async fn a_poison_event_stops_its_projection_and_no_other_until_it_can_be_folded() {
    for stage in Stage::both().await {
        let live = projections(&stage, &[&POISONED, &OTHER]).await;
        POISON.store(13, Ordering::Relaxed);
        history(&stage, 10).await;
        let stopped = live.catch_up().await.unwrap_err();
        assert!(
            matches!(stopped, RunnerError::Stopped { projection: "count", position: 13, .. }),
            "{stopped}"
        );
        let status = live.status().await.unwrap();
        assert_eq!(status[0].position, 12, "what came before it is told");
        assert_eq!((status[0].stopped_at, status[0].reason.as_deref()), (Some(13), Some("made to fail")));
        assert!(status[0].lag_events == 8 && status[0].lag_seconds > 0.0);
        assert_eq!((status[1].position, status[1].stopped_at), (20, None));
        let late = live.wait_for("count", 13, Duration::from_secs(5)).await.unwrap_err();
        assert!(matches!(late, RunnerError::Stopped { position: 13, .. }));
        assert!(
            live.rebuild("count", Manner::Beside, |_| {}).await.is_err(),
            "a rebuild can't fold it either"
        );
        let stopped = live.rebuild_together(&["count", "other"], |_| {}).await.unwrap();
        assert!(matches!(stopped[..], [RunnerError::Stopped { projection: "count", position: 13, .. }]));
        let sql = "SELECT name FROM projection_checkpoint WHERE epoch > 0 OR suffix <> ''";
        let rebuilt = live.db().fetch(sql, &[]).await.unwrap();
        let rebuilt: Vec<_> = rebuilt.iter().map(|row| row.text("name").unwrap()).collect();
        assert_eq!(rebuilt, ["other"], "the others are rebuilt beside it");

        POISON.store(0, Ordering::Relaxed);
        live.resume("count").await.unwrap();
        live.catch_up().await.unwrap();
        let rows = |dump: String| dump.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(
            rows(TALLY.dump(live.db()).await.unwrap()),
            rows(OTHER_TALLY.dump(live.db()).await.unwrap())
        );
    }
}

#[tokio::test]
async fn a_fold_that_panics_stops_at_the_event_at_fault_and_no_other_projection() {
    for stage in Stage::both().await {
        let live = projections(&stage, &[&PANICKING, &OTHER]).await;
        PANIC.store(13, Ordering::Relaxed);
        history(&stage, 10).await;
        let stopped = live.catch_up().await.unwrap_err();
        assert!(
            matches!(stopped, RunnerError::Stopped { projection: "count", position: 13, .. }),
            "{stopped}"
        );
        let status = live.status().await.unwrap();
        assert_eq!((status[0].position, status[0].stopped_at), (12, Some(13)));
        assert_eq!((status[1].position, status[1].stopped_at), (20, None));
        PANIC.store(0, Ordering::Relaxed);
        live.resume("count").await.unwrap();
        live.catch_up().await.unwrap();
        let rows = |dump: String| dump.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
        let (count, other) =
            (TALLY.dump(live.db()).await.unwrap(), OTHER_TALLY.dump(live.db()).await.unwrap());
        assert_eq!(rows(count), rows(other));
    }
}

#[tokio::test]
async fn an_event_that_cannot_be_read_stops_those_who_fold_its_kind() {
    let stage = Stage::sqlite().await;
    let live = projections(&stage, &[&COUNT]).await;
    history(&stage, 2).await;
    let unknown = NewEvent::new("SomethingNew", "9", &serde_json::json!({ "SomethingNew": {} })).unwrap();
    stage.append("Elsewhere", Uuid::from_u128(9), now(), vec![unknown.clone()]).await;
    live.catch_up().await.unwrap();
    let position = stage.append("Case", Uuid::from_u128(1), now(), vec![unknown]).await;
    let stopped = live.catch_up().await.unwrap_err();
    assert!(matches!(&stopped, RunnerError::Stopped { position: at, .. } if *at == position), "{stopped}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_runners_on_one_database_fold_every_event_once() {
    for stage in Stage::both().await {
        two_runners(stage).await;
    }
}

#[tokio::test]
async fn after_a_start_what_is_worked_on_is_remembered_unless_another_has_folded_since() {
    let (long, no_time) = (Instant::now() + Duration::from_secs(60), Instant::now());
    for stage in Stage::both().await {
        let before = projections(&stage, &[&WARM]).await;
        history(&stage, 20).await;
        before.catch_up().await.unwrap();
        let forgotten = async |live: &Projections| {
            FORGOTTEN.store(0, Ordering::Relaxed);
            history(&stage, 7).await;
            live.catch_up().await.unwrap();
            FORGOTTEN.load(Ordering::Relaxed)
        };
        let cold = projections(&stage, &[&WARM]).await;
        assert_eq!(forgotten(&cold).await, 7, "{}", stage.engine);
        let warm = projections(&stage, &[&WARM]).await;
        let stream = |number| Uuid::from_u128(number).to_string();
        let streams: Vec<StreamId> = (0..7)
            .map(|number| StreamId { aggregate_type: "Case".to_owned(), aggregate_id: stream(number) })
            .collect();
        warm.warm_up(&streams, long).await;
        assert_eq!(forgotten(&warm).await, 0, "{}", stage.engine);
        warm.warm_up(&streams, long).await;
        assert_eq!(forgotten(&warm).await, 0, "one that folds already keeps its memory");

        // One whose memory is of a time before what another folds now.
        let late = projections(&stage, &[&WARM]).await;
        late.warm_up(&streams, no_time).await;
        assert_eq!(forgotten(&warm).await, 0, "{}", stage.engine);
        assert_eq!(forgotten(&late).await, 7, "{}", stage.engine);
        let after = WARM_TALLY.dump(late.db()).await.unwrap();
        late.rebuild("warm", Manner::Beside, |_| {}).await.unwrap();
        assert_eq!(WARM_TALLY.dump(late.db()).await.unwrap(), after, "{}", stage.engine);
    }
}

async fn two_runners(stage: Stage) {
    let other_log = stage.another().await;
    let first = projections(&stage, &[&COUNT]).await;
    let second = Projections::with(&other_log, authority(), stage.clock.clone(), &Registry::new(), &[&COUNT])
        .await
        .unwrap();
    let runs = [first.clone(), second.clone()].map(|one| tokio::spawn(async move { one.run().await }));
    let mut head = 0;
    for _ in 0..20 {
        head = history(&stage, 5).await;
    }
    first.wait_for("count", head, Duration::from_secs(30)).await.unwrap();
    second.wait_for("count", head, Duration::from_secs(30)).await.unwrap();
    let dump = TALLY.dump(first.db()).await.unwrap();

    // One of them dies; the other goes on.
    runs[0].abort();
    let head = history(&stage, 5).await;
    second.wait_for("count", head, Duration::from_secs(30)).await.unwrap();
    runs[1].abort();
    let after = TALLY.dump(second.db()).await.unwrap();
    assert_ne!(dump, after);
    second.rebuild("count", Manner::Beside, |_| {}).await.unwrap();
    assert_eq!(TALLY.dump(second.db()).await.unwrap(), after);
}

#[tokio::test]
async fn who_waits_sees_the_position_or_hears_that_it_is_late() {
    for stage in Stage::both().await {
        let live = projections(&stage, &[&COUNT]).await;
        let head = history(&stage, 2).await;
        let late = live.wait_for("count", head, Duration::from_millis(30)).await.unwrap_err();
        assert!(matches!(late, RunnerError::Late { at: 0, position: 4, .. }), "{late}");
        let running = live.clone();
        let run = tokio::spawn(async move { running.run().await });
        live.wait_for("count", head, Duration::from_secs(30)).await.unwrap();
        let head = history(&stage, 1).await;
        live.wait_for("count", head, Duration::from_secs(30)).await.unwrap();
        run.abort();
        assert!(matches!(live.wait_for("none", 1, Duration::ZERO).await, Err(RunnerError::Unknown(_))));
    }
}

#[tokio::test]
async fn those_who_wait_do_not_make_others_wait_long() {
    for stage in Stage::both().await {
        let live = projections(&stage, &[&COUNT]).await;
        let running = live.clone();
        let run = tokio::spawn(async move { running.run().await });
        for _ in 0..100 {
            let head = history(&stage, 1).await;
            live.wait_for("count", head, Duration::from_secs(30)).await.unwrap();
        }
        let head = history(&stage, 1).await;
        let told = async {
            while live.status().await.unwrap().iter().any(|projection| projection.position < head) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        // A hundred steps that were asked for would be 40 seconds of gathering on SQLite, and 5 on PostgreSQL.
        tokio::time::timeout(Duration::from_secs(4), told).await.expect(stage.engine);
        run.abort();
    }
}
