//! The table of status × command. The decisions, the API's `allowed_commands` and the pages all read it.

use std::fmt;

use caseledger_commands::CommandSet;
use caseledger_commands::case::CaseCommand;
use serde::{Deserialize, Serialize};

use super::Case;
use Status::*;

/// Where a case is in its lifecycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// A referral was received and waits for triage.
    Referred,
    /// The referrer or the family was asked for more.
    AwaitingInformation,
    /// A meeting of the panel is to triage.
    AwaitingPanel,
    /// Triage decided on early help.
    Accepted,
    /// A team and a lead practitioner hold the case.
    Allocated,
    /// An assessment is open, or waits for a manager.
    Assessing,
    /// An assessment was authorised, and a plan is to be agreed.
    Planning,
    /// A plan was agreed, and help is given.
    Supported,
    /// Statutory social care was asked to take the family over.
    StepUpPending,
    /// Statutory social care works with the family.
    SteppedUp,
    /// Statutory social care hands the family over.
    StepDownPending,
    /// The case has ended.
    Closed,
}

impl Status {
    /// Every status, in the order of the lifecycle.
    pub const ALL: &'static [Self] = EVERY;

    /// The status in words for a sentence.
    pub const fn title(self) -> &'static str {
        match self {
            Referred => "referred",
            AwaitingInformation => "awaiting information",
            AwaitingPanel => "awaiting the panel",
            Accepted => "accepted",
            Allocated => "allocated",
            Assessing => "being assessed",
            Planning => "being planned",
            Supported => "supported",
            StepUpPending => "awaiting the answer to a step-up",
            SteppedUp => "stepped up",
            StepDownPending => "awaiting the answer to a step-down",
            Closed => "closed",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}

const EVERY: &[Status] = &[
    Referred,
    AwaitingInformation,
    AwaitingPanel,
    Accepted,
    Allocated,
    Assessing,
    Planning,
    Supported,
    StepUpPending,
    SteppedUp,
    StepDownPending,
    Closed,
];
/// Everywhere but on a closed case.
const UNCLOSED: &[Status] = &[
    Referred,
    AwaitingInformation,
    AwaitingPanel,
    Accepted,
    Allocated,
    Assessing,
    Planning,
    Supported,
    StepUpPending,
    SteppedUp,
    StepDownPending,
];
const UNTRIAGED: &[Status] = &[Referred, AwaitingInformation, AwaitingPanel];
/// A team holds the case.
const WORKED: &[Status] = &[Allocated, Assessing, Planning, Supported];
const HELPED: &[Status] = &[Allocated, Assessing, Planning, Supported, StepUpPending, StepDownPending];
/// An assessment may be open: one that was begun before a step-up is brought to its end.
const ASSESSED: &[Status] = &[Assessing, StepUpPending, SteppedUp];
const OPEN: &[Status] =
    &[Accepted, Allocated, Assessing, Planning, Supported, StepUpPending, SteppedUp, StepDownPending];

/// Each command, and where it may be given.
#[rustfmt::skip]
const TABLE: &[(&str, &[Status])] = &[
    ("acknowledge-referral", UNTRIAGED),
    ("request-more-information", UNTRIAGED),
    ("provide-information", UNTRIAGED),
    ("record-consent", UNCLOSED),
    ("withdraw-consent", UNCLOSED),
    ("refer-to-panel", UNTRIAGED),
    ("decide-triage", UNTRIAGED),
    ("allocate-case", &[Accepted]),
    ("reallocate-case", HELPED),
    ("add-family-member", UNCLOSED),
    ("end-family-membership", UNCLOSED),
    ("start-assessment", WORKED),
    ("record-voice-of-child", ASSESSED),
    ("complete-assessment", ASSESSED),
    ("authorise-assessment", ASSESSED),
    ("return-assessment", ASSESSED),
    ("agree-plan", &[Planning, Supported]),
    ("change-plan", &[Supported, Assessing, StepUpPending]),
    ("complete-action", OPEN),
    ("reschedule-action", OPEN),
    ("cancel-action", OPEN),
    ("review-plan", &[Supported, Assessing, StepUpPending]),
    ("record-contact", UNCLOSED),
    ("record-management-oversight", UNCLOSED),
    ("note-supervision", UNCLOSED),
    ("note-audit", EVERY),
    ("request-step-up", &[Accepted, Allocated, Assessing, Planning, Supported]),
    ("accept-step-up", &[StepUpPending]),
    ("decline-step-up", &[StepUpPending]),
    ("withdraw-step-up", &[StepUpPending]),
    ("receive-step-down", &[Referred, AwaitingInformation, AwaitingPanel, SteppedUp, StepDownPending]),
    ("accept-step-down", &[StepDownPending]),
    ("query-step-down", &[StepDownPending]),
    ("record-feedback", EVERY),
    ("close-case", &[Accepted, Allocated, Assessing, Planning, Supported, SteppedUp, StepDownPending]),
    ("reopen-case", &[Closed]),
    ("schedule-sustained-outcome-check", &[Closed]),
    ("check-sustained-outcome", &[Closed]),
    ("restrict-case", EVERY),
    ("lift-restriction", EVERY),
    ("correct-record", EVERY),
];

/// Whether the table lets the command be given on a case of that status.
pub fn permitted(status: Status, command: &str) -> bool {
    TABLE.iter().any(|(name, statuses)| *name == command && statuses.contains(&status))
}

impl Case {
    /// The commands that may be given now, by their names on the wire, as far as the status decides; whether the actor
    /// may give them is for `access`, and a rule may still refuse one for what it says. Leaves out what only processes
    /// send.
    pub fn allowed_commands(&self) -> Vec<&'static str> {
        let Some(status) = self.status else {
            return CaseCommand::TABLE.iter().filter(|spec| spec.opens()).map(|spec| spec.name).collect();
        };
        let known = CaseCommand::TABLE.iter().filter(|spec| !spec.internal());
        known.map(|spec| spec.name).filter(|name| permitted(status, name)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_but_the_opening_ones_has_a_row_and_every_row_a_command() {
        let commands: Vec<_> = CaseCommand::TABLE.iter().filter(|s| !s.opens()).map(|s| s.name).collect();
        let mut rows: Vec<_> = TABLE.iter().map(|(name, _)| *name).collect();
        rows.sort_unstable();
        let mut sorted = commands.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, rows);
    }

    #[test]
    fn a_closed_case_takes_feedback_audit_correction_restriction_check_and_reopening() {
        let allowed: Vec<_> =
            TABLE.iter().filter(|(_, s)| s.contains(&Closed)).map(|(name, _)| *name).collect();
        assert_eq!(
            allowed,
            [
                "note-audit",
                "record-feedback",
                "reopen-case",
                "schedule-sustained-outcome-check",
                "check-sustained-outcome",
                "restrict-case",
                "lift-restriction",
                "correct-record",
            ]
        );
    }
}
