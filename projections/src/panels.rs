//! The meetings of the panel: agenda, attendance, what agencies told, decisions.

use std::collections::BTreeMap;

use async_trait::async_trait;
use caseledger_aggregates::AnyEvent;
use caseledger_aggregates::panel::{Item, PanelEvent, PanelMeeting};

use crate::projection::{Entry, Failed, Fold, Projection, Spec, no_settings};
use crate::sql::{Column, Table, Value};
use crate::states::held::{OCCURRED_AT, POSITION, RECORDED_AT, STATE, VERSION};
use crate::states::{Derived, Held, States};
use crate::words::code;

/// The meetings.
pub const MEETING: Table = Table {
    name: "panel_meeting_v1",
    doc: "The meetings of the early help panel.",
    columns: &[
        Column::text("panel_meeting_id", "The meeting."),
        Column::text("planned_on", "The day for which it was called."),
        Column::text("held_on", "The day on which it was held; empty until then.").or_empty(),
        Column::text("chair", "Who chairs it."),
        Column::text("standing", "to-be-held, held or closed."),
        Column::int("items", "How many cases are or were on its agenda."),
        Column::int("decided", "How many of them it decided."),
        Column::int("deferred", "How many of them it put off to another meeting."),
        VERSION,
        POSITION,
        OCCURRED_AT,
        RECORDED_AT,
        STATE,
    ],
    key: &["panel_meeting_id"],
    indexes: &[&["planned_on", "panel_meeting_id"]],
};

/// The agendas.
pub const ITEM: Table = Table {
    name: "panel_item_v1",
    doc: "The agendas of the panel's meetings, and what was decided on each case.",
    columns: &[
        Column::text("panel_meeting_id", "The meeting."),
        Column::text("case_id", "The case."),
        Column::text("standing", "open, decided or deferred."),
        Column::text("outcome", "What was decided: early-help, universal-services, step-up and so on.")
            .or_empty(),
        Column::int("level_of_need", "The level of need that was decided.").or_empty(),
        Column::text("reason", "Why it was decided so.").or_empty(),
        Column::text("deferred_to", "The meeting to which it was put off.").or_empty(),
    ],
    key: &["panel_meeting_id", "case_id"],
    indexes: &[&["case_id"]],
};

/// Who came.
pub const ATTENDANCE: Table = Table {
    name: "panel_attendance_v1",
    doc: "Which agencies came to the panel's meetings, one row an agency of a meeting.",
    columns: &[
        Column::text("panel_meeting_id", "The meeting."),
        Column::text("agency_id", "The agency."),
        Column::text("attendance", "Whether it came, in the code of the message."),
    ],
    key: &["panel_meeting_id", "agency_id"],
    indexes: &[&["agency_id"]],
};

/// Who was invited.
pub const INVITATION: Table = Table {
    name: "panel_invitation_v1",
    doc: "Which agencies were invited to the panel's meetings.",
    columns: &[Column::text("panel_meeting_id", "The meeting."), Column::text("agency_id", "The agency.")],
    key: &["panel_meeting_id", "agency_id"],
    indexes: &[],
};

/// What agencies told.
pub const INFORMATION: Table = Table {
    name: "panel_information_v1",
    doc: "What agencies told the panel that they know of a family.",
    columns: &[
        Column::text("panel_meeting_id", "The meeting."),
        Column::int("position", "Where the event stands in the log."),
        Column::text("case_id", "The case."),
        Column::text("agency_id", "The agency."),
        Column::text("information", "What it told."),
    ],
    key: &["panel_meeting_id", "position"],
    indexes: &[&["case_id"]],
};

/// The panel's meetings.
pub static PANELS: Spec = Spec {
    name: "panels",
    version: 1,
    doc: "The meetings of the panel: agenda, attendance, what agencies told, decisions.",
    folds: &["PanelMeeting"],
    tables: &[MEETING, ITEM, ATTENDANCE, INVITATION, INFORMATION],
    make: |_| Box::new(Panels::default()),
    settings: no_settings,
};

#[derive(Default)]
struct Panels {
    states: States<PanelMeeting>,
}

