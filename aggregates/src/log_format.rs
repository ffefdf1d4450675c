//! How events and their metadata stand in the log, and how they are read back.

use std::collections::HashMap;

use caseledger_commands::audit::AuditCommand;
use caseledger_commands::case::CaseCommand;
use caseledger_commands::oversight::OversightCommand;
use caseledger_commands::panel::PanelCommand;
use caseledger_commands::person::PersonCommand;
use caseledger_commands::supervision::SupervisionCommand;
use caseledger_commands::workforce::WorkforceCommand;
use caseledger_commands::{CaseReference, CommandSet, Timestamp};
use serde::Deserialize;

use crate::audit::AuditEvent;
use crate::case::CaseEvent;
use crate::oversight::OversightEvent;
use crate::panel::PanelEvent;
use crate::person::PersonEvent;
use crate::supervision::SupervisionEvent;
use crate::workforce::WorkforceEvent;
use crate::{Event, upcast};

/// An event of any aggregate, as projections and processes meet them in the log.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "each variant is the events of the aggregate of that name")]
#[allow(clippy::large_enum_variant, reason = "an event is read once, borrowed and dropped")]
pub enum AnyEvent {
    Case(CaseEvent),
    Person(PersonEvent),
    PanelMeeting(PanelEvent),
    Supervision(SupervisionEvent),
    Audit(AuditEvent),
    Workforce(WorkforceEvent),
    Oversight(OversightEvent),
}

/// Why a stored event can't be read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// No aggregate has that type: a newer version of the program wrote the log.
    #[error("no aggregate is called '{0}'")]
    UnknownAggregate(String),
    /// The payload is not of the event's shape.
    #[error("the payload of '{event_type}' version {event_version} can't be read: {source}")]
    Payload {
        /// The event's name.
        event_type: String,
        /// The event's version.
        event_version: String,
        /// What serde says.
        source: serde_json::Error,
    },
}

impl AnyEvent {
    /// Reads a stored event, whatever version it was written in.
    ///
    /// # Errors
    /// [`Unreadable`] when a newer program, or another one, wrote it.
    pub fn read(
        aggregate_type: &str,
        event_type: &str,
        event_version: &str,
        payload: &str,
    ) -> Result<Self, Unreadable> {
        let wrong = |source| Unreadable::Payload {
            event_type: event_type.to_owned(),
            event_version: event_version.to_owned(),
            source,
        };
        macro_rules! read {
            ($event:ty as $variant:ident) => {
                upcast::read(<$event>::UPCASTS, event_type, event_version, payload)
                    .map(Self::$variant)
                    .map_err(wrong)
            };
        }
        match aggregate_type {
            CaseCommand::AGGREGATE => read!(CaseEvent as Case),
            PersonCommand::AGGREGATE => read!(PersonEvent as Person),
            PanelCommand::AGGREGATE => read!(PanelEvent as PanelMeeting),
            SupervisionCommand::AGGREGATE => read!(SupervisionEvent as Supervision),
            AuditCommand::AGGREGATE => read!(AuditEvent as Audit),
            WorkforceCommand::AGGREGATE => read!(WorkforceEvent as Workforce),
            OversightCommand::AGGREGATE => read!(OversightEvent as Oversight),
            other => Err(Unreadable::UnknownAggregate(other.to_owned())),
        }
    }
}

/// What every event carries besides its own fields. In the log it is a map of strings, as cqrs-es wants it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Metadata {
    /// The authority whose log it is.
    pub authority: String,
    /// The case's short reference, on every event of a case.
    pub case: Option<CaseReference>,
    /// The subject who did it.
    pub actor: String,
    /// The person for whom a service did it.
    pub on_behalf_of: Option<String>,
    /// When it happened, as the actor says.
    pub occurred_at: Timestamp,
    /// One id for all that follows from one request.
    pub correlation: String,
    /// What this follows from: a request's id, or `event:<position>` for a process.
    pub causation: String,
    /// The W3C trace context of the request.
    pub traceparent: Option<String>,
    /// For imported events, where they came from: file, sheet and row.
    pub provenance: Option<String>,
}

