//! The pages of a caseledger: reports with their charts, the cases behind a figure, and signing in.
//!
//! Everything is rendered on the server and works without script. [`Web::serve`] puts the pages beside the API, on the same
//! listener. What is pure can be used without a server, to write reports into files: [`told`] is a measure's answer,
//! [`headline`] its sentences, [`chart`] its SVG, [`report`] its page's content, [`inspection`] the other pages of a pack for
//! an inspection, [`layout::Leaf`] a page around them.

pub mod assets;
pub mod chart;
pub mod components;
mod door;
pub mod engine;
pub mod headline;
pub mod inspection;
pub mod layout;
mod pages;
pub mod report;
mod said;
mod session;
pub mod spoken;
pub mod told;
mod trouble;
pub mod words;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use caseledger_access::demo::DemoIssuer;
use caseledger_access::{Access, Authenticator};
use caseledger_dispatch::Dispatcher;
use caseledger_projections::Projections;

use session::Sessions;

/// How people sign in with a browser.
#[derive(Clone)]
pub enum SignIn {
    /// As a persona of the demonstration.
    Demonstration(Arc<DemoIssuer>),
    /// With the identity provider of that issuer.
    Provider(String),
}

/// What the pages are made from.
pub struct Parts {
    /// Says how things stand by the log itself, and what the authority's settings are.
    pub dispatcher: Dispatcher,
    /// Answers queries.
    pub projections: Projections,
    /// Decides who may; the same policies as the dispatcher's.
    pub access: Arc<Access>,
    /// Says who asks.
    pub authenticator: Arc<Authenticator>,
    /// How people sign in.
    pub sign_in: SignIn,
    /// What sessions are sealed with: the same for all instances that a browser may meet.
    pub session_key: [u8; 32],
    /// Whether browsers reach the service by https.
    pub secure: bool,
}

/// The pages. Cheap to clone.
#[derive(Clone)]
pub struct Web {
    inner: Arc<Inner>,
}

/// What all pages share.
struct Inner {
    dispatcher: Dispatcher,
    projections: Projections,
    access: Arc<Access>,
    authenticator: Arc<Authenticator>,
    sign_in: SignIn,
    sessions: Sessions,
    service: String,
}

impl Web {
    /// Pages of these parts.
    pub fn new(parts: Parts) -> Self {
        let Parts { dispatcher, projections, access, authenticator, sign_in, session_key, secure } = parts;
        let authority = dispatcher.authority();
        let name = if authority.name.is_empty() { "Early help" } else { authority.name.as_str() };
        let service = format!("{name}: caseledger");
        let sessions = Sessions::new(&session_key, secure);
        let inner = Inner { dispatcher, projections, access, authenticator, sign_in, sessions, service };
        Self { inner: Arc::new(inner) }
    }

    /// The routes of the pages, to stand beside those of the API.
    pub fn routes(&self) -> Router {
        Router::new()
            .route("/", get(pages::front))
            .route("/assets/{file}", get(assets::serve))
            .route("/sign-in", get(pages::sign_in::form).post(pages::sign_in::begin))
            .route("/sign-out", axum::routing::post(pages::sign_in::end))
            .route("/reports", get(pages::reports::index))
            .route("/reports/{measure}", get(pages::reports::measure))
            .route("/reports/{measure}/cases", get(pages::behind::cases))
            .route("/cases/{id}", get(pages::case::case))
            .route("/events", get(pages::events::events))
            .with_state(self.clone())
    }

    /// Puts a browser's door before all routes: it reads the API's answers with the token of its session, and what goes
    /// wrong is told as a page.
    pub fn before(&self, routes: Router) -> Router {
        routes.layer(axum::middleware::from_fn_with_state(self.clone(), door::pass))
    }
}
