//! The real host: sockets, threads and the real clock around the two hearts. It builds the house and decides nothing.

mod announcements;
mod backup;
mod browser_identity;
mod calendars;
mod call_types;
mod caller_names;
mod certificates;
mod clock;
pub mod command;
pub mod console_server;
mod descriptors;
mod desk_loop;
mod engines;
mod greetings;
mod heard_with;
mod held_against;
mod housekeeping;
mod in_force;
mod mailbox_sounds;
mod media_faxes;
mod media_legs;
mod media_multicast;
mod media_plane;
mod media_poll;
mod media_rooms;
mod media_slot;
mod music;
mod office;
mod pair_check;
mod phones;
mod plug_and_play;
mod post;
mod practice;
mod prompts;
mod recordings;
mod sockets;
mod sounds;
mod speaking;
mod speech_pool;
mod switch_loop;
mod telemetry;
mod terminal;
mod timeline_key;
mod trade;
mod trial;
mod understanding;
mod whole_file;
mod wire_tap;

use std::{
    fs, io,
    net::SocketAddr,
    path::Path,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    thread,
};

use anyhow::Context;
use rand_chacha::rand_core::SeedableRng;
use tokio::{
    net::TcpListener,
    runtime,
    sync::{mpsc, oneshot},
};
use tokio_rustls::TlsAcceptor;

use crate::{
    config::Config,
    console::{self, Live, Secret, Site, Vitals},
    desk::Engine,
    net::{Identity, Resolver, Wrapping},
    pbx::{Control, Fact, Settings, Shelf, Switch},
    store::Store,
    types::Chance,
};
use call_types::OwnCallTypes;
use certificates::Certificates;
use console_server::{Limits, Server};
use desk_loop::{Desk, DeskSettings};
use held_against::HeldAgainst;
use housekeeping::Housekeeping;
use in_force::InForce;
use mailbox_sounds::MailboxSounds;
use media_plane::{MediaPlane, MediaSettings};
use pair_check::PairChecks;
use post::Post;
use prompts::Prompts;
use recordings::Recordings;
use sockets::{Sockets, Trusts};
use sounds::Sounds;
use speaking::Learns;
use speech_pool::SpeechPool;
use switch_loop::{Onlookers, Switchboard, ToSwitch};
use trade::OfficeTrade;
use understanding::models;
use wire_tap::WireTap;

pub use calendars::Calendars;
pub use desk_loop::{NoNotice, Notice};
pub use office::desk as desk_settings;

/// Chance from the operating system: every generator of the house is seeded here.
///
/// # Errors
/// When the system has no randomness to give; then nothing may be started, for every secret would be guessable.
pub fn chance() -> anyhow::Result<Chance> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).context("the operating system gives no random numbers")?;
    Ok(Chance::from_seed(seed))
}

/// A house that runs.
#[derive(Debug)]
pub struct House {
    pub sip: SocketAddr,
    /// What the listeners of streams are bound to.
    pub streams: Vec<(Wrapping, SocketAddr)>,
    pub console: SocketAddr,
    /// The same under TLS, if that is asked for.
    pub secure_console: Option<SocketAddr>,
    /// The one-time link for the first account, if there is none yet.
    pub setup: Option<Secret>,
    /// Makes tokens and reads records, for commands and tests.
    pub vitals: Arc<Mutex<Vitals>>,
    to_switch: mpsc::Sender<ToSwitch>,
    in_force: Arc<InForce>,
    threads: Vec<thread::JoinHandle<()>>,
    console_stop: Option<oneshot::Sender<()>>,
    housekeeping_stop: Option<std::sync::mpsc::Sender<()>>,
    certificates_stop: Option<std::sync::mpsc::Sender<()>>,
    names_stop: Option<std::sync::mpsc::Sender<()>>,
}

/// Wishes of the console that may wait for the switch; further ones are refused, and the page says so.
const WISHES: usize = 64;

/// Who else hears the facts, besides desk and console.
pub type Listener = Box<dyn FnMut(&Fact) + Send>;

