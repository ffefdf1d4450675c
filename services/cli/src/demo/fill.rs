//! Fills a store with the demonstration's year.

use std::sync::Arc;
use std::time::Duration;

use caseledger_log::{Clock, Log};
use indicatif::{ProgressBar, ProgressStyle};

use super::cohort::{Cohort, Days};
use super::play::{self, Played};
use super::{Roster, World};
use crate::clock::MachineClock;
use crate::exit::Failure;
use crate::settings::Settings;
use crate::wire::Station;

/// What a fill has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filled {
    /// Commands and the events that followed from them at once.
    pub played: Played,
    /// All events of the log.
    pub events: u64,
    /// How long it took.
    pub took: Duration,
}

/// Whether there is anything in the log.
///
/// # Errors
/// [`Failure::Unavailable`] when the store does not answer.
pub async fn is_filled(log: &Log) -> Result<bool, Failure> {
    log.head().await.map(|head| head > 0).map_err(Failure::unavailable)
}

/// Plays the year of an authority of so many thousandths of the letter's size.
///
/// # Errors
/// [`Failure::Failed`] when a command of the script is refused, [`Failure::Unavailable`] when the store fails.
pub async fn fill(settings: &Settings, seed: u64, permille: u32) -> Result<Filled, Failure> {
    let started = MachineClock.now();
    let clock = play::clock();
    let station = Station::open(settings, Arc::clone(&clock) as Arc<dyn Clock>).await?;
    let authority = &settings.authority;
    let cohort = Cohort::plan(seed, permille, &authority.calendar);
    let roster = Roster::invent(authority, seed, permille);
    let days = Days::of(&authority.calendar);
    let steps = World { authority, cohort: &cohort, roster: &roster, days: &days, seed }.steps();

    let bar = ProgressBar::new(steps.len() as u64).with_style(style());
    let played = play::play(steps, &clock, &station.dispatcher, &station.processes, |day, commands| {
        bar.set_position(commands as u64);
        bar.set_message(day.strftime("%B %Y").to_string());
    })
    .await?;
    bar.set_message("read models");
    station.catch_up().await?;
    bar.finish_and_clear();
    let events = station.log.head().await.map_err(Failure::unavailable)?;
    station.log.close().await;
    let took = MachineClock.now().duration_since(started).unsigned_abs();
    Ok(Filled { played, events, took })
}

/// The bar draws on stderr, and only on a terminal.
fn style() -> ProgressStyle {
    ProgressStyle::with_template("{msg:>16} {wide_bar} {pos}/{len} commands, {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}
