//! The console without a socket: who gets in, what attackers get, what pages and programs read.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "the harness of these tests fails as tests do"
)]

mod access;
mod api;
mod attacks;
mod call_backs;
mod call_types;
mod dav;
mod escalations;
mod fair_housing;
mod forwards;
mod greetings;
mod health;
mod incidents;
mod live;
mod mailboxes;
mod music;
mod office;
mod phones;
mod prompts;
mod proved;
mod recordings;
mod screening;
mod showings;
mod softphone;
