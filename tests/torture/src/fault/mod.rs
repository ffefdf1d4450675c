//! What is done to the service and to what it stands on. Each fault is one file.

mod clock;
mod disk;
mod kill;
pub mod network;
mod points;
mod server;
mod syscalls;

use std::path::{Path, PathBuf};

use disk::SmallDisk;
use rand_chacha::ChaCha8Rng;
use syscalls::Tampering;
use tokio::time::Instant;

use crate::round::Stage;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The service is killed at random moments.
    Kill,
    /// The service dies at named points.
    Points,
    /// The database's server is killed, and started again.
    Server,
    /// Connections are cut while answers are on their way.
    Network,
    /// The disk is full for a while.
    Disk,
    /// Syncing fails for a while.
    Sync,
    /// Syncing is slow for a while.
    Slow,
    /// The clock jumps.
    Clock,
}

/// Why a round ended early.
#[derive(Debug)]
pub enum Gone {
    /// This machine, or this user, can't do it.
    LeftOut(String),
    /// Something that had to work did not.
    Wrong(String),
}

/// What a fault needs before the service starts.
#[derive(Debug, Default)]
pub struct Ground {
    /// Where the store is made.
    pub folder: PathBuf,
    /// The file system that it lies on, where it has one of its own.
    pub disk: Option<SmallDisk>,
    /// What its environment says.
    pub environment: Vec<(String, String)>,
}

/// What was done, and what was wrong meanwhile.
#[derive(Debug, Default)]
pub struct What {
    /// What was done, in words.
    pub told: String,
    /// What did not hold while it was done.
    pub wrong: Vec<String>,
}

impl Fault {
    /// Its name in a round's.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kill => "kill",
            Self::Points => "points",
            Self::Server => "server",
            Self::Network => "network",
            Self::Disk => "disk full",
            Self::Sync => "sync fails",
            Self::Slow => "disk slow",
            Self::Clock => "clock",
        }
    }

    /// Makes what it needs before the service starts.
    ///
    /// # Errors
    /// [`Gone::LeftOut`] when it can't be done here.
    pub fn prepare(self, folder: &Path) -> Result<Ground, Gone> {
        let ground = Ground { folder: folder.to_owned(), ..Ground::default() };
        match self {
            Self::Kill | Self::Points | Self::Server | Self::Network => Ok(ground),
            Self::Disk => {
                let disk = SmallDisk::in_folder(folder)?;
                Ok(Ground { folder: disk.folder.clone(), disk: Some(disk), ..ground })
            }
            Self::Sync | Self::Slow => syscalls::available().map(|()| ground),
            Self::Clock => {
                clock::set_to_noon(folder)?;
                let file = clock::file(folder).display().to_string();
                Ok(Ground { environment: vec![(clock::VARIABLE.to_owned(), file)], ..ground })
            }
        }
    }

    /// Does it until the time has come, and undoes it.
    ///
    /// # Errors
    /// [`Gone`] when it can't be done.
    pub async fn inflict(self, stage: &Stage, chance: &mut ChaCha8Rng, until: Instant) -> Result<What, Gone> {
        match self {
            Self::Kill => Ok(kill::inflict(stage, chance, until).await),
            Self::Points => Ok(points::inflict(stage, chance, until).await),
            Self::Server => server::inflict(stage, chance, until).await,
            Self::Network => Ok(network::inflict(stage, chance, until).await),
            Self::Disk => disk::inflict(stage, chance, until).await,
            Self::Sync => syscalls::inflict(stage, Tampering::Fail, chance, until).await,
            Self::Slow => syscalls::inflict(stage, Tampering::Slow, chance, until).await,
            Self::Clock => clock::inflict(stage, chance, until).await,
        }
    }
}
