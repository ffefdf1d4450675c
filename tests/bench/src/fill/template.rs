//! An event as a pattern: what stays, and the ids, days, references and positions that each copy has of its own.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use caseledger_commands::CaseReference;
use jiff::ToSpan;
use jiff::civil::Date;
use uuid::Uuid;

/// What each copy has of its own.
#[derive(Clone, Debug, PartialEq)]
enum Part {
    Text(String),
    Id(Uuid),
    Day(Date),
    /// The short reference of a case.
    Reference(Uuid),
    /// The position of another event.
    Position(u64),
}

/// A text with gaps.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    parts: Vec<Part>,
    length: usize,
}

/// What is known of the whole year that is copied.
#[derive(Debug, Default)]
pub struct Known {
    /// Ids that are the same in every copy: agencies, teams, practitioners.
    pub fixed: HashSet<Uuid>,
    /// The case of each short reference.
    pub references: HashMap<String, Uuid>,
}

/// One copy of the year.
#[derive(Clone, Copy, Debug)]
pub struct Copy {
    /// Which, from 0.
    pub number: u64,
    /// By how many days it lies apart from the year that is copied.
    pub days: i64,
}

impl Copy {
    /// The copy's own id in the place of one of the year's.
    pub fn id(self, id: Uuid) -> Uuid {
        const TIME: u32 = 80;
        const CHANCE: u128 = (1 << 62) - 1;
        let mut bits = id.as_u128() ^ (u128::from(mix(self.number)) & CHANCE);
        if id.get_version_num() == 7 {
            // The time in an id lies as far apart as the copy, so that ids still come in the order of time.
            let moved = i128::from(self.days) * 86_400_000;
            bits = bits.wrapping_add_signed(moved << TIME);
        }
        Uuid::from_u128(bits)
    }
}

/// The finaliser of SplitMix64, of a number that is not nought.
fn mix(number: u64) -> u64 {
    let mut bits = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

impl Template {
    /// Reads JSON text: every string that is an id, begins with a day or is a reference becomes a gap.
    pub fn of_json(text: &str, known: &Known) -> Self {
        let mut reader = Reader::new(known);
        let mut rest = text;
        while let Some(quote) = rest.find('"') {
            let (before, after) = rest.split_at(quote + 1);
            reader.text(before);
            rest = reader.gap(after);
            if let Some(number) = rest.strip_prefix("position\":") {
                reader.text("position\":");
                rest = reader.position(number);
            }
        }
        reader.text(rest);
        reader.done()
    }

    /// Reads a value of an event's metadata.
    pub fn of_value(text: &str, known: &Known) -> Self {
        let mut reader = Reader::new(known);
        let rest = match text.strip_prefix("event:") {
            Some(number) => {
                reader.text("event:");
                reader.position(number)
            }
            None => reader.gap(text),
        };
        reader.text(rest);
        reader.done()
    }

    /// The copy's text. `position` gives the position of an event of the year in the copy.
    pub fn fill(&self, copy: Copy, position: impl Fn(u64) -> u64) -> String {
        let mut text = String::with_capacity(self.length + 16);
        for part in &self.parts {
            match part {
                Part::Text(same) => text.push_str(same),
                Part::Id(id) => {
                    let mut buffer = Uuid::encode_buffer();
                    text.push_str(copy.id(*id).hyphenated().encode_lower(&mut buffer));
                }
                Part::Day(day) => {
                    let moved = day.checked_add(copy.days.days()).unwrap_or(*day);
                    let (year, month, day) = (moved.year(), moved.month(), moved.day());
                    // Writing to a string does not fail.
                    let _ = write!(text, "{year:04}-{month:02}-{day:02}");
                }
                Part::Reference(case) => text.push_str(CaseReference::of(copy.id(*case).into()).as_str()),
                Part::Position(of) => {
                    let _ = write!(text, "{}", position(*of));
                }
            }
        }
        text
    }
}

impl Template {
    /// The positions of other events that it names.
    pub fn positions(&self) -> impl Iterator<Item = u64> + '_ {
        self.parts.iter().filter_map(|part| if let Part::Position(of) = part { Some(*of) } else { None })
    }
}

