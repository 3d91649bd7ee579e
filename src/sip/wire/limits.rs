//! The bounds of one message. Whoever exceeds one is answered as the RFC has it, or is not answered at all.

/// The largest datagram that is read: more than IPv4 can carry.
pub const MAX_DATAGRAM: usize = 64 * 1024;
/// The largest head (start line and headers) on a stream; a longer one is answered 513 and the connection ends.
pub const MAX_HEAD: usize = 32 * 1024;
/// The largest body; a longer one is answered 413, and a stream ends. With `MAX_HEAD` and a copy of the head in
/// parsed form, a connection never holds more than 128 KiB.
pub const MAX_BODY: usize = 32 * 1024;
/// A Content-Length of more digits is no number that anybody means.
pub(super) const MAX_LENGTH_DIGITS: usize = 10;
/// The longest header line, folds included; a longer one is answered 513.
pub const MAX_HEADER_LINE: usize = 8 * 1024;
/// The most header lines; more are answered 513.
pub const MAX_HEADERS: usize = 256;
/// The most Via values: as many hops as Max-Forwards allows by default, and ours. More are answered 400.
pub const MAX_VIAS: usize = 71;
/// The most values in each of Route, Record-Route, Contact, Require, Supported. More are answered 400.
pub const MAX_LIST: usize = 64;
/// The longest Request-URI; a longer one is answered 414.
pub const MAX_URI: usize = 2 * 1024;
/// The most parameters of a URI, and the most headers in one; a URI with more is malformed.
pub const MAX_URI_PARAMS: usize = 32;
