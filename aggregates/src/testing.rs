//! Given events, when a command, then events or a refusal: how the rules of every aggregate are tested.
//!
//! ```text
//! given::<Workforce>([police_registered()])
//!     .on("2017-05-02T10:00:00Z")
//!     .when(RegisterTeam { … })
//!     .then_refused("team-in-known-locality");
//! ```

use std::fmt::Debug;
use std::path::PathBuf;

use caseledger_commands::{Actor, CommandSet, Role, Timestamp};
use uuid::Uuid;

use crate::{Authority, Context, Decider, Event, Facts, Refusal};

/// The circumstances of a test: Northshire, at noon on 3 July 2017, by a team manager.
#[derive(Clone, Debug)]
pub struct Circumstances {
    /// The id of the aggregate.
    pub id: Uuid,
    /// The authority's settings.
    pub authority: Authority,
    /// Who asks.
    pub actor: Actor,
    /// Now.
    pub now: Timestamp,
    /// When it happened; `now` unless a test says otherwise.
    pub occurred_at: Option<Timestamp>,
    /// What is known of other aggregates.
    pub facts: Facts,
}

impl Default for Circumstances {
    fn default() -> Self {
        let mut actor = Actor::process("test");
        actor.roles = vec![Role::TeamManager];
        Self {
            id: some_id(1),
            authority: Authority::default(),
            actor,
            now: moment("2017-07-03T11:00:00Z"),
            occurred_at: None,
            facts: Facts::default(),
        }
    }
}

impl Circumstances {
    /// As a decision sees them.
    pub fn context(&self) -> Context<'_> {
        Context {
            id: self.id,
            authority: &self.authority,
            actor: &self.actor,
            now: self.now,
            occurred_at: self.occurred_at.unwrap_or(self.now),
            facts: &self.facts,
        }
    }
}

/// An id for tests: the same number gives the same id.
pub fn some_id(number: u64) -> Uuid {
    Uuid::from_u64_pair(0x0190_a000_0000_7000, 0x8000_0000_0000_0000 | number)
}

/// A moment for tests, from RFC 3339.
///
/// # Panics
/// When the text is no moment.
pub fn moment(text: &str) -> Timestamp {
    text.parse().expect("an RFC 3339 time")
}

/// What has happened so far, and the circumstances.
#[derive(Clone, Debug)]
pub struct Given<D: Decider> {
    state: D,
    circumstances: Circumstances,
}

/// Begins a test with what has happened.
pub fn given<D: Decider>(events: impl IntoIterator<Item = D::Event>) -> Given<D> {
    Given { state: fold(events), circumstances: Circumstances::default() }
}

/// The state that events leave.
pub fn fold<D: Decider>(events: impl IntoIterator<Item = D::Event>) -> D {
    let mut state = D::default();
    for event in events {
        state.evolve(&event);
    }
    state
}

impl<D: Decider> Given<D> {
    /// Sets the time.
    pub fn on(self, now: &str) -> Self {
        self.with(|circumstances| circumstances.now = moment(now))
    }

    /// Sets any of the circumstances.
    pub fn with(mut self, change: impl FnOnce(&mut Circumstances)) -> Self {
        change(&mut self.circumstances);
        self
    }

    /// How the aggregate stands.
    pub fn state(&self) -> &D {
        &self.state
    }

    /// Gives a command.
    pub fn when(&self, command: impl Into<D::Command>) -> Outcome<D> {
        let command = command.into();
        let decided = self.state.decide(&command, &self.circumstances.context());
        Outcome { state: self.state.clone(), circumstances: self.circumstances.clone(), decided }
    }
}

/// The events that followed from a command, or the refusal.
pub type Decided<D> = Result<Vec<<D as Decider>::Event>, <D as Decider>::Refusal>;

/// What was decided.
#[derive(Debug)]
pub struct Outcome<D: Decider> {
    state: D,
    circumstances: Circumstances,
    decided: Decided<D>,
}

impl<D: Decider> Outcome<D> {
    /// Expects these events and no others.
    #[track_caller]
    pub fn then<E: Into<D::Event>>(self, expected: impl IntoIterator<Item = E>) {
        let expected: Vec<D::Event> = expected.into_iter().map(Into::into).collect();
        assert_eq!(self.events(), &expected);
    }

