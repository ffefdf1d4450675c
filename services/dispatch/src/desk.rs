//! The one desk that handles the commands of every aggregate: authorise → load → decide → append → receipt.

use async_trait::async_trait;
use caseledger_access::Resource;
use caseledger_aggregates::cqrs::{Happened, Root};
use caseledger_aggregates::{Context, Event, Metadata, Refusal};
use caseledger_commands::{Actor, CommandSet, CommandSpec};
use caseledger_log::{LogContext, LogError, LogStore};
use uuid::Uuid;

use crate::call::Call;
use crate::dispatcher::Core;
use crate::kin::Kin;
use crate::registry::Entry;
use crate::{Receipt, Rejection, Request};

/// How often a decision is taken again because the stream had moved on, for a client that named no version.
const RETRIES: usize = 32;

/// An aggregate's desk, with its types erased.
#[async_trait]
pub trait Desk: Send + Sync {
    /// Takes one command through the pipeline.
    async fn handle(
        &self,
        core: &Core,
        entry: Entry,
        actor: &Actor,
        request: Request,
    ) -> Result<Receipt, Rejection>;

    /// What is remembered of the aggregate with that id, as JSON, and its version.
    async fn state(&self, core: &Core, id: Uuid) -> Result<(serde_json::Value, u64), LogError>;

    /// How the aggregate with that id stands, for that actor.
    async fn standing(&self, core: &Core, actor: &Actor, id: Uuid) -> Result<Standing, LogError>;
}

/// How an aggregate stands by the log itself.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The version of its stream; 0 when there is no such thing.
    pub version: u64,
    /// What policies look at.
    pub resource: Resource,
}

/// The desk of one aggregate.
pub struct Of<D>(pub std::marker::PhantomData<fn() -> D>);

/// An aggregate as it was loaded.
pub type Loaded<D> = LogContext<Root<D>>;

/// Why an attempt came to nothing.
enum Lapse {
    Rejected(Rejection),
    /// The stream moved on between load and append.
    Moved,
    /// The decision would be other than events, and was made on a remembered state.
    Remembered,
}

impl From<Rejection> for Lapse {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

#[async_trait]
impl<D: Kin> Desk for Of<D> {
    async fn handle(
        &self,
        core: &Core,
        entry: Entry,
        actor: &Actor,
        request: Request,
    ) -> Result<Receipt, Rejection> {
        let surroundings = (core.authority.as_ref(), core.clock.now(), core.ids.as_ref());
        let call = Call::<D::Command>::read(entry, request, actor, surroundings)?;
        // Who writes to a stream decides on what the one before has left, instead of racing it in vain.
        let _turn = core.turn(call.id).await;
        // What this process remembers is nearly always what the log holds; when it isn't, an append finds out by itself,
        // and before anything else is answered the log is asked.
        let mut fresh = false;
        for _ in 0..=RETRIES {
            match attempt::<D>(core, actor, &call, fresh).await {
                Ok(receipt) => return Ok(receipt),
                // Another instance has written to it.
                Err(Lapse::Moved) => core.metrics.retried(),
                Err(Lapse::Remembered) => {}
                // The same request may have been accepted earlier, and things stand differently because of it.
                Err(Lapse::Rejected(rejection)) => return repeated::<D>(core, &call).await?.ok_or(rejection),
            }
            fresh = true;
        }
        Err(Rejection::Busy)
    }

    async fn state(&self, core: &Core, id: Uuid) -> Result<(serde_json::Value, u64), LogError> {
        let loaded = load(D::store(core), id, false).await?;
        let state = serde_json::to_value(loaded.state());
        Ok((state.map_err(|error| LogError::Unreadable(error.to_string()))?, loaded.version()))
    }

