//! What the calls share: the SIP endpoint, the media ports, the places at the agent, and the outputs on their way.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    net::IpAddr,
    ops::RangeInclusive,
    sync::Arc,
    time::{Duration, Instant},
};

use rand_chacha::rand_core::{Rng, SeedableRng};

use super::{
    DayNight, Directory, Fact, LegResult, Mailbox, MailboxChange, MediaCommand, MusicTable, Output, Resource,
    ResourceState, Settings, SpeechCommand,
    desk_settings::Desks,
    known_troubles::KnownTroubles,
    lamps::Lamps,
    ledger::Ledger,
    on_call::{Escalations, News},
    places::Places,
    proofs::Proofs,
    queue::{Lines, Promises},
    resources::Resources,
    screening::Screening,
    services::{Mailboxes, Way},
    spending::Spending,
};
use crate::{
    dialogue::Provenance,
    media::Ports,
    sip::{Binding, Endpoint, Peer, SessionId, TextId, TrunkHealth, TrunkName},
    speech::Manner,
    types::{CallId, Chance, Extension, LegId, Moment, UtteranceId},
};

/// Everything that outlives a single call.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) sip: Endpoint,
    pub(super) settings: Settings,
    pub(super) out: VecDeque<Output>,
    /// Can the agent hear and speak?
    pub(super) speech_ready: bool,
    /// With what: the models by their digests.
    pub(super) heard_with: Arc<Provenance>,
    pub(super) places: Places,
    pub(super) lines: Lines,
    pub(super) promises: Promises,
    pub(super) escalations: Escalations,
    pub(super) known_troubles: KnownTroubles,
    /// What calls to people on call have come to, since the switch asked last.
    pub(super) alert_news: Vec<(CallId, News)>,
    /// Who is to be rung for callers who have chosen, since the switch asked last.
    pub(super) ways_wanted: Vec<(CallId, Way)>,
    pub(super) screening: Screening,
    /// What callers got wrong about themselves today.
    pub(super) proofs: Proofs,
    /// What is called outside, and what it costs.
    pub(super) spending: Spending,
    pub(super) mailboxes: Mailboxes,
    pub(super) lamps: Lamps,
    pub(super) resources: Resources,
    pub(super) desks: Desks,
    pub(super) day_night: DayNight,
    pub(super) music: MusicTable,
    /// When an extension talked last, and who called it last. As many as there are extensions.
    talked: BTreeMap<Extension, Instant>,
    called: BTreeMap<Extension, String>,
    /// Park slots that are taken, and by which call; as many as the office has.
    slots: BTreeMap<Extension, CallId>,
    /// Conference rooms that somebody is in, and which call each is; as many as the office has.
    rooms: BTreeMap<Extension, CallId>,
    /// Which of the agent's calls each of its lines is; as many as the office has.
    agent_lines: BTreeMap<Extension, CallId>,
    ports: Ports,
    /// For emergencies, when all others are taken.
    kept_ports: Ports,
    chance: Chance,
    last_leg: u64,
    /// Whose session is it? As many as the endpoint has, which bounds them.
    sessions: BTreeMap<SessionId, Owned>,
    /// Trunks on which an emergency wants a line that another call has: at most one entry for each emergency call.
    lines_wanted: Vec<LineWanted>,
    /// Media sockets, from `Open` until `Closed`: as many as there are ports.
    sockets: BTreeMap<LegId, Socket>,
    /// How many of them each call holds.
    held: BTreeMap<CallId, usize>,
}

/// Whose a session is, and on which trunk, if it leaves the house.
#[derive(Debug)]
struct Owned {
    call: CallId,
    trunk: Option<TrunkName>,
}

/// An emergency call wants a line of this trunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LineWanted {
    pub(super) trunk: TrunkName,
    /// The calls that have one.
    pub(super) held_by: BTreeSet<CallId>,
}

#[derive(Debug)]
struct Socket {
    call: CallId,
    port: u16,
    closing: bool,
    /// Things said to it so far.
    utterances: u64,
}