    /// Expects no events, because what is asked is so already.
    #[track_caller]
    pub fn then_nothing(self) {
        assert_eq!(self.events(), &[]);
    }

    /// Expects a refusal by that rule, about that field (`""` for none), told in words.
    #[track_caller]
    pub fn then_refused(self, rule: &str, field: &str) -> D::Refusal {
        let refusal = self.decided.expect_err("expected a refusal");
        assert_eq!(
            (refusal.rule(), refusal.field().unwrap_or_default().as_str()),
            (rule, field),
            "{refusal}"
        );
        for told in [refusal.to_string(), refusal.remedy()] {
            let begins = told.trim_start_matches('\'').starts_with(char::is_alphanumeric);
            let is_sentence = begins && told.contains(' ') && told.ends_with('.');
            assert!(is_sentence, "{refusal:?} says '{told}'");
        }
        refusal
    }

    /// Goes on from what was decided.
    #[track_caller]
    pub fn and(self) -> Given<D> {
        let mut state = self.state.clone();
        for event in self.events() {
            state.evolve(event);
        }
        Given { state, circumstances: self.circumstances }
    }

    /// The events decided.
    #[track_caller]
    pub fn events(&self) -> &[D::Event] {
        self.decided.as_ref().expect("expected events")
    }
}

/// Gives commands in turn and checks what holds for every aggregate: a decision is the same when taken again; the events
/// and the state survive JSON; replaying the events gives the state. Answers each command's outcome.
///
/// # Panics
/// When one of these does not hold.
pub fn play<D: Decider + PartialEq>(
    commands: &[D::Command],
    circumstances: &Circumstances,
) -> (D, Vec<Decided<D>>) {
    let mut state = D::default();
    let mut all = vec![];
    let mut outcomes = vec![];
    for command in commands {
        let outcome = state.decide(command, &circumstances.context());
        assert_eq!(outcome, state.decide(command, &circumstances.context()), "a decision depends on chance");
        let read = <D::Command as CommandSet>::decode(command.name(), command.message());
        assert!(read.is_ok(), "the command can't be sent: {read:?}", read = read.err());
        for event in outcome.iter().flatten() {
            state.evolve(event);
            all.push(through_json(event));
        }
        outcomes.push(outcome);
    }
    assert_eq!(fold::<D>(all), state, "replaying the events gives another state");
    assert_eq!(through_json(&state), state, "the state does not survive JSON");
    (state, outcomes)
}

/// Checks that a command that was just accepted emits nothing when it is repeated.
///
/// # Panics
/// When it emits an event or is refused.
pub fn repeats_emit_nothing<D: Decider>(commands: &[D::Command], circumstances: &Circumstances) {
    let mut state = D::default();
    for command in commands {
        let Ok(events) = state.decide(command, &circumstances.context()) else { continue };
        for event in &events {
            state.evolve(event);
        }
        let again = state.decide(command, &circumstances.context());
        assert_eq!(again, Ok(vec![]), "repeating {} did something", command.name());
    }
}

/// A value written as JSON and read again.
fn through_json<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
    let text = serde_json::to_string(value).expect("it can be written");
    serde_json::from_str(&text).expect("it can be read")
}

/// Compares one event of each name with its golden file, `golden/<folder>/<Event>.v<version>.json`, both ways: events
/// once written are read for ever. With the environment's `UPDATE_GOLDEN=1` a file that is missing is written; one that
/// exists never is.
///
/// # Panics
/// When an event differs from its file, or `names` has an event that `samples` lacks.
pub fn golden<E: Event + Debug>(folder: &str, names: &[&str], samples: &[E]) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden").join(folder);
    for name in names {
        assert!(samples.iter().any(|sample| sample.name() == *name), "no sample of {name}");
    }
    for sample in samples {
        let file = folder.join(format!("{}.v{}.json", sample.name(), sample.version()));
        let written = serde_json::to_string_pretty(sample).expect("it can be written") + "\n";
        if !file.exists() && std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::create_dir_all(&folder).expect("the folder can be made");
            std::fs::write(&file, &written).expect("the file can be written");
        }
        let kept =
            std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert_eq!(written, kept, "{} is no longer written as it was", sample.name());
        let read: E = serde_json::from_str(&kept).expect("what was once written is read for ever");
        assert_eq!(&read, sample);
    }
}
