//! The measures: a page each with its chart, its parts, what was said of it and how it is defined, and its figures beside.

use caseledger_exports::figures;
use caseledger_projections::measures::Measure;
use caseledger_projections::sql::SqlError;
use caseledger_web::engine::{self, Asking};
use caseledger_web::report::{self, Line, Links};
use caseledger_web::spoken::spoken;
use caseledger_web::told::{Improvement, Remark, Told};
use caseledger_web::{inspection, words};
use futures::{StreamExt, TryStreamExt, stream};
use maud::{Markup, html};

use super::folder::Folder;
use super::stand::Stand;
use super::{Asked, Frame};
use crate::exit::Failure;
use crate::settings::Settings;

/// How many figures are asked for at once: more would keep others from the database.
const AT_ONCE: usize = 4;

/// How many commentaries on a measure a pack shows.
const REMARKS: usize = 24;

/// What was written, for the pages that lead to it.
pub struct Written {
    /// A line for each measure.
    pub lines: Vec<Line>,
    /// How each is defined.
    pub definitions: Markup,
}

/// Every measure of a pack.
pub fn all() -> impl Iterator<Item = &'static Measure> {
    engine::catalogue()
}

/// A measure, told.
struct Page {
    figure: caseledger_projections::measures::Figure,
    told: Told,
    remarks: Vec<Remark>,
    improvements: Vec<Improvement>,
}

async fn tell(
    settings: &Settings,
    asked: &Asked,
    stand: &Stand,
    measure: &'static Measure,
) -> Result<Page, SqlError> {
    let (db, authority) = (&stand.db, &settings.authority);
    let asking = Asking {
        series: true,
        parts: true,
        withhold_below: asked.withhold_below,
        ..Asking::only(asked.period)
    };
    let figure = engine::figure(db, authority, measure, &asking).await?;
    let told = engine::told(measure, &figure, asked.period, vec![]);
    let (remarks, improvements) =
        spoken(db, authority, measure, asked.period, (REMARKS, asked.withhold_below)).await?;
    Ok(Page { figure, told, remarks, improvements })
}

/// Writes them.
pub async fn write(
    settings: &Settings,
    asked: &Asked,
    stand: &Stand,
    frame: &Frame,
    folder: &mut Folder,
    step: impl Fn(),
) -> Result<Written, Failure> {
    let questions = all().map(|measure| tell(settings, asked, stand, measure));
    let mut pages = stream::iter(questions).buffered(AT_ONCE);
    let mut lines = vec![];
    while let Some(page) = pages.try_next().await.map_err(Failure::unavailable)? {
        let Page { figure, mut told, remarks, improvements } = page;
        let id = figure.id;
        let links =
            Links { csv: Some(format!("{id}.csv")), xlsx: Some(format!("{id}.xlsx")), ..Links::default() };
        let intro = html! { p.govuk-body { (words::day(asked.period.from)) " to " (words::day(asked.period.to)) "." } };
        let body = report::measure(&told, &remarks, &improvements, &links, &intro);
        let workbook = figures::workbook(&figure, stand.made(asked.period.to)?).map_err(Failure::failed)?;
        folder.write(&format!("measures/{id}.html"), frame.below(figure.title, &body).as_bytes())?;
        folder.write(&format!("measures/{id}.csv"), figures::csv(&figure).as_bytes())?;
        folder.write(&format!("measures/{id}.xlsx"), &workbook)?;
        // A line shows no parts.
        told.breakdowns.clear();
        lines.push(Line { told, href: format!("measures/{id}.html") });
        step();
    }
    let defined: Vec<_> = lines
        .iter()
        .map(|line| {
            let told = &line.told;
            (&told.measure, line.href.clone(), told.target.map(|target| told.measure.unit.long(target)))
        })
        .collect();
    let definitions = inspection::definitions(&defined);
    Ok(Written { lines, definitions })
}
