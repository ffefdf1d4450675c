//! Each page's handler: what is asked, whether it may be, and what is shown.

pub mod behind;
pub mod case;
pub mod events;
mod filters;
mod register;
pub mod reports;
pub mod sign_in;

use std::collections::BTreeMap;

use axum::response::Redirect;
use caseledger_aggregates::calendar::civil_date;

use crate::Web;

/// `GET /`: the reports, for now the only part that there is.
pub async fn front() -> Redirect {
    Redirect::to("/reports")
}

impl Web {
    /// What an address asks for.
    fn asked(&self, given: BTreeMap<String, String>, register: &register::Register) -> filters::Asked {
        let today = civil_date(self.inner.dispatcher.now());
        filters::Asked::read(given, register, self.inner.dispatcher.authority(), today)
    }
}
