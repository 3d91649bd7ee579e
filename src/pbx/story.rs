//! The world that the room's stories happen in: a switch, a carrier and two desk phones, with a network that takes no time
//! and a clock that jumps.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::{Timestamp, tz::TimeZone};
use rand_chacha::rand_core::SeedableRng;

use super::{
    CallRecord, Control, Counts, Directory, Fact, Input, Limits, MediaCommand, MediaEvent, Number, Output,
    Phone, Quality, RingPlan, Settings, Speaker, SpeechCommand, Switch, Texts,
};
use crate::{
    dialogue::{Intent, LifeSafety, Move, Office, Pack, Reading, Roster, Urgency},
    media::{self, Codec, Direction, LocalMedia},
    sip::{self, Cause, Endpoint, Event, Identity, Outgoing, SessionId, Target, TextId, TrunkName},
    speech::SpeechEvent,
    types::{CallId, Chance, Extension, Hours, LegId, Moment, PhoneNumber, TurnId, UtteranceId},
};

pub(super) const MAIN: &str = "+13035550100";
pub(super) const LEASING: &str = "+13035550101";
pub(super) const ON_CALL: &str = "+13035550199";
/// The tenant who calls in these stories.
pub(super) const DANA: &str = "+13035550177";

const SWITCH: &str = "192.0.2.1:5060";
const CARRIER: &str = "198.51.100.1:5060";
const DESK: [(&str, &str); 2] = [("101", "10.0.0.101:5060"), ("102", "10.0.0.102:5060")];

pub(super) fn extension(text: &str) -> Extension {
    text.parse().unwrap()
}

pub(super) fn number(text: &str) -> PhoneNumber {
    text.parse().unwrap()
}

/// Maple Court: two phones, two numbers, one trunk, open from nine to five.
pub(super) fn office() -> Directory {
    let hours = Hours::parse(TimeZone::get("America/Denver").unwrap(), &["Mon-Fri 09:00-17:00"]).unwrap();
    let trunk = TrunkName("carrier".into());
    let plan = RingPlan::all([extension("101"), extension("102")]);
    let number_of = |label: &str, agent_first| Number {
        label: label.into(),
        plan: plan.clone(),
        agent_first,
        hours: hours.clone(),
        trunk: trunk.clone(),
    };
    let phone = |extension: &str, name: &str| Phone {
        name: name.into(),
        account: sip::Account { password: format!("secret-{extension}"), legacy_md5: false },
    };
    Directory {
        name: "Maple Court".into(),
        extensions: BTreeMap::from([
            (extension("101"), phone("101", "Front desk")),
            (extension("102"), phone("102", "Back office")),
        ]),
        numbers: BTreeMap::from([
            (number(MAIN), number_of("Main", false)),
            (number(LEASING), number_of("Leasing", true)),
        ]),
        trunks: vec![trunk_at("carrier", CARRIER, None)],
        on_call: Some(number(ON_CALL)),
        outbound_caller: number(MAIN),
        limits: Limits::default(),
        texts: Texts::default(),
        record_calls: false,
        pack: Arc::new(Pack::property().unwrap()),
        office: Arc::new(Office {
            name: "Maple Court".into(),
            address: None,
            hours: None,
            roster: Roster::default(),
            home_area_code: 303,
            facts: Vec::new(),
            on_call: true,
            staff: true,
        }),
    }
}

fn trunk_at(name: &str, at: &str, account: Option<&str>) -> sip::Trunk {
    let send_to: SocketAddr = at.parse().unwrap();
    sip::Trunk {
        name: TrunkName(name.into()),
        addresses: vec![sip::Network::single(send_to.ip())],
        send_to,
        transport: sip::Transport::Udp,
        domain: send_to.ip().to_string(),
        advertised: None,
        credentials: account.map(|user| sip::Credentials {
            user: user.into(),
            password: format!("secret-{user}"),
            realm: None,
        }),
        registration: account.map(|user| sip::Registration {
            user: user.into(),
            registrar: format!("sip:{}", send_to.ip()),
            expires: Duration::from_secs(600),
        }),
        probe: false,
    }
}

