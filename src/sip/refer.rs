//! REFER within a call (RFC 3515, 3892, 4488, 5589): what the far end asks for, the subscription that comes with it, and its
//! NOTIFYs. Whether the transfer is done is the PBX's to say; outside a call there is no REFER.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    SendError,
    caller::identity,
    dialog::Dialog,
    endpoint::{Endpoint, done},
    event::{Event, Flow, Peer, ReferId, ReferTarget, Replaces, SessionId, TrunkName},
    invite::{Session, Sessions},
    registrar::Registrar,
    reply::Reply,
    schedule::Wake,
    settings::Settings,
    talking::Talking,
    transaction_layer::{ClientUser, Outcome, ServerId, TransactionLayer},
    uac::next_hop,
    wire::{Address, Message, Method, Name, Scheme, reason_phrase},
};

/// The PBX has so long to accept or refuse: the sender waits for 32 s (Timer F).
const DECIDE_WITHIN: Duration = Duration::from_secs(20);
/// An accepted REFER is reported on for so long; then its subscription ends (RFC 3515, 2.4.7 leaves the time to us).
const REPORT_WITHIN: Duration = Duration::from_secs(180);
/// How many REFERs of one call may be in progress. A further one is refused with 491: one transfer is enough for a call.
const IN_PROGRESS: usize = 2;

/// A REFER, from its arrival until the last NOTIFY.
#[derive(Debug)]
struct Referral {
    session: SessionId,
    /// While it is not decided.
    server: Option<ServerId>,
    /// What its NOTIFYs name it by, if it is not the first of the dialog (RFC 3515, 2.4.6).
    number: Option<u32>,
    /// The sender wants no NOTIFYs (`Refer-Sub: false`, RFC 4488).
    silent: bool,
    until: Instant,
    /// The call has ended before the reports: the subscription goes on in what is left of its dialog (RFC 5057, 4.1).
    outlived: Option<Outlived>,
}

#[derive(Debug)]
struct Outlived {
    dialog: Dialog,
    trunk: Option<TrunkName>,
    contact: String,
}

/// All of them. Bounded by the sessions, and by [`IN_PROGRESS`] for each.
#[derive(Debug, Default)]
pub(super) struct Referrals {
    table: BTreeMap<ReferId, Referral>,
    begun: u64,
}

impl Referrals {
    pub(super) fn len(&self) -> usize {
        self.table.len()
    }
}

/// What a REFER asks for; or why it cannot be asked.
pub(super) fn target_of(
    request: &Message,
    settings: &Settings,
    registrar: &Registrar,
    peer: &Peer,
) -> Result<ReferTarget, Reply> {
    let bad = || Reply::new(400).reason("Bad Refer-To");
    let value = request.header(Name::ReferTo).ok_or_else(bad)?;
    let uri = Address::parse(value).ok_or_else(bad)?.uri;
    if uri.param("method").is_some_and(|method| !method.eq_ignore_ascii_case("INVITE")) {
        return Err(Reply::new(403).reason("Only Calls Are Transferred"));
    }
    let replaces = match uri.header("Replaces") {
        Some(value) => Some(Replaces::parse(value.as_bytes()).ok_or_else(bad)?),
        None => None,
    };
    let here = match uri.scheme() {
        Scheme::Tel => true,
        Scheme::Sip | Scheme::Sips => {
            let known =
                matches!(peer, Peer::Phone(extension) if registrar.knows_us_as(extension, uri.host()));
            !uri.has_param("maddr") && (known || settings.is_own_host(&uri))
        }
        Scheme::Other => return Err(Reply::new(416)),
    };
    Ok(ReferTarget {
        user: uri.dialled(),
        uri: uri.as_str().split('?').next().unwrap_or_default().to_owned(),
        here,
        replaces,
    })
}

impl Sessions {
    /// A REFER in a dialog, with its transaction begun.
    #[expect(clippy::too_many_arguments, reason = "one call site, and each says something else")]
    pub(super) fn referred(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        request: &Arc<Message>,
        server: ServerId,
        target: ReferTarget,
        flow: Flow,
    ) {
        let in_progress = self.referrals.table.values().filter(|r| r.session == id).count();
        let Some(talking) = self.talking(id) else {
            // Before the answer, and after the end, there is no call to transfer.
            layer.respond(now, server, &Reply::new(403).reason("No Call To Transfer"));
            return;
        };
        let Some((seq, _)) = request.cseq() else { return };
        if !talking.admit(flow, seq) {
            layer.respond(now, server, &Reply::new(500).reason("CSeq Out Of Order"));
            return;
        }
        if in_progress >= IN_PROGRESS {
            layer.respond(now, server, &Reply::new(491));
            return;
        }
        talking.dialog.refresh_target(request);
        let first = !std::mem::replace(&mut talking.referred, true);
        self.referrals.begun += 1;
        let refer = ReferId(self.referrals.begun);
        let referral = Referral {
            session: id,
            server: Some(server),
            number: (!first).then_some(seq),
            silent: request.header(Name::ReferSub).is_some_and(|sub| sub.eq_ignore_ascii_case(b"false")),
            until: now + DECIDE_WITHIN,
            outlived: None,
        };
        layer.schedule.set(Wake::Refer(refer), referral.until);
        self.referrals.table.insert(refer, referral);
        let referred_by = request.header(Name::ReferredBy).and_then(Address::parse).map(|a| identity(&a));
        layer.tell(Event::Referred { session: id, refer, to: target, referred_by });
    }

