//! The numbers by which others know a person, and their check digits.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Checks, Personal};

/// Who gave a person the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum IdentifierKind {
    /// The unique pupil number that a school gives.
    Upn,
    /// The unique learner number of post-14 education.
    Uln,
    /// The number by which the health service knows the person.
    NhsNumber,
    /// The police national computer's id of a person.
    PncId,
    /// The child's number in the authority's social care system.
    SocialCareId,
    /// The person's number in the system that the authority used before, as in an imported list.
    FormerSystemId,
}

/// A number by which another organisation knows a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Identifier {
    /// Who gave it.
    pub kind: IdentifierKind,
    /// The number, with or without spaces.
    pub value: Personal<String>,
}

/// The letters of a UPN's check: the alphabet without I, O and S.
const UPN_LETTERS: &[u8; 23] = b"ABCDEFGHJKLMNPQRTUVWXYZ";
/// The letters of a PNC id's check: that alphabet, with Z standing for a remainder of nought.
const PNC_LETTERS: &[u8; 23] = b"ZABCDEFGHJKLMNPQRTUVWXY";

impl Identifier {
    /// The same identifier as it is compared and kept: capitals, no spaces or hyphens.
    pub fn canonical(&self) -> Self {
        let packed = self.value.reveal().chars().filter(|c| !matches!(c, ' ' | '-')).collect::<String>();
        Self { kind: self.kind, value: packed.to_uppercase().into() }
    }

    /// Notes what is wrong with the number by itself.
    pub(super) fn check(&self, checks: &mut Checks) {
        checks.line("value", self.value.reveal());
        let canonical = self.canonical();
        let number = canonical.value.reveal().as_bytes();
        let (sound, detail) = match self.kind {
            IdentifierKind::Upn => (
                is_upn(number),
                "A UPN is a check letter and twelve digits, the last of which may be a letter.",
            ),
            IdentifierKind::Uln => (
                is_uln(number),
                "A unique learner number has ten digits, the last of which checks the others.",
            ),
            IdentifierKind::NhsNumber => {
                (is_nhs_number(number), "An NHS number has ten digits, the last of which checks the others.")
            }
            IdentifierKind::PncId => (
                is_pnc_id(number),
                "A PNC id is a year, a stroke, up to seven digits and a check letter, such as 2003/0062845E.",
            ),
            IdentifierKind::SocialCareId | IdentifierKind::FormerSystemId => (true, ""),
        };
        checks.require(
            sound,
            "value",
            "identifier-check-digit",
            format!("{detail} Read it again, or leave it out."),
        );
    }
}

fn digits<const N: usize>(text: &[u8]) -> Option<[u32; N]> {
    let digits: [u8; N] = text.try_into().ok()?;
    digits.iter().all(u8::is_ascii_digit).then(|| digits.map(|digit| u32::from(digit - b'0')))
}

/// The weighted sum of the nine digits that a tenth checks: 10, 9, 8 … 2.
fn weighted(digits: &[u32; 10]) -> u32 {
    digits[..9].iter().zip((2..=10).rev()).map(|(digit, weight)| digit * weight).sum()
}

/// Source: NHS data dictionary, NHS number: modulus 11; a check of 10 is never given out.
fn is_nhs_number(number: &[u8]) -> bool {
    digits::<10>(number).is_some_and(|digits| (11 - weighted(&digits) % 11) % 11 == digits[9])
}

/// Source: Learning Records Service, unique learner number validation: modulus 11; a remainder of nought is never
/// given out.
fn is_uln(number: &[u8]) -> bool {
    digits::<10>(number).is_some_and(|digits| match weighted(&digits) % 11 {
        0 => false,
        remainder => 10 - remainder == digits[9],
    })
}

