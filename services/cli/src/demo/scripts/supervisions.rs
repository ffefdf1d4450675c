//! Supervision: mostly monthly, about the practitioner and about some of their cases.

use caseledger_commands::ActionId;
use caseledger_commands::case::Priority;
use caseledger_commands::supervision::{
    CaseDiscussion, CompleteSupervisionAction, RecordSupervision, SupervisionAction, SupervisionCommand,
    ThresholdView,
};
use jiff::civil::{Date, date};

use super::{Chance, Lane, Script, Step, World, moment};
use crate::demo::cohort::LAST_DAY;
use crate::demo::roster::{Member, Team};

/// How many cases one supervision speaks about.
const CASES: usize = 4;

const CHANGES: &[&str] = &[
    "Dad has moved back in; the children seem glad of it and watchful.",
    "No change on the surface. Mum cancels more often than she did.",
    "Attendance is up, and the eldest has joined the boxing club.",
    "A new notification from the police, verbal only, on Saturday night.",
    "Nan is in hospital; the arrangement that held the week together has gone.",
    "The move came through. New school from Monday.",
];
const RISKS: &[&str] = &[
    "Drink in the evenings; the children know whom to ring. Checked with each of them.",
    "None new. The old ones are in the plan, and the plan is kept.",
    "The youngest has not been seen awake for three weeks.",
    "Isolation: nobody but us goes in.",
    "Debt may bring the landlord's notice before the money advice does.",
];
const REASONS: &[&str] = &[
    "The family works with us and the network holds.",
    "Harm is more likely than it was in spring, and the plan has not answered that yet.",
    "What is left could be held by the school with the health visitor.",
    "Nothing has been seen that would change the level.",
];
const DEVELOPMENT: &[&str] = &[
    "Would like to lead a review with a partner's practitioner beside her.",
    "Analysis is getting sharper; to practise saying what a week is like for the child.",
    "Ready to mentor the next starter.",
    "To shadow the duty team for a day, to see what becomes of step-ups.",
];
const TRAINING: &[&str] = &[
    "Neglect toolkit done; wants to use it with a family next week.",
    "Motivational interviewing is booked.",
    "Missed the domestic abuse day through illness; next date taken.",
];
const WELLBEING: &[&str] = &[
    "Tired, and well. Leave is booked.",
    "The caseload is at the limit; no new family until two plans close.",
    "A hard month after the step-up. Talked it through, and will again.",
    "Good. Enjoys the group work most.",
];
const TASKS: &[&str] = &[
    "See both children alone at school.",
    "Bring the chronology up to date before the review.",
    "Ring the health visitor, and write down what she says.",
    "Ask dad what he would change, and put it in the plan.",
    "Decide with the school who leads after closing.",
];

/// Every practitioner's supervisions of the year.
pub fn script(world: &World<'_>) -> Vec<Step> {
    let caseloads = caseloads(world);
    let mut steps = vec![];
    let mut number = 0;
    for team in &world.roster.teams {
        for member in &team.staff {
            steps.extend(year(world, number, team, member, &caseloads));
            number += 1;
        }
    }
    steps
}

/// A case, and the days between which its lead practitioner works on it.
type Held = (usize, Date, Date);

/// Who holds what, and from when to when.
fn caseloads(world: &World<'_>) -> std::collections::BTreeMap<uuid::Uuid, Vec<Held>> {
    let mut all = std::collections::BTreeMap::<_, Vec<Held>>::new();
    for (index, episode) in world.cohort.episodes.iter().enumerate() {
        let Some(help) = episode.help() else { continue };
        let until = help.end.map_or(Date::MAX, |end| end.closed);
        let lead = world.lead(index).id.uuid();
        all.entry(lead).or_default().push((index, help.assessment.started, until));
    }
    all
}

fn year(
    world: &World<'_>,
    number: usize,
    team: &Team,
    member: &Member,
    caseloads: &std::collections::BTreeMap<uuid::Uuid, Vec<Held>>,
) -> Vec<Step> {
    let mut script = Script::new(Lane::Supervision(number));
    let mut chance = Chance::stream(world.seed, 9_000_000 + number as u64);
    let id = member.id.uuid();
    let mut open: Vec<ActionId> = vec![];
    for month in 1..=12 {
        // In the main monthly: one in nine is missed, in August one in three.
        if chance.percent(if month == 8 { 33 } else { 11 }) {
            continue;
        }
        let days = world.days.range(date(2017, month, 9), date(2017, month, 24));
        let day = chance.choose(days);
        let mut left = vec![];
        for action in open.drain(..) {
            if chance.percent(72) {
                let done =
                    CompleteSupervisionAction { action, outcome: "Done, and on the case's record.".into() };
                script.then::<SupervisionCommand>(moment(day, 9), &member.actor, id, done);
            } else {
                left.push(action);
            }
        }
        open = left;
        let held: Vec<usize> = caseloads
            .get(&id)
            .into_iter()
            .flatten()
            .filter(|(_, from, until)| *from < day && *until > world.days.after(day, 1))
            .map(|(index, ..)| *index)
            .collect();
        let record = supervision(world, team, member, (day, &held), &mut chance);
        open.extend(record.each_action().map(|(_, _, action)| action.id));
        script.then::<SupervisionCommand>(moment(day, 12), &team.manager.actor, id, record);
    }
    script.finish()
}

fn supervision(
    world: &World<'_>,
    team: &Team,
    member: &Member,
    (day, held): (Date, &[usize]),
    chance: &mut Chance,
) -> RecordSupervision {
    let cases = chance
        .some(held, CASES)
        .into_iter()
        .map(|index| {
            let acts = chance.percent(45);
            let actions = if acts { vec![action(world, member, day, chance)] } else { vec![] };
            CaseDiscussion {
                case: world.case_id(index),
                changed_circumstances: chance.pick(CHANGES).into(),
                risks: chance.pick(RISKS).into(),
                threshold: chance.weighted(&[
                    (ThresholdView::Right, 84),
                    (ThresholdView::Higher, 7),
                    (ThresholdView::Lower, 9),
                ]),
                threshold_reason: chance.pick(REASONS).into(),
                actions,
            }
        })
        .collect();
    let said = |chance: &mut Chance, percent, words: &'static [&'static str]| {
        chance.percent(percent).then(|| chance.pick(words).into())
    };
    RecordSupervision {
        held_on: day,
        supervisor: team.manager.id,
        development: said(chance, 70, DEVELOPMENT),
        training: said(chance, 55, TRAINING),
        wellbeing: Some(chance.pick(WELLBEING).into()),
        cases,
        actions: vec![],
    }
}

fn action(world: &World<'_>, member: &Member, day: Date, chance: &mut Chance) -> SupervisionAction {
    let days = chance.weighted(&[(5, 40), (10, 40), (20, 20)]);
    SupervisionAction {
        id: chance.id(moment(day.min(LAST_DAY), 12)).into(),
        what: chance.pick(TASKS).into(),
        priority: chance.weighted(&[(Priority::High, 35), (Priority::Medium, 45), (Priority::Low, 20)]),
        owner: member.id,
        due: world.days.after(day, days),
    }
}
