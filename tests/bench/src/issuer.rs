//! The identity provider of a run: every practitioner of the store can have a token.

use std::error::Error;
use std::sync::Arc;

use axum::routing::get;
use axum::{Json, Router};
use caseledger::clock::MachineClock;
use caseledger_access::demo::{DemoIssuer, Persona};
use caseledger_commands::Role;
use caseledger_log::Clock;
use tokio::net::TcpListener;
use uuid::Uuid;

/// The audience of its tokens.
pub const AUDIENCE: &str = "caseledger";

/// A running identity provider.
pub struct Issuer {
    issuer: Arc<DemoIssuer>,
    /// Its address, as an issuer identifier.
    pub url: String,
}

impl Issuer {
    /// Starts it on loopback.
    ///
    /// # Errors
    /// When no address is to be had.
    pub async fn start() -> Result<Self, Box<dyn Error>> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let now = Arc::new(|| MachineClock.now());
        let issuer = Arc::new(DemoIssuer::new(&url, AUDIENCE, [7; 32], now));
        let (discovery, keys) = (Arc::clone(&issuer), Arc::clone(&issuer));
        let router = Router::new()
            .route(
                "/.well-known/openid-configuration",
                get(move || async move { Json(discovery.discovery()) }),
            )
            .route("/jwks", get(move || async move { Json(keys.jwks()) }));
        tokio::spawn(caseledger_api::serve(
            listener,
            router,
            std::future::pending(),
            std::time::Duration::ZERO,
        ));
        Ok(Self { issuer, url })
    }

    /// A token for somebody.
    pub fn token(
        &self,
        key: &str,
        role: Role,
        practitioner: Option<Uuid>,
        agency: Option<Uuid>,
        team: Option<Uuid>,
    ) -> String {
        // A persona is known for as long as the program runs; so are the few hundred of a run.
        let persona = Persona {
            key: Box::leak(key.to_owned().into_boxed_str()),
            title: "",
            about: "",
            roles: Box::leak(Box::new([role])),
            practitioner,
            agency,
            team,
        };
        self.issuer.token_for(&persona)
    }
}
