//! The virtual host: the switch and the desk, the network, the phones, the carrier and the people, driven by one clock that jumps.
//!
//! A step takes what is due at the earliest of all deadlines, feeds it, and carries everything out that is asked for, until
//! nobody has anything to say. Nothing waits, so a story costs as many steps as things happen in it.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use rand_chacha::rand_core::SeedableRng;

use super::{
    caller::{Deed, Person},
    carrier::Carrier,
    clock::Clock,
    datagram,
    ladder::Ladder,
    legs::{Legs, Noticed, Report},
    network::{Network, Parcel, Path, Sent, Way},
    office::{self, CARRIER, Office, OfficeError, SWITCH},
    phone::{Manner, Phone},
    scenario::PowerCut,
    station::{Said, Station},
    telling::{self, Names},
};
use crate::{
    desk::{self, Engine},
    outbox::State,
    pbx::{self, Control, Directory, Fact, MediaCommand, MediaEvent, SpeechCommand, Switch},
    sip::{self, Event},
    store::{CallFilter, Fault, Store, StoreError},
    types::{CallId, Chance, Extension, MessageKey},
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
    pub(super) office: Office,
    pub(super) carrier: Carrier,
    pub(super) phones: BTreeMap<Extension, Phone>,
    pub(super) people: BTreeMap<String, Person>,
    pub(super) names: Names,
    pub(super) ladder: Ladder,
    directory: Arc<Directory>,
    power: Power,
    legs: Legs,
    /// Who is the caller of a call.
    callers: BTreeMap<CallId, String>,
    pending: VecDeque<Pending>,
    /// The power is to fail then, for so long.
    power_cut: Option<(PowerCut, Duration)>,
    speech_works: bool,
    registered: BTreeSet<(Extension, String)>,
    noted_calls: BTreeSet<CallId>,
    noted_texts: BTreeMap<MessageKey, (State, u16)>,
    seed: u64,
    boots: u64,
    still: (Duration, u32),
}

