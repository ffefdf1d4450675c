//! The pages of a pack for an inspection, besides those of its measures: the first page, what audits found, what the
//! record lacks, and how each figure is defined. Pure functions from what is told to HTML.

mod audits;
mod cover;
mod definitions;
mod gaps;

pub use audits::{Action, Audit, Audits, Case, Done, Graded, Grades, Step, audits};
pub use cover::{Audience, Content, Cover, cover};
pub use definitions::definitions;
pub use gaps::{Counted, Gaps, gaps};
