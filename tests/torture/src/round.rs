//! A round: one store, some instances, many clients, one kind of fault; and the checks afterwards.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::future::join_all;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use tokio::time::{Instant, sleep, timeout};

use crate::check;
use crate::client::{Client, World};
use crate::fault::network::Proxy;
use crate::fault::{Fault, Gone};
use crate::instance::{Instance, Launch};
use crate::reader::Reader;
use crate::store::{Engine, Store};
use crate::watch::{Said, Watch};

/// How long an instance may take until it is ready again after a fault has gone.
pub const RECOVERY: Duration = Duration::from_secs(45);
/// How long a stop may take: the patience that instances are started with, and a little more.
const STOP: Duration = Duration::from_secs(15);
/// How many clients ask.
const CLIENTS: usize = 12;

/// What is done to whom.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// On which engine.
    pub engine: Engine,
    /// How many instances share it.
    pub instances: usize,
    /// What is done.
    pub fault: Fault,
    /// The same in words.
    pub about: &'static str,
    /// Whether the short form plays it too.
    pub short: bool,
}

impl Kind {
    /// Its name: `sqlite kill`.
    pub fn name(&self) -> String {
        format!("{} {}", self.engine.name(), self.fault.name())
    }
}

/// How a round came out.
pub enum Outcome {
    /// Everything held.
    Held(String),
    /// Something did not.
    Broke {
        /// What happened.
        told: String,
        /// What did not hold.
        faults: Vec<String>,
        /// Where the service's output is.
        folder: PathBuf,
    },
    /// It can't be played here.
    LeftOut(String),
}

/// What a fault is done to.
pub struct Stage {
    /// The folder of the store and the instances' output.
    pub folder: PathBuf,
    /// Where the log is kept.
    pub store: Store,
    /// Who runs on it.
    pub instances: Vec<Instance>,
    /// What each of them says of its readiness.
    pub watches: Vec<Watch>,
    /// What stands between clients and instances, where connections are to be cut.
    pub proxies: Vec<Proxy>,
    /// What the clients share.
    pub world: Arc<World>,
}

/// Every kind of round.
pub const KINDS: &[Kind] = &[
    Kind {
        engine: Engine::Sqlite,
        instances: 1,
        fault: Fault::Kill,
        about: "kill -9 of the service at random moments",
        short: true,
    },
    Kind {
        engine: Engine::Postgres,
        instances: 2,
        fault: Fault::Kill,
        about: "kill -9 of one of two instances at random moments; the other takes over",
        short: true,
    },
    Kind {
        engine: Engine::Sqlite,
        instances: 1,
        fault: Fault::Points,
        about: "death at named points: before and after commits, between rows and checkpoint",
        short: true,
    },
    Kind {
        engine: Engine::Postgres,
        instances: 2,
        fault: Fault::Points,
        about: "the same with two instances, of which one dies at a time",
        short: true,
    },
    Kind {
        engine: Engine::Postgres,
        instances: 2,
        fault: Fault::Server,
        about: "kill -9 and restart of PostgreSQL",
        short: true,
    },
    Kind {
        engine: Engine::Sqlite,
        instances: 1,
        fault: Fault::Network,
        about: "connections cut while answers are on their way",
        short: true,
    },
    Kind {
        engine: Engine::Postgres,
        instances: 3,
        fault: Fault::Network,
        about: "the same with three instances",
        short: false,
    },
    Kind {
        engine: Engine::Sqlite,
        instances: 1,
        fault: Fault::Disk,
        about: "a disk that is full for a while",
        short: true,
    },
    Kind {
        engine: Engine::Postgres,
        instances: 1,
        fault: Fault::Disk,
        about: "the same under PostgreSQL, which then stops by itself",
        short: false,
    },
    Kind {
        engine: Engine::Sqlite,
        instances: 1,
        fault: Fault::Sync,
        about: "fsync answers EIO for a while",
        short: true,
    },
    Kind {
        engine: Engine::Postgres,
        instances: 2,
        fault: Fault::Sync,
        about: "the same under PostgreSQL, which then restarts by itself",
        short: false,
    },
    Kind {
        engine: Engine::Sqlite,
        instances: 1,
        fault: Fault::Slow,
        about: "fsync takes a third of a second longer for a while",
        short: false,
    },
    Kind {
        engine: Engine::Postgres,
        instances: 2,
        fault: Fault::Slow,
        about: "the same under PostgreSQL",
        short: false,
    },
    Kind {
        engine: Engine::Sqlite,
        instances: 1,
        fault: Fault::Clock,
        about: "the clock jumps back and forward, by hours",
        short: true,
    },
    Kind {
        engine: Engine::Postgres,
        instances: 2,
        fault: Fault::Clock,
        about: "the same under two instances, which share it",
        short: false,
    },
];

/// Plays one round.
pub async fn play(kind: &Kind, seed: u64, short: bool, service: &Path) -> Outcome {
    let folder = match tempfile::Builder::new().prefix("caseledger-torture-").tempdir() {
        Ok(folder) => folder,
        Err(error) => return Outcome::LeftOut(format!("there is no temporary folder: {error}")),
    };
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let length = if short { Duration::from_secs(5) } else { Duration::from_secs(30) };
    let faults = match torment(kind, &mut chance, seed, length, service, folder.path()).await {
        Ok((told, faults)) if faults.is_empty() => return Outcome::Held(told),
        Ok((told, faults)) => (told, faults),
        Err(Gone::LeftOut(why)) => return Outcome::LeftOut(why),
        Err(Gone::Wrong(why)) => ("the round could not be finished".to_owned(), vec![why]),
    };
    Outcome::Broke { told: faults.0, faults: faults.1, folder: folder.keep() }
}

