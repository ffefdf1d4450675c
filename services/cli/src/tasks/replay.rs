//! `replay`: folds a case's events, as far as asked by either clock.
//!
//! `--at` leaves out what had not happened by then, `--known-at` what had not been recorded by then. The first tells how
//! things stood, the second what anybody could have known.

use std::sync::Arc;

use caseledger_aggregates::calendar::civil_date;
use caseledger_aggregates::case::Case;
use caseledger_aggregates::{AnyEvent, Decider, Metadata};
use caseledger_commands::case::CaseCommand;
use caseledger_commands::{CaseId, CommandSet, Date, Timestamp};
use caseledger_log::{Log, Position, Recorded};
use caseledger_projections::queries::{self, CaseKey};
use jiff::ToSpan;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::args::ReplayArgs;
use crate::clock::MachineClock;
use crate::exit::Failure;
use crate::output::tell;
use crate::settings::Settings;
use crate::wire::Station;

/// A case as it stood.
#[derive(Debug, Serialize)]
pub struct Replay {
    /// The case.
    pub case: CaseId,
    /// Only what had happened by then.
    pub at: Option<Timestamp>,
    /// Only what had been recorded by then.
    pub known_at: Option<Timestamp>,
    /// How many of the case's events are left out.
    pub left_out: usize,
    /// The events that were folded, in the order of the log.
    pub events: Vec<Considered>,
    /// How the case stood.
    pub state: Case,
}

/// An event that was folded.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of `caseledger_log::Recorded`, documented there")]
pub struct Considered {
    pub position: Position,
    pub sequence: u64,
    pub event: String,
    pub actor: String,
    pub occurred_at: Timestamp,
    pub recorded_at: Timestamp,
}

/// Answers the subcommand.
///
/// # Errors
/// [`Failure::NotFound`] when there was no such case, [`Failure::Usage`] for a time or case that can't be read.
pub async fn run(settings: &Settings, args: &ReplayArgs, json: bool) -> Result<(), Failure> {
    let at = args.at.as_deref().map(moment).transpose()?;
    let known_at = args.known_at.as_deref().map(moment).transpose()?;
    let station = Station::open_existing(settings, Arc::new(MachineClock)).await?;
    let case = find(&station, &args.case).await?;
    let replay = replay(&station.log, case, at, known_at).await;
    station.log.close().await;
    let replay = replay?;
    if json {
        return super::print_json(&replay);
    }
    print(&replay);
    Ok(())
}

/// A moment, or the end of a day in England.
///
/// # Errors
/// [`Failure::Usage`] when it is neither.
pub fn moment(text: &str) -> Result<Timestamp, Failure> {
    if let Ok(moment) = text.parse() {
        return Ok(moment);
    }
    let day: Date = text.parse().map_err(|_| {
        Failure::Usage(format!("'{text}' is neither a moment (2017-04-30T16:05:00Z) nor a day (2017-04-30)."))
    })?;
    // The last second of the day in UTC may be the next day in England: then the day ends an hour earlier.
    let last =
        |hour: i8| day.at(hour, 59, 59, 999_999_999).to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp());
    let midnight = last(23).map_err(Failure::failed)?;
    if civil_date(midnight) == day { Ok(midnight) } else { Ok(midnight - 1.hour()) }
}

async fn find(station: &Station, named: &str) -> Result<CaseId, Failure> {
    match named.parse::<CaseKey>().map_err(|error| Failure::Usage(error.to_string()))? {
        CaseKey::Id(id) => Ok(id),
        key @ CaseKey::Reference(_) => {
            station.projections.catch_up().await.map_err(Failure::failed)?;
            let view = queries::case(
                station.projections.db(),
                &key,
                station.dispatcher.authority(),
                civil_date(station.clock.now()),
            )
            .await;
            let view = view.map_err(Failure::unavailable)?;
            view.map(|view| view.case).ok_or_else(|| Failure::NotFound("There is no such case.".to_owned()))
        }
    }
}

