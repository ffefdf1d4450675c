//! The early help episodes of the Standard Safeguarding Dataset.

use std::borrow::Cow;

use caseledger_projections::exports::{Episode, EpisodeEnd};
use uuid::Uuid;

use crate::csv;
use crate::trace::{Trace, numbered};

/// The columns. Source: Standard Safeguarding Dataset, early help episodes.
pub const COLUMNS: [&str; 8] = [
    "earl_episode_id",
    "earl_person_id",
    "earl_episode_start_date",
    "earl_episode_end_date",
    "earl_episode_reason",
    "earl_episode_end_reason",
    "earl_episode_organisation",
    "earl_episode_worker_id",
];

/// What a trace calls the file's only sheet.
const SHEET: &str = "early_help_episodes";

/// The episodes as CSV. Days are ISO text; the reason is the primary need's code, `N0` where none is recorded.
pub fn episodes_csv(episodes: &[Episode]) -> String {
    let line = |episode: &Episode| {
        let (ended_on, end) = episode.ended.unzip();
        let need = episode.need.unwrap_or(caseledger_commands::codes::Need::NotStated);
        [
            Cow::Owned(episode_id(episode).to_string()),
            Cow::Owned(episode.person.to_string()),
            Cow::Owned(episode.started_on.to_string()),
            Cow::Owned(ended_on.map_or_else(String::new, |day| day.to_string())),
            Cow::Borrowed(need.code()),
            Cow::Borrowed(end.map_or("", end_reason)),
            Cow::Owned(episode.organisation.clone().unwrap_or_default()),
            Cow::Owned(episode.worker.map_or_else(String::new, |worker| worker.to_string())),
        ]
    };
    csv(&COLUMNS, episodes.iter().map(line))
}

/// The rows of the file and where each comes from.
pub fn trace(episodes: &[Episode]) -> impl Iterator<Item = Trace<'_>> {
    numbered(episodes).map(|(row, episode)| Trace { sheet: SHEET, row, origin: &episode.origin })
}

const fn end_reason(end: EpisodeEnd) -> &'static str {
    match end {
        EpisodeEnd::OutcomesMet => "Outcomes met",
        EpisodeEnd::StepUp => "Step-up",
        EpisodeEnd::NoFurtherAction => "NFA",
    }
}

/// An episode's id: it follows from the case, the child and the event that the help began with, so that the same episode
/// has the same id in every file.
fn episode_id(episode: &Episode) -> Uuid {
    let mut hasher = blake3::Hasher::new();
    hasher.update(episode.origin.case.uuid().as_bytes());
    hasher.update(episode.person.uuid().as_bytes());
    hasher.update(&episode.began.to_be_bytes());
    let mut bytes = [0; 16];
    hasher.finalize_xof().fill(&mut bytes);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