#[async_trait]
impl Projection for Panels {
    fn spec(&self) -> &'static Spec {
        &PANELS
    }

    async fn apply(&mut self, fold: &mut Fold<'_>, batch: &[&Entry]) -> Result<(), Failed> {
        let changed = self.states.fold(fold, &MEETING, batch, event_of).await?;
        let mut meetings = vec![];
        let (mut items, mut attendance) = (Derived::default(), Derived::default());
        for (id, before) in &changed.before {
            let Some(held) = self.states.get(id) else { continue };
            meetings.push(row(id, held)?);
            items.change(
                &ITEM,
                before.as_ref().map(|held| item_rows(id, &held.state)),
                item_rows(id, &held.state),
            );
            let came = before.as_ref().map(|held| attendance_rows(id, &held.state));
            attendance.change(&ATTENDANCE, came, attendance_rows(id, &held.state));
        }
        let (mut invited, mut told) = (BTreeMap::new(), BTreeMap::new());
        for entry in batch {
            let id = entry.recorded.aggregate_id.as_str();
            match event_of(&entry.event) {
                Some(PanelEvent::PanelScheduled(e)) => {
                    let row = |agency| ((id, agency), vec![Value::from(id), Value::text(agency)]);
                    invited.extend(e.invited.iter().copied().map(row));
                }
                Some(PanelEvent::InformationShared(e)) => {
                    let row = vec![
                        Value::from(id),
                        Value::count(entry.recorded.position),
                        Value::text(e.case),
                        Value::text(e.agency),
                        Value::text(e.information.reveal()),
                    ];
                    told.insert(entry.recorded.position, row);
                }
                _ => {}
            }
        }
        fold.upsert(&MEETING, meetings).await?;
        items.write(fold, &ITEM).await?;
        attendance.write(fold, &ATTENDANCE).await?;
        fold.upsert(&INVITATION, invited.into_values().collect()).await?;
        fold.upsert(&INFORMATION, told.into_values().collect()).await?;
        Ok(())
    }

    fn forget(&mut self) {
        self.states.forget();
    }
}

fn event_of(event: &AnyEvent) -> Option<&PanelEvent> {
    if let AnyEvent::PanelMeeting(event) = event { Some(event) } else { None }
}

fn row(id: &str, held: &Held<PanelMeeting>) -> Result<Vec<Value>, Failed> {
    let meeting = &held.state;
    let Some(planned_on) = meeting.on else {
        let reason = "the meeting was not called before this event".to_owned();
        return Err(Failed::Poison { position: held.position, reason });
    };
    let count =
        |standing: &str| meeting.agenda.values().filter(|item| self::standing(item) == standing).count();
    let standing = match (meeting.closed, &meeting.held) {
        (true, _) => "closed",
        (false, Some(_)) => "held",
        (false, None) => "to-be-held",
    };
    let mut row = vec![
        Value::from(id),
        Value::from(planned_on),
        Value::from(meeting.held.as_ref().map(|(day, _)| *day)),
        Value::text(&meeting.chair),
        Value::from(standing),
        Value::count(meeting.agenda.len() as u64),
        Value::count(count("decided") as u64),
        Value::count(count("deferred") as u64),
    ];
    row.extend(held.values());
    Ok(row)
}

const fn standing(item: &Item) -> &'static str {
    match item {
        Item::Open => "open",
        Item::Decided(_) => "decided",
        Item::Deferred(_) => "deferred",
    }
}

fn item_rows(id: &str, meeting: &PanelMeeting) -> Vec<Vec<Value>> {
    let row = |(case, item): (_, &Item)| {
        let decision = if let Item::Decided(decision) = item { Some(decision) } else { None };
        let deferred_to = if let Item::Deferred(to) = item { Some(to) } else { None };
        vec![
            Value::from(id),
            Value::text(case),
            Value::from(standing(item)),
            Value::Text(decision.map(|decision| code(&decision.outcome))),
            Value::Int(decision.map(|decision| i64::from(decision.level_of_need))),
            Value::maybe(decision.map(|decision| decision.reason.reveal())),
            Value::maybe(deferred_to),
        ]
    };
    meeting.agenda.iter().map(row).collect()
}

fn attendance_rows(id: &str, meeting: &PanelMeeting) -> Vec<Vec<Value>> {
    let came = meeting.held.iter().flat_map(|(_, agencies)| agencies);
    let rows: BTreeMap<_, _> = came
        .map(|it| {
            let row = vec![Value::from(id), Value::text(it.agency), Value::Text(Some(code(&it.attendance)))];
            (it.agency, row)
        })
        .collect();
    rows.into_values().collect()
}
