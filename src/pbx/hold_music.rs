//! What whoever waits hears: held, parked, in a queue.

use std::collections::BTreeMap;

use crate::types::PhoneNumber;

/// A piece of music.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Music {
    /// The program's own.
    House,
    /// A WAV file by its path.
    File(String),
}

/// The music that was brought along in the console, as paths of WAV files. It goes before what the configuration names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MusicTable {
    pub office: Option<String>,
    pub of: BTreeMap<PhoneNumber, String>,
}
