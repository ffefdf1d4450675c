//! The events by which something counts, whatever they are of: a case, a meeting, an audit. What they say is not shown here.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{Query, State};
use axum::response::Response;
use caseledger_access::{Decision, Resource};
use caseledger_aggregates::Metadata;
use caseledger_aggregates::calendar::{civil_date, civil_time};
use caseledger_commands::spaced;
use maud::{Markup, html};
use uuid::Uuid;

use crate::components::{self, Cell, Table};
use crate::door::{Visitor, escaped, persona_of};
use crate::layout::Page;
use crate::trouble::Trouble;
use crate::{Web, engine, words};

/// How many events are shown at most: more than any unit of a measure follows from.
const MOST: usize = 200;

/// The address of the page that shows these events.
pub fn address(positions: &[u64], measure: &str) -> String {
    let at: Vec<String> = positions.iter().map(u64::to_string).collect();
    format!("/events?at={}&measure={}", at.join("."), escaped(measure))
}

/// Which streams are of what, and who may see that there are such.
const SEEN_BY: [(&str, &str, &str); 6] = [
    ("Case", "cases", "view-case"),
    ("Person", "people", "view-person"),
    ("PanelMeeting", "panel-meetings", "view-panel"),
    ("Supervision", "supervisions", "view-supervision"),
    ("Audit", "audits", "view-audit"),
    ("Workforce", "workforce", "view-workforce"),
];

/// `GET /events?at=7967.8276`.
pub async fn events(
    State(web): State<Web>,
    visitor: Visitor,
    Query(given): Query<BTreeMap<String, String>>,
) -> Response {
    let page = events_page(&web, &visitor, &given).await;
    web.respond(&visitor, page)
}

async fn events_page(
    web: &Web,
    visitor: &Visitor,
    given: &BTreeMap<String, String>,
) -> Result<Page, Trouble> {
    web.permit(visitor, "view-report-cases", &Resource::Authority)?;
    let positions = read(given.get("at").map_or("", String::as_str))?;
    let measure = given.get("measure").and_then(|id| engine::measure(id));
    let (mut rows, mut hidden) = (vec![], 0);
    for position in positions {
        match row(web, visitor, position).await? {
            Some(row) => rows.push(row),
            None => hidden += 1,
        }
    }
    if rows.is_empty() {
        return Err(Trouble::NotFound);
    }
    let head = ["Position in the log", "Event", "Of", "Happened", "Recorded", "By"].map(Cell::words).to_vec();
    let table = Table { head, rows, first_cell_is_header: true, ..Table::default() };
    let body = html! {
        @if let Some(measure) = measure { span.govuk-caption-l { (measure.title) } }
        h1.govuk-heading-l { "The events behind it" }
        @if hidden > 0 {
            (components::inset_text(format!("{hidden} of the events are not for you to see, or are not there.")))
        }
        div.app-wide tabindex="0" role="region" aria-label="Events" { (table.html()) }
    };
    let mut above = vec![("Reports", "/reports".to_owned())];
    above.extend(measure.map(|measure| (measure.title, format!("/reports/{}", measure.id))));
    Ok(Page::new("The events behind it", &above, body))
}

/// The positions of an address, each once.
fn read(text: &str) -> Result<BTreeSet<u64>, Trouble> {
    let wrong = || Trouble::Unreadable("Give positions of the log, with points between them.".to_owned());
    let positions: Option<BTreeSet<u64>> =
        text.split('.').map(|text| text.parse().ok().filter(|position| *position > 0)).collect();
    positions.filter(|positions| positions.len() <= MOST).ok_or_else(wrong)
}

/// An event, where there is one that the visitor may know of.
async fn row(web: &Web, visitor: &Visitor, position: u64) -> Result<Option<Vec<Cell>>, Trouble> {
    let unavailable = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, position, "an event can't be read");
        Trouble::Unavailable
    };
    let found = web.inner.dispatcher.log().read_after(position - 1, 1).await;
    let found = found.map_err(|error| unavailable(&error))?;
    let Some(event) = found.into_iter().next().filter(|event| event.position == position) else {
        return Ok(None);
    };
    let known = SEEN_BY.iter().find(|(aggregate, ..)| *aggregate == event.aggregate_type);
    let (Some((_, collection, action)), Ok(id)) = (known, event.aggregate_id.parse::<Uuid>()) else {
        return Ok(None);
    };
    let standing = web.inner.dispatcher.standing(&visitor.actor, collection, id).await?;
    if web.inner.access.decide(&visitor.actor, action, &standing.resource) != Decision::Permit {
        return Ok(None);
    }
    let metadata =
        Metadata::read(&event.metadata).ok_or_else(|| unavailable(&"its metadata is of another shape"))?;
    let moment = |at| format!("{}, {}", words::day(civil_date(at)), civil_time(at).strftime("%H:%M"));
    Ok(Some(vec![
        Cell::words(position.to_string()),
        Cell::words(spaced(&event.event_type)),
        Cell::markup(&of(&event.aggregate_type, id, &metadata, position)),
        Cell::words(moment(metadata.occurred_at)),
        Cell::words(moment(event.recorded_at)),
        Cell::words(persona_of(&metadata.actor).map_or_else(|| metadata.actor.clone(), str::to_owned)),
    ]))
}

/// What an event is of; a case is led to.
fn of(aggregate: &str, id: Uuid, metadata: &Metadata, position: u64) -> Markup {
    match &metadata.case {
        Some(reference) if aggregate == "Case" => {
            let href = format!("/cases/{id}?counts={position}#event-{position}");
            html! { a.govuk-link href=(href) { "Case " (reference) } }
        }
        _ => html! { (spaced(aggregate)) " " (id) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_stand_in_an_address_and_come_out_of_it() {
        let address = address(&[7967, 8276], "audit-moderation-differs");
        assert_eq!(address, "/events?at=7967.8276&measure=audit-moderation-differs");
        assert_eq!(read("7967.8276.7967").unwrap().into_iter().collect::<Vec<_>>(), [7967, 8276]);
        let many = (1..=201_u64).map(|number| number.to_string()).collect::<Vec<_>>().join(".");
        for wrong in ["", "0", "-1", "1,2", "x", "1..2", &many] {
            assert!(matches!(read(wrong), Err(Trouble::Unreadable(_))), "{wrong}");
        }
    }
}
