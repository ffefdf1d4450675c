//! Fills a store with the demonstration's year.

use std::sync::Arc;
use std::time::Duration;

use caseledger_aggregates::calendar::Calendar;
use caseledger_log::{Clock, Log, SQLITE_FILES, sqlite_file};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;

use super::cohort::{Cohort, Days, LAST_DAY};
use super::play::{self, Played};
use super::step::moment;
use super::{Roster, World};
use crate::clock::MachineClock;
use crate::exit::Failure;
use crate::settings::Settings;
use crate::wire::{self, Station};

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

/// What a log holds, as far as a demonstration is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// Nothing yet.
    Nothing,
    /// A demonstration's year.
    Year,
    /// The beginning of one: whatever played it was stopped at that moment of the year.
    Part(Timestamp),
    /// Something else: its first event was recorded after the demonstration's year.
    Else,
}

/// Looks at both ends of a store's log.
///
/// # Errors
/// [`Failure::Unavailable`] when the store does not answer.
pub async fn held(settings: &Settings) -> Result<Held, Failure> {
    if wire::sqlite_path(&settings.store).is_some_and(|file| !file.exists()) {
        return Ok(Held::Nothing);
    }
    let log = wire::open_log(&settings.store, Arc::new(MachineClock)).await?;
    let held = ends(&log, &settings.authority.calendar).await;
    log.close().await;
    held
}

async fn ends(log: &Log, calendar: &Calendar) -> Result<Held, Failure> {
    let head = log.head().await.map_err(Failure::unavailable)?;
    let first = log.read_after(0, 1).await.map_err(Failure::unavailable)?;
    let last = log.read_after(head.saturating_sub(1), 1).await.map_err(Failure::unavailable)?;
    let (Some(first), Some(last)) = (first.first(), last.first()) else { return Ok(Held::Nothing) };
    let last_working_day = Days::of(calendar).after(LAST_DAY, 0);
    let year_ends = moment(last_working_day, 0);
    Ok(if first.recorded_at > moment(LAST_DAY, 23) {
        Held::Else
    } else if last.recorded_at < year_ends {
        Held::Part(last.recorded_at)
    } else {
        Held::Year
    })
}

/// As [`fill`]; but a SQLite store gets its name when it is filled, so that one which was stopped halfway is begun anew the
/// next time.
///
/// # Errors
/// As [`fill`].
pub async fn fill_whole(settings: &Settings, seed: u64, permille: u32) -> Result<Filled, Failure> {
    let Some(store) = wire::sqlite_path(&settings.store) else { return fill(settings, seed, permille).await };
    let unfinished = sqlite_file(store, ".filling");
    for suffix in SQLITE_FILES {
        match std::fs::remove_file(sqlite_file(&unfinished, suffix)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Failure::unavailable(error));
            }
            _ => {}
        }
    }
    let beside = Settings { store: format!("sqlite:{}", unfinished.display()), ..settings.clone() };
    let filled = fill(&beside, seed, permille).await?;
    for suffix in SQLITE_FILES {
        let (from, to) = (sqlite_file(&unfinished, suffix), sqlite_file(store, suffix));
        if from.exists() {
            std::fs::rename(from, to).map_err(Failure::unavailable)?;
        }
    }
    Ok(filled)
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