impl House {
    /// Builds everything and starts it. Phones can ring when this returns; the agent can speak a moment later, when its
    /// models are loaded.
    ///
    /// # Errors
    /// When an address cannot be bound, the folder of records cannot be made, or the configuration lacks a number.
    pub fn start(
        path: &Path,
        config: &Config,
        listener: Listener,
        notice: Box<dyn Notice>,
    ) -> anyhow::Result<Self> {
        let mut chance = chance()?;
        let folder = &config.store.folder;
        fs::create_dir_all(folder)
            .with_context(|| format!("the folder {} cannot be made", folder.display()))?;
        let (mut store, problem) = Store::attach(&folder.join(backup::RECORDS));
        let (file, reader) = (config, store.reader());
        let (config, left_out) = in_force::with_saved(file, &reader);
        let config = &config;
        let directory = Arc::new(office::directory(config)?);
        let rehearsal = engines::rehearsal(&directory);
        let timeline_key = timeline_key::open(folder);
        if let Some(key) = &timeline_key {
            store.sign_timelines(key.clone());
        }
        if let Some(problem) = problem {
            // Phones ring first: the desk keeps records in memory and tries again.
            tracing::error!(error = %problem, "the records cannot be opened; calls go on");
        }
        let vitals = Arc::new(Mutex::new(Vitals::new(
            config.extensions.iter().map(|account| account.extension.to_string()).collect(),
        )));
        {
            let mut vitals = vitals.lock().unwrap_or_else(PoisonError::into_inner);
            vitals.set_plan(directory.emergency.clone());
            vitals.timeline_key = timeline_key.map(|key| timeline_key::hex(&key.public()));
            vitals.set_fixed(directory.fixed_phones.keys().map(ToString::to_string).collect());
        }
        let live = Live::default();
        let (to_switch, inbox) = mpsc::channel(switch_loop::INBOX);
        let (media, media_thread) = MediaPlane::new(browser_identity::generate())?;
        let understanding = Arc::new(OnceLock::new());
        let types = office::call_types(config);
        let (wishes, wished) = mpsc::channel(in_force::WAITING);
        let shown_types = console::CallTypes::new(wishes);
        shown_types.replace(in_force::in_use(config, &types, left_out));
        let call_types = Arc::new(OwnCallTypes::wanting(types));
        let trade = OfficeTrade::of(office::office(config).roster);
        let learns = Learns {
            understanding: Arc::clone(&understanding),
            call_types: Arc::clone(&call_types),
            trade: trade.clone(),
        };
        let speech = speaking::start(config, rehearsal, &to_switch, media.clone(), &vitals, learns)?;
        let prompts = Prompts::keep(folder, &directory, speech.clone())?;
        media_thread.start(MediaSettings {
            bind: config.sip.transports.plain.iter().map(SocketAddr::ip).collect(),
            chance: split(&mut chance),
            speech: speech.clone(),
            recordings: Recordings::start(folder.clone())?,
            sounds: Sounds::start(folder.join(recordings::FOLDER), media.clone())?,
            to_switch: to_switch.clone(),
        })?;
        // A connection of the console's own; where the disk is away, it tries again at each request.
        let (mut accounts, _) = Store::attach(&folder.join(backup::RECORDS));
        // A disk that is away has none to tell; its emergencies stand again after the next start.
        live.restore_desks(accounts.desks().map(|(desks, _)| desks).unwrap_or_default());
        live.restore(accounts.reader().unseen_emergencies().unwrap_or_default());
        live.restore_escalations(&accounts.reader().open_escalations().unwrap_or_default());
        let emergencies = accounts.reader();
        let housekeeping = Housekeeping {
            reader: accounts.reader(),
            configuration: path.to_owned(),
            folder: folder.clone(),
            copies_to: config.store.copies_to.clone(),
            zone: config.office.hours.zone().clone(),
            record_days: config.store.record_days,
            vitals: Arc::clone(&vitals),
            trust_clock: config.practice.is_some(),
            to_switch: to_switch.clone(),
            tried: None,
            // In practice mode nothing is held against the month.
            pairs: std::env::current_exe().ok().filter(|_| config.practice.is_none()).map(|program| {
                PairChecks {
                    program,
                    configuration: path.to_owned(),
                    models: models(config).folder().to_owned(),
                    tried: None,
                    child: None,
                }
            }),
        };
        let (housekeeping_stop, housekeeping_thread) = housekeeping.keep()?;
        let (names_stop, names_thread) = caller_names::keep(accounts.reader(), to_switch.clone())?;
        let engine = Engine::new(store, office::desk(config)?, split(&mut chance));
        let sounds = MailboxSounds::new(folder, speech.clone());
        let (desk, desk_thread) = Desk::start(DeskSettings {
            engine,
            to_switch: to_switch.clone(),
            vitals: Arc::clone(&vitals),
            sounds,
            post: Post::start(config, folder)?,
            calendars: Calendars::start(config)?,
            trust_clock: config.practice.is_some(),
            notice,
        })?;
        let certificates = Certificates::open(config, Arc::clone(&vitals))?;
        let (identity, shown) = (certificates.identity(), certificates.identity());
        let (certificates_stop, certificates_thread) = certificates.keep()?;
        let phones = phones::phones(config, &directory, to_switch.clone())?;
        let archive = desk.clone();
        let onlookers = Onlookers {
            facts: fan_out(desk, live.clone(), Arc::clone(&vitals), phones.clone(), listener),
            tap: WireTap::new(Box::new(move |trace| archive.keep_trace(trace))),
        };
        let (sip, streams, switch_thread) =
            start_switch(config, directory, split(&mut chance), inbox, media, speech, onlookers, identity)?;
        let told = streams.iter().map(|(wrapping, address)| format!("{wrapping:?} {address}"));
        vitals.lock().unwrap_or_else(PoisonError::into_inner).listeners =
            [format!("Udp {sip}")].into_iter().chain(told).collect();
        let configured_music = Arc::new(Mutex::new(music::Configured::of(config)));
        let music = music::keep(folder, Arc::clone(&configured_music), to_switch.clone())?;
        let greetings = greetings::keep(config, split(&mut chance))?;
        let (console, setup, console_stop, console_thread) = start_console(
            config,
            accounts,
            split(&mut chance),
            live,
            Arc::clone(&vitals),
            Keepers {
                phones: phones.clone(),
                music,
                greetings: greetings.clone(),
                prompts: prompts.wishes(),
                showings: office::who_shows(config),
                call_types: shown_types.clone(),
                identity: shown,
            },
            &to_switch,
        )?;
        let in_force = Arc::new(InForce {
            reader,
            held_against: HeldAgainst::new(emergencies, understanding),
            vitals: Arc::clone(&vitals),
            to_switch: to_switch.clone(),
            phones,
            music: configured_music,
            greetings,
            prompts,
            learnt: call_types,
            trade,
            shown: shown_types,
            file: Mutex::new(file.clone()),
        });
        in_force.serve(wished)?;
        Ok(Self {
            sip,
            streams,
            console,
            secure_console: config.console.tls,
            setup,
            vitals,
            to_switch,
            in_force,
            threads: vec![
                switch_thread,
                desk_thread,
                console_thread,
                housekeeping_thread,
                names_thread,
                certificates_thread,
            ],
            certificates_stop: Some(certificates_stop),
            console_stop: Some(console_stop),
            housekeeping_stop: Some(housekeeping_stop),
            names_stop: Some(names_stop),
        })
    }

