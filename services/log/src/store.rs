//! One aggregate's streams, as cqrs-es sees them.

use std::collections::HashMap;
use std::sync::Arc;

use cqrs_es::persist::{EventUpcaster, PersistedEventRepository, PersistenceError, SerializedEvent};
use cqrs_es::{Aggregate, AggregateContext, AggregateError, DomainEvent, EventEnvelope, EventStore};
use postgres_es::PostgresEventRepository;
use sqlite_es::SqliteEventRepository;
use tokio::time::Instant;

use crate::loader::{Loader, MOST};
use crate::reader::Payload;
use crate::recent::{Recent, State};
use crate::{Append, Database, IdempotencyKey, Log, LogError, NewEvent, Receipt};

/// The streams of one type of aggregate. Cheap to clone; clones share the cache of states.
pub struct LogStore<A: Aggregate> {
    log: Log,
    upcasters: Arc<[Box<dyn EventUpcaster>]>,
    recent: Arc<Recent<A>>,
    loader: Arc<Loader>,
}

impl<A: Aggregate> Clone for LogStore<A> {
    fn clone(&self) -> Self {
        let Self { log, upcasters, recent, loader } = self;
        Self {
            log: log.clone(),
            upcasters: Arc::clone(upcasters),
            recent: Arc::clone(recent),
            loader: Arc::clone(loader),
        }
    }
}

/// Whether somebody waits for an append in person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Urgency {
    /// Somebody does.
    #[default]
    Awaited,
    /// It is one of many that were sent together: what is awaited goes first, and leaves it a share.
    Bulk,
}

/// An aggregate as it was loaded: its state, and the version of its stream that the state is true of.
///
/// Whatever a handler does to the aggregate that cqrs-es hands it happens to a scratch copy: events are applied once,
/// when they have been committed.
pub struct LogContext<A> {
    id: String,
    loaded: State<A>,
    scratch: Option<A>,
    cached: bool,
}

impl<A> LogContext<A> {
    /// The aggregate's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The state at [`version`](Self::version).
    pub fn state(&self) -> &A {
        &self.loaded.aggregate
    }

    /// The version of the stream: the sequence of its last event, 0 when it doesn't exist.
    pub fn version(&self) -> u64 {
        self.loaded.version
    }

    /// Whether the state was remembered, so that another process may have written since. An append finds that out by
    /// itself; before a refusal is told, the aggregate is loaded again with [`LogStore::load_fresh`].
    pub fn is_cached(&self) -> bool {
        self.cached
    }
}

impl<A: Aggregate + Clone> AggregateContext<A> for LogContext<A> {
    fn aggregate(&mut self) -> &mut A {
        let loaded = &self.loaded.aggregate;
        self.scratch.get_or_insert_with(|| A::clone(loaded))
    }
}

impl<A: Aggregate + Clone> LogStore<A> {
    pub(crate) fn new(log: Log, upcasters: Vec<Box<dyn EventUpcaster>>, cached_states: usize) -> Self {
        let recent = Arc::new(Recent::new(cached_states));
        Self { log, upcasters: upcasters.into(), recent, loader: Arc::new(Loader::new(A::TYPE)) }
    }

    /// The same, for small aggregates: it remembers so many times as many states.
    #[must_use]
    pub fn remembering(self, times: usize) -> Self {
        let states = self.log.cached_states().saturating_mul(times);
        Self { recent: Arc::new(Recent::new(states)), ..self }
    }

    /// The log that the streams are in.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// The aggregate as this process knows it: from the cache, unless another process has been seen to write since.
    ///
    /// # Errors
    /// Those of the database; [`LogError::Unreadable`] when an event can't be read, even with the upcasters.
    pub async fn load(&self, id: &str) -> Result<LogContext<A>, LogError> {
        let seen = self.log.others();
        match self.recent.get(id) {
            Some(state) if state.seen == seen => Ok(context(id, state, true)),
            remembered => self.catch_up(id, remembered, seen).await,
        }
    }

    /// The aggregate as this process knows it, or else as one that doesn't exist yet: for what is probably new. An append
    /// of events finds out by itself when it does exist.
    pub fn load_new(&self, id: &str) -> LogContext<A> {
        let seen = self.log.others();
        let known = self.recent.get(id).filter(|state| state.seen == seen);
        context(id, known.unwrap_or_else(|| State { aggregate: Arc::default(), version: 0, seen }), true)
    }

