//! Numbers and days as people read them.

use jiff::civil::Date;

/// What a figure is measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A plain number of things; the word names them: `cases`.
    Number(&'static str),
    /// Which part, from 0 to 1; told as a percentage.
    Share,
    /// A mean, in working days.
    WorkingDays,
    /// A mean, in days.
    Days,
    /// A mean, in points of a scale.
    Points,
}

impl Unit {
    /// An amount, short enough to stand in a chart: `646`, `15%`, `33.4`.
    pub fn short(self, amount: f64) -> String {
        match self {
            Self::Number(_) => grouped(amount.round()),
            Self::Share => format!("{}%", decimal(amount * 100.0)),
            Self::WorkingDays | Self::Days | Self::Points => decimal(amount),
        }
    }

    /// An amount with its unit, as it stands in a sentence: `33.4 working days`.
    pub fn long(self, amount: f64) -> String {
        let short = self.short(amount);
        let noun = match self {
            Self::Number(_) | Self::Share => return short,
            Self::WorkingDays => "working day",
            Self::Days => "day",
            Self::Points => "point",
        };
        if short == "1" { format!("{short} {noun}") } else { format!("{short} {noun}s") }
    }

    /// What an axis or a column of a table is headed by.
    pub const fn heading(self) -> &'static str {
        match self {
            Self::Number(_) => "Number",
            Self::Share => "Share",
            Self::WorkingDays => "Working days",
            Self::Days => "Days",
            Self::Points => "Points",
        }
    }

    /// Whether amounts are parts of a whole or means: drawn as a line, because they do not add up.
    pub const fn is_rate(self) -> bool {
        !matches!(self, Self::Number(_))
    }
}

