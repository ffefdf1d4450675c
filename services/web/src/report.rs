//! The readable form of reports: pure functions from what is told to HTML. Pages use them, and so does whoever writes
//! reports into files.

use caseledger_commands::Date;
use maud::{Markup, html};

use crate::chart::{Bar, Bars, Mark, Target, Time, spark};
use crate::components::{self, Cell, Table};
use crate::headline;
use crate::told::{Breakdown, Going, Improvement, Moved, Point, Remark, Told, Value, When};
use crate::words::{self, Unit};

/// Where a report's links lead; what has no address is left out.
#[derive(Clone, Debug, Default)]
pub struct Links {
    /// The figures as CSV.
    pub csv: Option<String>,
    /// The figures as JSON.
    pub json: Option<String>,
    /// The figures as a workbook.
    pub xlsx: Option<String>,
    /// The cases behind the figure.
    pub cases: Option<String>,
}

/// A measure as a report shows it: heading, finding, chart and table, parts, commentary, improvement, definition.
///
/// It begins with a heading of the first level and has those of the second; `intro` stands under the first.
pub fn measure(
    told: &Told,
    remarks: &[Remark],
    improvements: &[Improvement],
    links: &Links,
    intro: &Markup,
) -> Markup {
    html! {
        span.govuk-caption-l { (told.measure.group) }
        h1.govuk-heading-l { (told.measure.title) }
        (intro)
        p.app-headline { (headline::headline(told)) }
        p.app-subtitle { (headline::subtitle(told)) }
        @if told.has_too_few() { (withheld()) }
        @if !told.series.is_empty() { (over_time(told)) }
        @for breakdown in &told.breakdowns { (parts(told, breakdown)) }
        (links_of(links))
        (commentary(told, remarks))
        (improvement(told, improvements))
        (definition(told))
    }
}

fn withheld() -> Markup {
    components::inset_text(
        "Numbers so small that a child could be recognised by them are not shown to your role. It says ‘too few to show’ \
         in their place.",
    )
}

/// The figure over time: the chart, and the same figures as a table beside it.
fn over_time(told: &Told) -> Markup {
    let id = format!("{}-over-time", told.measure.id);
    let unit = told.measure.unit;
    let chart = Time {
        title: format!("{} over time", told.measure.title),
        description: headline::described(told),
        marks: told.series.iter().map(|point| mark(point, unit)).collect(),
        target: told.target.map(|amount| target(amount, unit)),
        line: unit.is_rate(),
        tick: tick(unit),
        id: id.clone(),
    };
    html! {
        section aria-labelledby=(format!("{id}-heading")) {
            h2.govuk-heading-m id=(format!("{id}-heading")) { "Over time" }
            div.app-told {
                figure.app-chart.app-wide tabindex="0" role="group" aria-label=(format!("Chart: {}", chart.title)) { (chart.svg()) }
                (wide("Figures over time", &series_table(told)))
            }
        }
    }
}

/// A table that scrolls by itself where the page is narrow.
fn wide(label: &str, table: &Table) -> Markup {
    html! { div.app-wide tabindex="0" role="region" aria-label=(label) { (table.html()) } }
}

fn series_table(told: &Told) -> Table {
    let unit = told.measure.unit;
    let has_base = told.series.iter().any(|point| base(point.value).is_some());
    let mut head = vec![Cell::words(match told.measure.when {
        When::OnDay => "At the end of",
        When::InPeriod => "In",
    })];
    head.push(Cell::number(unit.heading()));
    if has_base {
        head.push(Cell::number("Out of"));
    }
    let rows = told.series.iter().map(|point| {
        let time = match told.measure.when {
            When::OnDay if point.period.to == point.period.to.last_of_month() => {
                words::month(point.period.to)
            }
            When::OnDay => words::day(point.period.to),
            When::InPeriod if point.period.is_month() => words::month(point.period.to),
            When::InPeriod => format!("{} to {}", words::day(point.period.from), words::day(point.period.to)),
        };
        let mut row = vec![Cell::words(time), Cell::number(point.value.shown(unit))];
        if has_base {
            row.push(Cell::number(base(point.value).map_or_else(String::new, words::count)));
        }
        row
    });
    Table {
        caption: Some("The same figures".to_owned()),
        caption_classes: Some("govuk-table__caption--s".to_owned()),
        head,
        rows: rows.collect(),
        first_cell_is_header: true,
    }
}

