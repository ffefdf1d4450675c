//! Checks that need nothing but the message.

use serde::Serialize;

use crate::Personal;

/// One thing wrong with one field of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// Where: a path such as `goals[2].measure`.
    pub field: String,
    /// Which rule: a stable, kebab-case name such as `text-too-long`.
    pub rule: &'static str,
    /// What is wrong and what to do, in words. Never the offending value, which may be personal.
    pub detail: String,
}

/// Collects what is wrong with a message, so that one answer names it all.
#[derive(Debug, Default)]
pub struct Checks {
    prefix: String,
    violations: Vec<Violation>,
}

/// The longest narrative, in characters: about ten printed pages.
pub const LONGEST_NARRATIVE: usize = 20_000;
/// The longest name or single line, in characters.
pub const LONGEST_LINE: usize = 200;

/// Whether a text can stand in events and addresses as a short name: small letters, digits and hyphens, beginning with a
/// letter, at most 60 characters.
pub fn is_short_name(text: &str) -> bool {
    text.len() <= 60
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

impl Checks {
    /// Notes that `field` breaks `rule` unless `holds`. An empty name means the item of the list itself.
    pub fn require(&mut self, holds: bool, field: &str, rule: &'static str, detail: impl Into<String>) {
        if !holds {
            let prefix = if field.is_empty() { self.prefix.trim_end_matches('.') } else { &self.prefix };
            let field = format!("{prefix}{field}");
            self.violations.push(Violation { field, rule, detail: detail.into() });
        }
    }

    /// A name or single line: not blank, at most [`LONGEST_LINE`] characters.
    pub fn line(&mut self, field: &str, text: &str) {
        self.text(field, text, LONGEST_LINE);
    }

    /// A short name that is the same wherever the thing is meant: see [`is_short_name`].
    pub fn short_name(&mut self, field: &str, name: &str) {
        self.require(
            is_short_name(name),
            field,
            "short-name-malformed",
            "Write small letters, digits and hyphens, beginning with a letter: at most 60 characters.",
        );
    }

    /// Something told in words: not blank, at most [`LONGEST_NARRATIVE`] characters.
    pub fn narrative(&mut self, field: &str, text: &Personal<String>) {
        self.text(field, text.reveal(), LONGEST_NARRATIVE);
    }

    /// A narrative that may be left out; one that is there is not blank.
    pub fn optional_narrative(&mut self, field: &str, text: Option<&Personal<String>>) {
        if let Some(text) = text {
            self.narrative(field, text);
        }
    }

    fn text(&mut self, field: &str, text: &str, longest: usize) {
        self.require(!text.trim().is_empty(), field, "text-missing", "Say something here: it is blank.");
        self.require(
            text.chars().count() <= longest,
            field,
            "text-too-long",
            format!("Shorten this to at most {longest} characters."),
        );
    }

    /// Runs checks on each item of a list, naming fields `list[i].…`.
    pub fn each<T>(&mut self, list: &str, items: &[T], check: impl Fn(&mut Self, &T)) {
        for (index, item) in items.iter().enumerate() {
            self.within(&format!("{list}[{index}]."), |checks| check(checks, item));
        }
    }

    /// Runs checks with a prefix before each field's name.
    pub fn within(&mut self, prefix: &str, check: impl FnOnce(&mut Self)) {
        let length = self.prefix.len();
        self.prefix.push_str(prefix);
        check(self);
        self.prefix.truncate(length);
    }

    /// What was found wrong; empty when the message is sound.
    pub fn finish(self) -> Vec<Violation> {
        self.violations
    }
}
