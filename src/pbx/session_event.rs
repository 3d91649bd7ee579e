//! What the SIP endpoint reports about one session of a call, without the session's name.

use std::{net::SocketAddr, time::Duration};

use crate::sip::{self, Cause, EndedBy, Invitation, ReferId, ReferTarget, SessionId};

/// An event of one session that is part of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SessionEvent {
    Cancelled(Option<Cause>),
    Confirmed(Vec<u8>),
    Progress { status: u16, body: Vec<u8>, source: SocketAddr },
    Answered { body: Vec<u8>, source: SocketAddr },
    Failed { status: u16, retry_after: Option<Duration>, cause: Option<Cause>, redirect: Option<String> },
    Reoffered(Vec<u8>),
    ReofferAnswered(Result<Vec<u8>, u16>),
    Ended(EndedBy),
    Digit(char),
}

/// What the endpoint's events are about.
#[derive(Debug)]
pub(super) enum Sorted {
    /// A new call.
    Invited { session: SessionId, invitation: Invitation },
    /// A call in progress.
    Session { session: SessionId, event: SessionEvent },
    /// The far end of a call wants it transferred.
    Referred { session: SessionId, refer: ReferId, to: ReferTarget },
    /// The phone at this session has pressed its record key.
    RecordKey { session: SessionId, on: bool },
    /// No call at all: texts, bindings, trunks, the guard.
    Other(sip::Event),
}

/// Tells events of calls from the others.
pub(super) fn sort(event: sip::Event) -> Sorted {
    let (session, event) = match event {
        sip::Event::Invited { session, invitation } => return Sorted::Invited { session, invitation },
        sip::Event::Cancelled { session, cause } => (session, SessionEvent::Cancelled(cause)),
        sip::Event::Confirmed { session, body } => (session, SessionEvent::Confirmed(body)),
        sip::Event::Progress { session, status, body, source } => {
            (session, SessionEvent::Progress { status, body, source })
        }
        sip::Event::Answered { session, body, source } => (session, SessionEvent::Answered { body, source }),
        sip::Event::Failed { session, status, reason: _, retry_after, cause, redirect } => {
            (session, SessionEvent::Failed { status, retry_after, cause, redirect })
        }
        sip::Event::Reoffered { session, offer } => (session, SessionEvent::Reoffered(offer)),
        sip::Event::ReofferAnswered { session, result } => (session, SessionEvent::ReofferAnswered(result)),
        sip::Event::Ended { session, by } => (session, SessionEvent::Ended(by)),
        sip::Event::InfoDigit { session, digit } => (session, SessionEvent::Digit(digit)),
        sip::Event::RecordKey { session, on } => return Sorted::RecordKey { session, on },
        sip::Event::Referred { session, refer, to, referred_by: _ } => {
            return Sorted::Referred { session, refer, to };
        }
        other @ (sip::Event::TextReceived { .. }
        | sip::Event::TextAnswered { .. }
        | sip::Event::Subscribed { .. }
        | sip::Event::NotifyDue { .. }
        | sip::Event::Unsubscribed { .. }
        | sip::Event::NoticeAnswered { .. }
        | sip::Event::Bound { .. }
        | sip::Event::Unbound { .. }
        | sip::Event::TrunkHealth { .. }
        | sip::Event::TrunkTargets { .. }
        | sip::Event::TargetsTried { .. }
        | sip::Event::Refused { .. }
        | sip::Event::PhoneWishes { .. }) => return Sorted::Other(other),
    };
    Sorted::Session { session, event }
}