const fn base(value: Value) -> Option<u64> {
    match value {
        Value::Known { denominator, .. } => denominator,
        Value::Nothing | Value::TooFew => None,
    }
}

fn mark(point: &Point, unit: Unit) -> Mark {
    let day = point.period.to;
    let short: String = words::month_name(day).chars().take(3).collect();
    let ends_month = day == day.last_of_month();
    Mark {
        label: if ends_month { short } else { format!("{} {short}", day.day()) },
        year: day.year().to_string(),
        amount: point.value.amount(),
        shown: point.value.shown(unit),
    }
}

fn target(amount: f64, unit: Unit) -> Target {
    Target { amount, label: format!("Target {}", unit.long(amount)) }
}

fn tick(unit: Unit) -> fn(f64) -> String {
    match unit {
        Unit::Number(_) => |amount| Unit::Number("").short(amount),
        Unit::Share => |amount| Unit::Share.short(amount),
        Unit::WorkingDays | Unit::Days | Unit::Points => |amount| Unit::Points.short(amount),
    }
}

/// The figure by one dimension.
fn parts(told: &Told, breakdown: &Breakdown) -> Markup {
    let unit = told.measure.unit;
    let id = format!("{}-by-{}", told.measure.id, breakdown.by.replace(' ', "-"));
    let title = format!("By {}", breakdown.by);
    let described: Vec<String> =
        breakdown.parts.iter().map(|part| format!("{}: {}", part.name, part.value.shown(unit))).collect();
    let bars = breakdown.parts.iter().map(|part| Bar {
        name: part.name.clone(),
        amount: part.value.amount(),
        shown: part.value.shown(unit),
    });
    let chart = Bars {
        id: id.clone(),
        title: format!("{}, {}", told.measure.title, title.to_lowercase()),
        description: format!("{}.", described.join("; ")),
        bars: bars.collect(),
        target: told.target.filter(|_| unit.is_rate()).map(|amount| target(amount, unit)),
    };
    html! {
        section aria-labelledby=(format!("{id}-heading")) {
            h2.govuk-heading-m id=(format!("{id}-heading")) { (title) ", " (told.when()) }
            @if breakdown.parts.is_empty() {
                p.govuk-body { "There is nothing to count." }
            } @else {
                @if let Some(sentence) = headline::extremes(breakdown, unit) { p.govuk-body { (sentence) } }
                div.app-told {
                    figure.app-chart.app-wide tabindex="0" role="group" aria-label=(format!("Chart: {}", chart.title)) { (chart.svg()) }
                    (wide(&format!("Figures by {}", breakdown.by), &parts_table(breakdown, unit)))
                }
            }
        }
    }
}

fn parts_table(breakdown: &Breakdown, unit: Unit) -> Table {
    let has_base = breakdown.parts.iter().any(|part| base(part.value).is_some());
    let mut head = vec![Cell::words(upper_first(&breakdown.by)), Cell::number(unit.heading())];
    if has_base {
        head.push(Cell::number("Out of"));
    }
    let rows = breakdown.parts.iter().map(|part| {
        let mut row = vec![Cell::words(part.name.clone()), Cell::number(part.value.shown(unit))];
        if has_base {
            row.push(Cell::number(base(part.value).map_or_else(String::new, words::count)));
        }
        row
    });
    Table {
        caption: Some("The same figures".to_owned()),
        caption_classes: Some("govuk-table__caption--s".to_owned()),
        head,
        rows: rows.collect(),
        first_cell_is_header: true,
    }
}

