//! The stores of a run: built once on each engine, and copied for every round.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use caseledger::clock::MachineClock;
use caseledger::wire::Station;
use caseledger_log::{BESIDE, Clock, SQLITE_FILES};
use caseledger_test_postgres::{Durability, Postgres};

use crate::contenders::{pgbench, stock};
use crate::fill::{self, Long, Year};

/// The server's settings, besides those that every test's server has: as a production server of this size has them.
const SETTINGS: &str = "-c shared_buffers=1GB -c max_wal_size=8GB -c checkpoint_timeout=30min -c wal_compression=off \
                        -c huge_pages=try";

/// How long a file may take to be closed.
const LONGEST_CLOSE: Duration = Duration::from_secs(20);

/// The cases of the authority that are opened cold.
const LONG: Long = Long { cases: 5, events: 1_000 };

/// Which engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

/// The stores of a run. They go with it.
pub struct Stores {
    /// The server.
    pub postgres: Postgres,
    folder: tempfile::TempDir,
    copies: std::cell::Cell<usize>,
    year: tokio::sync::OnceCell<Year>,
}

impl Stores {
    /// Starts a PostgreSQL, and makes room.
    ///
    /// # Errors
    /// When there is no room.
    pub fn start() -> Result<Self, Box<dyn Error>> {
        Self::start_with("")
    }

