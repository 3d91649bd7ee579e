//! Portico: the front desk that never misses a call.

pub mod config;
pub mod types;
