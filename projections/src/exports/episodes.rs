//! The early help episodes of the Standard Safeguarding Dataset: one a child and stretch of help.

use caseledger_commands::case::ClosureReason;
use caseledger_commands::codes::Need;
use caseledger_commands::{Date, PersonId, PractitionerId};
use caseledger_log::Position;

use super::people::{Origin, Source};
use super::then::{End, Stretch, Then};
use super::{Known, PAGE, page};
use crate::sql::{Db, SqlError};

/// A child's episode of early help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Episode {
    /// The child: the entry that is kept.
    pub person: PersonId,
    /// Where the row comes from.
    pub origin: Origin,
    /// The event that the stretch of help began with: with the child it tells episodes apart.
    pub began: Position,
    /// The day on which help began for the child.
    pub started_on: Date,
    /// The day on which it ended, and how.
    pub ended: Option<(Date, EpisodeEnd)>,
    /// What the child needs first.
    pub need: Option<Need>,
    /// The lead agency.
    pub organisation: Option<String>,
    /// The lead practitioner.
    pub worker: Option<PractitionerId>,
}

/// How an episode ended, in the words of the dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EpisodeEnd {
    /// The needs are met, or universal services meet what is left.
    OutcomesMet,
    /// Statutory social care took the family over.
    StepUp,
    /// Any other end.
    NoFurtherAction,
}

impl From<End> for EpisodeEnd {
    fn from(end: End) -> Self {
        match end {
            End::SteppedUp | End::Closed(Some(ClosureReason::SteppedUp)) => Self::StepUp,
            End::Closed(Some(ClosureReason::NeedsMet | ClosureReason::UniversalServices)) => {
                Self::OutcomesMet
            }
            End::Closed(_) => Self::NoFurtherAction,
        }
    }
}

/// The episodes that went on at some time between two days, as things stood when the second ended.
///
/// # Errors
/// [`SqlError`] when the database can't answer.
pub async fn episodes(db: &Db, from: Date, to: Date) -> Result<Vec<Episode>, SqlError> {
    let mut source = Source::open(db).await?;
    let mut episodes = vec![];
    let mut after = String::new();
    loop {
        let cases = page(db, from, to, &after).await?;
        let is_last = cases.len() < PAGE;
        if let Some(last) = cases.last() {
            after.clone_from(&last.key);
        }
        let cases: Vec<(Known, Then)> = cases
            .into_iter()
            .map(|case| {
                let then = Then::of(&case.facts, to);
                (case, then)
            })
            .collect();
        source.load_children(db, &cases).await?;
        for (case, then) in &cases {
            for stretch in then.help.iter().filter(|stretch| went_on(stretch, from)) {
                of_stretch(&source, case, stretch, to, &mut episodes);
            }
        }
        if is_last {
            break;
        }
    }
    episodes.sort_by_key(|row| (row.started_on, row.origin.case, row.person));
    Ok(episodes)
}

/// Whether a stretch held on some day from then on. What began and ended on one day held on none.
fn went_on(stretch: &Stretch, from: Date) -> bool {
    stretch.until.as_ref().is_none_or(|(until, ..)| *until >= from && *until > stretch.from.0)
}

fn of_stretch(source: &Source, case: &Known, stretch: &Stretch, to: Date, episodes: &mut Vec<Episode>) {
    // The family and its worker as they were when the help ended, or else when the last day did.
    let last = stretch.until.as_ref().map_or(to, |(day, ..)| *day);
    let then = Then::of(&case.facts, last);
    let holder = then.holder_on(last);
    let held = holder.map(|(.., held)| held);
    let mut listed = std::collections::BTreeSet::new();
    for (entry, (joined, told)) in &then.children {
        let child = source.child(*entry);
        if !listed.insert(child.person) {
            continue;
        }
        let events = [
            child.position,
            Some(told.position),
            stretch.until.as_ref().map(|(_, told, _)| told.position),
            holder.map(|(_, told, _)| told.position),
        ];
        episodes.push(Episode {
            person: child.person,
            origin: source.origin(case, &then, stretch.from.1, events),
            began: stretch.from.1.position,
            started_on: stretch.from.0.max(*joined),
            ended: stretch.until.as_ref().map(|(day, _, end)| (*day, (*end).into())),
            need: then.need(),
            organisation: held.and_then(|held| source.agency(held.agency)),
            worker: held.and_then(|held| held.practitioner),
        });
    }
}
