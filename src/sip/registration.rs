//! Our trunks: our own REGISTER at each, kept alive and retried, the OPTIONS that ask whether it lives, and the rest that
//! it gets when a call has found it unable.

use std::time::{Duration, Instant};

use rand_chacha::rand_core::Rng;

use super::{
    draft::Draft,
    event::{Event, Flow, TrunkHealth, TrunkName},
    schedule::Wake,
    settings::PROBE_EVERY,
    settings::Trunk,
    tag::{Tag, new_call_id},
    targets,
    transaction_layer::{ClientId, ClientUser, Outcome, TransactionLayer},
    uas::own_contact,
    wire::{Address, Contact, Message, Method, Name, Uri},
};

/// The first pause after a failed registration; it doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(30);
const LONGEST_PAUSE: Duration = Duration::from_secs(600);
/// A trunk that has not answered OPTIONS by then is taken for dead, long before Timer F.
const PROBE_PATIENCE: Duration = Duration::from_secs(8);

/// A trunk that could not carry a call is down for so long, if it has not said for how long itself.
const REST: Duration = Duration::from_secs(60);
/// Nobody's Retry-After keeps an office from calling out for longer.
const LONGEST_REST: Duration = Duration::from_secs(300);
/// Contacts that are read of a registrar's list.
const MOST_LISTED: usize = 64;

/// What we know of one side of a trunk's health.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Finding {
    Unknown,
    Good,
    Bad { status: u16, why: String },
}

/// One trunk of the settings, at the same place.
#[derive(Debug)]
struct Watched {
    trunk: Trunk,
    /// All our REGISTERs to one registrar share these (10.2).
    call_id: String,
    tag: Tag,
    seq: u32,
    /// Asked for; a 423 raises it.
    expires: Duration,
    failures: u32,
    registering: Option<ClientId>,
    registered: Finding,
    probing: Option<ClientId>,
    alive: Finding,
    /// Does its name lead anywhere?
    located: Finding,
    /// Bad while it rests after a call.
    calls: Finding,
    rest: Option<Rest>,
    told: TrunkHealth,
}

/// A trunk is spared until then.
#[derive(Debug, Clone, Copy)]
struct Rest {
    until: Instant,
    /// It has asked for it itself (Retry-After): nothing but emergencies is sent there (RFC 3261, 21.5.4).
    asked: bool,
}

/// See the module's sentence.
#[derive(Debug, Default)]
pub(super) struct Trunks {
    watched: Vec<Watched>,
    /// We are going: nothing is registered any more.
    stopped: bool,
}

impl Trunks {
    /// Takes over the trunks of the settings; those that have not changed keep what is known of them.
    pub(super) fn update(&mut self, now: Instant, layer: &mut TransactionLayer) {
        for (at, watched) in self.watched.iter().enumerate() {
            layer.schedule.clear(&Wake::Registration(at));
            layer.schedule.clear(&Wake::Probe(at));
            layer.schedule.clear(&Wake::KeepAlive(at));
            layer.schedule.clear(&Wake::Rested(at));
            for client in [watched.registering, watched.probing].into_iter().flatten() {
                layer.abandon(client);
            }
        }
        let mut old = std::mem::take(&mut self.watched);
        let trunks = layer.settings.trunks.clone();
        for (at, trunk) in trunks.into_iter().enumerate() {
            let known = old.iter().position(|watched| watched.trunk == trunk).map(|at| old.swap_remove(at));
            let watched = match known {
                Some(known) => Watched { registering: None, probing: None, ..known },
                None => Watched {
                    call_id: new_call_id(&mut layer.chance),
                    tag: Tag::new(&mut layer.chance),
                    seq: 0,
                    expires: trunk.registration.as_ref().map_or(Duration::ZERO, |r| r.expires),
                    failures: 0,
                    registering: None,
                    registered: Finding::Unknown,
                    probing: None,
                    alive: Finding::Unknown,
                    located: Finding::Unknown,
                    calls: Finding::Unknown,
                    rest: None,
                    told: TrunkHealth::Unknown,
                    trunk,
                },
            };
            if watched.trunk.registration.is_some() {
                layer.schedule.set(Wake::Registration(at), now);
            }
            if watched.trunk.probe.is_some() {
                layer.schedule.set(Wake::Probe(at), now);
            }
            if !watched.trunk.keep_alive.is_zero() {
                layer.schedule.set(Wake::KeepAlive(at), now + watched.trunk.keep_alive);
            }
            if let Some(rest) = watched.rest {
                layer.schedule.set(Wake::Rested(at), rest.until);
            }
            self.watched.push(watched);
        }
    }

