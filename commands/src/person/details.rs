//! What is known of a person.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Identifier;
use crate::codes::{Disability, Ethnicity, Gender};
use crate::{Checks, Date, PersonId, Personal};

/// How surely a date of birth is known. Source: children in need census, date of birth and expected date of birth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BirthBasis {
    /// The date on the birth certificate, or what the family says.
    Known,
    /// A guess; the year is likelier right than the day.
    Estimated,
    /// The child isn't born yet: the date on which the birth is expected.
    Expected,
}

/// When a person was born, or is expected to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Birth {
    /// The day.
    pub date: Personal<Date>,
    /// How surely it is known.
    pub basis: BirthBasis,
}

/// Where a person lives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// House, street, town: one to five lines.
    pub lines: Vec<Personal<String>>,
    /// The postcode, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postcode: Option<Personal<String>>,
}

/// The most lines that an address has on an envelope (Royal Mail's guide to clear addressing).
const MOST_ADDRESS_LINES: usize = 5;

impl Address {
    /// Notes what is wrong with the address by itself.
    pub(super) fn check(&self, field: &str, checks: &mut Checks) {
        checks.require(
            (1..=MOST_ADDRESS_LINES).contains(&self.lines.len()),
            &format!("{field}.lines"),
            "address-has-lines",
            format!(
                "Give one to {MOST_ADDRESS_LINES} lines of address; leave the address out if it isn't known."
            ),
        );
        for (index, line) in self.lines.iter().enumerate() {
            checks.line(&format!("{field}.lines[{index}]"), line.reveal());
        }
        if let Some(postcode) = &self.postcode {
            checks.require(
                is_postcode(postcode.reveal()),
                &format!("{field}.postcode"),
                "postcode-well-formed",
                "Write the postcode as on an envelope, such as AB1 2CD; leave it out if it isn't known.",
            );
        }
    }
}

/// Whether a text has the shape of a United Kingdom postcode: an area of one or two letters, a district, a digit and
/// two letters (BS 7666). Whether the post office has given it out is not asked.
fn is_postcode(text: &str) -> bool {
    let packed: Vec<u8> = text.bytes().filter(|b| *b != b' ').map(|b| b.to_ascii_uppercase()).collect();
    let Some((outward, inward)) = packed.len().checked_sub(3).map(|at| packed.split_at(at)) else {
        return false;
    };
    let inward_fits = inward[0].is_ascii_digit() && inward[1..].iter().all(u8::is_ascii_uppercase);
    let letters = outward.iter().take_while(|b| b.is_ascii_uppercase()).count();
    let district = &outward[letters..];
    inward_fits
        && (1..=2).contains(&letters)
        && (1..=2).contains(&district.len())
        && district[0].is_ascii_digit()
        && district.iter().all(u8::is_ascii_alphanumeric)
}

/// Notes what is wrong with a set of disability codes by itself.
pub(super) fn check_disabilities(field: &str, codes: &[Disability], checks: &mut Checks) {
    checks.require(
        codes.len() == 1 || !codes.contains(&Disability::None),
        field,
        "no-disability-stands-alone",
        "NONE says that there is no disability: leave it out, or leave the others out.",
    );
    checks.require(
        codes.iter().enumerate().all(|(index, code)| !codes[..index].contains(code)),
        field,
        "code-said-once",
        "Name each disability once.",
    );
}

/// Notes what is wrong with a person's identifiers by themselves.
pub(super) fn check_identifiers(field: &str, identifiers: &[Identifier], checks: &mut Checks) {
    checks.each(field, identifiers, |checks, identifier| identifier.check(checks));
    checks.require(
        identifiers.iter().enumerate().all(|(index, one)| {
            identifiers[..index].iter().all(|other| other.canonical() != one.canonical())
        }),
        field,
        "identifier-said-once",
        "Give each identifier once.",
    );
}

/// One detail of a person, with what it is to be, or was. `null` where nothing is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "field", content = "value", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Detail {
    /// The first name or names.
    GivenName(Personal<String>),
    /// The surname.
    FamilyName(Personal<String>),
    /// The name by which the person is called.
    KnownAs(Option<Personal<String>>),
    /// Surnames that the person had before, or is listed under elsewhere.
    FormerFamilyNames(Vec<Personal<String>>),
    /// When the person was born, or is expected to be.
    Birth(Option<Birth>),
    /// The gender.
    Gender(Personal<Gender>),
    /// The ethnicity.
    Ethnicity(Option<Personal<Ethnicity>>),
    /// Disabilities; an empty list when nobody has asked.
    Disabilities(Personal<Vec<Disability>>),
    /// All numbers by which others know the person: those left out are taken away.
    Identifiers(Vec<Identifier>),
    /// Where the person lives.
    Address(Option<Address>),
    /// A telephone number.
    Telephone(Option<Personal<String>>),
}

