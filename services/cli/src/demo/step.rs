//! What is done when: the demonstration's year as a list of commands.

use std::sync::Arc;

use caseledger_commands::{Actor, CommandSet};
use caseledger_dispatch::Request;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use uuid::Uuid;

/// One command, by one person, recorded at one moment.
#[derive(Clone, Debug)]
pub struct Step {
    /// When it is recorded. The demonstration's clock stands there.
    pub at: Timestamp,
    /// Steps of one lane happen in order; lanes go on beside each other.
    pub lane: Lane,
    /// Who does it.
    pub actor: Arc<Actor>,
    /// What is done.
    pub request: Request,
}

/// What must keep its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// The register, oversight, and whatever else all others build on.
    House,
    /// A referral and its case.
    Episode(usize),
    /// A panel meeting.
    Panel(usize),
    /// A practitioner's supervision.
    Supervision(usize),
    /// An audit.
    Audit(usize),
}

/// Steps of one lane as they are written down. Time never goes back in it.
#[derive(Clone, Debug)]
pub struct Script {
    lane: Lane,
    steps: Vec<Step>,
}

impl Script {
    /// An empty script.
    pub const fn new(lane: Lane) -> Self {
        Self { lane, steps: vec![] }
    }

    /// Something is done and recorded at once.
    pub fn then<C: CommandSet>(
        &mut self,
        at: Timestamp,
        actor: &Arc<Actor>,
        id: Uuid,
        command: impl Into<C>,
    ) {
        self.told_later(at, at, actor, id, command);
    }

    /// Something is done, and recorded later.
    pub fn told_later<C: CommandSet>(
        &mut self,
        happened: Timestamp,
        at: Timestamp,
        actor: &Arc<Actor>,
        id: Uuid,
        command: impl Into<C>,
    ) {
        let command: C = command.into();
        let mut request = Request::of(&command).at(happened);
        if C::ONLY.is_none() {
            request = request.on(id);
        }
        self.steps.push(Step { at, lane: self.lane, actor: Arc::clone(actor), request });
    }

    /// Something that an earlier record held is brought in, with where it stood there.
    pub fn imported<C: CommandSet>(
        &mut self,
        (happened, at): (Timestamp, Timestamp),
        actor: &Arc<Actor>,
        id: Uuid,
        command: impl Into<C>,
        provenance: String,
    ) {
        self.told_later(happened, at, actor, id, command);
        if let Some(step) = self.steps.last_mut() {
            step.request.provenance = Some(provenance);
        }
    }

    /// Its steps in the order of time; what was written down first comes first within one moment.
    pub fn finish(mut self) -> Vec<Step> {
        self.steps.sort_by_key(|step| step.at);
        self.steps
    }
}

/// A moment of a day, in UTC: full hours, so that everything of an hour is recorded together.
pub fn moment(day: Date, hour: i8) -> Timestamp {
    day.at(hour, 0, 0, 0).to_zoned(TimeZone::UTC).map_or(Timestamp::UNIX_EPOCH, |zoned| zoned.timestamp())
}
