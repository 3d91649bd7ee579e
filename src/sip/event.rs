//! Everything that can go into the SIP endpoint and come out of it. Bodies are bytes here: SDP is not this room's.

use std::{
    fmt,
    net::SocketAddr,
    time::{Duration, Instant},
};

use super::locate::{Answer, Question};
use crate::types::Extension;

/// How bytes travel between us and a peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    Udp,
    Tcp,
    /// TCP under TLS.
    Tls,
    /// WebSocket (RFC 7118): one SIP message in each of its messages.
    Ws,
    /// WebSocket under TLS: a browser's.
    Wss,
}

impl Transport {
    /// As Via names it (RFC 3261, 20.42; RFC 7118, 5.2).
    pub fn via(self) -> &'static str {
        match self {
            Transport::Udp => "UDP",
            Transport::Tcp => "TCP",
            Transport::Tls => "TLS",
            Transport::Ws => "WS",
            Transport::Wss => "WSS",
        }
    }

    /// As the `transport` parameter of a URI names it. `tls` is deprecated by RFC 3261, 26.2.2, and what every phone and
    /// carrier writes; a browser's is `ws` with and without TLS (RFC 7118, 5.4).
    pub fn param(self) -> &'static str {
        match self {
            Transport::Udp => "udp",
            Transport::Tcp => "tcp",
            Transport::Tls => "tls",
            Transport::Ws | Transport::Wss => "ws",
        }
    }

    /// What is sent arrives, in order and once, or the connection ends: nothing is repeated (RFC 3261, 17).
    pub fn is_stream(self) -> bool {
        self != Transport::Udp
    }

    /// Under TLS.
    pub fn is_secure(self) -> bool {
        matches!(self, Transport::Tls | Transport::Wss)
    }

    pub fn is_websocket(self) -> bool {
        matches!(self, Transport::Ws | Transport::Wss)
    }

    /// The port where a URI or a Via names none (RFC 3261, 19.1.2; RFC 7118, 5.3).
    pub fn default_port(self) -> u16 {
        match self {
            Transport::Udp | Transport::Tcp => 5060,
            Transport::Tls => 5061,
            Transport::Ws => 80,
            Transport::Wss => 443,
        }
    }
}

/// One connection of a stream transport, named by the host that holds it. Numbers are never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u64);

/// Where bytes came from, or go to: for UDP an address, for a stream a connection (or, outbound, an address to connect to).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Flow {
    pub transport: Transport,
    /// The far end, as the network shows it.
    pub remote: SocketAddr,
    /// Our end: the address of the socket that took or will send the bytes.
    pub local: SocketAddr,
    /// For a stream, the connection to use; `None` asks the host to open one to `remote`.
    pub connection: Option<ConnectionId>,
}

