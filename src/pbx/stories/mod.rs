//! What happens at Maple Court, call by call. Each story ends with nothing left behind.

mod agent;
mod chaos;
mod early_media;
mod inbound;
mod outbound;
mod pickup_and_park;
mod texts;
mod transfers;
mod trunks;
