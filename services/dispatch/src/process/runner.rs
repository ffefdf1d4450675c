//! Reads the log in order and sends what follows.

use std::time::Duration;

use caseledger_aggregates::{AnyEvent, Metadata};
use caseledger_commands::Actor;
use caseledger_log::{Position, Recorded, fault_point};
use tokio::time::Instant;

use super::book::{Book, Refused, Turn};
use super::{Halted, Happening, Process};
use crate::{Dispatcher, Rejection, Request};

/// How many events that some process follows are read at a time.
const WINDOW: usize = 500;
/// How long events gather between two looks at a busy log, and how many looks there are at most in a second thereby.
const GATHER: Duration = Duration::from_millis(100);
/// How long to wait before trying again after a failure, or before asking for another instance's turn.
const PAUSE: Duration = Duration::from_secs(2);

/// Runs processes. One at a time does, over all instances on one PostgreSQL.
pub struct Runner {
    dispatcher: Dispatcher,
    book: Book,
    processes: &'static [Process],
}

impl Runner {
    /// A runner of these processes, usually [`PROCESSES`](super::PROCESSES). Makes its tables where there are none.
    ///
    /// # Errors
    /// [`Halted::Log`] when the database does not answer.
    pub async fn new(dispatcher: Dispatcher, processes: &'static [Process]) -> Result<Self, Halted> {
        let book = Book::open(dispatcher.log().clone()).await?;
        for process in processes {
            dispatcher.metrics().process_known(process.name);
        }
        Ok(Self { dispatcher, book, processes })
    }

    /// Runs until it is dropped, which is safe at any moment.
    pub async fn run(&self) {
        let mut head = self.dispatcher.log().watch();
        loop {
            head.mark_unchanged();
            let began = Instant::now();
            match self.catch_up().await {
                Ok(true) if head.changed().await.is_err() => return,
                Ok(true) => tokio::time::sleep_until(began + GATHER).await,
                Ok(false) => tokio::time::sleep(PAUSE).await,
                Err(error) => {
                    tracing::error!(%error, "the processes can't go on; they try again");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    /// Does what follows from everything in the log, and from what that adds. `false` when another instance is at it.
    ///
    /// # Errors
    /// [`Halted`], with everything before the event at fault done.
    pub async fn catch_up(&self) -> Result<bool, Halted> {
        while let Some(mut turn) = self.book.turn().await? {
            let ended = self.round(&mut turn).await;
            turn.end().await?;
            if ended? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The commands of processes that were refused, the newest first.
    ///
    /// # Errors
    /// [`Halted::Log`] when the database does not answer.
    pub async fn refusals(&self, limit: u32) -> Result<Vec<Refused>, Halted> {
        self.book.refusals(limit).await
    }

    /// Deals with one window of the log; `true` when it was the last.
    async fn round(&self, turn: &mut Turn) -> Result<bool, Halted> {
        let mut positions = vec![];
        for process in self.processes {
            let position = self.book.position(process.name).await?;
            self.dispatcher.metrics().process_is_at(process.name, position);
            positions.push(position);
        }
        let Some(from) = positions.iter().min().copied() else { return Ok(true) };
        let log = self.dispatcher.log();
        let head = log.head().await?;
        if head == from {
            return Ok(true);
        }
        let events: Vec<&str> = self.processes.iter().flat_map(|process| process.events).copied().collect();
        let window = log.read_some_after(from, &events, WINDOW).await?;
        let last = window.last().map_or(0, |recorded| recorded.position);
        // A window that is not full holds all that there was when the head was read.
        let is_last = window.len() < WINDOW;
        let end = if is_last { head.max(last) } else { last };
        let mut reached = vec![];
        let mut outcome = Ok(());
        for (process, from) in self.processes.iter().zip(positions) {
            let (at, followed) = match outcome {
                Ok(()) => self.follow(process, from, &window, end).await,
                Err(_) => (from, Ok(())),
            };
            outcome = outcome.and(followed);
            if at > from {
                reached.push((process.name, at));
            }
        }
        if !reached.is_empty() {
            fault_point!("process.before-note");
        }
        self.book.note_positions(turn, &reached).await?;
        for (process, at) in reached {
            self.dispatcher.metrics().process_is_at(process, at);
        }
        outcome.map(|()| is_last)
    }

    /// Lets one process follow the events of a window that are new to it; answers how far it came.
    async fn follow(
        &self,
        process: &Process,
        from: Position,
        window: &[Recorded],
        end: Position,
    ) -> (Position, Result<(), Halted>) {
        let new = window.iter().filter(|recorded| recorded.position > from);
        for recorded in new.filter(|recorded| process.events.contains(&recorded.event_type.as_str())) {
            if let Err(error) = self.follow_one(process, recorded).await {
                return (recorded.position - 1, Err(error));
            }
        }
        (end.max(from), Ok(()))
    }

    async fn follow_one(&self, process: &Process, recorded: &Recorded) -> Result<(), Halted> {
        let unreadable = |reason| Halted::Unreadable { position: recorded.position, reason };
        let event = AnyEvent::read(
            &recorded.aggregate_type,
            &recorded.event_type,
            &recorded.event_version,
            &recorded.payload,
        );
        let event = event.map_err(|error| unreadable(error.to_string()))?;
        let metadata = Metadata::read(&recorded.metadata);
        let metadata = metadata.ok_or_else(|| unreadable("its metadata lacks an entry".to_owned()))?;
        let commands = (process.follow)(&Happening { recorded, event: &event, metadata: &metadata });
        for (index, command) in commands.into_iter().enumerate() {
            self.send(process, recorded.position, index, addressed(command, recorded, &metadata)).await?;
        }
        Ok(())
    }

    async fn send(
        &self,
        process: &Process,
        position: Position,
        index: usize,
        request: Request,
    ) -> Result<(), Halted> {
        let key = match index {
            0 => format!("process:{}:{position}", process.name),
            _ => format!("process:{}:{position}:{index}", process.name),
        };
        let command = request.command.clone();
        let target = request.id.map(|id| id.to_string()).unwrap_or_default();
        match self.dispatcher.dispatch(&Actor::process(process.name), request.with_key(key)).await {
            Ok(_) => Ok(()),
            Err(Rejection::Busy | Rejection::Unavailable) => Err(Halted::Log(
                caseledger_log::LogError::Unavailable("the log did not take a command".to_owned()),
            )),
            Err(rejection) => {
                let now = self.dispatcher.now();
                let refused = Refused::of(process.name, position, &command, target, &rejection, now);
                tracing::warn!(
                    process = process.name,
                    position,
                    command,
                    kind = refused.kind,
                    "a command of a process was refused"
                );
                self.dispatcher.metrics().process_refused(process.name);
                self.book.note_refusal(&refused).await
            }
        }
    }
}

/// A command that follows from an event happened when the event did, and says what it follows from.
fn addressed(command: Request, recorded: &Recorded, metadata: &Metadata) -> Request {
    Request {
        occurred_at: command.occurred_at.or(Some(metadata.occurred_at)),
        correlation: Some(metadata.correlation.clone()),
        causation: Some(format!("event:{}", recorded.position)),
        traceparent: metadata.traceparent.clone(),
        ..command
    }
}
