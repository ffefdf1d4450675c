//! What people have to do on a case, as rows of the worklists. Pure.

use caseledger_aggregates::Authority;
use caseledger_aggregates::case::{ActionState, Assessment, Case, Due, DueKind, Status};
use caseledger_commands::case::Owner;
use caseledger_commands::{ActionId, Date};
use serde::{Deserialize, Serialize};

use crate::sql::Value;
use crate::words::code;

/// Which worklist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum List {
    /// Cases that are being worked: a practitioner's, a team's, or all.
    Case,
    /// Cases that were accepted and have no team yet.
    Unallocated,
    /// Assessments that wait for a manager.
    AwaitingAuthorisation,
    /// Referrals that wait for a meeting of the panel.
    AwaitingPanel,
    /// Step-ups that wait for an answer.
    StepUp,
    /// Everything that is to be done by a day.
    Due,
}

impl List {
    /// Every list.
    pub const ALL: [Self; 6] = [
        Self::Case,
        Self::Unallocated,
        Self::AwaitingAuthorisation,
        Self::AwaitingPanel,
        Self::StepUp,
        Self::Due,
    ];

    /// Its name, as it stands in the table and in addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Case => "case",
            Self::Unallocated => "unallocated",
            Self::AwaitingAuthorisation => "awaiting-authorisation",
            Self::AwaitingPanel => "awaiting-panel",
            Self::StepUp => "step-up",
            Self::Due => "due",
        }
    }
}

/// A row before what all rows of a case have in common.
struct Item {
    list: List,
    item: String,
    what: String,
    thing: Option<String>,
    due: Option<Date>,
    owner: Option<String>,
}

/// The case's rows in all lists, in the order of the table's key.
pub(super) fn rows(id: &str, case: &Case, authority: &Authority) -> Vec<Vec<Value>> {
    let (Some(status), Some(reference)) = (case.status, &case.reference) else { return vec![] };
    let mut items = items(case, status, authority);
    items.sort_by(|one, other| (one.list.name(), &one.item).cmp(&(other.list.name(), &other.item)));
    items.dedup_by(|one, other| one.list == other.list && one.item == other.item);
    let status = code(&status);
    let row = |item: Item| {
        vec![
            Value::from(id),
            Value::from(item.list.name()),
            Value::Text(Some(item.item)),
            Value::from(reference.as_str()),
            Value::from(status.as_str()),
            Value::Text(Some(item.what)),
            Value::Text(item.thing),
            Value::from(item.due),
            Value::Text(Some(item.due.map_or_else(|| "9999-12-31".to_owned(), |day| day.to_string()))),
            Value::maybe(case.team),
            Value::maybe(case.lead_practitioner),
            Value::maybe(case.lead_agency),
            Value::Text(item.owner),
        ]
    };
    items.into_iter().map(row).collect()
}

fn items(case: &Case, status: Status, authority: &Authority) -> Vec<Item> {
    let due = case.due(authority);
    let next = due.iter().min_by_key(|due| (due.on, due.what));
    let by = |kind: DueKind| due.iter().find(|due| due.what == kind).map(|due| due.on);
    let whole = |list, thing: Option<String>, due| Item {
        list,
        item: String::new(),
        what: code(&status),
        thing,
        due,
        owner: None,
    };
    let mut items = vec![];
    if status != Status::Closed {
        items.push(whole(List::Case, None, next.map(|due| due.on)));
    }
    match status {
        Status::Accepted => items.push(whole(List::Unallocated, None, by(DueKind::AllocateCase))),
        Status::AwaitingPanel => {
            items.push(whole(List::AwaitingPanel, case.panel_meeting.map(|id| id.to_string()), None));
        }
        Status::StepUpPending => {
            let transfer = case.transfer.as_ref().map(|transfer| transfer.id.to_string());
            items.push(whole(List::StepUp, transfer, by(DueKind::AnswerStepUp)));
        }
        _ => {}
    }
    items.extend(case.assessments.iter().filter(|it| it.awaits_authorisation()).map(awaiting));
    items.extend(due.iter().map(|due| to_do(due, due.action.and_then(|id| case.actions.get(&id)))));
    if status != Status::Closed {
        items.extend(case.open_actions().filter(|(_, action)| action.due.is_none()).map(undated));
    }
    items
}

fn awaiting(assessment: &Assessment) -> Item {
    Item {
        list: List::AwaitingAuthorisation,
        item: assessment.id.to_string(),
        what: "authorise-assessment".to_owned(),
        thing: Some(assessment.id.to_string()),
        due: Some(assessment.due),
        owner: None,
    }
}

fn to_do(due: &Due, action: Option<&ActionState>) -> Item {
    let what = code(&due.what);
    let thing = due.action.map(|id| id.to_string());
    let item = thing.as_ref().map_or_else(|| what.clone(), |id| format!("{what} {id}"));
    Item { list: List::Due, item, what, thing, due: Some(due.on), owner: action.and_then(owner) }
}

/// An imported action without a due date: it belongs on the list for that very reason.
fn undated((id, action): (ActionId, &ActionState)) -> Item {
    Item {
        list: List::Due,
        item: format!("action {id}"),
        what: code(&DueKind::Action),
        thing: Some(id.to_string()),
        due: None,
        owner: owner(action),
    }
}

fn owner(action: &ActionState) -> Option<String> {
    action.owner.as_ref().map(|owner| match owner {
        Owner::Practitioner(id) => id.to_string(),
        Owner::FamilyMember(id) => id.to_string(),
        Owner::Agency(id) => id.to_string(),
    })
}