    async fn standing(&self, core: &Core, actor: &Actor, id: Uuid) -> Result<Standing, LogError> {
        let loaded = load(D::store(core), id, false).await?;
        let resource = D::resource(core, &loaded.state().0, id, actor, false).await?;
        Ok(Standing { version: loaded.version(), resource })
    }
}

/// Loads an aggregate: as this process remembers it, or as the log has it now.
pub async fn load<D: Kin>(store: &LogStore<Root<D>>, id: Uuid, fresh: bool) -> Result<Loaded<D>, LogError> {
    let id = id.to_string();
    if fresh { store.load_fresh(&id).await } else { store.load(&id).await }
}

async fn attempt<D: Kin>(
    core: &Core,
    actor: &Actor,
    call: &Call<D::Command>,
    fresh: bool,
) -> Result<Receipt, Lapse> {
    let store = D::store(core);
    let loaded = match call.opens && !fresh {
        true => store.load_new(&call.id.to_string()),
        false => load(store, call.id, fresh).await.map_err(failed)?,
    };
    match decide::<D>(core, actor, call, &loaded, fresh).await {
        Ok(events) if !events.is_empty() || fresh => append::<D>(core, actor, call, loaded, events).await,
        Err(rejection) if fresh => Err(Lapse::Rejected(rejection)),
        Ok(_) | Err(_) => Err(Lapse::Remembered),
    }
}

/// Everything between load and append.
async fn decide<D: Kin>(
    core: &Core,
    actor: &Actor,
    call: &Call<D::Command>,
    loaded: &Loaded<D>,
    fresh: bool,
) -> Result<Vec<D::Event>, Rejection> {
    let (state, version) = (&loaded.state().0, loaded.version());
    // An aggregate that some command opens exists once it was opened.
    if version == 0 && !call.opens && D::Command::TABLE.iter().any(CommandSpec::opens) {
        return Err(Rejection::NotFound);
    }
    let resource = D::resource(core, state, call.id, actor, fresh).await.map_err(failed)?;
    core.authorise(actor, call.command.name(), &resource)?;
    if let Some(expected) = call.expected_version.filter(|expected| *expected != version) {
        return Err(Rejection::Conflict { expected, actual: version });
    }
    let facts = core.facts(state.references(&call.command), fresh).await?;
    let context = Context {
        id: call.id,
        authority: &core.authority,
        actor,
        now: core.clock.now(),
        occurred_at: call.occurred_at,
        facts: &facts,
    };
    state.decide(&call.command, &context).map_err(refused)
}

async fn append<D: Kin>(
    core: &Core,
    actor: &Actor,
    call: &Call<D::Command>,
    loaded: Loaded<D>,
    events: Vec<D::Event>,
) -> Result<Receipt, Lapse> {
    if events.is_empty() && call.key.is_none() {
        let (version, recorded_at) = (loaded.version(), core.clock.now());
        let receipt = caseledger_log::Receipt { version, positions: None, recorded_at, repeated: false };
        return Ok(receipt_of::<D>(call.id, receipt, vec![]));
    }
    let names = events.iter().map(|event| event.name().to_owned()).collect();
    let events = events.into_iter().map(Happened).collect();
    let metadata = metadata::<D>(core, actor, call).to_map();
    match D::store(core).record_as(loaded, events, metadata, call.key.clone(), call.urgency).await {
        Ok(receipt) if receipt.repeated => {
            let names = core.names_of(receipt.positions).await.map_err(failed)?;
            Ok(receipt_of::<D>(call.id, receipt, names))
        }
        Ok(receipt) => Ok(receipt_of::<D>(call.id, receipt, names)),
        Err(LogError::Conflict { .. }) => Err(Lapse::Moved),
        Err(error) => Err(Lapse::Rejected(failed(error))),
    }
}

/// The receipt given earlier to the same request, if it was accepted before.
async fn repeated<D: Kin>(core: &Core, call: &Call<D::Command>) -> Result<Option<Receipt>, Rejection> {
    let Some(key) = &call.key else { return Ok(None) };
    let Some(receipt) = core.log.receipt_for(key).await.map_err(failed)? else { return Ok(None) };
    let names = core.names_of(receipt.positions).await.map_err(failed)?;
    Ok(Some(receipt_of::<D>(call.id, receipt, names)))
}

fn metadata<D: Kin>(core: &Core, actor: &Actor, call: &Call<D::Command>) -> Metadata {
    Metadata {
        authority: core.authority.id.clone(),
        case: D::reference(call.id),
        actor: actor.subject.clone(),
        on_behalf_of: actor.on_behalf_of.clone(),
        occurred_at: call.occurred_at,
        correlation: call.correlation.clone(),
        causation: call.causation.clone(),
        traceparent: call.traceparent.clone(),
        provenance: call.provenance.clone(),
    }
}

fn receipt_of<D: Kin>(id: Uuid, receipt: caseledger_log::Receipt, events: Vec<String>) -> Receipt {
    let caseledger_log::Receipt { version, positions, recorded_at, repeated } = receipt;
    Receipt { id, reference: D::reference(id), version, positions, recorded_at, repeated, events }
}

fn refused(refusal: impl Refusal) -> Rejection {
    Rejection::Refused {
        rule: refusal.rule(),
        field: refusal.field(),
        message: refusal.to_string(),
        remedy: refusal.remedy(),
    }
}

/// What a failure of the log means to the client. The cause is logged here, once.
pub fn failed(error: LogError) -> Rejection {
    match error {
        LogError::KeyReused => Rejection::KeyReused,
        LogError::Busy => Rejection::Busy,
        error => {
            tracing::error!(%error, "the log did not do what it was asked");
            Rejection::Unavailable
        }
    }
}