    /// The health of the trunk at this place.
    pub(super) fn health(&self, at: usize) -> TrunkHealth {
        self.watched.get(at).map_or(TrunkHealth::Unknown, |watched| watched.told.clone())
    }

    // ---- registration

    /// The time has come to register, for the first time or again.
    pub(super) fn registration_due(&mut self, now: Instant, layer: &mut TransactionLayer, at: usize) {
        let Some(watched) = self.watched.get_mut(at) else { return };
        if watched.registering.is_some() {
            return;
        }
        let expires = watched.expires;
        match watched.send_register(now, layer, at, expires) {
            Some(client) => watched.registering = Some(client),
            // With its name the trunk's turn comes.
            None if layer.lost(at).is_some() => {}
            None => {
                watched.registration_failed(now, layer, at, 503, "it cannot be sent".to_owned(), None);
                watched.tell(layer);
            }
        }
    }

    /// What became of our REGISTER.
    pub(super) fn registration_answered(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        at: usize,
        client: ClientId,
        outcome: Outcome,
        response: Option<&Message>,
    ) {
        let Some(watched) = self.watched.get_mut(at) else { return };
        if watched.registering != Some(client) {
            return;
        }
        let (status, why) = told(layer, outcome, response);
        if status < 200 {
            return;
        }
        watched.registering = None;
        if self.stopped {
            return;
        }
        match (status, response) {
            (200..=299, Some(response)) => {
                watched.failures = 0;
                watched.registered = Finding::Good;
                let granted = granted(response, &watched.contact(layer, client), watched.expires);
                // Short ones are refreshed at half time, long ones when a tenth is left.
                let pause = if granted <= Duration::from_secs(120) { granted / 2 } else { granted * 9 / 10 };
                let pause = jittered(layer, pause.max(Duration::from_secs(5)));
                layer.schedule.set(Wake::Registration(at), now + pause);
            }
            (423, Some(response)) if raised(response, watched.expires).is_some() => {
                watched.expires = raised(response, watched.expires).unwrap_or(watched.expires);
                layer.schedule.set(Wake::Registration(at), now);
            }
            _ => {
                let wait = response.and_then(Message::retry_after);
                let wait = wait.map(|seconds| Duration::from_secs(u64::from(seconds)));
                watched.registration_failed(now, layer, at, status, why, wait);
            }
        }
        watched.tell(layer);
    }

    // ---- probing

    /// The time has come to ask, or the patience with the last question is over.
    pub(super) fn probe_due(&mut self, now: Instant, layer: &mut TransactionLayer, at: usize) {
        let Some(watched) = self.watched.get_mut(at) else { return };
        if let Some(client) = watched.probing.take() {
            let way = layer.asked(client).map(|(_, flow, _, _)| (flow.transport, flow.remote));
            layer.abandon(client);
            let why = "it does not answer OPTIONS";
            if way.is_some_and(|way| layer.target_failed(now, at, way, targets::REST, why)) {
                watched.go_over(now, layer, at);
            } else {
                watched.alive = Finding::Bad { status: 0, why: why.to_owned() };
                watched.tell(layer);
            }
        }
        let patience = match watched.send_probe(now, layer, at) {
            Some(client) => {
                watched.probing = Some(client);
                PROBE_PATIENCE
            }
            None => watched.trunk.probe.unwrap_or(PROBE_EVERY),
        };
        layer.schedule.set(Wake::Probe(at), now + patience);
    }

    /// What became of our OPTIONS. Whatever is answered, somebody is there, but for 408 and 503.
    pub(super) fn probe_answered(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        at: usize,
        client: ClientId,
        outcome: Outcome,
        response: Option<&Message>,
    ) {
        let Some(watched) = self.watched.get_mut(at) else { return };
        if watched.probing != Some(client) {
            return;
        }
        let (status, why) = told(layer, outcome, response);
        if status < 200 {
            return;
        }
        watched.probing = None;
        if self.stopped {
            return;
        }
        watched.alive =
            if matches!(status, 408 | 503) { Finding::Bad { status, why } } else { Finding::Good };
        let pause = jittered(layer, watched.trunk.probe.unwrap_or(PROBE_EVERY));
        layer.schedule.set(Wake::Probe(at), now + pause);
        watched.tell(layer);
    }