    /// Is the agent able to hear and speak? `None`: its models are still being loaded.
    pub fn speech(&self) -> Option<Result<(), String>> {
        self.vitals.lock().unwrap_or_else(PoisonError::into_inner).speech.clone()
    }

    /// Takes on an edited configuration. Calls in progress keep what they began with; addresses to listen on and folders change
    /// at the next start.
    ///
    /// # Errors
    /// When the new configuration lacks a number or a trunk, or an emergency of the last weeks would no longer be one with it;
    /// the old one stays.
    pub fn reload(&self, config: &Config) -> anyhow::Result<()> {
        self.in_force.read_again(config)
    }

    /// BYE to everybody, then the end; what was said is on disk when this returns.
    pub fn stop(mut self) {
        /// How long farewells may take: their answers are not waited for beyond it.
        const FAREWELL: std::time::Duration = std::time::Duration::from_millis(1_500);
        let _ = self.to_switch.blocking_send(ToSwitch::Control(Control::ShutDown));
        thread::park_timeout(FAREWELL);
        let _ = self.to_switch.blocking_send(ToSwitch::Stop);
        if let Some(stop) = self.console_stop.take() {
            let _ = stop.send(());
        }
        drop((self.housekeeping_stop.take(), self.names_stop.take(), self.certificates_stop.take()));
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread of the house had panicked");
            }
        }
    }
}

