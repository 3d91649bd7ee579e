//! Decodes that are under way, so that the process does not end under them.
//!
//! The C runtime destroys the engine's global objects when `main` has returned, while the workers' threads still run. A
//! decode in that moment is answered with nothing, and the engine prints "GetElementType is not implemented". So `main`
//! waits for what runs before it returns, and nothing more is begun. An exit handler would come too late: some of those
//! objects are made, and the order of their destruction with them, by the first decode.

use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// How long the end of the process waits. The longest clip takes a third of a second on one idle core.
const PATIENCE: Duration = Duration::from_secs(5);

/// All use of the engine in this process.
static ENGINE: Running = Running::new();

/// Counts those who use the engine, until it is closed to all.
#[derive(Debug)]
pub(super) struct Running {
    state: Mutex<State>,
    idle: Condvar,
}

#[derive(Debug)]
struct State {
    running: usize,
    closed: bool,
}

/// Somebody uses the engine until this is dropped.
#[derive(Debug)]
pub(super) struct Entered<'r>(&'r Running);

/// Enters the engine; `None` when the process is ending.
pub(super) fn enter() -> Option<Entered<'static>> {
    ENGINE.enter()
}

/// The process is about to end: waits for the decodes that run, for five seconds at most, and refuses all further ones
/// with [`Ending`](crate::speech::SpeechError::Ending). To be called before `main` returns. False: one still runs.
pub fn end_decoding() -> bool {
    ENGINE.close(PATIENCE)
}

impl Running {
    const fn new() -> Self {
        Self { state: Mutex::new(State { running: 0, closed: false }), idle: Condvar::new() }
    }

    fn enter(&self) -> Option<Entered<'_>> {
        let mut state = self.state();
        if state.closed {
            return None;
        }
        state.running += 1;
        Some(Entered(self))
    }

    /// Lets nobody in any more, and waits for those who are. False: somebody is in there still, and patience has ended.
    fn close(&self, patience: Duration) -> bool {
        let mut state = self.state();
        state.closed = true;
        let (state, _) = self
            .idle
            .wait_timeout_while(state, patience, |state| state.running > 0)
            .unwrap_or_else(PoisonError::into_inner);
        state.running == 0
    }

    /// Whoever panicked with the count in hand has left it whole.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.0.state().running -= 1;
        self.0.idle.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, thread};

    use super::*;

    #[test]
    fn the_end_waits_for_the_decode_that_runs_and_lets_no_other_begin() {
        let engine = Running::new();
        let (begun, when_begun) = mpsc::channel();
        let (finish, when_finished) = mpsc::channel::<()>();
        thread::scope(|scope| {
            let engine = &engine;
            let decode = scope.spawn(move || {
                let entered = engine.enter();
                begun.send(entered.is_some()).unwrap();
                when_finished.recv().unwrap();
                drop(entered);
            });
            assert!(when_begun.recv().unwrap());
            assert!(!engine.close(Duration::ZERO), "a decode runs, and the patience is none");
            assert!(engine.enter().is_none(), "closed is closed, also after the patience has ended");
            finish.send(()).unwrap();
            assert!(engine.close(PATIENCE), "waited for");
            decode.join().unwrap();
        });
        assert_eq!(engine.state().running, 0);
    }

    #[test]
    fn an_idle_engine_closes_at_once_and_a_decode_that_panics_is_not_waited_for() {
        let engine = Running::new();
        let panicked = thread::scope(|scope| {
            scope
                .spawn(|| {
                    let _entered = engine.enter();
                    std::panic::resume_unwind(Box::new("a fault in a decode"));
                })
                .join()
        });
        assert!(panicked.is_err());
        assert!(engine.close(Duration::ZERO));
    }
}
