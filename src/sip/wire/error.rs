//! Why bytes are not a message, or a message is not served: what is answered, and what is dropped.

use super::message::Message;

/// Why a message is not served, and what the RFC has us answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rejection {
    pub status: u16,
    /// For the status line: it names what is wrong.
    pub reason: &'static str,
}

impl Rejection {
    pub(super) const fn bad(reason: &'static str) -> Self {
        Rejection { status: 400, reason }
    }
}

/// Why bytes were dropped without an answer. Counted, not logged one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum Dropped {
    #[error("only line ends or zeros: a NAT keep-alive")]
    KeepAlive,
    #[error("not SIP")]
    NotSip,
    #[error("a status line that is none")]
    BadStatusLine,
    #[error("a malformed response")]
    BadResponse,
    #[error("a malformed ACK, which nobody may answer")]
    BadAck,
    #[error("a malformed request without a Via to answer along")]
    NoVia,
}

/// Why bytes are not a message.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ParseError {
    #[error(transparent)]
    Dropped(#[from] Dropped),
    /// A request that can be answered, and must not be served.
    #[error("{} {}", .0.rejection.status, .0.rejection.reason)]
    Refused(Box<Malformed>),
}

/// A bad request, understood well enough to be answered: give `message` to `ResponseBuilder::reply_to`.
#[derive(Debug, Clone)]
pub struct Malformed {
    pub rejection: Rejection,
    /// For its reply headers only; its body and its typed views are not to be trusted.
    pub message: Message,
}
