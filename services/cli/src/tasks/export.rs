//! `export`: files that others accept, each with a trace that leads from its rows to cases and events.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use caseledger_aggregates::calendar::civil_date;
use caseledger_commands::Date;
use caseledger_exports::annex_a::{self, Dialect};
use caseledger_exports::quality::{self, Quality};
use caseledger_exports::{safeguarding, trace_csv};
use caseledger_log::Clock;
use caseledger_projections::exports::{self, Lists};
use serde_json::json;

use crate::args::{AnnexAArgs, EpisodesArgs, ExportDialect, ReportFormat};
use crate::clock::MachineClock;
use crate::exit::Failure;
use crate::output::tell;
use crate::settings::Settings;
use crate::wire::Station;

impl From<ExportDialect> for Dialect {
    fn from(dialect: ExportDialect) -> Self {
        match dialect {
            ExportDialect::Older => Self::Older,
            ExportDialect::Newer => Self::Newer,
        }
    }
}

/// `export annex-a`.
///
/// # Errors
/// [`Failure::Usage`] for a day that is still to come; [`Failure::Incomplete`] when a check finds what would be refused.
pub async fn annex_a(settings: &Settings, args: &AnnexAArgs, json: bool) -> Result<(), Failure> {
    let at = past(args.at, "--at")?;
    let dialect = Dialect::from(args.dialect);
    let station = up_to_date(settings).await?;
    let lists = exports::lists(station.projections.db(), at).await;
    let head = station.log.head().await;
    station.log.close().await;
    let (lists, head) = (lists.map_err(Failure::unavailable)?, head.map_err(Failure::unavailable)?);
    let quality = quality::check(&lists, dialect);
    let files = args.out.as_deref().map(|out| write(&lists, dialect, out, args.trace.as_deref()));
    let files = files.transpose()?;
    if args.check {
        return tell_quality(&quality, if json { ReportFormat::Json } else { args.format });
    }
    let (out, trace) = files.unwrap_or_default();
    let [contacts, early_help, referrals] = quality.rows;
    let [refused, missing, notes] = quality.counts;
    if json {
        return super::print_json(&json!({
            "file": out,
            "trace": trace,
            "at": at,
            "dialect": dialect,
            "rows": { "contacts": contacts, "early_help": early_help, "referrals": referrals },
            "quality": { "refused": refused, "missing": missing, "notes": notes },
            "position": head,
        }));
    }
    tell!(
        "{}: Annex A as at {at}: {contacts} contacts, {early_help} early help, {referrals} referrals.",
        out.display()
    );
    tell!("{}: for each row its case and events, up to position {head} of the log.", trace.display());
    if refused + missing > 0 {
        tell!(
            "{refused} cells would be refused and {missing} say that something is not known: look with --check."
        );
    }
    Ok(())
}

/// `export ssd-early-help`.
///
/// # Errors
/// [`Failure::Usage`] for a period that is still to come or runs backwards.
pub async fn episodes(settings: &Settings, args: &EpisodesArgs, json: bool) -> Result<(), Failure> {
    let to = past(args.to, "--to")?;
    let from = args.from.unwrap_or(Date::MIN);
    if from > to {
        return Err(Failure::Usage("--from is after --to.".to_owned()));
    }
    let station = up_to_date(settings).await?;
    let episodes = exports::episodes(station.projections.db(), from, to).await;
    let head = station.log.head().await;
    station.log.close().await;
    let (episodes, head) = (episodes.map_err(Failure::unavailable)?, head.map_err(Failure::unavailable)?);
    let trace = args.trace.clone().unwrap_or_else(|| beside(&args.out));
    write_private(&args.out, safeguarding::episodes_csv(&episodes).as_bytes())?;
    write_private(&trace, trace_csv(safeguarding::trace(&episodes)).as_bytes())?;
    if json {
        return super::print_json(&json!({
            "file": args.out,
            "trace": trace,
            "from": args.from,
            "to": to,
            "rows": episodes.len(),
            "position": head,
        }));
    }
    tell!("{}: {} early help episodes, as at {to}.", args.out.display(), episodes.len());
    tell!("{}: for each row its case and events, up to position {head} of the log.", trace.display());
    Ok(())
}

/// A day that is not still to come; today, where none is given.
pub(crate) fn past(day: Option<Date>, option: &str) -> Result<Date, Failure> {
    let today = civil_date(MachineClock.now());
    let day = day.unwrap_or(today);
    if day > today {
        return Err(Failure::Usage(format!("{option} takes a day that is not still to come.")));
    }
    Ok(day)
}

/// The store, with its read models at the log's end.
pub(crate) async fn up_to_date(settings: &Settings) -> Result<Station, Failure> {
    let station = Station::open_existing(settings, Arc::new(MachineClock)).await?;
    let caught_up = station.projections.catch_up().await;
    if let Err(error) = caught_up {
        station.log.close().await;
        return Err(Failure::failed(error));
    }
    Ok(station)
}

fn write(
    lists: &Lists,
    dialect: Dialect,
    out: &Path,
    trace: Option<&Path>,
) -> Result<(PathBuf, PathBuf), Failure> {
    let workbook = annex_a::workbook(lists, dialect, MachineClock.now()).map_err(Failure::failed)?;
    let trace = trace.map_or_else(|| beside(out), Path::to_path_buf);
    write_private(out, &workbook)?;
    write_private(&trace, trace_csv(annex_a::trace(lists)).as_bytes())?;
    Ok((out.to_path_buf(), trace))
}

/// The trace's usual place: `annex-a.xlsx` has `annex-a-trace.csv`.
fn beside(file: &Path) -> PathBuf {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    file.with_file_name(format!("{stem}-trace.csv"))
}

/// Writes a file that its owner alone may read, whole or not at all.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let wrong =
        |error: std::io::Error| Failure::Failed(format!("{} can't be written: {error}", path.display()));
    let mut name =
        path.file_name().ok_or_else(|| Failure::Usage(format!("{} is no file.", path.display())))?.to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&part).map_err(wrong)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(wrong)?;
    std::fs::rename(&part, path).map_err(wrong)
}

fn tell_quality(quality: &Quality, format: ReportFormat) -> Result<(), Failure> {
    match format {
        ReportFormat::Json => super::print_json(quality)?,
        ReportFormat::Text => tell!("{quality}"),
        ReportFormat::Csv => tell!("{}", quality.to_csv().trim_end()),
    }
    match quality.refused() {
        0 => Ok(()),
        refused => {
            Err(Failure::Incomplete(format!("{refused} cells would be refused; the report says why.")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_stands_beside_its_file() {
        assert_eq!(beside(Path::new("out/annex-a.xlsx")), Path::new("out/annex-a-trace.csv"));
        assert_eq!(beside(Path::new("episodes")), Path::new("episodes-trace.csv"));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_of_children_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.csv");
        write_private(&path, b"one").unwrap();
        write_private(&path, b"two").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(write_private(Path::new("/"), b"").is_err());
    }
}
