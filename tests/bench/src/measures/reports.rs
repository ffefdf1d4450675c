//! Reports: every measure of the catalogue, as things stand now and as they stood on days of the past.

use std::error::Error;
use std::time::Instant;

use caseledger::clock::MachineClock;
use caseledger_aggregates::calendar::civil_date;
use caseledger_commands::{Date, Role};
use caseledger_log::Clock;
use caseledger_projections::measures::CATALOGUE;
use jiff::ToSpan;
use serde::Serialize;

use crate::contest;
use crate::issuer::Issuer;
use crate::stores::Stores;

/// How long one measure's reports took.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The measure.
    pub id: &'static str,
    /// Of 20 requests for the figure of today with all its breakdowns, the time that 19 stay below, in milliseconds.
    pub current_p95_ms: f64,
    /// The same for 20 days, spread over the years that the store tells of.
    pub as_at_p95_ms: f64,
}

/// How often each is asked for.
const TIMES: usize = 20;

/// Asks the service on a store for every measure; answers how long each took.
///
/// # Errors
/// When the service does not start, or refuses a report.
pub async fn measure(
    stores: &Stores,
    store: &str,
    issuer: &Issuer,
    years: i64,
) -> Result<Vec<Report>, Box<dyn Error>> {
    let server = contest::serve(store, issuer, &stores.file("reports.log")).await?;
    let inspector = issuer.token("inspector", Role::Inspector, None, None, None);
    let client = reqwest::Client::new();
    let get = async |id: &str, at: Date| -> Result<f64, Box<dyn Error>> {
        let address = format!("http://{}/v1/reports/{id}?at={at}", server.address);
        let started = Instant::now();
        let answer = client.get(address).bearer_auth(&inspector).send().await?.error_for_status()?;
        let _figure = answer.bytes().await?;
        Ok(started.elapsed().as_secs_f64() * 1e3)
    };
    let today = civil_date(MachineClock.now());
    let mut reports = vec![];
    for measure in CATALOGUE {
        // The first of each reads pages from the disk that stay in memory; an authority asks every morning.
        get(measure.id, today).await?;
        let (mut current, mut past) = (vec![], vec![]);
        for number in 0..TIMES {
            current.push(get(measure.id, today).await?);
            let back = years * 365 * i64::try_from(number + 1)? / i64::try_from(TIMES + 1)?;
            past.push(get(measure.id, today.checked_sub(back.days())?).await?);
        }
        let (current_p95_ms, as_at_p95_ms) = (p95(current), p95(past));
        reports.push(Report { id: measure.id, current_p95_ms, as_at_p95_ms });
    }
    Ok(reports)
}

/// The time that 19 of 20 stay below.
fn p95(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    let place = (times.len() * 95).div_ceil(100).saturating_sub(1);
    times.get(place).map_or(f64::INFINITY, |time| (time * 10.0).round() / 10.0)
}

/// The slowest of all, by one of its times.
pub fn slowest(reports: &[Report], by: fn(&Report) -> f64) -> Option<f64> {
    reports.iter().map(by).reduce(f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nineteen_of_twenty_are_as_fast_or_faster() {
        assert_eq!(p95((1..=20).map(f64::from).collect()), 19.0);
        assert_eq!(p95(vec![]), f64::INFINITY);
    }
}
