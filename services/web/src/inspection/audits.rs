//! What audits found: grades, standard by standard; whether the steps were taken; what moderators saw otherwise; and what
//! is done about it.

use caseledger_commands::Date;
use maud::{Markup, html};

use crate::chart::{Bar, Bars};
use crate::components::{self, Cell, Table};
use crate::words::{self, Period, Unit};

/// How many times each grade was given, the best first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grades(pub [usize; 4]);

/// The grades in words.
const GRADES: [&str; 4] = ["Outstanding", "Good", "Requires improvement", "Inadequate"];

impl Grades {
    /// How many were given.
    pub fn all(self) -> usize {
        self.0.iter().sum()
    }

    /// Which part of them is good or better.
    fn good(self) -> Option<f64> {
        let all = self.all();
        (all > 0).then(|| ((self.0[0] + self.0[1]) as f64 / all as f64 * 100.0).round() / 100.0)
    }

    /// Whether somebody could be known by one of the numbers.
    fn rests_on_few(self, below: usize) -> bool {
        self.0.into_iter().any(|of| of > 0 && of < below)
    }

    fn shown(self) -> String {
        self.good().map_or_else(|| "none".to_owned(), |good| Unit::Share.short(good))
    }
}

/// The grades of something: a practice standard, a theme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graded {
    /// What it is called.
    pub name: String,
    /// How it was graded.
    pub grades: Grades,
}

/// An audit that was finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    /// What it is called.
    pub title: String,
    /// `Single case`, or its theme.
    pub kind: String,
    /// When it was finished.
    pub completed_on: Date,
    /// How many cases it looked at.
    pub cases: usize,
    /// How many of them another person graded too.
    pub moderated: usize,
    /// The grades altogether, as the auditors gave them.
    pub grades: Grades,
    /// What was found, in the auditor's words.
    pub findings: String,
}

/// A case that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Its short reference.
    pub reference: String,
    /// The audit's title.
    pub audit: String,
    /// The auditor's grade, in words.
    pub grade: String,
    /// The moderator's, where there was one.
    pub moderated: Option<String>,
    /// What the auditor sums up.
    pub summary: String,
}

/// Whether a step was taken, over all cases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The step, in words.
    pub name: String,
    /// In how many cases it was taken, and in time.
    pub met: usize,
    /// In how many it was not.
    pub not_met: usize,
    /// In how many it did not have to be.
    pub not_applicable: usize,
}

/// How an action stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// It was done on that day.
    On(Date),
    /// It is still to be done.
    Open,
    /// It is still to be done, and its day has passed.
    Overdue,
}

/// What is to be done about a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// What.
    pub what: String,
    /// By whom.
    pub owner: String,
    /// By when.
    pub due: Date,
    /// How it stands at the end of the period.
    pub done: Done,
}

/// What audits found that were finished in a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audits {
    /// The period.
    pub period: Period,
    /// Numbers of cases below this are withheld; 0 withholds none.
    pub withhold_below: usize,
    /// The audits, in the order in which they were finished.
    pub audits: Vec<Audit>,
    /// The cases, where the reader may see them.
    pub cases: Vec<Case>,
    /// How many audited cases are left out of them, because only named people may see them.
    pub restricted: usize,
    /// The grades altogether.
    pub overall: Grades,
    /// The practice standards, as the authority orders them.
    pub standards: Vec<Graded>,
    /// The themes of themed audits.
    pub themes: Vec<Graded>,
    /// The steps that were checked.
    pub steps: Vec<Step>,
    /// How many cases were moderated, and how many of them graded otherwise altogether.
    pub moderated: (usize, usize),
    /// What is to be done, what is due first at the top.
    pub actions: Vec<Action>,
}

/// The page's content.
pub fn audits(told: &Audits) -> Markup {
    html! {
        h1.govuk-heading-l { "What audits found" }
        p.app-headline { (headline(told)) }
        p.app-subtitle { "Audits that were finished " (told.period.during()) ". Grades are the auditors’; what moderators saw \
            otherwise is told beside them, and changes none." }
        @if told.audits.is_empty() {
            p.govuk-body { "There is nothing to show. Audits that are still going on stand in a pack once they are finished." }
        } @else {
            (standards(told))
            @if !told.themes.is_empty() { (graded("Theme by theme", "Theme", &told.themes, told.withhold_below)) }
            (steps(told))
            (actions(told))
            (in_words(told))
            (list(told))
            @if !told.cases.is_empty() || told.restricted > 0 { (cases(told)) }
        }
    }
}

