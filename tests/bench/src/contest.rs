//! The contest: every contender in turn, round after round, under the same load.

use std::error::Error;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use caseledger_log::{BESIDE, Database};
use sqlx::Executor;
use tokio::sync::watch;

use crate::contenders::pgbench;
use crate::issuer::{AUDIENCE, Issuer};
use crate::server::{Server, free_address, programs};
use crate::stores::{Built, Engine, Stores};
use crate::summary::Rounds;
use crate::wrk::{self, Load};

/// Who takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Contender {
    /// HTTP and JSON, and nothing behind it.
    Ceiling,
    /// One row at a time into the log's own table.
    Pgbench,
    /// Stock cqrs-es and postgres-es.
    Stock,
    /// The same with one view.
    StockView,
    /// caseledger, whole, on PostgreSQL.
    Postgres,
    /// caseledger, whole, on SQLite.
    Sqlite,
}

impl Contender {
    /// Everybody.
    pub const ALL: [Self; 6] =
        [Self::Ceiling, Self::Pgbench, Self::Stock, Self::StockView, Self::Postgres, Self::Sqlite];

    /// Its name in the summary.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ceiling => "bare HTTP ceiling",
            Self::Pgbench => "pgbench, one row",
            Self::Stock => "stock cqrs-es",
            Self::StockView => "stock cqrs-es with a view",
            Self::Postgres => "caseledger on PostgreSQL",
            Self::Sqlite => "caseledger on SQLite",
        }
    }
}

/// What a contest needs.
pub struct Ground<'a> {
    /// The stores.
    pub stores: &'a Stores,
    /// The authority on PostgreSQL, as it is, for stock cqrs-es, and for pgbench.
    pub postgres: &'a Built,
    /// For stock cqrs-es.
    pub stock: &'a Built,
    /// For pgbench.
    pub pgbench: &'a Built,
    /// The same authority on SQLite.
    pub sqlite: &'a Built,
    /// The identity provider.
    pub issuer: &'a Issuer,
    /// The requests.
    pub pool: PathBuf,
    /// How long events and their metadata are, on average.
    pub lengths: (usize, usize),
    /// Seconds of each measurement.
    pub seconds: u64,
    /// Seconds before it, under the same load.
    pub warm_up: u64,
}

/// What one round of one contender came to.
pub struct Round {
    /// The load.
    pub load: Load,
    /// The most memory that the server held, in MiB.
    pub memory: Option<f64>,
    /// How far its projections were behind at most, in milliseconds.
    pub lag: Option<f64>,
}

impl Round {
    /// Adds it to the rounds.
    pub fn add_to(self, rounds: &mut Rounds) {
        rounds.loads.push(self.load);
        rounds.memory.extend(self.memory);
        rounds.lag.extend(self.lag);
    }
}

impl Ground<'_> {
    /// Lets one contender answer for one round.
    ///
    /// # Errors
    /// When it does not start, or the load generator fails.
    pub async fn round(
        &self,
        contender: Contender,
        round: usize,
        connections: usize,
    ) -> Result<Round, Box<dyn Error>> {
        match contender {
            Contender::Ceiling => {
                let server = self.own("bare", &[])?;
                self.load(&server, round, connections)
            }
            Contender::Pgbench => {
                let copy = self.stores.copy(self.pgbench, "round")?;
                self.settle();
                let run = |seconds| {
                    pgbench::run(
                        self.stores.postgres.folder(),
                        copy.name(),
                        self.lengths,
                        connections,
                        seconds,
                    )
                };
                run(self.warm_up)?;
                Ok(Round { load: run(self.seconds)?, memory: None, lag: None })
            }
            Contender::Stock | Contender::StockView => {
                let copy = self.stores.copy(self.stock, "round")?;
                self.settle();
                let view: &[&str] = if contender == Contender::StockView { &["--view"] } else { &[] };
                let server = self.own("stock", &[&["--store", &copy.store], view].concat())?;
                self.load(&server, round, connections)
            }
            Contender::Postgres => self.ledger(self.postgres, round, connections).await,
            Contender::Sqlite => self.ledger(self.sqlite, round, connections).await,
        }
    }

    /// Writes out what copying a database has left in memory, so that nobody pays for it under load.
    pub(crate) fn settle(&self) {
        self.stores.postgres.psql("postgres", "CHECKPOINT");
    }

    fn own(&self, task: &str, arguments: &[&str]) -> Result<Server, Box<dyn Error>> {
        let address = free_address()?;
        let mut command = Command::new(programs()?.join("caseledger-bench"));
        command.arg(task).args(["--listen", &address.to_string()]).args(arguments);
        Server::start(command, address, &self.stores.file(&format!("{task}.log")))
    }

    fn load(&self, server: &Server, round: usize, connections: usize) -> Result<Round, Box<dyn Error>> {
        let run = |prefix: &str, seconds| {
            wrk::run(server.address, &self.pool, &format!("{prefix}{round}"), connections, seconds)
        };
        run("warm", self.warm_up)?;
        let load = run("round", self.seconds)?;
        Ok(Round { load, memory: Some(server.peak_memory()), lag: None })
    }

    async fn ledger(&self, built: &Built, round: usize, connections: usize) -> Result<Round, Box<dyn Error>> {
        let copy = self.stores.copy(built, "round")?;
        if built.engine == Engine::Postgres {
            self.settle();
        }
        self.ledger_on(&copy.store, &self.pool, round, connections).await
    }

    /// As [`round`](Self::round) with the service at 64 connections, on a store that is too large to copy.
    ///
    /// # Errors
    /// As [`round`](Self::round).
    pub async fn ledger_in_place(
        &self,
        built: &Built,
        pool: &Path,
        round: usize,
    ) -> Result<Round, Box<dyn Error>> {
        self.settle();
        self.ledger_on(&built.store, pool, round, 64).await
    }

    async fn ledger_on(
        &self,
        store: &str,
        pool: &Path,
        round: usize,
        connections: usize,
    ) -> Result<Round, Box<dyn Error>> {
        let server = serve(store, self.issuer, &self.stores.file("caseledger.log")).await?;
        let lag = Lag::watch(store);
        let pool = pool.to_owned();
        let (address, seconds, warm_up) = (server.address, self.seconds, self.warm_up);
        let load = tokio::task::spawn_blocking(move || -> Result<Load, String> {
            let run = |prefix: &str, seconds| {
                wrk::run(address, &pool, &format!("{prefix}{round}"), connections, seconds)
                    .map_err(|error| error.to_string())
            };
            run("warm", warm_up)?;
            run("round", seconds)
        })
        .await??;
        let memory = server.peak_memory();
        Ok(Round { load, memory: Some(memory), lag: Some(lag.end().await?) })
    }
}