/// Somebody at the other end of the network: the carrier, or a desk phone.
#[derive(Debug)]
pub(super) struct Far {
    endpoint: Endpoint,
    address: SocketAddr,
    events: Vec<Event>,
    /// Packets that it sends and is sent are lost.
    pub(super) dead: bool,
    /// What it sends stays on the way.
    held: Option<Vec<(SocketAddr, Vec<u8>)>>,
    /// How it would have its media: it holds, if that is not both ways.
    wish: Direction,
    last_call: Option<SessionId>,
    version: u64,
}

impl Far {
    fn new(now: Instant, seed: u64, address: &str, account: Option<&str>) -> Self {
        let address: SocketAddr = address.parse().unwrap();
        let settings = sip::Settings {
            realm: address.ip().to_string(),
            user_agent: "Far".into(),
            listeners: vec![sip::Listener {
                transport: sip::Transport::Udp,
                local: address,
                advertised: None,
            }],
            trunks: vec![trunk_at("portico", SWITCH, account)],
            accounts: BTreeMap::new(),
            limits: sip::Limits::default(),
        };
        let endpoint = Endpoint::new(now, settings, Chance::seed_from_u64(seed));
        Self {
            endpoint,
            address,
            events: Vec::new(),
            dead: false,
            held: None,
            wish: Direction::SendRecv,
            last_call: None,
            version: 0,
        }
    }

    fn local(&self, direction: Direction) -> LocalMedia {
        let address = self.address.ip();
        LocalMedia { address, port: 30_000, session_id: 7, version: self.version, direction }
    }
}

/// See the module's sentence. Asserts, when it is dropped after a story that has not failed, that nothing is left behind.
#[derive(Debug)]
pub(super) struct World {
    pub(super) now: Moment,
    pub(super) switch: Switch,
    pub(super) carrier: Far,
    pub(super) phones: BTreeMap<&'static str, Far>,
    pub(super) facts: Vec<Fact>,
    pub(super) media: Vec<(LegId, MediaCommand)>,
    pub(super) speech: Vec<(LegId, SpeechCommand)>,
    /// Does the media plane play what the agent says?
    pub(super) mouth_works: bool,
    mouths: BTreeMap<LegId, Playing>,
    /// What has been played since somebody listened last.
    heard: Vec<String>,
    /// Media time of the caller's ear.
    heard_ms: u32,
    /// Does the media plane report that it has closed a leg?
    pub(super) media_answers: bool,
    /// Every datagram that the switch has sent to the carrier.
    pub(super) to_carrier: Vec<String>,
}

/// Friday, eleven in the morning, in Denver.
const WORKDAY: &str = "2026-11-20T11:00:00-07:00";

#[expect(clippy::disallowed_methods, reason = "an origin for virtual time; no test lets real time pass")]
fn origin() -> Instant {
    Instant::now()
}

impl World {
    /// The office at work, both phones registered, speech ready.
    pub(super) fn at_work() -> Self {
        let mut world = Self::with(office());
        world.plug_in("101");
        world.plug_in("102");
        world.speech_ready(true);
        world
    }

    /// The office with nobody's phone plugged in, and no speech yet.
    pub(super) fn with(directory: Directory) -> Self {
        let now = Moment { at: origin(), wall: WORKDAY.parse::<Timestamp>().unwrap() };
        let settings = Settings {
            realm: "192.0.2.1".into(),
            listeners: vec![sip::Listener {
                transport: sip::Transport::Udp,
                local: SWITCH.parse().unwrap(),
                advertised: None,
            }],
            media_address: "192.0.2.1".parse().unwrap(),
            ..Settings::default()
        };
        let switch = Switch::new(now, Arc::new(directory), settings, Chance::seed_from_u64(1));
        let mut world = Self {
            now,
            switch,
            carrier: Far::new(now.at, 2, CARRIER, None),
            phones: BTreeMap::new(),
            facts: Vec::new(),
            media: Vec::new(),
            speech: Vec::new(),
            mouth_works: true,
            mouths: BTreeMap::new(),
            heard: Vec::new(),
            heard_ms: 0,
            media_answers: true,
            to_carrier: Vec::new(),
        };
        world.settle();
        world
    }

