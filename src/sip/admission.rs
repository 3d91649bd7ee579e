//! Their requests: which transaction or dialog one belongs to, who sends it, and the answers for those who may not.

use std::{net::IpAddr, sync::Arc, time::Instant};

use super::{
    digest::{Algorithm, Known as KnownUser, Secret, Verdict},
    endpoint::Endpoint,
    event::{Flow, Peer, SubscriptionId, Transport},
    fingerprint::{Fingerprint, Press},
    guard::Refusal,
    invite::{Found, cause_of},
    offer::offer_of,
    refer,
    reply::{Reply, SUPPORTED, SUPPORTED_BY_REGISTRAR},
    settings::without_kept,
    spent::Copied,
    tag::Tag,
    transaction_layer::{Known, Met, ServerId, ServerUser},
    wire::{Address, Message, Method, Name, Scheme, check},
};
use crate::types::Extension;

/// An answer to somebody unknown has at most so many times the bytes of the question (reflection).
const AMPLIFICATION: usize = 4;

/// Who a request comes from.
enum Sender {
    Peer(Peer),
    /// It has been answered, or deliberately not.
    Refused,
}

impl Endpoint {
    pub(super) fn request(&mut self, now: Instant, flow: Flow, request: Arc<Message>) {
        if let Err(rejection) = check::request(&request) {
            let reply = Reply::new(rejection.status).reason(rejection.reason);
            self.refuse(now, &flow, &request, &reply, Refusal::BadRequest);
            return;
        }
        let Some(method) = request.method().cloned() else { return };
        match method {
            Method::Ack => self.ack(now, &flow, &request),
            Method::Cancel => self.cancel_request(now, &flow, request),
            method => {
                let key = self.key(&request, &flow, method.as_str());
                match self.layer.find(key) {
                    Some(met) => self.copy(now, &flow, &request, met),
                    None => self.new_request(now, flow, request, method, key),
                }
            }
        }
    }

    /// What tells a request's transaction from others (17.2.3). ACK and CANCEL are looked up under the INVITE's.
    fn key(&self, request: &Message, flow: &Flow, method: &str) -> Fingerprint {
        let mut press = Press::new(self.layer.salt);
        match flow.remote.ip() {
            IpAddr::V4(ip) => press.put(&ip.octets()),
            IpAddr::V6(ip) => press.put(&ip.octets()),
        }
        press.put(method.as_bytes());
        if let Some(via) = request.via() {
            press.put(via.host.to_ascii_lowercase().as_bytes());
            press.put(&via.port.unwrap_or(5060).to_be_bytes());
            match via.transaction_branch() {
                Some(branch) => press.put(branch.as_bytes()),
                // RFC 2543: no branch to go by, but everything that copies have in common.
                None => {
                    press.put(request.raw_uri().unwrap_or_default());
                    press.put(via.branch().unwrap_or_default().as_bytes());
                    press.put(request.call_id().unwrap_or_default().as_bytes());
                    press.put(request.from_tag().unwrap_or_default().as_bytes());
                    press.put(&request.cseq().map_or(0, |(seq, _)| seq).to_be_bytes());
                }
            }
        }
        press.lift()
    }

    fn copy(&mut self, now: Instant, flow: &Flow, request: &Message, met: Met) {
        let answer = match met {
            Met::InProgress(server) => {
                if let Known::CopyOfAccepted(session) = self.layer.copy(now, server) {
                    self.sessions.copy_of_accepted(&mut self.layer, session);
                }
                return;
            }
            Met::Spent(Copied::Silently { .. }) => return,
            Met::Spent(Copied::Anew { status, tag }) => Reply::new(status).write(request, tag),
            Met::Spent(Copied::Again(bytes)) => bytes.into_vec(),
        };
        self.layer.transmit(self.reply_flow(flow, request), answer);
    }

    fn ack(&mut self, now: Instant, flow: &Flow, ack: &Message) {
        if let Some(Met::InProgress(server)) = self.layer.find(self.key(ack, flow, "INVITE"))
            && self.layer.ack(now, server)
        {
            return;
        }
        match self.sessions.dialog_of(&self.layer.settings, ack, flow) {
            Found::Session(session, _) => self.sessions.acked(now, &mut self.layer, session, ack),
            // The ACK of a stateless refusal has served its end when it has arrived.
            Found::None if ack.to_tag().and_then(Tag::parse) == Some(self.stateless_tag(ack)) => {}
            Found::Foreign | Found::None => self.guard.count(now, Refusal::Stray, flow.remote),
        }
    }

