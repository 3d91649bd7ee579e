//! Portico under attack: a real one, in a process of its own, and people who mean it harm, on real sockets of the loopback.
//!
//! `make interop` runs what is short; `cargo test --test attacks -- --ignored siege` runs what takes minutes. One attack at
//! a time: what is measured is the box, not its neighbour's test.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test fails by unwrapping and tells its figures; an attack on real sockets happens in real time"
)]

mod desk;
mod enumeration;
mod floods;
mod fraud;
mod guessing;
mod line;
mod malformed;
mod media;
mod mutation;
mod office;
#[path = "../process/mod.rs"]
mod process;
mod registrar;
mod siege;
mod streams;
