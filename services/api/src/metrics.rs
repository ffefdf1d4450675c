//! What the door counts. Routes are labels; addresses, people and cases never are.

use std::time::Duration;

use prometheus::{HistogramOpts, HistogramVec, IntCounter, IntCounterVec, Opts, Registry};

/// The door's metrics.
#[derive(Clone, Debug)]
pub struct Metrics {
    requests: IntCounterVec,
    duration: HistogramVec,
    shed: IntCounter,
}

impl Metrics {
    /// Registers them.
    ///
    /// # Errors
    /// When the registry holds metrics of the same names already.
    pub fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        let metrics = Self {
            requests: IntCounterVec::new(
                Opts::new("caseledger_http_requests_total", "Requests by method, route and status."),
                &["method", "route", "status"],
            )?,
            duration: HistogramVec::new(
                HistogramOpts::new(
                    "caseledger_http_request_duration_seconds",
                    "Time from a request to its answer.",
                )
                .buckets(prometheus::exponential_buckets(0.001, 2.0, 14)?),
                &["method", "route"],
            )?,
            shed: IntCounter::new(
                "caseledger_http_shed_total",
                "Requests turned away because too many were under way.",
            )?,
        };
        registry.register(Box::new(metrics.requests.clone()))?;
        registry.register(Box::new(metrics.duration.clone()))?;
        registry.register(Box::new(metrics.shed.clone()))?;
        Ok(metrics)
    }

    pub(crate) fn answered(&self, method: &str, route: &str, status: u16, took: Duration) {
        self.requests.with_label_values(&[method, route, &status.to_string()]).inc();
        self.duration.with_label_values(&[method, route]).observe(took.as_secs_f64());
    }

    pub(crate) fn shed(&self) {
        self.shed.inc();
    }
}
