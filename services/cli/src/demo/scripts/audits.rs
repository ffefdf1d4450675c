//! Audits: a few cases each month from the summer on, mostly of compliance at first; and two programmes ahead.

use caseledger_commands::audit::{
    AgreeAuditAction, AuditCommand, AuditScope, CompleteAudit, CompleteAuditAction, Compliance,
    ComplianceCheck, ModerateAudit, PlanAudit, RecordCaseAudit, StandardGrade,
};
use caseledger_commands::codes::AuditGrade;
use caseledger_commands::{ActionId, CaseId};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use uuid::Uuid;

use super::{Chance, Lane, Script, Step, World, moment};
use crate::demo::cohort::Episode;

/// Steps whose taking is checked.
const STEPS: &[&str] = &[
    "referral-acknowledged",
    "decision-within-one-working-day",
    "assessment-within-timescale",
    "children-seen",
    "plan-shared-with-family",
    "review-held-on-time",
    "supervision-on-record",
];

/// What shows a grade, from the best to the worst.
const EVIDENCE: [&[&str]; 4] = [
    &["The child's own words run through the record, and the plan changes because of them."],
    &[
        "Purposeful and up to date; the family would recognise itself.",
        "Seen regularly and alone; views in the plan.",
        "Reasons are given for each decision, and followed up.",
    ],
    &[
        "Mostly in place, but one child of two was heard.",
        "Actions have dates, and few say how one will know that they worked.",
        "The manager's note agrees and does not question.",
        "Information from the police is on file, and not yet in the analysis.",
    ],
    &[
        "Four months without a visit on record.",
        "The plan is the referral in other words; nobody asked the child.",
    ],
];

/// All audits of the year.
pub fn script(world: &World<'_>) -> Vec<Step> {
    let mut steps = vec![];
    let mut number = 0;
    for month in 6..=12 {
        let days = world.days.range(date(2017, month, 3), date(2017, month, 22));
        let mut chance = Chance::stream(world.seed, 7_000_000 + u64::from(month.unsigned_abs()));
        let planned = days[0];
        let supported = supported(world, planned);
        let size = (supported.len() / 40).clamp(2, 9 * (1 + world.cohort.episodes.len() / 2000));
        for index in chance.some(&supported, size) {
            let day = chance.choose(days).max(world.days.after(planned, 1));
            steps.extend(audit(world, index, number, (planned, day), &mut chance));
            number += 1;
        }
    }
    steps.extend(programmes(world, number));
    steps
}

/// The cases with a plan on a day.
fn supported(world: &World<'_>, day: Date) -> Vec<usize> {
    let planned = |episode: &Episode| episode.help().is_some_and(|help| help.planned_on(day));
    (0..world.cohort.episodes.len()).filter(|index| planned(&world.cohort.episodes[*index])).collect()
}

fn audit(
    world: &World<'_>,
    index: usize,
    number: usize,
    (planned, day): (Date, Date),
    chance: &mut Chance,
) -> Vec<Step> {
    let mut script = Script::new(Lane::Audit(number));
    let case = world.case_id(index);
    let at = moment(planned, 10);
    let id = chance.id(at);
    let auditor = &world.roster.auditor;
    let plan = PlanAudit {
        title: format!("Case audit, {}", planned.strftime("%B %Y")),
        scope: AuditScope::SingleCase { case },
        purpose: "Monthly sample: are the steps taken, and does the work help the child?".into(),
        lead: auditor.id,
        agencies: vec![],
        due: day.saturating_add(21.days()),
    };
    script.then::<AuditCommand>(at, &auditor.actor, id, plan);
    let findings = findings(world, case, chance);
    let overall = findings.overall;
    script.then::<AuditCommand>(moment(day, 15), &auditor.actor, id, findings.clone());
    if chance.percent(32) {
        moderate(world, &mut script, id, &findings, world.days.after(day, 4), chance);
    }
    act(world, &mut script, (id, case, index), overall, world.days.after(day, 6), chance);
    let done = CompleteAudit {
        findings: "Told to the practitioner and the manager; what recurs goes to the quality group.".into(),
        not_audited: vec![],
    };
    let last = world.days.after(day, 7);
    if last.year() == 2017 {
        script.then::<AuditCommand>(moment(last, 16), &auditor.actor, id, done);
    }
    script.finish()
}

