//! Tables and other parts of a page's content.

use maud::{Markup, Render, html};

/// A cell of a table.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    /// What stands in it.
    pub content: String,
    /// Whether it is a number, and stands at the right.
    pub numeric: bool,
}

/// A row of a table.
pub type Row = Vec<Cell>;

/// A table.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// What it shows.
    pub caption: Option<String>,
    /// Classes of the caption.
    pub caption_classes: Option<String>,
    /// The headings of its columns.
    pub head: Row,
    /// Its rows.
    pub rows: Vec<Row>,
    /// Whether the first cell of a row says what the row is.
    pub first_cell_is_header: bool,
}

impl Cell {
    /// A cell with words.
    pub fn words(text: impl Into<String>) -> Self {
        Self { content: html! { (text.into()) }.into_string(), numeric: false }
    }

    /// A cell with a number.
    pub fn number(text: impl Into<String>) -> Self {
        Self { numeric: true, ..Self::words(text) }
    }

    /// A cell with markup.
    pub fn markup(markup: &Markup) -> Self {
        Self { content: markup.0.clone(), numeric: false }
    }

    fn html(&self) -> Markup {
        maud::PreEscaped(self.content.clone())
    }
}

impl Table {
    /// The table.
    pub fn html(&self) -> Markup {
        html! {
            table.govuk-table {
                @if let Some(caption) = &self.caption {
                    caption class=(match &self.caption_classes {
                        Some(classes) => format!("govuk-table__caption {classes}"),
                        None => "govuk-table__caption".to_owned(),
                    }) { (caption) }
                }
                @if !self.head.is_empty() {
                    thead.govuk-table__head {
                        tr.govuk-table__row {
                            @for cell in &self.head {
                                th.govuk-table__header.govuk-table__header--numeric[cell.numeric] scope="col" { (cell.html()) }
                            }
                        }
                    }
                }
                tbody.govuk-table__body {
                    @for row in &self.rows {
                        tr.govuk-table__row {
                            @for (index, cell) in row.iter().enumerate() {
                                @if index == 0 && self.first_cell_is_header {
                                    th.govuk-table__header scope="row" { (cell.html()) }
                                } @else {
                                    td.govuk-table__cell.govuk-table__cell--numeric[cell.numeric] { (cell.html()) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Names and what they stand for.
pub fn summary_list(rows: &[(String, Markup)]) -> Markup {
    html! {
        dl.govuk-summary-list {
            @for (key, value) in rows {
                div.govuk-summary-list__row {
                    dt.govuk-summary-list__key { (key) }
                    dd.govuk-summary-list__value { (value) }
                }
            }
        }
    }
}

/// Something to unfold.
pub fn details(summary: &str, open: bool, content: &Markup) -> Markup {
    html! {
        details.govuk-details open[open] {
            summary.govuk-details__summary { span.govuk-details__summary-text { (summary) } }
            div.govuk-details__text { (content) }
        }
    }
}

/// Something that stands out.
pub fn inset_text(content: impl Render) -> Markup {
    html! { div.govuk-inset-text { (content) } }
}

/// A state in a word.
pub fn tag(text: &str, colour: Option<&str>) -> Markup {
    html! {
        strong class=(match colour { Some(colour) => format!("govuk-tag govuk-tag--{colour}"), None => "govuk-tag".to_owned() }) { (text) }
    }
}

/// Something that has consequences.
pub fn warning_text(text: impl Render) -> Markup {
    html! {
        div.govuk-warning-text {
            span.govuk-warning-text__icon aria-hidden="true" { "!" }
            strong.govuk-warning-text__text { span.govuk-visually-hidden { "Warning" } " " (text) }
        }
    }
}