    // ---- targets

    /// Another target of the trunk is the first now: it is registered at and asked at once.
    pub(super) fn target_changed(&mut self, now: Instant, layer: &mut TransactionLayer, at: usize) {
        let Some(watched) = self.watched.get_mut(at).filter(|_| !self.stopped) else { return };
        watched.go_over(now, layer, at);
        watched.tell(layer);
    }

    /// The trunk's name leads nowhere.
    pub(super) fn target_lost(&mut self, layer: &mut TransactionLayer, at: usize) {
        let Some(watched) = self.watched.get_mut(at) else { return };
        if let Some(why) = layer.lost(at) {
            watched.located = Finding::Bad { status: 503, why };
            watched.tell(layer);
        }
    }

    /// Asks one target of a trunk whether it lives, on behalf of this user. False: it could not be asked.
    pub(super) fn ask_target(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        at: usize,
        flow: Flow,
        user: ClientUser,
    ) -> bool {
        let Some(watched) = self.watched.get_mut(at).filter(|_| !self.stopped) else { return false };
        let Some((draft, _)) = watched.question(layer) else { return false };
        layer.send_over(now, draft, flow, user, 0).is_ok()
    }

    /// A hole in a NAT on the way is kept open (RFC 5626, 3.5.1 and 4.4.1).
    pub(super) fn keep_alive_due(&mut self, now: Instant, layer: &mut TransactionLayer, at: usize) {
        let Some(watched) = self.watched.get(at).filter(|_| !self.stopped) else { return };
        let every = watched.trunk.keep_alive;
        if every.is_zero() {
            return;
        }
        if let Some(flow) = layer.trunk_flow(at) {
            layer.keep_alive(flow);
        }
        layer.schedule.set(Wake::KeepAlive(at), now + every);
    }

    // ---- calls

    /// A call has found the trunk unable to carry it. It is down until it has rested, and asked at once whether it lives.
    pub(super) fn call_failed(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        name: &TrunkName,
        status: u16,
        retry_after: Option<Duration>,
    ) {
        let Some((at, watched)) = self.named(name) else { return };
        let why =
            if status == 0 { "no answer to an INVITE".to_owned() } else { "a call was refused".to_owned() };
        watched.calls = Finding::Bad { status, why };
        let until = now + retry_after.map_or(REST, |wait| wait.min(LONGEST_REST));
        watched.rest = Some(Rest { until, asked: retry_after.is_some() });
        layer.schedule.set(Wake::Rested(at), until);
        if watched.trunk.probe.is_some() && watched.probing.is_none() {
            layer.schedule.set(Wake::Probe(at), now);
        }
        watched.tell(layer);
    }

    /// The trunk has carried a call as far as somebody's answer.
    pub(super) fn call_carried(&mut self, layer: &mut TransactionLayer, name: &TrunkName) {
        let Some((at, watched)) = self.named(name).filter(|(_, watched)| watched.rest.is_some()) else {
            return;
        };
        watched.calls = Finding::Unknown;
        watched.rest = None;
        layer.schedule.clear(&Wake::Rested(at));
        watched.tell(layer);
    }

    /// It has rested long enough. What is wrong with it the next call will find, or the next probe.
    pub(super) fn rested(&mut self, layer: &mut TransactionLayer, at: usize) {
        let Some(watched) = self.watched.get_mut(at) else { return };
        watched.calls = Finding::Unknown;
        watched.rest = None;
        watched.tell(layer);
    }

    /// For how long the trunk still wants no calls.
    pub(super) fn asks_for_rest(&self, now: Instant, at: usize) -> Option<Duration> {
        let rest = self.watched.get(at)?.rest.filter(|rest| rest.asked && rest.until > now)?;
        Some(rest.until.saturating_duration_since(now))
    }

    fn named(&mut self, name: &TrunkName) -> Option<(usize, &mut Watched)> {
        self.watched.iter_mut().enumerate().find(|(_, watched)| watched.trunk.name == *name)
    }

