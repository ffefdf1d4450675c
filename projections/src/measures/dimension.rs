//! By what figures are broken down and filtered.

use std::fmt;

use caseledger_aggregates::Authority;
use caseledger_commands::codes::ReferralSource;
use serde::Serialize;

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
    /// The key of a part, in SQL.
    #[serde(skip)]
    pub(super) key: &'static str,
    /// The name of a part in SQL, where the database knows it.
    #[serde(skip)]
    pub(super) name: Option<&'static str>,
    /// How a key is told to people otherwise.
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
}

/// The locality of the team.
pub const LOCALITY: Dimension = Dimension {
    id: "locality",
    title: "Locality",
    needs: "team_id",
    key: "mt.locality",
    name: None,
    words: Words::Plain,
};
/// The team.
pub const TEAM: Dimension = Dimension {
    id: "team",
    title: "Team",
    needs: "team_id",
    key: "u.team_id",
    name: Some("mt.name"),
    words: Words::Plain,
};
/// The agency that holds the plan.
pub const AGENCY: Dimension = Dimension {
    id: "lead-agency",
    title: "Lead agency",
    needs: "lead_agency_id",
    key: "u.lead_agency_id",
    name: Some("ma.name"),
    words: Words::Plain,
};
/// Who referred.
pub const SOURCE: Dimension = Dimension {
    id: "source",
    title: "Referral source",
    needs: "source",
    key: "u.source",
    name: None,
    words: Words::Source,
};
/// The level of need.
pub const LEVEL: Dimension = Dimension {
    id: "level",
    title: "Level of need",
    needs: "level_of_need",
    key: "CAST(u.level_of_need AS text)",
    name: None,
    words: Words::Level,
};

/// The agency that a unit is of, where it is not a case's lead agency.
pub(super) const AGENCY_OF: Dimension = Dimension {
    id: "agency",
    title: "Agency",
    needs: "agency_id",
    key: "u.agency_id",
    name: Some("(SELECT a.name FROM measure_agency_v2 a WHERE a.agency_id = u.agency_id)"),
    words: Words::Plain,
};

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
        Self { id, title, needs, key, name: None, words: Words::Plain }
    }

    /// What people call the part with that key.
    pub(super) fn name_of(&self, key: &str, authority: &Authority) -> String {
        match self.words {
            Words::Plain => sentence(key),
            Words::Source => {
                ReferralSource::from_code(key).map_or_else(|| key.to_owned(), |it| it.title().to_owned())
            }
            Words::Level => {
                let level = key.parse().ok().and_then(|number| authority.level(number));
                level.map_or_else(|| format!("Level {key}"), |level| format!("{key}: {}", level.name))
            }
        }
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
        let authority = Authority::default();
        assert_eq!(SOURCE.name_of("2A", &authority), "Schools");
        assert_eq!(LEVEL.name_of("3", &authority), "3: Targeted");
        assert_eq!(LOCALITY.name_of("Coast", &authority), "Coast");
        let outcome = Dimension::plain("outcome", "Outcome", "outcome", "u.outcome");
        assert_eq!(outcome.name_of("no-further-action", &authority), "No further action");
    }
}