fn split(chance: &mut Chance) -> Chance {
    use rand_chacha::rand_core::Rng;
    let mut seed = [0; 32];
    chance.fill_bytes(&mut seed);
    Chance::from_seed(seed)
}

/// Every fact goes to the desk, to the console and to whoever else listens, in this order.
fn fan_out(
    desk: Desk,
    live: Live,
    vitals: Arc<Mutex<Vitals>>,
    phones: console::Phones,
    mut listener: Listener,
) -> Box<dyn FnMut(Fact) + Send> {
    Box::new(move |fact| {
        if let Fact::CallBarred { from, why, grave, .. } = &fact {
            tracing::warn!(extension = %from, %why, "alarm: a call to the outside was refused");
            if *grave {
                let at = clock::wall();
                vitals.lock().unwrap_or_else(PoisonError::into_inner).barred(from, &why.to_string(), at);
            }
        }
        desk.observe(&fact);
        live.observe(&fact, clock::wall());
        phones.observe(&fact);
        vitals.lock().unwrap_or_else(PoisonError::into_inner).observe(&fact);
        listener(&fact);
    })
}

/// Where UDP and the streams are listened on, and the thread.
type Started = (SocketAddr, Vec<(Wrapping, SocketAddr)>, thread::JoinHandle<()>);

/// The switch on a thread and a runtime of its own: the console's load is not the phones'.
#[expect(clippy::too_many_arguments, reason = "what the switch's thread takes with it")]
fn start_switch(
    config: &Config,
    directory: Arc<crate::pbx::Directory>,
    chance: Chance,
    inbox: mpsc::Receiver<ToSwitch>,
    media: MediaPlane,
    speech: SpeechPool,
    onlookers: Onlookers,
    identity: Identity,
) -> anyhow::Result<Started> {
    let listen = config.sip.listen;
    let config = config.clone();
    let (bound, when_bound) = std::sync::mpsc::sync_channel(1);
    let thread = thread::Builder::new().name("switch".into()).spawn(move || {
        let runtime = match runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => {
                let _ = bound.send(Err(error));
                return;
            }
        };
        runtime.block_on(async move {
            let sockets = match Sockets::open(&config, Some(&identity)) {
                Ok(sockets) => sockets,
                Err(error) => {
                    let _ = bound.send(Err(error));
                    return;
                }
            };
            let settings = Settings {
                media_fingerprint: media.fingerprint(),
                ..office::machine(&config, &sockets)
            };
            // Not to be read (no Linux): nothing to compare with.
            let lent = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
            if let Some(shared) = office::lent_ports(&settings.media_ports, &lent) {
                tracing::warn!(
                    ?shared,
                    "other programs may take these media ports: move `rtp_ports` below them, or take them out of \
                     net.ipv4.ip_local_port_range"
                );
            }
            let switch = Switch::new(clock::now(), directory, settings, chance);
            let _ = bound.send(Ok((sockets.udp.socket.local(), sockets.bound.clone())));
            let (trusts, resolver) = (Trusts::of(&config), Resolver::of_system());
            let answers = mpsc::channel(switch_loop::ANSWERS);
            Switchboard { switch, sockets, trusts, resolver, answers, inbox, media, speech, onlookers }.run().await;
        });
    })?;
    let (sip, streams) = when_bound.recv().context("the switch did not start")?.with_context(|| {
        format!("SIP cannot listen on {listen}: is another Portico, or another SIP program, running?")
    })?;
    Ok((sip, streams, thread))
}

type Console = (SocketAddr, Option<Secret>, oneshot::Sender<()>, thread::JoinHandle<()>);

/// Who does for the console what is not in the store.
struct Keepers {
    phones: console::Phones,
    music: console::MusicWishes,
    greetings: console::Greetings,
    prompts: console::PromptWishes,
    showings: console::ShowingOffice,
    call_types: console::CallTypes,
    /// What browsers are shown.
    identity: Identity,
}