    fn cancel_request(&mut self, now: Instant, flow: &Flow, request: Arc<Message>) {
        let own = self.key(&request, flow, "CANCEL");
        if let Some(met) = self.layer.find(own) {
            self.copy(now, flow, &request, met);
            return;
        }
        let (tag, user) = match self.layer.find(self.key(&request, flow, "INVITE")) {
            Some(Met::InProgress(invite)) => (self.layer.tag_of(invite), self.layer.served_by(invite)),
            // Too late: after the final answer a CANCEL changes nothing (9.2).
            Some(Met::Spent(Copied::Silently { tag } | Copied::Anew { tag, .. })) => (Some(tag), None),
            Some(Met::Spent(Copied::Again(_))) | None => {
                self.refuse(now, flow, &request, &Reply::new(481), Refusal::Stray);
                return;
            }
        };
        let cause = cause_of(&request);
        let Some(server) = self.begin(now, flow, &request, own) else { return };
        // The answer to the CANCEL and the one to the INVITE carry the same tag (9.2).
        if let Some(tag) = tag {
            self.layer.set_tag(server, tag);
        }
        self.layer.respond(now, server, &Reply::new(200));
        if let Some(ServerUser::Invite(session)) = user {
            self.sessions.cancelled(now, &mut self.layer, session, cause);
        }
    }

    fn new_request(
        &mut self,
        now: Instant,
        flow: Flow,
        request: Arc<Message>,
        method: Method,
        key: Fingerprint,
    ) {
        // What has no hop left has come to its end here (RFC 4475, 3.3.11); only a call would have to go on (RFC 7332, 5).
        let goes_on = method == Method::Invite && request.to_tag().is_none();
        if goes_on && request.max_forwards() == Some(0) {
            self.refuse(now, &flow, &request, &Reply::new(483), Refusal::BadRequest);
            return;
        }
        // What we serve is asked for before what it requires (8.2.1, 8.2.2).
        if matches!(method, Method::Publish | Method::Other(_)) && request.to_tag().is_none() {
            let reply = Reply::unserved(&method);
            self.refuse(now, &flow, &request, &reply, Refusal::BadRequest);
            return;
        }
        let more = if method == Method::Register { SUPPORTED_BY_REGISTRAR } else { "" };
        let unsupported: Vec<String> = request
            .list(Name::Require)
            .map(|tag| String::from_utf8_lossy(tag).into_owned())
            .filter(|tag| {
                !SUPPORTED.split(", ").chain(more.split(", ")).any(|ours| ours.eq_ignore_ascii_case(tag))
            })
            .collect();
        if !unsupported.is_empty() {
            let reply = Reply::new(420).with(Name::Unsupported, unsupported.join(", "));
            self.refuse(now, &flow, &request, &reply, Refusal::BadRequest);
            return;
        }
        if request.to_tag().is_some() && method != Method::Register {
            self.in_dialog(now, &flow, &request, &method, key);
            return;
        }
        match method {
            Method::Options => {
                self.answer_statelessly(now, &flow, &request, &Reply::capabilities());
            }
            Method::Invite | Method::Message | Method::Register | Method::Subscribe => {
                if method == Method::Invite
                    && let Err(reply) = offer_of(&request)
                {
                    self.refuse(now, &flow, &request, &reply, Refusal::BadRequest);
                    return;
                }
                let sender = self.sender(now, &flow, &request, &method);
                let Sender::Peer(peer) = sender else { return };
                // What has been served and waits for copies takes nobody's place.
                if matches!(peer, Peer::Trunk(_))
                    && self.layer.servers.len()
                        >= without_kept(self.layer.settings.limits.server_transactions)
                {
                    self.refuse_full(now, &flow, &request);
                    return;
                }
                let Some(server) = self.begin(now, &flow, &request, key) else { return };
                self.admitted(now, flow, &request, &method, server, peer);
            }
            Method::Bye | Method::Info | Method::Update | Method::Prack | Method::Notify => {
                self.refuse(now, &flow, &request, &Reply::new(481), Refusal::Stray);
            }
            Method::Ack | Method::Cancel | Method::Publish | Method::Other(_) => {}
            // To strangers and friends alike: nobody is made to call anybody from outside a call.
            Method::Refer => {
                let reply = Reply::new(403).reason("Only Within A Call");
                self.refuse(now, &flow, &request, &reply, Refusal::BadRequest);
            }
        }
    }

