//! The units of each measure, found the slow way. One file a group of questions.

mod caseload;

use caseledger_commands::Date;

use crate::record::{Record, Unit};

/// The units of a measure from one day to another; a measure of a day is told for the last. `None` for a measure that is
/// not recounted.
pub fn recount(record: &Record, measure: &str, from: Date, to: Date) -> Option<Vec<Unit>> {
    Some(match measure {
        "open-cases" => caseload::open(record, to),
        "new-cases" => caseload::new(record, from, to),
        "ended-cases" => caseload::ended(record, from, to),
        "partner-led" => caseload::partner_led(record, to),
        _ => return None,
    })
}
