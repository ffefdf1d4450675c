//! A run: builds the stores, lets everybody answer, measures the rest, writes the summary.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use caseledger::clock::MachineClock;
use caseledger_log::Clock;
use serde_json::{Value, json};

use crate::contest::{Contender, Ground};
use crate::issuer::Issuer;
use crate::load::{self, Mix, Worked};
use crate::measures::{bulk, reads, rebuilds};
use crate::stores::{Built, Engine, Stores};
use crate::summary::{Goals, Measured, Rounds, ratio};
use Contender::{Ceiling, Pgbench, Postgres, Sqlite, Stock, StockView};

/// How much a run measures.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    /// Its name.
    pub name: &'static str,
    /// Cases of the authority.
    pub cases: u64,
    /// Rounds in which every contender answers.
    pub rounds: usize,
    /// Seconds of each measurement.
    pub seconds: u64,
    /// Seconds before it under the same load.
    pub warm_up: u64,
    /// Commands of the bulk request.
    pub bulk: usize,
    /// Cases of the large authority, on which memory and growth are measured; none in a quick form.
    pub large: Option<u64>,
}

impl Form {
    /// Under three minutes.
    pub const QUICK: Self =
        Self { name: "quick", cases: 10_000, rounds: 2, seconds: 3, warm_up: 2, bulk: 20_000, large: None };
    /// Everything.
    pub const FULL: Self = Self {
        name: "full",
        cases: 15_000,
        rounds: 5,
        seconds: 8,
        warm_up: 3,
        bulk: 200_000,
        large: Some(1_000_000),
    };
    /// A few seconds: does the harness itself work?
    pub const SMOKE: Self =
        Self { name: "smoke", cases: 1, rounds: 1, seconds: 1, warm_up: 1, bulk: 200, large: None };
}

/// Lets the service answer for rounds on one engine, with a profile of all that the machine does meanwhile.
///
/// # Errors
/// As [`run`].
pub async fn profile(
    sqlite: bool,
    cases: u64,
    connections: usize,
    perf: Option<&Path>,
) -> Result<(), Box<dyn Error>> {
    let (engine, contender) = if sqlite { (Engine::Sqlite, Sqlite) } else { (Engine::Postgres, Postgres) };
    let stores = Stores::start()?;
    let issuer = Issuer::start().await?;
    let built = stores.build(engine, "authority", cases).await?;
    let ground = Ground::for_service(&stores, &built, &issuer, (2, 6)).await?;
    for round in 0..3 {
        // The profile is of a round that is not counted: it costs something itself.
        let recording = match perf {
            Some(file) if round == 2 => Some(
                std::process::Command::new("perf")
                    .args(["record", "--all-cpus", "--call-graph", "fp", "--freq", "499", "--output"])
                    .arg(file)
                    .args(["sleep", "7"])
                    .spawn()?,
            ),
            _ => None,
        };
        let outcome = ground.round(contender, round, connections).await?;
        println!("{}", told(contender, connections, &outcome));
        if let Some(mut recording) = recording {
            recording.wait()?;
        }
    }
    Ok(())
}