    fn in_dialog(
        &mut self,
        now: Instant,
        flow: &Flow,
        request: &Arc<Message>,
        method: &Method,
        key: Fingerprint,
    ) {
        if *method == Method::Subscribe
            && let Some((subscription, rightful)) = self.subscriptions.dialog_of(request, flow)
        {
            self.subscribe_again(now, flow, request, key, rightful.then_some(subscription));
            return;
        }
        let (session, peer) = match self.sessions.dialog_of(&self.layer.settings, request, flow) {
            Found::Session(session, peer) => (session, peer),
            Found::Foreign => {
                self.refuse(now, flow, request, &Reply::new(481), Refusal::ForeignSource);
                return;
            }
            Found::None if *method == Method::Bye && self.layer.crosses_our_bye(request, flow) => {
                if let Some(server) = self.begin(now, flow, request, key) {
                    self.layer.respond(now, server, &Reply::new(200));
                }
                return;
            }
            Found::None => {
                self.refuse(now, flow, request, &Reply::new(481), Refusal::Stray);
                return;
            }
        };
        if matches!(method, Method::Invite | Method::Update | Method::Prack)
            && let Err(reply) = offer_of(request)
        {
            self.refuse(now, flow, request, &reply, Refusal::BadRequest);
            return;
        }
        let wish = match method {
            Method::Refer => match refer::target_of(request, &self.layer.settings, &self.registrar, &peer) {
                Ok(target) => Some(target),
                Err(reply) => {
                    self.refuse(now, flow, request, &reply, Refusal::BadRequest);
                    return;
                }
            },
            _ => None,
        };
        let Some(server) = self.begin(now, flow, request, key) else { return };
        if let Some(target) = wish {
            self.sessions.referred(now, &mut self.layer, session, request, server, target, *flow);
            return;
        }
        // One order for all of a dialog's requests, whoever serves them (12.2.2).
        if matches!(method, Method::Subscribe | Method::Options | Method::Message)
            && !self.sessions.admits(session, request)
        {
            self.layer.respond(now, server, &Reply::new(500).reason("CSeq Out Of Order"));
            return;
        }
        match method {
            Method::Subscribe => {
                self.sessions.resubscribed(now, &mut self.layer, session, request, server);
            }
            Method::Options => {
                self.layer.respond(now, server, &Reply::capabilities());
            }
            Method::Message => self.texts.received(now, &mut self.layer, request, server, peer),
            _ => self.sessions.requested(now, &mut self.layer, session, request, server, *flow),
        }
    }

    /// A phone goes on watching, or no longer wants to. One that has moved (`None`) subscribes anew, with its password.
    fn subscribe_again(
        &mut self,
        now: Instant,
        flow: &Flow,
        request: &Arc<Message>,
        key: Fingerprint,
        subscription: Option<SubscriptionId>,
    ) {
        let Some(subscription) = subscription else {
            self.refuse(now, flow, request, &Reply::new(481), Refusal::ForeignSource);
            return;
        };
        let Some(server) = self.begin(now, flow, request, key) else { return };
        self.subscriptions.subscribed_again(now, &mut self.layer, subscription, request, server, *flow);
    }

    /// A request outside dialogs of somebody known.
    fn admitted(
        &mut self,
        now: Instant,
        flow: Flow,
        request: &Arc<Message>,
        method: &Method,
        server: ServerId,
        peer: Peer,
    ) {
        self.connections.trust(&mut self.layer, &flow);
        match (method, peer) {
            (Method::Register, Peer::Phone(extension)) => {
                let reply = {
                    let until = self.passes.end_of(&flow);
                    self.registrar.register(now, &mut self.layer, &extension, request, flow, until)
                };
                self.layer.respond(now, server, &reply);
                self.subscriptions.registered(&mut self.layer, &extension, flow);
                self.sessions.registered(&extension, flow);
            }
            (Method::Subscribe, Peer::Phone(extension)) => {
                self.subscriptions.subscribed(now, &mut self.layer, &extension, request, server, flow);
            }
            // A trunk has no business with our lamps.
            (Method::Register | Method::Subscribe, Peer::Trunk(_)) => {
                self.layer.respond(now, server, &Reply::new(403));
            }
            (Method::Message, peer) => {
                self.texts.received(now, &mut self.layer, request, server, peer);
            }
            (_, peer) => self.sessions.invited(now, &mut self.layer, request, server, peer, flow),
        }
    }

    // ---- who are you?

