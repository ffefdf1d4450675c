//! `projections status`, `projections rebuild` and `projections discard`.

use std::sync::Arc;

use caseledger_projections::{RunnerError, Status};
use indicatif::{ProgressBar, ProgressStyle};

use crate::clock::MachineClock;
use crate::exit::Failure;
use crate::output::tell;
use crate::settings::Settings;
use crate::wire::Station;

/// Says where each projection stands.
///
/// # Errors
/// [`Failure::Incomplete`] when one stands still at an event.
pub async fn status(settings: &Settings, json: bool) -> Result<(), Failure> {
    let station = Station::open_existing(settings, Arc::new(MachineClock)).await?;
    let all = station.projections.status().await;
    station.log.close().await;
    let all = all.map_err(Failure::unavailable)?;
    if json {
        super::print_json(&all)?;
    } else {
        for status in &all {
            tell!("{}", line(status));
        }
    }
    match all.iter().filter(|status| status.stopped_at.is_some()).count() {
        0 => Ok(()),
        stopped => Err(Failure::Incomplete(format!("{stopped} projections stand still."))),
    }
}

/// A projection in a line.
pub fn line(status: &Status) -> String {
    let Status { name, version, position, lag_events, lag_seconds, stopped_at, reason, .. } = status;
    match stopped_at {
        Some(at) => {
            let reason = reason.as_deref().unwrap_or("unknown");
            format!("{name:16} v{version}  at {position}, stopped before position {at}: {reason}")
        }
        None => {
            format!("{name:16} v{version}  at {position}, {lag_events} events ({lag_seconds:.1} s) behind")
        }
    }
}

/// Folds the log anew, beside what people read: the projections of these names, or all of them when none is named.
///
/// # Errors
/// [`Failure::NotFound`] when none is called so, [`Failure::Incomplete`] when some can't be folded; the others are rebuilt.
pub async fn rebuild(settings: &Settings, names: &[String], json: bool) -> Result<(), Failure> {
    let station = Station::open_existing(settings, Arc::new(MachineClock)).await?;
    let mut names: Vec<&str> = match names {
        [] => station.projections.specs().map(|spec| spec.name).collect(),
        names => names.iter().map(String::as_str).collect(),
    };
    names.sort_unstable();
    names.dedup();
    let outcome = rebuild_all(&station, &names).await;
    station.log.close().await;
    let stopped = outcome?;
    let stands = |name: &&str| {
        stopped.iter().any(|one| matches!(one, RunnerError::Stopped { projection, .. } if projection == name))
    };
    let rebuilt: Vec<&str> = names.into_iter().filter(|name| !stands(name)).collect();
    if json {
        let stopped: Vec<String> = stopped.iter().map(ToString::to_string).collect();
        super::print_json(&serde_json::json!({ "rebuilt": rebuilt, "stopped": stopped }))?;
    }
    for name in rebuilt {
        eprintln!("{name} was rebuilt.");
    }
    if stopped.is_empty() {
        return Ok(());
    }
    let told: Vec<String> =
        stopped.iter().map(|error| format!("{error}. Its rows are as they were before.")).collect();
    Err(Failure::Incomplete(told.join("\n")))
}

/// Removes what earlier versions of the program folded and nobody reads any more.
///
/// # Errors
/// [`Failure::Unavailable`] when the store can't be reached or does not let go of a table.
pub async fn discard(settings: &Settings, json: bool) -> Result<(), Failure> {
    let station = Station::open_existing(settings, Arc::new(MachineClock)).await?;
    let discarded = station.projections.discard_older().await;
    station.log.close().await;
    let discarded = discarded.map_err(Failure::unavailable)?;
    if json {
        super::print_json(&serde_json::json!({ "discarded": discarded }))?;
    }
    match discarded.is_empty() {
        true => eprintln!("There is nothing of an earlier version that nobody reads any more."),
        false => discarded.iter().for_each(|what| eprintln!("{what} was removed.")),
    }
    Ok(())
}

async fn rebuild_all(station: &Station, names: &[&str]) -> Result<Vec<RunnerError>, Failure> {
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} events");
    let bar = ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let told = bar.clone();
    let rebuilt = station.projections.rebuild_together(names, move |progress| {
        told.set_length(progress.of);
        told.set_position(progress.position);
    });
    let stopped = rebuilt.await.map_err(|error| match error {
        RunnerError::Unknown(_) => Failure::NotFound(error.to_string()),
        other => Failure::failed(other),
    })?;
    bar.finish_and_clear();
    Ok(stopped)
}
