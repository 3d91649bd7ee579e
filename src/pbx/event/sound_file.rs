//! A sound on disk: in which folder, and by which name.

/// A sound on disk, by its folder and its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoundFile {
    pub shelf: Shelf,
    /// A bare file name.
    pub name: String,
}

impl SoundFile {
    /// A message or a greeting.
    pub(in crate::pbx) fn in_mailbox(name: String) -> Self {
        Self { shelf: Shelf::Mailboxes, name }
    }
}

/// A folder of sounds below the store's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shelf {
    /// Messages and greetings: kept until somebody deletes them.
    Mailboxes,
}

impl Shelf {
    /// The folder's name.
    pub const fn folder(self) -> &'static str {
        match self {
            Self::Mailboxes => "mailboxes",
        }
    }
}
