//! Plays the year: sets the clock, sends the commands through the pipeline, lets processes follow.

use std::collections::BTreeMap;
use std::sync::Arc;

use caseledger_dispatch::process::Runner;
use caseledger_dispatch::{Dispatcher, Rejection};
use futures::stream::{self, StreamExt, TryStreamExt};
use jiff::Timestamp;
use jiff::civil::Date;

use super::step::{Lane, Step};
use crate::clock::SetClock;
use crate::exit::Failure;

/// How many lanes go on at the same time: enough that the log's writer always has a batch to write.
const ABREAST: usize = 96;

/// The hours at which the clock stands, in UTC.
const ROUNDS: [i8; 4] = [9, 12, 15, 18];

/// What was played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Played {
    /// Commands that were accepted.
    pub commands: usize,
    /// Events that followed from them.
    pub events: usize,
}

/// Plays steps that stand in the order of time, telling the day that it has come to and how many steps are done.
///
/// # Errors
/// [`Failure::Failed`] at the first step that is refused: the script was wrong, not the rule.
pub async fn play(
    steps: Vec<Step>,
    clock: &SetClock,
    dispatcher: &Dispatcher,
    processes: &Runner,
    mut tell: impl FnMut(Date, usize),
) -> Result<Played, Failure> {
    let mut played = Played::default();
    let mut steps = steps.into_iter().peekable();
    while let Some(at) = steps.peek().map(|step| round(step.at)) {
        let mut lanes: BTreeMap<Lane, Vec<Step>> = BTreeMap::new();
        while let Some(step) = steps.next_if(|step| round(step.at) == at) {
            lanes.entry(step.lane).or_default().push(step);
            played.commands += 1;
        }
        clock.set(at);
        // What others build on is there before they begin: the register first, then families, then meetings on them.
        if let Some(house) = lanes.remove(&Lane::House) {
            played.events += lane(house, dispatcher).await?;
        }
        let follows = lanes.keys().any(|lane| !matches!(lane, Lane::Episode(_)));
        played.events += stream::iter(lanes.into_values().map(|steps| lane(steps, dispatcher)))
            .buffer_unordered(ABREAST)
            .try_fold(0, |sum, events| async move { Ok(sum + events) })
            .await?;
        let day_ends = steps.peek().is_none_or(|next| day(next.at) > day(at));
        if follows || day_ends {
            processes.catch_up().await.map_err(Failure::failed)?;
        }
        tell(day(at), played.commands);
    }
    Ok(played)
}

async fn lane(steps: Vec<Step>, dispatcher: &Dispatcher) -> Result<usize, Failure> {
    let mut events = 0;
    for step in steps {
        let name = step.request.command.clone();
        let receipt = dispatcher
            .dispatch(&step.actor, step.request)
            .await
            .map_err(|rejection| refused(&name, step.lane, step.at, &rejection))?;
        events += receipt.positions.map_or(0, |(first, last)| usize::try_from(last - first + 1).unwrap_or(0));
    }
    Ok(events)
}

fn refused(command: &str, lane: Lane, at: Timestamp, rejection: &Rejection) -> Failure {
    let why = crate::wire::failure(rejection);
    Failure::Failed(format!("The demonstration could not go on: {command} of {lane:?} at {at}: {why}"))
}

/// The round of a day in which something is recorded. A day has four: people write things down between other things, and
/// the log has fewer and fuller batches to write.
fn round(at: Timestamp) -> Timestamp {
    let zoned = at.to_zoned(jiff::tz::TimeZone::UTC);
    let hour = ROUNDS.into_iter().find(|hour| *hour >= zoned.hour()).unwrap_or(zoned.hour());
    super::step::moment(zoned.date(), hour)
}

fn day(at: Timestamp) -> Date {
    at.to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// The clock of the year, shared with the log.
pub fn clock() -> Arc<SetClock> {
    Arc::new(SetClock::at(super::step::moment(super::cohort::FIRST_DAY, 7)))
}
