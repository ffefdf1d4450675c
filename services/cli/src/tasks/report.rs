//! `report`: a measure for a day, for a terminal, as JSON or as CSV.

use std::sync::Arc;

use caseledger_aggregates::calendar::civil_date;
use caseledger_commands::codes::ReferralSource;
use caseledger_log::Clock;
use caseledger_projections::measures::{
    self, CATALOGUE, Figure, Filters, Group, Measure, Period, Question, Unit,
};

use crate::args::{ReportArgs, ReportFormat};
use crate::clock::MachineClock;
use crate::exit::Failure;
use crate::output::tell;
use crate::settings::Settings;
use crate::wire::Station;

/// Answers the subcommand.
///
/// # Errors
/// [`Failure::NotFound`] when no measure is called so; [`Failure::Usage`] for a question that makes no sense.
pub async fn run(settings: &Settings, args: &ReportArgs, json: bool) -> Result<(), Failure> {
    let Some(name) = args.measure.as_deref().filter(|_| !args.list) else { return list(json) };
    let measure = measures::measure(name).ok_or_else(|| {
        Failure::NotFound(format!("No measure is called '{name}'. 'caseledger report --list' names them."))
    })?;
    let question = question(settings, args, measure)?;
    let station = Station::open_existing(settings, Arc::new(MachineClock)).await?;
    let caught_up = station.projections.catch_up().await;
    let figure = measures::answer(station.projections.db(), &settings.authority, measure, &question).await;
    station.log.close().await;
    caught_up.map_err(Failure::failed)?;
    let figure = figure.map_err(Failure::unavailable)?;
    match args.format {
        _ if json => super::print_json(&figure),
        ReportFormat::Json => super::print_json(&figure),
        ReportFormat::Text => {
            text(&figure);
            Ok(())
        }
        ReportFormat::Csv => {
            tell!("{}", measures::csv(&figure).trim_end());
            Ok(())
        }
    }
}

fn question(settings: &Settings, args: &ReportArgs, measure: &'static Measure) -> Result<Question, Failure> {
    let authority = &settings.authority;
    if args.locality.as_ref().is_some_and(|name| !authority.has_locality(name)) {
        let known =
            authority.localities.iter().map(|locality| locality.name.as_str()).collect::<Vec<_>>().join(", ");
        return Err(Failure::Usage(format!("The authority's localities are: {known}.")));
    }
    if args.level.is_some_and(|level| !authority.has_level(level)) {
        let highest = authority.levels.len();
        return Err(Failure::Usage(format!("The authority's levels of need are numbered 1 to {highest}.")));
    }
    let to = args.at.unwrap_or_else(|| civil_date(MachineClock.now()));
    let from = args.from.unwrap_or(Period::year_to(to).from);
    if from > to {
        return Err(Failure::Usage("The period ends before it begins: --from is after --at.".to_owned()));
    }
    let source = args.source.as_deref().map(|code| {
        ReferralSource::from_code(code)
            .ok_or_else(|| Failure::Usage(format!("'{code}' is no code of a referral source, such as 2A.")))
    });
    let filters = Filters {
        locality: args.locality.clone(),
        team: args.team,
        lead_agency: args.lead_agency,
        source: source.transpose()?,
        level: args.level,
    };
    let by = match &args.by {
        None => measure.dimensions().collect(),
        Some(named) => {
            let known = || measure.dimensions().map(|dimension| dimension.id).collect::<Vec<_>>().join(", ");
            let of = |id: &String| {
                measure.dimensions().find(|dimension| dimension.id == id).ok_or_else(|| {
                    Failure::Usage(format!(
                        "'{}' can be broken down by: {}; not by '{id}'.",
                        measure.id,
                        known()
                    ))
                })
            };
            named.iter().map(of).collect::<Result<_, _>>()?
        }
    };
    Ok(Question { period: Period { from, to }, filters, by, series: args.every })
}

fn list(json: bool) -> Result<(), Failure> {
    if json {
        return super::print_json(&CATALOGUE);
    }
    for group in Group::ALL {
        let mut measures = CATALOGUE.iter().filter(|measure| measure.group == *group).peekable();
        if measures.peek().is_some() {
            tell!("{}", group.title());
        }
        for measure in measures {
            tell!("  {:36} {}", measure.id, measure.title);
        }
    }
    Ok(())
}

/// A value as a person reads it.
fn amount(unit: Unit, value: Option<f64>) -> String {
    let Some(value) = value else { return "none".to_owned() };
    match unit {
        Unit::Number(things) => format!("{value} {things}"),
        Unit::Share => format!("{:.0}%", value * 100.0),
        Unit::WorkingDays => format!("{value} working days"),
        Unit::Days => format!("{value} days"),
        Unit::Points => format!("{value} points"),
    }
}

fn out_of(numerator: Option<f64>, denominator: Option<u64>) -> String {
    match (numerator, denominator) {
        (Some(numerator), Some(denominator)) => format!(" ({numerator} of {denominator})"),
        _ => String::new(),
    }
}

fn text(figure: &Figure) {
    let period = figure.from.map_or_else(String::new, |from| format!("{from} to "));
    tell!(
        "{}, {period}{}: {}{}",
        figure.title,
        figure.at,
        amount(figure.unit, figure.value),
        out_of(figure.numerator, figure.denominator)
    );
    if let Some(target) = figure.target {
        tell!("The authority aims at {}.", amount(figure.unit, Some(target)));
    }
    tell!("{}", figure.definition);
    for (nth, part) in figure.breakdown.iter().enumerate() {
        if nth == 0 || figure.breakdown.get(nth - 1).is_some_and(|before| before.by != part.by) {
            tell!("\nby {}", part.by);
        }
        let name = part.name.as_deref().unwrap_or("not known");
        tell!("  {name:52} {}{}", amount(figure.unit, part.value), out_of(part.numerator, part.denominator));
    }
    for (nth, point) in figure.series.iter().enumerate() {
        if nth == 0 {
            tell!("\nover time");
        }
        let from = point.from.map_or_else(String::new, |from| format!("{from} to "));
        let days = format!("{from}{}", point.at);
        tell!(
            "  {days:52} {}{}",
            amount(figure.unit, point.value),
            out_of(point.numerator, point.denominator)
        );
    }
}
