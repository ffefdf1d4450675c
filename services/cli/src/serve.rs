//! Serving: two listeners, the projections and processes beside them, and an orderly end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use caseledger_access::demo::{DemoIssuer, require_loopback};
use caseledger_access::{Authenticator, IdentityConfig};
use caseledger_api as api;
use caseledger_log::{Clock, StreamId};
use caseledger_web as web;
use tokio::net::TcpListener;
use tokio::runtime;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use crate::clock::{MachineClock, unguessable};
use crate::demo_issuer;
use crate::exit::Failure;
use crate::settings::{Http, Identity, Settings};
use crate::wire::Station;

/// What is left of the patience for the log, however long the last requests have taken.
const LAST_MOMENT: Duration = Duration::from_secs(1);

/// How far a projection may lag before `/readyz` says that it is not as it should be.
const LONGEST_LAG_SECONDS: f64 = 30.0;
/// A log of so many events is told of within moments.
const SHORT_LOG: u64 = 10_000;
/// How long a start waits for that.
const LONGEST_START: Duration = Duration::from_secs(10);
/// How long a start may take to remember what will be asked for first.
const LONGEST_WARM_UP: Duration = Duration::from_secs(3);

/// Who vouches for whoever asks, and the routes of the demonstration's issuer, if it is that.
pub struct Door {
    /// Tells who asks.
    pub authenticator: Arc<Authenticator>,
    /// How people sign in with a browser.
    pub sign_in: web::SignIn,
    /// Whether browsers reach it by https.
    pub secure: bool,
}

/// Serves until the process is told to stop.
///
/// # Errors
/// [`Failure::Usage`] without an identity provider; [`Failure::Unavailable`] when store or addresses can't be had.
pub async fn run(settings: &Settings) -> Result<(), Failure> {
    let clock: Arc<dyn Clock> = Arc::new(MachineClock);
    let listeners = listen(settings).await?;
    let (address, ops_address) = (listeners.0.local_addr()?, listeners.1.local_addr()?);
    let door = door(&settings.identity, address, &clock)?;
    tracing::info!(%address, %ops_address, store = settings.store_to_show(), "starting");
    let station = answering(&listeners, start(settings, clock)).await?;
    tracing::info!(%address, %ops_address, store = settings.store_to_show(), "serving");
    serve(station, door, listeners, &settings.http).await
}

