//! What every handler shares: the store's reading side, the accounts, the live board, and the clock that was handed in.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use jiff::tz::TimeZone;
use rand_chacha::rand_core::{Rng, SeedableRng};
use tokio::sync::{broadcast, mpsc};

use super::{
    CallTypes, Greetings, Live, MusicWishes, Phones, PromptWishes, Secret, Vitals, access::Person,
    known::Known, page, showings::ShowingOffice, throttle::Throttle,
};
use crate::{
    incident::Properties,
    pbx::Control,
    store::{Reader, Store, StoreError},
    types::{Chance, IncidentId, Moment, ShowingId},
};

/// What the host says about this console.
#[derive(Debug, Clone)]
pub struct Settings {
    pub office: String,
    pub zone: TimeZone,
    /// Those that it looks after.
    pub properties: Properties,
    /// Where the recordings are.
    pub recordings: PathBuf,
    /// Where the messages are.
    pub mailboxes: PathBuf,
    /// Where the music is that was brought along.
    pub music: PathBuf,
    /// Where the sentences are that the office has recorded.
    pub prompts: PathBuf,
    /// Browsers reach it over TLS, whatever they say.
    pub behind_tls: bool,
    /// The host asks the time, here as everywhere.
    pub now: fn() -> Moment,
}

/// Shared by all handlers; cheap to clone.
#[derive(Debug, Clone)]
pub struct Site(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: Settings,
    reader: Reader,
    /// The connection that writes accounts and sessions.
    accounts: Mutex<Store>,
    chance: Mutex<Chance>,
    throttle: Mutex<Throttle>,
    known: Mutex<Known>,
    /// Heard by the live feeds: each looks whether its own session has ended.
    sign_outs: broadcast::Sender<()>,
    /// Hashing takes 19 MiB each time: at most two at once.
    hashing: tokio::sync::Semaphore,
    live: Live,
    vitals: Arc<Mutex<Vitals>>,
    /// The way to the switch, once there is one.
    switch: OnceLock<mpsc::Sender<Control>>,
    phones: OnceLock<Phones>,
    music: OnceLock<MusicWishes>,
    prompts: OnceLock<PromptWishes>,
    greetings: OnceLock<Greetings>,
    showings: OnceLock<Arc<ShowingOffice>>,
    call_types: OnceLock<CallTypes>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Site {
    /// `accounts` is a connection of its own (see [`Store::another`]).
    pub fn new(
        settings: Settings,
        accounts: Store,
        chance: Chance,
        live: Live,
        vitals: Arc<Mutex<Vitals>>,
    ) -> Self {
        Self(Arc::new(Inner {
            settings,
            reader: accounts.reader(),
            accounts: Mutex::new(accounts),
            chance: Mutex::new(chance),
            throttle: Mutex::default(),
            known: Mutex::default(),
            sign_outs: broadcast::channel(1).0,
            hashing: tokio::sync::Semaphore::new(2),
            live,
            vitals,
            switch: OnceLock::new(),
            phones: OnceLock::new(),
            music: OnceLock::new(),
            prompts: OnceLock::new(),
            greetings: OnceLock::new(),
            showings: OnceLock::new(),
            call_types: OnceLock::new(),
        }))
    }

    /// What people want of the switch leaves here. The first way counts.
    pub fn connect(&self, switch: mpsc::Sender<Control>) {
        let _ = self.0.switch.set(switch);
    }

    /// Asks something of the switch. False: it does not keep up, or there is none.
    pub(super) fn ask(&self, control: Control) -> bool {
        self.0.switch.get().is_some_and(|switch| switch.try_send(control).is_ok())
    }

    /// From now on phones get their settings here. Said once, before anything is served.
    pub fn serve_phones(&self, phones: Phones) {
        let _ = self.0.phones.set(phones);
    }

    pub(super) fn phones(&self) -> Option<&Phones> {
        self.0.phones.get()
    }

    /// From now on music is kept by whoever hears these wishes. Said once, before anything is served.
    pub fn keep_music(&self, wishes: MusicWishes) {
        let _ = self.0.music.set(wishes);
    }

    pub(super) fn music(&self) -> Option<&MusicWishes> {
        self.0.music.get()
    }

    /// From now on recorded sentences are kept by whoever hears these wishes. Said once, before anything is served.
    pub fn keep_prompts(&self, wishes: PromptWishes) {
        let _ = self.0.prompts.set(wishes);
    }

    pub(super) fn prompts(&self) -> Option<&PromptWishes> {
        self.0.prompts.get()
    }

    /// From now on greetings are brought along here. Said once, before anything is served.
    pub fn keep_greetings(&self, greetings: Greetings) {
        let _ = self.0.greetings.set(greetings);
    }

    pub(super) fn greetings(&self) -> Option<&Greetings> {
        self.0.greetings.get()
    }

    /// From now on the office's own call types are examined and learnt by whoever hears these wishes. Said once, before
    /// anything is served.
    pub fn learn_call_types(&self, call_types: CallTypes) {
        let _ = self.0.call_types.set(call_types);
    }

    pub(super) fn call_types(&self) -> Option<&CallTypes> {
        self.0.call_types.get()
    }

    /// From now on it is known who shows homes. Said once, before anything is served.
    pub fn tell_showings(&self, office: ShowingOffice) {
        let _ = self.0.showings.set(Arc::new(office));
    }

    /// Who shows homes; nobody where nobody has said.
    pub(super) fn showing_office(&self) -> Arc<ShowingOffice> {
        self.0.showings.get().cloned().unwrap_or_default()
    }

    /// The id of a showing that is new.
    pub(super) fn draw_showing(&self) -> ShowingId {
        ShowingId::from_random(lock(&self.0.chance).next_u64())
    }

    /// The id of an incident that somebody opens.
    pub(super) fn draw_incident(&self) -> IncidentId {
        IncidentId::from_random(lock(&self.0.chance).next_u64())
    }

    /// A token for the page that makes the first account, if there is none yet. Valid until it is used, or until the
    /// next one is drawn.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub fn offer_setup(&self) -> Result<Option<Secret>, StoreError> {
        if !self.0.reader.needs_setup()? {
            return Ok(None);
        }
        let token = Secret::draw(&mut lock(&self.0.chance));
        lock(&self.0.accounts).offer_setup(token.hash(), self.now().wall)?;
        Ok(Some(token))
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub(super) fn zone(&self) -> &TimeZone {
        &self.0.settings.zone
    }

    pub(super) fn now(&self) -> Moment {
        (self.0.settings.now)()
    }

    pub(super) fn live(&self) -> &Live {
        &self.0.live
    }

    pub(super) fn vitals(&self) -> Vitals {
        let mut vitals = lock(&self.0.vitals).clone();
        vitals.calls_now = self.0.live.current();
        vitals.look(self.now().wall);
        vitals
    }

    pub(super) fn throttle(&self) -> MutexGuard<'_, Throttle> {
        lock(&self.0.throttle)
    }

    pub(super) fn known(&self) -> MutexGuard<'_, Known> {
        lock(&self.0.known)
    }

    /// A session has ended before its time.
    pub(super) fn signed_out(&self) {
        // Nobody looks: nobody is told.
        let _ = self.0.sign_outs.send(());
    }

    pub(super) fn sign_outs(&self) -> broadcast::Receiver<()> {
        self.0.sign_outs.subscribe()
    }

    pub(super) fn draw_secret(&self) -> Secret {
        Secret::draw(&mut lock(&self.0.chance))
    }

    /// Reads the store on a thread that may block.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Reader) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let reader = self.0.reader.clone();
        blocking(move || work(&reader)).await
    }

    /// Changes accounts or sessions on a thread that may block.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Store) -> T + Send + 'static,
    ) -> T {
        let site = self.clone();
        blocking(move || work(&mut lock(&site.0.accounts))).await
    }

    /// Does the costly work of hashing a password, not more than twice at once.
    pub(super) async fn hash<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Chance) -> T + Send + 'static,
    ) -> T {
        let _turn = self.0.hashing.acquire().await;
        let site = self.clone();
        blocking(move || {
            let mut seed = [0; 32];
            lock(&site.0.chance).fill_bytes(&mut seed);
            work(&mut Chance::from_seed(seed))
        })
        .await
    }

    /// The frame of a signed-in person's pages.
    pub(super) fn frame(&self, person: &Person) -> page::Frame {
        page::Frame {
            office: self.0.settings.office.clone(),
            user: person.name.clone(),
            csrf: person.session.csrf(),
            emergency: self.0.live.emergency(),
            escalations: self.0.live.escalations().all(),
            alarm: self.vitals().alarm_line(),
        }
    }
}

/// A panic in a query is that request's, as it would be without the thread.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(value) => value,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // Called off: the console is being shut down, and nobody waits for the answer any more.
            Err(_) => std::future::pending().await,
        },
    }
}
