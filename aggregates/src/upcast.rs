//! How events of earlier versions are read: each step brings the payload of one version to the shape of the next.
//!
//! An aggregate names its steps in [`Event::UPCASTS`]. Whoever reads an event goes through them: the aggregates' streams
//! by [`for_streams`], projections, processes and replays by [`AnyEvent::read`](crate::AnyEvent::read).

use cqrs_es::persist::{EventUpcaster, SerializedEvent};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::Event;

/// A step from one version of an event to the next.
#[derive(Clone, Copy, Debug)]
pub struct Upcast {
    /// The event's name.
    pub event: &'static str,
    /// The version that it reads.
    pub from: &'static str,
    /// The version that it gives.
    pub to: &'static str,
    /// Changes the event's fields: what stands under its name in the payload.
    pub change: fn(&mut Value),
}

impl Upcast {
    fn fits(&self, event_type: &str, event_version: &str) -> bool {
        self.event == event_type && self.from == event_version
    }

    fn apply(&self, payload: &mut Value) {
        if let Some(fields) = payload.get_mut(self.event) {
            (self.change)(fields);
        }
    }
}

impl EventUpcaster for Upcast {
    fn can_upcast(&self, event_type: &str, event_version: &str) -> bool {
        self.fits(event_type, event_version)
    }

    fn upcast(&self, mut event: SerializedEvent) -> SerializedEvent {
        self.apply(&mut event.payload);
        self.to.clone_into(&mut event.event_version);
        event
    }
}

/// The steps of an aggregate's events, for the store of its streams. It goes through them once, in their order.
pub fn for_streams<E: Event>() -> Vec<Box<dyn EventUpcaster>> {
    E::UPCASTS.iter().map(|step| Box::new(*step) as Box<dyn EventUpcaster>).collect()
}

/// Reads a stored payload of any version.
pub(crate) fn read<E: DeserializeOwned>(
    steps: &[Upcast],
    event_type: &str,
    event_version: &str,
    payload: &str,
) -> Result<E, serde_json::Error> {
    // Nearly every event is of the newest version, and is read without a detour.
    if !steps.iter().any(|step| step.fits(event_type, event_version)) {
        return serde_json::from_str(payload);
    }
    let mut payload: Value = serde_json::from_str(payload)?;
    let mut version = event_version;
    for step in steps {
        if step.fits(event_type, version) {
            step.apply(&mut payload);
            version = step.to;
        }
    }
    serde_json::from_value(payload)
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};
    use serde_json::json;

    use super::*;

    /// An event that was written in three shapes: `by`, then `amount`, then `amount` with its `unit`.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    enum Tally {
        Added { amount: i64, unit: String },
    }

    impl Event for Tally {
        const UPCASTS: &'static [Upcast] = &[
            Upcast {
                event: "Added",
                from: "1",
                to: "2",
                change: |fields| {
                    if let Some(fields) = fields.as_object_mut() {
                        let by = fields.remove("by").unwrap_or_default();
                        fields.insert("amount".to_owned(), by);
                    }
                },
            },
            Upcast { event: "Added", from: "2", to: "3", change: |fields| fields["unit"] = json!("pieces") },
        ];

        fn name(&self) -> &'static str {
            "Added"
        }

        fn version(&self) -> &'static str {
            "3"
        }
    }

    const SHAPES: [(&str, &str); 3] = [
        ("1", r#"{"Added":{"by":7}}"#),
        ("2", r#"{"Added":{"amount":7}}"#),
        ("3", r#"{"Added":{"amount":7,"unit":"pieces"}}"#),
    ];

    #[test]
    fn every_version_is_read_as_the_newest() {
        let newest = Tally::Added { amount: 7, unit: "pieces".to_owned() };
        for (version, payload) in SHAPES {
            let read: Tally = read(Tally::UPCASTS, "Added", version, payload).unwrap();
            assert_eq!(read, newest, "version {version}");
        }
    }

    #[test]
    fn the_store_of_streams_reads_as_everybody_else() {
        for (version, payload) in SHAPES {
            let stored = SerializedEvent {
                aggregate_id: "a".to_owned(),
                sequence: 1,
                aggregate_type: "Tally".to_owned(),
                event_type: "Added".to_owned(),
                event_version: version.to_owned(),
                payload: serde_json::from_str(payload).unwrap(),
                metadata: json!({}),
            };
            let newest = for_streams::<Tally>().iter().fold(stored, |event, step| {
                match step.can_upcast(&event.event_type, &event.event_version) {
                    true => step.upcast(event),
                    false => event,
                }
            });
            assert_eq!(
                (newest.event_version.as_str(), newest.payload.to_string().as_str()),
                ("3", SHAPES[2].1)
            );
        }
    }

    #[test]
    fn an_event_that_was_never_changed_is_read_as_it_is() {
        let read: Result<Tally, _> = read(&[], "Added", "1", SHAPES[0].1);
        assert!(read.is_err(), "its shape is not the newest, and no step says how it becomes so");
    }
}
