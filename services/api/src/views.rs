//! Views of cases that were read lately.
//!
//! A case's view at a version of its stream never changes, but for the names of team and agency, which it repeats. The
//! version that the log has now is known without asking the database, and a view of another version is not handed out.

use std::sync::{Arc, Mutex, PoisonError};

use caseledger_commands::{CaseId, Date, Timestamp};
use caseledger_projections::queries::CaseView;
use hashlink::LruCache;

/// How many views are remembered.
const VIEWS: usize = 4_096;
/// How long, in seconds: after that a new name of a team is seen.
const SECONDS: i64 = 5;

struct Seen {
    view: Arc<CaseView>,
    today: Date,
    at: Timestamp,
}

/// Views of cases that were read lately.
pub struct Views(Mutex<LruCache<CaseId, Seen>>);

impl Default for Views {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(VIEWS)))
    }
}

impl Views {
    /// The view of a case at a version, as it is on a day, if it was read in the last seconds.
    pub fn find(&self, id: CaseId, version: u64, today: Date, now: Timestamp) -> Option<Arc<CaseView>> {
        let mut views = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = views.get(&id)?;
        let age = now.duration_since(seen.at).as_secs();
        let fits = seen.view.version == version && seen.today == today && (0..SECONDS).contains(&age);
        fits.then(|| Arc::clone(&seen.view))
    }

    /// Remembers a view that was read.
    pub fn put(&self, id: CaseId, view: Arc<CaseView>, today: Date, at: Timestamp) {
        let mut views = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        views.insert(id, Seen { view, today, at });
    }
}
