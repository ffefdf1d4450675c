//! `report`: a measure for a day, for a terminal, as JSON or as CSV.

use std::sync::Arc;

use caseledger_aggregates::calendar::civil_date;
use caseledger_log::Clock;
use caseledger_projections::measures::{self, Amount, CATALOGUE, Figure, Filters};

use crate::args::{ReportArgs, ReportFormat};
use crate::clock::MachineClock;
use crate::exit::Failure;
use crate::output::tell;
use crate::settings::Settings;
use crate::wire::Station;

/// Answers the subcommand.
///
/// # Errors
/// [`Failure::NotFound`] when no measure is called so.
pub async fn run(settings: &Settings, args: &ReportArgs, json: bool) -> Result<(), Failure> {
    let Some(name) = args.measure.as_deref().filter(|_| !args.list) else { return list(json) };
    let measure = measures::measure(name).ok_or_else(|| {
        Failure::NotFound(format!("No measure is called '{name}'. 'caseledger report --list' names them."))
    })?;
    let at = args.at.unwrap_or_else(|| civil_date(MachineClock.now()));
    let station = Station::open(settings, Arc::new(MachineClock)).await?;
    let caught_up = station.projections.catch_up().await;
    let figure = measures::figure(station.projections.db(), measure, at, &Filters::default()).await;
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
            csv(&figure);
            Ok(())
        }
    }
}

fn list(json: bool) -> Result<(), Failure> {
    if json {
        return super::print_json(&CATALOGUE);
    }
    for measure in CATALOGUE {
        tell!("{:20} {}", measure.id, measure.title);
    }
    Ok(())
}

fn amount(value: Option<Amount>) -> String {
    match value {
        None => "none".to_owned(),
        Some(Amount::Count(count)) => count.to_string(),
        Some(Amount::Share(share)) => share.to_string(),
    }
}

fn out_of(numerator: u64, denominator: Option<u64>) -> String {
    denominator.map_or_else(String::new, |denominator| format!(" ({numerator} of {denominator})"))
}

fn text(figure: &Figure) {
    tell!(
        "{}, {}: {}{}",
        figure.title,
        figure.at,
        amount(figure.value),
        out_of(figure.numerator, figure.denominator)
    );
    tell!("{}\n", figure.definition);
    for part in &figure.breakdown {
        let name = part.name.as_deref().or(part.key.as_deref()).unwrap_or("not allocated");
        let of = out_of(part.numerator, part.denominator);
        tell!("  {:12} {name:44} {}{of}", part.by, amount(part.value));
    }
}

fn csv(figure: &Figure) {
    tell!("measure,at,by,key,name,value,numerator,denominator");
    let whole = [figure.id, &figure.at.to_string(), "", "", ""].map(quoted).join(",");
    let figures = |value: Option<Amount>, numerator: u64, denominator: Option<u64>| {
        let value = value.map_or_else(String::new, |value| amount(Some(value)));
        let denominator = denominator.map_or_else(String::new, |denominator| denominator.to_string());
        format!("{value},{numerator},{denominator}")
    };
    tell!("{whole},{}", figures(figure.value, figure.numerator, figure.denominator));
    for part in &figure.breakdown {
        let (key, name) = (part.key.as_deref().unwrap_or_default(), part.name.as_deref().unwrap_or_default());
        let cells = [figure.id, &figure.at.to_string(), part.by, key, name].map(quoted).join(",");
        tell!("{cells},{}", figures(part.value, part.numerator, part.denominator));
    }
}

/// A cell as RFC 4180 writes it; what a spreadsheet would take for a formula is kept from being one.
fn quoted(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_where_it_must_be_and_is_never_a_formula() {
        assert_eq!(quoted("Coast"), "Coast");
        assert_eq!(quoted("Safe, sound"), "\"Safe, sound\"");
        assert_eq!(quoted("=1+1"), "'=1+1");
    }
}
