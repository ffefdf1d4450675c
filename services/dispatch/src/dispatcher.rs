//! The pipeline's door, and what stands behind it.

use std::collections::BTreeMap;
use std::sync::Arc;

use caseledger_access::{Access, Decision, Resource};
use caseledger_aggregates::case::Case;
use caseledger_aggregates::panel::PanelMeeting;
use caseledger_aggregates::person::Person;
use caseledger_aggregates::workforce::Workforce;
use caseledger_aggregates::{Authority, Facts, Reference};
use caseledger_commands::case::CaseCommand;
use caseledger_commands::oversight::Figure;
use caseledger_commands::{Actor, CaseId, CommandSet, Date, PanelMeetingId, PersonId, Role, Timestamp};
use caseledger_log::{Clock, Log, LogError, Position, StreamId};
use futures::future::try_join_all;
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::Instant;
use uuid::Uuid;

use crate::desk::{Desk, Loaded, Standing, failed, load};
use crate::kin::{Kin, Stores};
use crate::metrics::Metrics;
use crate::registry::{self, Entry};
use crate::share::Share;
use crate::{Figures, IdSource, Receipt, Rejection, Request};

/// What a dispatcher is made of.
pub struct Parts {
    /// The authority's log.
    pub log: Log,
    /// Who may.
    pub access: Arc<Access>,
    /// The authority's settings.
    pub authority: Arc<Authority>,
    /// Where the time comes from; the same clock as the log's.
    pub clock: Arc<dyn Clock>,
    /// Where new ids come from.
    pub ids: Arc<dyn IdSource>,
    /// What is counted.
    pub metrics: Metrics,
    /// What the reports' measures say.
    pub figures: Arc<dyn Figures>,
}

/// The one way into the log. Cheap to clone.
#[derive(Clone)]
pub struct Dispatcher {
    core: Arc<Core>,
}

/// How many queues there are for streams that several write to at once: so many that of some hundred commands under way hardly
/// two wait for each other without need.
const TURNS: usize = 16_384;

/// What the desks work with.
pub struct Core {
    pub log: Log,
    pub access: Arc<Access>,
    pub authority: Arc<Authority>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn IdSource>,
    pub metrics: Metrics,
    pub figures: Arc<dyn Figures>,
    pub stores: Stores,
    turns: Box<[Mutex<()>]>,
    share: Share,
    desks: BTreeMap<&'static str, Box<dyn Desk>>,
}

impl Dispatcher {
    /// A dispatcher for every command of the table.
    pub fn new(parts: Parts) -> Self {
        let Parts { log, access, authority, clock, ids, metrics, figures } = parts;
        let desks = registry::aggregates()
            .iter()
            .map(|aggregate| (aggregate.collection, (aggregate.desk)()))
            .collect();
        let stores = Stores::of(&log);
        Self {
            core: Arc::new(Core {
                log,
                access,
                authority,
                clock,
                ids,
                metrics,
                figures,
                stores,
                turns: (0..TURNS).map(|_| Mutex::default()).collect(),
                share: Share::default(),
                desks,
            }),
        }
    }

    /// Takes a command through the pipeline.
    ///
    /// When it answers, the command's events are durable. It is safe to drop the future: the command is then taken as a
    /// whole or not at all, and sending it again with its idempotency key gives the first answer.
    ///
    /// # Errors
    /// [`Rejection`] says why the command was not accepted; nothing was written.
    pub async fn dispatch(&self, actor: &Actor, request: Request) -> Result<Receipt, Rejection> {
        let started = Instant::now();
        let entry = registry::find(&request.collection, &request.command).ok_or(Rejection::UnknownCommand)?;
        let share = &self.core.share;
        let _under_way = match (request.in_bulk, actor.is(Role::Process)) {
            (true, _) => Some(share.bulk().await),
            // What follows from bulk is not what it makes way for.
            (false, true) => None,
            (false, false) => Some(share.person()),
        };
        let outcome = self.handle(entry, actor, request).await;
        let names = (entry.aggregate.collection, entry.spec.name);
        let counted = outcome.as_ref().map(|receipt| receipt.repeated);
        self.core.metrics.answered(names, counted, started.elapsed());
        outcome
    }

