//! What a cell says. Lenient where the meaning is beyond doubt, and then it is noted; never guessing.

use calamine::Data;
use caseledger_commands::Date;
use caseledger_commands::codes::{Ethnicity, Gender, ReferralSource};

use crate::args::Dialect;

/// Why a cell can't be taken as what it should be, in words that hold nothing of it.
pub type Reason = String;

/// A value, and whether the letter that the guidance puts before it was missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Read<T> {
    /// What it says.
    pub value: T,
    /// Whether it was read without its letter.
    pub letter_missing: bool,
}

/// A cell's text: trimmed, with plain spaces; `None` when it says nothing.
pub fn text(cell: &Data) -> Option<String> {
    let written = match cell {
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) if number.fract() == 0.0 => format!("{number:.0}"),
        Data::Float(number) => number.to_string(),
        Data::Bool(yes) => yes.to_string(),
        Data::DateTime(date) => date.to_string(),
        Data::Error(_) | Data::Empty => return None,
    };
    let plain: Vec<_> = written.split_whitespace().collect();
    (!plain.is_empty()).then(|| plain.join(" "))
}

/// Whether there is nothing in it. A formula that failed (`#N/A`) is something.
pub fn is_blank(cell: &Data) -> bool {
    !matches!(cell, Data::Error(_)) && text(cell).is_none()
}

/// Refuses a cell whose formula has failed.
fn sound(cell: &Data) -> Result<&Data, Reason> {
    if matches!(cell, Data::Error(_)) { Err("the formula in it has failed".to_owned()) } else { Ok(cell) }
}

/// A day. Excel's own dates, and ISO text; other texts are ambiguous.
pub fn date(cell: &Data) -> Result<Option<Date>, Reason> {
    if let Data::DateTime(date) = sound(cell)? {
        let (year, month, day, ..) = date.to_ymd_hms_milli();
        let read = i8::try_from(month).ok().zip(i8::try_from(day).ok()).zip(i16::try_from(year).ok());
        let read = read.and_then(|((month, day), year)| Date::new(year, month, day).ok());
        return read.map(Some).ok_or_else(|| "no such day".to_owned());
    }
    let Some(written) = text(cell) else { return Ok(None) };
    let day = written.get(..10).unwrap_or(&written).parse();
    day.map(Some).map_err(|_| "not a date; give it as an Excel date".to_owned())
}

/// A value that the lists letter (`a) Male`): the letter, if it has one, and what follows.
fn lettered(written: &str) -> (Option<&str>, &str) {
    match written.split_once(')') {
        Some((letter, rest)) if letter.len() <= 2 && letter.starts_with(|c: char| c.is_ascii_lowercase()) => {
            (Some(letter), rest.trim())
        }
        _ => (None, written.trim()),
    }
}

fn read<T>(value: Option<T>, letter: Option<&str>, fault: &str) -> Result<Read<T>, Reason> {
    value.map(|value| Read { value, letter_missing: letter.is_none() }).ok_or_else(|| fault.to_owned())
}

/// A gender. Source: Annex A, `a) Male` to `d) Neither`.
pub fn gender(cell: &Data) -> Result<Read<Gender>, Reason> {
    let written = text(sound(cell)?).ok_or("nothing in it; `c) Not stated/recorded` says so")?;
    let (letter, rest) = lettered(&written);
    let value = match rest.to_ascii_lowercase().as_str() {
        "male" => Some((Gender::Male, "a")),
        "female" => Some((Gender::Female, "b")),
        "not stated/recorded" | "not stated" => Some((Gender::NotStated, "c")),
        "neither" => Some((Gender::Neither, "d")),
        _ => None,
    };
    let agrees = value.filter(|(_, expected)| letter.is_none_or(|letter| letter == *expected));
    read(agrees.map(|(value, _)| value), letter, "not one of the annex's genders, `a) Male` to `d) Neither`")
}

/// An ethnicity. The letters of the two dialects differ at `NOBT`, so the code decides.
pub fn ethnicity(cell: &Data) -> Result<Option<Read<Ethnicity>>, Reason> {
    let Some(written) = text(sound(cell)?) else { return Ok(None) };
    let (letter, rest) = lettered(&written);
    let value = Ethnicity::from_code(&rest.to_ascii_uppercase());
    read(value, letter, "not one of the annex's ethnicities, such as `a) WBRI`").map(Some)
}

