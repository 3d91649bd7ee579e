//! As many networks as may be listening at once, lent to whoever has a clip.

use std::{
    fmt,
    sync::{
        Mutex, MutexGuard, PoisonError, TryLockError,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::{
    super::{SpeechError, running},
    MoonshineFiles,
    network::Network,
};

/// Loaded networks (45 MB each), of which one serves one thread at a time. With one for each core, more of them would make
/// nobody faster.
pub(super) struct Networks {
    all: Vec<Mutex<Network>>,
    /// Whom to wait for when all are lent: in turn.
    turn: AtomicUsize,
}

impl Networks {
    /// Loads `at_once` of them, at least one.
    ///
    /// # Errors
    /// As [`Network::open`].
    pub(super) fn open(files: &MoonshineFiles, at_once: usize) -> Result<Self, SpeechError> {
        let _entered = running::enter().ok_or(SpeechError::Ending)?;
        let network = |_| Network::open(&files.folder, &files.runtime).map(Mutex::new);
        let all = (0..at_once.max(1)).map(network).collect::<Result<_, _>>()?;
        Ok(Self { all, turn: AtomicUsize::new(0) })
    }

    /// Lends one that is idle; waits for one when there is none. What another thread left half done by a panic does not
    /// matter: each clip begins afresh.
    pub(super) fn lend(&self) -> MutexGuard<'_, Network> {
        let idle = |network| match Mutex::try_lock(network) {
            Ok(idle) => Some(idle),
            Err(TryLockError::Poisoned(left)) => Some(left.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        };
        self.all.iter().find_map(idle).unwrap_or_else(|| {
            let turn = self.turn.fetch_add(1, Ordering::Relaxed) % self.all.len();
            self.all[turn].lock().unwrap_or_else(PoisonError::into_inner)
        })
    }
}

impl fmt::Debug for Networks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Networks").field("all", &self.all.len()).finish_non_exhaustive()
    }
}
