//! Sentences made from figures: what a page says before it shows anything.

use crate::said::said;
use crate::told::{Breakdown, Point, Told, Value, When};
use crate::words::{self, Unit, at_the_end_of};

/// What the figure says, and how it has changed: `646 families were being helped at the end of December 2017, up from 252
/// at the end of April.`
pub fn headline(told: &Told) -> String {
    let scope =
        if told.filters.is_empty() { String::new() } else { format!("{}: ", told.filters.join(", ")) };
    let said = match told.value {
        Value::Known { amount, .. } => format!("{} {}", clause(told, amount), told.when()),
        Value::Nothing => format!("There was nothing to count {}", told.when()),
        Value::TooFew => format!("Too few were counted {} to show how many", told.when()),
    };
    let change = match told.measure.when {
        When::OnDay => change(told, told.series.first(), Some(told.value)),
        When::InPeriod => None,
    };
    let course = match (told.measure.when, told.series.as_slice()) {
        (When::InPeriod, [first, .., last]) => course(told, first, last),
        _ => None,
    };
    format!("{scope}{}{}.{}", upper_first(&said), change.unwrap_or_default(), course.unwrap_or_default())
}

/// The two figures that a letter to a board begins with.
pub fn index_headline(open: &Told, partner_led: &Told) -> String {
    let first = headline(open);
    match partner_led.value {
        Value::Known { amount, .. } => {
            let share = clause(partner_led, amount);
            format!("{}; {share}.", first.trim_end_matches('.'))
        }
        Value::Nothing | Value::TooFew => first,
    }
}

/// What is special about the parts: where it is most, where least.
pub fn extremes(breakdown: &Breakdown, unit: Unit) -> Option<String> {
    let named = || breakdown.parts.iter().filter(|part| part.named);
    let known = || named().filter_map(|part| Some((part, part.value.amount()?)));
    let highest = known().max_by(|one, other| one.1.total_cmp(&other.1))?;
    let lowest = known().min_by(|one, other| one.1.total_cmp(&other.1))?;
    if highest.1 == lowest.1 {
        return (known().count() > 1).then(|| format!("By {} there is no difference.", breakdown.by));
    }
    let part = |(part, amount): (&crate::told::Part, f64)| format!("{} ({})", part.name, unit.short(amount));
    Some(format!("By {} it is highest for {} and lowest for {}.", breakdown.by, part(highest), part(lowest)))
}

/// What stands under the headline: what is shown, as statisticians say it.
pub fn subtitle(told: &Told) -> String {
    let what = match told.measure.unit {
        Unit::Number(of) => format!("Number of {of}"),
        Unit::Share => "Share".to_owned(),
        Unit::WorkingDays => "Mean, in working days".to_owned(),
        Unit::Days => "Mean, in days".to_owned(),
        Unit::Points => "Mean, in points".to_owned(),
    };
    let counted = match told.value {
        Value::Known { numerator: Some(numerator), denominator: Some(denominator), .. }
            if told.measure.unit == Unit::Share =>
        {
            format!(" ({} of {})", words::whole(numerator), words::count(denominator))
        }
        Value::Known { denominator: Some(denominator), .. } => format!(" (of {})", words::count(denominator)),
        _ => String::new(),
    };
    let when = match told.measure.when {
        When::OnDay => format!("as at {}", words::day(told.period.to)),
        When::InPeriod => format!("{} to {}", words::day(told.period.from), words::day(told.period.to)),
    };
    let target = told.target.map(|target| format!(" Target: {}.", told.measure.unit.long(target)));
    format!("{}. {what}{counted}, {when}.{}", told.measure.title, target.unwrap_or_default())
}

/// What a chart over time shows, for those who don't see it.
pub fn described(told: &Told) -> String {
    let unit = told.measure.unit;
    let points: Vec<String> = told
        .series
        .iter()
        .map(|point| format!("{}: {}", told.when_of(point.period), point.value.shown(unit)))
        .collect();
    if points.is_empty() {
        "There are no figures.".to_owned()
    } else {
        format!("{}.", upper_first(&points.join("; ")))
    }
}

fn clause(told: &Told, amount: f64) -> String {
    let unit = told.measure.unit;
    match said(&told.measure.id) {
        Some(said) => {
            let text = if unit.short(amount) == "1" { said.one } else { said.many };
            text.replacen("{}", &unit.long(amount), 1)
        }
        None => match unit {
            Unit::Number(of) => format!("{}: {} {of}", told.measure.title, unit.long(amount)),
            _ => format!("{}: {}", told.measure.title, unit.long(amount)),
        },
    }
}