    /// The PBX tries it: 202, and a first NOTIFY at once (RFC 3515, 2.4.4).
    fn accept_refer(&mut self, now: Instant, layer: &mut TransactionLayer, refer: ReferId) -> bool {
        let Some(referral) = self.referrals.table.get_mut(&refer) else { return false };
        let Some(server) = referral.server.take() else { return false };
        let contact = match self.table.get(&referral.session) {
            Some(Session::Talking(talking)) => talking.contact().to_owned(),
            _ => referral.outlived.as_ref().map(|o| o.contact.clone()).unwrap_or_default(),
        };
        let mut reply = Reply::new(202).in_dialog(&contact);
        if referral.silent {
            reply = reply.with(Name::ReferSub, "false");
        }
        referral.until = now + REPORT_WITHIN;
        layer.schedule.set(Wake::Refer(refer), referral.until);
        layer.respond(now, server, &reply);
        self.notify(now, layer, refer, 100, "active");
        true
    }

    /// What has become of the call that was asked for: a status of its INVITE. A final one is the last report.
    fn report_refer(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        refer: ReferId,
        status: u16,
    ) -> bool {
        if self.referrals.table.get(&refer).is_none_or(|referral| referral.server.is_some()) {
            return false;
        }
        if status < 200 {
            self.notify(now, layer, refer, status, "active");
        } else {
            self.notify(now, layer, refer, status, "noresource");
            self.forget_referral(layer, refer);
        }
        true
    }

    fn refuse_refer(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        refer: ReferId,
        status: u16,
    ) -> bool {
        let Some(server) = self.referrals.table.get(&refer).and_then(|referral| referral.server) else {
            return false;
        };
        layer.respond(now, server, &Reply::new(status));
        self.forget_referral(layer, refer);
        true
    }

    /// One NOTIFY: `why` is `active`, or what ends the subscription (RFC 6665, 4.1.3).
    fn notify(&mut self, now: Instant, layer: &mut TransactionLayer, refer: ReferId, status: u16, why: &str) {
        let Some(referral) = self.referrals.table.get_mut(&refer).filter(|referral| !referral.silent) else {
            return;
        };
        let (mut draft, hop, contact) = match self.table.get_mut(&referral.session) {
            Some(Session::Talking(talking)) => {
                (talking.draft(Method::Notify), talking.hop(layer), talking.contact().to_owned())
            }
            _ => {
                let Some(Outlived { dialog, trunk, contact }) = &mut referral.outlived else { return };
                let mut draft = dialog.request(Method::Notify);
                draft.trunk = trunk.clone();
                (draft, next_hop(layer, dialog, trunk.as_ref()), contact.clone())
            }
        };
        let event = referral.number.map_or_else(|| "refer".to_owned(), |number| format!("refer;id={number}"));
        let state = if why == "active" {
            format!("active;expires={}", referral.until.saturating_duration_since(now).as_secs())
        } else {
            format!("terminated;reason={why}")
        };
        draft.headers.push((Name::Contact, format!("<{contact}>")));
        draft.headers.push((Name::Event, event));
        draft.headers.push((Name::SubscriptionState, state));
        draft.content_type = Some("message/sipfrag;version=2.0".to_owned());
        draft.body = format!("SIP/2.0 {status} {}\r\n", reason_phrase(status)).into_bytes();
        // With a full table the far end is not told how it went; the transfer goes on all the same.
        let _ = layer.send(now, draft, hop, ClientUser::Refer(refer));
    }

    /// A NOTIFY was challenged and has gone out again.
    pub(super) fn notify_retried(&mut self, refer: ReferId, seq: u32) {
        let Some(referral) = self.referrals.table.get_mut(&refer) else { return };
        let dialog = match self.table.get_mut(&referral.session) {
            Some(Session::Talking(talking)) => &mut talking.dialog,
            _ => match &mut referral.outlived {
                Some(outlived) => &mut outlived.dialog,
                None => return,
            },
        };
        dialog.local_seq = dialog.local_seq.max(seq);
    }

