//! One reading of both clocks.

use std::time::Instant;

use jiff::Timestamp;

/// What the host's clock says: the monotonic instant that every timer runs on, and the wall time that records show.
///
/// A machine compares `at` with its deadlines and writes `wall` into its records; it never computes one from the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    pub at: Instant,
    pub wall: Timestamp,
}