/// What the host feeds in.
#[derive(Debug)]
pub enum Input<'a> {
    /// One UDP datagram.
    Datagram { flow: Flow, bytes: &'a [u8] },
    /// The next bytes of a connection, in order; framing is done here. Of a WebSocket: one whole message of it.
    Stream { flow: Flow, bytes: &'a [u8] },
    /// A connection was accepted (or opened on our request).
    Connected { flow: Flow },
    /// What came of an `Output::Resolve`.
    Resolved { question: Question, answer: Answer },
    /// A connection that we asked for could not be opened; why, as a sentence.
    Unreachable { flow: Flow, why: String },
    /// A connection ended, or could not be opened (`flow.connection` is then `None`).
    Disconnected { flow: Flow },
    /// The deadline of the last `Output::Timeout` has come.
    Timeout,
}

/// What the host takes out, until it sees `Timeout`.
#[derive(Debug)]
pub enum Output {
    Transmit {
        flow: Flow,
        bytes: Vec<u8>,
    },
    /// Close this connection: broken framing, idle, or over a bound.
    Close {
        connection: ConnectionId,
    },
    /// Ask the Domain Name System; `Input::Resolved` gives the answer, whenever it comes.
    Resolve {
        question: Question,
    },
    /// The peer of this connection has shown who it is: it is no stranger's any more.
    Proven {
        connection: ConnectionId,
    },
    Event(Event),
    /// Nothing more to do before this instant; `None`: nothing is waiting at all.
    Timeout(Option<(Instant, Reason)>),
}

/// Why the endpoint wants to wake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// One of RFC 3261's timers A to K, or RFC 6026's L and M.
    Transaction(crate::sip::Timer),
    /// A 2xx to an INVITE is repeated until its ACK comes (RFC 3261, 13.3.1.4).
    AnswerRetransmission,
    /// A reliable provisional answer is repeated until its PRACK comes (RFC 3262, 3).
    ProvisionalRetransmission,
    /// A call is refreshed: half of its session interval is over (RFC 4028, 10).
    SessionRefresh,
    /// A call that nobody has refreshed is ended (RFC 4028, 10).
    SessionExpiry,
    /// A glare (491) is retried (RFC 3261, 14.1).
    GlareRetry,
    /// An INVITE that we cancelled has got no final answer for 64*T1 (RFC 3261, 9.1).
    CancelUnanswered,
    /// An INVITE of theirs was good for a while only, and nobody has answered it (RFC 3261, 13.3.1).
    InvitationExpiry,
    /// A caller and the proxies between hear that nobody has answered yet (RFC 3261, 13.3.1.1).
    StillUnanswered,
    /// A MESSAGE that the PBX has not settled while its sender still waits.
    TextUnsettled,
    /// A subscription of a phone runs out.
    SubscriptionExpiry,
    /// A notification that a phone could not take is sent again.
    NotifyRetry,
    /// A REFER that the PBX has neither accepted nor refused, or whose outcome nobody reports (RFC 3515, 2.4.4).
    ReferExpiry,
    /// A binding of a phone runs out.
    BindingExpiry,
    /// Our registration at a trunk is due, or is retried.
    TrunkRegistration,
    /// A trunk's name is looked up again, a question is given up, or a target of it has rested long enough.
    TrunkTargets,
    /// A request to a trunk with several targets has been left without any answer.
    TargetPatience,
    /// A hole in a NAT on the way to a trunk is kept open.
    KeepAlive,
    /// A peer is asked whether it lives (OPTIONS).
    TrunkProbe,
    /// A trunk that could not carry a call has rested long enough.
    TrunkRest,
    /// What the guard has refused is to be told.
    Guard,
    /// A connection that sends too little for too long is closed.
    IdleConnection,
}

/// One INVITE session, ours or theirs, from the first INVITE until the dialog is gone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub u64);

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "session-{}", self.0)
    }
}

/// One MESSAGE transaction, ours or theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextId(pub u64);

/// What a phone watches with one SUBSCRIBE, until it ends (RFC 6665).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubscriptionId(pub u64);

/// One NOTIFY of ours outside of any subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NoticeId(pub u64);

/// What can be watched: the event packages that we serve. What their bodies say is the PBX's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Package {
    /// Who is talking with whom: lamps of colleagues (RFC 4235).
    Dialog,
    /// Does a message wait? (RFC 3842)
    MessageSummary,
    /// What a phone's keys for quiet and forwards show (BroadSoft, 11-BD5196).
    FeatureKeys,
}

impl Package {
    /// The value of our Allow-Events.
    pub const ALLOWED: &'static str = "dialog, message-summary, as-feature-event";

    /// By its name in an Event header, which is case-sensitive (RFC 6665, 8.2.1).
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Dialog, Self::MessageSummary, Self::FeatureKeys]
            .into_iter()
            .find(|package| package.to_string() == name)
    }

    /// What its bodies are.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Dialog => "application/dialog-info+xml",
            Self::MessageSummary => "application/simple-message-summary",
            Self::FeatureKeys => "application/x-as-feature-event+xml",
        }
    }
}

impl fmt::Display for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dialog => "dialog",
            Self::MessageSummary => "message-summary",
            Self::FeatureKeys => "as-feature-event",
        })
    }
}

/// Why a subscription is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SubscriptionEnd {
    /// The phone has had enough, or only asked once.
    Phone,
    /// It did not refresh it in time.
    Expired,
    /// It no longer answers, or says that it knows nothing of it.
    Gone,
    /// We ended it.
    Us,
}

/// One REFER that a far end has sent within a call, until the transfer it asks for has come to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReferId(pub u64);

/// The dialog that a Replaces header names (RFC 3891, 3), as its receiver has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaces {
    pub call_id: String,
    /// The tag of whoever receives the INVITE with this header.
    pub to_tag: String,
    /// The tag of the other side of that dialog.
    pub from_tag: String,
    /// Only if nobody has answered it (RFC 3891, 3: the one who picks up does not want to break into a call).
    pub early_only: bool,
}