/// Runs, and writes `summary.json` into a folder; answers whether all goals were met.
///
/// # Errors
/// When something can't be started or measured.
pub async fn run(form: Form, folder: &Path) -> Result<bool, Box<dyn Error>> {
    let started = Instant::now();
    let say = |what: &str| eprintln!("{:>6.1} s  {what}", started.elapsed().as_secs_f64());
    say("building the stores");
    let stores = Stores::start()?;
    let issuer = Issuer::start().await?;
    let postgres = stores.build(Engine::Postgres, "authority", form.cases).await?;
    let sqlite = stores.build(Engine::Sqlite, "authority", form.cases).await?;
    let (stock, pgbench) = stores.for_others(&postgres)?;
    say(&format!("{} cases, {} events, on both engines", postgres.cases, postgres.events));

    let (worked, pool, lengths) = prepared(&stores, &sqlite, &issuer).await?;
    let ground = Ground {
        stores: &stores,
        postgres: &postgres,
        stock: &stock,
        pgbench: &pgbench,
        sqlite: &sqlite,
        issuer: &issuer,
        pool,
        lengths,
        seconds: form.seconds,
        warm_up: form.warm_up,
    };
    let mut many: BTreeMap<Contender, Rounds> = BTreeMap::new();
    let mut one: BTreeMap<Contender, Rounds> = BTreeMap::new();
    for round in 0..form.rounds {
        // Nobody is always first.
        let mut order = Contender::ALL;
        order.rotate_left(round % Contender::ALL.len());
        for contender in order {
            let outcome = ground.round(contender, round, 64).await?;
            say(&told(contender, 64, &outcome));
            outcome.add_to(many.entry(contender).or_default());
        }
        for contender in [Pgbench, Postgres] {
            let outcome = ground.round(contender, round, 1).await?;
            say(&told(contender, 1, &outcome));
            outcome.add_to(one.entry(contender).or_default());
        }
    }
    let mut bulks = vec![];
    let mut read: (Rounds, Rounds, Vec<f64>) = Default::default();
    for _ in 0..form.rounds {
        bulks.push(bulk::measure(&stores, Engine::Postgres, &issuer, form.bulk).await?);
        let outcome = reads::measure(&stores, &postgres, &issuer, &worked, form.seconds).await?;
        read.0.loads.push(outcome.views);
        read.1.loads.push(outcome.ceiling);
        read.2.extend(outcome.cold);
    }
    say(&format!("bulk {:.0?} commands/s, reads {:.0?}/s, cold {:.1?} ms", bulks, read.0.rates(), read.2));
    let rebuilt = rebuilds::measure(&stores, &postgres)?;
    for (name, rate) in &rebuilt {
        say(&format!("rebuild of {name}: {rate:.0} events/s"));
    }
    let large = match form.large {
        Some(cases) => Some(large(&ground, cases, form.rounds).await?),
        None => None,
    };

    let rates = |rounds: &BTreeMap<Contender, Rounds>, contender| {
        rounds.get(&contender).map(Rounds::rates).unwrap_or_default()
    };
    let times =
        |rounds: &BTreeMap<Contender, Rounds>, one, other| ratio(&rates(rounds, one), &rates(rounds, other));
    let ratios = json!({
        "postgres_to_stock": times(&many, Postgres, Stock),
        "postgres_to_stock_with_view": times(&many, Postgres, StockView),
        "postgres_to_pgbench": times(&many, Postgres, Pgbench),
        "postgres_to_ceiling": times(&many, Postgres, Ceiling),
        "sqlite_to_postgres": times(&many, Sqlite, Postgres),
        "postgres_to_pgbench_one_connection": times(&one, Postgres, Pgbench),
        "views_to_ceiling": ratio(&read.0.rates(), &read.1.rates()),
        "large_log_to_small": large.as_ref().and_then(|large| large.growth.clone()),
    });
    let median = |name: &str| ratios[name]["median"].as_f64();
    let p99 = many
        .get(&Postgres)
        .and_then(|rounds| Measured::of(&rounds.loads.iter().map(|load| load.p99 / 1e3).collect::<Vec<_>>()));
    let lag = many.get(&Postgres).and_then(|rounds| Measured::of(&rounds.lag));
    let slowest = rebuilt.iter().filter(|(name, _)| name != "all").map(|(_, rate)| *rate).reduce(f64::min);
    let all = rebuilt.iter().find(|(name, _)| name == "all").map(|(_, rate)| 1e6 / rate);
    let rounded =
        |number: Option<f64>| Measured::of(&number.into_iter().collect::<Vec<_>>()).map(|m| m.median);
    let mut goals = Goals::default();
    goals.at_least("commands: times stock cqrs-es", 5.0, "×", median("postgres_to_stock"));
    goals.at_least("commands: times stock with a view", 10.0, "×", median("postgres_to_stock_with_view"));
    goals.at_least("commands: times pgbench", 1.3, "×", median("postgres_to_pgbench"));
    goals.at_least("commands: part of the HTTP ceiling", 0.30, "×", median("postgres_to_ceiling"));
    goals.below("commands: p99", 10.0, " ms", p99.map(|p99| p99.median));
    goals.below("commands: projections behind", 250.0, " ms", lag.map(|lag| lag.median));
    goals.at_least("commands: SQLite to PostgreSQL", 1.0, "×", median("sqlite_to_postgres"));
    goals.at_least("one connection: part of pgbench", 0.7, "×", median("postgres_to_pgbench_one_connection"));
    goals.at_least("bulk into a fresh log", 40_000.0, " commands/s", Measured::of(&bulks).map(|b| b.median));
    goals.at_least("reads: part of the HTTP ceiling", 0.5, "×", median("views_to_ceiling"));
    goals.below("reads: 1,000 events cold", 10.0, " ms", Measured::of(&read.2).map(|cold| cold.median));
    goals.at_least("rebuild: the slowest projection", 100_000.0, " events/s", rounded(slowest));
    goals.below("rebuild: all, of a million events", 60.0, " s", rounded(all));
    goals.below("memory with a million cases", 300.0, " MiB", large.as_ref().map(|large| large.memory));
    goals.at_least("growth: large log to small", 0.8, "×", median("large_log_to_small"));

    let named = |rounds: &BTreeMap<Contender, Rounds>| -> Value {
        rounds.iter().map(|(contender, rounds)| (contender.name().to_owned(), rounds.summary())).collect()
    };
    let summary = json!({
        "form": form.name,
        "measured_at": MachineClock.now(),
        "took_seconds": started.elapsed().as_secs(),
        "machine": machine(),
        "rounds": form.rounds,
        "seconds_each": form.seconds,
        "store": { "cases": postgres.cases, "events": postgres.events, "worked_on": worked.len(),
                   "payload_bytes": lengths.0, "metadata_bytes": lengths.1 },
        "contenders": { "64 connections": named(&many), "1 connection": named(&one) },
        "bulk_commands_per_second": Measured::of(&bulks),
        "reads": { "case views": read.0.summary(), "bare HTTP ceiling": read.1.summary(),
                   "cold_ms": Measured::of(&read.2) },
        "rebuild_events_per_second": rebuilt.iter().map(|(name, rate)| (name.clone(), json!(rate.round())))
            .collect::<serde_json::Map<_, _>>(),
        "large": large.as_ref().map(|large| json!({ "cases": large.cases, "events": large.events,
            "memory_mib": large.memory, "built_seconds": large.built })),
        "ratios": ratios,
        "goals": goals,
        "goals_met": goals.met(),
    });
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join("summary.json"), format!("{summary:#}\n"))?;
    println!("{}", table(&many, &one));
    println!("{}", goals.table());
    println!("{}", folder.join("summary.json").display());
    Ok(goals.met())
}

