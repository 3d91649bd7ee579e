//! A conversation held once more: from its journal, with the script, office and understanding of today.
//!
//! Invariants of this room:
//! - Nothing here calls, sends or stores. A conversation has no clock and no chance; so the same journal and the same script,
//!   office and understanding give the same decisions, act for act.
//! - [`again()`] tells a conversation what it was told then, reading for reading: it proves what was decided. [`anew()`] understands
//!   the stored words as they would be understood today, and leads the caller through whatever is asked today.
//! - A replay knows what callers answered, and nothing else: to a question that nobody has heard before it makes up a plain
//!   answer, and says so.

mod again;
mod anew;
mod difference;
mod sheet;
mod steering;
mod telling;

use std::sync::Arc;

use crate::{
    dialogue::{Office, Pack, Provenance, Reading},
    types::Language,
};

pub use again::{Again, TurnAgain, again};
pub use anew::{Anew, anew};
pub use difference::{Difference, Gravity, differences};
pub use sheet::{Entry, Sheet};

/// What conversations are held with today.
#[derive(Clone, Copy)]
pub struct Present<'a> {
    pub pack: &'a Arc<Pack>,
    pub office: &'a Arc<Office>,
    pub provenance: &'a Arc<Provenance>,
    /// How words are read, in a conversation of this language.
    pub reads: &'a dyn Fn(Language, &str) -> Reading,
}

impl std::fmt::Debug for Present<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Present").field("provenance", self.provenance).finish_non_exhaustive()
    }
}
