//! Sockets and nothing else: bytes in, bytes out, counted and bounded. Knows no protocol and imports nothing of the house.

mod multicast;
mod tcp;
mod udp;

pub use multicast::Multicast;
pub use tcp::{Connection, StreamEvent, StreamLimits, Streams};
pub use udp::{Datagrams, send_now};
