//! Door phones: what opens them, and who may.

use std::collections::{BTreeMap, BTreeSet};

use crate::types::Extension;

/// A door with a telephone beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    /// The keys that open it, as the door phone itself has been set: sent to it as telephone events (RFC 4733), or as
    /// INFO if it has not agreed on them.
    pub open: String,
    /// Whoever else talks with it cannot open it. `None`: every phone of the house may.
    pub may_open: Option<BTreeSet<Extension>>,
}

/// The doors by the extensions of their phones.
pub type Doors = BTreeMap<Extension, Door>;

/// Why a door stays shut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StaysShut {
    NoDoor,
    Right,
}

impl StaysShut {
    /// What whoever wanted to open it hears.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::NoDoor => "You are not talking with a door.",
            Self::Right => "You may not open this door.",
        }
    }
}

/// The keys that open the door at which this extension's phone is, for somebody who talks with it.
pub(super) fn keys_of<'d>(doors: &'d Doors, at: &Extension, by: &Extension) -> Result<&'d str, StaysShut> {
    let door = doors.get(at).ok_or(StaysShut::NoDoor)?;
    if door.may_open.as_ref().is_some_and(|who| !who.contains(by)) {
        return Err(StaysShut::Right);
    }
    Ok(&door.open)
}