impl fmt::Display for Replaces {
    /// As the value of a Replaces header, for [`Outgoing::headers`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { call_id, to_tag, from_tag, early_only } = self;
        write!(
            f,
            "{call_id};to-tag={to_tag};from-tag={from_tag}{}",
            if *early_only { ";early-only" } else { "" }
        )
    }
}

/// Whom a REFER wants its receiver to call (RFC 3515, 2.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferTarget {
    /// The user part of the URI, for `tel:` its number: what would have been dialled, not yet read as a number.
    pub user: String,
    /// The whole URI, without the headers that are to be put into the INVITE.
    pub uri: String,
    /// It is a number, or a user at one of our own names. If not it leads out of the house.
    pub here: bool,
    /// An attended transfer: the call of the one who transfers that the new one takes the place of.
    /// [`Endpoint::session_of`](super::Endpoint::session_of) finds it.
    pub replaces: Option<Replaces>,
}

/// Who sent a request, decided by source address and by digest, never by a header (promises, rule 2).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Peer {
    /// The trunk with this name (its place in `Settings::trunks` gives its address and credentials).
    Trunk(TrunkName),
    /// A phone that proved this extension's password.
    Phone(Extension),
}

/// A trunk's name, as the configuration calls it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrunkName(pub String);

/// What an INVITE or a MESSAGE says about its people; text as received, with escapes resolved.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identity {
    /// User part of the address.
    pub user: String,
    /// Display name, unquoted; empty if there is none.
    pub display: String,
}

impl Identity {
    /// Somebody whose number is withheld (RFC 3323, 4.1.1.3).
    pub fn anonymous() -> Self {
        Self { user: "anonymous".to_owned(), display: "Anonymous".to_owned() }
    }
}

/// An INVITE that asks for a new call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    pub peer: Peer,
    /// User part of the Request-URI: what was dialled.
    pub dialled: String,
    /// The trunk's `To` user, which some carriers use for the number that was dialled.
    pub to: Identity,
    pub from: Identity,
    /// P-Asserted-Identity, from trunks only (RFC 3325: a trusted hop).
    pub asserted: Option<Identity>,
    /// How sure the trunk is of the caller's number, as it wrote it: `TN-Validation-Passed-B`.
    pub verstat: Option<String>,
    /// RFC 3323: the caller asked that the number is not shown.
    pub anonymous: bool,
    pub call_id: String,
    /// The session description, also if it was one part of several. Empty: the offer comes from us, in the answer
    /// (RFC 3264 delayed offer).
    pub offer: Vec<u8>,
    /// The address the request came from: media is expected from here when the SDP names a private address.
    pub source: SocketAddr,
    /// How the request came: over TLS, nobody on the way can read the keys in a description.
    pub transport: Transport,
    /// It was asked for by a `sips:` address: whatever call it leads to is to go by TLS as well (RFC 3261, 26.2.2).
    pub sips: bool,
    /// The session whose place this call is to take (RFC 3891), ours to somebody: answered, or ringing there. Whether the
    /// caller may take it is for the PBX to say. With `answer`, end the other one (BYE, or CANCEL).
    pub replaces: Option<SessionId>,
    /// Who has referred the caller to us (RFC 3892): a claim of the caller's, not a fact.
    pub referred_by: Option<Identity>,
    /// How many hops the request might still take (Max-Forwards), 1 to 255.
    pub hops: u8,
}

/// The cause that a CANCEL or BYE carries (RFC 3326); decides whether a phone shows a missed call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// `SIP;cause=200;text="Call completed elsewhere"`, and for phones that look for it `Q.850;cause=26`, a user who was
    /// not chosen: neither counts as a missed call.
    AnsweredElsewhere,
    /// `SIP;cause=…` with a final status.
    Sip(u16),
    /// `Q.850;cause=…`.
    Q850(u8),
}

impl fmt::Display for Cause {
    /// As the value of a Reason header.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cause::AnsweredElsewhere => {
                f.write_str("SIP;cause=200;text=\"Call completed elsewhere\", Q.850;cause=26")
            }
            Cause::Sip(status) => write!(f, "SIP;cause={status}"),
            Cause::Q850(cause) => write!(f, "Q.850;cause={cause}"),
        }
    }
}