fn start_console(
    config: &Config,
    accounts: Store,
    mut chance: Chance,
    live: Live,
    vitals: Arc<Mutex<Vitals>>,
    keepers: Keepers,
    to_switch: &mpsc::Sender<ToSwitch>,
) -> anyhow::Result<Console> {
    let settings = console::Settings {
        office: config.office.name.clone(),
        zone: config.office.hours.zone().clone(),
        properties: office::properties(config),
        recordings: config.store.folder.join(recordings::FOLDER),
        mailboxes: config.store.folder.join(Shelf::Mailboxes.folder()),
        music: music::folder(&config.store.folder),
        prompts: prompts::folder(&config.store.folder),
        behind_tls: config.console.behind_tls,
        now: clock::now,
    };
    let site = Site::new(settings, accounts, split(&mut chance), live, vitals);
    site.serve_phones(keepers.phones);
    site.keep_music(keepers.music);
    site.keep_greetings(keepers.greetings);
    site.keep_prompts(keepers.prompts);
    site.tell_showings(keepers.showings);
    site.learn_call_types(keepers.call_types);
    let (wishes, mut wished) = mpsc::channel(WISHES);
    site.connect(wishes);
    let to_switch = to_switch.clone();
    let near = config.phones.plug_and_play.then(|| office::reachable(config.sip.listen));
    let seed = split(&mut chance);
    let setup = site.offer_setup().unwrap_or_else(|error| {
        tracing::error!(%error, "nobody can be let into the console yet");
        None
    });
    let (listen, secure) = (config.console.listen, config.console.tls);
    let tls = TlsAcceptor::from(keepers.identity.server());
    let (bound, when_bound) = std::sync::mpsc::sync_channel(1);
    let (stop, stopped) = oneshot::channel();
    let thread = thread::Builder::new().name("console".into()).spawn(move || {
        let runtime = match runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .max_blocking_threads(4)
            .thread_name("console")
            .enable_all()
            .build()
        {
            Ok(runtime) => runtime,
            Err(error) => {
                let _ = bound.send(Err(error));
                return;
            }
        };
        runtime.block_on(async move {
            let listeners = async {
                let secure = match secure {
                    Some(secure) => Some(bind(secure).await?),
                    None => None,
                };
                let listener = bind(listen).await?;
                Ok((listener.local_addr()?, listener, secure))
            };
            let (listener, secure) = match listeners.await {
                Ok((address, listener, secure)) => {
                    let _ = bound.send(Ok(address));
                    (listener, secure)
                }
                Err(error) => {
                    let _ = bound.send(Err(error));
                    return;
                }
            };
            // Ends with the site, whose sender it waits for.
            tokio::spawn(async move {
                while let Some(control) = wished.recv().await {
                    if to_switch.send(ToSwitch::Control(control)).await.is_err() {
                        return;
                    }
                }
            });
            if let Some(own) = near.filter(|own| !own.is_loopback()) {
                tokio::spawn(plug_and_play::listen(site.clone(), own, seed));
            }
            let server = Server::new(console::router(site), Limits::default());
            let under_tls = async {
                match secure {
                    Some(secure) => server.listen(secure, Some(tls)).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = server.listen(listener, None) => {}
                () = under_tls => {}
                _ = stopped => {}
            }
        });
        // Open event streams would keep a graceful end waiting for ever.
        runtime.shutdown_background();
    })?;
    let address =
        when_bound.recv().context("the console did not start")?.context("the console cannot listen")?;
    Ok((address, setup, stop, thread))
}

async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{address}: {error}"));
    TcpListener::bind(address).await.map_err(named)
}

/// Reads the configuration file; if there is none, writes the one of practice mode first.
///
/// # Errors
/// When the file cannot be read or written, or has problems: all of them, with their lines and cures.
pub fn configuration(path: &Path) -> anyhow::Result<(Config, bool)> {
    let written = !path.exists();
    if written {
        let mut chance = chance()?;
        let text = crate::config::practice_file(|| password(&mut chance));
        // It holds passwords: it is the owner's alone.
        whole_file::write(path, text.as_bytes())
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let config = Config::parse(&path.display().to_string(), &text)?;
    Ok((config, written))
}

/// Sixteen letters and digits: 95 bits.
fn password(chance: &mut Chance) -> String {
    use rand_chacha::rand_core::Rng;
    const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    (0..16).map(|_| char::from(LETTERS[(chance.next_u64() % 62) as usize])).collect()
}
