//! govuk-frontend's components as maud templates. Each gives the HTML that govuk-frontend's own templates give for the same
//! options: `tests/components.rs` compares them with the fixtures that govuk-frontend ships. Options that no page of ours
//! uses are not here.

mod form;
mod frame;
mod table;

pub use form::{Choice, Field, Input, Radios, Select, button, error_summary};
pub use frame::{Crumb, Link, breadcrumbs, generic_header, pagination, service_navigation, skip_link};
pub use table::{Cell, Row, Table, details, inset_text, summary_list, tag, warning_text};
