//! `report`: a measure for a day, for a terminal, as JSON, CSV or a workbook.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;

use caseledger_aggregates::calendar::civil_date;
use caseledger_commands::codes::ReferralSource;
use caseledger_exports::figures;
use caseledger_log::Clock;
use caseledger_projections::measures::{
    self, CATALOGUE, Figure, Filters, Group, Measure, NoSuchPart, Period, Question, Unit,
};

use crate::args::{FigureFormat, ReportArgs};
use crate::clock::MachineClock;
use crate::exit::Failure;
use crate::output::tell;
use crate::settings::Settings;
use crate::wire::Station;
use serde_json::json;

/// Answers the subcommand.
///
/// # Errors
/// [`Failure::NotFound`] when no measure is called so; [`Failure::Usage`] for a question that makes no sense, and for a
/// workbook on a terminal.
pub async fn run(settings: &Settings, args: &ReportArgs, json: bool) -> Result<(), Failure> {
    let Some(name) = args.measure.as_deref().filter(|_| !args.list) else { return list(json) };
    let measure = measures::measure(name).ok_or_else(|| {
        Failure::NotFound(format!("No measure is called '{name}'. 'caseledger report --list' names them."))
    })?;
    let question = question(args, measure)?;
    let out = args.out.as_deref();
    let format = args.format.unwrap_or_else(|| usual(out, json));
    if format == FigureFormat::Xlsx && out.is_none() && io::stdout().is_terminal() {
        return Err(Failure::Usage(format!(
            "A workbook is nothing for a terminal: name a file, with --out {}.xlsx.",
            measure.id
        )));
    }
    let station = Station::open_existing(settings, Arc::new(MachineClock)).await?;
    let caught_up = station.projections.catch_up().await;
    let (db, authority) = (station.projections.db(), &settings.authority);
    let unknown = question.filters.unknown(db, authority).await;
    let figure = measures::answer(db, authority, measure, &question).await;
    station.log.close().await;
    caught_up.map_err(Failure::failed)?;
    if let Some(NoSuchPart { detail, .. }) = unknown.map_err(Failure::unavailable)? {
        return Err(Failure::Usage(detail));
    }
    let figure = figure.map_err(Failure::unavailable)?;
    let bytes = written(&figure, format)?;
    match out {
        Some(out) => {
            super::export::write_private(out, &bytes)?;
            if json {
                let (id, at) = (figure.id, figure.at);
                return super::print_json(
                    &json!({ "file": out, "measure": id, "at": at, "value": figure.value }),
                );
            }
            tell!("{}: {}, {}.", out.display(), figure.title, figure.at);
            Ok(())
        }
        None => {
            let mut stdout = io::stdout().lock();
            match stdout.write_all(&bytes).and_then(|()| stdout.flush()) {
                // Whoever closes the pipe has read enough.
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::failed(error)),
                _ => Ok(()),
            }
        }
    }
}

/// The form that is meant where none is named.
fn usual(out: Option<&Path>, json: bool) -> FigureFormat {
    let extension = out.and_then(Path::extension).and_then(|extension| extension.to_str());
    match extension.map(str::to_ascii_lowercase).as_deref() {
        Some("json") => FigureFormat::Json,
        Some("csv") => FigureFormat::Csv,
        Some("xlsx") => FigureFormat::Xlsx,
        _ if json => FigureFormat::Json,
        _ => FigureFormat::Text,
    }
}

/// The figure in that form.
fn written(figure: &Figure, format: FigureFormat) -> Result<Vec<u8>, Failure> {
    Ok(match format {
        FigureFormat::Json => {
            let mut text = serde_json::to_string_pretty(figure).map_err(Failure::failed)?;
            text.push('\n');
            text.into_bytes()
        }
        FigureFormat::Text => Text(figure).to_string().into_bytes(),
        FigureFormat::Csv => figures::csv(figure).into_bytes(),
        FigureFormat::Xlsx => figures::workbook(figure, MachineClock.now()).map_err(Failure::failed)?,
    })
}

fn question(args: &ReportArgs, measure: &'static Measure) -> Result<Question, Failure> {
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

/// A figure for a terminal.
struct Text<'a>(&'a Figure);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(figure) = *self;
        let unit = figure.unit;
        let period = figure.from.map_or_else(String::new, |from| format!("{from} to "));
        writeln!(
            f,
            "{}, {period}{}: {}{}",
            figure.title,
            figure.at,
            amount(unit, figure.value),
            out_of(figure.numerator, figure.denominator)
        )?;
        if let Some(target) = figure.target {
            writeln!(f, "The authority aims at {}.", amount(unit, Some(target)))?;
        }
        writeln!(f, "{}", figure.definition)?;
        for (nth, part) in figure.breakdown.iter().enumerate() {
            if nth == 0 || figure.breakdown.get(nth - 1).is_some_and(|before| before.by != part.by) {
                writeln!(f, "\nby {}", part.by)?;
            }
            let name = part.name.as_deref().unwrap_or("not known");
            let out_of = out_of(part.numerator, part.denominator);
            writeln!(f, "  {name:52} {}{out_of}", amount(unit, part.value))?;
        }
        for (nth, point) in figure.series.iter().enumerate() {
            if nth == 0 {
                writeln!(f, "\nover time")?;
            }
            let from = point.from.map_or_else(String::new, |from| format!("{from} to "));
            let days = format!("{from}{}", point.at);
            let out_of = out_of(point.numerator, point.denominator);
            writeln!(f, "  {days:52} {}{out_of}", amount(unit, point.value))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_as_its_name_ends() {
        let of = |name: &str| usual(Some(Path::new(name)), false);
        assert_eq!(of("open.CSV"), FigureFormat::Csv);
        assert_eq!(of("figures/open.xlsx"), FigureFormat::Xlsx);
        assert_eq!(of("open.json"), FigureFormat::Json);
        assert_eq!(of("open"), FigureFormat::Text);
        assert_eq!(usual(None, true), FigureFormat::Json);
        assert_eq!(usual(None, false), FigureFormat::Text);
    }
}