/// Source: Department for Education, unique pupil numbers: guide, annex on the check letter. A temporary number ends
/// in a letter, which counts by its place in the letters of the check.
fn is_upn(number: &[u8]) -> bool {
    let letter = |byte: u8| UPN_LETTERS.iter().position(|letter| *letter == byte);
    let Some((check, rest)) = number.split_first() else { return false };
    let Some(check) = letter(*check) else { return false };
    if rest.len() != 12 {
        return false;
    }
    let values: Option<Vec<usize>> = rest
        .iter()
        .enumerate()
        .map(|(index, byte)| match byte {
            b'0'..=b'9' => Some(usize::from(byte - b'0')),
            byte if index == 11 => letter(*byte),
            _ => None,
        })
        .collect();
    values.is_some_and(|values| {
        values.iter().zip(2..).map(|(value, weight)| value * weight).sum::<usize>() % UPN_LETTERS.len()
            == check
    })
}

/// Source: Home Office, police national computer id: the year's last two digits and the seven of the serial, as one
/// number, modulus 23.
fn is_pnc_id(number: &[u8]) -> bool {
    let Some(stroke) = number.iter().position(|byte| *byte == b'/') else { return false };
    let (year, rest) = (&number[..stroke], &number[stroke + 1..]);
    let Some((check, serial)) = rest.split_last() else { return false };
    let all_digits = year.iter().chain(serial).all(u8::is_ascii_digit);
    if !all_digits || !matches!(year.len(), 2 | 4) || !(1..=7).contains(&serial.len()) {
        return false;
    }
    let value =
        |digits: &[u8]| digits.iter().fold(0_usize, |sum, digit| sum * 10 + usize::from(digit - b'0'));
    let number = value(&year[year.len() - 2..]) * 10_000_000 + value(serial);
    PNC_LETTERS[number % PNC_LETTERS.len()] == *check
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(kind: IdentifierKind, value: &str) -> bool {
        let mut checks = Checks::default();
        Identifier { kind, value: value.into() }.check(&mut checks);
        !checks.finish().is_empty()
    }

    #[test]
    fn takes_numbers_whose_check_fits_however_they_are_typed() {
        for (kind, value) in [
            (IdentifierKind::NhsNumber, "943 476 5919"),
            (IdentifierKind::NhsNumber, "9434765919"),
            (IdentifierKind::Uln, "1000000019"),
            (IdentifierKind::PncId, "2003/0062845E"),
            (IdentifierKind::PncId, "03/62845e"),
            (IdentifierKind::Upn, "A123456789012"),
            (IdentifierKind::Upn, "X12345678901A"),
            (IdentifierKind::SocialCareId, "LCS-4471"),
        ] {
            assert!(!broken(kind, value), "{kind:?} {value}");
        }
    }

    #[test]
    fn notices_every_slip_of_one_digit() {
        for (kind, value) in [
            (IdentifierKind::NhsNumber, "9434765919"),
            (IdentifierKind::Uln, "1000000019"),
            (IdentifierKind::PncId, "2003/0062845E"),
            (IdentifierKind::Upn, "A123456789012"),
        ] {
            for index in 0..value.len() {
                for digit in b'0'..=b'9' {
                    let mut slipped = value.as_bytes().to_vec();
                    // The century of a PNC id is not part of its check.
                    let checked = kind != IdentifierKind::PncId || index > 1;
                    if checked && slipped[index].is_ascii_digit() && slipped[index] != digit {
                        slipped[index] = digit;
                        let slipped = String::from_utf8(slipped).unwrap();
                        assert!(broken(kind, &slipped), "{kind:?} {slipped}");
                    }
                }
            }
        }
    }

    #[test]
    fn takes_no_number_of_another_length_or_alphabet() {
        for (kind, value) in [
            (IdentifierKind::NhsNumber, "943476591"),
            (IdentifierKind::NhsNumber, "٩434765919"),
            (IdentifierKind::Uln, "0000000000"),
            (IdentifierKind::PncId, "2003-0062845E"),
            (IdentifierKind::PncId, "2003/"),
            (IdentifierKind::PncId, "203/0062845E"),
            (IdentifierKind::PncId, "2003/99999999999999999999E"),
            (IdentifierKind::Upn, ""),
            (IdentifierKind::Upn, "I123456789012"),
            (IdentifierKind::Upn, "A12345678901"),
            (IdentifierKind::Upn, "A1234567890A2"),
            (IdentifierKind::SocialCareId, " "),
        ] {
            assert!(broken(kind, value), "{kind:?} {value}");
        }
    }
}
