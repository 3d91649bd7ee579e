//! Which calls an emergency may take the line of, and in which order.

/// A call whose line an emergency may take: those of the agent, then those of mailboxes, before those of people; and never
/// somebody who has called the office and talks with a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sacrifice {
    Agent,
    Service,
    Outbound,
}