impl Exchange {
    pub(super) fn new(now: Moment, directory: &Directory, settings: Settings, mut chance: Chance) -> Self {
        let (ports, kept) = parted(settings.media_ports.clone());
        let sip = Endpoint::new(now.at, directory.sip_settings(&settings), Chance::from_rng(&mut chance));
        Self {
            sip,
            ports: Ports::new(ports),
            kept_ports: Ports::new(kept),
            settings,
            out: VecDeque::new(),
            speech_ready: false,
            heard_with: Arc::default(),
            places: Places::default(),
            lines: Lines::default(),
            promises: Promises::default(),
            escalations: Escalations::default(),
            known_troubles: KnownTroubles::default(),
            alert_news: Vec::new(),
            ways_wanted: Vec::new(),
            screening: Screening::default(),
            proofs: Proofs::default(),
            spending: Spending::default(),
            mailboxes: Mailboxes::default(),
            lamps: Lamps::default(),
            resources: Resources::default(),
            desks: Desks::default(),
            day_night: DayNight::default(),
            music: MusicTable::default(),
            talked: BTreeMap::new(),
            called: BTreeMap::new(),
            slots: BTreeMap::new(),
            rooms: BTreeMap::new(),
            agent_lines: BTreeMap::new(),
            chance,
            last_leg: 0,
            sessions: BTreeMap::new(),
            lines_wanted: Vec::new(),
            sockets: BTreeMap::new(),
            held: BTreeMap::new(),
        }
    }

    pub(super) fn random(&mut self) -> u64 {
        self.chance.next_u64()
    }

    pub(super) fn next_leg(&mut self) -> LegId {
        self.last_leg += 1;
        LegId(self.last_leg)
    }

    pub(super) fn fact(&mut self, fact: Fact) {
        self.screening.observe(&fact);
        self.out.push_back(Output::Fact(fact));
    }

    /// Changes a mailbox, and says so.
    pub(super) fn change_mailbox(&mut self, mailbox: &Extension, change: MailboxChange) {
        self.mailboxes.apply(mailbox, &change);
        self.light_mailbox(mailbox);
        self.fact(Fact::MailboxChanged { mailbox: mailbox.clone(), change });
    }

    /// What lies in a mailbox, as the desk has it.
    pub(super) fn restore_mailbox(&mut self, mailbox: Mailbox) {
        let id = mailbox.id.clone();
        self.mailboxes.replace(mailbox);
        self.light_mailbox(&id);
    }

    /// The lamp of the extension whose mailbox it is.
    fn light_mailbox(&mut self, id: &Extension) {
        let (new, old) = self.mailboxes.get(id).map_or((0, 0), Mailbox::counts);
        let count = |messages: usize| u32::try_from(messages).unwrap_or(u32::MAX);
        self.lamps.messages(id.clone(), count(new), count(old));
    }

    pub(super) fn media(&mut self, leg: LegId, command: MediaCommand) {
        self.out.push_back(Output::Media { leg, command });
    }

    pub(super) fn speech(&mut self, leg: LegId, command: SpeechCommand) {
        self.out.push_back(Output::Speech { leg, command });
    }

    pub(super) fn session_begins(&mut self, session: SessionId, call: CallId, trunk: Option<&TrunkName>) {
        self.sessions.insert(session, Owned { call, trunk: trunk.cloned() });
        if let Some((call_id, peer)) = self.sip.dialog_of(session) {
            let peer = match peer {
                Peer::Trunk(name) => name.0.clone(),
                Peer::Phone(extension) => extension.to_string(),
            };
            self.fact(Fact::Dialog { call, call_id, peer });
        }
    }

    pub(super) fn session_ends(&mut self, session: SessionId) {
        self.sessions.remove(&session);
    }

    /// The leg goes on in another call.
    pub(super) fn leg_moves(&mut self, session: SessionId, leg: LegId, call: CallId) {
        if let Some(owned) = self.sessions.get_mut(&session) {
            owned.call = call;
        }
        if let Some(socket) = self.sockets.get_mut(&leg) {
            let before = std::mem::replace(&mut socket.call, call);
            *self.held.entry(call).or_default() += 1;
            self.lets_go(before);
        }
    }

    pub(super) fn call_of_session(&self, session: SessionId) -> Option<CallId> {
        self.sessions.get(&session).map(|owned| owned.call)
    }

    pub(super) fn call_of_leg(&self, leg: LegId) -> Option<CallId> {
        self.sockets.get(&leg).map(|socket| socket.call)
    }