fn upper_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn links_of(links: &Links) -> Markup {
    let all = [
        (&links.cases, "The cases behind this figure"),
        (&links.csv, "These figures as CSV"),
        (&links.xlsx, "These figures as a workbook (xlsx)"),
        (&links.json, "These figures as JSON"),
    ];
    let there: Vec<_> = all.into_iter().filter_map(|(href, text)| Some((href.as_ref()?, text))).collect();
    html! {
        @if !there.is_empty() {
            ul.govuk-list.app-links.app-no-print {
                @for (href, text) in there { li { a.govuk-link href=(href) { (text) } } }
            }
        }
    }
}

/// What people said that the figures mean, with the figures that they spoke of beside what they are now.
fn commentary(told: &Told, remarks: &[Remark]) -> Markup {
    let unit = told.measure.unit;
    html! {
        h2.govuk-heading-m id="commentary" { "What it means for children and families" }
        @if remarks.is_empty() {
            p.govuk-body { "Nobody has said yet what this figure means. Managers and analysts can record a commentary." }
        }
        @for remark in remarks {
            article.app-remark {
                p.app-remark__words { (remark.words) }
                p.app-remark__by { (remark.by) ", " (words::day(remark.on)) ", on the figures " (spoken_of(told, remark)) }
                (Table {
                    caption: Some("The figures spoken of, then and now".to_owned()),
                    caption_classes: Some("govuk-visually-hidden".to_owned()),
                    head: vec![Cell::words("Figure"), Cell::number("As it stood then"), Cell::number("As it is known now")],
                    rows: remark.figures.iter().map(|figure| vec![
                        Cell::words(figure.label.clone()),
                        Cell::number(figure.value.shown(unit)),
                        Cell::number(figure.now.map_or_else(String::new, |now| now.shown(unit))),
                    ]).collect(),
                    first_cell_is_header: true,
                }.html())
            }
        }
    }
}

fn spoken_of(told: &Told, remark: &Remark) -> String {
    match told.measure.when {
        When::OnDay => words::at_the_end_of(remark.period.to),
        When::InPeriod => remark.period.during(),
    }
}

/// What is done to improve the measure, and whether it moved.
fn improvement(told: &Told, improvements: &[Improvement]) -> Markup {
    html! {
        h2.govuk-heading-m id="improvement" { "What is being done to improve it" }
        @if improvements.is_empty() { p.govuk-body { "No improvement action hangs on this measure." } }
        @for action in improvements {
            article.app-remark {
                h3.govuk-heading-s { (action.what) " " (going(action.going)) }
                (components::summary_list(&{
                    let mut rows = vec![
                        ("How it will show".to_owned(), html! { (action.success) }),
                        ("Who answers for it".to_owned(), html! {
                            (action.owner) ", by " (words::day(action.due))
                            @if action.overdue { " " (components::tag("Overdue", Some("red"))) }
                        }),
                    ];
                    if let Some(progress) = &action.progress {
                        let on = action.told_on.map(|day| format!(" ({})", words::day(day)));
                        let heading = if action.going == Going::Done { "What it changed" } else { "How it goes" };
                        rows.push((heading.to_owned(), html! { (progress) (on.unwrap_or_default()) }));
                    }
                    if let Some((day, then)) = action.began {
                        rows.push(("Whether the measure moved".to_owned(), html! { (moved(told, action, day, then)) }));
                    }
                    rows
                }))
            }
        }
    }
}

/// `12% when it was agreed on 5 September 2017, 15% at the end of December 2017: better. The target is 25%.`
fn moved(told: &Told, action: &Improvement, day: Date, then: Value) -> String {
    let unit = told.measure.unit;
    let way = match action.moved {
        Some(Moved::Better) => ": better",
        Some(Moved::Worse) => ": worse",
        Some(Moved::Up) => ": up",
        Some(Moved::Down) => ": down",
        Some(Moved::Unchanged) => ": it has not moved",
        None => "",
    };
    let target = action.target.map(|target| format!(" The target is {}.", unit.long(target)));
    format!(
        "{} when it was agreed on {}, {} {}{way}.{}",
        upper_first(&then.shown(unit)),
        words::day(day),
        action.now.shown(unit),
        told.when(),
        target.unwrap_or_default()
    )
}

