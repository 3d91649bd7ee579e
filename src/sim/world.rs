//! The virtual host: the switch and the desk, the network, the phones, the carrier and the people, driven by one clock that jumps.
//!
//! A step takes what is due at the earliest of all deadlines, feeds it, and carries everything out that is asked for, until
//! nobody has anything to say. Nothing waits, so a story costs as many steps as things happen in it.

mod console;
mod far_ends;
mod machine;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    net::SocketAddr,
    time::{Duration, Instant},
};

use jiff::Timestamp;

use super::{
    caller::Person,
    carrier::{Carrier, Carriers},
    clock::Clock,
    ladder::Ladder,
    legs::{Legs, Report},
    network::{Network, Path},
    office::{self, CARRIER, OfficeError, SPARE, SWITCH},
    phone::{Manner, Phone},
    premises::Premises,
    scenario::PowerCut,
    station::Station,
    telling::Names,
};
use crate::{
    desk::{self, Engine},
    outbox::State,
    pbx::{self, Control, Fact, Switch, Verdict},
    sip,
    store::{CallFilter, Fault, Store, StoreError},
    types::{CallId, Extension, IncidentId, MessageKey},
};

/// Why a world cannot be built or does not go on.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    #[error(transparent)]
    Office(#[from] OfficeError),
    #[error("the store of the story fails by itself")]
    Store(#[from] StoreError),
    #[error("the house does not come to rest at {0:?}")]
    Restless(Duration),
}

/// One way of the lines: to the carrier some twenty milliseconds, in the office one.
const TO_CARRIER: Duration = Duration::from_millis(20);
const IN_OFFICE: Duration = Duration::from_millis(1);

/// Steps at one instant after which the house counts as restless.
const RESTLESS: u32 = 20_000;

/// What waits to be fed, in order.
#[derive(Debug)]
enum Pending {
    Report(Report),
    Control(Control),
    Desk(desk::Input),
}

/// The machine, while it has power.
#[derive(Debug)]
struct House {
    switch: Switch,
    desk: Engine,
    switch_due: Option<Instant>,
    desk_due: Option<Timestamp>,
}

/// The machine.
#[derive(Debug)]
enum Power {
    On(Box<House>),
    Off { store: Box<Store>, until: Instant },
}

#[derive(Debug)]
pub(super) struct World {
    pub(super) clock: Clock,
    pub(super) network: Network,
    premises: Premises,
    pub(super) carriers: Carriers,
    pub(super) phones: BTreeMap<Extension, Phone>,
    pub(super) people: BTreeMap<String, Person>,
    /// Those of them who are on the telephone: nobody else has anything to do by themselves.
    live: BTreeSet<String>,
    pub(super) names: Names,
    pub(super) ladder: Ladder,
    power: Power,
    legs: Legs,
    /// Who is the caller of a call.
    callers: BTreeMap<CallId, String>,
    pending: VecDeque<Pending>,
    /// The power is to fail then, for so long.
    power_cut: Option<(PowerCut, Duration)>,
    speech_works: bool,
    registered: BTreeSet<(Extension, String)>,
    /// The calls in which danger was heard.
    escalated: BTreeSet<CallId>,
    /// What the switch has told, if somebody wants to know.
    pub(super) facts: Vec<(Duration, Fact)>,
    noted_calls: BTreeSet<CallId>,
    noted_texts: BTreeMap<MessageKey, (State, u16)>,
    /// In which words.
    noted_incidents: BTreeMap<IncidentId, String>,
    seed: u64,
    boots: u64,
    still: (Duration, u32),
}

impl World {
    /// The office before anybody is plugged in.
    pub(super) fn new(
        premises: Premises,
        wall: Timestamp,
        seed: u64,
        columns: Vec<String>,
    ) -> Result<Self, WorldError> {
        let clock = Clock::at(wall);
        let mut network = Network::new(seed);
        network.connect(CARRIER, Path::of(TO_CARRIER));
        network.connect(SPARE, Path::of(TO_CARRIER));
        let carrier = |at, seed| Carrier::new(Station::new(clock.now().at, at, SWITCH, None, seed));
        let carriers = Carriers { first: carrier(CARRIER, seed ^ 2), spare: carrier(SPARE, seed ^ 3) };
        let store = Store::in_memory()?;
        let mut world = Self {
            network,
            carriers,
            phones: BTreeMap::new(),
            people: BTreeMap::new(),
            live: BTreeSet::new(),
            names: Names::default(),
            ladder: Ladder::new(columns),
            power: Power::Off { store: Box::new(store), until: clock.now().at },
            legs: Legs::new(premises.voicemail, premises.understands.clone()),
            callers: BTreeMap::new(),
            pending: VecDeque::new(),
            power_cut: None,
            speech_works: true,
            registered: BTreeSet::new(),
            escalated: BTreeSet::new(),
            noted_calls: BTreeSet::new(),
            noted_texts: BTreeMap::new(),
            noted_incidents: BTreeMap::new(),
            seed,
            boots: 0,
            still: (Duration::ZERO, 0),
            facts: Vec::new(),
            clock,
            premises,
        };
        world.step(world.clock.now().at)?;
        Ok(world)
    }

    // ---- time

    /// Lets time pass until then.
    pub(super) fn run_until(&mut self, end: Instant) -> Result<(), WorldError> {
        while self.step(end)? {}
        self.clock.jump_to(end);
        Ok(())
    }

    pub(super) fn run_for(&mut self, time: Duration) -> Result<(), WorldError> {
        self.run_until(self.clock.now().at + time)
    }

    /// One step, if there is one no later than `limit`.
    pub(super) fn step(&mut self, limit: Instant) -> Result<bool, WorldError> {
        self.settle()?;
        let Some(next) = self.next_due().filter(|next| *next <= limit) else { return Ok(false) };
        self.clock.jump_to(next);
        self.count_steps()?;
        let now = self.clock.now().at;
        self.power_comes_back(now)?;
        while let Some(parcel) = self.network.arrived(now) {
            self.deliver(&parcel)?;
        }
        while let Some((report, noticed)) = self.legs.happened(now) {
            self.notice(&report, noticed);
            self.pending.push_back(Pending::Report(report));
            self.settle()?;
        }
        self.people_act(now)?;
        self.phones_act(now)?;
        self.machines_wake(now)?;
        self.live.retain(|name| self.people.get(name).is_some_and(Person::is_on_the_telephone));
        Ok(true)
    }

    fn next_due(&self) -> Option<Instant> {
        let machine = match &self.power {
            Power::On(house) => {
                let desk = house.desk_due.map(|due| self.clock.instant_of(due));
                [house.switch_due, desk].into_iter().flatten().min()
            }
            Power::Off { until, .. } => Some(*until),
        };
        let phones = self.phones.values().flat_map(|phone| [phone.handset.due(), phone.station.due()]);
        let live = self.live.iter().filter_map(|name| self.people.get(name));
        let people = live.flat_map(|person| [person.handset.due(), person.due()]);
        phones
            .chain(people)
            .chain([self.carriers.first.station.due(), self.carriers.spare.station.due()])
            .chain([self.network.due(), self.legs.due(), machine])
            .flatten()
            .min()
            .map(|due| due.max(self.clock.now().at))
    }

    fn count_steps(&mut self) -> Result<(), WorldError> {
        let now = self.clock.elapsed();
        self.still = if self.still.0 == now { (now, self.still.1 + 1) } else { (now, 0) };
        if self.still.1 > RESTLESS { Err(WorldError::Restless(now)) } else { Ok(()) }
    }

    // ---- the book

    pub(super) fn note(&mut self, column: &str, sentence: String, lasting: bool) {
        let at = self.clock.elapsed();
        self.ladder.note(at, column, sentence, lasting);
    }

    /// Notes calls and texts that have not been noted as they are.
    fn note_rows(&mut self, calls: bool, texts: bool) -> Result<(), WorldError> {
        if self.ladder.is_terse() {
            return Ok(());
        }
        let Some(reader) = self.store().map(Store::reader) else { return Ok(()) };
        if calls {
            let rows = reader.calls(CallFilter::All, None, 100)?.items;
            for row in rows.into_iter().rev() {
                if !self.noted_calls.insert(row.id) {
                    continue;
                }
                self.note("desk", self.names.record(&row), true);
                let Some(detail) = reader.call(row.id)? else { continue };
                for order in &detail.work_orders {
                    self.note("desk", self.names.work_order(order), true);
                }
                for lead in &detail.leads {
                    self.note("desk", self.names.lead(lead), true);
                }
            }
            self.note_incidents()?;
        }
        if texts {
            for row in reader.messages(None, None, 200)?.items.into_iter().rev() {
                let Some(state) = row.state else { continue };
                let known = self.noted_texts.insert(row.key, (state, row.attempts));
                if known == Some((state, row.attempts)) {
                    continue;
                }
                if let Some((sentence, lasting)) = self.names.text(&row) {
                    self.note("desk", sentence, lasting);
                }
            }
        }
        Ok(())
    }

    // ---- what a story does to the house

    pub(super) fn plug_in(&mut self, extension: &Extension, manner: Manner) {
        let address = office::address_of(extension);
        self.network.connect(address, Path::of(IN_OFFICE));
        let password = self.premises.password(extension);
        let account = Some((extension.as_str(), password.as_str()));
        let seed = self.seed ^ 0x1000 ^ u64::from(address.port()) ^ extension.as_str().parse().unwrap_or(0);
        let station = Station::new(self.clock.now().at, address, SWITCH, account, seed);
        self.phones.insert(extension.clone(), Phone::new(station, manner));
        self.drain_station(address);
    }

    /// Somebody outside calls a number of the office.
    pub(super) fn person_calls(&mut self, name: &str, dialled: &str) -> Result<(), sip::SendError> {
        let now = self.clock.now().at;
        let Some(person) = self.people.get_mut(name) else { return Err(sip::SendError::BadTarget) };
        let from = match person.withheld {
            true => sip::Identity { user: "anonymous".to_owned(), display: "Anonymous".to_owned() },
            false => sip::Identity { user: person.number.to_string(), display: person.display.clone() },
        };
        let session = self.carriers.first.station.call(now, from, dialled)?;
        person.carrier = CARRIER;
        person.handset.made(session);
        self.live.insert(name.to_owned());
        self.note("carrier", format!("{name} calls"), false);
        self.drain_station(CARRIER);
        Ok(())
    }

    /// If they are on the telephone.
    pub(super) fn person_hangs_up(&mut self, name: &str) {
        let now = self.clock.now().at;
        if let Some(person) = self.people.get_mut(name) {
            let carrier = person.carrier;
            let _ = person.handset.hang_up(now, &mut self.carriers.at(carrier).station);
            self.drain_station(carrier);
        }
    }

    /// Somebody outside texts the number that the office shows.
    pub(super) fn person_texts(&mut self, name: &str, body: &str) -> Result<(), sip::SendError> {
        let now = self.clock.now().at;
        let Some(person) = self.people.get(name) else { return Err(sip::SendError::BadTarget) };
        let from = person.number.to_string();
        let to = self.premises.directory.outbound_caller.to_string();
        self.carriers.first.station.text(now, &from, &to, body)?;
        self.drain_station(CARRIER);
        Ok(())
    }

    /// The story begins: what came before it is not in the book.
    pub(super) fn begin(&mut self) {
        self.clock.begin();
        self.ladder.forget();
    }

    pub(super) fn speech_works(&mut self, works: bool) -> Result<(), WorldError> {
        self.speech_works = works;
        self.feed(|house, now| house.switch.handle_input(now, pbx::Input::SpeechReady(works)))?;
        self.settle()
    }

    pub(super) fn disk_works(&mut self, works: bool) {
        let fault = if works { Fault::None } else { Fault::Commits { first: 1, count: u64::MAX } };
        if let Power::On(house) = &mut self.power {
            house.desk.store_mut().inject(fault);
        }
    }

    /// The carrier cannot be reached, and nothing comes from it; or it can again.
    pub(super) fn line_lives(&mut self, address: SocketAddr, lives: bool) {
        self.network.change(Some(address), None, |path| path.dead = !lives);
        self.legs.cut_off(self.clock.now().at, address.ip(), !lives);
    }

    /// Somebody at a console sees to every danger that nobody else has: people on call are rung no more.
    pub(super) fn see_to_dangers(&mut self) -> Result<(), WorldError> {
        for call in std::mem::take(&mut self.escalated) {
            let (verdict, by) = (Verdict::Accepted, "the console".to_owned());
            let settle = Control::SettleEscalation { call, verdict, by };
            self.feed(|house, now| house.switch.handle_input(now, pbx::Input::Control(settle)))?;
        }
        self.settle()
    }

    // ---- what is left

    pub(super) fn switch(&self) -> Option<&Switch> {
        match &self.power {
            Power::On(house) => Some(&house.switch),
            Power::Off { .. } => None,
        }
    }

    pub(super) fn desk(&self) -> Option<&Engine> {
        match &self.power {
            Power::On(house) => Some(&house.desk),
            Power::Off { .. } => None,
        }
    }

    pub(super) fn store(&self) -> Option<&Store> {
        self.desk().map(Engine::store)
    }

    pub(super) fn media_is_closed(&self) -> bool {
        self.legs.is_empty()
    }

    /// Is a request of the switch's own waiting for its answer?
    pub(super) fn is_probing(&self) -> bool {
        self.switch().is_some_and(|switch| switch.sip_counts().client_transactions > 0)
    }

    pub(super) fn power_waits(&self) -> bool {
        self.power_cut.is_some()
    }
}