    /// Takes a port for the leg and has it bound; for an emergency, one that is kept if need be. `None`: all are taken, or
    /// rest after their last call.
    pub(super) fn open_socket(
        &mut self,
        now: Moment,
        call: CallId,
        leg: LegId,
        emergency: bool,
        told: IpAddr,
    ) -> Option<u16> {
        let port = match self.ports.take(now.at) {
            Some(port) => port,
            None if emergency => self.kept_ports.take(now.at)?,
            None => return None,
        };
        self.sockets.insert(leg, Socket { call, port, closing: false, utterances: 0 });
        *self.held.entry(call).or_default() += 1;
        self.media(leg, MediaCommand::Open { call, port, told });
        Some(port)
    }

    /// The number of the next thing that is said to the leg: the media plane takes each once, in rising order, whoever
    /// speaks.
    pub(super) fn next_utterance(&mut self, leg: LegId) -> UtteranceId {
        let Some(socket) = self.sockets.get_mut(&leg) else { return UtteranceId(0) };
        socket.utterances += 1;
        UtteranceId(socket.utterances)
    }

    /// Has the socket closed; the port is free again once the media plane says `Closed`.
    pub(super) fn close_socket(&mut self, leg: LegId) {
        if let Some(socket) = self.sockets.get_mut(&leg)
            && !socket.closing
        {
            socket.closing = true;
            self.media(leg, MediaCommand::Close);
        }
    }

    /// The media plane is done with the leg.
    pub(super) fn socket_closed(&mut self, now: Moment, leg: LegId) {
        if let Some(socket) = self.sockets.remove(&leg) {
            self.ports.give_back(now.at, socket.port);
            self.kept_ports.give_back(now.at, socket.port);
            self.lets_go(socket.call);
        }
    }

    /// The call holds one socket less.
    fn lets_go(&mut self, call: CallId) {
        if let Some(held) = self.held.get_mut(&call) {
            *held -= 1;
            if *held == 0 {
                self.held.remove(&call);
            }
        }
    }

    pub(super) fn has_sockets(&self, call: CallId) -> bool {
        self.held.contains_key(&call)
    }

    /// The media plane has not answered in time: whatever the call still holds is taken back.
    pub(super) fn reclaim_sockets(&mut self, now: Moment, call: CallId) {
        let held: Vec<LegId> =
            self.sockets.iter().filter(|(_, socket)| socket.call == call).map(|(leg, _)| *leg).collect();
        for leg in held {
            self.socket_closed(now, leg);
        }
    }

    /// Takes this park slot for the call. False if another call has it.
    pub(super) fn take_slot(&mut self, slot: &Extension, call: CallId) -> bool {
        *self.slots.entry(slot.clone()).or_insert(call) == call
    }

    pub(super) fn parked_in(&self, slot: &Extension) -> Option<CallId> {
        self.slots.get(slot).copied()
    }

    /// The call no longer waits in a slot.
    pub(super) fn slots_left_by(&mut self, call: CallId) {
        let left: Vec<Extension> =
            self.slots.iter().filter(|(_, by)| **by == call).map(|(slot, _)| slot.clone()).collect();
        for slot in left {
            self.slots.remove(&slot);
            self.show(Resource::ParkSlot(slot), ResourceState::Off);
        }
    }

    /// The call that is this conference room.
    pub(super) fn conference_in(&self, room: &Extension) -> Option<CallId> {
        self.rooms.get(room).copied()
    }

    /// This call is the conference room from now on.
    pub(super) fn take_room(&mut self, room: Extension, call: CallId) {
        self.rooms.insert(room, call);
    }

    pub(super) fn agent_line(&self, line: &Extension) -> Option<CallId> {
        self.agent_lines.get(line).copied()
    }

    /// The agent talks with somebody: the first of its lines that is free shows it, and the same one from then on what it
    /// is about. More calls than lines show nowhere.
    pub(super) fn light_agent_line(&mut self, call: CallId, lines: &[Extension], whom: String) {
        let own = self.agent_lines.iter().find(|(_, of)| **of == call).map(|(line, _)| line);
        let free = || lines.iter().find(|line| !self.agent_lines.contains_key(*line));
        if let Some(line) = own.or_else(free).cloned() {
            self.agent_lines.insert(line.clone(), call);
            self.show(Resource::AgentLine(line), ResourceState::On { whom });
        }
    }

