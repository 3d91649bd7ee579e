//! The office's own call types between where they are written and the agent: whichever of the two is ready last sets off the learning.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::{clock, understanding::Understanding};
use crate::dialogue::CallType;

/// What is to be learnt, and who is to learn it. Learning takes a second or two, and calls go on meanwhile.
#[derive(Debug)]
pub struct OwnCallTypes {
    wanted: Mutex<Vec<CallType>>,
    understanding: OnceLock<Arc<Understanding>>,
}

impl OwnCallTypes {
    pub fn wanting(types: Vec<CallType>) -> Self {
        Self { wanted: Mutex::new(types), understanding: OnceLock::new() }
    }

    /// What reads callers, or would: words alone until the models are loaded.
    pub fn understanding(&self) -> Arc<Understanding> {
        self.understanding.get().cloned().unwrap_or_else(|| Arc::new(Understanding::words_only()))
    }

    /// The file was read again, or the console has saved something.
    pub fn replace(&self, types: Vec<CallType>) {
        // Held while it is learnt: of two files the later one stays.
        let mut wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        if *wanted == types {
            return;
        }
        *wanted = types;
        if let Some(understanding) = self.understanding.get() {
            learn(understanding, &wanted);
        }
    }

    /// The models are loaded.
    pub fn learnt_by(&self, understanding: &Arc<Understanding>) {
        let wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        if self.understanding.set(Arc::clone(understanding)).is_ok() && !wanted.is_empty() {
            learn(understanding, &wanted);
        }
    }
}

fn learn(understanding: &Understanding, types: &[CallType]) {
    let began = clock::instant();
    understanding.learn(types);
    let took_ms = clock::instant().duration_since(began).as_millis();
    tracing::info!(types = types.len(), %took_ms, "the office's own call types are learnt");
}
