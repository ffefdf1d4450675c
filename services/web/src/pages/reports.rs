//! The report index, and a measure's own page.

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use caseledger_access::Resource;
use futures::{StreamExt, TryStreamExt, stream};
use maud::html;

use super::register::Register;
use crate::door::Visitor;
use crate::layout::Page;
use crate::report::{self, Line, Links};
use crate::trouble::Trouble;
use crate::{Web, engine, headline, spoken, words};

/// How many commentaries a page shows.
const REMARKS: usize = 3;

/// How many figures the index asks for at once: more would keep others from the database.
const AT_ONCE: usize = 4;

type Given = Query<BTreeMap<String, String>>;

/// `GET /reports`.
pub async fn index(State(web): State<Web>, visitor: Visitor, Query(given): Given) -> Response {
    let page = index_page(&web, &visitor, given).await;
    web.respond(&visitor, page)
}

async fn index_page(web: &Web, visitor: &Visitor, given: BTreeMap<String, String>) -> Result<Page, Trouble> {
    web.permit(visitor, "view-report", &Resource::Authority)?;
    let register = Register::read(web).await?;
    let asked = web.asked(given, &register);
    let asking = asked.asking(false, web.withhold_below(visitor));
    let mut questions = vec![];
    for measure in engine::catalogue() {
        let href = asked.address(&format!("/reports/{}", measure.id), &[]);
        let told = web.ask(measure, &asking);
        questions.push(async move { told.await.map(|told| Line { told, href }) });
    }
    let lines: Vec<Line> = stream::iter(questions).buffered(AT_ONCE).try_collect().await?;
    let of = |id: &str| lines.iter().find(|line| line.told.measure.id == id).map(|line| &line.told);
    let headline =
        of("open-cases").zip(of("partner-led")).map(|(open, led)| headline::index_headline(open, led));
    let body = html! {
        (asked.summary())
        h1.govuk-heading-l { "Reports" }
        p.app-subtitle { "Every measure, " (asked.period.during()) "; how things stood is told for "
            (words::day(asked.period.to)) ". Each leads to its chart, its parts, what was said of it, and the cases behind it." }
        (asked.form("/reports", &register, web.inner.dispatcher.authority()))
        (report::index(headline.as_deref(), &lines))
    };
    Ok(Page::new("Reports", &[], body))
}

/// `GET /reports/{measure}`.
pub async fn measure(
    State(web): State<Web>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(given): Given,
) -> Response {
    let page = measure_page(&web, &visitor, &id, given).await;
    web.respond(&visitor, page)
}

async fn measure_page(
    web: &Web,
    visitor: &Visitor,
    id: &str,
    given: BTreeMap<String, String>,
) -> Result<Page, Trouble> {
    web.permit(visitor, "view-report", &Resource::Authority)?;
    let measure = engine::measure(id).ok_or(Trouble::NotFound)?;
    let register = Register::read(web).await?;
    let asked = web.asked(given, &register);
    let withhold_below = web.withhold_below(visitor);
    let asking = asked.asking(true, withhold_below);
    let told = web.ask(measure, &asking).await?;
    let path = format!("/reports/{id}");
    // The API answers the question that the page has asked, in each of its forms.
    let figures = |format: &str| {
        let more = [("every", asking.interval().id()), ("format", format)];
        Some(asked.api(&format!("/v1/reports/{id}"), &more))
    };
    let links = Links {
        csv: figures("csv"),
        xlsx: figures("xlsx"),
        json: figures("json"),
        cases: web
            .may(visitor, "view-report-cases", &Resource::Authority)
            .then(|| asked.address(&format!("{path}/cases"), &[])),
    };
    let (remarks, improvements) = if web.may(visitor, "view-oversight", &Resource::Oversight) {
        let (db, authority) = (web.inner.projections.db(), web.inner.dispatcher.authority());
        spoken::spoken(db, authority, measure, asked.period, (REMARKS, withhold_below)).await?
    } else {
        (vec![], vec![])
    };
    let intro = html! { (asked.form(&path, &register, web.inner.dispatcher.authority())) };
    let body = html! {
        (asked.summary())
        (report::measure(&told, &remarks, &improvements, &links, &intro))
    };
    Ok(Page::new(measure.title, &[("Reports", asked.address("/reports", &[]))], body))
}