    /// The phone registers, with its password.
    pub(super) fn plug_in(&mut self, name: &'static str) {
        let (_, address) = DESK.into_iter().find(|(phone, _)| *phone == name).unwrap();
        let phone = Far::new(self.now.at, 3 + self.phones.len() as u64, address, Some(name));
        self.phones.insert(name, phone);
        self.wait(Duration::ZERO);
        let bound = self.facts.iter().any(|fact| match fact {
            Fact::Bound { binding } => binding.extension == extension(name),
            _ => false,
        });
        assert!(bound, "{name} could not register");
    }

    pub(super) fn speech_ready(&mut self, ready: bool) {
        self.tell(Input::SpeechReady(ready));
    }

    pub(super) fn tell(&mut self, input: Input<'_>) {
        self.switch.handle_input(self.now, input);
        self.settle();
    }

    pub(super) fn control(&mut self, control: Control) {
        self.tell(Input::Control(control));
    }

    /// The media plane speaks.
    pub(super) fn media_event(&mut self, leg: LegId, event: MediaEvent) {
        self.tell(Input::Media { leg, event });
    }

    /// Lets time pass, from deadline to deadline.
    pub(super) fn wait(&mut self, time: Duration) {
        let end = self.now.at + time;
        loop {
            let due = self.settle().into_iter().chain(self.mouths.values().map(Playing::due)).min();
            let Some(at) = due.filter(|at| *at <= end) else { break };
            self.jump_to(at.max(self.now.at));
            self.switch.handle_input(self.now, Input::Timeout);
            self.play();
            for far in self.phones.values_mut().chain([&mut self.carrier]) {
                far.endpoint.handle_input(self.now.at, sip::Input::Timeout);
            }
        }
        self.jump_to(end);
        self.settle();
    }

    pub(super) fn wait_s(&mut self, seconds: u64) {
        self.wait(Duration::from_secs(seconds));
    }

    fn jump_to(&mut self, at: Instant) {
        let passed = at.saturating_duration_since(self.now.at);
        self.now = Moment { at, wall: self.now.wall + passed };
    }

    /// Carries datagrams until all is quiet; the earliest deadline of anybody.
    fn settle(&mut self) -> Option<Instant> {
        for _ in 0..10_000 {
            let mut quiet = true;
            let switch_due = loop {
                match self.switch.poll_output(self.now) {
                    Output::Timeout(due) => break due.map(|(at, _)| at),
                    output => {
                        quiet = false;
                        self.carry_out(output);
                    }
                }
            };
            let mut due = switch_due;
            let mut sent = Vec::new();
            for far in self.phones.values_mut().chain([&mut self.carrier]) {
                loop {
                    match far.endpoint.poll_output() {
                        sip::Output::Transmit { flow, bytes } if !far.dead => match &mut far.held {
                            Some(held) => held.push((flow.remote, bytes)),
                            None => sent.push((flow.local, flow.remote, bytes)),
                        },
                        sip::Output::Transmit { .. } | sip::Output::Close { .. } => {}
                        sip::Output::Event(event) => far.events.push(event),
                        sip::Output::Timeout(at) => {
                            let at = at.map(|(at, _)| at);
                            due = due.into_iter().chain(at).min();
                            break;
                        }
                    }
                }
            }
            quiet &= sent.is_empty();
            for (from, to, bytes) in sent {
                let flow = flow(to, from);
                let input = sip::Input::Datagram { flow, bytes: &bytes };
                self.switch.handle_input(self.now, Input::Sip(input));
            }
            if quiet {
                return due;
            }
        }
        panic!("the world does not come to rest");
    }

