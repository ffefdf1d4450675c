//! Where the log of a round is kept.

use std::path::{Path, PathBuf};

use caseledger_test_postgres::{Durability, Postgres};

/// Which engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Embedded.
    Sqlite,
    /// A server of the round's own.
    Postgres,
}

impl Engine {
    /// Its name in a round's.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// A store of a round.
pub enum Store {
    /// A file.
    Sqlite(PathBuf),
    /// A server that is durable as in production, and a database on it.
    Postgres(Box<Postgres>, String),
}

impl Store {
    /// Makes an empty one. A file lies in the folder, and a server's files do where the folder is a disk of its own.
    pub fn new(engine: Engine, folder: &Path, has_own_disk: bool) -> Self {
        match engine {
            Engine::Sqlite => Self::Sqlite(folder.join("log.sqlite")),
            Engine::Postgres => {
                let server = match has_own_disk {
                    true => Postgres::start_in(folder, Durability::On),
                    false => Postgres::start_with(Durability::On),
                };
                let url = server.fresh_database();
                Self::Postgres(Box::new(server), url)
            }
        }
    }

    /// Its URL.
    pub fn url(&self) -> String {
        match self {
            Self::Sqlite(file) => format!("sqlite:{}", file.display()),
            Self::Postgres(_, url) => url.clone(),
        }
    }

    /// The server, where there is one.
    pub fn server(&self) -> Option<&Postgres> {
        match self {
            Self::Sqlite(_) => None,
            Self::Postgres(server, _) => Some(server),
        }
    }
}
