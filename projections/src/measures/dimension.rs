//! By what figures are broken down and filtered.

use std::fmt;

use caseledger_aggregates::Authority;
use caseledger_commands::codes::ReferralSource;
use serde::Serialize;

use super::register::Register;

/// Something by which a figure is broken down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Dimension {
    /// Its id: `lead-agency`.
    pub id: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// The column of the units that it follows from.
    #[serde(skip)]
    pub(super) needs: &'static str,
    /// The key of a part, in SQL on `u`.
    #[serde(skip)]
    pub(super) key: &'static str,
    /// How a key is told to people.
    #[serde(skip)]
    pub(super) words: Words,
}

/// How the key of a part is told to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Words {
    /// It is a word of ours: `early-help` is told as 'Early help'.
    Plain,
    /// A code of the census's list of sources.
    Source,
    /// The number of a level of need.
    Level,
    /// The id of a team.
    Team,
    /// The id of a team, told as the locality that it works in: all teams of one are one part.
    Locality,
    /// The id of an agency.
    Agency,
}

/// The locality of the team.
pub const LOCALITY: Dimension = Dimension {
    id: "locality",
    title: "Locality",
    needs: "team_id",
    key: "u.team_id",
    words: Words::Locality,
};
/// The team.
pub const TEAM: Dimension =
    Dimension { id: "team", title: "Team", needs: "team_id", key: "u.team_id", words: Words::Team };
/// The agency that holds the plan.
pub const AGENCY: Dimension = Dimension {
    id: "lead-agency",
    title: "Lead agency",
    needs: "lead_agency_id",
    key: "u.lead_agency_id",
    words: Words::Agency,
};
/// Who referred.
pub const SOURCE: Dimension = Dimension {
    id: "source",
    title: "Referral source",
    needs: "source",
    key: "u.source",
    words: Words::Source,
};
/// The level of need.
pub const LEVEL: Dimension = Dimension {
    id: "level",
    title: "Level of need",
    needs: "level_of_need",
    key: "u.level_of_need",
    words: Words::Level,
};

/// The agency that a unit is of, where it is not a case's lead agency.
pub(super) const AGENCY_OF: Dimension =
    Dimension { id: "agency", title: "Agency", needs: "agency_id", key: "u.agency_id", words: Words::Agency };

/// Those that every measure of cases can be broken down and filtered by.
pub const DIMENSIONS: [&Dimension; 5] = [&LOCALITY, &TEAM, &AGENCY, &SOURCE, &LEVEL];

impl Dimension {
    /// A dimension that is a column of the units with words of ours in it.
    pub(super) const fn plain(
        id: &'static str,
        title: &'static str,
        needs: &'static str,
        key: &'static str,
    ) -> Self {
        Self { id, title, needs, key, words: Words::Plain }
    }

    /// Whether the register of teams and agencies is needed to tell its keys.
    pub(super) const fn is_registered(&self) -> bool {
        matches!(self.words, Words::Team | Words::Locality | Words::Agency)
    }

    /// The part that a key in the units is of; `None` for what has none or none yet.
    pub(super) fn part_of(&self, key: Option<String>, register: &Register) -> Option<String> {
        match self.words {
            Words::Locality => register.localities.get(key?.as_str()).cloned(),
            _ => key,
        }
    }

    /// What people call the part with that key; `None` for a team or agency that nobody registered.
    pub(super) fn name_of(&self, key: &str, authority: &Authority, register: &Register) -> Option<String> {
        Some(match self.words {
            Words::Plain => sentence(key),
            Words::Locality => key.to_owned(),
            Words::Team => register.teams.get(key)?.clone(),
            Words::Agency => register.agencies.get(key)?.clone(),
            Words::Source => {
                ReferralSource::from_code(key).map_or_else(|| key.to_owned(), |it| it.title().to_owned())
            }
            Words::Level => {
                let level = key.parse().ok().and_then(|number| authority.level(number));
                level.map_or_else(|| format!("Level {key}"), |level| format!("{key}: {}", level.name))
            }
        })
    }
}

/// A word of ours as people write it: `early-help` is 'Early help'. A name that is none stays as it is.
fn sentence(word: &str) -> String {
    let is_ours =
        word.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-' || letter.is_ascii_digit());
    if !is_ours {
        return word.to_owned();
    }
    let words = word.replace('-', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_as_people_say_them() {
        let (authority, mut register) = (Authority::default(), Register::default());
        register.teams.insert("a-team".to_owned(), "Coast early help".to_owned());
        let told = |dimension: Dimension, key| dimension.name_of(key, &authority, &register);
        assert_eq!(told(SOURCE, "2A").as_deref(), Some("Schools"));
        assert_eq!(told(LEVEL, "3").as_deref(), Some("3: Targeted"));
        assert_eq!(told(LOCALITY, "Coast").as_deref(), Some("Coast"));
        assert_eq!(told(TEAM, "a-team").as_deref(), Some("Coast early help"));
        assert_eq!(told(TEAM, "another"), None);
        let outcome = Dimension::plain("outcome", "Outcome", "outcome", "u.outcome");
        assert_eq!(told(outcome, "no-further-action").as_deref(), Some("No further action"));
    }

    #[test]
    fn the_teams_of_a_locality_are_one_part() {
        let mut register = Register::default();
        for team in ["one", "two"] {
            register.localities.insert(team.to_owned(), "Coast".to_owned());
        }
        let part = |team: &str| LOCALITY.part_of(Some(team.to_owned()), &register);
        assert_eq!(part("one").as_deref(), Some("Coast"));
        assert_eq!(part("one"), part("two"));
        assert_eq!(part("another"), None);
        assert_eq!(TEAM.part_of(Some("one".to_owned()), &register).as_deref(), Some("one"));
    }
}