    /// The same, with further settings of the server.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub fn start_with(further: &str) -> Result<Self, Box<dyn Error>> {
        let postgres = Postgres::start_set(Durability::On, &format!("{SETTINGS} {further}"));
        let (folder, copies) = (tempfile::tempdir()?, std::cell::Cell::new(0));
        Ok(Self { postgres, folder, copies, year: tokio::sync::OnceCell::new() })
    }

    /// A file that goes with the run.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A new database or file that is empty.
    pub fn empty(&self, engine: Engine) -> String {
        match engine {
            Engine::Sqlite => self.sqlite(&format!("empty{}", self.number())),
            Engine::Postgres => self.postgres.fresh_database(),
        }
    }

    fn sqlite(&self, name: &str) -> String {
        format!("sqlite:{}", self.file(&format!("{name}.sqlite")).display())
    }

    /// The files of a store on SQLite.
    fn files(&self, name: &str) -> impl Iterator<Item = PathBuf> {
        SQLITE_FILES.iter().map(move |added| self.file(&format!("{name}.sqlite{added}")))
    }

    /// Writes SQLite's journals into the files, which then are all there is to copy; says whether nobody holds them open any
    /// more. Connections are closed by threads of their own, a moment after they are let go.
    async fn closed(&self, name: &str) -> Result<bool, Box<dyn Error>> {
        let is_journal = |file: &PathBuf| {
            let name = file.to_string_lossy();
            name.ends_with("-wal") || name.ends_with("-shm")
        };
        for added in [BESIDE, ""] {
            let file = self.file(&format!("{name}.sqlite{added}"));
            let pool = sqlx::SqlitePool::connect(&format!("sqlite:{}", file.display())).await?;
            sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&pool).await?;
            pool.close().await;
        }
        Ok(self
            .files(name)
            .filter(is_journal)
            .all(|file| file.metadata().map_or(true, |file| file.len() == 0)))
    }

    fn number(&self) -> usize {
        self.copies.set(self.copies.get() + 1);
        self.copies.get()
    }

    /// Builds an authority on an engine, with all its read models.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn build(&self, engine: Engine, name: &str, cases: u64) -> Result<Built, Box<dyn Error>> {
        self.build_by(None, engine, name, cases).await
    }

    /// The same; the read models are those of another build of `caseledger`.
    ///
    /// # Errors
    /// As [`build`](Self::build), and when that program fails.
    pub async fn build_by(
        &self,
        program: Option<&Path>,
        engine: Engine,
        name: &str,
        cases: u64,
    ) -> Result<Built, Box<dyn Error>> {
        let store = match engine {
            Engine::Sqlite => self.sqlite(name),
            Engine::Postgres => {
                self.postgres.psql("postgres", &format!("CREATE DATABASE {name} TEMPLATE template0"));
                self.postgres.url(name)
            }
        };
        let started = Instant::now();
        let year = self.year.get_or_try_init(|| Year::play(1, 1000)).await?;
        let filled = fill::fill_with(year, &store, cases, MachineClock.now(), LONG, |_| {}).await?;
        let filled_in = started.elapsed();
        let started = Instant::now();
        match program {
            None => {
                let station = open(&store).await?;
                let names: Vec<&str> = station.projections.specs().map(|spec| spec.name).collect();
                let stopped = station.projections.rebuild_together(&names, |_| {}).await?;
                station.log.close().await;
                stopped.into_iter().next().map_or(Ok(()), Err)?;
            }
            Some(program) => {
                let mut rebuild = std::process::Command::new(program);
                let rebuilt = rebuild.args(["projections", "rebuild", "--store", &store]).output()?;
                if !rebuilt.status.success() {
                    return Err(String::from_utf8_lossy(&rebuilt.stderr).into());
                }
            }
        }
        let told = started.elapsed();
        match engine {
            Engine::Postgres => drop(self.postgres.psql(name, "VACUUM ANALYZE")),
            Engine::Sqlite => {
                let begun = Instant::now();
                while !self.closed(name).await? {
                    if begun.elapsed() > LONGEST_CLOSE {
                        return Err(format!("{store} was not closed").into());
                    }
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
        Ok(Built {
            engine,
            name: name.to_owned(),
            store,
            events: filled.events,
            cases: filled.cases,
            years: filled.years,
            filled_in,
            told,
            long: filled.long,
        })
    }

    /// Removes a store of PostgreSQL and all its room.
    pub fn remove(&self, built: &Built) {
        self.postgres.psql("postgres", &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", built.name));
    }

    /// How many bytes a store of PostgreSQL takes.
    ///
    /// # Errors
    /// When the server does not say.
    pub fn bytes(&self, built: &Built) -> Result<u64, Box<dyn Error>> {
        let said = self.postgres.psql("postgres", &format!("SELECT pg_database_size('{}')", built.name));
        let said = said.split_whitespace().find_map(|word| word.parse().ok());
        said.ok_or_else(|| "the size of the store is not known".into())
    }

    /// How many bytes are free where the server keeps its files.
    ///
    /// # Errors
    /// When `df` does not say.
    pub fn free_bytes(&self) -> Result<u64, Box<dyn Error>> {
        let said = std::process::Command::new("df")
            .args(["--block-size=1", "--output=avail"])
            .arg(self.postgres.folder())
            .output()?;
        let said =
            String::from_utf8_lossy(&said.stdout).lines().nth(1).and_then(|line| line.trim().parse().ok());
        said.ok_or_else(|| "the room on the disk is not known".into())
    }

    /// A copy of a store.
    ///
    /// # Errors
    /// When there is no room for it.
    pub fn copy(&self, built: &Built, number: &str) -> Result<Copied<'_>, Box<dyn Error>> {
        let name = format!("{}_{number}_{}", built.name, self.number());
        let store = match built.engine {
            Engine::Sqlite => {
                for (from, to) in self.files(&built.name).zip(self.files(&name)) {
                    if from.exists() {
                        std::fs::copy(from, to)?;
                    }
                }
                self.sqlite(&name)
            }
            Engine::Postgres => {
                let from = &built.name;
                self.postgres
                    .psql("postgres", &format!("CREATE DATABASE {name} TEMPLATE {from} STRATEGY file_copy"));
                self.postgres.url(&name)
            }
        };
        Ok(Copied { stores: self, engine: built.engine, name, store })
    }

    /// Makes what the contenders need of a store on PostgreSQL: one for stock cqrs-es, one for pgbench.
    ///
    /// # Errors
    /// As [`copy`](Self::copy).
    pub fn for_others(&self, built: &Built) -> Result<(Built, Built), Box<dyn Error>> {
        let others = [("stock", stock::PREPARE), ("pgbench", pgbench::PREPARE)].map(|(name, prepare)| {
            let from = &built.name;
            self.postgres
                .psql("postgres", &format!("CREATE DATABASE {name} TEMPLATE {from} STRATEGY file_copy"));
            for statement in prepare.split(";\n").map(str::trim).filter(|statement| !statement.is_empty()) {
                self.postgres.psql(name, statement);
            }
            Built { name: name.to_owned(), store: self.postgres.url(name), ..built.clone() }
        });
        let [stock, pgbench] = others;
        Ok((stock, pgbench))
    }
}

/// Opens a store as the service does.
///
/// # Errors
/// When it can't be opened.
pub async fn open(store: &str) -> Result<Station, Box<dyn Error>> {
    let clock: Arc<dyn Clock> = Arc::new(MachineClock);
    Ok(Station::open(&fill::settings(store)?, clock).await.map_err(|failure| failure.to_string())?)
}

/// What lies in a store of PostgreSQL that was filled before.
///
/// # Errors
/// When it can't be opened, or is empty.
pub async fn found(store: &str) -> Result<Built, Box<dyn Error>> {
    let station = open(store).await?;
    let events = station.log.head().await?;
    let first = station.log.read_after(0, 1).await?;
    let last = station.log.read_after(events.saturating_sub(1), 1).await?;
    let (Some(first), Some(last)) = (first.first(), last.first()) else {
        return Err("the store is empty".into());
    };
    let days = last.recorded_at.duration_since(first.recorded_at).as_hours() / 24;
    let cases = station.projections.db().fetch("SELECT count(*) AS cases FROM case_view", &[]).await?;
    let cases = cases.first().map(|row| row.count("cases")).transpose()?.unwrap_or_default();
    station.log.close().await;
    Ok(Built {
        engine: Engine::Postgres,
        name: "found".to_owned(),
        store: store.to_owned(),
        events,
        cases,
        years: u64::try_from(days)?.div_ceil(fill::YEAR.unsigned_abs()),
        filled_in: Duration::ZERO,
        told: Duration::ZERO,
        long: vec![],
    })
}

/// A store that was built.
#[derive(Clone, Debug)]
pub struct Built {
    /// On which engine.
    pub engine: Engine,
    name: String,
    /// Its URL.
    pub store: String,
    /// How many events are in it.
    pub events: u64,
    /// How many cases.
    pub cases: u64,
    /// How many years it tells of.
    pub years: u64,
    /// How long its log took.
    pub filled_in: Duration,
    /// How long its read models took, all together.
    pub told: Duration,
    /// Cases of a thousand events.
    pub long: Vec<String>,
}

/// A copy of a store. It goes when it is dropped.
pub struct Copied<'a> {
    stores: &'a Stores,
    engine: Engine,
    name: String,
    /// Its URL.
    pub store: String,
}

impl Copied<'_> {
    /// The database's name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Copied<'_> {
    fn drop(&mut self) {
        match self.engine {
            Engine::Postgres => {
                let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
                self.stores.postgres.psql("postgres", &sql);
            }
            Engine::Sqlite => {
                for file in self.stores.files(&self.name).filter(|file| file.exists()) {
                    let _gone = std::fs::remove_file(file);
                }
            }
        }
    }
}
