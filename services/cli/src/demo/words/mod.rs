//! Words that read like real casework. All invented.

pub mod names;
pub mod practice;
pub mod referral;
