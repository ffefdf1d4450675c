//! The lists of children and what is wrong with them. Rows of cases that only named people may see are left out: nobody
//! knows into whose hands a pack comes.

use caseledger_exports::quality::{self, Quality};
use caseledger_exports::{annex_a, safeguarding, trace_csv};
use caseledger_projections::exports::{Lists, Origin, episodes, lists};
use caseledger_web::inspection::{self, Audience, Counted, Gaps};
use caseledger_web::words;
use serde_json::{Value, json};

use super::folder::Folder;
use super::stand::Stand;
use super::{Asked, Frame, days};
use crate::exit::Failure;

/// The workbook.
pub const WORKBOOK: &str = "children/annex-a.xlsx";
/// Where its rows come from.
pub const TRACE: &str = "children/annex-a-trace.csv";
/// The findings.
const FINDINGS: &str = "children/annex-a-quality.csv";
/// The episodes.
pub const EPISODES: &str = "children/ssd-early-help.csv";
/// Where they come from.
const EPISODES_TRACE: &str = "children/ssd-early-help-trace.csv";

/// What was written.
pub struct Written {
    /// How many rows were left out.
    pub restricted: usize,
    /// How many rows each list has; none where the pack has no lists.
    pub told: Value,
    /// How many findings there are.
    pub quality: Value,
}

/// Writes them, and the page of what the record lacks.
pub async fn write(
    asked: &Asked,
    stand: &Stand,
    frame: &Frame,
    folder: &mut Folder,
) -> Result<Written, Failure> {
    let db = &stand.db;
    let mut lists = lists(db, asked.period.to).await.map_err(Failure::unavailable)?;
    let mut restricted = leave_out(&mut lists.contacts, |row| &row.origin);
    restricted += leave_out(&mut lists.early_help, |row| &row.origin);
    restricted += leave_out(&mut lists.referrals, |row| &row.origin);
    lists.gaps.retain(|gap| !gap.origin.restricted);
    let mut quality = quality::check(&lists, asked.dialect);
    let for_inspectors = asked.audience == Audience::Inspectors;
    let told = if for_inspectors {
        let mut episodes = {
            let (from, to) = days(asked.period);
            episodes(db, from, to).await.map_err(Failure::unavailable)?
        };
        restricted += leave_out(&mut episodes, |row| &row.origin);
        let made = stand.made(asked.period.to)?;
        let workbook = annex_a::workbook(&lists, asked.dialect, made).map_err(Failure::failed)?;
        folder.write(WORKBOOK, &workbook)?;
        folder.write(TRACE, trace_csv(annex_a::trace(&lists)).as_bytes())?;
        folder.write(FINDINGS, quality.to_csv().as_bytes())?;
        folder.write(EPISODES, safeguarding::episodes_csv(&episodes).as_bytes())?;
        folder.write(EPISODES_TRACE, trace_csv(safeguarding::trace(&episodes)).as_bytes())?;
        rows(&lists, episodes.len(), restricted)
    } else {
        // Counts by team are small, and tell of few families.
        quality.summary.retain(|count| count.by != "team");
        Value::Null
    };
    let page = inspection::gaps(&gaps(asked, &quality, for_inspectors.then_some(FINDINGS)));
    folder.write("quality.html", frame.page("What the record lacks", &page).as_bytes())?;
    let [refused, missing, notes] = quality.counts;
    let quality = json!({ "refused": refused, "missing": missing, "notes": notes });
    Ok(Written { restricted, told, quality })
}

/// Leaves out the rows of restricted cases; says how many they were.
fn leave_out<T>(rows: &mut Vec<T>, origin: fn(&T) -> &Origin) -> usize {
    let all = rows.len();
    rows.retain(|row| !origin(row).restricted);
    all - rows.len()
}

fn rows(lists: &Lists, episodes: usize, restricted: usize) -> Value {
    json!({
        "contacts": lists.contacts.len(),
        "early_help": lists.early_help.len(),
        "referrals": lists.referrals.len(),
        "episodes": episodes,
        "restricted": restricted,
    })
}

fn gaps(asked: &Asked, quality: &Quality, findings: Option<&str>) -> Gaps {
    let mut by: Vec<(String, Vec<Counted>)> = vec![];
    for count in &quality.summary {
        let name = count.name.clone().unwrap_or_else(|| "No team yet".to_owned());
        let counted = Counted { name, numbers: [count.refused, count.missing, count.notes] };
        match by.iter_mut().find(|(heading, _)| heading == count.by) {
            Some((_, parts)) => parts.push(counted),
            None => by.push((count.by.to_owned(), vec![counted])),
        }
    }
    Gaps {
        at: words::day(asked.period.to),
        rows: quality.rows,
        all: quality.counts,
        withhold_below: usize::try_from(asked.withhold_below).unwrap_or_default(),
        by,
        findings: findings.map(str::to_owned),
    }
}