/// Connects to a store, with what stands beside its log.
pub(crate) async fn connect(store: &str) -> Result<Database, sqlx::Error> {
    Ok(match store.strip_prefix("sqlite:") {
        Some(file) => {
            let attach = format!("ATTACH '{file}{BESIDE}' AS beside");
            let pool = sqlx::sqlite::SqlitePoolOptions::new().after_connect(move |connection, _| {
                let attach = attach.clone();
                Box::pin(async move { connection.execute(attach.as_str()).await.map(drop) })
            });
            Database::Sqlite(pool.connect(store).await?)
        }
        None => Database::Postgres(sqlx::PgPool::connect(store).await?),
    })
}

/// Starts the service itself on a store, and waits until it is ready.
///
/// # Errors
/// When it does not get ready.
pub async fn serve(store: &str, issuer: &Issuer, output: &Path) -> Result<Server, Box<dyn Error>> {
    serve_with(&programs()?.join("caseledger"), store, issuer, output).await
}

/// The same, of another build.
pub(crate) async fn serve_with(
    program: &Path,
    store: &str,
    issuer: &Issuer,
    output: &Path,
) -> Result<Server, Box<dyn Error>> {
    let (address, operations) = (free_address()?, free_address()?);
    let mut command = Command::new(program);
    command.arg("serve").args(["--store", store, "--issuer", &issuer.url, "--audience", AUDIENCE]).args([
        "--listen",
        &address.to_string(),
        "--ops-listen",
        &operations.to_string(),
    ]);
    let server = Server::start(command, address, output)?;
    ready(operations).await?;
    Ok(server)
}

async fn ready(operations: SocketAddr) -> Result<(), Box<dyn Error>> {
    for _ in 0..600 {
        let answer = reqwest::get(format!("http://{operations}/readyz")).await;
        if answer.is_ok_and(|answer| answer.status().is_success()) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err("the service did not get ready within a minute".into())
}

/// Looks, ten times a second, how far the projections are behind the log.
pub struct Lag {
    stop: watch::Sender<bool>,
    watching: tokio::task::JoinHandle<Result<f64, sqlx::Error>>,
}

/// When the log learned of its last event, and of the first event that the slowest projection has not told of.
const BEHIND: &str = "SELECT (SELECT recorded_at FROM log_head) AS head, (SELECT recorded_at FROM events \
                      WHERE position = (SELECT min(position) + 1 FROM projection_checkpoint)) AS slowest";

impl Lag {
    /// Begins to look, beside the service.
    pub fn watch(store: &str) -> Self {
        let (stop, mut stopped) = watch::channel(false);
        let store = store.to_owned();
        let watching = tokio::spawn(async move {
            let database = connect(&store).await?;
            let mut longest = 0_f64;
            while !*stopped.borrow() {
                let (head, slowest): (i64, Option<i64>) = match &database {
                    Database::Sqlite(pool) => sqlx::query_as(BEHIND).fetch_one(pool).await?,
                    Database::Postgres(pool) => sqlx::query_as(BEHIND).fetch_one(pool).await?,
                };
                longest = longest.max(slowest.map_or(0.0, |slowest| (head - slowest) as f64 / 1e3));
                let _passed = tokio::time::timeout(Duration::from_millis(100), stopped.changed()).await;
            }
            Ok(longest)
        });
        Self { stop, watching }
    }

    /// How far they were behind at most, in milliseconds.
    ///
    /// # Errors
    /// When the store could not be read.
    pub async fn end(self) -> Result<f64, Box<dyn Error>> {
        self.stop.send_replace(true);
        Ok(self.watching.await??)
    }
}