    /// A phone by its password, a trunk by its address; everybody else is challenged. Registrations always need the
    /// password. A phone on an address that is also a trunk's (everything on one machine) is known by its binding, or by
    /// bringing credentials for our realm.
    fn sender(&mut self, now: Instant, flow: &Flow, request: &Message, method: &Method) -> Sender {
        let trunk = self.layer.settings.trunk_at(flow.remote.ip()).map(|(_, trunk)| trunk.name.clone());
        let is_phone = *method == Method::Register || self.registrar.sends_from(flow.remote);
        let verdict = self.verify(now, flow, request, method);
        match (verdict, trunk) {
            (Verdict::Missing, Some(trunk)) if !is_phone => Sender::Peer(Peer::Trunk(trunk)),
            (_, Some(_)) if self.guard.is_banned(now, flow.remote) => {
                // On a shared address the trunk's own requests go on; guessing does not.
                self.guard.count(now, Refusal::Banned, flow.remote);
                Sender::Refused
            }
            (Verdict::Accepted { user }, _) => {
                self.guard.answered(flow.remote);
                self.owner(now, flow, request, method, &user)
            }
            (verdict @ (Verdict::Missing | Verdict::Stale), _) => {
                // Whoever comes for the first time, or after a while, is asked: that is no refusal yet.
                self.guard.challenged(now, flow.remote);
                self.challenge(now, flow, request, method, verdict == Verdict::Stale)
            }
            (Verdict::Wrong, _) => {
                if self.failed(now, flow) {
                    return Sender::Refused;
                }
                self.challenge(now, flow, request, method, false)
            }
            (Verdict::Malformed, _) => {
                let reply = Reply::new(400).reason("Bad Authorization");
                self.refuse(now, flow, request, &reply, Refusal::BadRequest);
                Sender::Refused
            }
        }
    }

    fn verify(&mut self, now: Instant, flow: &Flow, request: &Message, method: &Method) -> Verdict {
        let Some(uri) = request.uri() else { return Verdict::Missing };
        let accounts = &self.layer.settings.accounts;
        let passes = &self.passes;
        let known = |user: &str| {
            if let Some(pass) =
                passes.find(now, flow, user).filter(|pass| accounts.contains_key(&pass.extension))
            {
                return Some(KnownUser { secret: Secret::Password(&pass.password), legacy_md5: false });
            }
            let account = accounts.get(&user.parse::<Extension>().ok()?)?;
            Some(KnownUser { secret: Secret::Password(&account.password), legacy_md5: account.legacy_md5 })
        };
        self.authenticator.verify(now, flow.remote.ip(), method, &uri, request.authorizations(), known)
    }

    /// Whoever has proved an extension may speak for that extension alone (promises: another's From is refused).
    fn owner(&mut self, now: Instant, flow: &Flow, request: &Message, method: &Method, user: &str) -> Sender {
        let by_pass = self.passes.used(now, flow, user);
        let Some(extension) = by_pass.or_else(|| user.parse::<Extension>().ok()) else {
            return Sender::Refused;
        };
        let claimed = speaks_for(request, method).and_then(|address| address.uri.user());
        let claimed = claimed.as_deref().unwrap_or_default();
        // A phone that hides its number says to be nobody (RFC 3323, 4.1.1.3), which is nobody else's name either.
        let nobody = *method == Method::Invite && claimed.eq_ignore_ascii_case("anonymous");
        if claimed != extension.as_str() && !nobody {
            self.refuse(now, flow, request, &Reply::new(403), Refusal::BadCredentials);
            return Sender::Refused;
        }
        // We are nobody's proxy: a phone calls people here, not at other hosts through us.
        let here = *method == Method::Register
            || request.uri().is_some_and(|uri| {
                !uri.has_param("maddr")
                    && (matches!(uri.scheme(), Scheme::Tel | Scheme::Other)
                        || self.layer.settings.is_own_host(&uri)
                        || self.registrar.knows_us_as(&extension, uri.host()))
            });
        if !here {
            self.refuse(now, flow, request, &Reply::new(404), Refusal::BadRequest);
            return Sender::Refused;
        }
        Sender::Peer(Peer::Phone(extension))
    }

    /// Charges the address with a wrong password. True if it is barred by now, and gets no more answers.
    fn failed(&mut self, now: Instant, flow: &Flow) -> bool {
        self.guard.count(now, Refusal::BadCredentials, flow.remote);
        self.guard.password_failed(now, flow.remote)
    }

    fn challenge(
        &mut self,
        now: Instant,
        flow: &Flow,
        request: &Message,
        method: &Method,
        stale: bool,
    ) -> Sender {
        // The budget first: a flood shall not even cost the making of nonces.
        if self.may_answer(now, flow) {
            let name = speaks_for(request, method).and_then(|address| address.uri.user());
            // Browsers have SHA-256 and no MD5; and a pass may be what is going to be shown.
            let algorithm = match flow.transport.is_websocket() {
                true => Algorithm::Sha256,
                false => self.algorithms.of(name.as_deref().unwrap_or_default()),
            };
            let source = flow.remote.ip();
            let chance = &mut self.layer.chance;
            let challenge = self.authenticator.challenge(now, source, algorithm, stale, chance);
            let reply = Reply::new(401).with(Name::WwwAuthenticate, challenge);
            self.send_statelessly(now, flow, request, &reply);
        }
        Sender::Refused
    }