/// Folds a case's events, as far as asked.
///
/// # Errors
/// [`Failure::NotFound`] when nothing is left, [`Failure::Failed`] when an event can't be read.
pub async fn replay(
    log: &Log,
    case: CaseId,
    at: Option<Timestamp>,
    known_at: Option<Timestamp>,
) -> Result<Replay, Failure> {
    let stream =
        log.read_stream(CaseCommand::AGGREGATE, &case.to_string()).await.map_err(Failure::unavailable)?;
    let all = stream.len();
    let mut replay = Replay { case, at, known_at, left_out: 0, events: vec![], state: Case::default() };
    for recorded in stream {
        let metadata = Metadata::read(&recorded.metadata).ok_or_else(|| {
            Failure::Failed(format!("The event at position {} can't be read.", recorded.position))
        })?;
        let happened = at.is_none_or(|at| metadata.occurred_at <= at);
        let known = known_at.is_none_or(|known_at| recorded.recorded_at <= known_at);
        if happened && known {
            fold(&mut replay, recorded, metadata)?;
        }
    }
    replay.left_out = all - replay.events.len();
    if replay.events.is_empty() {
        let told = if all == 0 { "There is no such case." } else { "There was no such case then." };
        return Err(Failure::NotFound(told.to_owned()));
    }
    Ok(replay)
}

fn fold(replay: &mut Replay, recorded: Recorded, metadata: Metadata) -> Result<(), Failure> {
    let Recorded { aggregate_type, event_type, event_version, payload, .. } = &recorded;
    let event =
        AnyEvent::read(aggregate_type, event_type, event_version, payload).map_err(Failure::failed)?;
    if let AnyEvent::Case(event) = &event {
        replay.state.evolve(event);
    }
    replay.events.push(Considered {
        position: recorded.position,
        sequence: recorded.sequence,
        event: recorded.event_type,
        actor: metadata.actor,
        occurred_at: metadata.occurred_at,
        recorded_at: recorded.recorded_at,
    });
    Ok(())
}

fn print(replay: &Replay) {
    let state = &replay.state;
    let reference = state.reference.as_ref().map_or_else(|| replay.case.to_string(), ToString::to_string);
    let status = state.status.map_or("unknown", |status| status.title());
    tell!("{reference} ({}): {status}", replay.case);
    if let Some(at) = replay.at {
        tell!("  as it stood at {at}");
    }
    if let Some(known_at) = replay.known_at {
        tell!("  as was known at {known_at}");
    }
    tell!("\n  {:>8}  {:20}  {:20}  {:28}  by", "position", "happened", "recorded", "event");
    for event in &replay.events {
        let Considered { position, event, actor, occurred_at, recorded_at, .. } = event;
        tell!("  {position:>8}  {occurred_at:20.0}  {recorded_at:20.0}  {event:28}  {actor}");
    }
    let level = state.level_of_need.map_or_else(|| "not decided".to_owned(), |level| level.to_string());
    tell!("\n  level of need: {level}");
    tell!("  children: {}, adults: {}", state.children.len(), state.adults.len());
    tell!(
        "  assessments: {}, plan: {}",
        state.assessments.len(),
        if state.plan.is_some() { "agreed" } else { "none" }
    );
    if replay.left_out > 0 {
        let (number, are) = (replay.left_out, if replay.left_out == 1 { "event is" } else { "events are" });
        tell!("  {number} later {are} left out");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_asked_for_at_its_end_in_england() {
        assert_eq!(moment("2017-12-31").unwrap().to_string(), "2017-12-31T23:59:59.999999999Z");
        assert_eq!(moment("2017-04-30").unwrap().to_string(), "2017-04-30T22:59:59.999999999Z");
        assert_eq!(moment("2017-04-30T10:00:00Z").unwrap().to_string(), "2017-04-30T10:00:00Z");
        assert!(moment("yesterday").is_err());
    }
}
