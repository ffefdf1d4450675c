//! What caseledger is compared with, each as a server or a program of its own.

pub mod bare;
pub mod pgbench;
pub mod stock;