    fn carry_out(&mut self, output: Output) {
        match output {
            Output::Transmit { flow: sent, bytes } => {
                if sent.remote == self.carrier.address {
                    self.to_carrier.push(String::from_utf8_lossy(&bytes).into_owned());
                }
                let mut far = self.phones.values_mut().chain([&mut self.carrier]);
                if let Some(far) = far.find(|far| far.address == sent.remote && !far.dead) {
                    let flow = flow(sent.remote, sent.local);
                    let input = sip::Input::Datagram { flow, bytes: &bytes };
                    far.endpoint.handle_input(self.now.at, input);
                }
            }
            Output::Media { leg, command } => {
                let closes = command == MediaCommand::Close;
                self.media.push((leg, command));
                if closes {
                    self.mouths.remove(&leg);
                }
                if closes && self.media_answers {
                    let quality = Quality { packets_received: 50, packets_sent: 50, ..Quality::default() };
                    let event = MediaEvent::Closed { quality };
                    self.switch.handle_input(self.now, Input::Media { leg, event });
                }
            }
            Output::Speech { leg, command } => {
                self.mouth(leg, &command);
                self.speech.push((leg, command));
            }
            Output::Fact(fact) => self.facts.push(fact),
            Output::CloseConnection { .. } | Output::Timeout(_) => {}
        }
    }

    pub(super) fn far(&mut self, name: &str) -> &mut Far {
        if name == "carrier" { &mut self.carrier } else { self.phones.get_mut(name).unwrap() }
    }

    // ---- what people at the far ends do

    /// Somebody calls: the carrier for an outside caller, or a phone.
    pub(super) fn call(&mut self, who: &str, dialled: &str) -> SessionId {
        self.call_with(who, dialled, &[Codec::Pcmu, Codec::Pcma])
    }

    pub(super) fn call_with(&mut self, who: &str, dialled: &str, codecs: &[Codec]) -> SessionId {
        let local = self.far(who).local(Direction::SendRecv);
        let offer = if codecs.is_empty() { Vec::new() } else { media::offer(&local, codecs) };
        self.call_offering(who, dialled, offer)
    }

    pub(super) fn call_offering(&mut self, who: &str, dialled: &str, offer: Vec<u8>) -> SessionId {
        let user = if who == "carrier" { DANA } else { who };
        self.invite(who, user, "Dana Reyes", dialled, offer)
    }

    pub(super) fn call_as(&mut self, who: &str, user: &str, display: &str, dialled: &str) -> SessionId {
        let local = self.far(who).local(Direction::SendRecv);
        self.invite(who, user, display, dialled, media::offer(&local, &Codec::ALL))
    }

    fn invite(&mut self, who: &str, user: &str, display: &str, dialled: &str, offer: Vec<u8>) -> SessionId {
        let from = Identity { user: user.into(), display: display.into() };
        let target = Target::Trunk { trunk: TrunkName("portico".into()), number: dialled.into() };
        let outgoing = Outgoing { target, from, offer, headers: Vec::new() };
        let now = self.now.at;
        let far = self.far(who);
        let session = far.endpoint.invite(now, outgoing).unwrap();
        far.last_call = Some(session);
        self.settle();
        session
    }

    /// The call that this far end was last invited to.
    pub(super) fn invited(&mut self, who: &str) -> (SessionId, sip::Invitation) {
        self.has_been_invited(who).unwrap_or_else(|| panic!("{who} has not been called"))
    }

    pub(super) fn has_been_invited(&mut self, who: &str) -> Option<(SessionId, sip::Invitation)> {
        self.far(who).events.iter().rev().find_map(|event| match event {
            Event::Invited { session, invitation } => Some((*session, invitation.clone())),
            _ => None,
        })
    }

    /// 180 from a far end that has been invited.
    pub(super) fn rings(&mut self, who: &str) {
        let (session, _) = self.invited(who);
        let now = self.now.at;
        self.far(who).endpoint.ring(now, session, 180, None).unwrap();
        self.settle();
    }

    /// 200 with an answer to the offer; its only codec is this one, if given.
    pub(super) fn picks_up(&mut self, who: &str) -> SessionId {
        self.picks_up_with(who, &Codec::ALL)
    }

    pub(super) fn picks_up_with(&mut self, who: &str, codecs: &[Codec]) -> SessionId {
        let (session, invitation) = self.invited(who);
        let local = self.far(who).local(Direction::SendRecv);
        let (body, _) = media::answer(&invitation.offer, &local, codecs).unwrap();
        self.answers_with(who, body);
        session
    }

    pub(super) fn answers_with(&mut self, who: &str, body: Vec<u8>) {
        let (session, _) = self.invited(who);
        let now = self.now.at;
        self.far(who).endpoint.answer(now, session, body).unwrap();
        self.settle();
    }

