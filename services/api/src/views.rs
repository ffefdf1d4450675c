//! Views of cases that were read lately, as they are answered.
//!
//! A case's view at a version of its stream never changes, but for the names of team and agency, which it repeats, and for
//! what the reader may do, which is left open. The version that the log has now is known without asking the database, and
//! a view of another version is not handed out.

use std::sync::{Arc, Mutex, PoisonError};

use caseledger_commands::{CaseId, Date, Timestamp};
use caseledger_projections::queries::CaseView;
use hashlink::LruCache;

/// How many views are remembered: a few kilobytes each.
const VIEWS: usize = 10_000;
/// How long, in seconds: after that a new name of a team is seen.
const SECONDS: i64 = 5;
/// The member that differs from reader to reader, as it is written while it is empty.
const OPEN: &str = "\"allowed_commands\":[]";

/// A view of a case.
pub struct Seen {
    /// The version of its stream.
    pub version: u64,
    /// The commands that may be given, as far as the status decides.
    pub commands: Vec<&'static str>,
    before: Box<str>,
    after: Box<str>,
    today: Date,
    at: Timestamp,
}

impl Seen {
    /// A view as it is on a day.
    ///
    /// # Errors
    /// When it has no JSON.
    pub fn of(view: CaseView, today: Date, at: Timestamp) -> Result<Self, serde_json::Error> {
        let (version, commands) = (view.version, view.allowed_commands.clone());
        let json = serde_json::to_string(&CaseView { allowed_commands: vec![], ..view })?;
        // No text can hold these characters: a quotation mark in a text has a backslash before it.
        let (before, after) = json.split_once(OPEN).unwrap_or((&json, ""));
        Ok(Self { version, commands, before: before.into(), after: after.into(), today, at })
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
    /// The view of a case at a version, as it is on a day, if it was read in the last seconds.
    pub fn find(&self, id: CaseId, version: u64, today: Date, now: Timestamp) -> Option<Arc<Seen>> {
        let mut views = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = views.get(&id)?;
        let age = now.duration_since(seen.at).as_secs();
        let fits = seen.version == version && seen.today == today && (0..SECONDS).contains(&age);
        fits.then(|| Arc::clone(seen))
    }

    /// Remembers a view that was read.
    pub fn put(&self, id: CaseId, seen: Arc<Seen>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id, seen);
    }
}
