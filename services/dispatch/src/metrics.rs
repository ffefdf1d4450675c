//! What the pipeline counts. No case or person is ever a label.

use std::time::Duration;

use caseledger_log::Position;
use prometheus::{HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGaugeVec, Opts, Registry};

use crate::Rejection;

/// The pipeline's metrics.
#[derive(Clone, Debug)]
pub struct Metrics {
    commands: IntCounterVec,
    duration: HistogramVec,
    retries: IntCounter,
    process_refusals: IntCounterVec,
    process_position: IntGaugeVec,
}

impl Metrics {
    /// Registers them.
    ///
    /// # Errors
    /// When the registry holds metrics of the same names already.
    pub fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        let metrics = Self {
            commands: IntCounterVec::new(
                Opts::new(
                    "caseledger_commands_total",
                    "Commands by name and outcome: accepted, repeated, or why not.",
                ),
                &["collection", "command", "outcome"],
            )?,
            duration: HistogramVec::new(
                HistogramOpts::new(
                    "caseledger_command_duration_seconds",
                    "Time from a command's arrival to its receipt.",
                )
                .buckets(prometheus::exponential_buckets(0.0005, 2.0, 14)?),
                &["collection"],
            )?,
            retries: IntCounter::new(
                "caseledger_command_retries_total",
                "Decisions taken again because the stream had moved on.",
            )?,
            process_refusals: IntCounterVec::new(
                Opts::new(
                    "caseledger_process_refusals_total",
                    "Commands of processes that were refused, by process.",
                ),
                &["process"],
            )?,
            process_position: IntGaugeVec::new(
                Opts::new("caseledger_process_position", "The log position that a process has dealt with."),
                &["process"],
            )?,
        };
        registry.register(Box::new(metrics.commands.clone()))?;
        registry.register(Box::new(metrics.duration.clone()))?;
        registry.register(Box::new(metrics.retries.clone()))?;
        registry.register(Box::new(metrics.process_refusals.clone()))?;
        registry.register(Box::new(metrics.process_position.clone()))?;
        Ok(metrics)
    }

    /// Counts one command. `collection` and `command` are names of the table, never what a client typed.
    pub(crate) fn answered(
        &self,
        (collection, command): (&str, &str),
        outcome: Result<bool, &Rejection>,
        took: Duration,
    ) {
        let outcome = match outcome {
            Ok(false) => "accepted",
            Ok(true) => "repeated",
            Err(rejection) => rejection.kind(),
        };
        self.commands.with_label_values(&[collection, command, outcome]).inc();
        self.duration.with_label_values(&[collection]).observe(took.as_secs_f64());
    }

    pub(crate) fn retried(&self) {
        self.retries.inc();
    }

    /// Shows nought from the start: a first refusal that came out of nowhere would be no increase.
    pub(crate) fn process_known(&self, process: &str) {
        self.process_refusals.with_label_values(&[process]);
    }

    pub(crate) fn process_refused(&self, process: &str) {
        self.process_refusals.with_label_values(&[process]).inc();
    }

    pub(crate) fn process_is_at(&self, process: &str, position: Position) {
        self.process_position.with_label_values(&[process]).set(i64::try_from(position).unwrap_or(i64::MAX));
    }
}