    async fn handle(&self, entry: Entry, actor: &Actor, request: Request) -> Result<Receipt, Rejection> {
        if entry.spec.internal() && !actor.is(Role::Process) {
            return Err(Rejection::UnknownCommand);
        }
        let desk = self.core.desks.get(entry.aggregate.collection).ok_or(Rejection::UnknownCommand)?;
        desk.handle(&self.core, entry, actor, request).await
    }

    /// How the aggregate stands by the log itself: its version, and what policies look at when that actor asks. The
    /// version is 0 when there is no such thing.
    ///
    /// # Errors
    /// [`Rejection::NotFound`] for a collection that is none, and [`Rejection::Unavailable`].
    pub async fn standing(&self, actor: &Actor, collection: &str, id: Uuid) -> Result<Standing, Rejection> {
        let desk = self.core.desks.get(collection).ok_or(Rejection::NotFound)?;
        desk.standing(&self.core, actor, id).await.map_err(failed)
    }

    /// What is remembered of an aggregate to decide by, as JSON, and its version, which is 0 when there is none. Who may
    /// see it is for the caller to ask.
    ///
    /// # Errors
    /// [`Rejection::NotFound`] for a collection that is none, and [`Rejection::Unavailable`].
    pub async fn state(&self, collection: &str, id: Uuid) -> Result<(serde_json::Value, u64), Rejection> {
        let desk = self.core.desks.get(collection).ok_or(Rejection::NotFound)?;
        desk.state(&self.core, id).await.map_err(failed)
    }

    /// A case as the log has it, and its version; `None` when there is none. Who may see it is for the caller to ask.
    ///
    /// # Errors
    /// [`Rejection::Unavailable`].
    pub async fn case(&self, id: CaseId) -> Result<Option<(Case, u64)>, Rejection> {
        let loaded = load(&self.core.stores.cases, id.uuid(), false).await.map_err(failed)?;
        Ok((loaded.version() > 0).then(|| (loaded.state().0.clone(), loaded.version())))
    }

    /// The register of agencies, teams and practitioners as the log has it, and its version: 0 before anything was registered.
    ///
    /// # Errors
    /// [`Rejection::Unavailable`].
    pub async fn register(&self) -> Result<(u64, Arc<Workforce>), Rejection> {
        self.core.stores.register(false).await.map_err(failed)
    }

    /// Remembers, after a start, the cases among streams, of which the first are remembered longest, and their people, so that the
    /// first command on each finds them. From `until` on it leaves room to whoever comes; they load what they
    /// need themselves.
    ///
    /// # Errors
    /// Those of the database: what is remembered by then stays so.
    pub async fn warm_up(&self, streams: &[StreamId], until: Instant) -> Result<(), LogError> {
        let Stores { cases, people, .. } = &self.core.stores;
        let mut ids: Vec<String> =
            StreamId::of_type(streams, CaseCommand::AGGREGATE).map(str::to_owned).collect();
        ids.reverse();
        cases.load_ahead(&ids, until).await?;
        let mut family = vec![];
        for id in &ids {
            let Some(case) = cases.remembered(id) else { continue };
            family.extend(case.0.children.iter().chain(&case.0.adults).map(PersonId::to_string));
        }
        people.load_ahead(&family, until).await
    }

    /// The log that it appends to.
    pub fn log(&self) -> &Log {
        &self.core.log
    }

    /// The time by its clock.
    pub fn now(&self) -> Timestamp {
        self.core.clock.now()
    }

    /// The authority's settings.
    pub fn authority(&self) -> &Authority {
        &self.core.authority
    }

    /// A new id.
    pub fn new_id(&self) -> Uuid {
        self.core.ids.new_id()
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.core.metrics
    }
}

/// Something that a decision must know.
enum Fact {
    Case(CaseId, Arc<Case>),
    Workforce(Arc<Workforce>),
    Person(PersonId, Arc<Person>),
    PanelMeeting(PanelMeetingId, Arc<PanelMeeting>),
    Measure(String, Vec<Figure>),
}

