//! How the lists letter their values. Source: the annex's guidance, in its two dialects.

use caseledger_commands::codes::{Ethnicity, Gender, ReferralSource};

/// How a workbook letters its codes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dialect {
    /// `s) NOBT`, and no source 5D.
    Older,
    /// `t) NOBT`, and `p1) 5D: LA services`.
    #[default]
    Newer,
}

impl std::str::FromStr for Dialect {
    type Err = UnknownDialect;

    fn from_str(text: &str) -> Result<Self, UnknownDialect> {
        match text {
            "older" => Ok(Self::Older),
            "newer" => Ok(Self::Newer),
            _ => Err(UnknownDialect),
        }
    }
}

/// Neither of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a dialect is older or newer")]
pub struct UnknownDialect;

/// A gender; one that is not known is not stated.
pub fn gender(gender: Option<Gender>) -> &'static str {
    match gender {
        Some(Gender::Male) => "a) Male",
        Some(Gender::Female) => "b) Female",
        Some(Gender::NotStated) | None => "c) Not stated/recorded",
        Some(Gender::Neither) => "d) Neither",
    }
}

/// An ethnicity; one that is not known is not yet obtained.
///
/// The older dialect gives `NOBT` the letter that `REFU` has as well.
pub fn ethnicity(ethnicity: Option<Ethnicity>, dialect: Dialect) -> String {
    let code = ethnicity.unwrap_or(Ethnicity::NotYetObtained);
    let place = Ethnicity::ALL.iter().position(|other| *other == code).unwrap_or_default();
    let letter = match (code, dialect) {
        (Ethnicity::NotYetObtained, Dialect::Older) => 's',
        _ => char::from(b'a' + u8::try_from(place).unwrap_or_default()),
    };
    format!("{letter}) {code}")
}

/// Who made contact or referred; somebody who is not known is unknown. The older dialect has no code for early help
/// itself: that is another service of the authority (5B).
pub fn source(source: Option<ReferralSource>, dialect: Dialect) -> &'static str {
    match source {
        Some(ReferralSource::FamilyMember) => "a) 1A: Individual",
        Some(ReferralSource::Acquaintance) => "b) 1B: Individual",
        Some(ReferralSource::SelfReferral) => "c) 1C: Individual",
        Some(ReferralSource::OtherIndividual) => "d) 1D: Individual",
        Some(ReferralSource::Schools) => "e) 2A: Schools",
        Some(ReferralSource::EducationServices) => "f) 2B: Education services",
        Some(ReferralSource::Gp) => "g) 3A: Health services",
        Some(ReferralSource::HealthVisitor) => "h) 3B: Health services",
        Some(ReferralSource::SchoolNurse) => "i) 3C: Health services",
        Some(ReferralSource::OtherPrimaryHealth) => "j) 3D: Health services",
        Some(ReferralSource::AccidentAndEmergency) => "k) 3E: Health services",
        Some(ReferralSource::OtherHealth) => "l) 3F: Health services",
        Some(ReferralSource::Housing) => "m) 4: Housing",
        Some(ReferralSource::SocialCare) => "n) 5A: LA services",
        Some(ReferralSource::EarlyHelp) if dialect == Dialect::Newer => "p1) 5D: LA services",
        Some(ReferralSource::OtherInternal | ReferralSource::EarlyHelp) => "o) 5B: LA services",
        Some(ReferralSource::External) => "p) 5C: LA services",
        Some(ReferralSource::Police) => "q) 6: Police",
        Some(ReferralSource::OtherLegalAgency) => "r) 7: Other legal agency",
        Some(ReferralSource::Other) => "s) 8: Other",
        Some(ReferralSource::Anonymous) => "t) 9: Anonymous",
        Some(ReferralSource::Unknown) | None => "u) 10: Unknown",
    }
}

/// Yes, no, or not known.
pub fn yes_no(yes: Option<bool>) -> &'static str {
    match yes {
        Some(true) => "a) Yes",
        Some(false) => "b) No",
        None => "c) Unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dialects_differ_in_two_codes() {
        let differ = |code: &&Ethnicity| {
            ethnicity(Some(**code), Dialect::Older) != ethnicity(Some(**code), Dialect::Newer)
        };
        let differing: Vec<_> = Ethnicity::ALL.iter().filter(differ).collect();
        assert_eq!(differing, [&Ethnicity::NotYetObtained]);
        let differ = |code: &&ReferralSource| {
            source(Some(**code), Dialect::Older) != source(Some(**code), Dialect::Newer)
        };
        let differing: Vec<_> = ReferralSource::ALL.iter().filter(differ).collect();
        assert_eq!(differing, [&ReferralSource::EarlyHelp]);
    }

    #[test]
    fn ethnicities_are_lettered_in_the_order_of_the_list() {
        let written = |code| ethnicity(Some(code), Dialect::Newer);
        assert_eq!(written(Ethnicity::WhiteBritish), "a) WBRI");
        assert_eq!(written(Ethnicity::OtherEthnicGroup), "r) OOTH");
        assert_eq!(written(Ethnicity::Refused), "s) REFU");
        assert_eq!(written(Ethnicity::NotYetObtained), "t) NOBT");
        assert_eq!(ethnicity(None, Dialect::Older), "s) NOBT");
    }

    #[test]
    fn a_source_names_its_code() {
        for code in ReferralSource::ALL {
            let written = source(Some(*code), Dialect::Newer);
            assert!(written.contains(&format!(") {code}: ")), "{code} {written}");
        }
    }
}
