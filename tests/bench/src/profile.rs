//! A profile: what a command costs the processor, in the service and in the database, of one build or of several in turn.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;

use caseledger_log::Database;
use caseledger_test_postgres::Postgres;
use clap::Args;

use crate::contest::{Contender, Ground, Lag, Round, connect, serve_with};
use crate::issuer::Issuer;
use crate::measures::bulk;
use crate::run::{prepared, told};
use crate::server::processor_seconds;
use crate::stores::{Built, Engine, Stores};
use crate::summary::Measured;
use crate::wrk::{self, Load};

/// What [`profile`] does.
#[derive(Clone, Debug, Args)]
pub struct Profiled {
    /// On SQLite and not on PostgreSQL
    #[arg(long)]
    pub sqlite: bool,
    /// Connections of the load
    #[arg(long, default_value_t = 64)]
    pub connections: usize,
    /// Cases of the authority
    #[arg(long, default_value_t = 15_000)]
    pub cases: u64,
    /// How often it answers
    #[arg(long, default_value_t = 3)]
    pub rounds: usize,
    /// Another build of caseledger, which answers in turn with this one
    #[arg(long, value_name = "PROGRAM")]
    pub beside: Vec<PathBuf>,
    /// Where perf writes a profile of the machine to, during the last round
    #[arg(long, value_name = "FILE")]
    pub perf: Option<PathBuf>,
    /// Tell what was written to each table of PostgreSQL
    #[arg(long)]
    pub tables: bool,
    /// Tell which statements took PostgreSQL's time. Counting them costs a little itself
    #[arg(long)]
    pub statements: bool,
    /// Seconds of a round that counts, after 2 of warming up
    #[arg(long, default_value_t = 6)]
    pub seconds: u64,
    /// So many commands in one request, into an empty store, and not the load
    #[arg(long, value_name = "COMMANDS", conflicts_with_all = ["connections", "cases", "seconds", "tables"])]
    pub bulk: Option<usize>,
}

impl Profiled {
    fn engine(&self) -> Engine {
        if self.sqlite { Engine::Sqlite } else { Engine::Postgres }
    }
}

