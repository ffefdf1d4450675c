//! Settings from the text of a TOML file, with the line at fault.

use std::fmt;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Authority, Problem};

/// Why a text can't be taken as settings: all that is wrong with it, in the order of its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// At least one.
    pub problems: Vec<ConfigProblem>,
}

/// Something wrong at one place of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigProblem {
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
    /// Which setting: a path such as `teams[2].locality`. Empty when the text is no TOML.
    pub path: String,
    /// What is wrong and what to do.
    pub detail: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            let line_break = if index == 0 { "" } else { "\n" };
            write!(f, "{line_break}{problem}")?;
        }
        Ok(())
    }
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: ", self.line, self.column)?;
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.detail)
    }
}

impl std::error::Error for ConfigError {}

impl Authority {
    /// Reads and checks settings.
    ///
    /// # Errors
    /// What is wrong, each with its line and column: the syntax, unknown keys, values of another type, and what
    /// [`Authority::check`] finds.
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        let document = DeTable::parse(text).map_err(|error| unreadable(text, &error, String::new()))?;
        let authority =
            serde_path_to_error::deserialize::<_, Self>(toml::Deserializer::from(document.clone()))
                .map_err(|error| unreadable(text, error.inner(), readable_path(&error)))?;
        let mut problems: Vec<_> =
            authority.check().into_iter().map(|problem| located(text, &document, problem)).collect();
        problems.sort_by_key(|problem| (problem.line, problem.column));
        if problems.is_empty() { Ok(authority) } else { Err(ConfigError { problems }) }
    }
}

fn readable_path<E>(error: &serde_path_to_error::Error<E>) -> String {
    match error.path().to_string() {
        whole if whole == "." => String::new(),
        path => path,
    }
}

fn unreadable(text: &str, error: &toml::de::Error, path: String) -> ConfigError {
    let at = error.span().map_or(0, |span| span.start);
    ConfigError { problems: vec![problem(text, at, path, error.message().to_owned())] }
}

fn located(text: &str, document: &Spanned<DeTable<'_>>, found: Problem) -> ConfigProblem {
    let at = place(document, &found.path);
    problem(text, at.start, found.path, found.detail)
}

fn problem(text: &str, at: usize, path: String, detail: String) -> ConfigProblem {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |index| index + 1);
    ConfigProblem {
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
        path,
        detail,
    }
}

/// Where a path stands in the document: the value itself, or the nearest thing around it when it was left out.
fn place(document: &Spanned<DeTable<'_>>, path: &str) -> Range<usize> {
    let mut at = 0..0;
    let mut here: Option<&Spanned<DeValue<'_>>> = None;
    for step in path.split(['.', '[', ']']).filter(|step| !step.is_empty()) {
        let inside = match here {
            None => document.get_ref().get(step),
            Some(value) => child(value.get_ref(), step),
        };
        let Some(value) = inside else { break };
        at = value.span();
        here = Some(value);
    }
    at
}

fn child<'a, 'i>(value: &'a DeValue<'i>, step: &str) -> Option<&'a Spanned<DeValue<'i>>> {
    match value {
        DeValue::Table(table) => table.get(step),
        DeValue::Array(items) => items.get(step.parse::<usize>().ok()?),
        _ => None,
    }
}
