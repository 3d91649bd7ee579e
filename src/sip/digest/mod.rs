//! Digest access authentication (RFC 3261, 22; RFC 7616; RFC 8760), as the one who asks and as the one who is asked.
//!
//! Invariants: a nonce of ours is good for one source address and for [`NONCE_LIFETIME`], and each of its counts once.
//! Everybody costs the same work, whether the account exists or not (with which algorithm a name is challenged, so that
//! nobody can tell, is decided in `algorithms`). Only a right answer
//! puts anything into a table. Passwords and hashes appear in no `Debug`.
//!
//! As the one who is asked, `-sess` and `auth-int` are answered, the latter where nothing less is taken; as the one who asks, plain
//! `auth` alone is offered and taken.
//!
//! Absent: any memory of failed tries: that is the guard's.

mod client;
mod hash;
mod params;
mod server;
#[cfg(test)]
mod tests;

pub use client::{Challenge, ClientSession, Unanswerable};
pub use hash::Algorithm;
pub use server::{Authenticator, Known, MAX_NONCES, NONCE_LIFETIME, Secret, Verdict};