    pub(super) fn refuses(&mut self, who: &str, status: u16) {
        let (session, _) = self.invited(who);
        let now = self.now.at;
        self.far(who).endpoint.reject(now, session, status, "", None).unwrap();
        self.settle();
    }

    pub(super) fn hangs_up(&mut self, who: &str, session: SessionId) {
        let now = self.now.at;
        self.far(who).endpoint.bye(now, session, None).unwrap();
        self.settle();
    }

    pub(super) fn gives_up(&mut self, who: &str, session: SessionId) {
        let now = self.now.at;
        self.far(who).endpoint.cancel(now, session, None).unwrap();
        self.settle();
    }

    /// A re-INVITE for another direction of the media.
    pub(super) fn wants(&mut self, who: &str, session: SessionId, direction: Direction) {
        let now = self.now.at;
        let far = self.far(who);
        far.version += 1;
        far.wish = direction;
        let offer = media::offer(&far.local(direction), &[Codec::Pcmu]);
        far.endpoint.reoffer(now, session, offer).unwrap();
        self.settle();
    }

    pub(super) fn reoffers(&mut self, who: &str, session: SessionId, offer: Vec<u8>) {
        let now = self.now.at;
        self.far(who).endpoint.reoffer(now, session, offer).unwrap();
        self.settle();
    }

    /// What this far end sends is delayed on its way; `false` lets it arrive.
    pub(super) fn hold_back(&mut self, who: &str, hold: bool) {
        if hold {
            self.far(who).held = Some(Vec::new());
            return;
        }
        for (to, bytes) in self.far(who).held.take().unwrap_or_default() {
            self.arrives(who, to, &bytes);
        }
    }

    /// The first of what has been held back arrives; the rest stays on the way.
    pub(super) fn release_one(&mut self, who: &str) {
        let (to, bytes) = self.far(who).held.as_mut().unwrap().remove(0);
        self.arrives(who, to, &bytes);
    }

    /// The ACK that is held back arrives with an answer to the offer in our 200.
    pub(super) fn releases_ack_with_answer(&mut self, who: &str) {
        let offer = self.answer_to(who).unwrap();
        let answer = String::from_utf8(self.answer_for(who, offer.as_bytes())).unwrap();
        let (to, ack) = self.far(who).held.as_mut().unwrap().remove(0);
        let ack = String::from_utf8(ack).unwrap();
        assert!(ack.starts_with("ACK "), "{ack}");
        let described = format!("Content-Type: application/sdp\r\nContent-Length: {}", answer.len());
        let ack = ack.replace("Content-Length: 0", &described) + &answer;
        self.arrives(who, to, ack.as_bytes());
    }

    fn arrives(&mut self, from: &str, to: SocketAddr, bytes: &[u8]) {
        let flow = flow(to, self.far(from).address);
        self.switch.handle_input(self.now, Input::Sip(sip::Input::Datagram { flow, bytes }));
        self.settle();
    }

    /// The session of the call that this far end has made last.
    pub(super) fn own_call(&mut self, who: &str) -> SessionId {
        self.far(who).last_call.unwrap()
    }

    /// Takes whatever the switch has offered anew, and says which direction was offered.
    pub(super) fn takes_reoffer(&mut self, who: &str) -> Option<String> {
        let reoffered = self.far(who).events.iter().rposition(|e| matches!(e, Event::Reoffered { .. }))?;
        let Event::Reoffered { session, offer } = self.far(who).events.remove(reoffered) else { return None };
        let now = self.now.at;
        let far = self.far(who);
        far.version += 1;
        let (body, _) = media::answer(&offer, &far.local(far.wish), &Codec::ALL).unwrap();
        far.endpoint.accept_reoffer(now, session, body).ok()?;
        self.settle();
        Some(direction_in(&offer))
    }

    pub(super) fn text(&mut self, who: &str, to: &str, body: &str) -> TextId {
        let user = if who == "carrier" { DANA } else { who };
        let target = Target::Trunk { trunk: TrunkName("portico".into()), number: to.into() };
        let from = Identity { user: user.into(), display: String::new() };
        let now = self.now.at;
        let body = body.as_bytes().to_vec();
        let text = self.far(who).endpoint.send_text(now, &target, &from, "text/plain", body).unwrap();
        self.settle();
        text
    }