/// The state of an aggregate, if there is one.
fn known<D: Kin>(loaded: &Loaded<D>) -> Option<Arc<D>> {
    (loaded.version() > 0).then(|| Arc::new(loaded.state().0.clone()))
}

impl Core {
    /// Waits for one's turn on a stream. Some streams share a queue, which costs a moment and nothing else.
    pub async fn turn(&self, id: Uuid) -> MutexGuard<'_, ()> {
        // The end of an id is random.
        let [.., high, low] = id.into_bytes();
        self.turns[usize::from(u16::from_be_bytes([high, low])) % self.turns.len()].lock().await
    }

    /// Asks the policies. What may not be known to exist is not found.
    pub fn authorise(&self, actor: &Actor, action: &str, resource: &Resource) -> Result<(), Rejection> {
        match self.access.decide(actor, action, resource) {
            Decision::Permit => Ok(()),
            Decision::Forbid { reason } => Err(Rejection::Forbidden { reason }),
            Decision::Conceal => Err(Rejection::NotFound),
        }
    }

    /// Loads what can be found of the aggregates and measures that a decision must know, all at the same time.
    pub async fn facts(&self, references: Vec<Reference>, fresh: bool) -> Result<Facts, Rejection> {
        let found = references.into_iter().map(|reference| self.fact(reference, fresh));
        let mut facts = Facts::default();
        for fact in try_join_all(found).await?.into_iter().flatten() {
            match fact {
                Fact::Case(id, case) => drop(facts.cases.insert(id, case)),
                Fact::Workforce(register) => facts.workforce = Some(register),
                Fact::Person(id, person) => drop(facts.people.insert(id, person)),
                Fact::PanelMeeting(id, meeting) => drop(facts.panels.insert(id, meeting)),
                Fact::Measure(id, figures) => drop(facts.measures.insert(id, figures)),
            }
        }
        Ok(facts)
    }

    /// Loads one of them; nothing where there is no such thing.
    async fn fact(&self, reference: Reference, fresh: bool) -> Result<Option<Fact>, Rejection> {
        Ok(match reference {
            Reference::Case(id) => {
                let loaded = load(&self.stores.cases, id.uuid(), fresh).await.map_err(failed)?;
                known(&loaded).map(|case| Fact::Case(id, case))
            }
            Reference::Workforce => {
                let (version, register) = self.stores.register(fresh).await.map_err(failed)?;
                (version > 0).then_some(Fact::Workforce(register))
            }
            Reference::Person(id) => {
                let loaded = load(&self.stores.people, id.uuid(), fresh).await.map_err(failed)?;
                known(&loaded).map(|person| Fact::Person(id, person))
            }
            Reference::PanelMeeting(id) => {
                let loaded = load(&self.stores.panels, id.uuid(), fresh).await.map_err(failed)?;
                known(&loaded).map(|meeting| Fact::PanelMeeting(id, meeting))
            }
            Reference::Measure { id, .. } if !self.figures.knows(&id) => None,
            Reference::Measure { id, figures: None } => Some(Fact::Measure(id, vec![])),
            Reference::Measure { id, figures: Some(period) } => {
                let told = self.figures_of(&id, period).await?;
                Some(Fact::Measure(id, told))
            }
        })
    }

    /// A measure's figures, told of everything that is in the log by now.
    async fn figures_of(&self, measure: &str, period: (Date, Date)) -> Result<Vec<Figure>, Rejection> {
        let head = self.log.head().await.map_err(failed)?;
        self.figures.figures(measure, period, head).await.map_err(|error| {
            tracing::warn!(%error, measure, "a commentary has to wait for its figures");
            Rejection::Unavailable
        })
    }

    /// The names of the events at those positions.
    pub async fn names_of(&self, positions: Option<(Position, Position)>) -> Result<Vec<String>, LogError> {
        let Some((first, last)) = positions else { return Ok(vec![]) };
        let length = usize::try_from(last + 1 - first).unwrap_or(usize::MAX);
        let events = self.log.read_after(first - 1, length).await?;
        Ok(events.into_iter().map(|event| event.event_type).collect())
    }
}
