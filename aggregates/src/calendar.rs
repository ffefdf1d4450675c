//! Working days, and the civil date of a moment.
//!
//! Timescales in guidance are told in working days (Working Together: the next steps within one, an assessment within
//! 45). A working day is a Monday to Friday that is no bank holiday in England and Wales, nor a day on which the
//! authority says that it is closed.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Deserializer, Serialize};

mod bank_holidays;
mod written_date;

/// The days on which an authority works.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Calendar {
    /// Bank holidays. Left out, those of England and Wales from 2015 to 2030; given, these and no others.
    #[serde(deserialize_with = "dates")]
    pub bank_holidays: BTreeSet<Date>,
    /// Further days on which the authority is closed: a bank holiday proclaimed later, the days before New Year.
    #[serde(deserialize_with = "dates")]
    pub closed_days: BTreeSet<Date>,
    /// Bank holidays on which the authority works all the same.
    #[serde(deserialize_with = "dates")]
    pub worked_days: BTreeSet<Date>,
}

impl Default for Calendar {
    fn default() -> Self {
        Self {
            bank_holidays: bank_holidays::england_and_wales().collect(),
            closed_days: BTreeSet::new(),
            worked_days: BTreeSet::new(),
        }
    }
}

impl Calendar {
    /// Whether the authority works on that day.
    pub fn is_working_day(&self, day: Date) -> bool {
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        let holiday = self.bank_holidays.contains(&day) && !self.worked_days.contains(&day);
        !weekend && !holiday && !self.closed_days.contains(&day)
    }

    /// The working day that many working days after `from`, which itself counts as none. With `days` 0: `from`, or the
    /// first working day after it.
    pub fn add_working_days(&self, from: Date, days: u32) -> Date {
        let mut day = from;
        if days == 0 {
            while !self.is_working_day(day) && day < Date::MAX {
                day = next(day);
            }
        }
        let mut left = days;
        while left > 0 && day < Date::MAX {
            day = next(day);
            left -= u32::from(self.is_working_day(day));
        }
        day
    }

    /// How many working days lie after `from`, up to and with `to`; negative when `to` is the earlier.
    ///
    /// The inverse of [`Self::add_working_days`]: what falls due `n` working days after a day lies `n` from it.
    pub fn working_days_between(&self, from: Date, to: Date) -> i64 {
        if to < from {
            return -self.working_days_between(to, from);
        }
        let mut day = from;
        let mut days = 0;
        while day < to {
            day = next(day);
            days += i64::from(self.is_working_day(day));
        }
        days
    }

    /// The last year for which bank holidays are known. Later ones count as working days until they are configured.
    pub fn last_known_year(&self) -> Option<i16> {
        self.bank_holidays.last().map(|day| day.year())
    }
}

/// The date in England at that moment. What is recorded at 23:30 UTC on a summer's evening belongs to the next day.
///
/// The rule of British Summer Time since 1996 is written here, and not read from the machine's zone files: a decision
/// must not depend on them, and a small container image has none.
pub fn civil_date(moment: Timestamp) -> Date {
    civil_time(moment).date()
}

/// The date and the time of day in England at that moment.
pub fn civil_time(moment: Timestamp) -> DateTime {
    static LONDON: LazyLock<TimeZone> =
        LazyLock::new(|| TimeZone::posix("GMT0BST,M3.5.0/1,M10.5.0").unwrap_or(TimeZone::UTC));
    moment.to_zoned(LONDON.clone()).datetime()
}

/// The day after; the last day of the calendar stays what it is.
fn next(day: Date) -> Date {
    day.saturating_add(1.day())
}

fn dates<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeSet<Date>, D::Error> {
    let written = Vec::<written_date::WrittenDate>::deserialize(deserializer)?;
    Ok(written.into_iter().map(|date| date.0).collect())
}

#[cfg(test)]
mod tests;
