//! A case's timeline, with the events by which it counts in a figure.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{Path, Query, State};
use axum::response::Response;
use caseledger_aggregates::calendar::{civil_date, civil_time};
use caseledger_commands::CaseId;
use caseledger_projections::queries::{self, CaseKey, CaseView, Order, TimelineEntry};
use caseledger_projections::{Cursor, PageRequest};
use maud::{Markup, html};

use crate::components;
use crate::door::Visitor;
use crate::layout::Page;
use crate::trouble::Trouble;
use crate::{Web, engine, words};

/// How many entries a page shows.
const ROWS: u32 = 100;

/// `GET /cases/{id}`, by id or short reference.
pub async fn case(
    State(web): State<Web>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(given): Query<BTreeMap<String, String>>,
) -> Response {
    let page = case_page(&web, &visitor, &id, &given).await;
    web.respond(&visitor, page)
}

async fn case_page(
    web: &Web,
    visitor: &Visitor,
    id: &str,
    given: &BTreeMap<String, String>,
) -> Result<Page, Trouble> {
    let key: CaseKey = id.parse().map_err(|_| Trouble::NotFound)?;
    let db = web.inner.projections.db();
    let today = civil_date(web.inner.dispatcher.now());
    let seen = queries::case(db, &key, web.inner.dispatcher.authority(), today).await?;
    let seen = seen.ok_or(Trouble::NotFound)?;
    permit(web, visitor, seen.case).await?;

    let cursor = given.get("cursor").map(|text| Cursor::parse(text)).transpose();
    let cursor = cursor.map_err(|error| Trouble::Unreadable(error.to_string()))?;
    let request = PageRequest { cursor, limit: Some(ROWS) };
    let page = queries::timeline(db, seen.case, Order::OldestFirst, &request).await?;
    let counts: BTreeSet<u64> = given
        .get("counts")
        .into_iter()
        .flat_map(|text| text.split('.'))
        .filter_map(|text| text.parse().ok())
        .collect();
    let measure = given.get("measure").and_then(|id| engine::measure(id));

    let own = |cursor: Option<&str>| {
        let kept =
            ["counts", "measure"].into_iter().filter_map(|name| Some((name, given.get(name)?.as_str())));
        let pairs: Vec<String> = kept
            .chain(cursor.map(|cursor| ("cursor", cursor)))
            .map(|(name, text)| format!("{name}={}", crate::door::escaped(text)))
            .collect();
        let query = if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) };
        format!("/cases/{}{query}", seen.case)
    };
    let next = page.next.as_deref().map(|next| own(Some(next)));
    let first = given.contains_key("cursor").then(|| own(None));
    let title = format!("Case {}", seen.reference);
    let body = html! {
        h1.govuk-heading-l { (title) }
        (standing(&seen))
        @if let Some(measure) = measure {
            @let here = page.items.iter().filter(|entry| counts.contains(&entry.position)).count();
            (components::inset_text(html! {
                "This case counts in the figure ‘" (measure.title) "’ by "
                (words::of_them(counts.len() as u64, "event", "events")) ", "
                @if here == counts.len() { "marked below." } @else {
                    (here) " of them marked on this page. "
                    a.govuk-link href=(super::events::address(&counts.iter().copied().collect::<Vec<_>>(), measure.id)) {
                        "All of them"
                    }
                }
            }))
        }
        h2.govuk-heading-m { "What happened" }
        @if page.items.is_empty() { p.govuk-body { "Nothing is recorded yet." } }
        ol.app-timeline { @for entry in &page.items { (told(entry, counts.contains(&entry.position))) } }
        @if first.is_some() || next.is_some() { (components::pagination(first.as_deref(), next.as_deref())) }
    };
    let mut above = vec![("Reports", "/reports".to_owned())];
    above.extend(measure.map(|measure| (measure.title, format!("/reports/{}", measure.id))));
    Ok(Page::new(title, &above, body))
}

async fn permit(web: &Web, visitor: &Visitor, case: CaseId) -> Result<(), Trouble> {
    let standing = web.inner.dispatcher.standing(&visitor.actor, "cases", case.uuid()).await?;
    web.permit(visitor, "view-timeline", &standing.resource)
}

fn standing(seen: &CaseView) -> Markup {
    let or_not_yet = |text: &Option<String>| text.clone().unwrap_or_else(|| "Not yet".to_owned());
    let mut rows = vec![
        ("Status".to_owned(), html! { (upper_first(&seen.status.replace('-', " "))) }),
        (
            "Team".to_owned(),
            html! { (or_not_yet(&seen.team_name)) @if let Some(locality) = &seen.locality { ", " (locality) } },
        ),
        ("Lead agency".to_owned(), html! { (or_not_yet(&seen.lead_agency_name)) }),
    ];
    if let Some(level) = seen.level_of_need {
        rows.push(("Level of need".to_owned(), html! { (level) }));
    }
    if let Some(day) = seen.accepted_on {
        rows.push(("Accepted".to_owned(), html! { (words::day(day)) }));
    }
    if let Some(day) = seen.closed_on {
        rows.push(("Closed".to_owned(), html! { (words::day(day)) }));
    }
    components::summary_list(&rows)
}

fn upper_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn told(entry: &TimelineEntry, counts: bool) -> Markup {
    let happened = civil_date(entry.occurred_at);
    let learned = civil_date(entry.recorded_at);
    html! {
        li.app-entry.app-entry--counts[counts] id=(format!("event-{}", entry.position)) {
            h3.govuk-heading-s {
                (entry.title)
                @if counts { " " (components::tag("Counts", Some("teal"))) }
                @if entry.corrected { " " (components::tag("Corrected later", Some("yellow"))) }
                @if entry.imported { " " (components::tag("Brought in", Some("grey"))) }
            }
            @if !entry.summary.is_empty() { p.govuk-body.app-words { (entry.summary) } }
            p.govuk-body-s.app-quiet {
                (words::day(happened)) ", " (civil_time(entry.occurred_at).strftime("%H:%M"))
                @if learned != happened { "; recorded on " (words::day(learned)) }
                ". Event " (entry.position) " of the log, " code { (entry.event) } "."
                @if let Some(provenance) = &entry.provenance { " From " (provenance) "." }
            }
        }
    }
}
