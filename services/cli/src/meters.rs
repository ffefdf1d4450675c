//! What the process counts besides its parts: the log's writer, the connections, the store's room. Names have base units,
//! and no label is ever a case or a person.

use std::sync::{Arc, Mutex, PoisonError};

use caseledger_log::{Batch, Database, Log, Observer, sqlite_bytes};
use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{Gauge, Histogram, HistogramOpts, IntCounter, IntGauge, IntGaugeVec, Opts, Registry};

use crate::disk;
use crate::wire;

/// What the log's writer tells of each batch.
pub struct WriterMeter {
    duration: Histogram,
    appends: Histogram,
    failed: IntCounter,
}

impl WriterMeter {
    /// Registers its metrics.
    ///
    /// # Errors
    /// When the registry holds metrics of the same names already.
    pub fn register(registry: &Registry) -> Result<Arc<Self>, prometheus::Error> {
        let meter = Self {
            duration: Histogram::with_opts(
                HistogramOpts::new(
                    "caseledger_log_batch_duration_seconds",
                    "Time in which the log's writer planned and committed a batch, fsync included.",
                )
                .buckets(prometheus::exponential_buckets(0.0001, 2.0, 16)?),
            )?,
            appends: Histogram::with_opts(
                HistogramOpts::new("caseledger_log_batch_appends", "Appends that were committed together.")
                    .buckets(vec![1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0]),
            )?,
            failed: IntCounter::new(
                "caseledger_log_failed_appends_total",
                "Appends that failed with the database. Clients were answered that it is not known to be written.",
            )?,
        };
        registry.register(Box::new(meter.duration.clone()))?;
        registry.register(Box::new(meter.appends.clone()))?;
        registry.register(Box::new(meter.failed.clone()))?;
        Ok(Arc::new(meter))
    }
}

impl Observer for WriterMeter {
    fn wrote(&self, batch: Batch) {
        self.duration.observe(batch.took.as_secs_f64());
        self.appends.observe(batch.appends as f64);
        self.failed.inc_by(batch.failed as u64);
    }
}

/// What is looked at whenever somebody asks for the metrics.
struct Looked {
    log: Log,
    file: Option<std::path::PathBuf>,
    connections: IntGaugeVec,
    most_connections: IntGauge,
    events: IntCounter,
    head: IntGauge,
    waiting: IntGauge,
    store: IntGauge,
    free: IntGauge,
    size: IntGauge,
    looking: Mutex<()>,
}

/// Registers what is looked at when the metrics are asked for: log, connections, room, this process, its version.
///
/// # Errors
/// When the registry holds metrics of the same names already.
pub fn register(registry: &Registry, log: &Log, store: &str) -> Result<(), prometheus::Error> {
    let build = Gauge::with_opts(
        Opts::new("caseledger_build_info", "1, with the program's version.")
            .const_label("version", env!("CARGO_PKG_VERSION")),
    )?;
    build.set(1.0);
    registry.register(Box::new(build))?;
    #[cfg(target_os = "linux")]
    registry.register(Box::new(prometheus::process_collector::ProcessCollector::for_self()))?;
    registry.register(Box::new(Looked {
        log: log.clone(),
        file: wire::sqlite_path(store).map(std::path::Path::to_owned),
        connections: IntGaugeVec::new(
            Opts::new("caseledger_pool_connections", "Connections to the database, by what they do."),
            &["state"],
        )?,
        most_connections: IntGauge::new(
            "caseledger_pool_connections_max",
            "How many connections there may be.",
        )?,
        events: IntCounter::new("caseledger_log_events_total", "Events that this process has written.")?,
        head: IntGauge::new(
            "caseledger_log_head_position",
            "Where the log ends, as far as this process has noticed.",
        )?,
        waiting: IntGauge::new("caseledger_log_waiting_appends", "Appends that wait for the writer.")?,
        store: IntGauge::new(
            "caseledger_store_bytes",
            "Size of a SQLite store: the log, what follows from it, and their journals.",
        )?,
        free: IntGauge::new("caseledger_disk_free_bytes", "Room left on the disk of a SQLite store.")?,
        size: IntGauge::new("caseledger_disk_size_bytes", "Size of the disk of a SQLite store.")?,
        looking: Mutex::new(()),
    }))
}

impl Looked {
    /// The gauges that have something to tell: a store on a server has no disk of ours.
    fn collectors(&self) -> Vec<&dyn Collector> {
        let mut all: Vec<&dyn Collector> =
            vec![&self.connections, &self.most_connections, &self.events, &self.head, &self.waiting];
        if self.file.is_some() {
            all.extend([&self.store as &dyn Collector, &self.free, &self.size]);
        }
        all
    }

    fn look(&self) {
        let stats = self.log.stats();
        self.events.inc_by(stats.events.saturating_sub(self.events.get()));
        self.waiting.set(stats.waiting as i64);
        self.head.set(whole(*self.log.watch().borrow()));
        let (size, idle, most) = match (self.log.database(), self.log.beside().database()) {
            (Database::Sqlite(log), Database::Sqlite(beside)) => (
                log.size() + beside.size(),
                log.num_idle() + beside.num_idle(),
                log.options().get_max_connections() + beside.options().get_max_connections(),
            ),
            (Database::Postgres(pool), _) | (_, Database::Postgres(pool)) => {
                (pool.size(), pool.num_idle(), pool.options().get_max_connections())
            }
        };
        let idle = i64::try_from(idle).unwrap_or(i64::MAX);
        self.connections.with_label_values(&["idle"]).set(idle);
        self.connections.with_label_values(&["used"]).set((i64::from(size) - idle).max(0));
        self.most_connections.set(i64::from(most));
        if let Some(file) = &self.file {
            self.store.set(whole(sqlite_bytes(file)));
            if let Ok(room) = disk::room(file) {
                self.free.set(whole(room.free));
                self.size.set(whole(room.size));
            }
        }
    }
}

impl Collector for Looked {
    fn desc(&self) -> Vec<&Desc> {
        self.collectors().into_iter().flat_map(Collector::desc).collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        // Two at once would count what was written between them twice.
        let _one_at_a_time = self.looking.lock().unwrap_or_else(PoisonError::into_inner);
        self.look();
        self.collectors().into_iter().flat_map(Collector::collect).collect()
    }
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
