//! What tells of a fax.

/// What tells of a fax machine at the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaxSign {
    /// CNG, 1100 Hz for half a second: a machine that has called (T.30, 4.1.2.1).
    Calling,
    /// CED or ANSam, 2100 Hz: a machine that has answered, or a modem (T.30, 4.1.2.2; V.8).
    Answering,
    /// A frame of T.30's control: this is a fax, and nothing else.
    Control,
    /// So many pages have been sent and confirmed by whoever received them, in both directions together.
    Pages(u32),
}
