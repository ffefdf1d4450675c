//! The frame that every page stands in, and the headers that it is answered with.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

use crate::assets;
use crate::components::{self, Crumb, Link};

/// Nothing may be loaded but our own style sheet and icon, nothing may run, forms go nowhere else, and no other site may
/// frame the page.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; \
                      frame-ancestors 'none'";

/// A page, before it is framed.
#[derive(Clone, Debug)]
pub struct Page {
    /// What the window is called.
    pub title: String,
    /// The way to it; its own name is the last.
    pub crumbs: Vec<Crumb>,
    /// What it says.
    pub body: Markup,
}

/// What a frame says of whoever looks at it.
#[derive(Clone, Debug)]
pub struct Frame<'a> {
    /// The service's name, as the authority's: `Northshire early help`.
    pub service: &'a str,
    /// Who is signed in, in words.
    pub visitor: Option<&'a str>,
    /// The part of the service that is marked as the present one.
    pub part: Option<&'a str>,
}

impl Page {
    /// A page with a trail of the pages above it.
    pub fn new(title: impl Into<String>, above: &[(&str, String)], body: Markup) -> Self {
        let title = title.into();
        let mut crumbs: Vec<Crumb> = above
            .iter()
            .map(|(text, href)| Crumb { text: (*text).to_owned(), href: Some(href.clone()) })
            .collect();
        if !crumbs.is_empty() {
            crumbs.push(Crumb { text: title.clone(), href: None });
        }
        Self { title, crumbs, body }
    }

    /// The page in its frame.
    pub fn framed(&self, frame: &Frame<'_>) -> Markup {
        let parts: &[(&str, &str)] = if frame.visitor.is_some() { &[("Reports", "/reports")] } else { &[] };
        let parts: Vec<Link> = parts
            .iter()
            .map(|(text, href)| Link {
                text: (*text).to_owned(),
                href: (*href).to_owned(),
                current: frame.part == Some(text),
            })
            .collect();
        html! {
            (DOCTYPE)
            html.govuk-template lang="en-GB" {
                (head(&format!("{} – {}", self.title, frame.service), assets::style_path(), assets::icon_path()))
                body.govuk-template__body {
                    (components::skip_link("Skip to main content", "#main-content"))
                    header.govuk-template__header {
                        (components::generic_header(frame.service, "/"))
                        (components::service_navigation(None, "/", &parts))
                        @if let Some(visitor) = frame.visitor { (session(visitor)) }
                    }
                    div.govuk-width-container {
                        @if !self.crumbs.is_empty() { (components::breadcrumbs(&self.crumbs)) }
                        main.govuk-main-wrapper id="main-content" tabindex="-1" { (self.body) }
                    }
                    (footer(&format!(
                        "{}. Every figure here is counted from the events of the record, and leads back to them.",
                        frame.service
                    )))
                }
            }
        }
    }

    /// The page as an answer.
    pub fn answer(&self, status: StatusCode, frame: &Frame<'_>) -> Response {
        answer(status, self.framed(frame))
    }
}

/// A page that is a file among files: no session, every address relative to where it lies.
#[derive(Clone, Debug)]
pub struct Leaf<'a> {
    /// What the window is called.
    pub title: &'a str,
    /// What the files are together.
    pub whole: &'a str,
    /// The address of the style sheet.
    pub style: &'a str,
    /// The address of the first page.
    pub home: &'a str,
    /// The way to it from there; its own name is the last.
    pub crumbs: &'a [Crumb],
    /// What stands at its foot: where it comes from.
    pub foot: &'a str,
}

impl Leaf<'_> {
    /// The page.
    pub fn framed(&self, body: &Markup) -> Markup {
        html! {
            (DOCTYPE)
            html.govuk-template lang="en-GB" {
                (head(&format!("{} – {}", self.title, self.whole), self.style, ""))
                body.govuk-template__body {
                    (components::skip_link("Skip to main content", "#main-content"))
                    header.govuk-template__header { (components::generic_header(self.whole, self.home)) }
                    div.govuk-width-container {
                        @if !self.crumbs.is_empty() { (components::breadcrumbs(self.crumbs)) }
                        main.govuk-main-wrapper id="main-content" tabindex="-1" { (body) }
                    }
                    (footer(self.foot))
                }
            }
        }
    }
}

fn head(title: &str, style: &str, icon: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover";
            meta name="theme-color" content="#0b4144";
            title { (title) }
            @if !icon.is_empty() { link rel="icon" href=(icon) type="image/svg+xml"; }
            link rel="stylesheet" href=(style);
        }
    }
}

fn session(visitor: &str) -> Markup {
    html! {
        div.govuk-width-container.app-session.app-no-print {
            p { "Signed in as " strong { (visitor) } }
            form action="/sign-out" method="post" { button.app-link-button type="submit" { "Sign out" } }
        }
    }
}

fn footer(text: &str) -> Markup {
    html! {
        footer.govuk-template__footer {
            div.govuk-width-container {
                p.app-footer { (text) }
            }
        }
    }
}

/// HTML with the headers that pages have.
pub fn answer(status: StatusCode, page: Markup) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        // Forms say where they come from, which is how a forged one is told; other sites hear nothing.
        (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    ];
    (status, headers, page.into_string()).into_response()
}
