//! The subcommands that look, ask or mend, and end.

pub mod backup;
pub mod command;
pub mod doctor;
pub mod export;
pub mod health;
mod post;
pub mod projections;
pub mod replay;
pub mod report;

use std::path::Path;

use serde::Serialize;

use crate::args::Dialect;
use crate::clock::MachineClock;
use crate::exit::Failure;
use crate::import;
use crate::output::tell;
use crate::settings::Settings;
use crate::wire::Station;

/// Prints an answer as JSON on stdout.
///
/// # Errors
/// [`Failure::Failed`] when it has no JSON form.
pub fn print_json(answer: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(answer).map_err(Failure::failed)?;
    tell!("{text}");
    Ok(())
}

/// `import annex-a`.
///
/// # Errors
/// [`Failure::Usage`] for a file that is no workbook, [`Failure::Incomplete`] when rows were rejected; the others as the
/// import's.
pub async fn import_annex_a(
    settings: &Settings,
    file: &Path,
    dialect: Dialect,
    json: bool,
) -> Result<(), Failure> {
    // Before the store is opened, and made: a file that is no workbook leaves nothing behind.
    let workbook = import::read(file)?;
    let station = Station::open(settings, std::sync::Arc::new(MachineClock)).await?;
    station.register_settings().await?;
    let report = import::annex_a(&station.dispatcher, file, &workbook, dialect).await?;
    station.catch_up().await?;
    station.log.close().await;
    if json {
        print_json(&report)?
    } else {
        tell!("{report}")
    }
    if report.rejected > 0 {
        let told = format!("{} of {} rows were rejected; the report says why.", report.rejected, report.rows);
        return Err(Failure::Incomplete(told));
    }
    Ok(())
}

/// `config print`.
///
/// # Errors
/// [`Failure::Failed`] when a setting has no form to be printed in.
pub fn print_config(settings: &Settings, json: bool) -> Result<(), Failure> {
    if json {
        return print_json(&settings.to_show());
    }
    tell!("{}", settings.to_toml()?);
    Ok(())
}

/// `migrate`.
///
/// # Errors
/// [`Failure::Unavailable`] when the store does not answer.
pub async fn migrate(settings: &Settings, json: bool) -> Result<(), Failure> {
    let station = Station::open(settings, std::sync::Arc::new(MachineClock)).await?;
    let head = station.log.head().await.map_err(Failure::unavailable)?;
    station.log.close().await;
    if json {
        return print_json(&serde_json::json!({ "store": settings.store_to_show(), "position": head }));
    }
    tell!(
        "{} has the tables that this version needs; its log ends at position {head}.",
        settings.store_to_show()
    );
    Ok(())
}
