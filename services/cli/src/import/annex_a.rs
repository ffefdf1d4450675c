//! What each row of the lists means: a child in the people register, and a case as far as the list knows it.
//!
//! A contact (list 1) is a referral that ended there as far as the list tells: it says nothing of what came of it, and
//! comes in as a case that was closed on its day. So does a referral (list 3) without further action. An assessment (list 2)
//! and any other referral come in as open cases. See decision record 0052.

use std::collections::{BTreeMap, BTreeSet};

use calamine::Data;
use caseledger_commands::case::{
    ClosureReason, ConsentPosition, ImportCase, ImportedAssessment, ImportedClosure, Provenance,
};
use caseledger_commands::codes::ReferralSource;
use caseledger_commands::person::{Birth, BirthBasis, Identifier, IdentifierKind, RegisterPerson};
use caseledger_commands::{Date, Personal, Timestamp};
use caseledger_dispatch::key_derived_id;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::cells::{self, Read, Reason};
use super::report::Finding;
use super::workbook::{List, Sheet, Workbook};
use crate::args::Dialect;

/// What ids and idempotency keys of an import begin with. They follow from what a row says and not from the file, so that
/// next month's file does not bring the same assessment in again.
const SCOPE: &str = "annex-a";

/// A row that can be imported.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its sheet.
    pub sheet: String,
    /// Its number, as a spreadsheet counts.
    pub number: u64,
    /// File, sheet and row, as events keep it.
    pub place: String,
    /// When what it tells of happened.
    pub happened: Timestamp,
    /// The column that says so.
    pub dated_by: &'static str,
    /// The child.
    pub person: RegisterPerson,
    /// The child's id.
    pub person_id: Uuid,
    /// The child's idempotency key.
    pub person_key: String,
    /// Whether it is the first row about the child: the later ones add cases to the same child.
    pub introduces_child: bool,
    /// The case.
    pub case: ImportCase,
    /// The case's id.
    pub case_id: Uuid,
    /// The case's idempotency key.
    pub case_key: String,
}

/// What is to be imported, and what was noticed about the rows.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The rows that can be imported.
    pub rows: Vec<Row>,
    /// What is wrong with the others, and what was read leniently.
    pub findings: Vec<Finding>,
}

/// Reads every row of the lists.
pub fn plan(file: &str, workbook: &Workbook, dialect: Dialect) -> Plan {
    let mut plan = Plan { findings: not_read(workbook), ..Plan::default() };
    let mut children: BTreeMap<Uuid, RegisterPerson> = BTreeMap::new();
    let mut cases = BTreeSet::new();
    for sheet in &workbook.sheets {
        plan.findings.extend(columns_at_fault(sheet));
        for (number, cells) in &sheet.rows {
            let mut reading = Reading { sheet, number: *number, cells, dialect, findings: vec![] };
            match reading.row(file) {
                Some(row) if !cases.insert(row.case_id) => {
                    reading.reject("Child Unique ID", "an earlier row of the file says the same".to_owned());
                }
                Some(mut row) => {
                    match children.get(&row.person_id) {
                        Some(known) => {
                            row.introduces_child = false;
                            reading.compare(known, &row.person);
                        }
                        None => _ = children.insert(row.person_id, row.person.clone()),
                    }
                    plan.rows.push(row);
                }
                None => {}
            }
            plan.findings.append(&mut reading.findings);
        }
    }
    plan
}

/// What a workbook holds besides the lists, and which of the lists it lacks.
fn not_read(workbook: &Workbook) -> Vec<Finding> {
    let about = |sheet: String, reason: &str| Finding {
        sheet,
        row: None,
        column: "(sheet)".to_owned(),
        reason: reason.to_owned(),
        rejects: false,
    };
    let missing = workbook.missing().map(|list| about(list, "the workbook has no sheet of that name"));
    let mut findings: Vec<_> = missing.collect();
    if !workbook.others.is_empty() {
        findings.push(about(workbook.others.join(", "), "not read: only lists 1 to 3 are imported"));
    }
    findings
}

/// The columns that a sheet lacks, and those that are none of its list's.
fn columns_at_fault(sheet: &Sheet) -> Vec<Finding> {
    let note = |column: &str, reason: &str| Finding {
        sheet: sheet.name.clone(),
        row: sheet.headings,
        column: column.to_owned(),
        reason: reason.to_owned(),
        rejects: false,
    };
    let read = sheet.list.columns().iter().filter(|column| column.title != "Age of Child (Years)");
    let missing = read.filter(|column| !sheet.has(column.title));
    let missing = missing.map(|column| note(column.title, NO_SUCH_COLUMN));
    let strangers = sheet
        .strangers
        .iter()
        .map(|letters| note(&format!("column {letters}"), "not read: its heading is none of the list's"));
    missing.chain(strangers).collect()
}