/// Lets the service answer for rounds on one engine, and tells what a command costs: the processor's time, of the service
/// and of the database, until the last projection has followed. That stays what it is when others use the machine besides.
///
/// # Errors
/// When something can't be started or measured.
pub async fn profile(of: &Profiled) -> Result<(), Box<dyn Error>> {
    let contender = if of.engine() == Engine::Sqlite { Contender::Sqlite } else { Contender::Postgres };
    let stores = Stores::start_with(if of.statements { COUNTING } else { "" })?;
    let issuer = Issuer::start().await?;
    let own = crate::server::programs()?.join("caseledger");
    let programs: Vec<&Path> =
        [own.as_path()].into_iter().chain(of.beside.iter().map(PathBuf::as_path)).collect();
    let mut built = vec![];
    if of.bulk.is_none() {
        for (number, program) in programs.iter().enumerate() {
            let name = format!("authority{number}");
            built.push(stores.build_by(Some(program), of.engine(), &name, of.cases).await?);
        }
    }
    let ground = match built.first() {
        Some(built) => Some(Ground::for_service(&stores, built, &issuer, (2, of.seconds)).await?),
        None => None,
    };
    let mut costs: BTreeMap<&Path, Vec<f64>> = BTreeMap::new();
    for round in 0..of.rounds {
        let mut order: Vec<usize> = (0..programs.len()).collect();
        order.rotate_left(round % programs.len());
        for place in order {
            let program = programs[place];
            // The profile is of a round that is not counted: it costs something itself.
            let recording = match &of.perf {
                Some(file) if round + 1 == of.rounds => Some(
                    std::process::Command::new("perf")
                        .args(["record", "--all-cpus", "--call-graph", "fp", "--freq", "499", "--output"])
                        .arg(file)
                        .args(["sleep", &(of.seconds + 1).to_string()])
                        .spawn()?,
                ),
                _ => None,
            };
            if of.statements {
                stores.postgres.psql("postgres", FORGET_STATEMENTS);
            }
            println!("{}", program.display());
            let cost = match &ground {
                Some(ground) => {
                    let (outcome, cost) =
                        ground.costs(program, &built[place], round, of.connections, of.tables).await?;
                    println!("  {}", told(contender, of.connections, &outcome));
                    cost
                }
                None => {
                    let (speed, cost) = imported(of, &stores, &issuer, program).await?;
                    println!("  {speed:.0} commands in bulk/s");
                    cost
                }
            };
            println!("  {cost}");
            if of.statements {
                println!("{}", stores.postgres.psql("postgres", STATEMENTS));
            }
            costs.entry(program).or_default().push(cost.together());
            if let Some(mut recording) = recording {
                recording.wait()?;
            }
        }
    }
    for (program, costs) in costs {
        if let Some(cost) = Measured::of(&costs) {
            println!(
                "{:.0} µs of the processor's time for a command ({:.0} to {:.0}): {}",
                cost.median,
                cost.lowest,
                cost.highest,
                program.display()
            );
        }
    }
    Ok(())
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
    /// Lets a build of the service answer for one round on a copy of a store, and tells what the commands cost.
    ///
    /// # Errors
    /// As [`round`](Self::round), and when the projections don't follow within two minutes.
    pub async fn costs(
        &self,
        program: &Path,
        built: &Built,
        round: usize,
        connections: usize,
        tables: bool,
    ) -> Result<(Round, Cost), Box<dyn Error>> {
        let copy = self.stores.copy(built, "round")?;
        let is_postgres = built.engine == Engine::Postgres;
        if is_postgres {
            self.settle();
        }
        let output = self.stores.file("caseledger.log");
        let server = serve_with(program, &copy.store, self.issuer, &output).await?;
        let lag = Lag::watch(&copy.store);
        let database = || if is_postgres { database_seconds(&self.stores.postgres) } else { 0.0 };
        let written = || is_postgres.then(|| Written::now(self.stores, copy.name())).transpose();
        let before = (server.processor_seconds(), database(), written()?);
        let (address, seconds, warm_up, pool) =
            (server.address, self.seconds, self.warm_up, self.pool.clone());
        let (warm, load) = tokio::task::spawn_blocking(move || -> Result<(Load, Load), String> {
            let run = |prefix: &str, seconds| {
                wrk::run(address, &pool, &format!("{prefix}{round}"), connections, seconds)
                    .map_err(|error| error.to_string())
            };
            Ok((run("warm", warm_up)?, run("round", seconds)?))
        })
        .await??;
        let lag = lag.end().await?;
        caught_up(&copy.store).await?;
        let commands = (warm.requests + load.requests - warm.refused - load.refused).max(1) as f64;
        let each = |before: f64, after: f64| (after - before) * 1e6 / commands;
        let cost = Cost {
            service: each(before.0, server.processor_seconds()),
            database: each(before.1, database()),
            written: before.2.zip(written()?).map(|(before, after)| before.until(&after, commands)),
            tables: match tables && is_postgres {
                true => self.stores.postgres.psql(copy.name(), TABLES),
                false => String::new(),
            },
        };
        Ok((Round { load, memory: Some(server.peak_memory()), lag: Some(lag) }, cost))
    }
}

/// Lets a build of the service take an import into an empty store; answers its commands per second, and what they cost.
async fn imported(
    of: &Profiled,
    stores: &Stores,
    issuer: &Issuer,
    program: &Path,
) -> Result<(f64, Cost), Box<dyn Error>> {
    let commands = of.bulk.unwrap_or_default();
    let store = stores.empty(of.engine());
    let server = serve_with(program, &store, issuer, &stores.file("caseledger.log")).await?;
    let database = || if of.engine() == Engine::Postgres { database_seconds(&stores.postgres) } else { 0.0 };
    let before = (server.processor_seconds(), database());
    let speed = bulk::import(stores, &server, issuer, commands)?;
    caught_up(&store).await?;
    let each = |before: f64, after: f64| (after - before) * 1e6 / commands as f64;
    let cost = Cost {
        service: each(before.0, server.processor_seconds()),
        database: each(before.1, database()),
        written: None,
        tables: String::new(),
    };
    Ok((speed, cost))
}

