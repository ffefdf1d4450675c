//! The messages.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::details::{check_disabilities, check_identifiers};
use super::{Address, Birth, BirthBasis, Detail, ErasureGround, Identifier, IdentifierKind, Link, Relation};
use crate::codes::{Disability, Ethnicity, Gender};
use crate::{Checks, Command, PersonId, Personal};

/// Enters a child or an adult of a family in the people register. Opens the person's entry.
///
/// Search the register first: it offers likely duplicates by the sound of the name, the date of birth and identifiers.
/// Whether a likeness is the same person is for a person to decide, so a likeness never refuses a registration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterPerson {
    /// The first name or names. For a child who isn't born yet, what the family calls the child, such as `Baby`.
    pub given_name: Personal<String>,
    /// The surname.
    pub family_name: Personal<String>,
    /// The name by which the person is called, if another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_as: Option<Personal<String>>,
    /// Surnames that the person had before, or is listed under elsewhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_family_names: Vec<Personal<String>>,
    /// When the person was born, or is expected to be; left out when nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth: Option<Birth>,
    /// The gender.
    pub gender: Personal<Gender>,
    /// The ethnicity; left out when nobody has asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ethnicity: Option<Personal<Ethnicity>>,
    /// Disabilities; `NONE` stands alone, and an empty list says that nobody has asked.
    #[serde(default)]
    pub disabilities: Personal<Vec<Disability>>,
    /// The numbers by which others know the person.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identifiers: Vec<Identifier>,
    /// Where the person lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// A telephone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telephone: Option<Personal<String>>,
}

impl Command for RegisterPerson {
    fn check(&self, checks: &mut Checks) {
        checks.line("given_name", self.given_name.reveal());
        checks.line("family_name", self.family_name.reveal());
        if let Some(name) = &self.known_as {
            checks.line("known_as", name.reveal());
        }
        for (index, name) in self.former_family_names.iter().enumerate() {
            checks.line(&format!("former_family_names[{index}]"), name.reveal());
        }
        check_disabilities("disabilities", self.disabilities.reveal(), checks);
        check_identifiers("identifiers", &self.identifiers, checks);
        if let Some(address) = &self.address {
            address.check("address", checks);
        }
        if let Some(number) = &self.telephone {
            checks.line("telephone", number.reveal());
        }
    }

    fn example() -> Self {
        Self {
            given_name: "Maisie".into(),
            family_name: "Hartley".into(),
            known_as: Some("May".into()),
            former_family_names: vec!["Okafor".into()],
            birth: Some(Birth {
                date: Personal::new(jiff::civil::date(2008, 9, 3)),
                basis: BirthBasis::Known,
            }),
            gender: Personal::new(Gender::Female),
            ethnicity: Some(Personal::new(Ethnicity::WhiteAndBlackAfrican)),
            disabilities: Personal::new(vec![Disability::Hearing]),
            identifiers: vec![Identifier { kind: IdentifierKind::NhsNumber, value: "943 476 5919".into() }],
            address: Some(Address {
                lines: vec!["14 Weaver's Row".into(), "Northmoor".into()],
                postcode: Some("ZZ9 9ZZ".into()),
            }),
            telephone: Some("01632 960147".into()),
        }
    }
}

/// One detail put right, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DetailCorrection {
    /// What the detail is to be.
    pub to: Detail,
    /// Why it was wrong or has changed.
    pub reason: Personal<String>,
}

/// Puts details of a person right. What was recorded before stays in the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectPersonDetails {
    /// The details, each once and with its reason.
    pub corrections: Vec<DetailCorrection>,
}

impl Command for CorrectPersonDetails {
    fn check(&self, checks: &mut Checks) {
        checks.require(
            !self.corrections.is_empty(),
            "corrections",
            "correction-names-a-detail",
            "Name at least one detail and what it is to be.",
        );
        let fields: Vec<_> = self.corrections.iter().map(|correction| correction.to.field()).collect();
        for (index, field) in fields.iter().enumerate() {
            checks.require(
                !fields[..index].contains(field),
                &format!("corrections[{index}].to.field"),
                "detail-corrected-once",
                "Correct each detail once in one message.",
            );
        }
        checks.each("corrections", &self.corrections, |checks, correction| {
            checks.within("to.", |checks| correction.to.check(checks));
            checks.narrative("reason", &correction.reason);
        });
    }

    fn example() -> Self {
        Self {
            corrections: vec![DetailCorrection {
                to: Detail::FamilyName("Hartley-Okafor".into()),
                reason: "Her mother showed the birth certificate.".into(),
            }],
        }
    }
}

/// Says what another person is to this one: a sibling, a parent, a carer, or a second entry of the same person.
///
/// The link is kept with this person and seen from both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkPeople {
    /// The other person, who is in the register.
    pub other: PersonId,
    /// What the other is to this person.
    pub relation: Relation,
    /// How it is known, where that matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Personal<String>>,
}

impl LinkPeople {
    /// The link that is asked for.
    pub const fn link(&self) -> Link {
        Link { other: self.other, relation: self.relation }
    }
}

impl Command for LinkPeople {
    fn check(&self, checks: &mut Checks) {
        if let Some(note) = &self.note {
            checks.narrative("note", note);
        }
    }

    fn example() -> Self {
        Self {
            other: uuid::uuid!("01890a5d-ac96-774b-bcce-b302099a8058").into(),
            relation: Relation::Parent,
            note: Some("On the birth certificate.".into()),
        }
    }
}

/// Says that another person is no longer, or never was, something to this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndLink {
    /// The other person.
    pub other: PersonId,
    /// What the other was said to be to this person.
    pub relation: Relation,
    /// Why: the tie ended, or the link was a mistake.
    pub reason: Personal<String>,
}

impl EndLink {
    /// The link that is to end.
    pub const fn link(&self) -> Link {
        Link { other: self.other, relation: self.relation }
    }
}

impl Command for EndLink {
    fn check(&self, checks: &mut Checks) {
        checks.narrative("reason", &self.reason);
    }

    fn example() -> Self {
        Self {
            other: uuid::uuid!("01890a5d-ac96-774b-bcce-b302099a8058").into(),
            relation: Relation::Carer,
            reason: "Her aunt moved away in March; she lives with her mother again.".into(),
        }
    }
}

/// Erases a person's details from what the service knows and shows. Only the data protection officer may.
///
/// What is left is that there was a person with this id, and why the details went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ErasePerson {
    /// The ground in law.
    pub ground: ErasureGround,
    /// The reason, without naming the person.
    pub reason: Personal<String>,
}

impl Command for ErasePerson {
    fn check(&self, checks: &mut Checks) {
        checks.narrative("reason", &self.reason);
    }

    fn example() -> Self {
        Self {
            ground: ErasureGround::RegisteredInError,
            reason: "A name from another authority's list was registered by mistake.".into(),
        }
    }
}