/// Who contacted or referred: `e) 2A: Schools`. Only the newer dialect has 5D.
pub fn source(cell: &Data, dialect: Dialect) -> Result<Read<ReferralSource>, Reason> {
    let written = text(sound(cell)?).ok_or("nothing in it; `u) 10: Unknown` says so")?;
    let (letter, rest) = lettered(&written);
    let code = rest.split(':').next().unwrap_or_default().trim().to_ascii_uppercase();
    let value = ReferralSource::from_code(&code);
    if value == Some(ReferralSource::EarlyHelp) && dialect == Dialect::Older {
        return Err("5D is not in the older dialect".to_owned());
    }
    read(value, letter, "not one of the annex's sources, such as `e) 2A: Schools`")
}

/// Yes or no: `a) Yes`, `b) No`, `c) Unknown`.
pub fn yes_no(cell: &Data) -> Result<Option<Read<bool>>, Reason> {
    let Some(written) = text(sound(cell)?) else { return Ok(None) };
    let (letter, rest) = lettered(&written);
    match (rest.to_ascii_lowercase().as_str(), letter) {
        ("yes", None | Some("a")) => Ok(Some(Read { value: true, letter_missing: letter.is_none() })),
        ("no", None | Some("b")) => Ok(Some(Read { value: false, letter_missing: letter.is_none() })),
        ("unknown", None | Some("c")) => Ok(None),
        _ => Err("not one of `a) Yes`, `b) No`, `c) Unknown`".to_owned()),
    }
}

/// A whole number that is not negative.
pub fn count(cell: &Data) -> Result<Option<u32>, Reason> {
    let Some(written) = text(sound(cell)?) else { return Ok(None) };
    written.parse().map(Some).map_err(|_| "not a whole number".to_owned())
}

/// A line of text, at most as long as a message takes.
pub fn line(cell: &Data) -> Result<Option<String>, Reason> {
    let written = text(sound(cell)?);
    if written.as_ref().is_some_and(|written| written.chars().count() > 200) {
        return Err("longer than 200 characters".to_owned());
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str) -> Data {
        Data::String(text.to_owned())
    }

    #[test]
    fn a_letter_may_be_missing_and_must_not_contradict() {
        assert_eq!(gender(&cell("b) Female")), Ok(Read { value: Gender::Female, letter_missing: false }));
        assert_eq!(gender(&cell("Female")), Ok(Read { value: Gender::Female, letter_missing: true }));
        assert!(gender(&cell("a) Female")).is_err());
        assert!(gender(&cell("unknown")).is_err());
    }

    #[test]
    fn both_dialects_of_an_ethnicity_are_known_by_the_code() {
        for written in ["s) NOBT", "t) NOBT", "NOBT"] {
            let read = ethnicity(&cell(written)).unwrap().map(|read| read.value);
            assert_eq!(read, Some(Ethnicity::NotYetObtained));
        }
        assert_eq!(ethnicity(&cell("")), Ok(None));
        assert!(ethnicity(&cell("a) MARS")).is_err());
    }

    #[test]
    fn a_source_is_known_by_its_code() {
        let read = |text: &str, dialect| source(&cell(text), dialect).map(|read| read.value);
        assert_eq!(read("q) 6: Police", Dialect::Auto), Ok(ReferralSource::Police));
        assert_eq!(read("p1) 5D: LA services", Dialect::Auto), Ok(ReferralSource::EarlyHelp));
        assert!(read("p1) 5D: LA services", Dialect::Older).is_err());
        assert!(read("nope", Dialect::Auto).is_err());
    }

    #[test]
    fn spaces_of_all_kinds_are_plain() {
        assert_eq!(text(&cell("Dustin\u{a0}Hazlett ")), Some("Dustin Hazlett".to_owned()));
        assert_eq!(text(&Data::Float(9_212_044.0)), Some("9212044".to_owned()));
        assert_eq!(text(&cell("  ")), None);
    }

    #[test]
    fn a_failed_formula_is_never_nothing() {
        let failed = Data::Error(calamine::CellErrorType::NA);
        assert!(date(&failed).is_err() && line(&failed).is_err() && !is_blank(&failed));
    }
}