/// What a command cost.
pub struct Cost {
    /// The processor's time in the service, in microseconds.
    pub service: f64,
    /// And in the database's processes; on SQLite these are the service's own.
    pub database: f64,
    written: Option<String>,
    tables: String,
}

impl Cost {
    /// Both.
    pub fn together(&self) -> f64 {
        self.service + self.database
    }
}

impl std::fmt::Display for Cost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a command: service {:.0} µs, database {:.0} µs", self.service, self.database)?;
        self.written.iter().try_for_each(|written| write!(f, ", {written}"))?;
        if self.tables.is_empty() { Ok(()) } else { write!(f, "\n{}", self.tables) }
    }
}

/// What a PostgreSQL has done.
struct Written {
    transactions: f64,
    log_bytes: f64,
}

/// What makes PostgreSQL count its statements.
const COUNTING: &str =
    "-c shared_preload_libraries=pg_stat_statements -c pg_stat_statements.track_planning=off";
/// Forgets the statements so far.
const FORGET_STATEMENTS: &str =
    "CREATE EXTENSION IF NOT EXISTS pg_stat_statements; SELECT FROM pg_stat_statements_reset()";
/// The statements that took most time, and what they wrote.
const STATEMENTS: &str = "SELECT format('    %s ms, %s calls, %s rows, %s kB of the log: %s', \
                          round(total_exec_time), calls, rows, round(wal_bytes / 1000), \
                          left(regexp_replace(query, '\\s+', ' ', 'g'), 150)) \
                          FROM pg_stat_statements ORDER BY total_exec_time DESC LIMIT 40";

/// What was written to which table, the most first.
const TABLES: &str = "SELECT format('    %s: %s new, %s changed (%s in place), %s gone', relname, n_tup_ins, n_tup_upd, \
                      n_tup_hot_upd, n_tup_del) FROM pg_stat_user_tables WHERE n_tup_ins + n_tup_upd + n_tup_del > 0 \
                      ORDER BY n_tup_ins + n_tup_upd + n_tup_del DESC";

impl Written {
    fn now(stores: &Stores, database: &str) -> Result<Self, Box<dyn Error>> {
        let sql = format!(
            "SELECT pg_stat_get_db_xact_commit(oid) || ' ' || (pg_current_wal_insert_lsn() - '0/0') FROM pg_database \
             WHERE datname = '{database}'"
        );
        let told = stores.postgres.psql("postgres", &sql);
        let mut numbers = told.split_whitespace().map(str::parse::<f64>);
        let mut next = || numbers.next().ok_or("the database does not say what it has done");
        Ok(Self { transactions: next()??, log_bytes: next()?? })
    }

    fn until(&self, later: &Self, commands: f64) -> String {
        format!(
            "{:.3} transactions, {:.0} bytes of its log",
            (later.transactions - self.transactions) / commands,
            (later.log_bytes - self.log_bytes) / commands
        )
    }
}

/// The processor's time of a database's processes, those that have ended included.
fn database_seconds(server: &Postgres) -> f64 {
    let postmaster = server.pid();
    let own = |pid| processor_seconds(pid, Some(pid) == postmaster);
    server.pids().into_iter().map(own).sum()
}

/// Waits until every projection has followed to the log's end.
async fn caught_up(store: &str) -> Result<(), Box<dyn Error>> {
    let (database, started) = (connect(store).await?, std::time::Instant::now());
    let sql = "SELECT (SELECT position FROM log_head) - (SELECT min(position) FROM projection_checkpoint)";
    while started.elapsed() < Duration::from_secs(120) {
        let behind: i64 = match &database {
            Database::Sqlite(pool) => sqlx::query_scalar(sql).fetch_one(pool).await?,
            Database::Postgres(pool) => sqlx::query_scalar(sql).fetch_one(pool).await?,
        };
        if behind == 0 {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Err("the projections don't follow".into())
}