/// At most one decimal: `33.4`, `15`. Below one, two: `0.25`.
fn decimal(number: f64) -> String {
    let places = if number.abs() < 1.0 { 2 } else { 1 };
    let text = format!("{number:.places$}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// A whole number with its thousands apart: `12,345`.
fn grouped(number: f64) -> String {
    let text = format!("{:.0}", number.abs());
    let mut out = String::new();
    for (index, digit) in text.chars().enumerate() {
        if index > 0 && (text.len() - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if number < 0.0 && text != "0" { format!("-{out}") } else { out }
}

/// A number of things that is kept as any other number, with its thousands apart.
pub fn whole(number: f64) -> String {
    grouped(number.round())
}

/// A whole number with its thousands apart.
pub fn count(number: u64) -> String {
    grouped(number as f64)
}

/// `1 case`, `12 cases`.
pub fn of_them(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// `31 December 2017`.
pub fn day(day: Date) -> String {
    format!("{} {} {}", day.day(), month_name(day), day.year())
}

/// `December 2017`.
pub fn month(day: Date) -> String {
    format!("{} {}", month_name(day), day.year())
}

/// `December`.
pub fn month_name(day: Date) -> &'static str {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    usize::try_from(day.month())
        .ok()
        .and_then(|month| NAMES.get(month.checked_sub(1)?))
        .copied()
        .unwrap_or("")
}

/// A period of days: its first and its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

impl Period {
    /// Whether it is a calendar month.
    pub fn is_month(self) -> bool {
        self.from == self.to.first_of_month() && self.to == self.to.last_of_month()
    }

    /// `in December 2017`, `between 1 October and 31 December 2017`.
    pub fn during(self) -> String {
        if self.from == self.to {
            return format!("on {}", day(self.to));
        }
        if self.is_month() {
            return format!("in {}", month(self.to));
        }
        let whole_months = self.from == self.from.first_of_month() && self.to == self.to.last_of_month();
        if whole_months
            && self.from.month() == 1
            && self.to.month() == 12
            && self.from.year() == self.to.year()
        {
            return format!("in {}", self.to.year());
        }
        if whole_months {
            return format!("from {} to {}", named_apart(self.from, self.to, month), month(self.to));
        }
        format!("between {} and {}", named_apart(self.from, self.to, day), day(self.to))
    }
}

/// The earlier of two days, without its year where the later one says it.
fn named_apart(from: Date, to: Date, name: fn(Date) -> String) -> String {
    let text = name(from);
    let year = format!(" {}", from.year());
    if from.year() == to.year() { text.trim_end_matches(&year).to_owned() } else { text }
}

/// `at the end of December 2017`; `on 14 December 2017`.
pub fn at_the_end_of(day_of: Date) -> String {
    if day_of == day_of.last_of_month() {
        format!("at the end of {}", month(day_of))
    } else {
        format!("on {}", day(day_of))
    }
}

/// `Coast`, `Coast and Harbour`, `Coast, Harbour and Moorland`.
pub fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    }
}

/// A day as people type it: `2017-12-31`, `31/12/2017`, `31 December 2017`, `31 dec 2017`.
pub fn read_day(text: &str) -> Option<Date> {
    let text = text.trim();
    if let Ok(day) = text.parse::<Date>() {
        return Some(day);
    }
    let parts: Vec<&str> = text.split(['/', '.', '-', ' ']).filter(|part| !part.is_empty()).collect();
    let [day, month, year] = parts[..] else { return None };
    let month = month.parse::<i8>().ok().or_else(|| month_called(month))?;
    let year: i16 = year.parse().ok().filter(|year| *year >= 1000)?;
    Date::new(year, month, day.parse().ok()?).ok()
}

fn month_called(name: &str) -> Option<i8> {
    let name = name.to_lowercase();
    if name.len() < 3 {
        return None;
    }
    (1..=12).find(|month| {
        Date::new(2017, *month, 1).is_ok_and(|day| month_name(day).to_lowercase().starts_with(&name))
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn amounts_read_as_people_write_them() {
        assert_eq!(Unit::Number("cases").short(12_345.0), "12,345");
        assert_eq!(Unit::Number("cases").short(646.0), "646");
        assert_eq!(Unit::Share.short(0.15), "15%");
        assert_eq!(Unit::Share.short(0.155), "15.5%");
        assert_eq!(Unit::Share.short(0.0), "0%");
        assert_eq!(Unit::WorkingDays.long(33.42), "33.4 working days");
        assert_eq!(Unit::Days.long(1.0), "1 day");
        assert_eq!(Unit::Points.long(-0.5), "-0.5 points");
    }

    #[test]
    fn days_and_periods_read_as_people_say_them() {
        assert_eq!(at_the_end_of(date(2017, 12, 31)), "at the end of December 2017");
        assert_eq!(at_the_end_of(date(2017, 12, 30)), "on 30 December 2017");
        let during = |from, to| Period { from, to }.during();
        assert_eq!(during(date(2017, 12, 1), date(2017, 12, 31)), "in December 2017");
        assert_eq!(during(date(2017, 1, 1), date(2017, 12, 31)), "in 2017");
        assert_eq!(during(date(2017, 10, 1), date(2017, 12, 31)), "from October to December 2017");
        assert_eq!(during(date(2016, 10, 1), date(2017, 12, 31)), "from October 2016 to December 2017");
        assert_eq!(during(date(2017, 10, 2), date(2017, 12, 3)), "between 2 October and 3 December 2017");
        assert_eq!(during(date(2017, 10, 2), date(2017, 10, 2)), "on 2 October 2017");
    }

    #[test]
    fn a_day_is_read_however_it_is_typed() {
        for text in ["2017-12-31", "31/12/2017", "31.12.2017", " 31 December 2017 ", "31 dec 2017"] {
            assert_eq!(read_day(text), Some(date(2017, 12, 31)), "{text}");
        }
        for text in ["", "yesterday", "31/13/2017", "30 February 2017", "1/1/17", "2017-12", "31 xyz 2017"] {
            assert_eq!(read_day(text), None, "{text}");
        }
    }
}
