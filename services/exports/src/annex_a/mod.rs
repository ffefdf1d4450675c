//! The child-level lists that inspectors ask for, as a workbook of eleven sheets.

mod codes;
mod headings;
mod workbook;

pub use codes::{Dialect, UnknownDialect};
pub use headings::{CONTACTS, EARLY_HELP, REFERRALS, Sheet, sheets};
pub use workbook::{trace, workbook};
