//! Views of cases that were read lately, as they are answered.
//!
//! A case's view at a version of its stream never changes in the course of a day, but for the names of team and agency, which
//! are the register's, and for what the reader may do, which is left open. The versions that the log has now are known
//! without asking the database, and a view of others is not handed out.

use std::sync::{Arc, Mutex, PoisonError};

use caseledger_aggregates::workforce::Workforce;
use caseledger_commands::{CaseId, Date};
use caseledger_projections::queries::CaseView;
use hashlink::LruCache;

/// How many views are remembered: a few kilobytes each.
const VIEWS: usize = 10_000;
/// The member that differs from reader to reader, as it is written while it is empty.
const OPEN: &str = "\"allowed_commands\":[]";

/// What a view follows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edition {
    /// The version of the case's stream.
    pub version: u64,
    /// The version of the register of teams and agencies.
    pub register: u64,
    /// The day on which it is told what is overdue.
    pub today: Date,
}

/// A view of a case.
pub struct Seen {
    /// What it follows from.
    pub edition: Edition,
    /// The commands that may be given, as far as the status decides.
    pub commands: Vec<&'static str>,
    before: Box<str>,
    after: Box<str>,
}

impl Seen {
    /// A view as it is on a day, with the names that the register has at a version.
    ///
    /// # Errors
    /// When it has no JSON.
    pub fn of(
        view: CaseView,
        today: Date,
        (register, names): (u64, &Workforce),
    ) -> Result<Self, serde_json::Error> {
        let edition = Edition { version: view.version, register, today };
        let commands = view.allowed_commands.clone();
        let team = view.team.and_then(|team| names.team(team));
        let agency = view.lead_agency.and_then(|agency| names.agency(agency));
        let json = serde_json::to_string(&CaseView {
            team_name: team.map(|team| team.name.clone()),
            locality: team.map(|team| team.locality.clone()),
            lead_agency_name: agency.map(|agency| agency.name.clone()),
            allowed_commands: vec![],
            ..view
        })?;
        // No text can hold these characters: a quotation mark in a text has a backslash before it.
        let (before, after) = json.split_once(OPEN).unwrap_or((&json, ""));
        Ok(Self { edition, commands, before: before.into(), after: after.into() })
    }

    /// The view as JSON, with the commands that its reader may give.
    pub fn answer(&self, allowed: &[&str]) -> String {
        let length = allowed.iter().map(|command| command.len() + 3).sum::<usize>() + OPEN.len();
        let mut answer = String::with_capacity(self.before.len() + length + self.after.len());
        answer.push_str(&self.before);
        answer.push_str("\"allowed_commands\":[");
        for (number, command) in allowed.iter().enumerate() {
            answer.push_str(if number == 0 { "\"" } else { ",\"" });
            answer.push_str(command);
            answer.push('"');
        }
        answer.push(']');
        answer.push_str(&self.after);
        answer
    }
}

/// Views of cases that were read lately.
pub struct Views(Mutex<LruCache<CaseId, Arc<Seen>>>);

impl Default for Views {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(VIEWS)))
    }
}

impl Views {
    /// The view of a case, if it was read since what it follows from is as it is.
    pub fn find(&self, id: CaseId, edition: Edition) -> Option<Arc<Seen>> {
        let mut views = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        views.get(&id).filter(|seen| seen.edition == edition).cloned()
    }

    /// Remembers a view that was read.
    pub fn put(&self, id: CaseId, seen: Arc<Seen>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id, seen);
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_view_is_handed_out_as_long_as_nothing_is_other_that_it_follows_from() {
        let views = Views::default();
        let id = CaseId::from(uuid::Uuid::nil());
        let edition = Edition { version: 3, register: 8, today: date(2017, 7, 3) };
        let seen = Seen { edition, commands: vec![], before: "{".into(), after: "}".into() };
        views.put(id, Arc::new(seen));
        assert!(views.find(id, edition).is_some());
        for other in [
            Edition { version: 4, ..edition },
            Edition { register: 9, ..edition },
            Edition { today: date(2017, 7, 4), ..edition },
        ] {
            assert!(views.find(id, other).is_none(), "{other:?}");
        }
    }
}