fn headline(told: &Audits) -> String {
    let all = told.overall.all();
    if told.audits.is_empty() {
        return format!("No audit was finished {}.", told.period.during());
    }
    let number = |of: usize, one: &str, many: &str| words::of_them(of as u64, one, many);
    let (moderated, otherwise) = told.moderated;
    let looked = format!(
        "{} looked at {}",
        number(told.audits.len(), "audit", "audits"),
        number(all, "case", "cases")
    );
    let mut text = match told.overall.good().filter(|_| !told.overall.rests_on_few(told.withhold_below)) {
        Some(good) => {
            format!("{looked}: practice was good or better in {} of them.", Unit::Share.short(good))
        }
        None => format!("{looked}."),
    };
    if moderated > 0 && moderated >= told.withhold_below {
        let otherwise = if otherwise == 0 { "none".to_owned() } else { otherwise.to_string() };
        text.push_str(&format!(
            " Of {} graded by a second person, {otherwise} came out otherwise.",
            number(moderated, "case", "cases")
        ));
    }
    text
}

/// A number of cases, unless so few that somebody could be known by it.
fn number(of: usize, withhold_below: usize) -> Cell {
    if of > 0 && of < withhold_below { Cell::number("too few to show") } else { Cell::number(of.to_string()) }
}

fn grade_cells(grades: Grades, withhold_below: usize) -> Vec<Cell> {
    // Where one is withheld, all are: the others and their share would tell it.
    if grades.rests_on_few(withhold_below) {
        return vec![Cell::number("too few to show"); 5];
    }
    let mut cells: Vec<Cell> = grades.0.iter().map(|of| Cell::number(of.to_string())).collect();
    cells.push(Cell::number(grades.shown()));
    cells
}

fn grades_head(first: &str) -> Vec<Cell> {
    let mut head = vec![Cell::words(first)];
    head.extend(GRADES.map(Cell::number));
    head.push(Cell::number("Good or better"));
    head
}

fn graded(heading: &str, first: &str, all: &[Graded], withhold_below: usize) -> Markup {
    let rows = all.iter().map(|one| {
        let mut row = vec![Cell::words(one.name.clone())];
        row.extend(grade_cells(one.grades, withhold_below));
        row
    });
    html! {
        h2.govuk-heading-m { (heading) }
        (wide(heading, Table { head: grades_head(first), rows: rows.collect(), ..plain() }))
    }
}

fn standards(told: &Audits) -> Markup {
    let hidden = |grades: Grades| grades.rests_on_few(told.withhold_below);
    let mut all = vec![Graded { name: "Altogether".to_owned(), grades: told.overall }];
    all.extend(told.standards.iter().cloned());
    let bars = all.iter().map(|one| Bar {
        name: one.name.clone(),
        amount: one.grades.good().filter(|_| !hidden(one.grades)),
        shown: if hidden(one.grades) { "too few to show".to_owned() } else { one.grades.shown() },
    });
    let bars: Vec<Bar> = bars.collect();
    let described: Vec<String> = bars.iter().map(|bar| format!("{}: {}", bar.name, bar.shown)).collect();
    let chart = Bars {
        id: "audits-by-standard".to_owned(),
        title: "The share of audited cases in which practice was good or better, by standard".to_owned(),
        description: format!("{}.", described.join("; ")),
        bars,
        target: None,
    };
    html! {
        section aria-labelledby="by-standard" {
            h2.govuk-heading-m id="by-standard" { "Good or better, standard by standard" }
            figure.app-chart.app-chart--alone.app-wide tabindex="0" role="group" aria-label=(format!("Chart: {}", chart.title)) { (chart.svg()) }
            (wide("Grades by standard", Table {
                head: grades_head("Standard"),
                rows: all.iter().map(|one| {
                    let mut row = vec![Cell::words(one.name.clone())];
                    row.extend(grade_cells(one.grades, told.withhold_below));
                    row
                }).collect(),
                ..plain()
            }))
        }
    }
}

fn steps(told: &Audits) -> Markup {
    let below = told.withhold_below;
    let rows = told.steps.iter().map(|step| {
        vec![
            Cell::words(step.name.clone()),
            number(step.met, below),
            number(step.not_met, below),
            number(step.not_applicable, below),
        ]
    });
    html! {
        h2.govuk-heading-m { "Whether the steps were taken" }
        p.govuk-body { "That a step was taken says nothing of how well: quality is graded apart from it." }
        @if told.steps.is_empty() { p.govuk-body { "No step was checked." } } @else {
            (wide("Steps", Table {
                head: vec![
                    Cell::words("Step"),
                    Cell::number("Taken in time"),
                    Cell::number("Late or not taken"),
                    Cell::number("Not called for"),
                ],
                rows: rows.collect(),
                ..plain()
            }))
        }
    }
}