    /// The aggregate as the database has it now.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub async fn load_fresh(&self, id: &str) -> Result<LogContext<A>, LogError> {
        let seen = self.log.others();
        self.catch_up(id, self.recent.get(id), seen).await
    }

    async fn catch_up(
        &self,
        id: &str,
        remembered: Option<State<A>>,
        seen: u64,
    ) -> Result<LogContext<A>, LogError> {
        let version = remembered.as_ref().map_or(0, |state| state.version);
        let later = self.loader.load(self.log.database(), id, version).await?;
        Ok(context(id, self.fold(id, remembered, later, seen)?, false))
    }

    /// Folds what came later into what was remembered, and remembers that.
    fn fold(
        &self,
        id: &str,
        remembered: Option<State<A>>,
        later: Vec<Payload>,
        seen: u64,
    ) -> Result<State<A>, LogError> {
        let State { mut aggregate, mut version, .. } = remembered.unwrap_or_default();
        if !later.is_empty() {
            let state = Arc::make_mut(&mut aggregate);
            for event in later {
                version += 1;
                if u64::try_from(event.sequence) != Ok(version) {
                    return Err(LogError::Unreadable(format!("{} of {id} lacks event {version}", A::TYPE)));
                }
                state.apply(self.event(id, event)?);
            }
        }
        let state = State { aggregate, version, seen };
        if version > 0 {
            self.recent.put(id, state.clone());
        }
        Ok(state)
    }

    /// The aggregate's state, if it is remembered, perhaps an old one.
    pub fn remembered(&self, id: &str) -> Option<Arc<A>> {
        self.recent.get(id).map(|state| state.aggregate)
    }

    /// Loads aggregates that will probably be asked for, as many of them as are remembered at most. From `until` on it leaves
    /// the machine to others for as long as it takes itself. The last of them is remembered longest.
    ///
    /// # Errors
    /// As [`load`](Self::load), of the first that can't be loaded.
    pub async fn load_ahead(&self, ids: &[String], until: Instant) -> Result<(), LogError> {
        let ids = &ids[ids.len().saturating_sub(self.recent.capacity())..];
        for ids in ids.chunks(MOST) {
            let (began, seen) = (Instant::now(), self.log.others());
            let unknown: Vec<&str> =
                ids.iter().map(String::as_str).filter(|id| self.recent.get(id).is_none()).collect();
            let wanted: Vec<_> = unknown.iter().map(|id| (*id, 0)).collect();
            let mut found = self.log.database().payloads(A::TYPE, &wanted).await?.into_iter().peekable();
            for (id, place) in unknown.into_iter().zip(0..) {
                let payloads = std::iter::from_fn(|| found.next_if(|payload| payload.place == place));
                self.fold(id, None, payloads.collect(), seen)?;
            }
            if began > until {
                tokio::time::sleep(began.elapsed()).await;
            }
        }
        Ok(())
    }

    /// Commits events that were decided on the context's state. Answers once they are durable.
    ///
    /// Without events nothing is written but the idempotency key; without either, nothing at all.
    ///
    /// # Errors
    /// As [`Log::append`].
    pub async fn record(
        &self,
        context: LogContext<A>,
        events: Vec<A::Event>,
        metadata: HashMap<String, String>,
        key: Option<IdempotencyKey>,
    ) -> Result<Receipt, LogError> {
        self.record_as(context, events, metadata, key, Urgency::Awaited).await
    }

    /// As [`record`](Self::record), and says whether somebody waits for it in person.
    ///
    /// # Errors
    /// As [`Log::append`].
    pub async fn record_as(
        &self,
        context: LogContext<A>,
        events: Vec<A::Event>,
        metadata: HashMap<String, String>,
        key: Option<IdempotencyKey>,
        urgency: Urgency,
    ) -> Result<Receipt, LogError> {
        let append = Append {
            aggregate_type: A::TYPE.to_owned(),
            aggregate_id: context.id.clone(),
            expected: Some(context.loaded.version),
            events: events.iter().map(written).collect::<Result<_, _>>()?,
            metadata,
            key,
        };
        let receipt = self.log.append_decided(append, urgency).await;
        match &receipt {
            Ok(receipt) if !receipt.repeated && !events.is_empty() => self.remember(context, events, receipt),
            Err(LogError::Conflict { .. }) => self.recent.forget(&context.id),
            _ => {}
        }
        receipt
    }

    /// Applies what was committed, once, to the state that it was decided on.
    fn remember(&self, context: LogContext<A>, events: Vec<A::Event>, receipt: &Receipt) {
        let LogContext { id, loaded, .. } = context;
        let State { mut aggregate, seen, .. } = loaded;
        // The state before is nobody's any more, most likely: without the cache's hold on it, it need not be copied.
        self.recent.forget(&id);
        let state = Arc::make_mut(&mut aggregate);
        events.into_iter().for_each(|event| state.apply(event));
        self.recent.put(&id, State { aggregate, version: receipt.version, seen });
    }

    /// An event that the state is folded from. Nearly all have the newest shape, and are read as they are: who did it and
    /// when says nothing to the state.
    fn event(&self, id: &str, stored: Payload) -> Result<A::Event, LogError> {
        let Payload { sequence, event_type, event_version, payload, .. } = stored;
        let unreadable = |error: serde_json::Error| {
            LogError::Unreadable(format!("{event_type} {sequence} of {id}: {error}"))
        };
        if !self.upcasters.iter().any(|upcaster| upcaster.can_upcast(&event_type, &event_version)) {
            return serde_json::from_str(&payload).map_err(unreadable);
        }
        let payload = serde_json::from_str(&payload).map_err(unreadable)?;
        let sequence = usize::try_from(sequence).unwrap_or_default();
        let (id, aggregate, metadata) = (id.to_owned(), A::TYPE.to_owned(), serde_json::json!({}));
        let event =
            SerializedEvent::new(id, sequence, aggregate, event_type, event_version, payload, metadata);
        Ok(self.read(event)?.payload)
    }

    /// The stream's events, as the repositories of cqrs-es read them.
    async fn stored(&self, id: &str) -> Result<Vec<SerializedEvent>, LogError> {
        let events = match self.log.database() {
            Database::Sqlite(pool) => SqliteEventRepository::new(pool.clone()).get_events::<A>(id).await,
            Database::Postgres(pool) => PostgresEventRepository::new(pool.clone()).get_events::<A>(id).await,
        };
        events.map_err(|error| match error {
            PersistenceError::DeserializationError(error) => LogError::Unreadable(error.to_string()),
            other => LogError::Unavailable(other.to_string()),
        })
    }

    /// A stored event, brought to the newest shape.
    fn read(&self, event: SerializedEvent) -> Result<EventEnvelope<A>, LogError> {
        let event = self.upcasters.iter().fold(event, |event, upcaster| {
            match upcaster.can_upcast(&event.event_type, &event.event_version) {
                true => upcaster.upcast(event),
                false => event,
            }
        });
        let name = format!("{} {} of {}", event.event_type, event.sequence, event.aggregate_id);
        EventEnvelope::try_from(event).map_err(|error| LogError::Unreadable(format!("{name}: {error}")))
    }
}

