//! The thin adapter that makes every [`Decider`] a cqrs-es aggregate.

use std::sync::Arc;

use caseledger_commands::{Actor, CommandSet, Timestamp};
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Authority, Context, Decider, Event, Facts};

/// A decider as cqrs-es sees it: `PostgresCqrs<Root<Case>>` is a stock cqrs-es program.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent, bound = "")]
pub struct Root<D: Decider>(pub D);

/// A decider's event as cqrs-es sees it. The stored payload is the event's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent, bound = "")]
pub struct Happened<E: Event>(pub E);

impl<E: Event> cqrs_es::DomainEvent for Happened<E> {
    fn event_type(&self) -> String {
        self.0.name().to_owned()
    }

    fn event_version(&self) -> String {
        self.0.version().to_owned()
    }
}

/// A command with the circumstances in which it was given.
#[derive(Clone, Debug)]
pub struct Asked<C> {
    /// The id of the aggregate that the command is for.
    pub id: Uuid,
    /// What is asked.
    pub command: C,
    /// Who asks.
    pub actor: Actor,
    /// Now.
    pub now: Timestamp,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// What must be known of other aggregates.
    pub facts: Facts,
}

impl<D: Decider> cqrs_es::Aggregate for Root<D> {
    const TYPE: &'static str = D::Command::AGGREGATE;
    type Command = Asked<D::Command>;
    type Event = Happened<D::Event>;
    type Error = D::Refusal;
    type Services = Arc<Authority>;

    async fn handle(
        &mut self,
        asked: Self::Command,
        authority: &Self::Services,
        sink: &EventSink<Self>,
    ) -> Result<(), Self::Error> {
        let context = Context {
            id: asked.id,
            authority,
            actor: &asked.actor,
            now: asked.now,
            occurred_at: asked.occurred_at,
            facts: &asked.facts,
        };
        for event in self.0.decide(&asked.command, &context)? {
            sink.write(Happened(event), self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: Self::Event) {
        self.0.evolve(&event.0);
    }
}

#[cfg(test)]
mod tests {
    use caseledger_commands::Command;
    use caseledger_commands::workforce::{RegisterAgency, RegisterTeam, WorkforceCommand};
    use cqrs_es::DomainEvent;
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::testing::{Circumstances, given};
    use crate::workforce::{Workforce, WorkforceEvent, WorkforceRefusal};

    fn asked(command: impl Into<WorkforceCommand>) -> Asked<WorkforceCommand> {
        let Circumstances { id, actor, now, facts, .. } = Circumstances::default();
        Asked { id, command: command.into(), actor, now, occurred_at: now, facts }
    }

    fn registered() -> Happened<WorkforceEvent> {
        Happened(given::<Workforce>([]).when(RegisterAgency::example()).events()[0].clone())
    }

    #[test]
    fn a_stock_cqrs_es_program_decides_as_the_decider_does() {
        let framework = || TestFramework::<Root<Workforce>>::with(Arc::new(Authority::default()));
        framework()
            .given_no_previous_events()
            .when(asked(RegisterAgency::example()))
            .then_expect_events(vec![registered()]);
        framework()
            .given(vec![registered()])
            .when(asked(RegisterAgency::example()))
            .then_expect_events(vec![]);
        framework()
            .given_no_previous_events()
            .when(asked(RegisterTeam::example()))
            .then_expect_error(WorkforceRefusal::AgencyNotRegistered { field: "agency" });
    }

    #[test]
    fn an_event_is_stored_under_its_own_name_and_version() {
        assert_eq!(registered().event_type(), "AgencyRegistered");
        assert_eq!(registered().event_version(), "1");
    }
}
