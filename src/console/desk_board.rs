//! What is set for each extension as the switch has it, for whoever looks at the page "Forwards" or waits for an answer there.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::sync::broadcast;

use crate::{
    pbx::{ChangeRefused, DeskSettings, Fact},
    types::Extension,
};

/// News that a browser may be behind; one that is further behind shows everything anew.
const BEHIND: usize = 64;

/// Something has happened to the board.
#[derive(Debug, Clone)]
pub(super) enum DeskNews {
    Set(Extension),
    Answered { ticket: u64, refused: Option<ChangeRefused> },
}

/// Cheap to clone. Bounded by the extensions of the directory, which alone are ever set.
#[derive(Debug, Clone)]
pub(super) struct DeskBoard {
    desks: Arc<Mutex<BTreeMap<Extension, DeskSettings>>>,
    news: broadcast::Sender<DeskNews>,
    tickets: Arc<AtomicU64>,
}

impl Default for DeskBoard {
    fn default() -> Self {
        Self { desks: Arc::default(), news: broadcast::channel(BEHIND).0, tickets: Arc::default() }
    }
}

impl DeskBoard {
    fn desks(&self) -> MutexGuard<'_, BTreeMap<Extension, DeskSettings>> {
        self.desks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of a fact. Nobody looks: nobody is told.
    pub(super) fn observe(&self, fact: &Fact) {
        match fact {
            Fact::DeskSet { extension, settings } => {
                self.desks().insert(extension.clone(), settings.clone());
                let _ = self.news.send(DeskNews::Set(extension.clone()));
            }
            Fact::DeskAnswered { ticket, refused } => {
                let _ = self.news.send(DeskNews::Answered { ticket: *ticket, refused: *refused });
            }
            _ => {}
        }
    }

    /// What was set before a restart.
    pub(super) fn restore(&self, desks: Vec<(Extension, DeskSettings)>) {
        self.desks().extend(desks);
    }

    pub(super) fn of(&self, extension: &Extension) -> DeskSettings {
        self.desks().get(extension).cloned().unwrap_or_default()
    }

    pub(super) fn news(&self) -> broadcast::Receiver<DeskNews> {
        self.news.subscribe()
    }

    /// By which an answer of the switch is known.
    pub(super) fn ticket(&self) -> u64 {
        self.tickets.fetch_add(1, Ordering::Relaxed)
    }
}
