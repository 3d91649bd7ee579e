//! Portico: the front desk that never misses a call.

pub mod config;
pub mod encoder;
pub mod media;
pub mod speech;
pub mod types;
