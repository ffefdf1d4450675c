//! Days and periods that figures are asked for.

use caseledger_commands::Date;
use jiff::ToSpan;
use serde::Serialize;

/// From one civil day to another, both within it. A figure of a day is told for the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Period {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

/// How a period is cut into the points of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Interval {
    /// Monday to Sunday.
    Week,
    /// Calendar months.
    Month,
    /// Calendar quarters.
    Quarter,
}

/// The most points that a series has.
pub(super) const MOST_POINTS: usize = 366;

impl Period {
    /// The twelve months that end on a day: what is asked for when nobody says.
    pub fn year_to(to: Date) -> Self {
        let from = to.saturating_sub(1.year()).saturating_add(1.day());
        Self { from: from.min(to), to }
    }

    /// The parts of the period, in order; the first and the last may be cut short. At most [`MOST_POINTS`], the latest.
    pub(super) fn cut(self, interval: Interval) -> Vec<Self> {
        let mut parts = vec![];
        let mut to = self.to;
        while to >= self.from && parts.len() < MOST_POINTS {
            let from = interval.first_day(to).max(self.from);
            parts.push(Self { from, to });
            if from <= self.from {
                break;
            }
            to = from.saturating_sub(1.day());
        }
        parts.reverse();
        parts
    }
}

impl Interval {
    /// Its name in questions.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
        }
    }

    /// The first day of the week, month or quarter that a day is in.
    fn first_day(self, day: Date) -> Date {
        match self {
            Self::Week => day.saturating_sub(i64::from(day.weekday().to_monday_zero_offset()).days()),
            Self::Month => day.first_of_month(),
            Self::Quarter => {
                let first = (day.month() - 1) / 3 * 3;
                day.first_of_month().saturating_sub(i64::from(day.month() - 1 - first).months())
            }
        }
    }
}

impl std::str::FromStr for Interval {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "week" => Ok(Self::Week),
            "month" => Ok(Self::Month),
            "quarter" => Ok(Self::Quarter),
            _ => Err(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_year_to_a_day_has_twelve_months() {
        let year = Period::year_to(date(2017, 12, 31));
        assert_eq!(year.from, date(2017, 1, 1));
        let months = year.cut(Interval::Month);
        assert_eq!(months.len(), 12);
        assert_eq!(months[1], Period { from: date(2017, 2, 1), to: date(2017, 2, 28) });
        assert_eq!(Period::year_to(date(2017, 4, 30)).from, date(2016, 5, 1));
    }

    #[test]
    fn a_period_is_cut_at_calendar_bounds_and_keeps_its_own_ends() {
        let period = Period { from: date(2017, 2, 10), to: date(2017, 8, 15) };
        let quarters = period.cut(Interval::Quarter);
        let bounds: Vec<_> = quarters.iter().map(|part| (part.from, part.to)).collect();
        assert_eq!(
            bounds,
            [
                (date(2017, 2, 10), date(2017, 3, 31)),
                (date(2017, 4, 1), date(2017, 6, 30)),
                (date(2017, 7, 1), date(2017, 8, 15)),
            ]
        );
        let day = Period { from: date(2017, 5, 3), to: date(2017, 5, 3) };
        assert_eq!(day.cut(Interval::Week), [day]);
        assert_eq!(period.cut(Interval::Week)[1].from, date(2017, 2, 13));
    }

    #[test]
    fn a_long_period_is_cut_to_its_latest_parts() {
        let century = Period { from: date(1917, 1, 1), to: date(2017, 1, 1) };
        let parts = century.cut(Interval::Month);
        assert_eq!((parts.len(), parts.last().map(|part| part.to)), (MOST_POINTS, Some(date(2017, 1, 1))));
    }
}
