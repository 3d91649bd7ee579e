//! A SIP endpoint without sockets: datagrams and streams in; datagrams, streams and events out.
//!
//! [`Endpoint`] is driven like the house's hearts: `handle_input(now, input)`, then `poll_output()` until it answers
//! `Timeout`. What can go in and come out is all in `event`. Commands are its methods.
//!
//! Invariants, each with a test:
//! - Who sends a request is decided by its source address (trunks) or by digest (phones), never by a header. The
//!   password of a trunk goes to that trunk's addresses alone; a challenge by a phone ends the call.
//! - Nothing that outlives its datagram is kept for somebody who has not been identified: strangers are answered
//!   statelessly, at most once a request, within a budget for each source, with at most four times their bytes.
//! - Every table has a bound (`Limits`); what comes beyond it is answered 503 with Retry-After.
//! - An INVITE makes one call, whatever copies of it arrive and whichever way they took.
//! - Every session that was told as begun is told as ended, once.
//! - Only phones watch, and each is told the newest state; a phone that does not answer is forgotten (RFC 6665).
//! - The same inputs at the same instants with the same seed give the same outputs.
//!
//! - A description is an offer or an answer by the table of RFC 6337 alone (`offer_answer`), whatever carries it.
//! - A call whose far end has vanished ends: by the session timer (RFC 4028) if the far end knows one.
//!
//! Absent: SDP and media (bodies are bytes), routing of calls, name resolution, TLS; REFER outside a call, and any REFER of
//! ours; an offer of ours in a provisional answer, a PRACK, or an UPDATE (ours carry nothing, they refresh the call).

mod admission;
mod algorithms;
mod caller;
mod client_transaction;
mod connections;
mod credentials;
mod dialog;
pub mod digest;
mod draft;
mod endpoint;
mod event;
mod fail_over;
mod fingerprint;
mod guard;
mod info;
mod invite;
mod late;
mod locate;
mod offer;
mod offer_answer;
mod outgoing;
mod oversize;
mod pass;
mod path;
mod plug_and_play;
mod public;
mod refer;
mod registrar;
mod registration;
mod reliable;
mod reoffer;
mod replaces;
mod reply;
mod schedule;
mod server_transaction;
mod session_timer;
mod settings;
mod spent;
mod stun;
mod subscription;
mod tag;
mod talking;
mod targets;
#[cfg(test)]
mod tests;
mod text;
mod timer;
mod transaction_layer;
mod trial;
mod uac;
mod uas;
pub mod wire;

pub use draft::MAX_FORWARDS;
pub use endpoint::{Counts, Endpoint};
pub use event::{
    Binding, BodyPart, Cause, ConnectionId, EndedBy, Event, Flow, Identity, Input, Invitation, NoticeId,
    Outgoing, Output, Package, Peer, Reason, ReferId, ReferTarget, Replaces, SessionId, SubscriptionEnd,
    SubscriptionId, Target, TargetState, TextId, Transport, Tried, TriedTarget, TrunkHealth, TrunkName,
};
pub use guard::Refusal;
pub use locate::{Answer, Question, Record, RecordKind};
pub use pass::Pass;
pub use plug_and_play::Plugged;
pub use reply::SIPS_NOT_ALLOWED;
pub use settings::{
    Account, Credentials, Limits, Listener, Located, Network, NetworkError, PROBE_EVERY, Registration,
    SendTo, SessionTimers, Settings, Trunk,
};
pub use timer::Timer;

/// Why a command was not carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    #[error("no session in a state that allows this")]
    NoSession,
    #[error("no trunk of this name")]
    UnknownTrunk,
    #[error("no socket of the transport and address family that the target needs")]
    NoListener,
    #[error("too many sessions or requests are in progress")]
    TooMany,
    #[error("the target's address is no SIP address")]
    BadTarget,
    #[error("the target's address is our own: a request to it would come back")]
    Loop,
    #[error("it is to go by TLS, and the way there has none")]
    NotSecure,
    #[error("a header that may not be set, or a value with control characters")]
    BadHeader,
    #[error("an offer is still open")]
    OfferPending,
    #[error("another notification is on its way; the state will be asked for")]
    NotifyPending,
}
