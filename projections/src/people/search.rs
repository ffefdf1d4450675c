//! Finding people, and entries that may be of the same person.

use std::collections::BTreeSet;

use caseledger_aggregates::person::{Person, PersonRegistered};
use caseledger_commands::{Date, PersonId};
use serde::Serialize;

use super::likeness::{LIKELY, Likeness, similar_dates};
use super::{identifier_key, keys, sounds, words};
use crate::sql::{Db, Row, SqlError, Value};

/// The most entries that a search gives; who gets as many asks more precisely.
const MOST: usize = 50;
/// The most entries that are compared one by one.
const COMPARED: u64 = 2_000;

/// Who is looked for. What is given must fit; names may merely sound alike, and dates of birth have a slip.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PeopleQuery {
    /// Names, in any order and spelling.
    pub name: Option<String>,
    /// The day of birth.
    pub birth_date: Option<Date>,
    /// A number that another organisation gave.
    pub identifier: Option<String>,
}

/// An entry of the people register that was found.
#[derive(Clone, Debug, Serialize)]
pub struct Found {
    /// The person.
    pub person: PersonId,
    /// The entry, as it stands.
    pub details: PersonRegistered,
    /// The entry that is kept instead of this one, where this is a duplicate.
    pub duplicate_of: Option<PersonId>,
    /// How well the entry fits what was looked for.
    pub likeness: Likeness,
    /// Other entries that may be of the same person.
    pub likely_duplicates: Vec<PersonId>,
}

/// Looks for people: the best fit first, 50 at most.
///
/// # Errors
/// [`SqlError`] when the database can't answer.
pub async fn search(db: &Db, query: &PeopleQuery) -> Result<Vec<Found>, SqlError> {
    let found = search_as_said(db, query).await?;
    // `O Hartley` is mostly somebody who was entered as `O'Hartley`.
    match query.name.as_deref().and_then(joined) {
        Some(name) if found.is_empty() => {
            search_as_said(db, &PeopleQuery { name: Some(name), ..query.clone() }).await
        }
        _ => Ok(found),
    }
}

/// The name with each beginning of a family name that stands by itself joined to what follows, if there is one.
fn joined(name: &str) -> Option<String> {
    let parts: Vec<&str> = name.split_whitespace().collect();
    let begins = |part: &&str| {
        let letters: String = part.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
        matches!(letters.as_str(), "o" | "mc" | "mac" | "d")
    };
    let mut told = String::new();
    for (nth, part) in parts.iter().enumerate() {
        told.push_str(part);
        if nth + 1 < parts.len() && !begins(part) {
            told.push(' ');
        }
    }
    (parts.iter().take(parts.len().saturating_sub(1)).any(begins)).then_some(told)
}

