//! The checks, list by list.

use caseledger_commands::Date;
use caseledger_commands::codes::{Ethnicity, Gender, ReferralSource};
use caseledger_commands::person::BirthBasis;
use caseledger_projections::exports::{Child, Contact, EarlyHelp, Gap, Lists, Referral};

use super::{At, Finding, Quality, Severity};
use crate::annex_a::{CONTACTS, Dialect, EARLY_HELP, REFERRALS};
use crate::trace::numbered;

/// From that age on a person on a list of children is looked at again.
const ADULT: i16 = 18;

/// Checks every row of the lists.
pub fn check(lists: &Lists, dialect: Dialect) -> Quality {
    let mut checks = Checks { at: lists.at, dialect, findings: vec![] };
    for (row, it) in numbered(&lists.contacts) {
        checks.contact(&At { sheet: CONTACTS.name, row: Some(row), origin: &it.origin }, it);
    }
    for (row, it) in numbered(&lists.early_help) {
        checks.early_help(&At { sheet: EARLY_HELP.name, row: Some(row), origin: &it.origin }, it);
    }
    for (row, it) in numbered(&lists.referrals) {
        checks.referral(&At { sheet: REFERRALS.name, row: Some(row), origin: &it.origin }, it);
    }
    for gap in &lists.gaps {
        checks.gap(gap);
    }
    Quality::new(lists, dialect, checks.findings)
}

