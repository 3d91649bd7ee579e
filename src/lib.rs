//! Portico: the front desk that never misses a call.

pub mod types;
