//! The units that follow from the events of an audit.

pub(super) mod tables;

use std::collections::BTreeMap;

use caseledger_aggregates::audit::{AuditEvent, CaseAudited};
use caseledger_aggregates::{AnyEvent, Authority};
use caseledger_commands::audit::{AuditScope, Compliance};
use caseledger_commands::codes::AuditGrade;
use caseledger_commands::{ActionId, CaseId, CaseReference, Date};
use caseledger_log::Position;
use serde::{Deserialize, Serialize};

use self::tables::{ACTION, CASE_AUDIT, COMPLIANCE, GRADE, STORY};
use super::story::{Dated, Said, Story, Subject, Told, day_of, of_its_stream};
use super::units::{Units, positions, until};
use crate::projection::Entry;
use crate::sql::{Table, Value};
use crate::words::code;

/// The story of an audit.
pub(super) struct AuditStory;

/// What an event of an audit says, without its words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Fact {
    /// It was planned; a themed audit has a theme.
    Planned { theme: Option<String> },
    /// An auditor looked at a case.
    Audited {
        case: CaseId,
        checks: Vec<(String, Compliance)>,
        grades: Vec<(String, AuditGrade)>,
        overall: AuditGrade,
    },
    /// Another person did, and found it better (above 0) or worse (below 0) by so many grades.
    Moderated { case: CaseId, difference: i8 },
    /// Something is to be done.
    ActionAgreed { action: ActionId, due: Date },
    /// It was done.
    ActionDone(ActionId),
}

impl Story for AuditStory {
    type Fact = Fact;

    const KEPT: &'static Table = &STORY;
    const TABLES: &'static [Table] = &[CASE_AUDIT, GRADE, COMPLIANCE, ACTION];

    fn said(entry: &Entry) -> Vec<(Subject<'_>, Said<Fact>)> {
        let AnyEvent::Audit(event) = &entry.event else { return vec![] };
        let fact = match event {
            AuditEvent::AuditPlanned(e) => {
                let theme = match &e.scope {
                    AuditScope::Themed { theme } => Some(theme.clone()),
                    AuditScope::SingleCase { .. } => None,
                };
                Fact::Planned { theme }
            }
            AuditEvent::CaseAudited(e) => audited(e),
            AuditEvent::AuditModerated(e) => {
                Fact::Moderated { case: e.case, difference: e.overall_difference }
            }
            AuditEvent::AuditActionAgreed(e) => Fact::ActionAgreed { action: e.action, due: e.due },
            AuditEvent::AuditActionCompleted(e) => Fact::ActionDone(e.action),
            AuditEvent::SampleDrawn(_) | AuditEvent::AuditCompleted(_) => return vec![],
        };
        of_its_stream(entry, vec![(day_of(entry), fact)])
    }

    fn units(told: &Told<Fact>, _authority: &Authority) -> Units {
        let findings = Findings::of(told);
        let mut units = Units::default();
        for dated in &told.facts {
            match &dated.fact {
                Fact::Audited { case, checks, grades, overall } => {
                    findings.add_case(&mut units, dated, *case, *overall);
                    for (standard, grade) in grades {
                        findings.add_grade(&mut units, dated, *case, (standard, *grade));
                    }
                    for (step, result) in checks.iter().filter(|(_, it)| *it != Compliance::NotApplicable) {
                        findings.add_check(&mut units, dated, *case, (step, *result));
                    }
                }
                Fact::ActionAgreed { action, due } => findings.add_action(&mut units, dated, *action, *due),
                Fact::Planned { .. } | Fact::Moderated { .. } | Fact::ActionDone(_) => {}
            }
        }
        units
    }
}

fn audited(e: &CaseAudited) -> Fact {
    Fact::Audited {
        case: e.case,
        checks: e.compliance.iter().map(|check| (check.step.clone(), check.result)).collect(),
        grades: e.grades.iter().map(|grade| (grade.standard.clone(), grade.grade)).collect(),
        overall: e.overall,
    }
}

/// What must be known of the whole audit to tell of a part of it.
struct Findings<'a> {
    audit: &'a str,
    theme: Option<&'a str>,
    moderated: BTreeMap<CaseId, (Date, i8, Position)>,
    done: BTreeMap<ActionId, (Date, Position)>,
}

impl<'a> Findings<'a> {
    fn of(told: &'a Told<Fact>) -> Self {
        let mut findings =
            Self { audit: &told.stream, theme: None, moderated: BTreeMap::new(), done: BTreeMap::new() };
        for Dated { day, position, fact } in &told.facts {
            match fact {
                Fact::Planned { theme } => findings.theme = theme.as_deref(),
                Fact::Moderated { case, difference } => {
                    findings.moderated.insert(*case, (*day, *difference, *position));
                }
                Fact::ActionDone(action) => _ = findings.done.insert(*action, (*day, *position)),
                Fact::Audited { .. } | Fact::ActionAgreed { .. } => {}
            }
        }
        findings
    }

    /// What the row of a case that was looked at begins with.
    fn begins(&self, case: CaseId, day: Date) -> [Value; 5] {
        [
            Value::text(case),
            Value::text(CaseReference::of(case)),
            Value::from(self.audit),
            Value::maybe(self.theme),
            Value::from(day),
        ]
    }

    fn add_case(&self, units: &mut Units, dated: &Dated<Fact>, case: CaseId, overall: AuditGrade) {
        let moderated = self.moderated.get(&case);
        let says = [
            Value::Text(Some(code(&overall))),
            Value::from(is_good(overall)),
            Value::from(moderated.map(|(day, ..)| *day)),
            Value::Int(moderated.map(|(_, difference, _)| i64::from(*difference))),
            positions([dated.position].into_iter().chain(moderated.map(|(.., by)| *by))),
        ];
        let row = self.begins(case, dated.day).into_iter().chain(says);
        units.add(&CASE_AUDIT, format!("{}/{case}", self.audit), row);
    }

    fn add_grade(&self, units: &mut Units, dated: &Dated<Fact>, case: CaseId, of: (&str, AuditGrade)) {
        let (standard, grade) = of;
        let says = [
            Value::from(standard),
            Value::Text(Some(code(&grade))),
            Value::from(is_good(grade)),
            positions([dated.position]),
        ];
        let row = self.begins(case, dated.day).into_iter().chain(says);
        units.add(&GRADE, format!("{}/{case}/{standard}", self.audit), row);
    }

    fn add_check(&self, units: &mut Units, dated: &Dated<Fact>, case: CaseId, of: (&str, Compliance)) {
        let (step, result) = of;
        let says = [Value::from(step), Value::from(result == Compliance::Met), positions([dated.position])];
        let row = self.begins(case, dated.day).into_iter().chain(says);
        units.add(&COMPLIANCE, format!("{}/{case}/{step}", self.audit), row);
    }

    fn add_action(&self, units: &mut Units, dated: &Dated<Fact>, action: ActionId, due: Date) {
        let done = self.done.get(&action);
        let row = [
            Value::Text(Some(format!("Audit/{}", self.audit))),
            Value::maybe(self.theme),
            Value::from(due),
            Value::from(done.map(|(day, _)| *day)),
            Value::from(dated.day),
            until(done.map(|(day, _)| *day)),
            positions([dated.position].into_iter().chain(done.map(|(_, by)| *by))),
        ];
        units.add(&ACTION, format!("{}/{action}", self.audit), row);
    }
}

fn is_good(grade: AuditGrade) -> bool {
    matches!(grade, AuditGrade::Outstanding | AuditGrade::Good)
}
