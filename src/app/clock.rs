//! The only file that asks the time.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::types::Moment;

/// Both clocks, read together.
pub fn now() -> Moment {
    Moment { at: instant(), wall: wall() }
}

/// The monotonic clock: every timer runs on it.
#[expect(clippy::disallowed_methods, reason = "this is the place where time enters")]
pub fn instant() -> Instant {
    Instant::now()
}

/// The wall clock: what records show, and what a calendar needs.
#[expect(clippy::disallowed_methods, reason = "this is the place where time enters")]
pub fn wall() -> Timestamp {
    Timestamp::now()
}

/// When this program was built: a wall clock that shows less is wrong.
const BUILT: &str = env!("PORTICO_BUILT_UNIX");

/// May the calendar be trusted? The desk sends nothing until it may.
///
/// A box without a battery clock starts in the past; and one whose clock nobody has set drifts. So: later than the
/// build, and the kernel's clock is disciplined (no `STA_UNSYNC`), or the machine has a clock of its own, or we have
/// waited as long as an honest machine without any time service may be asked to.
pub fn is_trustworthy(running_for: Duration) -> bool {
    /// An office whose router blocks NTP must not be silenced for ever.
    const PATIENCE: Duration = Duration::from_secs(120);
    let built: i64 = BUILT.parse().unwrap_or(0);
    wall().as_second() >= built
        && (std::path::Path::new("/sys/class/rtc/rtc0").exists()
            || std::path::Path::new("/run/systemd/timesync/synchronized").exists()
            || running_for >= PATIENCE)
}
