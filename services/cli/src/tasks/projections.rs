//! `projections status` and `projections rebuild`.

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

/// Folds the log anew, beside what people read.
///
/// # Errors
/// [`Failure::NotFound`] when none is called so, [`Failure::Failed`] when it can't be folded.
pub async fn rebuild(settings: &Settings, name: Option<&str>, json: bool) -> Result<(), Failure> {
    let station = Station::open_existing(settings, Arc::new(MachineClock)).await?;
    let names: Vec<&str> = match name {
        Some(name) => vec![name],
        None => station.projections.specs().map(|spec| spec.name).collect(),
    };
    let outcome = rebuild_all(&station, &names).await;
    station.log.close().await;
    outcome?;
    if json { super::print_json(&serde_json::json!({ "rebuilt": names })) } else { Ok(()) }
}

async fn rebuild_all(station: &Station, names: &[&str]) -> Result<(), Failure> {
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} events");
    let bar = ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let told = bar.clone();
    let rebuilt = station.projections.rebuild_together(names, move |progress| {
        told.set_length(progress.of);
        told.set_position(progress.position);
    });
    rebuilt.await.map_err(|error| match error {
        RunnerError::Unknown(_) => Failure::NotFound(error.to_string()),
        other => Failure::failed(other),
    })?;
    bar.finish_and_clear();
    for name in names {
        eprintln!("{name} was rebuilt.");
    }
    Ok(())
}
