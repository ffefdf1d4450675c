//! A pipeline over a fresh SQLite log, at noon on 3 July 2017, with ids that count.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use caseledger_access::Access;
use caseledger_aggregates::Authority;
use caseledger_aggregates::authority::Locality;
use caseledger_commands::oversight::Figure;
use caseledger_commands::{Actor, AgencyId, Date, Role, TeamId, Timestamp};
use caseledger_dispatch::metrics::Metrics;
use caseledger_dispatch::{
    Dispatcher, Figures, IdSource, NotTold, Parts, Receipt, Rejection, Request, registry,
};
use caseledger_log::{Clock, Log, Options, Position};
use prometheus::Registry;
use serde_json::{Value, json};
use uuid::Uuid;

/// A clock that stands still until it is moved.
pub struct StandingClock(AtomicI64);

impl StandingClock {
    pub fn move_to(&self, text: &str) {
        let moment: Timestamp = text.parse().expect("a moment");
        self.0.store(moment.as_second(), Ordering::SeqCst);
    }
}

impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).expect("within range")
    }
}

/// Ids that count.
pub struct CountingIds(AtomicU64);

impl IdSource for CountingIds {
    fn new_id(&self) -> Uuid {
        id(0x1_0000 + self.0.fetch_add(1, Ordering::SeqCst))
    }
}

pub struct Pipeline {
    pub dispatcher: Dispatcher,
    pub clock: Arc<StandingClock>,
    pub registry: Registry,
    pub store: String,
    pub folder: tempfile::TempDir,
}

impl Pipeline {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = format!("sqlite:{}", folder.path().join("log.db").display());
        Self::over(store, folder).await
    }

    pub async fn over(store: String, folder: tempfile::TempDir) -> Self {
        let clock = Arc::new(StandingClock(AtomicI64::new(0)));
        clock.move_to("2017-07-03T12:00:00Z");
        let registry = Registry::new();
        let dispatcher = dispatcher(&store, &clock, &registry).await;
        register_family(&dispatcher).await;
        Self { dispatcher, clock, registry, store, folder }
    }

    /// Another instance over the same store.
    pub async fn another(&self) -> Dispatcher {
        dispatcher(&self.store, &self.clock, &Registry::new()).await
    }

    pub async fn send(&self, actor: &Actor, request: Request) -> Result<Receipt, Rejection> {
        self.dispatcher.dispatch(actor, request).await
    }

    /// Opens a case as a school does.
    pub async fn referral(&self) -> Uuid {
        self.send(&school(), receive_referral()).await.expect("accepted").id
    }

    pub async fn head(&self) -> u64 {
        self.dispatcher.log().head().await.expect("the log answers")
    }
}

async fn dispatcher(store: &str, clock: &Arc<StandingClock>, registry: &Registry) -> Dispatcher {
    let clock: Arc<dyn Clock> = clock.clone();
    let log = Log::open(store, Options::new(Arc::clone(&clock))).await.expect("the log opens");
    Dispatcher::new(Parts {
        log,
        access: Arc::new(Access::new().expect("the policies parse")),
        authority: Arc::new(Authority {
            id: "northshire".to_owned(),
            localities: vec![Locality { name: "Harbour".to_owned() }],
            ..Authority::default()
        }),
        clock,
        ids: Arc::new(CountingIds(AtomicU64::new(0))),
        metrics: Metrics::register(registry).expect("registered once"),
        figures: Arc::new(HalfOfIt),
    })
}

/// Tells of one measure, that it is half.
pub struct HalfOfIt;

#[async_trait::async_trait]
impl Figures for HalfOfIt {
    fn knows(&self, measure: &str) -> bool {
        measure == "partner-led"
    }

    async fn figures(&self, _: &str, _: (Date, Date), _: Position) -> Result<Vec<Figure>, NotTold> {
        let label = "The whole authority".to_owned();
        Ok(vec![Figure { label, value: 0.5, numerator: Some(1), denominator: Some(2) }])
    }
}

/// Enters the family that the examples name in the people register: [`FAMILY`] events.
pub async fn register_family(dispatcher: &Dispatcher) {
    let referral = example("cases", "receive-referral");
    let people = [&referral["children"][0], &referral["adults"][0]];
    for person in people.map(|id| id.as_str().expect("an id").parse::<Uuid>().expect("a UUID")) {
        let entry = request("people", "register-person", example("people", "register-person"));
        let entry = Request { correlation: Some("set-up".to_owned()), ..entry.on(person) };
        // A store that is opened again has them already.
        _ = dispatcher.dispatch(&practitioner(), entry).await;
    }
}

/// How many events a fresh store has, those of [`register_family`].
pub const FAMILY: u64 = 2;

pub fn id(number: u64) -> Uuid {
    Uuid::from_u128(0x0159_0000_0000_7000_8000_0000_0000_0000 + u128::from(number))
}

pub fn actor(subject: &str, role: Role) -> Actor {
    Actor {
        subject: subject.to_owned(),
        roles: vec![role],
        practitioner: None,
        agency: None,
        team: None,
        on_behalf_of: None,
    }
}

pub fn school() -> Actor {
    Actor { agency: Some(AgencyId::from(id(0xa2))), ..actor("school-17", Role::Referrer) }
}

/// A practitioner of the locality team: takes up referrals that nobody holds yet.
pub fn practitioner() -> Actor {
    Actor {
        practitioner: Some(id(0xc1).into()),
        agency: Some(id(0xa1).into()),
        team: Some(TeamId::from(id(0xb1))),
        ..actor("practitioner-1", Role::Practitioner)
    }
}

/// The example of a command from the table.
pub fn example(collection: &str, command: &str) -> Value {
    (registry::find(collection, command).expect("in the table").spec.example)()
}

pub fn request(collection: &str, command: &str, message: Value) -> Request {
    Request { collection: collection.to_owned(), command: command.to_owned(), message, ..Request::default() }
}

pub fn receive_referral() -> Request {
    request("cases", "receive-referral", example("cases", "receive-referral"))
}

pub fn acknowledge(case: Uuid) -> Request {
    request("cases", "acknowledge-referral", json!({ "told_by": "telephone" })).on(case)
}