    /// The call is the agent's no more.
    pub(super) fn agent_line_left_by(&mut self, call: CallId) {
        let left = self.agent_lines.iter().find(|(_, of)| **of == call).map(|(line, _)| line.clone());
        if let Some(line) = left {
            self.agent_lines.remove(&line);
            self.show(Resource::AgentLine(line), ResourceState::Off);
        }
    }

    /// The call is no conference any more.
    pub(super) fn room_left_by(&mut self, call: CallId) {
        self.rooms.retain(|_, by| *by != call);
    }

    /// May a phone of this extension be made to answer by itself? Not while it rings or talks, nor if it does not want to be
    /// disturbed.
    pub(super) fn is_free(&self, extension: &Extension) -> Result<(), LegResult> {
        if self.desks.of(extension).do_not_disturb {
            return Err(LegResult::DoNotDisturb);
        }
        if self.lamps.is_busy(extension) { Err(LegResult::Busy) } else { Ok(()) }
    }

    /// This extension has just ceased to talk.
    pub(super) fn has_talked(&mut self, now: Instant, extension: Extension) {
        self.talked.insert(extension, now);
    }

    /// `None`, which is before any other time: not since the house began.
    pub(super) fn last_talk(&self, extension: &Extension) -> Option<Instant> {
        self.talked.get(extension).copied()
    }

    /// Somebody who can be called back rings at this extension.
    pub(super) fn is_called(&mut self, extension: Extension, by: String) {
        self.called.insert(extension, by);
    }

    pub(super) fn last_caller(&self, extension: &Extension) -> Option<&str> {
        self.called.get(extension).map(String::as_str)
    }

    /// Lamps and the console show the resource so from now on.
    pub(super) fn show(&mut self, resource: Resource, state: ResourceState) {
        if self.resources.set(resource.clone(), state.clone()) {
            self.lamps.resource_changed();
            self.fact(Fact::ResourceChanged { resource, state });
        }
    }

    /// The carrier is told what became of its text, unless it has stopped waiting and will send it again.
    pub(super) fn settle_text(&mut self, now: Moment, text: TextId, status: u16) {
        let _ = self.sip.settle_text(now.at, text, status);
    }

    /// The trunks, those that are not down first.
    pub(super) fn trunks_of(&self, directory: &Directory) -> Vec<TrunkName> {
        let mut names: Vec<TrunkName> = directory.trunks.iter().map(|trunk| trunk.name.clone()).collect();
        names.sort_by_key(|name| (self.is_down(name), directory.profile(name).order));
        names
    }

    /// The trunks in the order in which an emergency tries them: first those that the office prefers for it, then those
    /// that live. None is left out: one that seems dead, or asks to be spared, is still worth a try.
    pub(super) fn trunks_for_emergency(&self, directory: &Directory) -> VecDeque<TrunkName> {
        let mut names = self.trunks_of(directory);
        names.sort_by_key(|name| (self.is_down(name), !directory.profile(name).emergency));
        names.into()
    }

    fn is_down(&self, name: &TrunkName) -> bool {
        matches!(self.sip.trunk_health(name), TrunkHealth::Down { .. })
    }

    /// Calls that have a line on this trunk.
    fn on_trunk(&self, trunk: &TrunkName) -> impl Iterator<Item = CallId> {
        self.sessions
            .values()
            .filter(move |owned| owned.trunk.as_ref() == Some(trunk))
            .map(|owned| owned.call)
    }

    /// Does this trunk carry as many calls as its carrier allows?
    pub(super) fn is_full(&self, directory: &Directory, trunk: &TrunkName) -> bool {
        directory.profile(trunk).channels.is_some_and(|channels| self.on_trunk(trunk).count() >= channels)
    }

    /// Is there a line for a call that can wait, and another one for whoever is in danger?
    pub(super) fn has_line_to_spare(&self, now: Moment, directory: &Directory) -> bool {
        let mut free = 0_usize;
        for name in self.trunks_of(directory) {
            if self.sip.trunk_rests(now.at, &name).is_some() {
                continue;
            }
            match directory.profile(&name).channels {
                None => return true,
                Some(channels) => free += channels.saturating_sub(self.on_trunk(&name).count()),
            }
        }
        free >= 2
    }