/// The cases that are worked on, a pool of requests on them, and how long events are.
async fn prepared(
    stores: &Stores,
    built: &Built,
    issuer: &Issuer,
) -> Result<(Vec<Worked>, PathBuf, (usize, usize)), Box<dyn Error>> {
    let station = crate::stores::open(&built.store).await?;
    let worked = load::worked(station.projections.db()).await?;
    let lengths = lengths(&station).await?;
    station.log.close().await;
    let mut mix = Mix::new(&worked, issuer, 1)?;
    let pool = stores.file("requests.pool");
    load::write_pool(&pool, (0..load::POOL).map(|_| mix.ask()))?;
    Ok((worked, pool, lengths))
}

impl<'a> Ground<'a> {
    /// The ground for the service alone.
    async fn for_service(
        stores: &'a Stores,
        built: &'a Built,
        issuer: &'a Issuer,
        (warm_up, seconds): (u64, u64),
    ) -> Result<Self, Box<dyn Error>> {
        let (_, pool, lengths) = prepared(stores, built, issuer).await?;
        Ok(Self {
            stores,
            postgres: built,
            stock: built,
            pgbench: built,
            sqlite: built,
            issuer,
            pool,
            lengths,
            seconds,
            warm_up,
        })
    }
}

fn told(contender: Contender, connections: usize, round: &crate::contest::Round) -> String {
    format!(
        "{:<26} {connections:>2} connections: {:>6.0}/s, p50 {:.2} ms, p99 {:.2} ms, refused {}, broken {}{}{}",
        contender.name(),
        round.load.per_second(),
        round.load.p50 / 1e3,
        round.load.p99 / 1e3,
        round.load.refused,
        round.load.broken,
        round.memory.map(|mib| format!(", {mib:.0} MiB")).unwrap_or_default(),
        round.lag.map(|lag| format!(", projections {lag:.0} ms behind")).unwrap_or_default(),
    )
}

