//! The families, and which of them come again.

use caseledger_commands::case::TriageOutcome;
use caseledger_commands::codes::ReferralSource;
use jiff::ToSpan;
use jiff::civil::Date;

use super::numbers::REPEATS_PERCENT;
use super::{Course, Episode, FIRST_DAY};
use crate::demo::chance::Chance;
use crate::demo::words::names;

/// A family.
#[derive(Clone, Debug)]
pub struct Family {
    /// Its name.
    pub name: &'static str,
    /// House and street.
    pub address: String,
    /// The children, the eldest first.
    pub children: Vec<Child>,
    /// The adults: the one who is asked first stands first.
    pub adults: Vec<Grown>,
}

/// A child.
#[derive(Clone, Debug)]
pub struct Child {
    /// The given name.
    pub name: &'static str,
    /// Whether a girl.
    pub girl: bool,
    /// The date of birth.
    pub born: Date,
}

impl Child {
    /// The age in whole years on a day.
    pub fn age(&self, day: Date) -> i32 {
        let had_birthday = (day.month(), day.day()) >= (self.born.month(), self.born.day());
        i32::from(day.year()) - i32::from(self.born.year()) - i32::from(!had_birthday)
    }
}

/// An adult.
#[derive(Clone, Debug)]
pub struct Grown {
    /// The given name.
    pub name: &'static str,
    /// Whether a woman.
    pub woman: bool,
    /// The date of birth.
    pub born: Date,
}

/// Gives every referral its family: a new one, or one that was here before. Referrals stand in the order of their days.
///
/// A family comes again after its earlier referral has ended; or while it is being helped, and then nothing new is opened.
pub fn plan(episodes: &mut [Episode], seed: u64, chance: &mut Chance) -> Vec<Family> {
    let mut left = episodes.iter().filter(|episode| episode.referred >= FIRST_DAY).count();
    let mut wanted = left * REPEATS_PERCENT as usize / 100;
    let mut families = vec![];
    // The latest referral of each family that decides whether it may come again.
    let mut latest: Vec<usize> = vec![];
    for index in 0..episodes.len() {
        let known = if episodes[index].referred < FIRST_DAY {
            None
        } else {
            let draws = chance.index(left) < wanted;
            left -= 1;
            let possible: Vec<_> = (0..families.len())
                .filter(|family| draws && may_follow(&episodes[latest[*family]], &episodes[index]))
                .collect();
            (!possible.is_empty()).then(|| possible[chance.index(possible.len())])
        };
        match known {
            Some(family) => {
                wanted -= 1;
                let earlier = latest[family];
                episodes[index].family = family;
                episodes[index].team = episodes[earlier].team;
                let ended = episodes[earlier].ended().is_some_and(|day| day < episodes[index].referred);
                episodes[index].previous = ended.then_some(earlier);
                // While the family is being helped, that help decides, and not the referral that changed nothing.
                if ended {
                    latest[family] = index;
                }
            }
            None => {
                episodes[index].family = families.len();
                latest.push(index);
                families.push(family(episodes[index].referred, seed, families.len() as u64));
            }
        }
    }
    families
}

fn may_follow(earlier: &Episode, later: &Episode) -> bool {
    let within = earlier.referred.saturating_add(360.days()) >= later.referred;
    let ended = earlier.ended().is_some_and(|day| day < later.referred);
    let open = earlier.help().is_some_and(|help| {
        help.accepted < later.referred && help.end.is_none_or(|end| end.closed > later.referred)
    });
    let nothing_new = matches!(later.course, Course::Turned { outcome: TriageOutcome::NoFurtherAction, .. });
    let elsewhere = matches!(earlier.course, Course::Turned { outcome: TriageOutcome::OtherAuthority, .. });
    within && !elsewhere && later.source != ReferralSource::SocialCare && (ended || (open && nothing_new))
}

/// Invents a family.
fn family(around: Date, seed: u64, number: u64) -> Family {
    let mut chance = Chance::stream(seed, 1_000_000 + number);
    let name = chance.pick(names::FAMILIES);
    let count = chance.weighted(&[(1, 38), (2, 38), (3, 17), (4, 7)]);
    let mut children: Vec<Child> = (0..count).map(|_| child(around, &mut chance)).collect();
    children.sort_by_key(|child| child.born);
    children.dedup_by_key(|child| child.name);
    let mother =
        Grown { name: chance.pick(names::WOMEN), woman: true, born: adult_birth(around, &mut chance) };
    let mut adults = vec![mother];
    if chance.percent(60) {
        adults.push(Grown {
            name: chance.pick(names::MEN),
            woman: false,
            born: adult_birth(around, &mut chance),
        });
    }
    if chance.percent(12) {
        adults.swap_remove(0);
        if adults.is_empty() {
            adults.push(Grown {
                name: chance.pick(names::MEN),
                woman: false,
                born: adult_birth(around, &mut chance),
            });
        }
    }
    let address = format!("{} {}", chance.between(1, 120), chance.pick(names::STREETS));
    Family { name, address, children, adults }
}

fn child(around: Date, chance: &mut Chance) -> Child {
    let girl = chance.percent(48);
    let name = chance.pick(if girl { names::GIRLS } else { names::BOYS });
    let days = chance.weighted(&[(1u32, 25), (2, 35), (3, 40)]) * 1900 - chance.between(0, 1850);
    Child { name, girl, born: around.saturating_sub(i64::from(days).days()) }
}

fn adult_birth(around: Date, chance: &mut Chance) -> Date {
    around.saturating_sub(i64::from(chance.between(22 * 365, 47 * 365)).days())
}