fn context<A>(id: &str, loaded: State<A>, cached: bool) -> LogContext<A> {
    LogContext { id: id.to_owned(), loaded, scratch: None, cached }
}

fn written(event: &impl DomainEvent) -> Result<NewEvent, LogError> {
    NewEvent::new(&event.event_type(), &event.event_version(), event)
}

impl<A: Aggregate + Clone> EventStore<A> for LogStore<A> {
    type AC = LogContext<A>;

    async fn load_events(&self, id: &str) -> Result<Vec<EventEnvelope<A>>, AggregateError<A::Error>> {
        let events = self.stored(id).await.map_err(as_cqrs)?;
        events.into_iter().map(|event| self.read(event).map_err(as_cqrs)).collect()
    }

    async fn load_aggregate(&self, id: &str) -> Result<Self::AC, AggregateError<A::Error>> {
        self.load(id).await.map_err(as_cqrs)
    }

    async fn commit(
        &self,
        events: Vec<A::Event>,
        context: Self::AC,
        metadata: HashMap<String, String>,
    ) -> Result<Vec<EventEnvelope<A>>, AggregateError<A::Error>> {
        if events.is_empty() {
            return Ok(vec![]);
        }
        let (id, first) = (context.id.clone(), context.loaded.version as usize + 1);
        self.record(context, events.clone(), metadata.clone(), None).await.map_err(as_cqrs)?;
        let envelope = |(sequence, payload)| EventEnvelope {
            aggregate_id: id.clone(),
            sequence,
            payload,
            metadata: metadata.clone(),
        };
        Ok((first..).zip(events).map(envelope).collect())
    }
}

/// The log's errors in the words of cqrs-es.
fn as_cqrs<E: std::error::Error>(error: LogError) -> AggregateError<E> {
    match error {
        LogError::Conflict { .. } => AggregateError::AggregateConflict,
        LogError::Unavailable(_) => AggregateError::DatabaseConnectionError(Box::new(error)),
        LogError::Unreadable(_) => AggregateError::DeserializationError(Box::new(error)),
        _ => AggregateError::UnexpectedError(Box::new(error)),
    }
}