    /// An emergency wants a line that another call has. `false`: no other call has one there.
    pub(super) fn want_line(&mut self, trunk: &TrunkName, emergency: CallId) -> bool {
        let held_by: BTreeSet<CallId> = self.on_trunk(trunk).filter(|call| *call != emergency).collect();
        let some = !held_by.is_empty();
        if some {
            self.lines_wanted.push(LineWanted { trunk: trunk.clone(), held_by });
        }
        some
    }

    pub(super) fn take_line_wanted(&mut self) -> Option<LineWanted> {
        self.lines_wanted.pop()
    }

    /// The trunks that an ordinary call tries, in order: without those that are full, or have asked to be spared (RFC 3261,
    /// 21.5.4); an emergency goes there all the same. Among those of the same order, which one comes first is drawn by
    /// their weights (RFC 2782).
    pub(super) fn open_trunks(&mut self, now: Moment, directory: &Directory) -> Vec<TrunkName> {
        let mut names = self.trunks_of(directory);
        names.retain(|name| self.sip.trunk_rests(now.at, name).is_none() && !self.is_full(directory, name));
        let rank =
            |exchange: &Self, name: &TrunkName| (exchange.is_down(name), directory.profile(name).order);
        let mut ordered = Vec::with_capacity(names.len());
        while let Some(first) = names.first() {
            let best = rank(self, first);
            let equals = names.iter().take_while(|name| rank(self, name) == best).count();
            let weights: Vec<u64> =
                names[..equals].iter().map(|name| u64::from(directory.profile(name).weight)).collect();
            let at = self.draw_by(&weights);
            ordered.push(names.remove(at));
        }
        ordered
    }

    /// The place of one of these, each drawn as often as it weighs; the first if nothing weighs anything.
    fn draw_by(&mut self, weights: &[u64]) -> usize {
        let all: u64 = weights.iter().sum();
        if all == 0 {
            return 0;
        }
        let mut left = self.random() % all;
        for (at, weight) in weights.iter().enumerate() {
            if left < *weight {
                return at;
            }
            left -= weight;
        }
        0
    }

    /// How long until one of the trunks takes calls again, if all have asked to be spared.
    pub(super) fn all_trunks_rest(&self, now: Moment, directory: &Directory) -> Option<Duration> {
        let rests = directory.trunks.iter().map(|trunk| self.sip.trunk_rests(now.at, &trunk.name));
        rests.collect::<Option<Vec<Duration>>>()?.into_iter().min()
    }

    pub(super) fn sessions(&self) -> usize {
        self.sessions.len()
    }

    pub(super) fn sockets(&self) -> usize {
        self.sockets.len()
    }

    pub(super) fn ports_taken(&self) -> usize {
        self.ports.taken() + self.kept_ports.taken()
    }
}

/// Ports that only emergencies get: two calls to 911 at once, each with its phone and two trunks, and a pair to rest.
const KEPT: u16 = 16;

/// All ports, and those of them that are kept for emergencies: none of a range that is hardly enough for two calls.
fn parted(all: RangeInclusive<u16>) -> (RangeInclusive<u16>, RangeInclusive<u16>) {
    let (first, last) = all.into_inner();
    if last.saturating_sub(first) < 4 * KEPT {
        // No port is even and has an odd one above it in a range of one.
        return (first..=last, 0..=0);
    }
    (first..=last - KEPT, last - KEPT + 1..=last)
}

/// What a state acts on while it handles one event.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub(super) now: Moment,
    pub(super) exchange: &'a mut Exchange,
    pub(super) ledger: &'a mut Ledger,
}

impl Context<'_> {
    pub(super) fn call(&self) -> CallId {
        self.ledger.call()
    }

    /// How callers of the number that was dialled are spoken to.
    pub(super) fn manner(&self) -> Arc<Manner> {
        let directory = self.ledger.directory();
        Arc::clone(&directory.reception(self.ledger.dialled().number()).manner)
    }

    /// The phones of an extension: those that have registered, and one that is always where it is.
    pub(super) fn phones_of(&self, extension: &Extension) -> Vec<Binding> {
        let sip = &self.exchange.sip;
        let fixed = self.ledger.directory().fixed_phones.get(extension);
        let fixed = fixed.and_then(|address| sip.phone_at(extension, *address));
        fixed.into_iter().chain(sip.bindings(self.now.at, extension)).collect()
    }

    /// Writes down why the call goes on as it does.
    pub(super) fn decide(&mut self, why: String) {
        self.ledger.decide(self.now.at, why);
    }
}
