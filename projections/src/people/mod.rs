//! People: the only read model that holds names, and how they are found again.

mod likeness;
mod search;

use std::collections::BTreeSet;

use async_trait::async_trait;
use caseledger_aggregates::AnyEvent;
use caseledger_aggregates::person::{Person, PersonEvent, PersonRegistered};
use caseledger_commands::Personal;
use rphonetic::DoubleMetaphone;

pub use likeness::{Likeness, Reason};
pub use search::{Found, PeopleQuery, likely_duplicates, person, search};

use crate::projection::{Entry, Failed, Fold, Projection, Spec, no_settings};
use crate::sql::{Column, Table, Value};
use crate::states::held::{OCCURRED_AT, POSITION, RECORDED_AT, STATE, VERSION};
use crate::states::{Derived, Held, States};
use crate::words::code;

/// The people.
pub const PERSON: Table = Table {
    name: "person_v1",
    doc: "The people register: children and adults of families. All of it is personal data; erasing a person empties \
          their row.",
    columns: &[
        Column::text("person_id", "The person."),
        Column::text("given_name", "Their first name or names; empty after erasure.").or_empty(),
        Column::text("family_name", "Their surname; empty after erasure.").or_empty(),
        Column::text("known_as", "The name by which they are called.").or_empty(),
        Column::text("birth_date", "The day on which they were born, or are expected to be.").or_empty(),
        Column::text("birth_basis", "How surely it is known: known, estimated or expected.").or_empty(),
        Column::text("gender", "The gender, in the code of the list.").or_empty(),
        Column::text("postcode", "The postcode of their address.").or_empty(),
        Column::text(
            "duplicate_of",
            "The entry that is kept instead of this one, where this is a duplicate.",
        )
        .or_empty(),
        Column::bool("erased", "Whether their details were erased."),
        VERSION,
        POSITION,
        OCCURRED_AT,
        RECORDED_AT,
        STATE,
    ],
    key: &["person_id"],
    indexes: &[&["birth_date"]],
};

/// What people are found by.
pub const KEY: Table = Table {
    name: "person_key_v1",
    doc: "What people are found by: sounds of their names, the words of them, their day of birth, their identifiers.",
    columns: &[
        Column::text("person_id", "The person."),
        Column::text(
            "kind",
            "given-sound, family-sound (double metaphone), name-word, birth, or identifier.",
        ),
        Column::text("value", "The sound, the word in small letters, the day, or kind and number."),
    ],
    key: &["person_id", "kind", "value"],
    indexes: &[&["kind", "value"]],
};

/// The people register.
pub static PEOPLE: Spec = Spec {
    name: "people",
    version: 1,
    doc: "The people register, and what people are found by.",
    folds: &["Person"],
    tables: &[PERSON, KEY],
    make: |_| Box::new(People::default()),
    settings: no_settings,
};

#[derive(Default)]
struct People {
    states: States<Person>,
}

#[async_trait]
impl Projection for People {
    fn spec(&self) -> &'static Spec {
        &PEOPLE
    }

    async fn apply(&mut self, fold: &mut Fold<'_>, batch: &[&Entry]) -> Result<(), Failed> {
        let changed = self.states.fold(fold, &PERSON, batch, event_of).await?;
        let (mut people, mut keys) = (vec![], Derived::default());
        for (id, before) in &changed.before {
            let Some(held) = self.states.get(id) else { continue };
            people.push(row(id, held));
            let rows = |held: &Held<Person>| key_rows(id, &held.state);
            keys.change(&KEY, before.as_ref().map(rows), rows(held));
        }
        fold.upsert(&PERSON, people).await?;
        keys.write(fold, &KEY).await?;
        Ok(())
    }

    fn forget(&mut self) {
        self.states.forget();
    }
}

fn event_of(event: &AnyEvent) -> Option<&PersonEvent> {
    if let AnyEvent::Person(event) = event { Some(event) } else { None }
}