/// How a session came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EndedBy {
    /// The far end sent BYE.
    Remote(Option<Cause>),
    /// We sent BYE.
    Us,
    /// Our 200 was never acknowledged (RFC 3261, 13.3.1.4: 64*T1).
    NoAck,
    /// A request inside the dialog was answered 481 or 408: the far end has forgotten us (RFC 3261, 12.2.1.2).
    DialogGone,
    /// Nobody has refreshed the session in time (RFC 4028, 10): the far end has vanished.
    Expired,
}

impl EndedBy {
    /// Why, for whoever was on the other side of the call: the far end's own word, or ours for it.
    pub fn cause(self) -> Option<Cause> {
        match self {
            EndedBy::Remote(cause) => cause,
            EndedBy::NoAck | EndedBy::DialogGone | EndedBy::Expired => Some(Cause::Sip(408)),
            EndedBy::Us => None,
        }
    }
}

/// What happened, for the PBX.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A new call asks to come in. Answer with `ring`, `answer` or `reject`.
    Invited { session: SessionId, invitation: Invitation },
    /// The caller gave up before we answered (487 has been sent), or its connection broke. The session is gone.
    Cancelled { session: SessionId, cause: Option<Cause> },
    /// The caller's ACK to our 200 arrived; it carries the answer if the offer was ours.
    Confirmed { session: SessionId, body: Vec<u8> },
    /// A provisional answer (101 to 199) to our INVITE. With a body, early media may follow.
    Progress { session: SessionId, status: u16, body: Vec<u8>, source: SocketAddr },
    /// Our INVITE was answered; the ACK has been sent.
    Answered { session: SessionId, body: Vec<u8>, source: SocketAddr },
    /// Our INVITE failed for good: a final status from the far end, or 408 (nobody answered within Timer B),
    /// 503 (could not be sent), 487 (our own `cancel` has taken effect). With the time for which the far end wants to be
    /// left alone (Retry-After), its own cause (RFC 6432), and the user part of the address that a 3xx names: it is never
    /// followed here (8.1.3.4). The session is gone.
    Failed {
        session: SessionId,
        status: u16,
        reason: String,
        retry_after: Option<Duration>,
        cause: Option<Cause>,
        redirect: Option<String>,
    },
    /// The far end wants other media (re-INVITE or UPDATE). Answer with `accept_reoffer` or `refuse_reoffer`.
    /// An empty offer asks us to make one.
    Reoffered { session: SessionId, offer: Vec<u8> },
    /// Our re-INVITE was answered (2xx; body is the answer) or refused.
    ReofferAnswered { session: SessionId, result: Result<Vec<u8>, u16> },
    /// A confirmed session is over.
    Ended { session: SessionId, by: EndedBy },
    /// DTMF sent as a SIP INFO (application/dtmf-relay), by phones that do not speak RFC 4733.
    InfoDigit { session: SessionId, digit: char },
    /// Somebody at a phone of the house has pressed its record key (INFO with `Record: on` or `off`). Answer with
    /// `answer_record_key`.
    RecordKey { session: SessionId, on: bool },

    /// The far end of an answered call wants it transferred (REFER). Answer with `accept_refer` or `refuse_refer`.
    Referred {
        session: SessionId,
        refer: ReferId,
        to: ReferTarget,
        /// By its own word (RFC 3892); who it really is says the session's peer.
        referred_by: Option<Identity>,
    },

    /// A MESSAGE came in. It must be settled with `settle_text`: 202 only once it is stored.
    TextReceived {
        text: TextId,
        peer: Peer,
        from: String,
        to: String,
        content_type: String,
        body: Vec<u8>,
        call_id: String,
    },
    /// Our MESSAGE got its final answer (408: none came).
    TextAnswered { text: TextId, status: u16, retry_after: Option<Duration> },

    /// A phone watches something of ours: tell it the state with `notify`, or that there is none with `end_subscription`.
    /// `resource` is the user part of the Request-URI; it may be empty.
    Subscribed { subscription: SubscriptionId, phone: Extension, package: Package, resource: String },
    /// A phone asks for something of its own in the body of a SUBSCRIBE. The state is owed to it afterwards, granted or not.
    PhoneWishes { phone: Extension, body: Vec<u8> },
    /// The state is to be sent now with `notify`: the phone has asked for it again, has not got the last one, or it changed
    /// while the last one was on its way.
    NotifyDue { subscription: SubscriptionId },
    /// Nobody watches any more.
    Unsubscribed { subscription: SubscriptionId, why: SubscriptionEnd },
    /// What a phone answered to `notify_phone` (408: nothing; 503: it could not be sent).
    NoticeAnswered { notice: NoticeId, status: u16 },

    /// A phone is reachable at this binding (new or refreshed).
    Bound { binding: Binding },
    /// A binding ran out or was withdrawn.
    Unbound { extension: Extension, contact: String },
    /// Where a trunk's name leads now, in the order in which its targets are tried.
    TrunkTargets { trunk: TrunkName, targets: Vec<TargetState> },
    /// What came of a trial of the targets that stand by; none, if the trunk has one target alone.
    TargetsTried { trunk: TrunkName, targets: Vec<TriedTarget> },
    /// A trunk's registration or its answers to OPTIONS changed.
    TrunkHealth { trunk: TrunkName, health: TrunkHealth },
    /// Something worth counting was dropped or refused by the guard (see `Guard`), at most one event a second and cause.
    Refused { cause: crate::sip::Refusal, source: SocketAddr, count: u64 },
}