    // ---- answers

    /// Begins the transaction of a request that is going to be served. `None` if the table is full: 503 has been sent.
    fn begin(
        &mut self,
        now: Instant,
        flow: &Flow,
        request: &Arc<Message>,
        key: Fingerprint,
    ) -> Option<ServerId> {
        let back = self.reply_flow(flow, request);
        match self.layer.begin(key, request.clone(), back) {
            Ok(server) => Some(server),
            Err(_) => {
                self.refuse_full(now, flow, request);
                None
            }
        }
    }

    fn refuse_full(&mut self, now: Instant, flow: &Flow, request: &Message) {
        let reply = Reply::new(503).with(Name::RetryAfter, "10");
        self.refuse(now, flow, request, &reply, Refusal::TableFull);
    }

    /// Refuses a request without keeping anything, and counts it.
    pub(super) fn refuse(
        &mut self,
        now: Instant,
        flow: &Flow,
        request: &Message,
        reply: &Reply,
        cause: Refusal,
    ) {
        self.guard.count(now, cause, flow.remote);
        self.answer_statelessly(now, flow, request, reply);
    }

    /// Answers once, keeps nothing, repeats nothing (8.2.7).
    fn answer_statelessly(&mut self, now: Instant, flow: &Flow, request: &Message, reply: &Reply) {
        if request.method() != Some(&Method::Ack) && self.may_answer(now, flow) {
            self.send_statelessly(now, flow, request, reply);
        }
    }

    /// May somebody who has not been identified be answered once more? Trunks may; phones and strangers have a budget.
    pub(super) fn may_answer(&mut self, now: Instant, flow: &Flow) -> bool {
        let may = self.layer.settings.trunk_at(flow.remote.ip()).is_some()
            || if self.registrar.sends_from(flow.remote) {
                self.guard.may_answer_phone(now, flow.remote)
            } else {
                self.guard.may_answer_stranger(now, flow.remote)
            };
        if !may {
            self.guard.count(now, Refusal::OverBudget, flow.remote);
        }
        may
    }

    /// Strangers never get much more than they sent: a forged source must not be worth the while (reflection).
    fn send_statelessly(&mut self, now: Instant, flow: &Flow, request: &Message, reply: &Reply) {
        let bytes = reply.write(request, self.stateless_tag(request));
        let known = self.layer.settings.trunk_at(flow.remote.ip()).is_some();
        let asked = request.as_bytes().len();
        if !known && flow.transport == Transport::Udp && bytes.len() > AMPLIFICATION * asked {
            self.guard.count(now, Refusal::WouldAmplify, flow.remote);
            return;
        }
        self.layer.transmit(self.reply_flow(flow, request), bytes);
    }

    /// Where the answer to this request goes (18.2.2; RFC 3581): on a stream, back along it. A trunk whose Via names a host, or
    /// another address of that trunk, stands behind no NAT: it has several.
    fn reply_flow(&self, flow: &Flow, request: &Message) -> Flow {
        if flow.transport != Transport::Udp {
            return *flow;
        }
        let trunk = self.layer.settings.trunk_at(flow.remote.ip()).zip(request.via());
        let is_direct = trunk.is_some_and(|((_, trunk), via)| via.host_ip().is_none_or(|ip| trunk.owns(ip)));
        let address = if is_direct { request.reply_address_of_via() } else { request.reply_address() };
        Flow { remote: address.unwrap_or(flow.remote), ..*flow }
    }

    /// The same for each copy of a request, and different for others (8.2.7): FNV-1a over what tells them apart.
    fn stateless_tag(&self, request: &Message) -> Tag {
        let branch = request.via().and_then(|via| via.branch()).unwrap_or_default();
        let parts = [branch, request.call_id().unwrap_or_default(), request.from_tag().unwrap_or_default()];
        let mut hash = self.layer.salt;
        for byte in parts.iter().flat_map(|part| part.bytes().chain([0])) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Tag::of_number(hash)
    }
}

/// For whom the sender of a request says to speak.
fn speaks_for<'a>(request: &'a Message, method: &Method) -> Option<Address<'a>> {
    if *method == Method::Register { request.to() } else { request.from() }
}
