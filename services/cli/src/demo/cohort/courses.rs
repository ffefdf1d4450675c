//! How the help goes: assessment, plan, attempts to step up, the end; and who leads.

use jiff::civil::{Date, date};

use super::arrivals::count;
use super::numbers::PARTNER_LED_PERCENT;
use super::{Answer, Assessment, Course, Days, End, Episode, Help, LAST_DAY, Numbers, StepUp, Why};
use crate::demo::chance::Chance;

/// The least number of working days between a plan's agreement and a close that says it has done its work.
const SHORTEST_PLAN: i32 = 28;
/// Plans are counted in twentieths, so that 15% of them is a whole number.
const TWENTIETH: usize = 20;

/// Plans all days after acceptance.
pub fn plan(episodes: &mut [Episode], numbers: &Numbers, days: &Days, chance: &mut Chance) {
    for help in helps(episodes) {
        assess(help, days, chance);
    }
    for month in 0..12 {
        close(episodes, numbers.closed[month], month, days, chance);
    }
    even_out_plans(episodes);
    deal_leads(episodes, chance);
    for help in helps(episodes) {
        step_up(help, days, chance);
    }
}

fn helps(episodes: &mut [Episode]) -> impl Iterator<Item = &mut Help> {
    episodes.iter_mut().filter_map(|episode| match &mut episode.course {
        Course::Accepted(help) => Some(help),
        Course::Waiting | Course::Turned { .. } => None,
    })
}

/// The working days that an assessment takes: about 33 on average, one in seven past the 45 of the guidance. Source:
/// domain.md, calibration.
fn length(chance: &mut Chance) -> i32 {
    if chance.percent(14) {
        count(46 + chance.between(0, 9) + chance.between(0, 14))
    } else {
        count(14 + chance.between(0, 10) + chance.between(0, 10) + chance.between(0, 11))
    }
}

fn assess(help: &mut Help, days: &Days, chance: &mut Chance) {
    let started = days.after(help.accepted, count(chance.between(1, 6)));
    let completed = days.after(started, length(chance));
    let returned = chance.percent(13).then(|| days.after(completed, count(chance.between(1, 3))));
    let signed = returned.map_or(completed, |day| days.after(day, count(chance.between(3, 6))));
    let authorised = days.after(signed, count(chance.between(1, 4)));
    help.assessment = Assessment { started, completed, returned, authorised };
    help.plan = Some(days.after(authorised, count(chance.between(1, 8))));
    if help.imported {
        shift_before_the_year(help, days, chance);
    }
}

/// The earlier record handed over cases with their plans, so what came before the plan lies before the year.
fn shift_before_the_year(help: &mut Help, days: &Days, chance: &mut Chance) {
    let latest = date(2016, 12, 22);
    let agreed = help.plan.unwrap_or(latest).min(latest);
    let completed = days.after(agreed, -count(chance.between(3, 9))).max(help.accepted);
    let started = help.assessment.started.min(completed);
    help.assessment = Assessment { started, completed, returned: None, authorised: completed };
    help.plan = Some(agreed);
}

/// Chooses who closes in a month, and on which day.
fn close(episodes: &mut [Episode], quota: u32, month: usize, days: &Days, chance: &mut Chance) {
    let first = super::numbers::month(i8::try_from(month + 1).unwrap_or(12));
    let after = super::numbers::month(i8::try_from(month + 2).unwrap_or(13));
    let working = days.range(first.max(date(2017, 1, 9)), after);
    let last = working[working.len() - 1];
    let (mut ready, mut leaving) = (vec![], vec![]);
    for (index, episode) in episodes.iter().enumerate() {
        let Some(help) = episode.help().filter(|help| help.end.is_none()) else { continue };
        let Some(agreed) = help.plan else { continue };
        if days.after(agreed, SHORTEST_PLAN) <= last {
            // The longer a plan has run, the likelier it ends.
            let run = u32::try_from(days.between(agreed, last)).unwrap_or(0);
            ready.push((index, 20 + run));
        } else if !help.imported && help.assessment.authorised < last && agreed > help.assessment.authorised {
            leaving.push(index);
        }
    }
    for _ in 0..quota {
        let leaves = chance.percent(14) && !leaving.is_empty();
        if leaves || ready.is_empty() {
            if leaving.is_empty() {
                break;
            }
            let index = leaving.swap_remove(chance.index(leaving.len()));
            leave(&mut episodes[index], working, days, chance);
        } else {
            let index = chance.weighted(&ready);
            ready.retain(|(other, _)| *other != index);
            finish(&mut episodes[index], working, days, chance);
        }
    }
}

