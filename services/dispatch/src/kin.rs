//! What the one desk must know of each aggregate besides that it decides: where its streams are, and what policies look
//! at.

use std::sync::{Arc, Mutex, PoisonError};

use caseledger_access::{CaseAttributes, PersonAttributes, Resource, SupervisionAttributes};
use caseledger_aggregates::Decider;
use caseledger_aggregates::audit::Audit;
use caseledger_aggregates::calendar::civil_date;
use caseledger_aggregates::case::{Case, Status};
use caseledger_aggregates::cqrs::Root;
use caseledger_aggregates::oversight::Oversight;
use caseledger_aggregates::panel::PanelMeeting;
use caseledger_aggregates::person::Person;
use caseledger_aggregates::supervision::Supervision;
use caseledger_aggregates::upcast;
use caseledger_aggregates::workforce::Workforce;
use caseledger_commands::workforce::WorkforceCommand;
use caseledger_commands::{Actor, CaseReference, CommandSet};
use caseledger_log::{Log, LogError, LogStore};
use uuid::Uuid;

use crate::desk::load;
use crate::dispatcher::Core;

/// An aggregate of this program.
pub trait Kin: Decider {
    /// Where its streams are.
    fn store(core: &Core) -> &LogStore<Root<Self>>;

    /// What policies look at when that actor asks. Where that takes others' states, they are those that this process
    /// remembers, or as the log has them now.
    fn resource(
        core: &Core,
        state: &Self,
        id: Uuid,
        actor: &Actor,
        fresh: bool,
    ) -> impl Future<Output = Result<Resource, LogError>> + Send;

    /// The short case reference, for a case.
    fn reference(_id: Uuid) -> Option<CaseReference> {
        None
    }
}

/// The streams of every aggregate.
pub struct Stores {
    pub cases: LogStore<Root<Case>>,
    pub people: LogStore<Root<Person>>,
    pub panels: LogStore<Root<PanelMeeting>>,
    pub supervisions: LogStore<Root<Supervision>>,
    pub workforce: LogStore<Root<Workforce>>,
    pub audits: LogStore<Root<Audit>>,
    pub oversight: LogStore<Root<Oversight>>,
    /// The register as it was last handed to a decision; most decisions ask for it, and it rarely changes.
    register: Mutex<(u64, Arc<Workforce>)>,
}

/// The streams of one aggregate. Events of earlier versions are read as the newest.
fn store<D: Decider>(log: &Log) -> LogStore<Root<D>> {
    log.store(upcast::for_streams::<D::Event>())
}

impl Stores {
    pub fn of(log: &Log) -> Self {
        Self {
            cases: store::<Case>(log),
            // A family has three or four people, and a person's state is small.
            people: store::<Person>(log).remembering(4),
            panels: store::<PanelMeeting>(log),
            supervisions: store::<Supervision>(log),
            workforce: store::<Workforce>(log),
            audits: store::<Audit>(log),
            oversight: store::<Oversight>(log),
            register: Mutex::default(),
        }
    }

    /// The register of agencies, teams and practitioners, and its version: 0 before anything was registered.
    pub async fn register(&self, fresh: bool) -> Result<(u64, Arc<Workforce>), LogError> {
        let Some(id) = WorkforceCommand::ONLY else { return Ok((0, Arc::default())) };
        let loaded = load(&self.workforce, id, fresh).await?;
        let mut kept = self.register.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.0 != loaded.version() {
            *kept = (loaded.version(), Arc::new(loaded.state().0.clone()));
        }
        Ok((kept.0, Arc::clone(&kept.1)))
    }
}

impl Kin for Case {
    fn store(core: &Core) -> &LogStore<Root<Self>> {
        &core.stores.cases
    }

    async fn resource(
        core: &Core,
        state: &Self,
        _: Uuid,
        actor: &Actor,
        _: bool,
    ) -> Result<Resource, LogError> {
        let today = civil_date(core.clock.now());
        let restriction = state.restriction.as_ref().filter(|restriction| today <= restriction.until);
        // Policies know practitioners; one named by subject is, for themselves, not kept out.
        let restriction = restriction.filter(|restriction| !restriction.subjects.contains(&actor.subject));
        Ok(Resource::Case(CaseAttributes {
            team: state.team,
            receiving_team: state.transfer.as_ref().and_then(|transfer| transfer.receiving_team),
            lead_practitioner: state.lead_practitioner,
            agencies: state.agencies(),
            referred_by: state.referred_by.clone(),
            before_panel: state.status == Some(Status::AwaitingPanel),
            restricted_to: restriction.map(|restriction| restriction.practitioners.clone()),
        }))
    }

    fn reference(id: Uuid) -> Option<CaseReference> {
        Some(CaseReference::of(id.into()))
    }
}

impl Kin for Workforce {
    fn store(core: &Core) -> &LogStore<Root<Self>> {
        &core.stores.workforce
    }

    async fn resource(_: &Core, _: &Self, _: Uuid, _: &Actor, _: bool) -> Result<Resource, LogError> {
        Ok(Resource::Workforce)
    }
}

impl Kin for Audit {
    fn store(core: &Core) -> &LogStore<Root<Self>> {
        &core.stores.audits
    }

    async fn resource(_: &Core, _: &Self, _: Uuid, _: &Actor, _: bool) -> Result<Resource, LogError> {
        Ok(Resource::Audit)
    }
}

impl Kin for Oversight {
    fn store(core: &Core) -> &LogStore<Root<Self>> {
        &core.stores.oversight
    }

    async fn resource(_: &Core, _: &Self, _: Uuid, _: &Actor, _: bool) -> Result<Resource, LogError> {
        Ok(Resource::Oversight)
    }
}

impl Kin for Person {
    fn store(core: &Core) -> &LogStore<Root<Self>> {
        &core.stores.people
    }

    async fn resource(_: &Core, state: &Self, _: Uuid, actor: &Actor, _: bool) -> Result<Resource, LogError> {
        // Whoever enters a person is of an agency that works with them, before there is an entry to say so.
        let agency = match state {
            Self::Unknown => actor.agency,
            Self::Registered(person) => person.details.registering_agency,
            Self::Erased => None,
        };
        Ok(Resource::Person(PersonAttributes { agencies: agency.into_iter().collect() }))
    }
}

impl Kin for PanelMeeting {
    fn store(core: &Core) -> &LogStore<Root<Self>> {
        &core.stores.panels
    }

    async fn resource(_: &Core, _: &Self, _: Uuid, _: &Actor, _: bool) -> Result<Resource, LogError> {
        Ok(Resource::PanelMeeting)
    }
}

impl Kin for Supervision {
    fn store(core: &Core) -> &LogStore<Root<Self>> {
        &core.stores.supervisions
    }

    async fn resource(
        core: &Core,
        state: &Self,
        id: Uuid,
        _: &Actor,
        fresh: bool,
    ) -> Result<Resource, LogError> {
        let (_, register) = core.stores.register(fresh).await?;
        let posting = register.posting(id.into(), civil_date(core.clock.now()));
        Ok(Resource::Supervision(SupervisionAttributes {
            practitioner: Some(id.into()),
            supervisor: state.supervisor,
            team: posting.map(|posting| posting.team),
        }))
    }
}
