//! Cases as they stand now: the view of each, who is in its family, and what people have to do.

mod tables;
mod worklist;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use caseledger_aggregates::case::{Case, CaseEvent};
use caseledger_aggregates::{AnyEvent, Authority};
use caseledger_commands::CommandSet;
use caseledger_commands::case::CaseCommand;
use caseledger_log::StreamId;

pub use tables::{CASE_STATE, CASE_VIEW, MEMBER, WORKLIST};
pub use worklist::List;

use crate::projection::{Entry, Failed, Fold, Projection, Spec};
use crate::sql::Value;
use crate::states::{Apart, Derived, Held, States};
use crate::words::code;

/// Cases as they stand now.
pub static CASES: Spec = Spec {
    name: "cases",
    version: 2,
    doc: "Cases as they stand now, the people of each, and the worklists.",
    folds: &["Case"],
    tables: &[CASE_VIEW, CASE_STATE, MEMBER, WORKLIST],
    make: |authority| Box::new(Cases { authority: authority.clone(), states: States::apart(&APART) }),
    // Due dates follow from them; see docs/decisions/0031.
    settings: |authority| {
        serde_json::to_string(&(&authority.timescales, &authority.calendar)).unwrap_or_default()
    },
};

/// Most events of a case are contacts, which change nothing that is remembered of it.
static APART: Apart<Case> = Apart { table: &CASE_STATE, count: |case, events| case.events = events };

struct Cases {
    authority: Arc<Authority>,
    states: States<Case>,
}

#[async_trait]
impl Projection for Cases {
    fn spec(&self) -> &'static Spec {
        &CASES
    }

    async fn apply(&mut self, fold: &mut Fold<'_>, batch: &[&Entry]) -> Result<(), Failed> {
        let changed = self.states.fold(fold, &CASE_VIEW, batch, event_of).await?;
        let (mut views, mut states) = (vec![], vec![]);
        let (mut members, mut items) = (Derived::default(), Derived::default());
        for (id, before) in &changed.before {
            let Some(held) = self.states.get(id) else { continue };
            views.push(self.view(id, held)?);
            // Nothing else of a case is told that does not follow from its state.
            let Some(state) = APART.row(id, before.as_ref(), held) else { continue };
            states.push(state);
            let rows = |held: &Held<Case>| worklist::rows(id, &held.state, &self.authority);
            items.change(&WORKLIST, before.as_ref().map(rows), rows(held));
            let rows = |held: &Held<Case>| member_rows(id, &held.state);
            members.change(&MEMBER, before.as_ref().map(rows), rows(held));
        }
        fold.upsert(&CASE_VIEW, views).await?;
        fold.upsert(&CASE_STATE, states).await?;
        members.write(fold, &MEMBER).await?;
        items.write(fold, &WORKLIST).await?;
        Ok(())
    }

    async fn load_ahead(&mut self, fold: &mut Fold<'_>, streams: &[StreamId]) -> Result<(), Failed> {
        self.states.load_ahead(fold, &CASE_VIEW, StreamId::of_type(streams, CaseCommand::AGGREGATE)).await
    }

    fn forget(&mut self) {
        self.states.forget();
    }
}

fn event_of(event: &AnyEvent) -> Option<&CaseEvent> {
    if let AnyEvent::Case(event) = event { Some(event) } else { None }
}

impl Cases {
    fn view(&self, id: &str, held: &Held<Case>) -> Result<Vec<Value>, Failed> {
        let case = &held.state;
        let (Some(reference), Some(status)) = (&case.reference, case.status) else {
            let reason = "the case has no reference or no status after this event".to_owned();
            return Err(Failed::Poison { position: held.position, reason });
        };
        let next = case.due(&self.authority).into_iter().min_by_key(|due| (due.on, due.what));
        let mut row = vec![
            Value::from(id),
            Value::from(reference.as_str()),
            Value::Text(Some(code(&status))),
            Value::maybe(case.team),
            Value::maybe(case.lead_practitioner),
            Value::maybe(case.lead_agency),
            Value::maybe(case.referring_agency),
            Value::Int(case.level_of_need.map(i64::from)),
            Value::from(case.received_at),
            Value::from(case.accepted_on),
            Value::from(case.closed.map(|(day, _)| day)),
            Value::from(case.consent),
            Value::from(case.imported),
            Value::maybe(case.panel_meeting),
            Value::from(case.restriction.as_ref().map(|restriction| restriction.until)),
            Value::from(next.as_ref().map(|due| due.on)),
            Value::Text(next.as_ref().map(|due| code(&due.what))),
        ];
        row.extend(held.last_event());
        Ok(row)
    }
}

fn member_rows(id: &str, case: &Case) -> Vec<Vec<Value>> {
    let children = case.children.iter().map(|person| (*person, "child"));
    let adults = case.adults.iter().map(|person| (*person, "adult"));
    // Who was said to be both is one person of the case: a child counts.
    let people: BTreeMap<_, _> = adults.chain(children).collect();
    let row = |(person, role)| vec![Value::from(id), Value::text(person), Value::from(role)];
    people.into_iter().map(row).collect()
}
