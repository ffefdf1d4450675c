//! The short case reference that people read out over the telephone.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::CaseId;

/// Letters and digits that can't be taken for one another when read out or written by hand: no 0/O, 1/I/L, 5/S, 2/Z,
/// 8/B, U/V. Their number is prime, so that the check character catches every single slip and every swap of neighbours.
const ALPHABET: &[u8; 23] = b"34679ACDEFGHJKMNPQRTWXY";
const BASE: u64 = ALPHABET.len() as u64;
/// Characters before the check character: 23^9 ≈ 1.8 × 10^12 references.
const BODY: usize = 9;

/// A case's short reference: nine characters and a check character, written `7K3-Q9M-4X6C`.
///
/// It follows from the case id, so that it needs no register of its own and every event can carry it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct CaseReference(String);

/// Why a text is no case reference.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// Wrong length, or a character outside the alphabet.
    #[error(
        "A case reference has ten letters and digits, such as 7K3-Q9M-4X6C, and none of 0 1 2 5 8 B I L O S U V Z."
    )]
    Malformed,
    /// The check character does not fit the rest: something was misread.
    #[error(
        "The check character does not fit: a letter or digit was misread. Please read the reference again."
    )]
    Misread,
}

impl CaseReference {
    /// The reference of a case.
    pub fn of(case: CaseId) -> Self {
        // The low 64 bits of a UUIDv7 are its random part; mixed once more so that ids made in sequence by a test or a
        // demonstration do not give references that look alike.
        let mut rest = mix(case.uuid().as_u128() as u64 ^ (case.uuid().as_u128() >> 64) as u64);
        let mut body = [0; BODY];
        for digit in &mut body {
            *digit = rest % BASE;
            rest /= BASE;
        }
        Self(write(&body))
    }

    /// The reference as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The finaliser of SplitMix64: a bijection that spreads every input bit over all output bits.
const fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// Weighted sum modulo a prime: distinct non-zero weights catch slips and swaps.
fn check(body: &[u64; BODY]) -> u64 {
    body.iter().zip(1..).map(|(digit, weight)| digit * weight).sum::<u64>() % BASE
}

fn write(body: &[u64; BODY]) -> String {
    let mut text = String::with_capacity(BODY + 3);
    for (index, digit) in body.iter().chain([&check(body)]).enumerate() {
        if index == 3 || index == 6 {
            text.push('-');
        }
        text.push(char::from(ALPHABET[*digit as usize]));
    }
    text
}

impl FromStr for CaseReference {
    type Err = ReferenceError;

    /// Reads a reference in any case, with or without its hyphens and spaces.
    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let digits: Vec<u64> = text
            .chars()
            .filter(|c| !matches!(c, '-' | ' '))
            .map(|c| ALPHABET.iter().position(|a| char::from(*a) == c.to_ascii_uppercase()).map(|p| p as u64))
            .collect::<Option<_>>()
            .ok_or(ReferenceError::Malformed)?;
        let (last, body) = digits.split_last().ok_or(ReferenceError::Malformed)?;
        let body: [u64; BODY] = body.try_into().map_err(|_| ReferenceError::Malformed)?;
        if check(&body) == *last { Ok(Self(write(&body))) } else { Err(ReferenceError::Misread) }
    }
}

impl TryFrom<String> for CaseReference {
    type Error = ReferenceError;

    fn try_from(text: String) -> Result<Self, ReferenceError> {
        text.parse()
    }
}

impl From<CaseReference> for String {
    fn from(reference: CaseReference) -> Self {
        reference.0
    }
}

impl fmt::Display for CaseReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference() -> CaseReference {
        let id: CaseId = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
        CaseReference::of(id)
    }

    #[test]
    fn reads_what_it_writes_however_it_is_typed() {
        let written = reference();
        let typed = written.as_str().replace('-', " ").to_lowercase();
        assert_eq!(typed.parse(), Ok(written));
    }

    #[test]
    fn notices_every_single_slip_and_every_swap_of_neighbours() {
        let right = reference().as_str().replace('-', "");
        for index in 0..right.len() {
            for letter in ALPHABET {
                let mut slipped = right.clone().into_bytes();
                if slipped[index] != *letter {
                    slipped[index] = *letter;
                    let slipped = String::from_utf8(slipped).unwrap();
                    assert_eq!(slipped.parse::<CaseReference>(), Err(ReferenceError::Misread), "{slipped}");
                }
            }
            let mut swapped = right.clone().into_bytes();
            if index + 1 < right.len() && swapped[index] != swapped[index + 1] {
                swapped.swap(index, index + 1);
                let swapped = String::from_utf8(swapped).unwrap();
                assert!(swapped.parse::<CaseReference>().is_err(), "{swapped}");
            }
        }
    }
}