const NO_SUCH_COLUMN: &str = "the sheet has no column with that heading";

/// One row being read.
struct Reading<'a> {
    sheet: &'a Sheet,
    number: u64,
    cells: &'a [Data],
    dialect: Dialect,
    findings: Vec<Finding>,
}

/// What a list adds to the child.
struct Told {
    happened: Date,
    source: Option<ReferralSource>,
    assessment: Option<ImportedAssessment>,
    team: Option<String>,
    worker: Option<String>,
    ended: bool,
}

impl Reading<'_> {
    fn row(&mut self, file: &str) -> Option<Row> {
        // Every cell is read before the row is given up, so that one report names all that is wrong with it.
        let child = self.needed("Child Unique ID", cells::line);
        let person = self.person(child.as_deref());
        let told = match self.sheet.list {
            List::Contacts => self.contact(),
            List::EarlyHelp => self.early_help(),
            List::Referrals => self.referral(),
        };
        if self.findings.iter().any(|finding| finding.rejects) {
            return None;
        }
        let (child, person, told) = (child?, person?, told?);
        if let Some(birth) = &person.birth
            && *birth.date.reveal() > told.happened
        {
            self.reject("Date of Birth", "after the day that the row tells of".to_owned());
            return None;
        }
        Some(self.put_together(file, &child, person, told))
    }

    fn put_together(&self, file: &str, child: &str, person: RegisterPerson, told: Told) -> Row {
        let list = match self.sheet.list {
            List::Contacts => "contact",
            List::EarlyHelp => "early-help",
            List::Referrals => "referral",
        };
        let person_key = format!("{SCOPE}:child:{child}");
        let case_key = format!("{SCOPE}:{list}:{child}:{}", told.happened);
        let person_id = key_derived_id(SCOPE, &person_key);
        let closure =
            told.ended.then_some(ImportedClosure { closed_on: told.happened, reason: ClosureReason::Other });
        let case = ImportCase {
            // The row's number is told where it was found, in the event's metadata: a row that has moved down in next
            // month's file is the same row, and its command the same command.
            provenance: Provenance {
                file: "Annex A".to_owned(),
                sheet: Some(self.sheet.name.clone()),
                row: None,
            },
            children: vec![person_id.into()],
            adults: vec![],
            source: told.source,
            referred_on: (self.sheet.list != List::EarlyHelp).then_some(told.happened),
            needs: vec![],
            level_of_need: None,
            consent: ConsentPosition::NotYetSought,
            allocated_team: told.team,
            allocated_worker: told.worker.map(Personal::new),
            team: None,
            lead_practitioner: None,
            lead_agency: None,
            assessment: told.assessment,
            plan: None,
            closure,
        };
        let noon = told.happened.at(12, 0, 0, 0).to_zoned(TimeZone::UTC);
        Row {
            sheet: self.sheet.name.clone(),
            number: self.number,
            place: format!("{file}, {}, row {}", self.sheet.name, self.number),
            dated_by: match self.sheet.list {
                List::Contacts => "Date of Contact",
                List::EarlyHelp => "Assessment start date",
                List::Referrals => "Date of referral",
            },
            happened: noon.map_or(Timestamp::UNIX_EPOCH, |noon| noon.timestamp()),
            person,
            person_id,
            person_key,
            introduces_child: true,
            case,
            case_id: key_derived_id(SCOPE, &case_key),
            case_key,
        }
    }

    fn person(&mut self, child: Option<&str>) -> Option<RegisterPerson> {
        let gender = self.read("Gender", |cell| cells::gender(cell).map(Some));
        let ethnicity = self.read("Ethnicity", cells::ethnicity);
        let born = self.optional("Date of Birth", cells::date);
        if born.is_none() && !self.rejected("Date of Birth") {
            self.note("Date of Birth", "nothing in it: the child is registered without a date of birth");
        }
        Some(RegisterPerson {
            // The lists hold no names: the number stands for the child until somebody corrects the entry.
            given_name: "Child".into(),
            family_name: child?.into(),
            known_as: None,
            former_family_names: vec![],
            birth: born.map(|date| Birth { date: Personal::new(date), basis: BirthBasis::Known }),
            gender: Personal::new(gender?),
            ethnicity: ethnicity.map(Personal::new),
            disabilities: Personal::default(),
            identifiers: vec![Identifier { kind: IdentifierKind::FormerSystemId, value: child?.into() }],
            address: None,
            telephone: None,
        })
    }

    /// Notes what the row says of its child otherwise than the row that the child was registered by.
    fn compare(&mut self, known: &RegisterPerson, told: &RegisterPerson) {
        const EARLIER_COUNTS: &str =
            "an earlier row about this child says otherwise, and is what was registered";
        for (column, differs) in [
            ("Gender", known.gender != told.gender),
            ("Ethnicity", known.ethnicity != told.ethnicity),
            ("Date of Birth", known.birth != told.birth),
        ] {
            if differs {
                self.note(column, EARLIER_COUNTS);
            }
        }
    }

    fn contact(&mut self) -> Option<Told> {
        let happened = self.needed("Date of Contact", cells::date);
        let dialect = self.dialect;
        let source = self.read("Contact Source", |cell| cells::source(cell, dialect).map(Some));
        Some(Told { happened: happened?, source, assessment: None, team: None, worker: None, ended: true })
    }

    fn early_help(&mut self) -> Option<Told> {
        let started = self.needed("Assessment start date", cells::date);
        let completed = self.optional("Assessment completion date", cells::date);
        let organisation = self.optional("Organisation completing assessment", cells::line);
        if organisation.is_none() && !self.rejected("Organisation completing assessment") {
            self.note("Organisation completing assessment", "nothing in it");
        }
        let started_on = started?;
        if completed.is_some_and(|completed| completed < started_on) {
            self.reject("Assessment completion date", "before the assessment's start".to_owned());
        }
        let assessment = ImportedAssessment { started_on, completed_on: completed, organisation };
        Some(Told {
            happened: started_on,
            source: None,
            assessment: Some(assessment),
            team: None,
            worker: None,
            ended: false,
        })
    }

    fn referral(&mut self) -> Option<Told> {
        let happened = self.needed("Date of referral", cells::date);
        let dialect = self.dialect;
        let source = self.read("Referral Source", |cell| cells::source(cell, dialect).map(Some));
        let ended = self.read("Referral NFA?", cells::yes_no).unwrap_or(false);
        // How often the child was referred follows from the cases; the cell is only checked.
        let _ = self.optional("Number of Referrals in Last 12 Months", cells::count);
        let team = self.optional("Allocated Team", cells::line);
        let worker = self.optional("Allocated Worker", cells::line);
        Some(Told { happened: happened?, source, assessment: None, team, worker, ended })
    }

    /// A cell that must say something.
    fn needed<T>(&mut self, title: &'static str, read: fn(&Data) -> Result<Option<T>, Reason>) -> Option<T> {
        let value = self.optional(title, read);
        if value.is_none() && !self.rejected(title) {
            let reason = if self.sheet.has(title) { "nothing in it" } else { NO_SUCH_COLUMN };
            self.reject(title, reason.to_owned());
        }
        value
    }

    /// A cell that may be blank.
    fn optional<T>(
        &mut self,
        title: &'static str,
        read: fn(&Data) -> Result<Option<T>, Reason>,
    ) -> Option<T> {
        match read(self.sheet.cell(self.cells, title)) {
            Ok(value) => value,
            Err(reason) => {
                self.reject(title, reason);
                None
            }
        }
    }

    /// A lettered cell.
    fn read<T>(
        &mut self,
        title: &'static str,
        read: impl FnOnce(&Data) -> Result<Option<Read<T>>, Reason>,
    ) -> Option<T> {
        match read(self.sheet.cell(self.cells, title)) {
            Ok(Some(read)) => {
                if read.letter_missing {
                    self.note(title, "read without the letter that the guidance puts before it");
                }
                Some(read.value)
            }
            Ok(None) => None,
            Err(reason) => {
                self.reject(title, reason);
                None
            }
        }
    }

    fn rejected(&self, title: &str) -> bool {
        self.findings.iter().any(|finding| finding.column == title && finding.rejects)
    }

    fn reject(&mut self, column: &'static str, reason: Reason) {
        self.find(column, reason, true);
    }

    fn note(&mut self, column: &'static str, reason: &str) {
        self.find(column, reason.to_owned(), false);
    }

    fn find(&mut self, column: &str, reason: Reason, rejects: bool) {
        let (sheet, row) = (self.sheet.name.clone(), Some(self.number));
        self.findings.push(Finding { sheet, row, column: column.to_owned(), reason, rejects });
    }
}
