//! What stands around a page's content.

use maud::{Markup, html};

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its text.
    pub text: String,
    /// Its address.
    pub href: String,
    /// Whether it leads to the page that it stands on.
    pub current: bool,
}

/// A step on the way to a page. The last has no address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crumb {
    /// Its text.
    pub text: String,
    /// Its address.
    pub href: Option<String>,
}

/// Past the navigation, for those who go by keyboard.
pub fn skip_link(text: &str, href: &str) -> Markup {
    html! { a.govuk-skip-link href=(href) data-module="govuk-skip-link" { (text) } }
}

/// The header that belongs to no organisation.
pub fn generic_header(text: &str, url: &str) -> Markup {
    html! {
        div.govuk-generic-header {
            div.govuk-generic-header__container.govuk-width-container {
                div.govuk-generic-header__logo {
                    a.govuk-generic-header__homepage-link href=(url) { (text) }
                }
            }
        }
    }
}

/// The service's name and its parts. Without script it is never folded up.
pub fn service_navigation(name: Option<&str>, url: &str, links: &[Link]) -> Markup {
    let inner = html! {
        div.govuk-width-container {
            div.govuk-service-navigation__container {
                @if let Some(name) = name {
                    span.govuk-service-navigation__service-name {
                        a.govuk-service-navigation__link href=(url) { (name) }
                    }
                }
                @if !links.is_empty() {
                    nav.govuk-service-navigation__wrapper aria-label="Menu" {
                        @if links.len() > 1 {
                            button.govuk-service-navigation__toggle.govuk-js-service-navigation-toggle type="button" aria-controls="navigation" hidden aria-hidden="true" { "Menu" }
                        }
                        ul.govuk-service-navigation__list id="navigation" {
                            @for link in links {
                                li.govuk-service-navigation__item.govuk-service-navigation__item--active[link.current] {
                                    a.govuk-service-navigation__link href=(link.href) aria-current=[link.current.then_some("page")] {
                                        @if link.current {
                                            strong.govuk-service-navigation__active-fallback { (link.text) }
                                        } @else { (link.text) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    };
    html! {
        @if name.is_some() {
            section.govuk-service-navigation aria-label="Service information" data-module="govuk-service-navigation" { (inner) }
        } @else {
            div.govuk-service-navigation data-module="govuk-service-navigation" { (inner) }
        }
    }
}

/// The way to a page.
pub fn breadcrumbs(crumbs: &[Crumb]) -> Markup {
    html! {
        nav.govuk-breadcrumbs aria-label="Breadcrumb" {
            ol.govuk-breadcrumbs__list {
                @for crumb in crumbs {
                    @match &crumb.href {
                        Some(href) => li.govuk-breadcrumbs__list-item { a.govuk-breadcrumbs__link href=(href) { (crumb.text) } },
                        None => li.govuk-breadcrumbs__list-item aria-current="page" { (crumb.text) },
                    }
                }
            }
        }
    }
}

/// Forwards and back through the pages of a list.
pub fn pagination(previous: Option<&str>, next: Option<&str>) -> Markup {
    html! {
        nav.govuk-pagination.govuk-pagination--block aria-label="Pagination" {
            @if let Some(href) = previous {
                div.govuk-pagination__prev {
                    a.govuk-link.govuk-pagination__link href=(href) rel="prev" {
                        svg.govuk-pagination__icon.govuk-pagination__icon--prev xmlns="http://www.w3.org/2000/svg" height="13" width="15" aria-hidden="true" focusable="false" viewBox="0 0 15 13" {
                            path d="m6.5938-0.0078125-6.7266 6.7266 6.7441 6.4062 1.377-1.449-4.1856-3.9768h12.896v-2h-12.984l4.2931-4.293-1.414-1.414z" {}
                        }
                        span.govuk-pagination__link-title.govuk-pagination__link-title--decorated {
                            "Previous" span.govuk-visually-hidden { " page" }
                        }
                    }
                }
            }
            @if let Some(href) = next {
                div.govuk-pagination__next {
                    a.govuk-link.govuk-pagination__link href=(href) rel="next" {
                        svg.govuk-pagination__icon.govuk-pagination__icon--next xmlns="http://www.w3.org/2000/svg" height="13" width="15" aria-hidden="true" focusable="false" viewBox="0 0 15 13" {
                            path d="m8.107-0.0078125-1.4136 1.414 4.2926 4.293h-12.986v2h12.896l-4.1855 3.9766 1.377 1.4492 6.7441-6.4062-6.7246-6.7266z" {}
                        }
                        span.govuk-pagination__link-title.govuk-pagination__link-title--decorated {
                            "Next" span.govuk-visually-hidden { " page" }
                        }
                    }
                }
            }
        }
    }
}
