//! What went over the wire for a call: kept in bounds while it happens, drawn as a ladder, or written as a capture file.
//!
//! Invariants, above all what is absent:
//! - Nothing here decides anything about a call, and nothing of a call depends on what is kept here.
//! - What would let a reader of a trace act in somebody's name is left out before a message is kept: digest responses
//!   and SRTP keys.
//! - Every table has a bound; a flood is not traced, and never displaces the trace of a call that is.

mod book;
mod course;
mod ladder;
mod message;
mod pcap;

pub use book::{Book, Finished};
pub use course::course;
pub use ladder::{Ladder, clock};
pub use message::{Message, Way, Wire, label};
pub use pcap::pcap;