    /// What became of a NOTIFY. One that is refused or not answered ends the subscription (RFC 6665, 4.2.2), not the call.
    pub(super) fn notified(
        &mut self,
        layer: &mut TransactionLayer,
        refer: ReferId,
        outcome: Outcome,
        response: Option<&Message>,
    ) {
        let alive = matches!(
            (outcome, response.and_then(Message::status)),
            (Outcome::Response, Some(100..=299 | 491 | 500 | 503))
        );
        if !alive && let Some(referral) = self.referrals.table.get_mut(&refer) {
            referral.silent = true;
            if referral.outlived.is_some() {
                self.forget_referral(layer, refer);
            }
        }
    }

    /// A SUBSCRIBE to the state of a REFER (RFC 3515, 2.4.4): it is shown once more, or given up.
    pub(super) fn resubscribed(
        &mut self,
        now: Instant,
        layer: &mut TransactionLayer,
        id: SessionId,
        request: &Message,
        server: ServerId,
    ) {
        let event = request.text(Name::Event).unwrap_or_default();
        let mut parts = event.split(';').map(str::trim);
        if parts.next() != Some("refer") {
            let reply = Reply::new(489).with(Name::AllowEvents, "refer");
            layer.respond(now, server, &reply);
            return;
        }
        let number = parts.find_map(|part| part.strip_prefix("id=")).and_then(|id| id.parse::<u32>().ok());
        let found = self.referrals.table.iter().find(|(_, referral)| {
            referral.session == id
                && referral.server.is_none()
                && !referral.silent
                && referral.number == number
        });
        let Some((&refer, _)) = found else {
            layer.respond(now, server, &Reply::new(481));
            return;
        };
        let given_up = request.expires() == Some(0);
        let left = self.referrals.table[&refer].until.saturating_duration_since(now).as_secs();
        let expires = if given_up { 0 } else { left };
        let mut reply = Reply::new(200).with(Name::Expires, expires.to_string());
        // Who accepts a subscription says where it is reached (RFC 6665, 4.1.2.1).
        if let Some(Session::Talking(talking)) = self.table.get(&id) {
            reply = reply.in_dialog(talking.contact());
        }
        layer.respond(now, server, &reply);
        self.notify(now, layer, refer, 100, if given_up { "timeout" } else { "active" });
        if given_up && let Some(referral) = self.referrals.table.get_mut(&refer) {
            referral.silent = true;
        }
    }

    /// Undecided, or not reported on, for too long.
    pub(super) fn refer_expired(&mut self, now: Instant, layer: &mut TransactionLayer, refer: ReferId) {
        if !self.refuse_refer(now, layer, refer, 503) {
            self.notify(now, layer, refer, 100, "timeout");
            self.forget_referral(layer, refer);
        }
    }

    /// A call has ended: what it was asked to do is refused, or goes on being reported in what is left of the dialog.
    pub(super) fn referrals_outlive(
        &mut self,
        layer: &mut TransactionLayer,
        id: SessionId,
        talking: &Talking,
    ) {
        let trunk = match &talking.peer {
            Peer::Trunk(name) => Some(name.clone()),
            Peer::Phone(_) => None,
        };
        for referral in self.referrals.table.values_mut().filter(|referral| referral.session == id) {
            let (dialog, contact) = (talking.dialog.clone(), talking.contact().to_owned());
            referral.outlived = Some(Outlived { dialog, trunk: trunk.clone(), contact });
        }
        let silent: Vec<ReferId> = self
            .referrals
            .table
            .iter()
            .filter(|(_, r)| r.session == id && r.silent)
            .map(|(r, _)| *r)
            .collect();
        for refer in silent {
            if self.referrals.table[&refer].server.is_none() {
                self.forget_referral(layer, refer);
            }
        }
    }

    fn forget_referral(&mut self, layer: &mut TransactionLayer, refer: ReferId) {
        layer.schedule.clear(&Wake::Refer(refer));
        self.referrals.table.remove(&refer);
    }
}

/// The PBX's part.
impl Endpoint {
    /// Takes on a `Referred`: the far end is told that it is tried, and waits for reports.
    pub fn accept_refer(&mut self, now: Instant, refer: ReferId) -> Result<(), SendError> {
        done(self.sessions.accept_refer(now, &mut self.layer, refer))
    }

    /// Tells the one who asked for a transfer how it goes: the status (100 to 699) that the new call's INVITE has got. A final
    /// one is the last report; reports may go on after the call itself has ended. An error means that nobody listens any more.
    pub fn report_refer(&mut self, now: Instant, refer: ReferId, status: u16) -> Result<(), SendError> {
        done(self.sessions.report_refer(now, &mut self.layer, refer, status.clamp(100, 699)))
    }

    /// Refuses a `Referred` (403 or 603 are usual). The call stays as it is.
    pub fn refuse_refer(&mut self, now: Instant, refer: ReferId, status: u16) -> Result<(), SendError> {
        done(self.sessions.refuse_refer(now, &mut self.layer, refer, status.clamp(400, 699)))
    }

    /// The session whose dialog a Replaces names, whoever may be at its other end.
    pub fn session_of(&self, named: &Replaces) -> Option<SessionId> {
        self.sessions.session_of(named)
    }
}
