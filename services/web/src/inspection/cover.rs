//! The first page: what the pack says, for whom it is, what is in it, and what it was made from.

use maud::{Markup, html};

use crate::components;
use crate::report::{self, Line};
use crate::words::{self, Period};

/// For whom a pack is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Inspectors, who may see cases and children.
    Inspectors,
    /// A board of partners, who must not be able to recognise anybody.
    Board,
}

/// Something that is in the pack besides the measures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Where it lies.
    pub href: String,
    /// What it is.
    pub title: String,
    /// What it tells, in a sentence.
    pub about: String,
}

/// The first page.
pub struct Cover {
    /// The authority's name.
    pub authority: String,
    /// The days that it tells of.
    pub period: Period,
    /// For whom it is.
    pub audience: Audience,
    /// Numbers below this are withheld, where the audience must not recognise anybody.
    pub withheld_below: u32,
    /// How many rows of restricted cases are left out of the lists of children.
    pub restricted: usize,
    /// What the letters to a board begin with.
    pub headline: Option<String>,
    /// What else is in it.
    pub contents: Vec<Content>,
    /// The measures.
    pub measures: Vec<Line>,
    /// What it was made from: names and what they stand for.
    pub made_from: Vec<(&'static str, String)>,
}

/// The first page's content.
pub fn cover(cover: &Cover) -> Markup {
    html! {
        span.govuk-caption-l { (cover.authority) ", early help" }
        h1.govuk-heading-l { (title(cover)) }
        @if let Some(headline) = &cover.headline { p.app-headline { (headline) } }
        p.app-subtitle { "Every measure tells of " (days(cover.period)) "; how things stood is told for the end of "
            (words::day(cover.period.to)) "." }
        (for_whom(cover))
        section aria-labelledby="contents-of-the-pack" {
            h2.govuk-heading-m id="contents-of-the-pack" { "What is in this pack" }
            ul.govuk-list.app-parts {
                @for content in &cover.contents {
                    li { a.govuk-link href=(content.href) { (content.title) } p.govuk-body-s { (content.about) } }
                }
            }
        }
        (report::index(None, &cover.measures))
        section aria-labelledby="made-from" {
            h2.govuk-heading-m id="made-from" { "What it was made from" }
            p.govuk-body { "The same command over the same record gives the same files, byte for byte. The manifest names each file \
                with its fingerprint; in this folder, " code { "sha256sum --check SHA256SUMS" } " says whether all of them are as \
                they were made." }
            (components::summary_list(&cover.made_from.iter().map(|(name, text)| ((*name).to_owned(), html! { (text) })).collect::<Vec<_>>()))
        }
    }
}

/// What the first page is called.
fn title(cover: &Cover) -> &'static str {
    match cover.audience {
        Audience::Inspectors => "Inspection pack",
        Audience::Board => "Pack for the board",
    }
}

fn days(period: Period) -> String {
    format!("{} to {}", words::day(period.from), words::day(period.to))
}

fn for_whom(cover: &Cover) -> Markup {
    let rows = words::of_them(u64::try_from(cover.restricted).unwrap_or(u64::MAX), "row", "rows");
    html! {
        section aria-labelledby="for-whom" {
            h2.govuk-heading-m id="for-whom" { "For whom it is" }
            @match cover.audience {
                Audience::Inspectors => {
                    (components::warning_text("For inspectors: it holds personal data of children and adults."))
                    p.govuk-body { "The lists in the folder “children” have no names. They say of each child gender, ethnicity, date \
                        of birth and what help was given, and the audit findings speak of single cases by their reference. Figures \
                        are told in full, however small. Keep it, and hand it on, as the record itself." }
                    @if cover.restricted > 0 {
                        p.govuk-body { (rows) " of cases that only named people may see "
                            @if cover.restricted == 1 { "is" } @else { "are" } " left out of the lists of children. The figures count \
                            those cases." }
                    }
                },
                Audience::Board => {
                    (components::inset_text("For boards and partnerships: nobody should be recognised by it."))
                    p.govuk-body { "Numbers below " (cover.withheld_below) " are not shown, nor what would follow from them. There are \
                        no lists of children and no single cases. What managers and auditors say is shown in their own words: read it \
                        before you hand it on." }
                },
            }
        }
    }
}
