//! Decodes that are under way, so that the process does not end under them.
//!
//! The C runtime destroys the engine's global objects when `main` has returned, while the workers' threads still run. A
//! decode in that moment is answered with nothing, and the engine prints "GetElementType is not implemented". So the
//! end waits for what runs, and nothing more is begun.

use std::{
    sync::{Condvar, Mutex, MutexGuard, Once, PoisonError},
    time::Duration,
};

/// How long the end of the process waits. The longest clip takes a third of a second on one idle core.
const PATIENCE: Duration = Duration::from_secs(3);

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

/// Enters the engine; `None` when the process is ending. The first to enter sees to it that its end will wait.
pub(super) fn enter() -> Option<Entered<'static>> {
    static ARRANGED: Once = Once::new();
    ARRANGED.call_once(arrange);
    ENGINE.enter()
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

/// What was registered last is called first (C11, 7.22.4.2): the engine's libraries registered the destruction of their
/// objects when they were loaded, before `main`, so this comes before it on every way out but a signal.
#[expect(unsafe_code, reason = "the C runtime's list of what is to be done at the end")]
fn arrange() {
    unsafe extern "C" {
        fn atexit(call: extern "C" fn()) -> std::ffi::c_int;
    }
    extern "C" fn wait() {
        ENGINE.close(PATIENCE);
    }
    // SAFETY: `wait` is a plain function that lives as long as the process and does not unwind. A list that is full
    // (the standard grants 32 places, glibc as many as there is memory) leaves things as they would be without it.
    unsafe { atexit(wait) };
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