impl World {
    /// The office before anybody is plugged in.
    pub(super) fn new(
        office: Office,
        extensions: &[Extension],
        wall: Timestamp,
        seed: u64,
        columns: Vec<String>,
    ) -> Result<Self, WorldError> {
        let clock = Clock::at(wall);
        let directory = Arc::new(office.directory(extensions)?);
        let mut network = Network::new(seed);
        network.connect(CARRIER, Path::of(TO_CARRIER));
        let station = Station::new(clock.now().at, CARRIER, SWITCH, None, seed ^ 2);
        let store = Store::in_memory()?;
        let mut world = Self {
            network,
            carrier: Carrier::new(station),
            phones: BTreeMap::new(),
            people: BTreeMap::new(),
            names: Names::default(),
            ladder: Ladder::new(columns),
            directory,
            power: Power::Off { store: Box::new(store), until: clock.now().at },
            legs: Legs::default(),
            callers: BTreeMap::new(),
            pending: VecDeque::new(),
            power_cut: None,
            speech_works: true,
            registered: BTreeSet::new(),
            noted_calls: BTreeSet::new(),
            noted_texts: BTreeMap::new(),
            seed,
            boots: 0,
            still: (Duration::ZERO, 0),
            clock,
            office,
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
        let people = self.people.values().flat_map(|person| [person.handset.due(), person.due()]);
        phones
            .chain(people)
            .chain([self.carrier.station.due(), self.network.due(), self.legs.due(), machine])
            .flatten()
            .min()
            .map(|due| due.max(self.clock.now().at))
    }

    fn count_steps(&mut self) -> Result<(), WorldError> {
        let now = self.clock.elapsed();
        self.still = if self.still.0 == now { (now, self.still.1 + 1) } else { (now, 0) };
        if self.still.1 > RESTLESS { Err(WorldError::Restless(now)) } else { Ok(()) }
    }

    // ---- far ends

    fn deliver(&mut self, parcel: &Parcel) -> Result<(), WorldError> {
        let now = self.clock.now();
        let label = datagram::label(&parcel.bytes);
        if parcel.to == SWITCH {
            self.ladder.unseen(self.clock.elapsed(), format!("portico gets {label}"));
            if let Power::On(house) = &mut self.power {
                let flow = sip::Flow {
                    transport: sip::Transport::Udp,
                    remote: parcel.from,
                    local: SWITCH,
                    connection: None,
                };
                let input = pbx::Input::Sip(sip::Input::Datagram { flow, bytes: &parcel.bytes });
                house.switch.handle_input(now, input);
                self.drain_switch()?;
            }
        } else if let Some(name) = self.name_at(parcel.to) {
            self.ladder.unseen(self.clock.elapsed(), format!("{name} gets {label}"));
            if let Some(station) = self.station_at(parcel.to) {
                station.take(now.at, parcel.from, &parcel.bytes);
            }
            self.drain_station(parcel.to);
        }
        self.settle()
    }

    fn station_at(&mut self, address: SocketAddr) -> Option<&mut Station> {
        if address == CARRIER {
            return Some(&mut self.carrier.station);
        }
        self.phones.values_mut().map(|phone| &mut phone.station).find(|station| station.address == address)
    }

    fn name_at(&self, address: SocketAddr) -> Option<String> {
        if address == CARRIER {
            return Some("carrier".to_owned());
        }
        let at = |(_, phone): &(&Extension, &Phone)| phone.station.address == address;
        self.phones.iter().find(at).map(|(extension, _)| extension.to_string())
    }

    /// Carries out what a station says.
    pub(super) fn drain_station(&mut self, address: SocketAddr) {
        let now = self.clock.now().at;
        while let Some(said) = self.station_at(address).and_then(|station| station.poll(now)) {
            match said {
                Said::Datagram { to, bytes } => {
                    self.post(address, Way::From, Parcel { from: address, to, bytes });
                }
                Said::Event(event) if address == CARRIER => self.at_the_carrier(&event),
                Said::Event(event) => {
                    let at = |phone: &&mut Phone| phone.station.address == address;
                    if let Some(phone) = self.phones.values_mut().find(at) {
                        // A call that ends in the same breath needs no answer.
                        drop(phone.handle(now, &event));
                    }
                }
            }
        }
    }

    fn at_the_carrier(&mut self, event: &Event) {
        let now = self.clock.now().at;
        match event {
            Event::Invited { session, invitation } => {
                let number = invitation.dialled.parse().ok();
                let person = self.people.values_mut().find(|person| Some(person.number) == number);
                let done = match person {
                    Some(person) => person.handset.invited(now, &mut self.carrier.station, *session),
                    None => self.carrier.station.refuse(now, *session, 404),
                };
                drop(done);
            }
            Event::TextReceived { text, .. } => drop(self.carrier.take_text(now, *text)),
            Event::Cancelled { session, .. }
            | Event::Failed { session, .. }
            | Event::Ended { session, .. } => {
                for person in self.people.values_mut() {
                    person.handset.gone(*session);
                }
            }
            _ => {}
        }
    }

    fn post(&mut self, peer: SocketAddr, way: Way, parcel: Parcel) {
        let label = datagram::label(&parcel.bytes);
        let (from, to) = (parcel.from, parcel.to);
        let now = self.clock.now().at;
        let sent = self.network.send(now, peer, way, parcel);
        // Registrations and probes come and go all day.
        if self.ladder.is_terse() || label.ends_with("REGISTER") || label.ends_with("OPTIONS") {
            return;
        }
        let name = |address| self.name_at(address).unwrap_or_else(|| "portico".to_owned());
        let (from, to) = (name(from), name(to));
        let remark = match sent {
            Sent::OnItsWay | Sent::Lost => String::new(),
            Sent::Late(by) => format!("(late by {} ms)", by.as_millis()),
            Sent::Twice => "(arrives twice)".to_owned(),
        };
        self.ladder.arrow(self.clock.elapsed(), &from, &to, &label, sent == Sent::Lost, remark);
    }

    fn people_act(&mut self, now: Instant) -> Result<(), WorldError> {
        let due = |person: &Person| person.due().is_some_and(|due| due <= now);
        let ready: Vec<String> =
            self.people.iter().filter(|(_, person)| due(person)).map(|(name, _)| name.clone()).collect();
        for name in ready {
            let Some(person) = self.people.get_mut(&name) else { continue };
            match person.act(now) {
                Some(Deed::Hear { leg, event }) => {
                    self.feed(|house, now| {
                        house.switch.handle_input(now, pbx::Input::Speech { leg, event })
                    })?;
                }
                Some(Deed::Key { leg, digit }) => {
                    let event = MediaEvent::Digit(digit);
                    self.feed(|house, now| house.switch.handle_input(now, pbx::Input::Media { leg, event }))?;
                }
                Some(Deed::HangUp) => {
                    // Somebody may have been quicker.
                    drop(person.handset.hang_up(now, &mut self.carrier.station));
                    self.drain_station(CARRIER);
                }
                None => {}
            }
            self.settle()?;
        }
        Ok(())
    }

    fn phones_act(&mut self, now: Instant) -> Result<(), WorldError> {
        let mut changed = Vec::new();
        for phone in self.phones.values_mut() {
            if phone.handset.due().is_some_and(|due| due <= now) {
                drop(phone.act(now));
                changed.push(phone.station.address);
            }
            if phone.station.due().is_some_and(|due| due <= now) {
                phone.station.wake(now);
                changed.push(phone.station.address);
            }
        }
        for person in self.people.values_mut() {
            if person.handset.due().is_some_and(|due| due <= now) {
                drop(person.handset.act(now, &mut self.carrier.station));
                changed.push(CARRIER);
            }
        }
        if self.carrier.station.due().is_some_and(|due| due <= now) {
            self.carrier.station.wake(now);
            changed.push(CARRIER);
        }
        for address in changed {
            self.drain_station(address);
        }
        self.settle()
    }

    // ---- the machine

    fn feed(&mut self, input: impl FnOnce(&mut House, crate::types::Moment)) -> Result<(), WorldError> {
        let now = self.clock.now();
        if let Power::On(house) = &mut self.power {
            input(house, now);
            self.drain_switch()?;
        }
        Ok(())
    }

    fn machines_wake(&mut self, now: Instant) -> Result<(), WorldError> {
        let Power::On(house) = &self.power else { return Ok(()) };
        let desk = house.desk_due.is_some_and(|due| self.clock.instant_of(due) <= now);
        if house.switch_due.is_some_and(|due| due <= now) {
            self.feed(|house, now| house.switch.handle_input(now, pbx::Input::Timeout))?;
        }
        if desk {
            self.pending.push_back(Pending::Desk(desk::Input::Timeout));
        }
        self.settle()
    }

    /// Feeds what waits, one by one, until nothing does.
    pub(super) fn settle(&mut self) -> Result<(), WorldError> {
        loop {
            let Some(pending) = self.pending.pop_front() else { return Ok(()) };
            match pending {
                Pending::Report(report) => self.feed(|house, now| {
                    let input = match report {
                        Report::Media { leg, event } => pbx::Input::Media { leg, event },
                        Report::Understood { leg, turn, reading } => {
                            pbx::Input::Understood { leg, turn, reading }
                        }
                    };
                    house.switch.handle_input(now, input);
                })?,
                Pending::Control(control) => {
                    self.feed(|house, now| house.switch.handle_input(now, pbx::Input::Control(control)))?;
                }
                Pending::Desk(input) => self.feed_desk(input)?,
            }
        }
    }

    /// Carries everything out that the switch asks for.
    fn drain_switch(&mut self) -> Result<(), WorldError> {
        let now = self.clock.now();
        loop {
            let Power::On(house) = &mut self.power else { return Ok(()) };
            match house.switch.poll_output(now) {
                pbx::Output::Timeout(due) => {
                    house.switch_due = due.map(|(at, _)| at);
                    return Ok(());
                }
                pbx::Output::Transmit { flow, bytes } => {
                    let text = bytes.starts_with(b"MESSAGE ");
                    self.post(flow.remote, Way::To, Parcel { from: SWITCH, to: flow.remote, bytes });
                    if let (true, Some((PowerCut::WhenTextLeaves, off))) = (text, self.power_cut) {
                        self.power_cut = None;
                        return self.cut_power(off);
                    }
                }
                pbx::Output::CloseConnection { .. } => {}
                pbx::Output::Media { leg, command } => {
                    if let MediaCommand::Announce { .. } = command {
                        self.note("portico", "the announcement is played".to_owned(), false);
                    }
                    let report = self.legs.media(now.at, leg, command);
                    self.pending.extend(report.map(Pending::Report));
                }
                pbx::Output::Speech { leg, command } => self.speech(leg, &command)?,
                pbx::Output::Fact(fact) => self.take_fact(fact),
            }
        }
    }

    fn speech(&mut self, leg: crate::types::LegId, command: &SpeechCommand) -> Result<(), WorldError> {
        let now = self.clock.now();
        let caller = self.legs.call_of(leg).and_then(|call| self.callers.get(&call)).cloned();
        let person = caller.and_then(|name| self.people.get_mut(&name));
        let noticed = self.legs.speech(now.at, leg, command);
        let Some(person) = person else { return Ok(()) };
        match command {
            SpeechCommand::Listen { turn } => {
                if let Some(Deed::Hear { leg, event }) = person.listened_to(now.at, leg, *turn)
                    && let Power::On(house) = &mut self.power
                {
                    // Drained by the loop that we are in.
                    house.switch.handle_input(now, pbx::Input::Speech { leg, event });
                }
            }
            SpeechCommand::Deaf => person.unheard(leg),
            _ => {
                if noticed == Some(Noticed::Breath) {
                    person.agent_draws_breath();
                }
            }
        }
        Ok(())
    }

    /// The caller at the other end hears the agent begin, or end.
    fn notice(&mut self, report: &Report, noticed: Option<Noticed>) {
        let (Report::Media { leg, .. }, Some(noticed)) = (report, noticed) else { return };
        let now = self.clock.now().at;
        if let Some(person) = self.people.values_mut().find(|person| person.is_on(*leg)) {
            match noticed {
                Noticed::Breath => person.agent_draws_breath(),
                Noticed::Audible => person.agent_is_audible(now),
                Noticed::Silent(text) => person.agent_falls_silent(now, &text),
            }
        }
    }

    fn take_fact(&mut self, fact: Fact) {
        if let Some((column, sentence, lasting)) = self.names.fact(&fact) {
            self.note(column, sentence, lasting);
        }
        let input = match fact {
            Fact::CallStarted { call, caller, .. } => {
                let name = match &caller {
                    pbx::Caller::Number { number, .. } => {
                        let number = *number;
                        self.people.iter().find(|(_, person)| person.number == number && !person.withheld)
                    }
                    pbx::Caller::Anonymous => self
                        .people
                        .iter()
                        .find(|(_, person)| person.withheld && person.handset.call().is_some()),
                    pbx::Caller::Extension(_) => None,
                };
                if let Some((name, _)) = name {
                    self.callers.insert(call, name.clone());
                }
                desk::Input::CallStarted { call, caller }
            }
            Fact::Answered { call, .. } => desk::Input::PersonAnswered { call },
            Fact::Ended(record) => {
                self.callers.remove(&record.call);
                desk::Input::CallEnded(record)
            }
            Fact::TextReceived { text, from, to, body, call_id } => {
                desk::Input::TextReceived { text, from, to, body, call_id }
            }
            Fact::TextSettled { key, result } => desk::Input::Delivered { key, result },
            Fact::Bound { binding } => {
                if self.registered.insert((binding.extension.clone(), binding.contact.clone())) {
                    self.note("portico", format!("{} is registered", binding.extension), false);
                }
                desk::Input::Bound(binding)
            }
            Fact::Unbound { extension, contact } => {
                if self.registered.remove(&(extension.clone(), contact.clone())) {
                    self.note("portico", format!("{extension} is not registered any more"), false);
                }
                desk::Input::Unbound { extension, contact }
            }
            Fact::TrunkHealth { health: sip::TrunkHealth::Up, .. } => desk::Input::TrunkUp,
            _ => return,
        };
        self.pending.push_back(Pending::Desk(input));
    }

    pub(super) fn feed_desk(&mut self, input: desk::Input) -> Result<(), WorldError> {
        let now = self.clock.now().wall;
        let Power::On(house) = &mut self.power else { return Ok(()) };
        if let (desk::Input::CallEnded(_), Some((PowerCut::AfterRecord, off))) = (&input, self.power_cut) {
            // The first commit is the record; the second would claim its texts, and does not happen any more.
            house.desk.store_mut().inject(Fault::Commits { first: 2, count: u64::MAX });
            house.desk.handle_input(now, input);
            self.power_cut = None;
            return self.cut_power(off);
        }
        house.desk.handle_input(now, input);
        self.drain_desk()
    }

    fn drain_desk(&mut self) -> Result<(), WorldError> {
        let now = self.clock.now().wall;
        let (mut calls, mut texts) = (false, false);
        loop {
            let Power::On(house) = &mut self.power else { return Ok(()) };
            match house.desk.poll_output(now) {
                desk::Output::Deliver(entry) => self.pending.push_back(Pending::Control(Control::SendText {
                    key: entry.key,
                    from: entry.from,
                    to: entry.to,
                    body: entry.body,
                })),
                desk::Output::SettleText { text, stored } => {
                    let said = if stored { "text stored" } else { "text refused: it cannot be stored" };
                    self.note("desk", said.to_owned(), false);
                    self.pending.push_back(Pending::Control(Control::SettleText { text, stored }));
                }
                desk::Output::RestoreBindings(bindings) => {
                    self.pending.push_back(Pending::Control(Control::RestoreBindings(bindings)));
                }
                desk::Output::Changed(desk::Changed::Call(_)) => calls = true,
                desk::Output::Changed(desk::Changed::Message { .. }) => texts = true,
                desk::Output::Changed(_) => {}
                desk::Output::Alarm(alarm) => self.note("desk", telling::alarm(&alarm), true),
                desk::Output::Timeout(due) => {
                    house.desk_due = due.map(|(at, _)| at);
                    break;
                }
            }
        }
        self.note_rows(calls, texts)
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
        let password = office::password(extension);
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
        let session = self.carrier.station.call(now, from, dialled)?;
        person.handset.made(session);
        self.note("carrier", format!("{name} calls"), false);
        self.drain_station(CARRIER);
        Ok(())
    }

    /// If they are on the telephone.
    pub(super) fn person_hangs_up(&mut self, name: &str) {
        let now = self.clock.now().at;
        if let Some(person) = self.people.get_mut(name) {
            drop(person.handset.hang_up(now, &mut self.carrier.station));
            self.drain_station(CARRIER);
        }
    }

    /// Somebody outside texts the office's main number.
    pub(super) fn person_texts(&mut self, name: &str, body: &str) -> Result<(), sip::SendError> {
        let now = self.clock.now().at;
        let Some(person) = self.people.get(name) else { return Err(sip::SendError::BadTarget) };
        let from = person.number.to_string();
        self.carrier.station.text(now, &from, office::MAIN.1, body)?;
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

    pub(super) fn power_will_fail(&mut self, when: PowerCut, off: Duration) -> Result<(), WorldError> {
        match when {
            PowerCut::Now => self.cut_power(off),
            _ => {
                self.power_cut = Some((when, off));
                Ok(())
            }
        }
    }

    fn cut_power(&mut self, off: Duration) -> Result<(), WorldError> {
        let until = self.clock.now().at + off;
        let fresh = Power::Off { store: Box::new(Store::in_memory()?), until };
        if let Power::On(house) = std::mem::replace(&mut self.power, fresh) {
            let store = Box::new(house.desk.into_store().power_cut()?);
            self.power = Power::Off { store, until };
        }
        self.note("portico", "the power fails".to_owned(), false);
        self.legs = Legs::default();
        self.callers.clear();
        self.pending.clear();
        self.registered.clear();
        Ok(())
    }

    fn power_comes_back(&mut self, now: Instant) -> Result<(), WorldError> {
        let Power::Off { until, .. } = &self.power else { return Ok(()) };
        if *until > now {
            return Ok(());
        }
        let settings = self.office.desk()?;
        let off = Power::Off { store: Box::new(Store::in_memory()?), until: now };
        let Power::Off { store, .. } = std::mem::replace(&mut self.power, off) else { return Ok(()) };
        self.boots += 1;
        let chance = |salt: u64| Chance::seed_from_u64(self.seed ^ (self.boots << 32) ^ salt);
        let moment = self.clock.now();
        let switch = Switch::new(moment, self.directory.clone(), Office::machine(), chance(0x51));
        let desk = Engine::new(*store, settings, chance(0xde));
        self.power = Power::On(Box::new(House { switch, desk, switch_due: None, desk_due: None }));
        if self.boots > 1 {
            self.note("portico", "the power is back".to_owned(), false);
        }
        self.drain_switch()?;
        self.feed_desk(desk::Input::ClockSynchronised(true))?;
        self.speech_works(self.speech_works)?;
        self.note_rows(true, true)
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

    fn store(&self) -> Option<&Store> {
        self.desk().map(Engine::store)
    }

    pub(super) fn media_is_closed(&self) -> bool {
        self.legs.is_empty()
    }

    pub(super) fn power_waits(&self) -> bool {
        self.power_cut.is_some()
    }
}