impl Detail {
    /// Which detail it is, as it stands on the wire: `family-name`.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::GivenName(_) => "given-name",
            Self::FamilyName(_) => "family-name",
            Self::KnownAs(_) => "known-as",
            Self::FormerFamilyNames(_) => "former-family-names",
            Self::Birth(_) => "birth",
            Self::Gender(_) => "gender",
            Self::Ethnicity(_) => "ethnicity",
            Self::Disabilities(_) => "disabilities",
            Self::Identifiers(_) => "identifiers",
            Self::Address(_) => "address",
            Self::Telephone(_) => "telephone",
        }
    }

    /// Notes what is wrong with the detail by itself.
    pub(super) fn check(&self, checks: &mut Checks) {
        match self {
            Self::GivenName(name) | Self::FamilyName(name) | Self::KnownAs(Some(name)) => {
                checks.line("value", name.reveal());
            }
            Self::FormerFamilyNames(names) => {
                for (index, name) in names.iter().enumerate() {
                    checks.line(&format!("value[{index}]"), name.reveal());
                }
            }
            Self::Disabilities(codes) => check_disabilities("value", codes.reveal(), checks),
            Self::Identifiers(identifiers) => check_identifiers("value", identifiers, checks),
            Self::Address(Some(address)) => address.check("value", checks),
            Self::Telephone(Some(number)) => checks.line("value", number.reveal()),
            Self::KnownAs(None)
            | Self::Birth(_)
            | Self::Gender(_)
            | Self::Ethnicity(_)
            | Self::Address(None)
            | Self::Telephone(None) => {}
        }
    }
}

/// What another person is to this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// The other is this person's parent.
    Parent,
    /// The other is this person's child.
    Child,
    /// The other is this person's sibling, of whole or half blood or by a parent's partner.
    Sibling,
    /// The other is this person's partner or spouse.
    Partner,
    /// The other cares for this person without being the parent.
    Carer,
    /// The other is cared for by this person, who isn't the parent.
    CaredFor,
    /// The other is another relative.
    Relative,
    /// This entry is a duplicate: the other is the entry that is kept.
    DuplicateOf,
    /// The other entry is a duplicate of this one, which is kept.
    KeptFor,
}

impl Relation {
    /// What this person is to the other.
    pub const fn inverse(self) -> Self {
        match self {
            Self::Parent => Self::Child,
            Self::Child => Self::Parent,
            Self::Sibling => Self::Sibling,
            Self::Partner => Self::Partner,
            Self::Carer => Self::CaredFor,
            Self::CaredFor => Self::Carer,
            Self::Relative => Self::Relative,
            Self::DuplicateOf => Self::KeptFor,
            Self::KeptFor => Self::DuplicateOf,
        }
    }
}

/// That another person is something to this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// The other person.
    pub other: PersonId,
    /// What the other is to this one.
    pub relation: Relation,
}

/// Why a person's details are erased. Source: UK GDPR, article 17(1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ErasureGround {
    /// The person, or a parent for a child, asked for it and may.
    Requested,
    /// The time for which the authority keeps such records is over.
    RetentionEnded,
    /// The entry should never have been made.
    RegisteredInError,
    /// A court or the regulator ordered it.
    Ordered,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_shapes_of_postcodes() {
        for sound in ["M1 1AE", "B33 8TH", "CR2 6XH", "DN55 1PT", "W1A 1HQ", "ec1a1bb"] {
            assert!(is_postcode(sound), "{sound}");
        }
        for unsound in ["", "1AE", "M 1AE", "ABC1 1AE", "M1 AAE", "M1 11E", "M111 1AE", "M1-1AE", "Ḿ1 1AE"]
        {
            assert!(!is_postcode(unsound), "{unsound}");
        }
    }

    #[test]
    fn an_inverse_turns_back() {
        use Relation::*;
        for relation in [Parent, Child, Sibling, Partner, Carer, CaredFor, Relative, DuplicateOf, KeptFor] {
            assert_eq!(relation.inverse().inverse(), relation);
        }
    }
}
