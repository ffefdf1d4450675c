//! The fortnightly panel: who comes, what each agency knows, what is decided. A process then triages each case.

use caseledger_commands::PanelMeetingId;
use caseledger_commands::case::{Forum, TriageOutcome};
use caseledger_commands::panel::{
    AddToAgenda, AgencyAttendance, Attendance, ClosePanel, PanelCommand, RecordAttendance,
    RecordInformationShared, RecordPanelDecision, SchedulePanel,
};
use jiff::ToSpan;
use jiff::civil::{Date, date};

use super::{Chance, Course, Lane, Script, Step, World, moment};
use crate::demo::cohort::{Episode, FIRST_DAY, LAST_DAY};
use crate::demo::words::referral as words;

/// What agencies tell the panel.
const SHARED: &[&str] = &[
    "Two calls to the address since Christmas, both about noise; no concern for the children noted.",
    "All immunisations missed since the second birthday. Mum open with the health visitor, dad never seen.",
    "Attendance 82%, lates on most Mondays. The children are well liked and come in hungry.",
    "Rent is nine weeks behind; a notice can be held if a plan is agreed.",
    "Known to us until 2015. Worked well with one family worker, and badly with many.",
    "A sibling at the secondary school is already a young carer in our group.",
    "Nothing recorded in the last two years.",
];

/// The meeting that the year leaves ahead: on the day of the visit, on which the demonstration is served.
pub const AHEAD: Date = date(2018, 1, 24);

/// The id of the meeting of a day.
pub fn meeting_id(world: &World<'_>, day: Date) -> PanelMeetingId {
    let panels = &world.cohort.panels;
    let number = panels.iter().position(|panel| *panel == day).unwrap_or(panels.len());
    Chance::stream(world.seed, 6_000_000 + number as u64).id(moment(day, 9)).into()
}

/// All meetings of the year.
pub fn script(world: &World<'_>) -> Vec<Step> {
    let meetings = world.cohort.panels.iter().enumerate();
    meetings.flat_map(|(number, day)| meeting(world, number, *day)).chain(ahead(world)).collect()
}

/// Whether a referral that waits when the year ends waits for the panel.
pub fn awaits_panel(world: &World<'_>, index: usize) -> bool {
    matches!(world.cohort.episodes[index].course, Course::Waiting) && index.is_multiple_of(2)
}

/// The meeting ahead is called, and has an agenda.
fn ahead(world: &World<'_>) -> Vec<Step> {
    let mut script = Script::new(Lane::Panel(world.cohort.panels.len()));
    let id = meeting_id(world, AHEAD).uuid();
    let called = world.days.after(AHEAD.saturating_sub(40.days()), 0);
    script.then::<PanelCommand>(moment(called, 8), &world.roster.chair.actor, id, schedule(world, AHEAD));
    let year_ends = world.days.after(LAST_DAY, 0);
    for index in (0..world.cohort.episodes.len()).filter(|index| awaits_panel(world, *index)) {
        let team = world.cohort.episodes[index].team % world.roster.teams.len();
        let add = AddToAgenda { case: world.case_id(index) };
        script.then::<PanelCommand>(moment(year_ends, 17), &world.roster.teams[team].manager.actor, id, add);
    }
    script.finish()
}

fn schedule(world: &World<'_>, day: Date) -> SchedulePanel {
    SchedulePanel {
        on: day,
        chair: "service manager, early help".to_owned(),
        invited: world.authority.agencies.iter().map(|agency| agency.id).collect(),
    }
}

/// The cases that a meeting decides, with what it decides on each.
fn agenda(world: &World<'_>, day: Date) -> Vec<(usize, TriageOutcome)> {
    let decided = |episode: &Episode| match &episode.course {
        Course::Accepted(help) if help.forum == Forum::Panel && help.accepted == day && !help.imported => {
            Some(TriageOutcome::EarlyHelp)
        }
        Course::Turned { decided, outcome, forum: Forum::Panel } if *decided == day => Some(*outcome),
        _ => None,
    };
    let episodes = world.cohort.episodes.iter().enumerate();
    episodes.filter_map(|(index, episode)| Some((index, decided(episode)?))).collect()
}

fn meeting(world: &World<'_>, number: usize, day: Date) -> Vec<Step> {
    let mut script = Script::new(Lane::Panel(number));
    let mut chance = Chance::stream(world.seed, 6_500_000 + number as u64);
    let id = meeting_id(world, day).uuid();
    let chair = &world.roster.chair.actor;
    let agencies = &world.authority.agencies;
    let called = world.days.after(day.saturating_sub(40.days()), 0).max(FIRST_DAY);
    script.then::<PanelCommand>(moment(called, 8), chair, id, schedule(world, day));
    let agenda = agenda(world, day);
    for (index, _) in &agenda {
        let team = world.cohort.episodes[*index].team % world.roster.teams.len();
        let manager = &world.roster.teams[team].manager.actor;
        let add = AddToAgenda { case: world.case_id(*index) };
        script.then::<PanelCommand>(moment(world.days.after(day, -1), 17), manager, id, add);
    }
    let came = agencies.iter().enumerate().map(|(place, agency)| AgencyAttendance {
        agency: agency.id,
        attendance: if place == 0 {
            Attendance::Present
        } else {
            chance.weighted(&[
                (Attendance::Present, 76),
                (Attendance::Apologies, 16),
                (Attendance::Absent, 8),
            ])
        },
    });
    let attendance = RecordAttendance { held_on: day, agencies: came.collect() };
    let present: Vec<_> = attendance
        .agencies
        .iter()
        .filter(|one| one.attendance == Attendance::Present)
        .map(|one| one.agency)
        .collect();
    let at = moment(day, 11);
    script.then::<PanelCommand>(at, chair, id, attendance);
    for (index, outcome) in agenda {
        let case = world.case_id(index);
        let tellers = chance.between(1, 2) as usize;
        for agency in chance.some(&present, tellers) {
            let told = RecordInformationShared { case, agency, information: chance.pick(SHARED).into() };
            script.then::<PanelCommand>(at, chair, id, told);
        }
        script.then::<PanelCommand>(at, chair, id, decision(case, outcome, &mut chance));
    }
    script.then::<PanelCommand>(at, chair, id, ClosePanel {});
    script.finish()
}

fn decision(
    case: caseledger_commands::CaseId,
    outcome: TriageOutcome,
    chance: &mut Chance,
) -> RecordPanelDecision {
    let early_help = outcome == TriageOutcome::EarlyHelp;
    let reasons = match outcome {
        TriageOutcome::EarlyHelp => words::ACCEPTED,
        TriageOutcome::UniversalServices => words::UNIVERSAL,
        TriageOutcome::StepUp => words::STEPPED_UP,
        TriageOutcome::OtherAuthority => words::ELSEWHERE,
        TriageOutcome::NoFurtherAction => words::NO_ACTION,
    };
    RecordPanelDecision {
        case,
        level_of_need: if early_help { chance.weighted(&[(2, 15), (3, 85)]) } else { 1 },
        outcome,
        reason: chance.pick(reasons).into(),
        referrer_told: (!early_help)
            .then(|| "Told by letter after the meeting, with what each agency offers.".into()),
        lawful_basis: (outcome == TriageOutcome::StepUp)
            .then(|| "Children Act 1989, section 47: reasonable cause to suspect significant harm.".into()),
    }
}