    /// A challenged request has gone out again under this id.
    pub(super) fn retried(&mut self, user: ClientUser, old: ClientId, new: ClientId, seq: u32) {
        match user {
            ClientUser::Registration(at) => {
                if let Some(watched) = self.watched.get_mut(at).filter(|w| w.registering == Some(old)) {
                    watched.registering = Some(new);
                    watched.seq = seq;
                }
            }
            ClientUser::Probe(at) => {
                if let Some(watched) = self.watched.get_mut(at).filter(|w| w.probing == Some(old)) {
                    watched.probing = Some(new);
                }
            }
            _ => {}
        }
    }

    /// We are about to go: carriers that know it send calls elsewhere at once.
    pub(super) fn shut_down(&mut self, now: Instant, layer: &mut TransactionLayer) {
        self.stopped = true;
        for (at, watched) in self.watched.iter_mut().enumerate() {
            layer.schedule.clear(&Wake::Registration(at));
            layer.schedule.clear(&Wake::Probe(at));
            layer.schedule.clear(&Wake::KeepAlive(at));
            layer.schedule.clear(&Wake::Targets(at));
            if watched.trunk.registration.is_some() && watched.registered == Finding::Good {
                watched.registering = watched.send_register(now, layer, at, Duration::ZERO);
            }
        }
    }
}

impl Watched {
    fn draft(
        &mut self,
        layer: &mut TransactionLayer,
        method: Method,
        uri: String,
        user: &str,
    ) -> Option<(Draft, Flow)> {
        let (at, _) = layer.settings.trunk(&self.trunk.name)?;
        let flow = layer.trunk_flow(at)?;
        let own = format!("<sip:{}@{}>", super::wire::escape_user(user), self.trunk.domain);
        let to = if method == Method::Register { own.clone() } else { format!("<{uri}>") };
        let from = format!("{own};tag={}", self.tag);
        let draft = Draft {
            headers: vec![
                (Name::Contact, format!("<{}>", own_contact(layer, user, &flow))),
                (Name::UserAgent, layer.settings.user_agent.clone()),
            ],
            trunk: Some(self.trunk.name.clone()),
            ..Draft::bare(method, uri, from, to, self.call_id.clone(), self.seq)
        };
        Some((draft, flow))
    }

    /// How the REGISTER of this transaction names us.
    fn contact(&self, layer: &TransactionLayer, client: ClientId) -> String {
        let user = self.trunk.registration.as_ref().map_or("", |registration| &registration.user);
        layer.asked(client).map(|(_, flow, _, _)| own_contact(layer, user, &flow)).unwrap_or_default()
    }

    fn send_register(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        at: usize,
        expires: Duration,
    ) -> Option<ClientId> {
        let registration = self.trunk.registration.clone()?;
        self.seq += 1;
        let (mut draft, flow) =
            self.draft(layer, Method::Register, registration.registrar.clone(), &registration.user)?;
        draft.headers.push((Name::Expires, expires.as_secs().to_string()));
        // Proxies on the way may add themselves (RFC 3327, 5.1): what they add is the registrar's affair.
        draft.headers.push((Name::Supported, "path".to_owned()));
        layer.send(now, draft, flow, ClientUser::Registration(at)).ok()
    }

    /// What hangs on the target is done anew.
    fn go_over(&mut self, now: Instant, layer: &mut TransactionLayer, at: usize) {
        self.located = Finding::Unknown;
        if self.trunk.registration.is_some() {
            if let Some(client) = self.registering.take() {
                layer.abandon(client);
            }
            layer.schedule.set(Wake::Registration(at), now);
        }
        if self.trunk.probe.is_some() {
            if let Some(client) = self.probing.take() {
                layer.abandon(client);
            }
            layer.schedule.set(Wake::Probe(at), now);
        }
    }

    fn send_probe(&mut self, now: Instant, layer: &mut TransactionLayer, at: usize) -> Option<ClientId> {
        let (draft, flow) = self.question(layer)?;
        layer.send(now, draft, flow, ClientUser::Probe(at)).ok()
    }