fn findings(world: &World<'_>, case: CaseId, chance: &mut Chance) -> RecordCaseAudit {
    let grades: Vec<_> = world
        .authority
        .audit_standards
        .iter()
        .map(|standard| {
            let (grade, place) = graded(chance);
            StandardGrade {
                standard: standard.id.clone(),
                grade,
                evidence: chance.pick(EVIDENCE[place]).into(),
            }
        })
        .collect();
    let (overall, _) = graded(chance);
    let compliance = STEPS
        .iter()
        .map(|step| ComplianceCheck {
            step: (*step).to_owned(),
            result: chance.weighted(&[
                (Compliance::Met, 80),
                (Compliance::NotMet, 15),
                (Compliance::NotApplicable, 5),
            ]),
            note: None,
        })
        .collect();
    RecordCaseAudit {
        case,
        auditor: world.roster.auditor.id,
        compliance,
        grades,
        overall,
        summary: "Steps are mostly taken; how well each is taken differs from worker to worker.".into(),
    }
}

fn graded(chance: &mut Chance) -> (AuditGrade, usize) {
    chance.weighted(&[
        ((AuditGrade::Outstanding, 0), 3),
        ((AuditGrade::Good, 1), 38),
        ((AuditGrade::RequiresImprovement, 2), 48),
        ((AuditGrade::Inadequate, 3), 11),
    ])
}

/// Another manager grades the same case, and is rarely the milder one.
fn moderate(
    world: &World<'_>,
    script: &mut Script,
    id: Uuid,
    findings: &RecordCaseAudit,
    day: Date,
    chance: &mut Chance,
) {
    if day.year() > 2017 {
        return;
    }
    let mut grades = findings.grades.clone();
    let index = chance.index(grades.len());
    grades[index].grade = AuditGrade::RequiresImprovement;
    grades[index].evidence = chance.pick(EVIDENCE[2]).into();
    let teams = &world.roster.teams;
    let command = ModerateAudit {
        case: findings.case,
        moderator: teams[chance.index(teams.len())].manager.id,
        grades,
        overall: findings.overall,
        reason: "Agreed altogether; one standard is seen more strictly.".into(),
    };
    script.then::<AuditCommand>(moment(day, 11), &world.roster.auditor.actor, id, command);
}

fn act(
    world: &World<'_>,
    script: &mut Script,
    (id, case, index): (Uuid, CaseId, usize),
    overall: AuditGrade,
    day: Date,
    chance: &mut Chance,
) {
    if !matches!(overall, AuditGrade::RequiresImprovement | AuditGrade::Inadequate) || day.year() > 2017 {
        return;
    }
    let auditor = &world.roster.auditor.actor;
    let action: ActionId = chance.id(moment(day, 12)).into();
    let due = world.days.after(day, 15);
    let agreed = AgreeAuditAction {
        action,
        case: Some(case),
        what: "See each child alone, and bring what they say to the next review.".into(),
        owner: world.lead(index).id,
        due,
    };
    script.then::<AuditCommand>(moment(day, 12), auditor, id, agreed);
    // Actions are followed up after the audit is told; its completion waits for none of them.
    let done = world.days.after(due, 2);
    if chance.percent(60) && done.year() == 2017 {
        let outcome = "Done; the review of the following week used it.".into();
        script.then::<AuditCommand>(moment(done, 12), auditor, id, CompleteAuditAction { action, outcome });
    }
}

/// Two multi-agency programmes are planned for early 2018. Source: the inspection letter.
fn programmes(world: &World<'_>, first: usize) -> Vec<Step> {
    let themes = [
        (
            "step-down",
            "Step-down from social care, early 2018",
            "Is what families told social care known to us, or are they asked again?",
        ),
        (
            "domestic-abuse",
            "Early help's response to domestic abuse, early 2018",
            "How soon is a family seen after a notification, and does it help?",
        ),
    ];
    let mut steps = vec![];
    for (number, (theme, title, purpose)) in themes.into_iter().enumerate() {
        let mut script = Script::new(Lane::Audit(first + number));
        let at = moment(date(2017, 12, 13), 10);
        let id = Chance::stream(world.seed, 7_500_000 + number as u64).id(at);
        let agencies = world.authority.agencies.iter().map(|agency| agency.id).skip(1).take(3).collect();
        let plan = PlanAudit {
            title: title.to_owned(),
            scope: AuditScope::Themed { theme: theme.to_owned() },
            purpose: purpose.into(),
            lead: world.roster.auditor.id,
            agencies,
            due: date(2018, 3, 30),
        };
        script.then::<AuditCommand>(at, &world.roster.auditor.actor, id, plan);
        steps.extend(script.finish());
    }
    steps
}