async fn search_as_said(db: &Db, query: &PeopleQuery) -> Result<Vec<Found>, SqlError> {
    let number = query.identifier.as_deref().map(|text| {
        let packed: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        packed.to_uppercase()
    });
    let mut wanted: BTreeSet<(&'static str, String)> = BTreeSet::new();
    // The most telling of what was given is looked up; the rest is compared.
    if let Some(number) = &number {
        for kind in ["upn", "uln", "nhs-number", "pnc-id", "social-care-id", "former-system-id"] {
            wanted.insert(("identifier", format!("{kind} {number}")));
        }
    } else if let Some(birth) = query.birth_date {
        wanted.extend(similar_dates(birth).into_iter().map(|date| ("birth", date)));
    } else if let Some(word) = query.name.as_deref().map(words).and_then(|words| words.into_iter().last()) {
        for sound in sounds(&word) {
            wanted.insert(("given-sound", sound.clone()));
            wanted.insert(("family-sound", sound));
        }
        wanted.insert(("name-word", word));
    }
    let mut found = vec![];
    for (id, person) in candidates(db, &wanted).await? {
        let Some(entry) = person.registered() else { continue };
        let like =
            Likeness::of_query(&entry.details, query.name.as_deref(), query.birth_date, number.as_deref());
        if let Some(likeness) = like {
            found.push(Found {
                person: id,
                details: entry.details.clone(),
                duplicate_of: entry.duplicate_of(),
                likeness,
                likely_duplicates: vec![],
            });
        }
    }
    found.sort_by(|one, other| {
        other.likeness.score.cmp(&one.likeness.score).then(one.person.cmp(&other.person))
    });
    found.truncate(MOST);
    for one in &mut found {
        let likely = likely_duplicates(db, &one.details, Some(one.person)).await?;
        one.likely_duplicates = likely.into_iter().map(|other| other.person).collect();
    }
    Ok(found)
}

/// Entries that may be of the person with these details: the likeliest first. Asked before a person is registered, and
/// of one who is (`except`).
///
/// # Errors
/// [`SqlError`] when the database can't answer.
pub async fn likely_duplicates(
    db: &Db,
    details: &PersonRegistered,
    except: Option<PersonId>,
) -> Result<Vec<Found>, SqlError> {
    let mut wanted: BTreeSet<(&'static str, String)> =
        details.identifiers.iter().map(|identifier| ("identifier", identifier_key(identifier))).collect();
    match &details.birth {
        Some(birth) => {
            wanted.extend(similar_dates(*birth.date.reveal()).into_iter().map(|date| ("birth", date)));
        }
        None => wanted.extend(keys(details).into_iter().filter(|(kind, _)| *kind == "family-sound")),
    }
    let mut likely: Vec<Found> = candidates(db, &wanted)
        .await?
        .into_iter()
        .filter(|(id, _)| Some(*id) != except)
        .filter_map(|(person, state)| {
            let entry = state.registered()?;
            let likeness = Likeness::of(details, &entry.details);
            (likeness.score >= LIKELY).then(|| Found {
                person,
                details: entry.details.clone(),
                duplicate_of: entry.duplicate_of(),
                likeness,
                likely_duplicates: vec![],
            })
        })
        .collect();
    likely.sort_by(|one, other| {
        other.likeness.score.cmp(&one.likeness.score).then(one.person.cmp(&other.person))
    });
    likely.truncate(MOST);
    Ok(likely)
}

/// One person's entry; [`Person::Erased`] when it was erased, `None` when nobody was registered under the id.
///
/// # Errors
/// [`SqlError`] when the database can't answer.
pub async fn person(db: &Db, id: PersonId) -> Result<Option<Person>, SqlError> {
    let row = db.fetch_first("SELECT state FROM person_v1 WHERE person_id = $1", &[Value::text(id)]).await?;
    row.map(|row| row.json("state")).transpose()
}

async fn candidates(
    db: &Db,
    wanted: &BTreeSet<(&'static str, String)>,
) -> Result<Vec<(PersonId, Person)>, SqlError> {
    if wanted.is_empty() {
        return Ok(vec![]);
    }
    let mut values = vec![Value::count(COMPARED)];
    let mut pairs = vec![];
    for (kind, value) in wanted {
        values.extend([Value::from(*kind), Value::text(value)]);
        pairs.push(format!("(kind = ${} AND value = ${})", values.len() - 1, values.len()));
    }
    let sql = format!(
        "SELECT person_id, state FROM person_v1 WHERE person_id IN \
         (SELECT person_id FROM person_key_v1 WHERE {}) ORDER BY person_id LIMIT $1",
        pairs.join(" OR ")
    );
    let read = |row: &Row| Ok((row.parsed("person_id")?, row.json("state")?));
    db.fetch(&sql, &values).await?.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_that_stands_by_itself_is_joined_to_what_follows() {
        assert_eq!(joined("Maisie O Hartley").as_deref(), Some("Maisie OHartley"));
        assert_eq!(joined("mc  donald Ann").as_deref(), Some("mcdonald Ann"));
        assert_eq!(joined("O' Hartley").as_deref(), Some("O'Hartley"));
        for as_it_is in ["Maisie Hartley", "Hartley O", "O", "", "Mackenzie"] {
            assert_eq!(joined(as_it_is), None, "{as_it_is}");
        }
    }
}
