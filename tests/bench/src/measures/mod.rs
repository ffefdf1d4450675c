//! What else is measured: many commands at once, reads, rebuilds, long logs.

pub mod bulk;
pub mod reads;
pub mod rebuilds;
pub mod reports;
pub mod share;