struct Reader<'a> {
    known: &'a Known,
    parts: Vec<Part>,
    length: usize,
}

impl<'a> Reader<'a> {
    fn new(known: &'a Known) -> Self {
        Self { known, parts: vec![], length: 0 }
    }

    fn text(&mut self, text: &str) {
        self.length += text.len();
        match self.parts.last_mut() {
            Some(Part::Text(before)) => before.push_str(text),
            _ if text.is_empty() => {}
            _ => self.parts.push(Part::Text(text.to_owned())),
        }
    }

    fn part(&mut self, part: Part, length: usize) {
        self.length += length;
        self.parts.push(part);
    }

    /// Takes a gap from the start of a string, where there is one; answers the rest.
    fn gap<'t>(&mut self, text: &'t str) -> &'t str {
        if let Some(id) = text.get(..36).and_then(|id| Uuid::try_parse(id).ok()) {
            match self.known.fixed.contains(&id) {
                true => self.text(&text[..36]),
                false => self.part(Part::Id(id), 36),
            }
            return &text[36..];
        }
        if let Some(day) = text.get(..10).filter(|day| is_day(day)).and_then(|day| day.parse().ok()) {
            self.part(Part::Day(day), 10);
            return &text[10..];
        }
        let end = text.find('"').unwrap_or(text.len());
        if let Some(case) = self.known.references.get(&text[..end]) {
            self.part(Part::Reference(*case), end);
            return &text[end..];
        }
        text
    }

    fn position<'t>(&mut self, text: &'t str) -> &'t str {
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        match text[..end].parse() {
            Ok(position) => {
                self.part(Part::Position(position), end);
                &text[end..]
            }
            Err(_) => text,
        }
    }

    fn done(self) -> Template {
        Template { parts: self.parts, length: self.length }
    }
}

fn is_day(text: &str) -> bool {
    text.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CASE: Uuid = uuid::uuid!("01590000-0000-7000-8000-000000010007");
    const TEAM: Uuid = uuid::uuid!("0190a000-0000-7000-8000-0000000000b1");

    fn known() -> Known {
        let reference = CaseReference::of(CASE.into()).as_str().to_owned();
        Known { fixed: HashSet::from([TEAM]), references: HashMap::from([(reference, CASE)]) }
    }

    #[test]
    fn a_copy_has_ids_days_references_and_positions_of_its_own() {
        let reference = CaseReference::of(CASE.into());
        let json = format!(
            r#"{{"case":"{CASE}","team":"{TEAM}","on":"2017-04-30","at":"2017-12-31T09:00:00Z","reference":"{reference}","position":12,"note":"Done on 2017-04-30."}}"#
        );
        let template = Template::of_json(&json, &known());
        let copy = Copy { number: 3, days: 7 };
        let case = copy.id(CASE);
        assert_ne!(case, CASE);
        assert_eq!(case.get_version_num(), 7);
        let reference = CaseReference::of(case.into());
        assert_eq!(
            template.fill(copy, |position| position + 100),
            format!(
                r#"{{"case":"{case}","team":"{TEAM}","on":"2017-05-07","at":"2018-01-07T09:00:00Z","reference":"{reference}","position":112,"note":"Done on 2017-04-30."}}"#
            )
        );
    }

    #[test]
    fn what_an_event_follows_from_is_the_copys_event() {
        let template = Template::of_value("event:7", &known());
        assert_eq!(template.fill(Copy { number: 0, days: 0 }, |position| position * 2), "event:14");
    }

    #[test]
    fn no_two_copies_share_an_id() {
        let ids: HashSet<_> = (0..1000).map(|number| Copy { number, days: 0 }.id(CASE)).collect();
        assert_eq!(ids.len(), 1000);
    }
}
