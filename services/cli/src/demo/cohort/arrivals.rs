//! Who is referred, by whom, when, and what is decided.

use caseledger_commands::case::{Forum, TriageOutcome};
use caseledger_commands::codes::{Need, ReferralSource};
use jiff::civil::{Date, date};

use super::{Assessment, Course, Days, Episode, FIRST_DAY, Help, LAST_DAY, Numbers};
use crate::demo::chance::Chance;

/// Referrals by source, in thousandths. Source: domain.md, calibration (police 28%, schools 21%); the others as such
/// services see them.
const SOURCES: &[(ReferralSource, u32)] = &[
    (ReferralSource::Police, 280),
    (ReferralSource::Schools, 210),
    (ReferralSource::FamilyMember, 75),
    (ReferralSource::SelfReferral, 65),
    (ReferralSource::HealthVisitor, 70),
    (ReferralSource::Gp, 40),
    (ReferralSource::SchoolNurse, 35),
    (ReferralSource::AccidentAndEmergency, 15),
    (ReferralSource::OtherHealth, 25),
    (ReferralSource::Housing, 50),
    (ReferralSource::SocialCare, 45),
    (ReferralSource::OtherInternal, 35),
    (ReferralSource::EducationServices, 30),
    (ReferralSource::Other, 15),
    (ReferralSource::Anonymous, 10),
];

/// All referrals, by day. Assessments of those accepted are planned later.
pub fn plan(numbers: &Numbers, days: &Days, panels: &[Date], chance: &mut Chance) -> Vec<Episode> {
    let mut episodes = vec![];
    for _ in 0..numbers.imported {
        episodes.push(imported(days, chance));
    }
    for month in 0..12 {
        for _ in 0..numbers.accepted[month] {
            episodes.push(accepted(month, days, panels, chance));
        }
        for _ in 0..numbers.turned[month] {
            episodes.push(turned(month, days, panels, chance));
        }
    }
    for _ in 0..numbers.waiting {
        let late = days.range(date(2017, 12, 18), LAST_DAY);
        episodes.push(episode(chance.choose(late), Course::Waiting));
    }
    episodes.sort_by_key(|episode| episode.referred);
    let year = episodes.partition_point(|episode| episode.referred < FIRST_DAY);
    let (before, within) = episodes.split_at_mut(year);
    deal_sources(before, chance);
    deal_sources(within, chance);
    for episode in &mut episodes {
        episode.needs = needs(episode.source, chance);
        episode.team = chance.weighted(&[(0, 38), (1, 35), (2, 27)]);
        step_downs_are_quick(episode, days, chance);
    }
    episodes.sort_by_key(|episode| episode.referred);
    episodes
}

fn episode(referred: Date, course: Course) -> Episode {
    Episode {
        family: 0,
        team: 0,
        source: ReferralSource::Unknown,
        needs: vec![],
        referred,
        previous: None,
        course,
    }
}

/// What the earlier record held when the year began.
fn imported(days: &Days, chance: &mut Chance) -> Episode {
    let accepted = chance.choose(days.range(date(2016, 6, 1), date(2016, 12, 20)));
    let referred = days.after(accepted, -count(chance.between(1, 8)));
    episode(referred, Course::Accepted(help(true, Forum::ContactTeam, accepted)))
}

fn accepted(month: usize, days: &Days, panels: &[Date], chance: &mut Chance) -> Episode {
    let here = panels_of(month, panels);
    if chance.percent(18) && !here.is_empty() {
        let accepted = chance.choose(&here);
        let waited = before_panel(days, accepted, chance);
        return episode(days.after(accepted, -waited), Course::Accepted(help(false, Forum::Panel, accepted)));
    }
    let accepted = days.in_month(month, chance).max(FIRST_DAY);
    let waited = count(chance.weighted(&[(0, 25), (1, 40), (2, 15), (3, 10), (4, 6), (6, 4)]));
    let forum = chance.weighted(&[(Forum::LocalityTeam, 75), (Forum::ContactTeam, 25)]);
    let referred = days.after(accepted, -waited).max(FIRST_DAY);
    episode(referred, Course::Accepted(help(false, forum, accepted)))
}

fn turned(month: usize, days: &Days, panels: &[Date], chance: &mut Chance) -> Episode {
    let outcome = chance.weighted(&[
        (TriageOutcome::UniversalServices, 55),
        (TriageOutcome::NoFurtherAction, 33),
        (TriageOutcome::StepUp, 8),
        (TriageOutcome::OtherAuthority, 4),
    ]);
    let here = panels_of(month, panels);
    let harder = outcome == TriageOutcome::UniversalServices && chance.percent(16);
    let (decided, waited, forum) = if harder && !here.is_empty() {
        let decided = chance.choose(&here);
        (decided, before_panel(days, decided, chance), Forum::Panel)
    } else {
        let waited = count(chance.weighted(&[(0, 30), (1, 40), (2, 15), (4, 15)]));
        let forum = chance.weighted(&[(Forum::LocalityTeam, 70), (Forum::ContactTeam, 30)]);
        (days.in_month(month, chance).max(FIRST_DAY), waited, forum)
    };
    let referred = days.after(decided, -waited).max(FIRST_DAY);
    episode(referred, Course::Turned { decided, outcome, forum })
}