    pub(super) fn settles_text(&mut self, text: TextId, status: u16) {
        let now = self.now.at;
        self.carrier.endpoint.settle_text(now, text, status).unwrap();
        self.settle();
    }

    // ---- for those who do not care whether it makes sense

    /// The calls that have begun and not ended.
    pub(super) fn calls_in_progress(&self) -> Vec<CallId> {
        let ended: Vec<CallId> = self.records().iter().map(|record| record.call).collect();
        let begun = |fact: &Fact| match fact {
            Fact::CallStarted { call, .. } => Some(*call),
            _ => None,
        };
        self.facts.iter().filter_map(begun).filter(|call| !ended.contains(call)).collect()
    }

    pub(super) fn answer_for(&mut self, who: &str, offer: &[u8]) -> Vec<u8> {
        let local = self.far(who).local(Direction::SendRecv);
        media::answer(offer, &local, &Codec::ALL).map(|(body, _)| body).unwrap_or_default()
    }

    pub(super) fn offer_of(&mut self, who: &str, direction: Direction) -> Vec<u8> {
        let far = self.far(who);
        far.version += 1;
        media::offer(&far.local(direction), &Codec::ALL)
    }

    /// Does something with the session that this far end was last invited to, if it can be done.
    pub(super) fn attempt(
        &mut self,
        who: &str,
        act: impl FnOnce(&mut Endpoint, Instant, SessionId) -> Result<(), sip::SendError>,
    ) {
        if let Some((session, _)) = self.has_been_invited(who) {
            self.attempt_on(who, session, act);
        }
    }

    /// The same with the call that it has made last.
    pub(super) fn attempt_own(
        &mut self,
        who: &str,
        act: impl FnOnce(&mut Endpoint, Instant, SessionId) -> Result<(), sip::SendError>,
    ) {
        if let Some(session) = self.far(who).last_call {
            self.attempt_on(who, session, act);
        }
    }

    fn attempt_on(
        &mut self,
        who: &str,
        session: SessionId,
        act: impl FnOnce(&mut Endpoint, Instant, SessionId) -> Result<(), sip::SendError>,
    ) {
        let now = self.now.at;
        // What cannot be done any more is not done.
        let _ = act(&mut self.far(who).endpoint, now, session);
        self.settle();
    }

    // ---- what has come of it

    pub(super) fn events(&self, who: &str) -> &[Event] {
        if who == "carrier" { &self.carrier.events } else { &self.phones[who].events }
    }

    /// The status with which a far end's own call was refused.
    pub(super) fn failed_with(&self, who: &str) -> Option<u16> {
        self.events(who).iter().rev().find_map(|event| match event {
            Event::Failed { status, .. } => Some(*status),
            _ => None,
        })
    }

    /// The answer that a far end's own call got.
    pub(super) fn answer_to(&self, who: &str) -> Option<String> {
        self.events(who).iter().rev().find_map(|event| match event {
            Event::Answered { body, .. } => Some(String::from_utf8_lossy(body).into_owned()),
            _ => None,
        })
    }

    pub(super) fn was_cancelled(&self, who: &str) -> Option<Option<Cause>> {
        self.events(who).iter().rev().find_map(|event| match event {
            Event::Cancelled { cause, .. } => Some(*cause),
            _ => None,
        })
    }

    pub(super) fn was_confirmed(&self, who: &str) -> bool {
        self.events(who).iter().any(|event| matches!(event, Event::Confirmed { .. }))
    }

    pub(super) fn reoffer_refused_with(&self, who: &str) -> Option<u16> {
        self.events(who).iter().rev().find_map(|event| match event {
            Event::ReofferAnswered { result: Err(status), .. } => Some(*status),
            _ => None,
        })
    }

    /// The call that began last.
    pub(super) fn started(&self) -> Option<CallId> {
        self.facts.iter().rev().find_map(|fact| match fact {
            Fact::CallStarted { call, .. } => Some(*call),
            _ => None,
        })
    }

