//! How alike two entries of the people register are. It only offers; a person decides.

use std::collections::BTreeSet;

use caseledger_aggregates::person::PersonRegistered;
use caseledger_commands::Date;
use serde::Serialize;

use super::{identifier_key, sounds, words};

/// Why two entries may be of the same person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// They share a number that another organisation gave.
    SameIdentifier,
    /// They were born on the same day.
    SameBirthDate,
    /// Day and month are swapped, or one figure of the date differs.
    SimilarBirthDate,
    /// They share a family name.
    SameFamilyName,
    /// Their family names sound alike.
    FamilyNameSoundsAlike,
    /// They share a given name.
    SameGivenName,
    /// Their given names sound alike.
    GivenNameSoundsAlike,
}

/// How alike two entries are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Likeness {
    /// From 0 to 100.
    pub score: u32,
    /// Why.
    pub reasons: Vec<Reason>,
}

/// From this score on, two entries are offered as likely duplicates: a shared number; or names that sound alike and a
/// date of birth that is the same or nearly so.
pub(super) const LIKELY: u32 = 60;

impl Likeness {
    fn of_reasons(reasons: Vec<Reason>) -> Self {
        let score = reasons.iter().map(|reason| match reason {
            Reason::SameIdentifier => 80,
            Reason::SameBirthDate => 40,
            Reason::SimilarBirthDate => 25,
            Reason::SameFamilyName | Reason::SameGivenName => 25,
            Reason::FamilyNameSoundsAlike | Reason::GivenNameSoundsAlike => 18,
        });
        Self { score: score.sum::<u32>().min(100), reasons }
    }

    /// Compares two entries.
    pub(super) fn of(one: &PersonRegistered, other: &PersonRegistered) -> Self {
        let mut reasons = vec![];
        let identifiers =
            |it: &PersonRegistered| it.identifiers.iter().map(identifier_key).collect::<BTreeSet<_>>();
        if !identifiers(one).is_disjoint(&identifiers(other)) {
            reasons.push(Reason::SameIdentifier);
        }
        let born = |it: &PersonRegistered| it.birth.as_ref().map(|birth| *birth.date.reveal());
        reasons.extend(born(one).zip(born(other)).and_then(|(one, other)| birth_dates(one, other)));
        reasons.extend(names(
            &family_words(one),
            &family_words(other),
            Reason::SameFamilyName,
            Reason::FamilyNameSoundsAlike,
        ));
        reasons.extend(names(
            &given_words(one),
            &given_words(other),
            Reason::SameGivenName,
            Reason::GivenNameSoundsAlike,
        ));
        Self::of_reasons(reasons)
    }

    /// Compares an entry with what somebody asked for; `None` when something that was asked for doesn't fit at all.
    pub(super) fn of_query(
        entry: &PersonRegistered,
        name: Option<&str>,
        birth: Option<Date>,
        identifier: Option<&str>,
    ) -> Option<Self> {
        let mut reasons = vec![];
        if let Some(identifier) = identifier {
            let number = |key: String| key.split_once(' ').map(|(_, number)| number.to_owned());
            let known = entry.identifiers.iter().map(identifier_key).filter_map(number);
            if !known.into_iter().any(|number| number == identifier) {
                return None;
            }
            reasons.push(Reason::SameIdentifier);
        }
        if let Some(birth) = birth {
            let born = entry.birth.as_ref().map(|birth| *birth.date.reveal())?;
            reasons.push(birth_dates(born, birth)?);
        }
        if let Some(name) = name {
            let asked = words(name);
            let (given, family) = (given_words(entry), family_words(entry));
            for word in &asked {
                let word = BTreeSet::from([word.clone()]);
                let as_family = names(&family, &word, Reason::SameFamilyName, Reason::FamilyNameSoundsAlike);
                let as_given = names(&given, &word, Reason::SameGivenName, Reason::GivenNameSoundsAlike);
                let best = match (as_family, as_given) {
                    (Some(Reason::FamilyNameSoundsAlike), Some(Reason::SameGivenName)) => as_given,
                    (Some(_), _) => as_family,
                    (None, given) => given,
                };
                // Every word that was asked for must be found.
                reasons.push(best?);
            }
        }
        reasons.sort();
        reasons.dedup();
        Some(Self::of_reasons(reasons))
    }
}

fn given_words(it: &PersonRegistered) -> BTreeSet<String> {
    let names = [Some(&it.given_name), it.known_as.as_ref()];
    names.into_iter().flatten().flat_map(|name| words(name.reveal())).collect()
}

fn family_words(it: &PersonRegistered) -> BTreeSet<String> {
    it.former_family_names.iter().chain([&it.family_name]).flat_map(|name| words(name.reveal())).collect()
}

fn names(one: &BTreeSet<String>, other: &BTreeSet<String>, same: Reason, alike: Reason) -> Option<Reason> {
    let heard =
        |words: &BTreeSet<String>| words.iter().flat_map(|word| sounds(word)).collect::<BTreeSet<_>>();
    if !one.is_disjoint(other) {
        Some(same)
    } else if !heard(one).is_disjoint(&heard(other)) {
        Some(alike)
    } else {
        None
    }
}

fn birth_dates(one: Date, other: Date) -> Option<Reason> {
    if one == other {
        return Some(Reason::SameBirthDate);
    }
    let swapped = one.year() == other.year() && one.month() == other.day() && one.day() == other.month();
    let differing = one.to_string().bytes().zip(other.to_string().bytes()).filter(|(a, b)| a != b).count();
    (swapped || differing == 1).then_some(Reason::SimilarBirthDate)
}

/// The dates that [`birth_dates`] finds similar to one, for looking them up.
pub(super) fn similar_dates(date: Date) -> BTreeSet<String> {
    let text = date.to_string();
    let mut dates = BTreeSet::from([text.clone()]);
    for (place, figure) in text.char_indices().filter(|(_, c)| c.is_ascii_digit()) {
        for other in ('0'..='9').filter(|other| *other != figure) {
            let mut changed = text.clone();
            changed.replace_range(place..=place, &other.to_string());
            dates.extend(changed.parse::<Date>().map(|date| date.to_string()));
        }
    }
    dates.extend(Date::new(date.year(), date.day(), date.month()).map(|date| date.to_string()));
    dates
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn dates_that_look_alike_are_looked_up() {
        for (other, alike) in [(date(2009, 4, 3), true), (date(2009, 3, 4), true), (date(2008, 4, 3), true)] {
            assert_eq!(similar_dates(date(2009, 4, 3)).contains(&other.to_string()), alike, "{other}");
            assert_eq!(birth_dates(date(2009, 4, 3), other).is_some(), alike, "{other}");
        }
        assert_eq!(birth_dates(date(2009, 4, 3), date(2011, 7, 9)), None);
    }

    #[test]
    fn names_that_sound_alike_are_found() {
        let heard = |one: &str, other: &str| !sounds(one).is_disjoint(&sounds(other));
        assert!(heard("smith", "smyth") && heard("catherine", "katharine") && heard("stephen", "steven"));
        assert!(!heard("hartley", "osei"));
        assert_eq!(words("Mary O'Brien-Shah"), ["mary", "obrien", "shah"]);
        assert_eq!(sounds("李"), sounds("li"));
    }
}
