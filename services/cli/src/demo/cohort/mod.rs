//! Who comes to the service in 2017, when, and what becomes of them: the plan that the demonstration then plays.
//!
//! Nothing here is a figure of a report. It says on which day each family is referred, accepted and closed; the commands
//! that follow are decided by the aggregates, and the reports count the events.

mod arrivals;
mod courses;
mod families;
mod numbers;

pub use families::{Child, Family, Grown};
pub use numbers::{Numbers, OPEN_IN_APRIL, OPEN_IN_DECEMBER, PARTNER_LED_PERCENT, REPEATS_PERCENT};

use caseledger_aggregates::calendar::Calendar;
use caseledger_commands::case::{Forum, TriageOutcome};
use caseledger_commands::codes::{Need, ReferralSource};
use jiff::civil::{Date, date};

use super::chance::Chance;

/// The first day on which the demonstration's service works.
pub const FIRST_DAY: Date = date(2017, 1, 3);
/// The last day of its year.
pub const LAST_DAY: Date = date(2017, 12, 31);
/// The first fortnightly panel.
const FIRST_PANEL: Date = date(2017, 1, 11);

/// One referral, and the case that may come of it.
#[derive(Clone, Debug)]
pub struct Episode {
    /// Its family: an index into [`Cohort::families`].
    pub family: usize,
    /// Its team: an index into the locality teams.
    pub team: usize,
    /// Who referred.
    pub source: ReferralSource,
    /// What for; the first is the primary need.
    pub needs: Vec<Need>,
    /// The day of the referral.
    pub referred: Date,
    /// The episode whose family this is again, and which has ended.
    pub previous: Option<usize>,
    /// What became of it.
    pub course: Course,
}

/// What becomes of a referral.
#[derive(Clone, Debug)]
pub enum Course {
    /// The year ends before it is decided.
    Waiting,
    /// It ends with its triage.
    Turned {
        /// The day of the decision.
        decided: Date,
        /// What was decided.
        outcome: TriageOutcome,
        /// Who decided.
        forum: Forum,
    },
    /// It becomes a case.
    Accepted(Help),
}

/// The days of a case's help.
#[derive(Clone, Debug)]
pub struct Help {
    /// Whether it was brought in from the earlier record.
    pub imported: bool,
    /// Who decided.
    pub forum: Forum,
    /// The day it was accepted.
    pub accepted: Date,
    /// The days of its assessment.
    pub assessment: Assessment,
    /// The day its plan was agreed; `None` when it did not come so far.
    pub plan: Option<Date>,
    /// Whether another agency than the authority leads.
    pub partner_led: bool,
    /// The attempts to step it up to statutory social care, in order.
    pub step_ups: Vec<StepUp>,
    /// How it ends, if it does within the year.
    pub end: Option<End>,
}

/// The days of an assessment.
#[derive(Clone, Copy, Debug)]
pub struct Assessment {
    /// Its start.
    pub started: Date,
    /// Its completion.
    pub completed: Date,
    /// The day on which a manager gives it back, in some.
    pub returned: Option<Date>,
    /// Its authorisation by a manager.
    pub authorised: Date,
}

/// An attempt to step a case up.
#[derive(Clone, Copy, Debug)]
pub struct StepUp {
    /// The day it is asked for.
    pub asked: Date,
    /// The day it is answered.
    pub answered: Date,
    /// The answer.
    pub answer: Answer,
}

/// The answer to a step-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Social care takes the family over.
    Accepted,
    /// Social care does not.
    Declined,
    /// The service takes its request back.
    Withdrawn,
}

/// The end of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// The day.
    pub closed: Date,
    /// Why.
    pub why: Why,
}

/// Why a case ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The plan has done its work.
    PlanDone,
    /// The family leaves after the assessment.
    Left,
    /// Social care has taken over.
    SteppedUp,
}

impl Help {
    /// Whether it is open at the end of a day.
    pub fn open_on(&self, day: Date) -> bool {
        self.accepted <= day && self.end.is_none_or(|end| end.closed > day)
    }

    /// Whether it has a plan at the end of a day.
    pub fn planned_on(&self, day: Date) -> bool {
        self.open_on(day) && self.plan.is_some_and(|agreed| agreed <= day)
    }
}