    /// An OPTIONS to the trunk.
    fn question(&mut self, layer: &mut TransactionLayer) -> Option<(Draft, Flow)> {
        let user = self.trunk.registration.as_ref().map_or_else(|| "ping".to_owned(), |r| r.user.clone());
        let uri = format!("sip:{}", self.trunk.domain);
        let (mut draft, flow) = self.draft(layer, Method::Options, uri, &user)?;
        // A question of its own, outside the registration's order.
        draft.call_id = new_call_id(&mut layer.chance);
        draft.seq = 1;
        draft.headers.push((Name::Accept, super::uas::SDP.to_owned()));
        Some((draft, flow))
    }

    fn registration_failed(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        at: usize,
        status: u16,
        why: String,
        wait: Option<Duration>,
    ) {
        self.registered = Finding::Bad { status, why };
        let pause = FIRST_PAUSE.saturating_mul(1 << self.failures.min(5)).min(LONGEST_PAUSE);
        self.failures += 1;
        let pause = jittered(layer, pause.max(wait.unwrap_or_default().min(LONGEST_PAUSE)));
        layer.schedule.set(Wake::Registration(at), now + pause);
    }

    fn health(&self) -> TrunkHealth {
        let asked = [
            self.trunk.registration.is_some().then_some((&self.registered, "registration")),
            self.trunk.probe.map(|_| (&self.alive, "probe")),
            (self.calls != Finding::Unknown).then_some((&self.calls, "call")),
            (self.located != Finding::Unknown).then_some((&self.located, "name")),
        ];
        let mut health = TrunkHealth::Unknown;
        for (finding, what) in asked.into_iter().flatten() {
            match finding {
                Finding::Bad { status, why } => {
                    return TrunkHealth::Down { status: *status, why: format!("{what}: {why}") };
                }
                Finding::Good => health = TrunkHealth::Up,
                Finding::Unknown => {}
            }
        }
        health
    }

    fn tell(&mut self, layer: &mut TransactionLayer) {
        let health = self.health();
        if health != self.told {
            self.told = health.clone();
            layer.tell(Event::TrunkHealth { trunk: self.trunk.name.clone(), health });
        }
    }
}

/// The status, and a sentence for the console.
pub(super) fn told(layer: &TransactionLayer, outcome: Outcome, response: Option<&Message>) -> (u16, String) {
    match (outcome, response) {
        (Outcome::Response, Some(response)) => {
            let status = response.status().unwrap_or_default();
            (status, format!("{status} {}", response.reason()))
        }
        (Outcome::Unsent, _) => {
            (503, layer.unreachable.clone().unwrap_or_else(|| "it cannot be reached".to_owned()))
        }
        _ => (408, "it does not answer".to_owned()),
    }
}

/// For how long the registrar has taken us: our contact's expiry, else the header's, else what we asked (10.2.4). It lists
/// whoever else has registered under the same name too; where none of them is ours as we wrote it (a border rewrites what
/// passes), the one that runs out first is not missed.
fn granted(response: &Message, own: &str, asked: Duration) -> Duration {
    let own = Uri::parse(own.as_bytes());
    let is_ours = |address: &Address<'_>| own.is_some_and(|own| own.same_as(&address.uri));
    let listed = response.contacts().filter_map(|contact| match contact {
        Some(Contact::Address(address)) => Some((is_ours(&address), address.expires())),
        _ => None,
    });
    let listed: Vec<(bool, Option<u32>)> = listed.take(MOST_LISTED).collect();
    let seconds = match listed.iter().find(|(ours, _)| *ours) {
        Some((_, expires)) => *expires,
        None => listed.iter().filter_map(|(_, expires)| *expires).min(),
    };
    let seconds = seconds.or(response.expires());
    seconds.map_or(asked, |s| Duration::from_secs(u64::from(s.clamp(10, 86_400))))
}

/// The longer expiry that a 423 demands, if it is one that we have not offered yet.
fn raised(response: &Message, asked: Duration) -> Option<Duration> {
    let least = Duration::from_secs(u64::from(response.min_expires()?));
    (least > asked && least <= Duration::from_secs(86_400)).then_some(least)
}

/// Up to a tenth earlier, so that a power cut does not make all boxes ask at once.
fn jittered(layer: &mut TransactionLayer, pause: Duration) -> Duration {
    pause - pause * (layer.chance.next_u32() % 100) / 1000
}