/// Makes everything ready that is to be served.
async fn start(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Station, Failure> {
    let station = Station::open(settings, clock).await?;
    find_out_whether_it_can_be_written(&station);
    station.register_settings().await?;
    remember(&station).await;
    tell_of_a_short_log(&station).await?;
    Ok(station)
}

/// Answers on both listeners that the service is starting, for as long as that takes.
pub async fn answering<T>(
    (listener, ops_listener): &(TcpListener, TcpListener),
    start: impl Future<Output = T>,
) -> T {
    let (tell, started) = watch::channel(false);
    let ready = |mut started: watch::Receiver<bool>| async move {
        // Whoever tells lives until it has told.
        let _ = started.wait_for(|started| *started).await;
    };
    let starting = async {
        let started = start.await;
        tell.send_replace(true);
        started
    };
    let (started, (), ()) = tokio::join!(
        starting,
        api::serve_meanwhile(listener, api::starting_router(), ready(started.clone())),
        api::serve_meanwhile(ops_listener, api::starting_ops_router(), ready(started)),
    );
    started
}

/// Beside the start and not within it: who holds the log's lock may be an instance that has just died, and nobody waits for
/// its end without an answer.
fn find_out_whether_it_can_be_written(station: &Station) {
    let log = station.log.clone();
    tokio::spawn(async move {
        log.probe().await;
        if let Some(error) = log.trouble() {
            tracing::error!(%error, "commands can't be written: they are refused until they can be");
        }
    });
}

/// Remembers the cases that are worked on, for commands and for projections. Without it all is as true, but the first commands
/// wait and projections fall behind, for as long as it takes to load piece by piece what they need.
async fn remember(station: &Station) {
    let (began, dispatcher) = (Instant::now(), station.dispatcher.clone());
    let until = began + LONGEST_WARM_UP;
    let Ok(Ok(streams)) = timeout_at(until, station.projections.being_worked()).await else {
        return tracing::debug!("it is not known which cases are being worked");
    };
    let streams: Arc<[StreamId]> = streams.into();
    let cases = Arc::clone(&streams);
    // What is not there by then is remembered beside the service, and more slowly.
    let commands = tokio::spawn(async move {
        match dispatcher.warm_up(&cases, until).await {
            Ok(()) => tracing::debug!(took = ?began.elapsed(), "the cases that are worked on are remembered"),
            Err(error) => tracing::debug!(%error, "the cases that are worked on were not all remembered"),
        }
    });
    // A database that does not answer is no reason not to begin.
    let projections = timeout_at(until + LONGEST_WARM_UP, station.projections.warm_up(&streams, until));
    if let (_, Err(_)) = tokio::join!(timeout_at(until, commands), projections) {
        tracing::debug!("projections remember nothing yet: it takes too long");
    }
}

/// A log that is short is told of before it is served: a new service is ready when it says so. A long one, of which other
/// projections are told for the first time, is told of while it is served; `/readyz` says that it goes on.
async fn tell_of_a_short_log(station: &Station) -> Result<(), Failure> {
    if station.log.head().await.map_err(Failure::unavailable)? > SHORT_LOG {
        return Ok(());
    }
    let told = tokio::time::timeout(LONGEST_START, station.projections.catch_up()).await;
    if let Ok(Err(error)) = told {
        tracing::warn!(%error, "a projection is not with the log");
    }
    Ok(())
}

/// Takes both addresses.
///
/// # Errors
/// [`Failure::Unavailable`] when one is taken.
pub async fn listen(settings: &Settings) -> Result<(TcpListener, TcpListener), Failure> {
    let Http { listen, ops_listen, .. } = settings.http;
    Ok((
        bind(listen, "--listen or CASELEDGER_LISTEN").await?,
        bind(ops_listen, "--ops-listen or CASELEDGER_OPS_LISTEN").await?,
    ))
}

async fn bind(address: SocketAddr, set_by: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        Failure::Unavailable(format!(
            "{address} can't be listened on: {error}. {set_by} names another address."
        ))
    })
}

/// Decides whose tokens are believed.
///
/// # Errors
/// [`Failure::Usage`] when nobody's are, or the demonstration's issuer would be open to the network.
pub fn door(identity: &Identity, address: SocketAddr, clock: &Arc<dyn Clock>) -> Result<Door, Failure> {
    let usage = |error: &dyn std::fmt::Display| Failure::Usage(error.to_string());
    let clock = Arc::clone(clock);
    let now: caseledger_access::Now = Arc::new(move || clock.now());
    if identity.demo_issuer {
        require_loopback(address).map_err(|error| usage(&error))?;
        let issuer = format!("http://{address}{}", demo_issuer::PATH);
        let issuer = Arc::new(DemoIssuer::new(&issuer, &identity.audience, unguessable(), now));
        let authenticator = Arc::new(issuer.authenticator().map_err(|error| usage(&error))?);
        return Ok(Door { authenticator, sign_in: web::SignIn::Demonstration(issuer), secure: false });
    }
    let Some(issuer) = identity.issuer.clone() else {
        return Err(Failure::Usage(
            "Name the identity provider with --issuer (and --audience), or serve a demonstration with --demo-issuer."
                .to_owned(),
        ));
    };
    let sign_in = web::SignIn::Provider(issuer.clone());
    let config = IdentityConfig { issuer, audience: identity.audience.clone(), ..IdentityConfig::default() };
    let authenticator = Arc::new(Authenticator::new(config, now).map_err(|error| usage(&error))?);
    Ok(Door { authenticator, sign_in, secure: !address.ip().is_loopback() })
}

