//! Each page's handler: what is asked, whether it may be, and what is shown.

pub mod behind;
pub mod case;
mod commentary;
mod filters;
mod register;
pub mod reports;
pub mod sign_in;

use axum::response::Redirect;

/// `GET /`: the reports, for now the only part that there is.
pub async fn front() -> Redirect {
    Redirect::to("/reports")
}
