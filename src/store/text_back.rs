//! Whether a text answers a call, or why none does: the words of the store and of JSON.

use crate::types::named;

/// Whether a text answers the call, or why none does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TextBackNote {
    Queued,
    /// The promise of the conversation was put into the text.
    Confirmed,
    /// Not a call from outside.
    NotInbound,
    Anonymous,
    /// A person talked with the caller.
    ReachedAPerson,
    /// The agent answered what was asked, and promised nothing.
    Resolved,
    WrongNumber,
    /// A cold call: a text would only invite another.
    Sales,
    OptedOut,
    /// Another call of theirs was answered by a text less than ten minutes before.
    Recent,
    /// The number is of the office or its staff.
    OwnNumber,
    /// Outside North America: texts there are an expense, and a fraud.
    Abroad,
    /// A fax machine called.
    Machine,
    SwitchedOff,
    /// The outbox is full.
    OutboxFull,
}

named!(TextBackNote {
    Queued = "queued",
    Confirmed = "confirmed",
    NotInbound = "not_inbound",
    Anonymous = "anonymous",
    ReachedAPerson = "reached_a_person",
    Resolved = "resolved",
    WrongNumber = "wrong_number",
    Sales = "sales",
    OptedOut = "opted_out",
    Recent = "recent",
    OwnNumber = "own_number",
    Abroad = "abroad",
    Machine = "machine",
    SwitchedOff = "switched_off",
    OutboxFull = "outbox_full",
});