/// Answers on both listeners until the process is told to stop; then ends what was begun.
///
/// # Errors
/// [`Failure`] when the system gives it no threads.
pub async fn serve(
    station: Station,
    door: Door,
    (listener, ops_listener): (TcpListener, TcpListener),
    http: &Http,
) -> Result<(), Failure> {
    let routes = routes(&station, door, http);
    let ops = api::ops_router(api::Ops {
        dispatcher: station.dispatcher.clone(),
        projections: station.projections.clone(),
        registry: station.registry.clone(),
        longest_lag_seconds: LONGEST_LAG_SECONDS,
    });

    let (stop, stopping) = watch::channel(None);
    tokio::spawn(async move {
        told_to_stop().await;
        tracing::info!("stopping: what was accepted is answered first");
        stop.send_replace(Some(Instant::now()));
    });
    // A fold works for milliseconds on end, and an answer would wait for its thread: projections have their own.
    let own = runtime::Builder::new_multi_thread().thread_name("projections").enable_all().build()?;
    let (processes, projections) = (Arc::clone(&station.processes), station.projections.clone());
    let following = [
        tokio::spawn(async move { processes.run().await }),
        own.spawn(async move { projections.run().await }),
    ];
    tokio::join!(
        api::serve(listener, routes, stopped(stopping.clone()), http.stop_within()),
        api::serve(ops_listener, ops, stopped(stopping.clone()), http.stop_within()),
    );
    for task in following {
        task.abort();
        // An aborted task answers that it was aborted.
        let _ = task.await;
    }
    // A database that doesn't answer must not keep the process: what was not written in time was never acknowledged.
    let told = *stopping.borrow();
    let left = http.stop_within().saturating_sub(told.map_or(Duration::ZERO, |told| told.elapsed()));
    if tokio::time::timeout(left.max(LAST_MOMENT), station.log.close()).await.is_err() {
        tracing::warn!("the log was still writing when the patience for it ended");
    }
    // Not before: connections that a projection has opened live on its threads.
    own.shutdown_background();
    tracing::info!("stopped");
    Ok(())
}

/// The pages and the API, on one listener.
fn routes(station: &Station, door: Door, http: &Http) -> Router {
    if !web::assets::STYLED {
        tracing::warn!("built without a style sheet: pages are plain ('make assets', then build again)");
    }
    let pages = web::Web::new(web::Parts {
        dispatcher: station.dispatcher.clone(),
        projections: station.projections.clone(),
        access: Arc::clone(&station.access),
        authenticator: Arc::clone(&door.authenticator),
        sign_in: door.sign_in.clone(),
        session_key: unguessable(),
        secure: door.secure,
    });
    let api = api::Api::new(api::Parts {
        dispatcher: station.dispatcher.clone(),
        projections: station.projections.clone(),
        access: Arc::clone(&station.access),
        authenticator: door.authenticator,
        metrics: station.requests.clone(),
        settings: api::Settings {
            require_idempotency_key: http.require_idempotency_key,
            ..api::Settings::default()
        },
    });
    let routes = pages.before(api::router_with(api, pages.routes()));
    match door.sign_in {
        web::SignIn::Demonstration(issuer) => {
            Router::new().nest(demo_issuer::PATH, demo_issuer::routes(issuer)).fallback_service(routes)
        }
        web::SignIn::Provider(_) => routes,
    }
}

async fn stopped(mut stopping: watch::Receiver<Option<Instant>>) {
    // The sender lives until it has sent; either way it is time to stop.
    let _ = stopping.wait_for(Option::is_some).await;
}

/// Waits for SIGTERM or SIGINT.
async fn told_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut terminate), Ok(mut interrupt)) =
            (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
        else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    }
    #[cfg(not(unix))]
    {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}
