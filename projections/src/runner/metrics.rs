//! Gauges that an operator watches. No label names a case or a person.

use prometheus::{GaugeVec, IntGaugeVec, Opts, Registry};

use super::Status;

/// The gauges of all projections.
pub(super) struct Gauges {
    position: IntGaugeVec,
    lag_events: IntGaugeVec,
    lag_seconds: GaugeVec,
    stopped: IntGaugeVec,
}

impl Gauges {
    /// Makes the gauges known to the registry. One that is known already stays as it is.
    pub(super) fn register(registry: &Registry) -> Self {
        let gauges = Self {
            position: ints("position", "The log position that the projection's rows tell of."),
            lag_events: ints("lag_events", "Events in the log that the projection has not told of."),
            lag_seconds: floats(
                "lag_seconds",
                "How long the first event not yet told of has been in the log.",
            ),
            stopped: ints("stopped", "1 when the projection stands still at an event that it can't fold."),
        };
        let all: [Box<dyn prometheus::core::Collector>; 4] = [
            Box::new(gauges.position.clone()),
            Box::new(gauges.lag_events.clone()),
            Box::new(gauges.lag_seconds.clone()),
            Box::new(gauges.stopped.clone()),
        ];
        for collector in all {
            if let Err(error) = registry.register(collector) {
                tracing::warn!(%error, "a projection's gauge is not published");
            }
        }
        gauges
    }

    /// Shows where a projection stands.
    pub(super) fn show(&self, status: &Status) {
        let labels = &[status.name.as_str()];
        let int = |value| i64::try_from(value).unwrap_or(i64::MAX);
        self.position.with_label_values(labels).set(int(status.position));
        self.lag_events.with_label_values(labels).set(int(status.lag_events));
        self.lag_seconds.with_label_values(labels).set(status.lag_seconds);
        self.stopped.with_label_values(labels).set(i64::from(status.stopped_at.is_some()));
    }
}

fn options(name: &str, help: &str) -> Opts {
    Opts::new(format!("caseledger_projection_{name}"), help)
}

#[expect(clippy::expect_used, reason = "the names above are valid; a test makes the gauges")]
fn ints(name: &str, help: &str) -> IntGaugeVec {
    IntGaugeVec::new(options(name, help), &["projection"]).expect("a valid name")
}

#[expect(clippy::expect_used, reason = "the names above are valid; a test makes the gauges")]
fn floats(name: &str, help: &str) -> GaugeVec {
    GaugeVec::new(options(name, help), &["projection"]).expect("a valid name")
}
