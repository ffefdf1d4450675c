//! How many families come, stay and leave, month by month.
//!
//! The two ends are the letter's: 252 open cases at the end of April 2017 and 646 at the end of December. What lies
//! between is a plan of who is accepted and who closes when; the figures follow from it when they are counted.

use jiff::civil::Date;

/// Cases open on 30 April 2017. Source: the inspection letter.
pub const OPEN_IN_APRIL: u32 = 252;
/// Cases open on 31 December 2017. Source: the inspection letter.
pub const OPEN_IN_DECEMBER: u32 = 646;
/// Plans led by other agencies, in percent. Source: the inspection letter.
pub const PARTNER_LED_PERCENT: u32 = 15;
/// Referrals of families who were referred in the 12 months before, in percent. Source: domain.md, calibration.
pub const REPEATS_PERCENT: u32 = 22;

/// Cases accepted in each month. The service was refreshed in April, and schools came back in September.
const ACCEPTED: [u32; 12] = [24, 30, 40, 48, 60, 66, 60, 42, 82, 92, 96, 76];
/// Cases closed in each month.
const CLOSED: [u32; 12] = [14, 14, 16, 16, 16, 18, 24, 14, 20, 26, 30, 32];
/// Referrals decided otherwise than with early help, in each month.
const TURNED: [u32; 12] = [12, 14, 18, 20, 24, 26, 26, 18, 32, 36, 36, 30];
/// Referrals of December that wait for a decision when the year ends.
const WAITING: u32 = 12;

/// The numbers of one demonstration: the letter's, times its size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// Cases that were open before the year began.
    pub imported: u32,
    /// Accepted, by month.
    pub accepted: [u32; 12],
    /// Closed, by month.
    pub closed: [u32; 12],
    /// Decided otherwise, by month.
    pub turned: [u32; 12],
    /// Waiting at the end.
    pub waiting: u32,
}

impl Numbers {
    /// The letter's numbers, so many thousandths of them.
    pub fn of_size(permille: u32) -> Self {
        let sized = |number: u32| (number * permille + 500) / 1000;
        let mut numbers = Self {
            imported: 0,
            accepted: ACCEPTED.map(sized),
            closed: CLOSED.map(sized),
            turned: TURNED.map(sized),
            waiting: sized(WAITING),
        };
        // Rounding a small authority's months must not move the two ends: April's is met by those who were there before,
        // December's by those who come in November.
        let [before, after] = numbers.growth();
        let april = sized(OPEN_IN_APRIL);
        numbers.imported = april.saturating_add_signed(-before);
        let gap =
            i32::try_from(sized(OPEN_IN_DECEMBER)).unwrap_or(0) - i32::try_from(april).unwrap_or(0) - after;
        numbers.accepted[10] = numbers.accepted[10].saturating_add_signed(gap);
        numbers
    }

    /// How many more are accepted than closed: until the end of April, and from then on.
    fn growth(&self) -> [i32; 2] {
        let net = |months: std::ops::Range<usize>| {
            months.map(|month| i64::from(self.accepted[month]) - i64::from(self.closed[month])).sum::<i64>()
        };
        [net(0..4), net(4..12)].map(|net| i32::try_from(net).unwrap_or(0))
    }

    /// Cases open on the last day of April and of December, by this plan.
    pub fn open_at_the_ends(&self) -> [u32; 2] {
        let [before, after] = self.growth();
        let april = self.imported.saturating_add_signed(before);
        [april, april.saturating_add_signed(after)]
    }
}

/// The first day of a month of 2017; of January 2018 for 13.
pub fn month(number: i8) -> Date {
    if number > 12 { jiff::civil::date(2018, 1, 1) } else { jiff::civil::date(2017, number, 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_letters_two_ends_are_met() {
        assert_eq!(Numbers::of_size(1000).open_at_the_ends(), [OPEN_IN_APRIL, OPEN_IN_DECEMBER]);
    }

    #[test]
    fn any_size_meets_its_share_of_them() {
        for permille in [20, 50, 100, 333, 2000, 10_000] {
            let sized = |number: u32| (number * permille + 500) / 1000;
            let ends = Numbers::of_size(permille).open_at_the_ends();
            assert_eq!(ends, [sized(OPEN_IN_APRIL), sized(OPEN_IN_DECEMBER)], "{permille}");
        }
    }
}
