//! The rules of a meeting, as facts that a person can act on.

use crate::Refusal;

/// Why a command on a meeting was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each variant's message says what it means")]
pub enum PanelRefusal {
    #[error("There is no such meeting.")]
    NoSuchMeeting,
    #[error("This meeting was called before.")]
    AlreadyScheduled,
    #[error("The day of the meeting has passed.")]
    DayPassed,
    #[error("The meeting has ended.")]
    Closed,
    #[error("The meeting has not been held yet.")]
    NotHeld,
    #[error("The day on which it was held has not come yet.")]
    NotHeldThen,
    #[error("There is no such case, or it does not wait for this meeting.")]
    CaseNotWaiting,
    #[error("The case is not on the agenda.")]
    NotOnAgenda,
    #[error("The case was decided or put off before.")]
    AlreadyDecided,
    #[error("The authority has no level of need {0}.")]
    NoSuchLevel(u8),
    #[error("The outcome ends the case, and it is not said what the referrer is told.")]
    ReferrerNotTold,
    #[error("The family has not agreed.")]
    NoConsent,
    #[error("The case was triaged meanwhile, and otherwise.")]
    TriagedElsewhere,
    #[error("There is no such meeting still to be held.")]
    NoLaterMeeting,
    #[error("{0} cases on the agenda are neither decided nor put off.")]
    AgendaOpen(usize),
}

impl Refusal for PanelRefusal {
    fn rule(&self) -> &'static str {
        match self {
            Self::NoSuchMeeting => "meeting-exists",
            Self::AlreadyScheduled => "meeting-called-once",
            Self::DayPassed => "meeting-lies-ahead",
            Self::Closed => "meeting-not-ended",
            Self::NotHeld => "meeting-held",
            Self::NotHeldThen => "day-has-come",
            Self::CaseNotWaiting => "case-awaits-this-meeting",
            Self::NotOnAgenda => "case-on-agenda",
            Self::AlreadyDecided => "item-decided-once",
            Self::NoSuchLevel(_) => "level-of-need-known",
            Self::ReferrerNotTold => "referrer-is-told",
            Self::NoConsent => "consent-before-help",
            Self::TriagedElsewhere => "case-triaged-once",
            Self::NoLaterMeeting => "deferred-to-a-named-meeting",
            Self::AgendaOpen(_) => "every-item-decided-or-deferred",
        }
    }

    fn field(&self) -> Option<String> {
        let field = match self {
            Self::DayPassed => "on",
            Self::NotHeldThen => "held_on",
            Self::CaseNotWaiting | Self::NotOnAgenda | Self::AlreadyDecided | Self::TriagedElsewhere => {
                "case"
            }
            Self::NoSuchLevel(_) => "level_of_need",
            Self::ReferrerNotTold => "referrer_told",
            Self::NoLaterMeeting => "to",
            _ => return None,
        };
        Some(field.to_owned())
    }

    fn remedy(&self) -> String {
        match self {
            Self::NoSuchMeeting => "Check the meeting's id, or schedule it first.",
            Self::AlreadyScheduled => "Leave the id out, and a new meeting gets one of its own.",
            Self::DayPassed => "Give a day that is not before the day on which it is called.",
            Self::Closed => "Schedule another meeting.",
            Self::NotHeld => "Record who came to the meeting first.",
            Self::NotHeldThen => "Record who came once the meeting was held.",
            Self::CaseNotWaiting => "Refer the case to this meeting first.",
            Self::NotOnAgenda => "Add the case to the agenda first.",
            Self::AlreadyDecided => "Correct the case's record if the decision was written down wrongly.",
            Self::NoSuchLevel(_) => "Use one of the levels in the authority's configuration.",
            Self::ReferrerNotTold => "Say in referrer_told what the referrer is told.",
            Self::NoConsent => {
                "Record the family's consent on the case first, or put the case off. Only a step-up on a stated lawful basis \
                 goes on without it."
            }
            Self::TriagedElsewhere => "Record the outcome and level that stand on the case, or put it off to a named meeting.",
            Self::NoLaterMeeting => "Schedule the other meeting first, and give its id.",
            Self::AgendaOpen(_) => "Decide each case, or put it off to a named meeting.",
        }
        .to_owned()
    }
}
