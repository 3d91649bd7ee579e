//! What the running box goes by: the file as it was last read, with the call types of the console. Whoever goes by it is told here,
//! when the file is read again and when the console has saved something.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use anyhow::Context;
use tokio::sync::mpsc;

use super::{
    call_types::OwnCallTypes,
    greetings,
    held_against::HeldAgainst,
    music, office, phones,
    prompts::Prompts,
    sockets::Trusts,
    switch_loop::ToSwitch,
    trade::OfficeTrade,
    trial::{Trial, elsewhere},
};
use crate::{
    config::{CallTypeFault, Config},
    console::{self, CallTypeWish, InUse, Vitals},
    dialogue::{CallType, CallTypeName},
    store::Reader,
};

/// Drafts that may wait to be examined: each takes seconds.
pub(super) const WAITING: usize = 4;

/// Those who go by the configuration.
#[derive(Debug)]
pub(super) struct InForce {
    pub(super) reader: Reader,
    pub(super) held_against: HeldAgainst,
    pub(super) vitals: Arc<Mutex<Vitals>>,
    pub(super) to_switch: mpsc::Sender<ToSwitch>,
    pub(super) phones: console::Phones,
    pub(super) music: Arc<Mutex<music::Configured>>,
    pub(super) greetings: console::Greetings,
    pub(super) prompts: Prompts,
    pub(super) learnt: Arc<OwnCallTypes>,
    pub(super) trade: OfficeTrade,
    /// What the console shows of it.
    pub(super) shown: console::CallTypes,
    /// The file. Held while it is taken on: of two the later one stays.
    pub(super) file: Mutex<Config>,
}

impl InForce {
    /// Takes on an edited file: numbers, phones, trunks, hours and facts. Calls in progress keep what they began with;
    /// addresses to listen on and folders change at the next start.
    ///
    /// # Errors
    /// When the new file lacks a number or a trunk, or an emergency of the last weeks would no longer be one with it; the old one
    /// stays.
    pub(super) fn read_again(&self, file: &Config) -> anyhow::Result<()> {
        let mut before = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        self.take_on(file)?;
        *before = file.clone();
        Ok(())
    }

    /// The console has saved call types.
    fn saved(&self) {
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = self.take_on(&file) {
            tracing::error!("the call types of the console were not taken on: {error:#}");
            self.shown.refuse(format!("{error:#}"));
        }
    }

    fn take_on(&self, file: &Config) -> anyhow::Result<()> {
        let (config, left_out) = with_saved(file, &self.reader);
        let directory = Arc::new(office::directory(&config)?);
        let held = self.held_against.check(&directory, config.store.replay_days)?;
        tracing::info!(emergencies = held, "the edited configuration was held against the last ones");
        self.vitals.lock().unwrap_or_else(PoisonError::into_inner).set_plan(directory.emergency.clone());
        let trusts = Trusts::of(&config);
        self.to_switch.blocking_send(ToSwitch::Trusts(trusts)).context("the switch has ended")?;
        self.phones.replace(phones::office(&config, &directory)?);
        *self.music.lock().unwrap_or_else(PoisonError::into_inner) = music::Configured::of(&config);
        self.greetings.replace(greetings::rows(&config));
        self.prompts.replace(&directory);
        let types = office::call_types(&config);
        let shown = in_use(&config, &types, left_out);
        // The script before the learning, which takes a second or two: for whoever is understood there are words.
        let office = Arc::clone(&directory.office);
        self.to_switch.blocking_send(ToSwitch::Directory(directory)).context("the switch has ended")?;
        self.learnt.replace(types);
        self.trade.replace(&office.roster);
        self.shown.replace(shown);
        Ok(())
    }

    /// Sees to the console's wishes on a thread of its own, which ends with the console.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(super) fn serve(self: &Arc<Self>, mut wished: mpsc::Receiver<CallTypeWish>) -> io::Result<()> {
        let this = Arc::downgrade(self);
        thread::Builder::new().name("call types".into()).spawn(move || {
            while let Some(wish) = wished.blocking_recv() {
                let Some(this) = this.upgrade() else { return };
                this.see_to(wish);
            }
        })?;
        Ok(())
    }

    fn see_to(&self, wish: CallTypeWish) {
        if let CallTypeWish::Check { draft, replaces, thoroughly, answer } = wish {
            let file = self.file.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let trial = Trial::new(with_saved(&file, &self.reader).0, replaces);
            let understanding = thoroughly.then(|| self.learnt.understanding());
            // Whoever asked may have gone.
            drop(answer.send(trial.of(draft, understanding.as_deref())));
        }
        if self.shown.take_news() {
            self.saved();
        }
    }
}

/// The file with what the console has saved, and what of that has no place. Records that are away have saved nothing: phones ring
/// first.
pub(super) fn with_saved(file: &Config, reader: &Reader) -> (Config, Vec<(CallTypeName, CallTypeFault)>) {
    let saved = reader.call_types().unwrap_or_else(|error| {
        tracing::warn!(%error, "the call types of the console cannot be read");
        Vec::new()
    });
    let saved: Vec<CallType> = saved.into_iter().map(|own| own.call_type).collect();
    let (whole, left_out) = office::with_saved(file, &saved);
    for (name, fault) in &left_out {
        tracing::warn!(%name, why = fault.what, cure = fault.cure, "a call type of the console is not in use");
    }
    (whole, left_out)
}

/// What the console shows as in use.
pub(super) fn in_use(
    config: &Config,
    types: &[CallType],
    left_out: Vec<(CallTypeName, CallTypeFault)>,
) -> InUse {
    let elsewhere = elsewhere(config, types);
    let of_console = |own: &&CallType| {
        own.stands_for.is_none() && !elsewhere.iter().any(|one| one.call_type.name == own.name)
    };
    InUse {
        saved: types.iter().filter(of_console).cloned().collect(),
        left_out: left_out.into_iter().map(|(name, fault)| (name, fault.what, fault.cure)).collect(),
        refused: None,
        elsewhere,
    }
}

#[cfg(test)]
mod tests;
