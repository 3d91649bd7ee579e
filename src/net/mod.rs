//! Sockets and nothing else: bytes in, bytes out, counted and bounded. Knows no telephony and imports nothing of the house.
//!
//! Streams (TCP, TLS, WebSocket) live on threads of their own: handshakes, encryption and peers that do not read cost the
//! caller's loop nothing. Names are asked for on the runtime of the caller, and never waited for.

mod authority;
mod census;
mod certificate;
mod multicast;
mod resolver;
mod streams;
mod tls;
mod udp;
mod websocket;

pub use authority::{Authority, AuthorityError, Issued};
pub use certificate::{Certificate, CertificateError};
pub use multicast::Multicast;
pub use resolver::{Answer, Question, Record, RecordKind, Resolver, Service};
pub use streams::{Connection, StreamEvent, StreamLimits, Streams, Wrapping};
pub use tls::{Identity, TlsError, Trust};
pub use udp::{Datagrams, send_now};
pub use websocket::Origins;