fn going(going: Going) -> Markup {
    match going {
        Going::NotToldYet => components::tag("Not told yet", Some("grey")),
        Going::OnTrack => components::tag("On track", Some("green")),
        Going::AtRisk => components::tag("At risk", Some("yellow")),
        Going::OffTrack => components::tag("Off track", Some("red")),
        Going::Done => components::tag("Done", Some("teal")),
    }
}

/// How the measure is defined.
pub fn definition(told: &Told) -> Markup {
    let measure = &told.measure;
    let mut rows = vec![("What is counted".to_owned(), html! { (measure.numerator) })];
    if let Some(denominator) = &measure.denominator {
        rows.push(("Out of".to_owned(), html! { (denominator) }));
    }
    rows.push(("By which clock".to_owned(), html! { (measure.clock) }));
    rows.push((
        "Events that it follows from".to_owned(),
        html! { ul.govuk-list { @for event in &measure.events { li { code { (event) } } } } },
    ));
    rows.push((
        "Target".to_owned(),
        html! { (told.target.map_or_else(|| "The authority has set none.".to_owned(), |target| measure.unit.long(target))) },
    ));
    html! {
        h2.govuk-heading-m id="definition" { "How it is defined" }
        (components::summary_list(&rows))
    }
}

/// A measure as the index shows it.
pub struct Line {
    /// The measure and its figure.
    pub told: Told,
    /// Where its own page is.
    pub href: String,
}

/// The index: the headline, and every measure under its group's heading, in the order given.
pub fn index(headline: Option<&str>, lines: &[Line]) -> Markup {
    let mut groups: Vec<(&str, Vec<&Line>)> = vec![];
    for line in lines {
        match groups.iter_mut().find(|(group, _)| *group == line.told.measure.group) {
            Some((_, lines)) => lines.push(line),
            None => groups.push((&line.told.measure.group, vec![line])),
        }
    }
    html! {
        @if let Some(headline) = headline { p.app-headline { (headline) } }
        @if groups.len() > 3 {
            nav aria-labelledby="contents" {
                h2.govuk-heading-s id="contents" { "On this page" }
                ul.govuk-list.app-contents {
                    @for (group, _) in &groups { li { a.govuk-link href=(format!("#{}", anchor(group))) { (group) } } }
                }
            }
        }
        @for (group, lines) in &groups {
            section aria-labelledby=(anchor(group)) {
                h2.govuk-heading-m id=(anchor(group)) { (group) }
                ul.app-figures { @for line in lines { (figure(line)) } }
            }
        }
    }
}

fn figure(line: &Line) -> Markup {
    let told = &line.told;
    let unit = told.measure.unit;
    let amounts: Vec<Option<f64>> = told.series.iter().map(|point| point.value.amount()).collect();
    html! {
        li.app-figure {
            p.app-figure__value {
                @match told.value {
                    Value::Known { amount, .. } => {
                        (unit.short(amount))
                        @if let Some(of) = unit_below(unit) { small { (of) } }
                    },
                    other => small { (upper_first(&other.shown(unit))) },
                }
            }
            div.app-figure__about {
                h3.govuk-heading-s { a.govuk-link href=(line.href) { (told.measure.title) } }
                p.govuk-body-s { (headline::headline(told)) }
            }
            @if amounts.iter().flatten().count() > 1 { div.app-spark { (spark(&amounts, unit.is_rate())) } }
        }
    }
}

const fn unit_below(unit: Unit) -> Option<&'static str> {
    match unit {
        Unit::Number(of) => Some(of),
        Unit::Share => None,
        Unit::WorkingDays => Some("working days"),
        Unit::Days => Some("days"),
        Unit::Points => Some("points"),
    }
}

/// The id of a group's heading.
fn anchor(group: &str) -> String {
    let mut id = String::from("group-");
    id.extend(
        group.to_lowercase().chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }),
    );
    id
}
