//! Why a page can't be shown, and the page that says so.

use axum::http::StatusCode;
use caseledger_dispatch::Rejection;
use caseledger_projections::queries::QueryError;
use caseledger_projections::sql::SqlError;
use maud::html;

use crate::layout::Page;

/// Why a page can't be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// There is no such page, or the visitor may not know of it.
    NotFound,
    /// It is not the visitor's to see.
    Forbidden(String),
    /// The address can't be read.
    Unreadable(String),
    /// The form was not sent by a page of ours.
    Forged,
    /// The record can't be reached.
    Unavailable,
    /// Something else, as the service's answer says it.
    Other(StatusCode, String),
}

impl Trouble {
    /// Its status.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Forbidden(_) | Self::Forged => StatusCode::FORBIDDEN,
            Self::Unreadable(_) => StatusCode::BAD_REQUEST,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Other(status, _) => *status,
        }
    }

    /// The page that says so.
    pub fn page(&self) -> Page {
        let (title, text) = match self {
            Self::NotFound => (
                "Page not found",
                "There is nothing at this address, or it is not for you to know. If you typed the address, check it; if \
                 you followed a link, go back and try again.",
            ),
            Self::Forbidden(reason) => ("This is not yours to see", reason.as_str()),
            Self::Unreadable(reason) => ("The address can’t be read", reason.as_str()),
            Self::Forged => (
                "This form was not sent by this service",
                "Nothing was done. Open the page here and send the form again.",
            ),
            Self::Unavailable => (
                "The record can’t be reached just now",
                "Try again in a moment. Nothing that was recorded is lost.",
            ),
            Self::Other(_, text) => ("This did not work", text.as_str()),
        };
        let body = html! {
            h1.govuk-heading-l { (title) }
            p.govuk-body { (text) }
            @if matches!(self, Self::Forbidden(_)) {
                p.govuk-body { "What you may see follows from your role. " a.govuk-link href="/sign-in" { "Sign in as somebody else" } "." }
            } @else {
                p.govuk-body { a.govuk-link href="/reports" { "Go to the reports" } }
            }
        };
        Page::new(title, &[], body)
    }
}

impl From<SqlError> for Trouble {
    fn from(error: SqlError) -> Self {
        tracing::error!(%error, "a page's query failed");
        Self::Unavailable
    }
}

impl From<QueryError> for Trouble {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Cursor(_) => Self::Unreadable(
                "It names a place in a list that there is not. Begin at the list’s first page.".to_owned(),
            ),
            QueryError::Sql(error) => error.into(),
            QueryError::Log(error) => {
                tracing::error!(%error, "a page's query failed");
                Self::Unavailable
            }
        }
    }
}

impl From<Rejection> for Trouble {
    fn from(rejection: Rejection) -> Self {
        match rejection {
            Rejection::NotFound => Self::NotFound,
            Rejection::Forbidden { reason } => Self::Forbidden(reason),
            _ => Self::Unavailable,
        }
    }
}