fn table(many: &BTreeMap<Contender, Rounds>, one: &BTreeMap<Contender, Rounds>) -> String {
    let mut text = format!(
        "{:<28} {:>5} {:>22} {:>9} {:>9} {:>8} {:>10}\n",
        "contender", "conns", "accepted/s (range)", "p50 ms", "p99 ms", "MiB", "behind ms"
    );
    for (connections, rounds) in [(64, many), (1, one)] {
        for (contender, rounds) in rounds {
            let summary = rounds.summary();
            let number = |path: &str| summary.pointer(path).and_then(Value::as_f64);
            let shown = |path: &str| number(path).map_or("–".to_owned(), |number| number.to_string());
            let range = format!(
                "{} ({}–{})",
                shown("/per_second/median"),
                shown("/per_second/lowest"),
                shown("/per_second/highest")
            );
            // Writing to a string does not fail.
            let _ = writeln!(
                text,
                "{:<28} {connections:>5} {range:>22} {:>9} {:>9} {:>8} {:>10}",
                contender.name(),
                shown("/p50_ms/median"),
                shown("/p99_ms/median"),
                shown("/peak_memory_mib/median"),
                shown("/projections_behind_ms/median"),
            );
        }
    }
    text
}

/// How long payloads and metadata are, on average.
async fn lengths(station: &caseledger::wire::Station) -> Result<(usize, usize), Box<dyn Error>> {
    let sql = "SELECT CAST(avg(length(CAST(payload AS text))) AS bigint) AS payload, \
               CAST(avg(length(CAST(metadata AS text))) AS bigint) AS metadata FROM events WHERE aggregate_type = 'Case'";
    let rows = station.projections.db().fetch(sql, &[]).await?;
    let row = rows.first().ok_or("the store is empty")?;
    Ok((usize::try_from(row.count("payload")?)?, usize::try_from(row.count("metadata")?)?))
}

/// What was measured on a large authority.
struct Large {
    cases: u64,
    events: u64,
    /// The most memory that the service held under load, in MiB.
    memory: f64,
    growth: Option<Measured>,
    built: u64,
}

async fn large(ground: &Ground<'_>, cases: u64, rounds: usize) -> Result<Large, Box<dyn Error>> {
    let started = Instant::now();
    let built: Built = ground.stores.build(Engine::Postgres, "large", cases).await?;
    let seconds = started.elapsed().as_secs();
    eprintln!("{} cases, {} events, built in {seconds} s", built.cases, built.events);
    let station = crate::stores::open(&built.store).await?;
    let worked = load::worked(station.projections.db()).await?;
    station.log.close().await;
    let pool = ground.stores.file("large.pool");
    let mut mix = Mix::new(&worked, ground.issuer, 3)?;
    load::write_pool(&pool, (0..load::POOL).map(|_| mix.ask()))?;
    let (mut small, mut big, mut memory) = (Rounds::default(), Rounds::default(), 0_f64);
    for round in 0..rounds {
        ground.round(Postgres, round + 100, 64).await?.add_to(&mut small);
        let outcome = ground.ledger_in_place(&built, &pool, round + 100).await?;
        memory = memory.max(outcome.memory.unwrap_or_default());
        outcome.add_to(&mut big);
    }
    let growth = ratio(&big.rates(), &small.rates());
    Ok(Large { cases: built.cases, events: built.events, memory: memory.round(), growth, built: seconds })
}

fn machine() -> Value {
    let read = |file: &str| std::fs::read_to_string(file).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_once(':').map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    };
    let said = |program: &str| {
        let output = std::process::Command::new(program).arg("--version").output();
        output.map(|output| {
            String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_owned()
        })
    };
    json!({
        "processor": field(&read("/proc/cpuinfo"), "model name"),
        "cores": std::thread::available_parallelism().map(usize::from).unwrap_or_default(),
        "memory": field(&read("/proc/meminfo"), "MemTotal"),
        "kernel": read("/proc/sys/kernel/osrelease").trim(),
        "postgresql": said("pgbench").unwrap_or_default(),
    })
}
