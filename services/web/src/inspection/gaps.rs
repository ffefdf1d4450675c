//! What the record lacks: what would be refused of the lists of children, or says that it is not known.

use maud::{Markup, html};

use crate::components::{Cell, Table};
use crate::words;

/// Numbers of cells that would be refused, that say something is not known, and that are to be noted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The part's name.
    pub name: String,
    /// Those numbers.
    pub numbers: [usize; 3],
}

/// What is wrong with the lists of children.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gaps {
    /// As at which day, in words.
    pub at: String,
    /// How many rows the lists have: contacts, early help, referrals.
    pub rows: [usize; 3],
    /// The whole.
    pub all: [usize; 3],
    /// Numbers of parts below this are withheld; 0 withholds none.
    pub withhold_below: usize,
    /// By column, by locality, by team: the heading, and the parts.
    pub by: Vec<(String, Vec<Counted>)>,
    /// Where the findings are, row by row.
    pub findings: Option<String>,
}

/// The page's content.
pub fn gaps(gaps: &Gaps) -> Markup {
    let number = |number: usize| words::count(u64::try_from(number).unwrap_or(u64::MAX));
    let [contacts, early_help, referrals] = gaps.rows.map(number);
    let [refused, missing, notes] = gaps.all.map(number);
    html! {
        h1.govuk-heading-l { "What the record lacks" }
        p.app-headline { (refused) " cells of the lists of children would be refused, and " (missing) " say that something is not \
            known." }
        p.app-subtitle { "Annex A as at " (gaps.at) ": " (contacts) " contacts, " (early_help) " early help, " (referrals)
            " referrals. " (notes) " further notes." }
        p.govuk-body { "A cell would be refused where it must say something and says nothing, or says what can't be. Each gap \
            leads to its case, and to the command that mends it." }
        @if let Some(findings) = &gaps.findings {
            p.govuk-body { a.govuk-link href=(findings) { "Every finding, row by row, as CSV" } }
        }
        @for (heading, parts) in &gaps.by {
            h2.govuk-heading-m { "By " (heading) }
            @if parts.is_empty() { p.govuk-body { "Nothing is wrong or missing." } } @else {
                div.app-wide tabindex="0" role="region" aria-label=(format!("Gaps by {heading}")) {
                    (Table {
                        caption: None,
                        caption_classes: None,
                        head: vec![
                            Cell::words(upper_first(heading)),
                            Cell::number("Would be refused"),
                            Cell::number("Not known"),
                            Cell::number("Notes"),
                        ],
                        rows: parts.iter().map(|part| {
                            let mut row = vec![Cell::words(part.name.clone())];
                            row.extend(part.numbers.map(|of| {
                                let small = of > 0 && of < gaps.withhold_below;
                                Cell::number(if small { "too few to show".to_owned() } else { number(of) })
                            }));
                            row
                        }).collect(),
                        first_cell_is_header: true,
                    }.html())
                }
            }
        }
    }
}

fn upper_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