    pub(super) fn has_ended(&self, who: &str) -> bool {
        self.events(who).iter().any(|event| matches!(event, Event::Ended { .. }))
    }

    pub(super) fn rang(&self, who: &str) -> usize {
        let rang = |event: &&Event| matches!(event, Event::Progress { status: 180, .. });
        self.events(who).iter().filter(rang).count()
    }

    /// The one record that this story has left.
    pub(super) fn record(&self) -> CallRecord {
        let records = self.records();
        assert_eq!(records.len(), 1, "{:#?}", self.facts);
        records[0].clone()
    }

    pub(super) fn records(&self) -> Vec<CallRecord> {
        let record = |fact: &Fact| match fact {
            Fact::Ended(record) => Some((**record).clone()),
            _ => None,
        };
        self.facts.iter().filter_map(record).collect()
    }

    pub(super) fn commands(&self, leg: LegId) -> Vec<&MediaCommand> {
        self.media.iter().filter(|(of, _)| *of == leg).map(|(_, command)| command).collect()
    }

    /// The two legs that were bridged last.
    pub(super) fn bridged(&self) -> Option<(LegId, LegId)> {
        self.media.iter().rev().find_map(|(leg, command)| match command {
            MediaCommand::Bridge { with } => Some((*leg, *with)),
            _ => None,
        })
    }

    /// The direction last agreed on with a leg.
    pub(super) fn direction(&self, leg: LegId) -> Direction {
        let agreed = self.media.iter().rev().find_map(|(of, command)| match command {
            MediaCommand::Connect { agreed, .. } if *of == leg => Some(agreed.direction),
            _ => None,
        });
        agreed.unwrap()
    }

    /// Waits until every transaction has died away, and asserts that nothing is left.
    pub(super) fn assert_nothing_left(&mut self) {
        self.wait_s(70);
        assert_eq!(self.switch.counts(), Counts::default());
        let sip = self.switch.sip_counts();
        assert_eq!((sip.sessions, sip.client_transactions, sip.server_transactions), (0, 0, 0));
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.assert_nothing_left();
        }
    }
}

fn flow(local: SocketAddr, remote: SocketAddr) -> sip::Flow {
    sip::Flow { transport: sip::Transport::Udp, remote, local, connection: None }
}

/// The direction attribute of a description.
pub(super) fn direction_in(sdp: &[u8]) -> String {
    let text = String::from_utf8_lossy(sdp);
    let names = ["sendrecv", "sendonly", "recvonly", "inactive"];
    let found = names.iter().find(|name| text.contains(&format!("a={name}")));
    found.map_or_else(|| "sendrecv".to_owned(), |name| (*name).to_owned())
}

// ---- a caller who talks with the agent

/// Something that the agent is saying.
#[derive(Debug)]
struct Playing {
    utterance: UtteranceId,
    text: String,
    begins: Instant,
    ends: Instant,
    audible: bool,
}

impl Playing {
    fn due(&self) -> Instant {
        if self.audible { self.ends } else { self.begins.min(self.ends) }
    }
}

/// How words are read, in a story that brings no understander.
pub(super) fn reading(intent: Intent, moves: Option<Move>) -> Reading {
    let confidence = 0.9;
    let ranked = vec![(intent, confidence)];
    Reading { intent, confidence, ranked, urgency: Urgency::Routine, moves, topic: None }
}

pub(super) fn in_danger(what: LifeSafety) -> Reading {
    Reading { urgency: Urgency::LifeSafety(what), ..reading(Intent::Emergency, None) }
}

impl World {
    /// Listens until the agent is silent; all that it has said since somebody listened last.
    pub(super) fn hear_the_agent(&mut self) -> String {
        while !self.mouths.is_empty() {
            self.wait(Duration::from_millis(100));
        }
        std::mem::take(&mut self.heard).join(" ")
    }

