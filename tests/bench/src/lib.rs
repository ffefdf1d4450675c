//! What a caseledger does in a second, beside others, on one machine and in one run.

pub mod contenders;
pub mod contest;
pub mod fill;
pub mod issuer;
pub mod large;
pub mod load;
pub mod measures;
pub mod profile;
pub mod run;
pub mod server;
pub mod stores;
pub mod summary;
pub mod wrk;