async fn torment(
    kind: &Kind,
    chance: &mut ChaCha8Rng,
    seed: u64,
    length: Duration,
    service: &Path,
    folder: &Path,
) -> Result<(String, Vec<String>), Gone> {
    let ground = kind.fault.prepare(folder)?;
    let store = Store::new(kind.engine, &ground.folder, ground.disk.is_some());
    let launch = Launch {
        service: service.to_owned(),
        store: store.url(),
        folder: folder.to_owned(),
        environment: ground.environment.clone(),
    };
    let mut instances = vec![];
    for number in 0..kind.instances {
        instances
            .push(Instance::start(launch.clone(), number).map_err(|error| Gone::LeftOut(error.to_string()))?);
    }
    let watches = instances.iter().map(|instance| Watch::of(instance.ops)).collect();
    let mut proxies = vec![];
    if kind.fault == Fault::Network {
        for (instance, number) in instances.iter().zip(0..) {
            let proxy = Proxy::before(instance.address, seed.wrapping_add(number)).await;
            proxies.push(proxy.map_err(|error| Gone::LeftOut(error.to_string()))?);
        }
    }
    let addresses: Vec<_> = match proxies.is_empty() {
        true => instances.iter().map(|instance| instance.address).collect(),
        false => proxies.iter().map(|proxy| proxy.address).collect(),
    };
    let doors = addresses.into_iter().map(|address| format!("http://{address}")).collect();
    let world = Arc::new(World::new(doors));
    let stage = Stage { folder: folder.to_owned(), store, instances, watches, proxies, world };
    stage.until_ready().await.map_err(|why| Gone::Wrong(format!("before any fault: {why}")))?;

    let mut first = Client::new("set-up", seed, Arc::clone(&stage.world));
    timeout(RECOVERY, first.set_up())
        .await
        .map_err(|_| "the set-up was not answered")
        .and_then(|set_up| set_up.map_err(|_| "the set-up was refused"))
        .map_err(|why| Gone::Wrong(format!("{why}: {:?}", stage.world.book.faults())))?;
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let seed = seed.wrapping_mul(1_000).wrapping_add(number as u64);
            tokio::spawn(Client::new(&format!("c{number}"), seed, Arc::clone(&stage.world)).run())
        })
        .collect();
    // On SQLite a reader would keep the journal's index alive across a death, and recovery is what is looked at there.
    let reader = match stage.store.server() {
        None => None,
        Some(_) => Some(Reader::of(&stage.store.url()).await.map_err(Gone::Wrong)?),
    };
    let begun = Instant::now();
    let what = kind.fault.inflict(&stage, chance, begun + length).await?;
    // The fault has gone: without hands, and soon, everything is as before.
    if let Err(why) = stage.until_ready().await {
        stage.world.book.fault(format!("an instance did not come back: {why}"));
    }
    sleep(Duration::from_millis(500)).await; // a moment of peace, in which what was begun is answered
    stage.world.over.store(true, Ordering::Relaxed);
    for ended in join_all(clients).await {
        if let Err(error) = ended {
            stage.world.book.fault(format!("a client failed: {error}"));
        }
    }
    let (told, mut faults) = stage.end(service, reader).await?;
    faults.extend(what.wrong);
    Ok((format!("{}; {told}", what.told), faults))
}

impl Stage {
    /// Waits until every instance is ready. A PostgreSQL that gave up for good meanwhile is started again, as its supervisor
    /// would.
    ///
    /// # Errors
    /// What one of them says instead.
    pub async fn until_ready(&self) -> Result<(), String> {
        let began = Instant::now();
        while let Some(server) = self.store.server()
            && !tokio::task::block_in_place(|| server.answers())
            && began.elapsed() < RECOVERY
        {
            if !server.runs() {
                tokio::task::block_in_place(|| server.start_again());
            }
            sleep(Duration::from_millis(100)).await;
        }
        for watch in &self.watches {
            watch.until_ready(RECOVERY).await?;
        }
        Ok(())
    }

    /// Lets the projections catch up, stops everybody, and looks at what is left.
    async fn end(self, service: &Path, reader: Option<Reader>) -> Result<(String, Vec<String>), Gone> {
        let book = &self.world.book;
        if let Err(why) = check::everybody_caught_up(&self.store.url(), RECOVERY).await {
            book.fault(why);
        }
        for watch in &self.watches {
            let silent = watch.samples().into_iter().filter(|sample| sample.said == Said::Silence).count();
            if silent > 0 {
                book.fault(format!("/readyz did not answer in time, {silent} times"));
            }
        }
        for instance in &self.instances {
            match instance.stop(STOP).await {
                Some(status) if status.success() => {}
                Some(status) => book.fault(format!("asked to stop, an instance ended with {status}")),
                None => book.fault("asked to stop, an instance had to be killed".to_owned()),
            }
        }
        let seen = match reader {
            None => vec![],
            Some(reader) => reader.stop().await.unwrap_or_else(|why| {
                book.fault(why);
                vec![]
            }),
        };
        let checked = check::store(&self.store.url(), service, &self.folder, book, &seen).await;
        let (wrong, events) = checked.map_err(Gone::Wrong)?;
        let mut faults = book.faults();
        faults.extend(wrong);
        let counts = book.counts();
        let told = format!(
            "{} of {} commands acknowledged in {} attempts ({} turned away, {} broken off), {events} events",
            counts.acknowledged, counts.commands, counts.attempts, counts.turned_away, counts.broken_off
        );
        Ok((told, faults))
    }
}
