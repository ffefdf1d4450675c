//! How each figure is defined.

use maud::{Markup, html};

use crate::components;
use crate::told::{Definition, When};

/// A measure's definition, where its own page is, and what the authority aims at, in words.
pub type Defined<'a> = (&'a Definition, String, Option<String>);

/// How each figure is defined, in the order given.
pub fn definitions(all: &[Defined<'_>]) -> Markup {
    let mut groups: Vec<(&str, Vec<&Defined<'_>>)> = vec![];
    for defined in all {
        match groups.iter_mut().find(|(group, _)| *group == defined.0.group) {
            Some((_, measures)) => measures.push(defined),
            None => groups.push((&defined.0.group, vec![defined])),
        }
    }
    html! {
        h1.govuk-heading-l { "How each figure is defined" }
        p.govuk-body { "Every figure counts by when things happened, and not by when the record learned of them. A day is a civil \
            day in England. What was entered later about an earlier day counts on the earlier day." }
        @for (group, measures) in &groups {
            h2.govuk-heading-m { (group) }
            @for (measure, href, target) in measures.iter().map(|defined| (defined.0, &defined.1, &defined.2)) {
                h3.govuk-heading-s id=(measure.id) { a.govuk-link href=(href) { (measure.title) } }
                (components::summary_list(&rows(measure, target.as_deref())))
            }
        }
    }
}

fn rows(measure: &Definition, target: Option<&str>) -> Vec<(String, Markup)> {
    let mut rows = vec![("What is counted".to_owned(), html! { (measure.numerator) })];
    if let Some(denominator) = &measure.denominator {
        rows.push(("Out of".to_owned(), html! { (denominator) }));
    }
    let when = match measure.when {
        When::OnDay => "; as it stood when the day ended",
        When::InPeriod => "; in the period",
    };
    rows.push(("By which clock".to_owned(), html! { (measure.clock) (when) }));
    rows.push((
        "Events".to_owned(),
        html! {
            @for (nth, event) in measure.events.iter().enumerate() { @if nth > 0 { ", " } code { (event) } }
        },
    ));
    rows.push(("Target".to_owned(), html! { (target.unwrap_or("The authority has set none.")) }));
    rows
}