/// The panel's days in a month.
fn panels_of(month: usize, panels: &[Date]) -> Vec<Date> {
    let number = i8::try_from(month + 1).unwrap_or(12);
    panels.iter().filter(|day| day.month() == number).copied().collect()
}

/// How many working days a referral waits for a panel: it comes in four to thirteen before it, and not before the year.
fn before_panel(days: &Days, panel: Date, chance: &mut Chance) -> i32 {
    count(chance.between(4, 13)).min(days.between(FIRST_DAY, panel))
}

fn help(imported: bool, forum: Forum, accepted: Date) -> Help {
    Help {
        imported,
        forum,
        accepted,
        assessment: Assessment {
            started: accepted,
            completed: accepted,
            returned: None,
            authorised: accepted,
        },
        plan: None,
        partner_led: false,
        step_ups: vec![],
        end: None,
    }
}

/// Gives every referral its source, so that the shares come out as they are meant to, in any size.
fn deal_sources(episodes: &mut [Episode], chance: &mut Chance) {
    let total = u32::try_from(episodes.len()).unwrap_or(u32::MAX);
    let mut sources: Vec<_> = SOURCES
        .iter()
        .flat_map(|(source, share)| std::iter::repeat_n(*source, ((total * share + 500) / 1000) as usize))
        .collect();
    sources.resize(episodes.len(), ReferralSource::Schools);
    chance.shuffle(&mut sources);
    for (episode, source) in episodes.iter_mut().zip(sources) {
        episode.source = source;
    }
}

/// Statutory social care steps a family down; the panel is not asked again.
fn step_downs_are_quick(episode: &mut Episode, days: &Days, chance: &mut Chance) {
    if !episode.stepped_down() {
        return;
    }
    if let Course::Accepted(help) = &mut episode.course {
        help.forum = Forum::LocalityTeam;
        let waited = count(chance.between(1, 6));
        episode.referred = days.after(help.accepted, -waited).max(FIRST_DAY);
    }
}

fn needs(source: ReferralSource, chance: &mut Chance) -> Vec<Need> {
    let primary = match source {
        ReferralSource::Police => chance.weighted(&[
            (Need::FamilyInAcuteStress, 55),
            (Need::FamilyDysfunction, 15),
            (Need::SociallyUnacceptableBehaviour, 25),
            (Need::AbuseOrNeglect, 5),
        ]),
        ReferralSource::Schools | ReferralSource::EducationServices => chance.weighted(&[
            (Need::FamilyDysfunction, 30),
            (Need::AbuseOrNeglect, 22),
            (Need::FamilyInAcuteStress, 20),
            (Need::SociallyUnacceptableBehaviour, 16),
            (Need::ChildsDisability, 8),
            (Need::ParentalDisability, 4),
        ]),
        ReferralSource::Housing => chance.weighted(&[
            (Need::LowIncome, 55),
            (Need::FamilyInAcuteStress, 25),
            (Need::AbuseOrNeglect, 20),
        ]),
        ReferralSource::SocialCare => {
            chance.weighted(&[(Need::AbuseOrNeglect, 60), (Need::FamilyDysfunction, 40)])
        }
        ReferralSource::Anonymous => chance.weighted(&[(Need::NotStated, 60), (Need::AbuseOrNeglect, 40)]),
        _ => chance.weighted(&[
            (Need::ParentalDisability, 22),
            (Need::FamilyInAcuteStress, 22),
            (Need::ChildsDisability, 18),
            (Need::FamilyDysfunction, 16),
            (Need::AbuseOrNeglect, 9),
            (Need::AbsentParenting, 6),
            (Need::LowIncome, 7),
        ]),
    };
    let second = chance.weighted(&[
        (Need::LowIncome, 20),
        (Need::ParentalDisability, 20),
        (Need::FamilyDysfunction, 20),
        (Need::AbuseOrNeglect, 15),
        (Need::ChildsDisability, 10),
    ]);
    if second != primary && primary != Need::NotStated && chance.percent(45) {
        vec![primary, second]
    } else {
        vec![primary]
    }
}

/// A number of working days.
pub fn count(days: u32) -> i32 {
    i32::try_from(days).unwrap_or(i32::MAX)
}