fn row(id: &str, held: &Held<Person>) -> Vec<Value> {
    let person = held.state.registered();
    let details = person.map(|person| &person.details);
    let birth = details.and_then(|details| details.birth.as_ref());
    let postcode = details.and_then(|details| details.address.as_ref()?.postcode.as_ref());
    let known_as = details.and_then(|details| details.known_as.as_ref());
    let mut row = vec![
        Value::from(id),
        Value::maybe(details.map(|details| details.given_name.reveal())),
        Value::maybe(details.map(|details| details.family_name.reveal())),
        Value::maybe(known_as.map(Personal::reveal)),
        Value::from(birth.map(|birth| *birth.date.reveal())),
        Value::Text(birth.map(|birth| code(&birth.basis))),
        Value::Text(details.map(|details| code(&details.gender))),
        Value::maybe(postcode.map(Personal::reveal)),
        Value::maybe(person.and_then(|person| person.duplicate_of())),
        Value::from(matches!(held.state, Person::Erased)),
    ];
    row.extend(held.values());
    row
}

fn key_rows(id: &str, person: &Person) -> Vec<Vec<Value>> {
    let keys = person.registered().map(|person| keys(&person.details)).unwrap_or_default();
    keys.into_iter()
        .map(|(kind, value)| vec![Value::from(id), Value::from(kind), Value::Text(Some(value))])
        .collect()
}

/// What a person with these details is found by.
fn keys(details: &PersonRegistered) -> BTreeSet<(&'static str, String)> {
    let given = [Some(&details.given_name), details.known_as.as_ref()];
    let given: Vec<&str> = given.into_iter().flatten().map(|name| name.reveal().as_str()).collect();
    let former = details.former_family_names.iter().map(|name| name.reveal().as_str());
    let family: Vec<&str> = former.chain([details.family_name.reveal().as_str()]).collect();
    let mut keys = BTreeSet::new();
    for word in given.iter().flat_map(|name| words(name)) {
        keys.extend(sounds(&word).into_iter().map(|sound| ("given-sound", sound)));
        keys.insert(("name-word", word));
    }
    for word in family.iter().flat_map(|name| words(name)) {
        keys.extend(sounds(&word).into_iter().map(|sound| ("family-sound", sound)));
        keys.insert(("name-word", word));
    }
    keys.extend(details.birth.iter().map(|birth| ("birth", birth.date.reveal().to_string())));
    keys.extend(details.identifiers.iter().map(|identifier| ("identifier", identifier_key(identifier))));
    keys
}

fn identifier_key(identifier: &caseledger_commands::person::Identifier) -> String {
    let canonical = identifier.canonical();
    format!("{} {}", code(&canonical.kind), canonical.value.reveal())
}

/// The words of a name, in small letters: `O'Brien-Shah` has `obrien` and `shah`.
fn words(name: &str) -> Vec<String> {
    let parts = name.split(|c: char| c.is_whitespace() || c == '-');
    let letters =
        |part: &str| part.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    parts.map(letters).filter(|word| !word.is_empty()).collect()
}

/// How a word sounds, in one or two ways; the word itself when it has no sound in English spelling.
fn sounds(word: &str) -> BTreeSet<String> {
    // The algorithm knows English spelling and panics inside any letter beyond ASCII: Wójcik is read as Wojcik.
    let spelt = deunicode::deunicode(word);
    let sound = DoubleMetaphone::default().double_metaphone(&spelt);
    let sounds: BTreeSet<String> =
        [sound.primary(), sound.alternate()].into_iter().filter(|sound| !sound.is_empty()).collect();
    if sounds.is_empty() { BTreeSet::from([word.to_owned()]) } else { sounds }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_script_have_a_sound() {
        assert_eq!(sounds("wójcik"), sounds("wojcik"));
        for name in ["żółć", "ñandú", "ß", "łukasz", "محمد", "王", "Ólafsdóttir", "🙂", "\u{301}"]
        {
            assert!(!sounds(name).is_empty(), "{name}");
        }
    }
}
