use jiff::civil::date;
use proptest::prelude::*;

use super::*;

/// Gauss's Easter Sunday in the anonymous Gregorian form (Meeus, Astronomical Algorithms, chapter 8).
fn easter_sunday(year: i16) -> Date {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - b / 4 - g + 15) % 30;
    let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    Date::new(year, (n / 31) as i8, (n % 31 + 1) as i8).unwrap()
}

fn any_day() -> impl Strategy<Value = Date> {
    (0..365 * 16).prop_map(|days: i32| date(2015, 1, 1).saturating_add(days.days()))
}

proptest! {
    #[test]
    fn what_falls_due_some_working_days_later_lies_that_many_away(from in any_day(), days in 1_u32..200) {
        let calendar = Calendar::default();
        let due = calendar.add_working_days(from, days);
        prop_assert_eq!(calendar.working_days_between(from, due), i64::from(days));
        prop_assert_eq!(calendar.working_days_between(due, from), -i64::from(days));
    }

    #[test]
    fn nothing_falls_due_on_a_weekend_or_a_holiday(from in any_day(), days in 0_u32..200) {
        let calendar = Calendar::default();
        let due = calendar.add_working_days(from, days);
        prop_assert!(calendar.is_working_day(due), "{}", due);
        prop_assert!(due >= from);
    }

    #[test]
    fn counting_can_be_split_anywhere(mut days in proptest::collection::vec(any_day(), 3)) {
        days.sort();
        let calendar = Calendar::default();
        let count = |from, to| calendar.working_days_between(from, to);
        prop_assert_eq!(count(days[0], days[2]), count(days[0], days[1]) + count(days[1], days[2]));
    }
}

#[test]
fn good_friday_and_easter_monday_are_holidays_in_every_year() {
    let calendar = Calendar::default();
    for year in 2015..=2030 {
        let easter = easter_sunday(year);
        for day in [easter.saturating_sub(2.days()), easter.saturating_add(1.day())] {
            assert!(calendar.bank_holidays.contains(&day), "{day}");
        }
    }
}

#[test]
fn every_year_has_its_eight_holidays_and_those_that_were_proclaimed() {
    let calendar = Calendar::default();
    for year in 2015..=2030 {
        let count = calendar.bank_holidays.iter().filter(|day| day.year() == year).count();
        let proclaimed = match year {
            2022 => 2,
            2023 => 1,
            _ => 0,
        };
        assert_eq!(count, 8 + proclaimed, "{year}");
    }
    assert!(
        calendar
            .bank_holidays
            .iter()
            .all(|day| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday))
    );
    for proclaimed in
        [date(2020, 5, 8), date(2022, 6, 2), date(2022, 6, 3), date(2022, 9, 19), date(2023, 5, 8)]
    {
        assert!(!calendar.is_working_day(proclaimed), "{proclaimed}");
    }
    assert!(calendar.is_working_day(date(2020, 5, 4)) && calendar.is_working_day(date(2022, 5, 30)));
    assert_eq!(calendar.last_known_year(), Some(2030));
}

#[test]
fn an_assessment_begun_before_easter_2017_is_due_in_june() {
    // 45 working days from Monday 10 April 2017 pass Good Friday, Easter Monday and both bank holidays of May.
    assert_eq!(Calendar::default().add_working_days(date(2017, 4, 10), 45), date(2017, 6, 16));
}

#[test]
fn no_days_after_a_saturday_is_the_monday() {
    let calendar = Calendar::default();
    assert_eq!(calendar.add_working_days(date(2017, 4, 8), 0), date(2017, 4, 10));
    assert_eq!(calendar.add_working_days(date(2017, 4, 10), 0), date(2017, 4, 10));
}

#[test]
fn a_day_lies_no_working_days_from_itself() {
    let calendar = Calendar::default();
    assert_eq!(calendar.working_days_between(date(2017, 4, 10), date(2017, 4, 10)), 0);
    assert_eq!(calendar.working_days_between(date(2017, 4, 8), date(2017, 4, 8)), 0);
}

#[test]
fn an_authority_closes_and_opens_on_days_of_its_own() {
    let calendar = Calendar {
        closed_days: [date(2017, 12, 27)].into(),
        worked_days: [date(2017, 12, 26)].into(),
        ..Calendar::default()
    };
    assert!(!calendar.is_working_day(date(2017, 12, 27)));
    assert!(calendar.is_working_day(date(2017, 12, 26)));
    let alone = Calendar { bank_holidays: [date(2040, 6, 6)].into(), ..Calendar::default() };
    assert!(alone.is_working_day(date(2017, 12, 25)));
    assert!(!alone.is_working_day(date(2040, 6, 6)));
}

#[test]
fn the_end_of_the_calendar_is_no_trap() {
    let calendar = Calendar::default();
    assert_eq!(calendar.add_working_days(Date::MAX, 3), Date::MAX);
    let closed = Calendar { closed_days: [Date::MAX].into(), ..calendar };
    assert_eq!(closed.add_working_days(Date::MAX, 0), Date::MAX);
    assert_eq!(closed.add_working_days(Date::MAX, 3), Date::MAX);
}

#[test]
fn a_summer_evening_belongs_to_the_next_day_and_a_winter_one_does_not() {
    let date_of = |text: &str| civil_date(text.parse().unwrap());
    assert_eq!(date_of("2017-06-30T23:30:00Z"), date(2017, 7, 1));
    assert_eq!(date_of("2017-12-31T23:30:00Z"), date(2017, 12, 31));
    // The clocks go forward at 01:00 UTC on the last Sunday of March, and back at 01:00 UTC on the last of October.
    assert_eq!(date_of("2017-03-25T23:30:00Z"), date(2017, 3, 25));
    assert_eq!(date_of("2017-03-26T23:00:00Z"), date(2017, 3, 27));
    assert_eq!(date_of("2017-10-28T23:00:00Z"), date(2017, 10, 29));
    assert_eq!(date_of("2017-10-29T23:00:00Z"), date(2017, 10, 29));
}
