//! Incidents: several calls about the same trouble of the same house are one, and what is certain of that is decided here.
//!
//! Invariants, above all what is absent:
//! - No clock, no disk, no telephone: two reports go in, and why they are one, or why they are not, comes out.
//! - What is not certainly the same stays its own: an unknown house, another place, another trouble, other words.
//! - Somebody who is harmed, shut in or threatened is never one of many.

mod danger;
mod notice;
mod properties;
mod report;
mod stated;

pub use danger::{REPEATS_WITHIN, repeats};
pub use notice::{
    LONGEST_NOTICE, Order, SpokenNotice, clean_notice, read_order, usual_closing, usual_notice,
};
pub use properties::Properties;
pub use report::{
    Apart, JOINS_WITHIN, Likeness, OPENS_WITHIN, Report, callers_words, compare, trouble_words,
};
pub use stated::{is_of_what_is_stated, stated};