impl Metadata {
    /// As the log keeps it.
    pub fn to_map(&self) -> HashMap<String, String> {
        let required = [
            ("authority", self.authority.clone()),
            ("actor", self.actor.clone()),
            ("occurred_at", self.occurred_at.to_string()),
            ("correlation", self.correlation.clone()),
            ("causation", self.causation.clone()),
        ];
        let optional = [
            ("case", self.case.as_ref().map(ToString::to_string)),
            ("on_behalf_of", self.on_behalf_of.clone()),
            ("traceparent", self.traceparent.clone()),
            ("provenance", self.provenance.clone()),
        ];
        let optional = optional.into_iter().filter_map(|(key, value)| Some((key, value?)));
        required.into_iter().chain(optional).map(|(key, value)| (key.to_owned(), value)).collect()
    }

    /// From the log's text; `None` when a required entry is missing or unreadable.
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::testing;

    /// Every event that was ever written, by the aggregate's type and the folder of its golden files.
    #[test]
    fn every_golden_event_is_read_as_its_aggregates() {
        for (aggregate, folder) in [
            ("Case", "case"),
            ("Person", "person"),
            ("PanelMeeting", "panel"),
            ("Supervision", "supervision"),
            ("Audit", "audit"),
            ("Workforce", "workforce"),
            ("Oversight", "oversight"),
        ] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(folder);
            let files: Vec<_> =
                std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
            assert!(!files.is_empty(), "{aggregate}");
            for file in files {
                let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap();
                let (event_type, version) = stem.split_once(".v").unwrap();
                let payload = std::fs::read_to_string(&file).unwrap();
                let read = AnyEvent::read(aggregate, event_type, version, &payload).unwrap();
                let of = match read {
                    AnyEvent::Case(_) => "Case",
                    AnyEvent::Audit(_) => "Audit",
                    AnyEvent::Person(_) => "Person",
                    AnyEvent::PanelMeeting(_) => "PanelMeeting",
                    AnyEvent::Supervision(_) => "Supervision",
                    AnyEvent::Workforce(_) => "Workforce",
                    AnyEvent::Oversight(_) => "Oversight",
                };
                assert_eq!(of, aggregate, "{stem}");
            }
        }
    }

    fn metadata() -> Metadata {
        Metadata {
            authority: "northshire".to_owned(),
            case: Some(CaseReference::of(testing::some_id(1).into())),
            actor: "portal".to_owned(),
            on_behalf_of: Some("priya".to_owned()),
            occurred_at: testing::moment("2017-03-01T09:00:00Z"),
            correlation: "7".to_owned(),
            causation: "event:41".to_owned(),
            traceparent: Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned()),
            provenance: Some("caseload.xlsx, List 2, row 17".to_owned()),
        }
    }

    fn read(map: &HashMap<String, String>) -> Option<Metadata> {
        Metadata::read(&serde_json::to_string(map).unwrap())
    }

    #[test]
    fn metadata_is_read_as_it_was_written_whole_or_bare() {
        let bare =
            Metadata { case: None, on_behalf_of: None, traceparent: None, provenance: None, ..metadata() };
        for written in [metadata(), bare] {
            assert_eq!(read(&written.to_map()), Some(written));
        }
    }

    #[test]
    fn metadata_that_lacks_a_required_entry_or_holds_an_unreadable_one_is_none() {
        for required in ["authority", "actor", "occurred_at", "correlation", "causation"] {
            let mut map = metadata().to_map();
            map.remove(required);
            assert_eq!(read(&map), None, "without {required}");
        }
        for (key, wrong) in [("case", "EH-?"), ("occurred_at", "yesterday")] {
            let mut map = metadata().to_map();
            map.insert(key.to_owned(), wrong.to_owned());
            assert_eq!(read(&map), None, "{key} says {wrong}");
        }
    }

    #[test]
    fn what_another_program_wrote_is_said_to_be_unreadable() {
        let unknown = AnyEvent::read("Weather", "RainFell", "1", "{}");
        assert!(matches!(unknown, Err(Unreadable::UnknownAggregate(name)) if name == "Weather"));
        let payload = AnyEvent::read("Audit", "SampleDrawn", "1", "{\"SampleDrawn\":{}}");
        assert!(
            matches!(payload, Err(Unreadable::Payload { event_type, .. }) if event_type == "SampleDrawn")
        );
    }
}
