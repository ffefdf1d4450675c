//! The cases behind a figure, and for each the events by which it counts.

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use caseledger_access::{Decision, Resource};
use caseledger_commands::spaced;
use caseledger_projections::measures::{self, Evidence, Side, Subject};
use caseledger_projections::{Cursor, PageRequest};
use maud::{Markup, html};

use super::events;
use super::filters::Asked;
use super::register::Register;
use crate::components::{self, Cell, Table};
use crate::door::Visitor;
use crate::layout::Page;
use crate::trouble::Trouble;
use crate::{Web, engine, headline, words};

/// How many cases a page shows.
const ROWS: u32 = 50;

/// `GET /reports/{measure}/cases`.
pub async fn cases(
    State(web): State<Web>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(given): Query<BTreeMap<String, String>>,
) -> Response {
    let page = cases_page(&web, &visitor, &id, given).await;
    web.respond(&visitor, page)
}

async fn cases_page(
    web: &Web,
    visitor: &Visitor,
    id: &str,
    mut given: BTreeMap<String, String>,
) -> Result<Page, Trouble> {
    web.permit(visitor, "view-report-cases", &Resource::Authority)?;
    let measure = engine::measure(id).ok_or(Trouble::NotFound)?;
    let cursor = given.remove("cursor");
    let side = match given.remove("side").as_deref() {
        Some("denominator") if measure.denominator.is_some() => Side::Denominator,
        _ => Side::Numerator,
    };
    let register = Register::read(web).await?;
    let asked = web.asked(given, &register);
    let asking = asked.asking(false, 0);
    let told = web.ask(measure, &asking).await?;
    let request = PageRequest { cursor: read_cursor(cursor.as_deref())?, limit: Some(ROWS) };
    let db = web.inner.projections.db();
    let page = measures::evidence(db, measure, &asking.of_engine(measure), side, &request).await?;
    let shown = page.items.len();
    let mut rows = vec![];
    for evidence in page.items {
        if sees(web, visitor, &evidence).await? {
            rows.push(evidence);
        }
    }
    let path = format!("/reports/{id}/cases");
    let side_name = if side == Side::Numerator { "numerator" } else { "denominator" };
    let next = page.next.as_ref().map(|next| asked.address(&path, &[("side", side_name), ("cursor", next)]));
    let first = cursor.as_ref().map(|_| asked.address(&path, &[("side", side_name)]));
    let body = html! {
        (asked.summary())
        span.govuk-caption-l { (measure.title) }
        h1.govuk-heading-l { "The cases behind the figure" }
        p.app-subtitle { (headline::headline(&told)) }
        (asked.form(&path, &register, web.inner.dispatcher.authority()))
        @if measure.denominator.is_some() { (sides(&asked, &path, side)) }
        @if shown > rows.len() {
            (components::inset_text("Cases that are not for you to see are left out, so a page can be shorter than the figure."))
        }
        (table(&rows, &register, id))
        @if first.is_some() || next.is_some() { (components::pagination(first.as_deref(), next.as_deref())) }
    };
    let above = [
        ("Reports", asked.address("/reports", &[])),
        (measure.title, asked.address(&format!("/reports/{id}"), &[])),
    ];
    Ok(Page::new("The cases behind the figure", &above, body))
}

fn read_cursor(text: Option<&str>) -> Result<Option<Cursor>, Trouble> {
    let read = text.map(Cursor::parse).transpose();
    read.map_err(|error| Trouble::Unreadable(error.to_string()))
}

async fn sees(web: &Web, visitor: &Visitor, evidence: &Evidence) -> Result<bool, Trouble> {
    let Some(case) = evidence.case() else { return Ok(true) };
    let standing = web.inner.dispatcher.standing(&visitor.actor, "cases", case.uuid()).await?;
    Ok(web.inner.access.decide(&visitor.actor, "view-case", &standing.resource) == Decision::Permit)
}

/// Which of the two: what was counted, or out of which.
fn sides(asked: &Asked, path: &str, side: Side) -> Markup {
    let link = |name: &str, text: &str, current: bool| {
        html! { li {
            @if current { strong aria-current="true" { (text) } }
            @else { a.govuk-link href=(asked.address(path, &[("side", name)])) { (text) } }
        } }
    };
    html! {
        nav.app-no-print aria-label="Which cases" {
            ul.govuk-list.app-links {
                (link("numerator", "Those that were counted", side == Side::Numerator))
                (link("denominator", "Those out of which they were counted", side == Side::Denominator))
            }
        }
    }
}

fn table(rows: &[Evidence], register: &Register, measure: &str) -> Markup {
    if rows.is_empty() {
        return html! { p.govuk-body { "There is no case to show." } };
    }
    let of_cases = rows.iter().any(|row| row.case().is_some());
    let cells = rows.iter().map(|row| {
        let positions: Vec<String> = row.positions.iter().map(u64::to_string).collect();
        let subject = match &row.subject {
            Subject::Case { case, reference } => {
                let href = format!("/cases/{case}?counts={}&measure={measure}", positions.join("."));
                Cell::markup(&html! { a.govuk-link href=(href) { (reference) } })
            }
            Subject::Other { aggregate, id } => Cell::words(format!("{} {id}", spaced(aggregate))),
        };
        let mut cells = vec![subject, Cell::words(words::day(row.day))];
        if of_cases {
            let name = |name: Option<&str>| Cell::words(name.unwrap_or("not yet").to_owned());
            let team = row.team.map(|team| team.to_string());
            let agency = row.lead_agency.map(|agency| agency.to_string());
            cells.push(name(row.locality.as_deref()));
            cells.push(name(team.as_deref().and_then(|team| register.team(team))));
            cells.push(name(agency.as_deref().and_then(|agency| register.agency(agency))));
        }
        let href = events::address(&row.positions, measure);
        cells.push(Cell::markup(&html! { a.govuk-link href=(href) { (positions.join(", ")) } }));
        cells
    });
    let mut head = vec![Cell::words(if of_cases { "Case" } else { "Record" }), Cell::words("Day")];
    if of_cases {
        head.extend(["Locality", "Team", "Lead agency"].map(Cell::words));
    }
    head.push(Cell::words("Events by which it counts (positions in the log)"));
    let rows = cells.collect();
    let table = Table { caption: None, caption_classes: None, head, rows, first_cell_is_header: true };
    html! { div.app-wide tabindex="0" role="region" aria-label="Cases" { (table.html()) } }
}