/// Where a phone can be reached, and until when. What the store keeps, so that phones ring after a restart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    pub extension: Extension,
    /// The Contact URI as the phone wrote it: the Request-URI of what we send it.
    pub contact: String,
    /// Which phone it is, whatever its address, if it says so: its `+sip.instance`, and its `reg-id` (RFC 5626). A later
    /// contact of the same instance takes the place of this one.
    pub instance: Option<String>,
    /// Where it really sent from: this is where requests go (contact repair behind NAT).
    pub flow: Flow,
    /// The proxies between, the next one first (RFC 3327), as values of a Route header; most phones have none.
    pub path: Vec<String>,
    /// Time left when the event was made; the host turns it into wall time for the store.
    pub expires_in: Duration,
    /// The phone's name for itself (User-Agent), at most 64 characters.
    pub user_agent: String,
}

/// One of the addresses that a trunk's name leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetState {
    pub transport: Transport,
    pub address: SocketAddr,
    /// Requests go there now.
    pub used: bool,
    /// It has failed and is left alone, because of this.
    pub rests: Option<String>,
}

/// A target that stands by, and what a trial has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriedTarget {
    pub transport: Transport,
    pub address: SocketAddr,
    pub found: Tried,
}

/// Would a target take over?
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tried {
    Answers,
    Silent {
        why: String,
    },
    /// The trunk is not to be asked (`probe`), or there is no socket that leads there.
    NotAsked,
}

/// Can calls and texts go through this trunk?
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrunkHealth {
    /// Not asked yet.
    Unknown,
    Up,
    /// With the last status seen (0: no answer at all) and a sentence for the console.
    Down {
        status: u16,
        why: String,
    },
}

/// To whom an outgoing INVITE or MESSAGE goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// One binding of a phone: the contact, the flow and the path of a `Bound` event.
    Phone { extension: Extension, contact: String, flow: Flow, path: Vec<String> },
    /// A number, through a trunk. Its credentials go to its own address and realm only.
    Trunk { trunk: TrunkName, number: String },
}

/// One further part of an INVITE's body beside the session description (RFC 5621).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyPart {
    pub content_type: String,
    /// Without angle brackets: what a `cid:` URI in a header names (RFC 2392).
    pub content_id: String,
    pub body: Vec<u8>,
}

/// An INVITE to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    pub target: Target,
    /// User part and display name of our `From`.
    pub from: Identity,
    pub offer: Vec<u8>,
    /// Further headers, name and value, for instance `Alert-Info`; control characters are refused.
    pub headers: Vec<(String, String)>,
    /// With these the body is multipart/mixed, the session description first.
    pub parts: Vec<BodyPart>,
    /// By TLS or not at all; a trunk is asked for a `sips:` address, so that whoever comes behind it hears of it (RFC 3261,
    /// 26.2.2).
    pub sips: bool,
    /// How many hops it may take: [`MAX_FORWARDS`](super::MAX_FORWARDS), or one less than the call had that it goes on for,
    /// so that calls which go round in a circle come to an end (RFC 7332, 5).
    pub hops: u8,
}
