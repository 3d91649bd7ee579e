//! Every deadline of the room in one ordered set: what is due next is its first element, and no packet scans it.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use super::{
    event::{ConnectionId, Reason, ReferId, SessionId, SubscriptionId, TextId},
    timer::Timer,
    transaction_layer::{ClientId, ServerId},
};
use crate::types::Extension;

/// Who is to be woken. Each has at most one deadline at a time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Wake {
    Client(ClientId, Timer),
    Server(ServerId, Timer),
    /// Our 2xx is repeated, or given up (RFC 3261, 13.3.1.4).
    Answer(SessionId),
    /// Our reliable provisional answer is repeated, or given up (RFC 3262, 3).
    Provisional(SessionId),
    /// A call is refreshed (RFC 4028, 10).
    Refresh(SessionId),
    /// A call that has not been refreshed ends (RFC 4028, 10).
    Expiry(SessionId),
    /// Our re-INVITE that met theirs is tried again (RFC 3261, 14.1).
    Glare(SessionId),
    /// A cancelled INVITE gets no final answer (RFC 3261, 9.1).
    Cancelled(SessionId),
    /// An INVITE of theirs is no longer good (RFC 3261, 13.3.1).
    Invitation(SessionId),
    /// Proxies are told that a call of theirs still goes on unanswered (RFC 3261, 13.3.1.1).
    Reminder(SessionId),
    /// A REFER that is neither answered nor reported on.
    Refer(ReferId),
    /// A MESSAGE that nobody settles.
    Text(TextId),
    Subscription(SubscriptionId),
    /// A notification that could not be taken is due again.
    NotifyAgain(SubscriptionId),
    Binding(Extension),
    /// The trunk at this place in the settings registers.
    Registration(usize),
    Probe(usize),
    /// The targets of the trunk at this place.
    Targets(usize),
    /// A request that nobody has answered at all.
    Unheard(ClientId),
    /// The way to the trunk at this place.
    KeepAlive(usize),
    /// The trunk at this place has rested after a call that it could not carry.
    Rested(usize),
    Guard,
    /// The oldest of their served requests has no more copies to expect.
    Spent,
    Connection(ConnectionId),
}

impl Wake {
    fn reason(&self) -> Reason {
        match self {
            Wake::Client(_, timer) | Wake::Server(_, timer) => Reason::Transaction(*timer),
            Wake::Answer(_) => Reason::AnswerRetransmission,
            Wake::Provisional(_) => Reason::ProvisionalRetransmission,
            Wake::Refresh(_) => Reason::SessionRefresh,
            Wake::Expiry(_) => Reason::SessionExpiry,
            Wake::Glare(_) => Reason::GlareRetry,
            Wake::Cancelled(_) => Reason::CancelUnanswered,
            Wake::Invitation(_) => Reason::InvitationExpiry,
            Wake::Reminder(_) => Reason::StillUnanswered,
            Wake::Refer(_) => Reason::ReferExpiry,
            Wake::Text(_) => Reason::TextUnsettled,
            Wake::Subscription(_) => Reason::SubscriptionExpiry,
            Wake::NotifyAgain(_) => Reason::NotifyRetry,
            Wake::Binding(_) => Reason::BindingExpiry,
            Wake::Registration(_) => Reason::TrunkRegistration,
            Wake::Probe(_) => Reason::TrunkProbe,
            Wake::Targets(_) => Reason::TrunkTargets,
            Wake::Unheard(_) => Reason::TargetPatience,
            Wake::KeepAlive(_) => Reason::KeepAlive,
            Wake::Rested(_) => Reason::TrunkRest,
            Wake::Guard => Reason::Guard,
            Wake::Spent => Reason::Transaction(Timer::J),
            Wake::Connection(_) => Reason::IdleConnection,
        }
    }
}

/// The set. It is as large as the tables whose deadlines it holds, and bounded by their bounds.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    due: BTreeSet<(Instant, Wake)>,
    at: BTreeMap<Wake, Instant>,
}

impl Schedule {
    /// Sets the deadline of `wake`, instead of the one it had.
    pub(super) fn set(&mut self, wake: Wake, at: Instant) {
        if let Some(old) = self.at.insert(wake.clone(), at) {
            self.due.remove(&(old, wake.clone()));
        }
        self.due.insert((at, wake));
    }

    pub(super) fn clear(&mut self, wake: &Wake) {
        if let Some(at) = self.at.remove(wake) {
            self.due.remove(&(at, wake.clone()));
        }
    }

    /// The next deadline that has come; it is taken out.
    pub(super) fn pop(&mut self, now: Instant) -> Option<Wake> {
        let (at, _) = self.due.first()?;
        if *at > now {
            return None;
        }
        let (_, wake) = self.due.pop_first()?;
        self.at.remove(&wake);
        Some(wake)
    }

    pub(super) fn next(&self) -> Option<(Instant, Reason)> {
        self.due.first().map(|(at, wake)| (*at, wake.reason()))
    }

    pub(super) fn len(&self) -> usize {
        self.at.len()
    }
}