/// What mends a finding.
enum Mend<'a> {
    /// A command on the child's entry in the people register.
    Person(&'a Child),
    /// A command on the case.
    Case(&'static str),
    /// A correction of that field of the event that the row begins with.
    Field(&'static str),
    /// Nothing is to be mended.
    Nothing,
}

struct Checks {
    at: Date,
    dialect: Dialect,
    findings: Vec<Finding>,
}

impl Checks {
    fn find(
        &mut self,
        at: &At<'_>,
        column: &'static str,
        severity: Severity,
        what: &'static str,
        mend: &Mend<'_>,
    ) {
        let origin = at.origin;
        let (command, on) = match mend {
            Mend::Person(child) => (Some("correct-person-details"), format!("person {}", child.person)),
            Mend::Case(command) => (Some(*command), format!("case {}", origin.case)),
            Mend::Field(field) => {
                let on = format!("case {}, event {}, field {field}", origin.case, origin.sequence);
                (Some("correct-record"), on)
            }
            Mend::Nothing => (None, String::new()),
        };
        self.findings.push(Finding {
            sheet: at.sheet,
            row: at.row,
            column,
            severity,
            what,
            command,
            on,
            case: origin.case,
            reference: origin.reference.clone(),
            locality: origin.whose.locality.clone(),
            team: origin.whose.team_name.clone(),
            position: origin.positions.first().copied(),
        });
    }

    fn child(&mut self, at: &At<'_>, child: &Child, happened: Option<Date>) {
        if child.erased {
            let what = "the child's details were erased: the row says that nothing is known";
            self.find(at, "Child Unique ID", Severity::Note, what, &Mend::Nothing);
            return;
        }
        let person = Mend::Person(child);
        if child.gender.is_none_or(|gender| gender == Gender::NotStated) {
            self.find(at, "Gender", Severity::Missing, "no gender is recorded", &person);
        }
        match child.ethnicity {
            None | Some(Ethnicity::NotYetObtained) => {
                self.find(at, "Ethnicity", Severity::Missing, "no ethnicity is recorded", &person);
            }
            Some(_) => {}
        }
        let Some(birth) = child.birth else {
            let what = "no date of birth is recorded: age and date are blank";
            return self.find(at, "Date of Birth", Severity::Missing, what, &person);
        };
        match birth.basis {
            BirthBasis::Estimated => {
                self.find(at, "Date of Birth", Severity::Note, "the date of birth is an estimate", &person);
            }
            BirthBasis::Expected if birth.date > self.at => {
                let what = "the child is not born yet: the date is the expected one, and the age is blank";
                self.find(at, "Age of Child (Years)", Severity::Note, what, &Mend::Nothing);
            }
            BirthBasis::Expected => {
                let what = "the birth was expected by now: record when the child was born";
                self.find(at, "Date of Birth", Severity::Missing, what, &person);
            }
            BirthBasis::Known => {}
        }
        if birth.basis != BirthBasis::Expected && happened.is_some_and(|day| day < birth.date) {
            let what = "the date of birth is after the day that the row tells of";
            self.find(at, "Date of Birth", Severity::Refused, what, &person);
        }
        if child.age(self.at).is_some_and(|age| age >= ADULT) {
            let what =
                "18 or older on the day: is this a child of the family, and is the date of birth right?";
            self.find(at, "Age of Child (Years)", Severity::Note, what, &person);
        }
    }

    fn source(&mut self, at: &At<'_>, column: &'static str, source: Option<ReferralSource>) {
        let field = Mend::Field("source");
        match source {
            None | Some(ReferralSource::Unknown) => {
                self.find(at, column, Severity::Missing, "it is not recorded who asked", &field);
            }
            Some(ReferralSource::EarlyHelp) if self.dialect == Dialect::Older => {
                let what = "the older dialect has no code 5D: early help is written as 5B, another service of the authority";
                self.find(at, column, Severity::Note, what, &Mend::Nothing);
            }
            Some(_) => {}
        }
    }

    fn contact(&mut self, at: &At<'_>, row: &Contact) {
        self.child(at, &row.child, Some(row.on));
        self.source(at, "Contact Source", row.source);
    }

    fn early_help(&mut self, at: &At<'_>, row: &EarlyHelp) {
        self.child(at, &row.child, row.assessment.map(|assessment| assessment.started_on));
        match row.assessment {
            None => {
                let what = "help is being given without an assessment of this child: the date is blank";
                self.find(
                    at,
                    "Assessment start date",
                    Severity::Refused,
                    what,
                    &Mend::Case("start-assessment"),
                );
            }
            Some(assessment) if assessment.completed_on.is_some_and(|day| day < assessment.started_on) => {
                let what = "completed before it began";
                let field = Mend::Field("started_on");
                self.find(at, "Assessment completion date", Severity::Refused, what, &field);
            }
            Some(_) => {}
        }
        if row.organisation.is_none() {
            let what = "no lead agency is recorded, and no organisation came with the earlier record";
            let mend = Mend::Case("allocate-case");
            self.find(at, "Organisation completing assessment", Severity::Refused, what, &mend);
        }
    }

    fn referral(&mut self, at: &At<'_>, row: &Referral) {
        self.child(at, &row.child, Some(row.on));
        self.source(at, "Referral Source", row.source);
        let undecided = row.no_further_action.is_none();
        if undecided {
            let what = "nothing is decided yet";
            self.find(at, "Referral NFA?", Severity::Missing, what, &Mend::Case("decide-triage"));
        }
        let mend = Mend::Case(if undecided { "decide-triage" } else { "allocate-case" });
        for (column, value) in [("Allocated Team", &row.team), ("Allocated Worker", &row.worker)] {
            if value.is_none() {
                self.find(
                    at,
                    column,
                    Severity::Refused,
                    "nobody holds the case yet: the cell is blank",
                    &mend,
                );
            }
        }
    }

    fn gap(&mut self, gap: &Gap) {
        let at = At { sheet: "Plans", row: None, origin: &gap.origin };
        if gap.due {
            let what = "an action of the earlier record has no due date";
            self.find(
                &at,
                "Due date of an action",
                Severity::Missing,
                what,
                &Mend::Case("reschedule-action"),
            );
            self.name_action(gap);
        }
        if gap.owner {
            let what = "an action of the earlier record has no owner";
            self.find(&at, "Owner of an action", Severity::Missing, what, &Mend::Case("change-plan"));
            self.name_action(gap);
        }
    }

    fn name_action(&mut self, gap: &Gap) {
        if let Some(finding) = self.findings.last_mut() {
            finding.on.push_str(&format!(", action {}", gap.action));
        }
    }
}
