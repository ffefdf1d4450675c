//! `doctor`: looks at everything that the service depends on, and says a line about each.

mod disk;

use std::sync::Arc;

use caseledger_access::{Authenticator, IdentityConfig};
use caseledger_log::{Clock, Database, Log};
use jiff::SignedDuration;
use serde::Serialize;

use crate::clock::MachineClock;
use crate::exit::Failure;
use crate::output::tell;
use crate::settings::Settings;
use crate::wire::Station;

/// How far the machine's clock may lie behind the newest event before it is wrong.
const CLOCK_LEEWAY: SignedDuration = SignedDuration::from_secs(5);

/// How something was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Finding {
    Well,
    /// Could not be looked at, or is not used here.
    NotLookedAt,
    /// The service works; somebody should look after this before it doesn't.
    Warning,
    Ill,
}

/// A line of the doctor's.
#[derive(Clone, Debug, Serialize)]
struct Line {
    about: &'static str,
    finding: Finding,
    detail: String,
}

/// Looks, and tells.
///
/// # Errors
/// [`Failure::Unavailable`] when the store can't be opened, [`Failure::Incomplete`] when something else is ill. A warning
/// is no failure.
pub async fn run(settings: &Settings, json: bool) -> Result<(), Failure> {
    let (lines, reached) = look(settings).await;
    if json {
        super::print_json(&lines)?;
    } else {
        for Line { about, finding, detail } in &lines {
            let sign = match finding {
                Finding::Well => "ok ",
                Finding::NotLookedAt => "-  ",
                Finding::Warning => "!  ",
                Finding::Ill => "ILL",
            };
            tell!("{sign} {about:18} {detail}");
        }
    }
    let ill = lines.iter().filter(|line| line.finding == Finding::Ill).count();
    match (ill, reached) {
        (0, _) => Ok(()),
        (_, false) => Err(Failure::Unavailable("The store can't be used.".to_owned())),
        (ill, true) => Err(Failure::Incomplete(format!("{ill} of {} are not well.", lines.len()))),
    }
}

async fn look(settings: &Settings) -> (Vec<Line>, bool) {
    let mut lines = vec![disk::look(settings)];
    lines.push(identity(settings).await);
    let station = match Station::open_existing(settings, Arc::new(MachineClock)).await {
        Ok(station) => station,
        Err(failure) => {
            lines.push(ill("database", failure.to_string()));
            return (lines, false);
        }
    };
    let head = station.log.head().await;
    lines.push(match &head {
        Ok(head) => {
            well("database", format!("{}, migrated; the log ends at {head}", settings.store_to_show()))
        }
        Err(error) => ill("database", error.to_string()),
    });
    lines.push(append_only(&station.log).await);
    lines.push(clock(&station.log, head.unwrap_or(0)).await);
    lines.extend(projections(&station).await);
    lines.push(processes(&station).await);
    station.log.close().await;
    (lines, true)
}

fn well(about: &'static str, detail: impl Into<String>) -> Line {
    Line { about, finding: Finding::Well, detail: detail.into() }
}

fn ill(about: &'static str, detail: impl Into<String>) -> Line {
    Line { about, finding: Finding::Ill, detail: detail.into() }
}

/// Whether the database itself refuses to change events.
async fn append_only(log: &Log) -> Line {
    let counted = match log.database() {
        Database::Sqlite(pool) => {
            let sql = "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'events'";
            sqlx::query_scalar::<_, i64>(sql).fetch_one(pool).await.map(|found| (found, 3))
        }
        Database::Postgres(pool) => {
            let sql = "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'events'::regclass \
                       AND tgname = 'events_are_append_only' AND tgenabled <> 'D'";
            sqlx::query_scalar::<_, i64>(sql).fetch_one(pool).await.map(|found| (found, 1))
        }
    };
    match counted {
        Ok((found, needed)) if found >= needed => {
            well("append-only", "the database refuses to change or delete events")
        }
        Ok((found, needed)) => ill(
            "append-only",
            format!("{found} of {needed} triggers that refuse changes to events are there"),
        ),
        Err(error) => ill("append-only", error.to_string()),
    }
}

/// Whether the machine's clock lies behind what the log has seen.
async fn clock(log: &Log, head: u64) -> Line {
    let now = MachineClock.now();
    let newest = match log.read_after(head.saturating_sub(1), 1).await {
        Ok(events) => events.into_iter().next(),
        Err(error) => return ill("clock", error.to_string()),
    };
    match newest {
        Some(event) if now + CLOCK_LEEWAY < event.recorded_at => {
            ill("clock", format!("{now:.0} lies before the newest event, {:.0}", event.recorded_at))
        }
        Some(event) => {
            well("clock", format!("{now:.0}; the newest event was recorded at {:.0}", event.recorded_at))
        }
        None => well("clock", format!("{now:.0}; the log is empty")),
    }
}

async fn identity(settings: &Settings) -> Line {
    let about = "identity provider";
    let Some(issuer) = settings.identity.issuer.clone() else {
        let detail = "none is named; 'serve' needs --issuer".to_owned();
        return Line { about, finding: Finding::NotLookedAt, detail };
    };
    let audience = settings.identity.audience.clone();
    let config = IdentityConfig { issuer: issuer.clone(), audience, ..IdentityConfig::default() };
    let checked = match Authenticator::new(config, Arc::new(|| MachineClock.now())) {
        Ok(authenticator) => authenticator.check().await.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    match checked {
        Ok(()) => well(about, format!("{issuer} gives its keys")),
        Err(error) => ill(about, format!("{issuer}: {error}")),
    }
}

async fn projections(station: &Station) -> Vec<Line> {
    match station.projections.status().await {
        Err(error) => vec![ill("projections", error.to_string())],
        Ok(all) => all
            .iter()
            .map(|status| {
                let told = super::projections::line(status);
                if status.stopped_at.is_some() { ill("projection", told) } else { well("projection", told) }
            })
            .collect(),
    }
}

/// Whether the commands that follow from events were accepted. One that was refused is for a person to look at.
async fn processes(station: &Station) -> Line {
    const NEWEST: u32 = 20;
    let about = "processes";
    let refused = match station.processes.refusals(NEWEST).await {
        Ok(refused) => refused,
        Err(error) => return ill(about, error.to_string()),
    };
    let Some(newest) = refused.first() else { return well(about, "everything that they sent was accepted") };
    let more =
        if refused.len() > 1 { format!(", and {} before it", refused.len() - 1) } else { String::new() };
    let detail = format!(
        "{} sent '{}' to {} for the event at position {}, and it was refused ({}){more}: somebody has to do it by hand",
        newest.process, newest.command, newest.target, newest.position, newest.kind
    );
    Line { about, finding: Finding::Warning, detail }
}
