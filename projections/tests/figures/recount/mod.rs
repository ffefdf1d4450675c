//! The units of each measure, found the slow way. One file a group of questions.

mod audits;
mod caseload;
mod panel;
mod quality;
mod supervision;

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
        "panel-held-on-time" => panel::on_time(record, from, to),
        "panel-cadence" => panel::cadence(record, from, to),
        "panel-attendance" => panel::attendance(record, from, to),
        "panel-decided" => panel::decided(record, from, to),
        "neglect-toolkit-trained" => supervision::trained(record, to),
        "supervised-in-time" => supervision::supervised(record, to),
        "supervisions-in-time" => supervision::in_time(record, from, to),
        "supervision-actions-complete" => supervision::complete(record, from, to),
        "supervision-actions-in-time" => supervision::done_in_time(record, from, to),
        "supervision-actions-carried-forward" => supervision::carried(record, from, to),
        "supervision-thresholds-considered" => supervision::discussed(record, from, to),
        "supervision-thresholds-questioned" => supervision::questioned(record, from, to),
        "case-audits" => audits::cases(record, from, to, |_| 1.0),
        "audits-good-or-better" => audits::cases(record, from, to, |e| audits::good(e.overall)),
        "audit-standards-good-or-better" => audits::standards(record, from, to),
        "audit-compliance" => audits::compliance(record, from, to),
        "audit-moderation-differs" => {
            audits::moderated(record, from, to, |steps| f64::from(u8::from(steps > 0)))
        }
        "audit-moderation-difference" => audits::moderated(record, from, to, f64::from),
        "audit-actions-open" => audits::open(record, to, |_| true),
        "audit-actions-overdue" => audits::open(record, to, |due| due < to),
        "audit-actions-in-time" => audits::in_time(record, from, to),
        "late-entries" => quality::late(record, from, to),
        "corrected-entries" => quality::corrected(record, from, to),
        _ => return None,
    })
}
