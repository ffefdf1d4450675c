//! Bringing in an existing caseload: rows in, commands out, and a report that accounts for every row.

mod annex_a;
mod cells;
mod report;
mod workbook;

pub use annex_a::{Plan, Row, plan};
pub use report::{Finding, Outcome, Report};
pub use workbook::{List, Sheet, Unreadable, Workbook};

use std::path::Path;

use caseledger_commands::case::CaseCommand;
use caseledger_commands::person::PersonCommand;
use caseledger_commands::{Actor, Role};
use caseledger_dispatch::{Dispatcher, OCCURRED_AT, Rejection, Request};

use crate::args::Dialect;
use crate::exit::Failure;

/// Reads lists 1 to 3 of an Annex A workbook.
///
/// # Errors
/// [`Failure::Usage`] when the file can't be read as a workbook.
pub fn read(file: &Path) -> Result<Workbook, Failure> {
    workbook::read(file).map_err(|error| Failure::Usage(format!("{}: {error}", file.display())))
}

/// Imports them.
///
/// # Errors
/// [`Failure::Unavailable`] when the store fails halfway, after which importing again goes on where it stopped.
pub async fn annex_a(
    dispatcher: &Dispatcher,
    file: &Path,
    workbook: &Workbook,
    dialect: Dialect,
) -> Result<Report, Failure> {
    let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned();
    let Plan { rows, findings } = plan(&name, workbook, dialect);
    let mut report = Report::new(&name, &workbook.sheets, findings);
    let actor = importer();
    for row in rows {
        let outcome = import(dispatcher, &actor, &row).await?;
        report.count(&row, outcome);
    }
    Ok(report)
}

/// Who imports: an operator at the machine, as a service.
fn importer() -> Actor {
    Actor {
        subject: "operator:import".to_owned(),
        roles: vec![Role::Service],
        practitioner: None,
        agency: None,
        team: None,
        on_behalf_of: None,
    }
}

/// Sends a row's commands. A row that was imported before changes nothing.
async fn import(dispatcher: &Dispatcher, actor: &Actor, row: &Row) -> Result<Outcome, Failure> {
    let person = Request::of(&PersonCommand::from(row.person.clone())).on(row.person_id);
    let case = Request::of(&CaseCommand::from(row.case.clone())).on(row.case_id);
    let mut news = false;
    for (request, key, first) in
        [(person, &row.person_key, row.introduces_child), (case, &row.case_key, true)]
    {
        if !first {
            continue;
        }
        let request = Request { provenance: Some(row.place.clone()), ..request };
        match dispatcher.dispatch(actor, request.at(row.happened).with_key(key)).await {
            Ok(receipt) => news |= !receipt.repeated && receipt.positions.is_some(),
            // The same row with other contents than last time: the key is known for another request.
            Err(Rejection::KeyReused) => return Ok(Outcome::Changed),
            Err(Rejection::Unavailable | Rejection::Busy) => {
                let told = "The store failed during the import. Import the file again: what is in stays in.";
                return Err(Failure::Unavailable(told.to_owned()));
            }
            Err(Rejection::InvalidInput(violations))
                if violations.iter().any(|one| one.field == OCCURRED_AT) =>
            {
                let why = violations.into_iter().find(|one| one.field == OCCURRED_AT).map(|one| one.detail);
                return Ok(Outcome::Misdated(why.unwrap_or_default()));
            }
            Err(rejection) => return Ok(Outcome::Refused(rejection.to_string())),
        }
    }
    Ok(if news { Outcome::Imported } else { Outcome::Known })
}
