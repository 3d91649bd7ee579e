//! The wire: bytes in, typed views out, and back. Nothing here knows a transaction, a dialog, a socket or a clock.
//!
//! Reading, in the order of the endpoint's work:
//! - [`Message::parse`] reads a datagram, [`Framer`] cuts a stream. A [`ParseError::Refused`] carries a [`Malformed`]:
//!   answer it with `ResponseBuilder::reply_with_reason(&malformed.message, rejection.status, rejection.reason, tag)`;
//!   a [`ParseError::Dropped`] is counted and forgotten.
//! - [`Message::set_source`] notes where it came from, before it is answered.
//! - [`check::request`] and [`check::response`] say whether it may be served. After them From, To, Call-ID, CSeq, every
//!   Via, Contact, Route and Record-Route of a request are known to be well-formed.
//! - the views of [`Message`] read headers on demand; `None` is absent or malformed.
//!
//! Writing: [`RequestBuilder`], [`ResponseBuilder`]. No value can end its line.
//!
//! Invariants: reading costs two allocations and never panics, whatever the bytes; every bound is in [`limits`]; header
//! bytes are kept as they came, in whatever encoding; `Debug` shows no header and no body.

mod address;
mod builder;
pub mod check;
mod error;
pub mod limits;
mod message;
mod method;
mod name;
mod scan;
mod stream;
mod syntax;
#[cfg(test)]
mod tests;
mod uri;
mod values;
mod via;

pub use address::{Address, Contact};
pub use builder::{RequestBuilder, ResponseBuilder, address, quoted};
pub use error::{Dropped, Malformed, ParseError, Rejection};
pub use message::{Header, Message};
pub use method::{Method, reason_phrase};
pub use name::Name;
pub use stream::{Frame, Framer, Frames};
pub(super) use syntax::quoted_end;
pub use syntax::{List, Params};
pub use uri::{Scheme, Uri, escape_user};
pub use values::{MAX_CSEQ, RAck, ReasonValue, Refresher, SessionExpires};
pub use via::{BRANCH_COOKIE, Via};