fn actions(told: &Audits) -> Markup {
    let of = |wanted: fn(Done) -> bool| told.actions.iter().filter(|action| wanted(action.done)).count();
    let done = of(|done| matches!(done, Done::On(_)));
    let overdue = of(|done| done == Done::Overdue);
    html! {
        h2.govuk-heading-m { "What is done about it" }
        @if told.actions.is_empty() { p.govuk-body { "No action was agreed." } } @else {
            p.govuk-body { (done) " of " (words::of_them(told.actions.len() as u64, "action", "actions")) " "
                @if done == 1 { "was" } @else { "were" } " done by the end of " (words::day(told.period.to)) "; " (overdue)
                @if overdue == 1 { " is" } @else { " are" } " overdue." }
            (wide("Actions", Table {
                head: ["What", "Who", "By when", "How it stands"].map(Cell::words).to_vec(),
                rows: told.actions.iter().map(|action| vec![
                    Cell::words(action.what.clone()),
                    Cell::words(action.owner.clone()),
                    Cell::words(words::day(action.due)),
                    Cell::markup(&match action.done {
                        Done::On(day) => html! { (components::tag("Done", Some("green"))) div { (words::day(day)) } },
                        Done::Open => components::tag("Open", Some("blue")),
                        Done::Overdue => components::tag("Overdue", Some("red")),
                    }),
                ]).collect(),
                // The same thing is often to be done: it does not tell rows apart.
                first_cell_is_header: false,
                ..plain()
            }))
        }
    }
}

/// What auditors found, in their words; the same words once, with the audits that they are of.
fn in_words(told: &Audits) -> Markup {
    let mut said: Vec<(&str, Vec<&Audit>)> = vec![];
    for audit in &told.audits {
        match said.iter_mut().find(|(words, _)| *words == audit.findings) {
            Some((_, audits)) => audits.push(audit),
            None => said.push((&audit.findings, vec![audit])),
        }
    }
    html! {
        h2.govuk-heading-m { "In the auditors’ words" }
        @for (findings, audits) in said {
            article.app-remark {
                p.app-remark__words { (findings) }
                p.app-remark__by {
                    @match audits[..] {
                        [only] => { (only.title) ", " (words::day(only.completed_on)) },
                        _ => { (audits.len()) " audits, " (words::day(audits[0].completed_on)) " to "
                            (words::day(audits[audits.len() - 1].completed_on)) },
                    }
                }
            }
        }
    }
}

fn list(told: &Audits) -> Markup {
    let below = told.withhold_below;
    let rows = told.audits.iter().map(|audit| {
        let mut row = vec![
            Cell::words(audit.title.clone()),
            Cell::words(audit.kind.clone()),
            Cell::words(words::day(audit.completed_on)),
            Cell::number(audit.cases.to_string()),
            Cell::number(audit.moderated.to_string()),
        ];
        row.push(match audit.grades.0 {
            _ if below > 0 && audit.grades.all() < below => Cell::words("too few to show"),
            grades => Cell::words(in_short(grades)),
        });
        row
    });
    let head = vec![
        Cell::words("Audit"),
        Cell::words("Kind"),
        Cell::words("Finished"),
        Cell::number("Cases"),
        Cell::number("Moderated"),
        Cell::words("Grades"),
    ];
    html! {
        h2.govuk-heading-m { "The audits" }
        (wide("Audits", Table { head, rows: rows.collect(), ..plain() }))
    }
}

/// `2 good, 1 inadequate`.
fn in_short(grades: [usize; 4]) -> String {
    let given = GRADES.iter().zip(grades).filter(|(_, of)| *of > 0);
    let text: Vec<String> = given.map(|(grade, of)| format!("{of} {}", grade.to_lowercase())).collect();
    if text.is_empty() { "none".to_owned() } else { text.join(", ") }
}

fn cases(told: &Audits) -> Markup {
    html! {
        h2.govuk-heading-m { "Case by case" }
        @if told.restricted > 0 {
            p.govuk-body { (words::of_them(told.restricted as u64, "case", "cases")) " that only named people may see "
                @if told.restricted == 1 { "is" } @else { "are" } " counted above and not shown here." }
        }
        (wide("Cases", Table {
            head: ["Case", "Audit", "Auditor’s grade", "Moderator’s grade", "What the auditor sums up"].map(Cell::words).to_vec(),
            rows: told.cases.iter().map(|case| vec![
                Cell::words(case.reference.clone()),
                Cell::words(case.audit.clone()),
                Cell::words(case.grade.clone()),
                Cell::words(case.moderated.clone().unwrap_or_else(|| "not moderated".to_owned())),
                Cell::words(case.summary.clone()),
            ]).collect(),
            ..plain()
        }))
    }
}

fn plain() -> Table {
    Table { first_cell_is_header: true, ..Table::default() }
}

/// A table that scrolls by itself where the page is narrow.
fn wide(label: &str, table: Table) -> Markup {
    html! { div.app-wide tabindex="0" role="region" aria-label=(label) { (table.html()) } }
}