impl Episode {
    /// The help, if it was accepted.
    pub const fn help(&self) -> Option<&Help> {
        match &self.course {
            Course::Accepted(help) => Some(help),
            Course::Waiting | Course::Turned { .. } => None,
        }
    }

    /// The day on which nothing more is open: the closure, or the decision that ended it.
    pub fn ended(&self) -> Option<Date> {
        match &self.course {
            Course::Waiting => None,
            Course::Turned { decided, .. } => Some(*decided),
            Course::Accepted(help) => help.end.map(|end| end.closed),
        }
    }

    /// Whether it is a step-down from statutory social care.
    pub fn stepped_down(&self) -> bool {
        self.source == ReferralSource::SocialCare && self.help().is_some_and(|help| !help.imported)
    }
}

/// Everyone.
#[derive(Clone, Debug)]
pub struct Cohort {
    /// The families.
    pub families: Vec<Family>,
    /// The referrals, by day.
    pub episodes: Vec<Episode>,
    /// The days of the panel.
    pub panels: Vec<Date>,
}

impl Cohort {
    /// Plans an authority of that many thousandths of the letter's size.
    pub fn plan(seed: u64, permille: u32, calendar: &Calendar) -> Self {
        let numbers = Numbers::of_size(permille);
        let days = Days::of(calendar);
        let panels = panels(calendar);
        let mut chance = Chance::stream(seed, 0);
        let mut episodes = arrivals::plan(&numbers, &days, &panels, &mut chance);
        courses::plan(&mut episodes, &numbers, &days, &mut chance);
        let families = families::plan(&mut episodes, seed, &mut chance);
        Self { families, episodes, panels }
    }

    /// How many cases are open at the end of a day.
    pub fn open_on(&self, day: Date) -> usize {
        self.episodes.iter().filter_map(Episode::help).filter(|help| help.open_on(day)).count()
    }

    /// How many open cases have a plan at the end of a day, and how many of those plans a partner leads.
    pub fn plans_on(&self, day: Date) -> (usize, usize) {
        let planned = || self.episodes.iter().filter_map(Episode::help).filter(|help| help.planned_on(day));
        (planned().count(), planned().filter(|help| help.partner_led).count())
    }
}

/// The panel's days: every other Wednesday, or the working day after.
fn panels(calendar: &Calendar) -> Vec<Date> {
    let mut days = vec![];
    let mut day = FIRST_PANEL;
    while day <= LAST_DAY {
        days.push(calendar.add_working_days(day, 0));
        day = day.saturating_add(jiff::ToSpan::days(14));
    }
    days
}

/// The working days of the year and of the half-year before.
#[derive(Clone, Debug)]
pub struct Days {
    working: Vec<Date>,
}

impl Days {
    /// By that calendar.
    pub fn of(calendar: &Calendar) -> Self {
        let working = date(2016, 1, 4)
            .series(jiff::ToSpan::day(1))
            .take_while(|day| *day <= date(2018, 6, 30))
            .filter(|day| calendar.is_working_day(*day))
            .collect();
        Self { working }
    }

    /// The working day so many working days after a day; before it, when negative.
    pub fn after(&self, day: Date, working_days: i32) -> Date {
        let here = self.working.partition_point(|known| *known <= day);
        let there = here.saturating_add_signed(working_days as isize).saturating_sub(1);
        self.working[there.min(self.working.len() - 1)]
    }

    /// How many working days lie after one day, up to the other.
    pub fn between(&self, from: Date, to: Date) -> i32 {
        let place = |day: Date| self.working.partition_point(|known| *known <= day);
        i32::try_from(place(to)).unwrap_or(i32::MAX) - i32::try_from(place(from)).unwrap_or(0)
    }

    /// Some working day of a month of 2017, at which the service is open.
    pub fn in_month(&self, number: usize, chance: &mut Chance) -> Date {
        let month = i8::try_from(number + 1).unwrap_or(12);
        let range = self.range(numbers::month(month), numbers::month(month + 1));
        range[chance.index(range.len())]
    }

    /// The working days from one day up to before another, at which the service is open.
    pub fn range(&self, from: Date, before: Date) -> &[Date] {
        let low = self.working.partition_point(|day| *day < from);
        let high = self.working.partition_point(|day| *day < before);
        &self.working[low..high.max(low + 1).min(self.working.len())]
    }
}

#[cfg(test)]
mod tests;
