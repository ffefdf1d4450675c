//! The findings, counted and written out.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use super::{Count, Finding, Quality, Severity};
use crate::csv;

/// How many findings each column, locality and team has.
pub(super) fn summary(findings: &[Finding]) -> Vec<Count> {
    let column = |finding: &Finding| Some(format!("{}: {}", finding.sheet, finding.column));
    let mut counts = counted("column", findings, column);
    counts.extend(counted("locality", findings, |finding| finding.locality.clone()));
    counts.extend(counted("team", findings, |finding| finding.team.clone()));
    counts
}

fn counted(by: &'static str, findings: &[Finding], name: impl Fn(&Finding) -> Option<String>) -> Vec<Count> {
    let mut counts: BTreeMap<Option<String>, [usize; 3]> = BTreeMap::new();
    for finding in findings {
        let counted = counts.entry(name(finding)).or_default();
        match finding.severity {
            Severity::Refused => counted[0] += 1,
            Severity::Missing => counted[1] += 1,
            Severity::Note => counted[2] += 1,
        }
    }
    counts
        .into_iter()
        .map(|(name, [refused, missing, notes])| Count { by, name, refused, missing, notes })
        .collect()
}

/// The columns of the findings as CSV.
const HEADINGS: [&str; 12] = [
    "sheet",
    "row",
    "case_reference",
    "case_id",
    "column",
    "severity",
    "what",
    "command",
    "on",
    "position",
    "locality",
    "team",
];

impl Quality {
    /// The findings as CSV, a line each.
    pub fn to_csv(&self) -> String {
        let line = |finding: &Finding| {
            [
                Cow::Borrowed(finding.sheet),
                Cow::Owned(finding.row.map_or_else(String::new, |row| row.to_string())),
                Cow::Owned(finding.reference.to_string()),
                Cow::Owned(finding.case.to_string()),
                Cow::Borrowed(finding.column),
                Cow::Borrowed(finding.severity.word()),
                Cow::Borrowed(finding.what),
                Cow::Borrowed(finding.command.unwrap_or_default()),
                Cow::Owned(finding.on.clone()),
                Cow::Owned(finding.position.map_or_else(String::new, |position| position.to_string())),
                Cow::Owned(finding.locality.clone().unwrap_or_default()),
                Cow::Owned(finding.team.clone().unwrap_or_default()),
            ]
        };
        csv(&HEADINGS, self.findings.iter().map(line))
    }
}

impl fmt::Display for Quality {
    /// For a terminal: what there is to do in a sentence, where it is, and every finding.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [contacts, early_help, referrals] = self.rows;
        let [refused, missing, notes] = self.counts;
        writeln!(
            f,
            "Annex A as at {}: {contacts} contacts, {early_help} early help, {referrals} referrals.\n\
             {refused} cells would be refused, {missing} say that something is not known, {notes} notes.",
            self.at
        )?;
        for by in ["column", "locality", "team"] {
            let counts: Vec<&Count> = self.summary.iter().filter(|count| count.by == by).collect();
            if counts.is_empty() {
                continue;
            }
            writeln!(f, "\n{:52} {:>8} {:>8} {:>8}", format!("By {by}"), "refused", "missing", "notes")?;
            for count in counts {
                let name = count.name.as_deref().unwrap_or("no team");
                writeln!(f, "  {name:50} {:>8} {:>8} {:>8}", count.refused, count.missing, count.notes)?;
            }
        }
        for severity in Severity::ALL {
            let mut found = self.findings.iter().filter(|finding| finding.severity == severity).peekable();
            if found.peek().is_some() {
                writeln!(f, "\n{}", heading(severity))?;
            }
            for finding in found {
                write_finding(f, finding)?;
            }
        }
        Ok(())
    }
}

const fn heading(severity: Severity) -> &'static str {
    match severity {
        Severity::Refused => "Would be refused",
        Severity::Missing => "Not known",
        Severity::Note => "Notes",
    }
}

fn write_finding(f: &mut fmt::Formatter<'_>, finding: &Finding) -> fmt::Result {
    let Finding { sheet, row, column, what, reference, .. } = finding;
    match row {
        Some(row) => write!(f, "  {sheet}, row {row}, {column} (case {reference}): {what}")?,
        None => write!(f, "  {sheet}, {column} (case {reference}): {what}")?,
    }
    match finding.command {
        Some(command) => writeln!(f, ". Mend: {command} on {}", finding.on),
        None => writeln!(f, "."),
    }
}
