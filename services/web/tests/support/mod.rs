//! The pages on a record of their own, and answers read as a browser reads them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::routing::get;
use caseledger_access::Access;
use caseledger_access::demo::DemoIssuer;
use caseledger_aggregates::Authority;
use caseledger_commands::{Actor, Date, Role, Timestamp, oversight};
use caseledger_dispatch::{Dispatcher, Figures, IdSource, NotTold, registry};
use caseledger_log::{Clock, Log, Options, Position};
use caseledger_projections::Projections;
use caseledger_web::{Parts, SignIn, Web};
use prometheus::Registry;
use scraper::{Html, Selector};
use tower::ServiceExt;
use uuid::Uuid;

/// Noon on 3 July 2017.
struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        "2017-07-03T12:00:00Z".parse().expect("a moment")
    }
}

/// Ids that count.
struct CountingIds(AtomicU64);

impl IdSource for CountingIds {
    fn new_id(&self) -> Uuid {
        let number = u128::from(self.0.fetch_add(1, Ordering::SeqCst));
        Uuid::from_u128(0x0159_0000_0000_7000_8000_0001_0000_0000 + number)
    }
}

/// No page records commentary: nobody asks for its figures.
struct NoFigures;

#[async_trait::async_trait]
impl Figures for NoFigures {
    fn knows(&self, _: &str) -> bool {
        false
    }

    async fn figures(
        &self,
        _: &str,
        _: (Date, Date),
        _: Position,
    ) -> Result<Vec<oversight::Figure>, NotTold> {
        Ok(vec![])
    }
}

pub struct App {
    router: Router,
    dispatcher: Dispatcher,
    projections: Projections,
    _folder: tempfile::TempDir,
}

/// An answer, read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    /// The texts of what a selector finds, with single spaces.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        let page = Html::parse_document(&self.text);
        let selector = Selector::parse(selector).expect("a selector");
        let text = |found: scraper::ElementRef<'_>| {
            found.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
        };
        page.select(&selector).map(text).collect()
    }

    pub fn heading(&self) -> String {
        self.texts("h1").join("|")
    }
}

impl App {
    pub async fn new() -> Self {
        Self::with(SignIn::Demonstration).await
    }

    pub async fn with(sign_in: impl FnOnce(Arc<DemoIssuer>) -> SignIn) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock: Arc<dyn Clock> = Arc::new(Noon);
        let store = format!("sqlite:{}", folder.path().join("log.db").display());
        let log = Log::open(&store, Options::new(Arc::clone(&clock))).await.expect("the log opens");
        let registry = Registry::new();
        let authority = Arc::new(Authority::default());
        let projections = Projections::open(&log, Arc::clone(&authority), Arc::clone(&clock), &registry);
        let projections = projections.await.expect("the tables are made");
        let access = Arc::new(Access::new().expect("the policies parse"));
        let dispatcher = Dispatcher::new(caseledger_dispatch::Parts {
            log,
            access: Arc::clone(&access),
            authority,
            clock: Arc::clone(&clock),
            ids: Arc::new(CountingIds(AtomicU64::new(0))),
            metrics: caseledger_dispatch::metrics::Metrics::register(&registry).expect("registered once"),
            figures: Arc::new(NoFigures),
        });
        let now = Arc::new(move || clock.now());
        let issuer = Arc::new(DemoIssuer::new("http://127.0.0.1:1", "caseledger", [7; 32], now));
        let web = Web::new(Parts {
            dispatcher: dispatcher.clone(),
            projections: projections.clone(),
            access,
            authenticator: Arc::new(issuer.authenticator().expect("the issuer's settings are sound")),
            sign_in: sign_in(issuer),
            session_key: [9; 32],
            secure: false,
        });
        let router = web.before(beside().merge(web.routes()));
        Self { router, dispatcher, projections, _folder: folder }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("infallible");
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("the body ends");
        let text = String::from_utf8(bytes.into()).expect("UTF-8");
        Answer { status: parts.status, headers: parts.headers, text }
    }

    pub async fn get(&self, cookie: &str, path: &str) -> Answer {
        let request = Request::builder().uri(path).header("cookie", cookie);
        let request = request.header("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
        self.send(request.body(Body::empty()).expect("a request")).await
    }

    pub async fn post(&self, cookie: &str, path: &str, form: &str) -> Answer {
        let request = Request::builder()
            .method("POST")
            .uri(path)
            .header("cookie", cookie)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.send(request.body(Body::from(form.to_owned())).expect("a request")).await
    }

    /// The cookie of a session as that persona.
    pub async fn sign_in(&self, persona: &str) -> String {
        let answer = self.post("", "/sign-in", &format!("persona={persona}&to=%2Freports")).await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/reports"));
        answer.header("set-cookie").split(';').next().expect("a cookie").to_owned()
    }

    /// A referral, as a school makes it; its first event is the third of the log.
    pub async fn case(&self) -> Uuid {
        let example = |collection: &str, command: &str| {
            (registry::find(collection, command).expect("in the table").spec.example)()
        };
        let referral = example("cases", "receive-referral");
        let school = Actor { roles: vec![Role::Referrer], ..Actor::process("set-up") };
        for person in [&referral["children"][0], &referral["adults"][0]] {
            let id = person.as_str().expect("an id").parse().expect("a UUID");
            let message = example("people", "register-person");
            self.dispatch(&school, ("people", "register-person"), message, Some(id)).await;
        }
        let case = self.dispatch(&school, ("cases", "receive-referral"), referral, None).await;
        self.projections.catch_up().await.expect("the projections follow");
        case
    }

    async fn dispatch(
        &self,
        actor: &Actor,
        (collection, command): (&str, &str),
        message: serde_json::Value,
        id: Option<Uuid>,
    ) -> Uuid {
        let request = caseledger_dispatch::Request {
            collection: collection.to_owned(),
            command: command.to_owned(),
            message,
            id,
            ..caseledger_dispatch::Request::default()
        };
        self.dispatcher.dispatch(actor, request).await.expect("the command is accepted").id
    }
}

/// What stands in for the API: a route that says whether it was asked by somebody, and problem details elsewhere.
fn beside() -> Router {
    let asked = |headers: HeaderMap| async move {
        if headers.contains_key(header::AUTHORIZATION) { "somebody" } else { "nobody" }
    };
    let problem = || async {
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        (StatusCode::NOT_FOUND, kind, "{\"title\":\"There is nothing at this address.\"}")
    };
    Router::new().route("/v1/echo", get(asked).post(asked)).fallback(problem)
}
