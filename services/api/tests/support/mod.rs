//! The door in front of a fresh SQLite log and the demonstration's issuer, at noon on 3 July 2017.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use caseledger_access::Access;
use caseledger_access::demo::{DemoIssuer, persona};
use caseledger_aggregates::Authority;
use caseledger_api::{Api, Metrics, Ops, Parts, Settings, ToldFigures, ops_router, router};
use caseledger_commands::{Actor, Role, Timestamp};
use caseledger_dispatch::{Dispatcher, IdSource, registry};
use caseledger_log::{Clock, Log, Options};
use caseledger_projections::Projections;
use prometheus::Registry;
use serde_json::Value;
use tower::ServiceExt;
use uuid::Uuid;

/// Noon on 3 July 2017.
pub struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        "2017-07-03T12:00:00Z".parse().expect("a moment")
    }
}

/// Ids that count.
struct CountingIds(AtomicU64);

impl IdSource for CountingIds {
    fn new_id(&self) -> Uuid {
        id(0x1_0000 + self.0.fetch_add(1, Ordering::SeqCst))
    }
}

pub struct TestApp {
    pub router: Router,
    pub ops: Router,
    pub dispatcher: Dispatcher,
    pub projections: Projections,
    issuer: DemoIssuer,
    folder: Arc<tempfile::TempDir>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {}", self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    /// Status, type, rule and field of a problem, in one line.
    pub fn problem(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text);
        let body = self.json();
        let member = |name: &str| body[name].as_str().unwrap_or("-").to_owned();
        assert_eq!(body["status"], self.status.as_u16());
        format!("{} {} {} {}", self.status.as_u16(), member("type"), member("rule"), member("field"))
    }
}

impl TestApp {
    pub async fn new() -> Self {
        Self::with(Settings::default()).await
    }

    pub async fn with(settings: Settings) -> Self {
        let app = Self::not_told_of(settings).await;
        app.projections.catch_up().await.expect("the first events are told of");
        app
    }

    /// One whose projections have not begun.
    pub async fn not_told_of(settings: Settings) -> Self {
        Self::at(Arc::new(tempfile::tempdir().expect("a folder")), settings, 0).await
    }

    /// Another instance on the same store.
    pub async fn beside(&self) -> Self {
        Self::at(Arc::clone(&self.folder), Settings::default(), 0x1_0000).await
    }

    /// One on the store in a folder, whose ids count from a number.
    async fn at(folder: Arc<tempfile::TempDir>, settings: Settings, first_id: u64) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(Noon);
        let store = format!("sqlite:{}", folder.path().join("log.db").display());
        let log = Log::open(&store, Options::new(Arc::clone(&clock))).await.expect("the log opens");
        let registry = Registry::new();
        let authority = Arc::new(Authority { id: "northshire".to_owned(), ..Authority::default() });
        let projections = Projections::open(&log, Arc::clone(&authority), Arc::clone(&clock), &registry);
        let projections = projections.await.expect("the tables are made");
        let access = Arc::new(Access::new().expect("the policies parse"));
        let figures = Arc::new(ToldFigures::new(projections.clone(), Arc::clone(&authority)));
        let dispatcher = Dispatcher::new(caseledger_dispatch::Parts {
            log,
            access: Arc::clone(&access),
            authority,
            clock: Arc::clone(&clock),
            ids: Arc::new(CountingIds(AtomicU64::new(first_id))),
            metrics: caseledger_dispatch::metrics::Metrics::register(&registry).expect("registered once"),
            figures,
        });
        register_family(&dispatcher).await;
        let now = Arc::new(move || clock.now());
        let issuer = DemoIssuer::new("http://127.0.0.1:1", "caseledger", [7; 32], now);
        let api = Api::new(Parts {
            dispatcher: dispatcher.clone(),
            projections: projections.clone(),
            access,
            authenticator: Arc::new(issuer.authenticator().expect("the issuer's settings are sound")),
            metrics: Metrics::register(&registry).expect("registered once"),
            settings,
        });
        let ops = ops_router(Ops {
            dispatcher: dispatcher.clone(),
            projections: projections.clone(),
            registry,
            longest_lag_seconds: 60.0,
        });
        Self { router: router(api), ops, dispatcher, projections, issuer, folder }
    }

    pub fn token(&self, key: &str) -> String {
        self.issuer.token_for(persona(key).expect("a persona"))
    }

    /// A request as that persona.
    pub fn as_persona(&self, key: &str, method: &str, path: &str) -> axum::http::request::Builder {
        Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {}", self.token(key)))
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        answer_of(self.router.clone().oneshot(request).await.expect("infallible")).await
    }

    pub async fn post(&self, key: &str, path: &str, body: &Value) -> Answer {
        self.post_with(key, path, body, &[]).await
    }

    pub async fn post_with(&self, key: &str, path: &str, body: &Value, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.as_persona(key, "POST", path).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body.to_string())).expect("a request")).await
    }

    pub async fn get(&self, key: &str, path: &str) -> Answer {
        self.send(self.as_persona(key, "GET", path).body(Body::empty()).expect("a request")).await
    }

    /// Opens a case as a school does, and gives its id.
    pub async fn referral(&self) -> String {
        let answer = self.post("school-referrer", "/v1/cases/receive-referral", &referral()).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        answer.json()["id"].as_str().expect("an id").to_owned()
    }
}

pub async fn answer_of(response: axum::response::Response) -> Answer {
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.expect("the body ends");
    let text = String::from_utf8(bytes.into()).expect("UTF-8");
    Answer { status: parts.status, headers: parts.headers, text }
}

/// Enters the family that the examples name in the people register: [`FAMILY`] events.
pub async fn register_family(dispatcher: &Dispatcher) {
    let referral = example("cases", "receive-referral");
    let people = [&referral["children"][0], &referral["adults"][0]];
    let registrar = Actor { roles: vec![Role::Referrer], ..Actor::process("set-up") };
    for person in people.map(|id| id.as_str().expect("an id").parse::<Uuid>().expect("a UUID")) {
        let entry = caseledger_dispatch::Request {
            collection: "people".to_owned(),
            command: "register-person".to_owned(),
            message: example("people", "register-person"),
            ..caseledger_dispatch::Request::default()
        };
        let entry =
            caseledger_dispatch::Request { correlation: Some("set-up".to_owned()), ..entry.on(person) };
        // A store that is opened again has them already.
        _ = dispatcher.dispatch(&registrar, entry).await;
    }
}

/// How many events a fresh store has, those of [`register_family`].
pub const FAMILY: u64 = 2;

pub fn id(number: u64) -> Uuid {
    Uuid::from_u128(0x0159_0000_0000_7000_8000_0000_0000_0000 + u128::from(number))
}

pub fn example(collection: &str, command: &str) -> Value {
    (registry::find(collection, command).expect("in the table").spec.example)()
}

pub fn referral() -> Value {
    example("cases", "receive-referral")
}
