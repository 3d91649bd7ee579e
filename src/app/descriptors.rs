//! How many files and sockets the process may have open: as many as the system lets it.
//!
//! A shell gives a program 1024, which strangers' connections alone could use up, and then no call would get its sockets
//! for sound.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Connections, two sockets for each leg, the store, and room to spare.
const ENOUGH: u64 = 65_536;

/// Raises the soft limit towards the hard one; what the system refuses stays as it was.
pub(super) fn claim() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.map_or(ENOUGH, |maximum| maximum.min(ENOUGH));
    if current.is_some_and(|current| current < wanted) {
        let raised = Rlimit { current: Some(wanted), maximum };
        if let Err(error) = setrlimit(Resource::Nofile, raised) {
            tracing::warn!(%error, current, wanted, "the limit of open files stays low");
        }
    }
}
