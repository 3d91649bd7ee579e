//! Portico: the front desk that never misses a call.

pub mod agent;
pub mod app;
pub mod config;
pub mod console;
pub mod desk;
pub mod dialogue;
pub mod encoder;
pub mod followup;
pub mod media;
pub mod net;
pub mod outbox;
pub mod pbx;
pub mod sim;
pub mod sip;
pub mod speech;
pub mod store;
pub mod types;
