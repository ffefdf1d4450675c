//! What everybody does in the year: the plan of the cohort, told as commands.

mod audits;
mod ending;
mod front_door;
mod helping;
mod house;
mod imported;
mod oversight;
mod panels;
mod reviewing;
mod supervisions;

use caseledger_aggregates::Authority;
use caseledger_commands::{CaseId, PersonId};
use jiff::civil::Date;

use super::chance::Chance;
use super::cohort::{Child, Cohort, Course, Days, Episode, Family, Grown, Help};
use super::roster::{Member, Roster, Team};
use super::step::{Lane, Script, Step, moment};

/// Everything that the scripts are written from.
pub struct World<'a> {
    /// The authority's settings.
    pub authority: &'a Authority,
    /// Who comes, and what becomes of them.
    pub cohort: &'a Cohort,
    /// Who works there.
    pub roster: &'a Roster,
    /// Working days.
    pub days: &'a Days,
    /// The seed.
    pub seed: u64,
}

/// A referral with everybody who has to do with it.
struct Scene<'a> {
    world: &'a World<'a>,
    index: usize,
    episode: &'a Episode,
    family: &'a Family,
    people: People,
    case: CaseId,
    team: &'a Team,
    /// Who holds the plan.
    lead: &'a Member,
    chance: Chance,
}

/// The ids of a family.
#[derive(Clone, Debug)]
struct People {
    children: Vec<PersonId>,
    adults: Vec<PersonId>,
}

impl People {
    fn of(world: &World<'_>, family: usize) -> Self {
        let mut chance = Chance::stream(world.seed, 2_000_000 + family as u64);
        let arrival = moment(super::cohort::FIRST_DAY, 9);
        let told = &world.cohort.families[family];
        let mut ids = |count: usize| (0..count).map(|_| chance.id(arrival).into()).collect();
        Self { children: ids(told.children.len()), adults: ids(told.adults.len()) }
    }
}

impl<'a> World<'a> {
    /// The case's id of an episode.
    pub fn case_id(&self, index: usize) -> CaseId {
        let referred = self.cohort.episodes[index].referred;
        Chance::stream(self.seed, 3_000_000 + index as u64).id(moment(referred, 9)).into()
    }

    /// All steps of the year, in order. Within one moment, steps of a lane stand in their order.
    pub fn steps(&self) -> Vec<Step> {
        let mut steps = house::script(self);
        for index in 0..self.cohort.episodes.len() {
            steps.extend(self.scene(index).script());
        }
        steps.extend(panels::script(self));
        steps.extend(supervisions::script(self));
        steps.extend(audits::script(self));
        steps.extend(oversight::script(self));
        // What is planned for the next year is not played: the year ends with some of it ahead.
        let new_year = moment(super::cohort::LAST_DAY, 23);
        steps.retain(|step| step.at < new_year);
        steps.sort_by_key(|step| step.at);
        steps
    }

    fn scene(&'a self, index: usize) -> Scene<'a> {
        let episode = &self.cohort.episodes[index];
        let mut chance = Chance::stream(self.seed, 4_000_000 + index as u64);
        let team = &self.roster.teams[episode.team % self.roster.teams.len()];
        let partner_led = episode.help().is_some_and(|help| help.partner_led);
        let lead = self.lead_of(index, team, partner_led, &mut chance);
        Scene {
            world: self,
            index,
            episode,
            family: &self.cohort.families[episode.family],
            people: People::of(self, episode.family),
            case: self.case_id(index),
            team,
            lead,
            chance,
        }
    }

    /// Who leads: a partner, or the team's practitioners in turn.
    fn lead_of(&self, index: usize, team: &'a Team, partner_led: bool, chance: &mut Chance) -> &'a Member {
        if partner_led {
            return &self.roster.partners[chance.index(self.roster.partners.len())];
        }
        &team.staff[index % team.staff.len()]
    }

    /// Who leads an episode's case.
    fn lead(&'a self, index: usize) -> &'a Member {
        self.scene(index).lead
    }
}

impl Scene<'_> {
    fn script(mut self) -> Vec<Step> {
        let mut script = Script::new(Lane::Episode(self.index));
        let cohort = self.world.cohort;
        let first_time =
            cohort.episodes[..self.index].iter().all(|other| other.family != self.episode.family);
        match &self.episode.course {
            Course::Accepted(help) if help.imported => {
                self.bring_in(&mut script, help);
                self.help(&mut script, help);
            }
            course => {
                if first_time {
                    let day = self.episode.referred;
                    self.register(&mut script, day);
                }
                self.front_door(&mut script);
                if let Course::Accepted(help) = course {
                    self.allocate(&mut script, help);
                    self.assess(&mut script, help);
                    self.help(&mut script, help);
                }
            }
        }
        script.finish()
    }

    /// The first child's given name, or the one that a text is about.
    fn child(&self, index: usize) -> &'static str {
        self.family
            .children
            .get(index)
            .or_else(|| self.family.children.first())
            .map_or("the child", |child| child.name)
    }

    /// A text with the child's name in it.
    fn about(&self, text: &str, child: usize) -> String {
        text.replace("{child}", self.child(child))
    }

    fn after(&self, day: Date, working_days: u32) -> Date {
        self.world.days.after(day, i32::try_from(working_days).unwrap_or(i32::MAX))
    }

    /// Some working day after a day.
    fn later(&mut self, day: Date, least: u32, most: u32) -> Date {
        let days = self.chance.between(least, most);
        self.after(day, days)
    }

    /// Some working day before a day, or the day itself.
    fn sooner(&mut self, day: Date, least: u32, most: u32) -> Date {
        let days = self.chance.between(least, most);
        self.before(day, days)
    }

    /// One of several texts, about one of the children.
    fn told(&mut self, texts: &'static [&'static str]) -> String {
        let child = self.chance.index(self.family.children.len());
        let text = self.chance.pick(texts);
        self.about(text, child)
    }

    fn before(&self, day: Date, working_days: u32) -> Date {
        self.world.days.after(day, -i32::try_from(working_days).unwrap_or(i32::MAX))
    }
}