/// The family leaves after its assessment, without a plan.
fn leave(episode: &mut Episode, working: &[Date], days: &Days, chance: &mut Chance) {
    let Course::Accepted(help) = &mut episode.course else { return };
    let earliest = days.after(help.assessment.authorised, 1);
    help.plan = None;
    help.end = Some(End { closed: on_or_after(working, earliest, chance), why: Why::Left });
}

/// The plan ends, mostly because it has done its work.
fn finish(episode: &mut Episode, working: &[Date], days: &Days, chance: &mut Chance) {
    let Course::Accepted(help) = &mut episode.course else { return };
    let earliest = help.plan.map_or(working[0], |agreed| days.after(agreed, SHORTEST_PLAN));
    let closed = on_or_after(working, earliest, chance);
    let why = if chance.percent(11) { Why::SteppedUp } else { Why::PlanDone };
    if why == Why::SteppedUp {
        // A family that social care has taken over is not helped here any more: it is closed on the same day.
        let answered = closed;
        let asked = days.after(answered, -count(chance.weighted(&[(0, 45), (1, 30), (3, 25)])));
        help.step_ups.push(StepUp { asked, answered, answer: Answer::Accepted });
    }
    help.end = Some(End { closed, why });
}

fn on_or_after(working: &[Date], earliest: Date, chance: &mut Chance) -> Date {
    let possible: Vec<_> = working.iter().copied().filter(|day| *day >= earliest).collect();
    if possible.is_empty() { working[working.len() - 1] } else { chance.choose(&possible) }
}

/// Leaves so many plans at the end of the year that a fifteen-hundredth share of them is whole: the last few agreed are
/// agreed in January instead.
fn even_out_plans(episodes: &mut [Episode]) {
    let mut planned: Vec<&mut Help> = helps(episodes).filter(|help| help.planned_on(LAST_DAY)).collect();
    planned.sort_by_key(|help| std::cmp::Reverse(help.plan));
    let over = planned.len() % TWENTIETH;
    for help in planned.into_iter().take(over) {
        help.plan = help.plan.map(|_| date(2018, 1, 9));
    }
}

/// Decides who leads: of the plans at the end of the year 15% are a partner's, and of the others about as many.
fn deal_leads(episodes: &mut [Episode], chance: &mut Chance) {
    let share = PARTNER_LED_PERCENT as usize;
    let mut planned: Vec<usize> = vec![];
    for (index, help) in helps(episodes).enumerate() {
        if help.planned_on(LAST_DAY) {
            planned.push(index);
        } else {
            help.partner_led = chance.percent(PARTNER_LED_PERCENT - 3);
        }
    }
    let led = chance.some(&planned, planned.len() * share / 100);
    for (index, help) in helps(episodes).enumerate() {
        if led.contains(&index) {
            help.partner_led = true;
        }
    }
}

/// Some cases are asked to be stepped up, and not taken.
fn step_up(help: &mut Help, days: &Days, chance: &mut Chance) {
    let Some(agreed) = help.plan else { return };
    let until = help.end.map_or(LAST_DAY, |end| days.after(end.closed, -12));
    let from = days.after(agreed.max(super::FIRST_DAY), 6);
    if until <= from || !chance.percent(6) {
        return;
    }
    let asked = chance.choose(days.range(from, until));
    let answered = days.after(asked, count(chance.weighted(&[(0, 25), (1, 35), (2, 20), (5, 20)])));
    let answer = chance.weighted(&[(Answer::Declined, 80), (Answer::Withdrawn, 20)]);
    let taken = help.step_ups.iter().any(|other| other.asked <= days.after(answered, 5));
    if answered < LAST_DAY && !taken {
        help.step_ups.insert(0, StepUp { asked, answered, answer });
    }
}
