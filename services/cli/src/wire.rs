//! The parts, put together.

use std::path::Path;
use std::sync::Arc;

use caseledger_access::Access;
use caseledger_api as api;
use caseledger_commands::Actor;
use caseledger_commands::workforce::{RegisterAgency, RegisterTeam, WorkforceCommand};
use caseledger_dispatch::process::{PROCESSES, Runner};
use caseledger_dispatch::{Dispatcher, Parts, Rejection, Request, metrics};
use caseledger_log::{Clock, Log, LogError, Options};
use caseledger_projections::Projections;
use prometheus::Registry;

use crate::clock::MachineIds;
use crate::exit::Failure;
use crate::meters;
use crate::settings::Settings;

/// A caseledger on one store, ready to be used.
pub struct Station {
    /// The authority's log.
    pub log: Log,
    /// Who may.
    pub access: Arc<Access>,
    /// The one way into the log.
    pub dispatcher: Dispatcher,
    /// What is told.
    pub projections: Projections,
    /// What follows from events.
    pub processes: Arc<Runner>,
    /// What is counted.
    pub registry: Registry,
    /// What is counted at the door.
    pub requests: api::Metrics,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
}

impl Station {
    /// Opens the store, makes its tables where they are missing, and puts everything on it.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] when the store can't be reached.
    pub async fn open(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Self, Failure> {
        let registry = Registry::new();
        let meter = meters::WriterMeter::register(&registry).map_err(Failure::failed)?;
        let options = Options { observer: Some(meter), ..Options::new(Arc::clone(&clock)) };
        let log = open_log_with(&settings.store, options).await?;
        meters::register(&registry, &log, &settings.store).map_err(Failure::failed)?;
        let access = Arc::new(Access::new().map_err(Failure::failed)?);
        let authority = Arc::new(settings.authority.clone());
        let projections = Projections::open(&log, Arc::clone(&authority), Arc::clone(&clock), &registry)
            .await
            .map_err(Failure::unavailable)?;
        let figures = Arc::new(api::ToldFigures::new(projections.clone(), Arc::clone(&authority)));
        let dispatcher = Dispatcher::new(Parts {
            log: log.clone(),
            access: Arc::clone(&access),
            authority,
            clock: Arc::clone(&clock),
            ids: Arc::new(MachineIds),
            metrics: metrics::Metrics::register(&registry).map_err(Failure::failed)?,
            figures,
        });
        let processes =
            Arc::new(Runner::new(dispatcher.clone(), PROCESSES).await.map_err(Failure::unavailable)?);
        let requests = api::Metrics::register(&registry).map_err(Failure::failed)?;
        Ok(Self { log, access, dispatcher, projections, processes, registry, requests, clock })
    }

    /// Opens a store that is there. What looks at a store, or adds to one, must not answer from an empty one that it has
    /// just made because somebody mistyped a path.
    ///
    /// # Errors
    /// [`Failure::NotFound`] when a SQLite store has no file; the others as [`Self::open`].
    pub async fn open_existing(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Self, Failure> {
        must_be_there(&settings.store)?;
        Self::open(settings, clock).await
    }

    /// Registers the agencies and teams that the authority's settings name. Again changes nothing.
    ///
    /// # Errors
    /// [`Failure::Refused`] when the register says otherwise than the settings.
    pub async fn register_settings(&self) -> Result<(), Failure> {
        let actor = Actor::process("settings");
        let authority = self.dispatcher.authority().clone();
        for agency in &authority.agencies {
            let command = RegisterAgency { agency: agency.id, name: agency.name.clone(), kind: agency.kind };
            self.register(&actor, command.into()).await?;
        }
        for team in &authority.teams {
            let command = RegisterTeam {
                team: team.id,
                name: team.name.clone(),
                locality: team.locality.clone(),
                agency: team.agency,
            };
            self.register(&actor, command.into()).await?;
        }
        Ok(())
    }

    async fn register(&self, actor: &Actor, command: WorkforceCommand) -> Result<(), Failure> {
        self.dispatcher.dispatch(actor, Request::of(&command)).await.map(drop).map_err(|rejection| {
            match failure(&rejection) {
                Failure::Refused(told) => Failure::Refused(format!(
                    "The register refuses what the authority's settings name: {told}"
                )),
                other => other,
            }
        })
    }

    /// Brings processes and read models to the log's present end.
    ///
    /// # Errors
    /// [`Failure::Failed`] when one of them can't get there.
    pub async fn catch_up(&self) -> Result<(), Failure> {
        self.processes.catch_up().await.map_err(Failure::failed)?;
        self.projections.catch_up().await.map_err(Failure::failed)
    }
}

/// Opens the log, and the folder of a new SQLite file.
///
/// # Errors
/// [`Failure::Unavailable`] when the store can't be reached, [`Failure::Usage`] when it is none.
pub async fn open_log(store: &str, clock: Arc<dyn Clock>) -> Result<Log, Failure> {
    open_log_with(store, Options::new(clock)).await
}

/// As [`open_log`], in a way of one's own.
///
/// # Errors
/// As [`open_log`].
pub async fn open_log_with(store: &str, options: Options) -> Result<Log, Failure> {
    make_folder(store)?;
    Log::open(store, options).await.map_err(|error| log_failure(&error))
}

/// Makes the folder that a SQLite file is to lie in.
///
/// # Errors
/// [`Failure::Unavailable`] when the folder can't be made.
pub fn make_folder(store: &str) -> Result<(), Failure> {
    let Some(folder) = sqlite_path(store).and_then(Path::parent) else { return Ok(()) };
    std::fs::create_dir_all(folder)
        .map_err(|error| Failure::Unavailable(format!("{} can't be made: {error}", folder.display())))
}

/// Refuses a SQLite store whose file is missing. A server says by itself that it has no such database.
///
/// # Errors
/// [`Failure::NotFound`], with what makes a store.
pub fn must_be_there(store: &str) -> Result<(), Failure> {
    match sqlite_path(store) {
        Some(file) if !file.is_file() => Err(Failure::NotFound(format!(
            "There is no store at {}. --store names another; 'caseledger migrate', 'serve', 'demo' and 'import' make one.",
            file.display()
        ))),
        _ => Ok(()),
    }
}

/// The file of a SQLite store.
pub fn sqlite_path(store: &str) -> Option<&Path> {
    let path = store.strip_prefix("sqlite:")?;
    Some(Path::new(path.strip_prefix("//").unwrap_or(path)))
}

/// What to end with when the log fails.
pub fn log_failure(error: &LogError) -> Failure {
    match error {
        LogError::UnknownStore(_) => Failure::Usage(error.to_string()),
        other => Failure::Unavailable(format!("The store can't be used: {other}")),
    }
}

/// What to end with when a command is not accepted.
pub fn failure(rejection: &Rejection) -> Failure {
    let told = match rejection {
        Rejection::Refused { rule, field: Some(field), .. } => {
            format!("{rejection} (rule {rule}, field {field})")
        }
        Rejection::Refused { rule, .. } => format!("{rejection} (rule {rule})"),
        other => other.to_string(),
    };
    match rejection {
        Rejection::UnknownCommand | Rejection::InvalidInput(_) => Failure::Usage(told),
        Rejection::Refused { .. } | Rejection::Conflict { .. } | Rejection::KeyReused => {
            Failure::Refused(told)
        }
        Rejection::Forbidden { .. } => Failure::NotPermitted(told),
        Rejection::NotFound => Failure::NotFound(told),
        Rejection::Busy | Rejection::Unavailable => Failure::Unavailable(told),
    }
}