    fn mouth(&mut self, leg: LegId, command: &SpeechCommand) {
        match command {
            SpeechCommand::Speak { utterance, text } if self.mouth_works => {
                let begins = self.now.at + Duration::from_millis(150);
                let ends = begins + Duration::from_millis(60 * text.len() as u64);
                let text = text.clone();
                self.mouths
                    .insert(leg, Playing { utterance: *utterance, text, begins, ends, audible: false });
            }
            // Within a frame of being told.
            SpeechCommand::Cease { .. } => {
                let soon = self.now.at + Duration::from_millis(20);
                if let Some(playing) = self.mouths.get_mut(&leg) {
                    playing.ends = soon;
                    playing.text.clear();
                }
            }
            _ => {}
        }
    }

    /// Reports what has begun or ended to be played by now.
    fn play(&mut self) {
        let due: Vec<LegId> = self
            .mouths
            .iter()
            .filter(|(_, playing)| playing.due() <= self.now.at)
            .map(|(leg, _)| *leg)
            .collect();
        for leg in due {
            let Some(playing) = self.mouths.get_mut(&leg) else { continue };
            let utterance = playing.utterance;
            if !playing.audible && playing.begins <= self.now.at {
                playing.audible = true;
                self.switch
                    .handle_input(self.now, Input::Media { leg, event: MediaEvent::Speaking { utterance } });
            } else if let Some(playing) = self.mouths.remove(&leg) {
                let heard = self.now.at.saturating_duration_since(playing.begins);
                let heard_ms = u32::try_from(heard.as_millis()).unwrap();
                let complete = !playing.text.is_empty();
                let event = MediaEvent::Played { utterance, heard_ms, complete };
                self.heard.push(playing.text);
                self.switch.handle_input(self.now, Input::Media { leg, event });
            }
        }
    }

    /// The caller says this for two seconds, and falls silent; the agent takes its turn.
    pub(super) fn caller_says(&mut self, text: &str, reading: &Reading) -> String {
        let (leg, turn) = self.listening().unwrap();
        self.ear_hears(leg, turn, text);
        let asked = |command: &SpeechCommand| matches!(command, SpeechCommand::Understand { turn: of, .. } if *of == turn);
        for _ in 0..40 {
            if self.speech.iter().any(|(_, command)| asked(command)) {
                let reading = Box::new(reading.clone());
                self.tell(Input::Understood { leg, turn, reading });
                break;
            }
            self.wait(Duration::from_millis(100));
        }
        // Until the agent takes its turn: the longest pause that it allows anybody.
        for _ in 0..40 {
            if !self.mouths.is_empty() {
                break;
            }
            self.wait(Duration::from_millis(100));
        }
        self.hear_the_agent()
    }

    /// What the ear of a leg makes of two seconds of speech.
    pub(super) fn ear_hears(&mut self, leg: LegId, turn: TurnId, text: &str) {
        let at_ms = u64::from(self.heard_ms);
        self.tell(Input::Speech { leg, event: SpeechEvent::Started { turn, at_ms } });
        self.wait_s(2);
        self.heard_ms += 2300;
        let at_ms = u64::from(self.heard_ms);
        let event = SpeechEvent::Paused { turn, at_ms, voiced_ms: 2000, silence_ms: 300 };
        self.tell(Input::Speech { leg, event });
        self.wait(Duration::from_millis(120));
        let event = SpeechEvent::Heard { turn, at_ms, text: text.into(), decode_ms: 120 };
        self.tell(Input::Speech { leg, event });
    }

    /// The leg that is heard, and the turn that it is heard as.
    pub(super) fn listening(&self) -> Option<(LegId, TurnId)> {
        self.speech.iter().rev().find_map(|(leg, command)| match command {
            SpeechCommand::Listen { turn } => Some((*leg, *turn)),
            _ => None,
        })
    }

    /// What the agent is saying.
    pub(super) fn utterance(&self) -> Option<UtteranceId> {
        self.speech.iter().rev().find_map(|(_, command)| match command {
            SpeechCommand::Speak { utterance, .. } => Some(*utterance),
            _ => None,
        })
    }

    /// What has been written down as said, in order.
    pub(super) fn turns(&self) -> Vec<(Speaker, String)> {
        let turn = |fact: &Fact| match fact {
            Fact::Turn { turn, .. } => Some((turn.speaker, turn.text.clone())),
            _ => None,
        };
        self.facts.iter().filter_map(turn).collect()
    }
}