/// `, up from 252 at the end of April`.
fn change(told: &Told, first: Option<&Point>, now: Option<Value>) -> Option<String> {
    let unit = told.measure.unit;
    let (first, now) = (first?, now?.amount()?);
    if first.period.to >= told.period.to {
        return None;
    }
    let before = first.value.amount()?;
    let then = without_year(at_the_end_of(first.period.to), first.period.to.year(), told.period.to.year());
    let (before_said, now_said) = (unit.short(before), unit.short(now));
    Some(if before_said == now_said {
        format!(", the same as {then}")
    } else {
        format!(", {} from {before_said} {then}", if now > before { "up" } else { "down" })
    })
}

/// ` 91 in December, up from 55 in January.`
fn course(told: &Told, first: &Point, last: &Point) -> Option<String> {
    let unit = told.measure.unit;
    let (before, now) = (first.value.amount()?, last.value.amount()?);
    let then = without_year(first.period.during(), first.period.to.year(), last.period.to.year());
    let (before_said, now_said) = (unit.short(before), unit.short(now));
    let compared = if before_said == now_said {
        format!("the same as {then}")
    } else {
        format!("{} from {before_said} {then}", if now > before { "up" } else { "down" })
    };
    Some(format!(" It was {now_said} {}, {compared}.", last.period.during()))
}

fn without_year(text: String, year: i16, told: i16) -> String {
    if year == told { text.trim_end_matches(&format!(" {year}")).to_owned() } else { text }
}

fn upper_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use caseledger_commands::Date;
    use jiff::civil::date;

    use super::*;
    use crate::told::{Definition, Part};
    use crate::words::Period;

    fn known(amount: f64) -> Value {
        Value::Known { amount, numerator: None, denominator: None }
    }

    fn told(id: &str, unit: Unit, when: When, value: Value, series: &[(Date, Date, Value)]) -> Told {
        let point = |(from, to, value): &(Date, Date, Value)| Point {
            period: Period { from: *from, to: *to },
            value: *value,
        };
        Told {
            measure: Definition {
                id: id.to_owned(),
                group: "Open cases".to_owned(),
                title: "Referrals received".to_owned(),
                numerator: String::new(),
                denominator: None,
                clock: String::new(),
                events: vec![],
                unit,
                when,
            },
            period: Period { from: date(2017, 1, 1), to: date(2017, 12, 31) },
            value,
            target: None,
            breakdowns: vec![],
            series: series.iter().map(point).collect(),
            filters: vec![],
        }
    }

    fn open(value: Value) -> Told {
        let april = (date(2017, 4, 1), date(2017, 4, 30), known(252.0));
        let december = (date(2017, 12, 1), date(2017, 12, 31), value);
        told("open-cases", Unit::Number("cases"), When::OnDay, value, &[april, december])
    }

    #[test]
    fn the_letters_sentence_comes_out_of_the_figures() {
        let partner_led = told("partner-led", Unit::Share, When::OnDay, known(0.15), &[]);
        assert_eq!(
            index_headline(&open(known(646.0)), &partner_led),
            "646 families were being helped at the end of December 2017, up from 252 at the end of April; \
             15% of plans were led by partners."
        );
    }

    #[test]
    fn it_says_down_and_the_same_and_one() {
        assert_eq!(
            headline(&open(known(1.0))),
            "1 family was being helped at the end of December 2017, down from 252 at the end of April."
        );
        assert!(headline(&open(known(252.0))).ends_with(", the same as at the end of April."));
    }

    #[test]
    fn what_happened_in_a_period_is_told_with_its_course() {
        let months = [
            (date(2017, 1, 1), date(2017, 1, 31), known(55.0)),
            (date(2017, 12, 1), date(2017, 12, 31), known(91.0)),
        ];
        let told = told("unheard-of", Unit::Number("referrals"), When::InPeriod, known(812.0), &months);
        assert_eq!(
            headline(&told),
            "Referrals received: 812 referrals in 2017. It was 91 in December 2017, up from 55 in January."
        );
    }

    #[test]
    fn nothing_and_too_few_are_said_in_words() {
        assert_eq!(
            headline(&open(Value::TooFew)),
            "Too few were counted at the end of December 2017 to show how many."
        );
        assert_eq!(
            headline(&open(Value::Nothing)),
            "There was nothing to count at the end of December 2017."
        );
    }

    #[test]
    fn a_part_of_the_authority_is_named_first() {
        let told = Told { filters: vec!["Coast".to_owned()], ..open(known(61.0)) };
        assert!(headline(&told).starts_with("Coast: 61 families"), "{}", headline(&told));
    }

    #[test]
    fn the_highest_and_the_lowest_part_are_named() {
        let part = |name: &str, value| Part { name: name.to_owned(), named: true, value };
        let parts =
            vec![part("Coast", known(0.18)), part("Vale", Value::TooFew), part("Moorland", known(0.09))];
        let by = Breakdown { by: "locality".to_owned(), parts };
        assert_eq!(
            extremes(&by, Unit::Share).unwrap(),
            "By locality it is highest for Coast (18%) and lowest for Moorland (9%)."
        );
        assert_eq!(extremes(&Breakdown { parts: vec![], ..by }, Unit::Share), None);
    }
}
