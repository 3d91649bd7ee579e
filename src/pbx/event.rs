//! The whole surface of the switch: everything that can happen to it, and everything it can ask for.

mod sound_file;

use std::{
    net::{IpAddr, SocketAddrV4},
    sync::Arc,
    time::Instant,
};

use crate::{
    dialogue::{CalendarAnswer, CalendarRequest, Provenance, Reading},
    incident::SpokenNotice,
    media::{Agreed, FaxEnd, FaxSign, Hears, RoomId, SourceTrust, Tone},
    pbx::{
        AgentReason, Barred, CallBack, CallRecord, Caller, ChangeRefused, DayNight, DeskChange, DeskSettings,
        Dialled, Directory, EscalationStep, LegResult, Listing, Mailbox, MailboxChange, Music, MusicTable,
        Party, Quality, Resource, ResourceState, Service, Spent, Supervise, TurnRecord, Unheard, Verdict,
    },
    sip,
    speech::{Awaits, Manner, SpeechEvent},
    types::{CallId, Extension, IncidentId, Language, LegId, MessageKey, PhoneNumber, TurnId, UtteranceId},
};

pub use sound_file::{Shelf, SoundFile};

/// What the host feeds in, one at a time, with the [`Moment`](crate::types::Moment) at which it happened.
#[derive(Debug)]
pub enum Input<'a> {
    /// Bytes and connections of the SIP sockets.
    Sip(sip::Input<'a>),
    /// From the media plane, about one leg.
    Media { leg: LegId, event: MediaEvent },
    /// From the speech pool: what the ear of this leg hears.
    Speech { leg: LegId, event: SpeechEvent },
    /// From the speech pool: how the words of this turn are to be read.
    Understood { leg: LegId, turn: TurnId, reading: Box<Reading> },
    /// From the speech pool: this could not be spoken or understood (shed under load, or the model failed).
    SpeechFailed { leg: LegId },
    /// Can the agent hear and speak at all? `false`: calls it would take hear the recorded announcement.
    SpeechReady(bool),
    /// The models that hear and understand callers from now on, by their digests.
    HeardWith(Arc<Provenance>),
    /// A fresh snapshot of the office. Calls in progress keep the one they began with.
    Directory(Arc<Directory>),
    /// Somebody (console, desk, terminal) asks for something.
    Control(Control),
    /// The deadline of the last `Output::Timeout` has come.
    Timeout,
}

/// What the media plane reports about a leg.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MediaEvent {
    /// The far end's first RTP packet has arrived.
    FirstPacket,
    /// A key was pressed (RFC 4733), once.
    Digit(char),
    /// A fax machine is at the far end, or this is what its fax has come to.
    Fax(FaxSign),
    /// The first voiced packet of this utterance has left.
    Speaking { utterance: UtteranceId },
    /// The utterance is over: `heard_ms` of it were played, all of it if `complete`.
    Played { utterance: UtteranceId, heard_ms: u32, complete: bool },
    /// What is being recorded by [`MediaCommand::Take`] has been quiet for as long as was asked; told once.
    TakeQuiet,
    /// What was recorded by [`MediaCommand::Take`] is on its way to the disk: its length, and how much of it is a voice.
    Taken { millis: u64, voiced_ms: u64 },
    /// No RTP for as long as the settings call dead, and why, as far as its packets tell.
    Dead { silent_ms: u64, why: Unheard },
    /// The port could not be bound or the socket failed.
    Failed,
    /// What the leg's media was like, once, after `CloseLeg`.
    Closed { quality: Quality },
}

/// What somebody outside the switch asks of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Control {
    /// Send this text through the trunk, from a number of ours. Answered by `Fact::TextSettled` with the same key.
    SendText { key: MessageKey, from: PhoneNumber, to: PhoneNumber, body: String },
    /// The desk has stored an incoming text (or could not): answer the carrier 202 (or 503).
    SettleText { text: sip::TextId, stored: bool },
    /// Numbers that the office blocks or always lets in, as they were written down.
    RestoreListed(Vec<(PhoneNumber, Listing)>),
    /// Put this number on a list, or (`None`) take it off.
    List { number: PhoneNumber, listing: Option<Listing> },
    /// Incidents that are open, the latest first, and what callers hear of them.
    Incidents(Vec<SpokenNotice>),
    /// Escalations of before a restart that nobody has settled, each with its steps in order.
    RestoreEscalations(Vec<Vec<EscalationStep>>),
    /// The store has the steps of this escalation up to that number.
    EscalationStored { call: CallId, number: u32 },
    /// Somebody at a console has settled it.
    SettleEscalation { call: CallId, verdict: Verdict, by: String },
    /// Somebody at a console knows of this emergency call: nobody need be told any more.
    EmergencySeen { call: CallId },
    /// What the office's calendar says to `Fact::CalendarAsked` with this ticket.
    CalendarAnswered { call: CallId, ticket: u32, answer: CalendarAnswer },
    /// End this call.
    HangUp { call: CallId },
    /// Calls to the outside of before a restart, of the last day.
    RestoreSpending(Vec<Spent>),
    /// Call-backs of before a restart: those that are not over, and those that were promised within a day.
    RestoreCallBacks(Vec<CallBack>),
    /// The store has that this one is being called, for the so-manieth time.
    CallBackStored { call: CallId, tries: u32 },
    /// Nobody is to be called back for this one any more.
    CancelCallBack { call: CallId },
    /// This is set for an extension from now on.
    SetDesk { extension: Extension, settings: DeskSettings },
    /// Somebody at a console wants this for an extension; asked about as if it were dialled there. Answered by
    /// `Fact::DeskAnswered` with the same ticket.
    ChangeDesk { ticket: u64, extension: Extension, change: DeskChange },
    /// The office's key stands so from now on.
    SetDayNight(DayNight),
    /// What was set before a restart.
    RestoreDesks { desks: Vec<(Extension, DeskSettings)>, key: DayNight },
    /// Phones that were registered before a restart.
    RestoreBindings(Vec<sip::Binding>),
    /// What lies in this mailbox, as the desk has it: at the start, and after every change of it.
    Mailbox(Mailbox),
    /// What whoever waits hears from now on: what the office has brought along, for its numbers and else.
    Music(MusicTable),
    /// Somebody at the console has done this to a mailbox.
    ChangeMailbox { mailbox: Extension, change: MailboxChange },
    /// So many messages wait for this extension: its lamp burns while there are new ones. Said again after a restart.
    MessagesWaiting { extension: Extension, new: u32, old: u32 },
    /// How the office calls people: phones show that, and not what a telephone company has in its list.
    CallerNames(Arc<std::collections::BTreeMap<PhoneNumber, String>>),
    /// Tell the phone at this contact of an extension something that it has not asked for, for instance `check-sync` (an
    /// Event header). Answered by `Fact::PhoneTold`.
    TellPhone { extension: Extension, contact: String, event: String },
    /// Somebody at a console telephones with this.
    AdmitBrowser(sip::Pass),
    /// That session is over, and with it whatever was admitted for it.
    RevokeBrowser { session: String },
    /// Ask the targets of every trunk that nothing goes to now whether they would take over. Answered by
    /// `Fact::TargetsTried` for each trunk.
    TryTargets,
    /// BYE and CANCEL to everybody; refuse what is new.
    ShutDown,
}

/// What the host takes out, until it sees `Timeout`.
#[derive(Debug)]
pub enum Output {
    Transmit {
        flow: sip::Flow,
        bytes: Vec<u8>,
    },
    CloseConnection {
        connection: sip::ConnectionId,
    },
    /// The peer of this connection has shown who it is.
    ProvenConnection {
        connection: sip::ConnectionId,
    },
    /// Ask the Domain Name System; the answer goes in as `sip::Input::Resolved`.
    Resolve {
        question: sip::Question,
    },
    /// For the media plane.
    Media {
        leg: LegId,
        command: MediaCommand,
    },
    /// For the speech pool.
    Speech {
        leg: LegId,
        command: SpeechCommand,
    },
    /// Something happened that others may want to know.
    Fact(Fact),
    /// Nothing more to do before this instant; `None`: nothing is waiting at all.
    Timeout(Option<(Instant, Reason)>),
}

/// What the media plane is asked to do with a leg.
#[derive(Debug, Clone, PartialEq)]
pub enum MediaCommand {
    /// Bind this RTP port (and the next one for RTCP), for the family of the address that the far end is told.
    Open {
        call: CallId,
        port: u16,
        told: IpAddr,
    },
    /// Where to, with which codec, and whose packets are believed. Repeated after every offer and answer.
    Connect {
        agreed: Agreed,
        trust: SourceTrust,
    },
    /// Relay between this leg and that one, from now on; both have been connected.
    Bridge {
        with: LegId,
    },
    /// Relay a fax's datagrams (T.38) between this leg and that one, from now on, and no voice; both have been connected.
    RelayFax {
        with: LegId,
        here: FaxEnd,
        there: FaxEnd,
    },
    /// Stop relaying, voice or fax.
    Unbridge,
    /// Into this room, or, if it is there already, hear these from now on. A leg that was bridged leaves its bridge; a
    /// room is opened by the first who enters and gone with the last. A full room leaves the leg alone.
    Mix {
        room: RoomId,
        hears: Hears,
    },
    /// Out of its room; the leg stands alone again.
    LeaveMix,
    /// What this leg's far end says goes to this multicast group as well, until it is closed.
    Multicast {
        group: SocketAddrV4,
    },
    /// Play this tone until told otherwise; `None` stops it, and music too.
    Tone(Option<Tone>),
    /// Say this sound file once, after what is being said; `Played` tells how much of it was heard, and nothing of it if
    /// it cannot be read. A plain name is a recording made by `Record`, of which the left side is heard; a path is any
    /// WAV file.
    Play {
        utterance: UtteranceId,
        file: String,
    },
    /// Whenever nothing is said, this over and over, in place of a tone; `None` stops it.
    Music(Option<Music>),
    /// Play the recorded announcement that needs no speech engine.
    Announce {
        utterance: UtteranceId,
        announcement: Announcement,
    },
    /// Send this key to the far end (RFC 4733), once: the other side pressed it in a SIP INFO.
    Digit(char),
    /// Stop this utterance within a frame; `Played` tells how much of it was heard.
    Hush {
        utterance: UtteranceId,
    },
    /// Record this leg and whatever is bridged to it or spoken to it: two channels, the leg's own on the left.
    Record {
        file: String,
    },
    /// From now on silence is recorded, or again what is said; a beep in the file marks either.
    PauseRecording(bool),
    /// The recording ends here; the leg goes on.
    EndRecording,
    /// Play this sound of ours to the leg; `Played` follows, at once if there is no such file.
    PlayFile {
        utterance: UtteranceId,
        file: SoundFile,
    },
    /// Record what the leg itself says, one channel, until `EndTake` or the leg's end. `TakeQuiet` follows when no voice
    /// has been heard for so long, `Taken` at the end.
    Take {
        file: SoundFile,
        quiet_ms: u32,
    },
    EndTake,
    /// Close the socket after what is queued has been played.
    Close,
}

/// Recorded words that are part of the program's data, for when nothing can be synthesised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Announcement {
    /// "Thank you for calling. We cannot take your call at the moment. We have your number and will call you back."
    CannotTakeCall,
    /// "Emergency. Somebody in the office has dialled an emergency number. Press 1 to say that you know."
    EmergencyDialled,
    /// "Emergency. A caller of the office needs help. Press 1 to accept …", with all keys.
    OnCallWanted,
    /// "This call is recorded."
    CallIsRecorded,
    /// "The recording is paused."
    RecordingPaused,
    /// "The recording goes on."
    RecordingGoesOn,
    /// "The recording has ended."
    RecordingEnded,
}

/// How the recording of a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordingState {
    Off,
    On,
    /// Silence is kept in place of what is said.
    Paused,
}

/// What the speech pool is asked to do for a leg.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpeechCommand {
    /// Hear this leg, from now on as this turn; what was heard before is forgotten.
    Listen { turn: TurnId },
    /// The agent begins or ceases to be audible: the ear becomes stricter about what it takes for an interruption.
    AgentAudible(bool),
    /// Read these words of the caller.
    Understand { turn: TurnId, text: String, language: Language },
    /// Say this to the leg, as callers of its number are spoken to.
    Speak { utterance: UtteranceId, text: String, language: Language, manner: Arc<Manner> },
    /// The caller is to be heard in this language from now on.
    Hear(Language),
    /// The caller has been asked for this.
    Expect(Awaits),
    /// Do not go on with this utterance.
    Cease { utterance: UtteranceId },
    /// The leg is no longer heard.
    Deaf,
}

/// Why the switch wants to wake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    Sip(sip::Reason),
    /// The next step of a ring plan, or its end.
    RingStep,
    /// A trunk that has not answered an INVITE with so much as a 100 is given up for the next.
    TrunkSilent,
    /// All places at the agent are taken, and the caller has waited long enough for one.
    AgentPlace,
    /// The agent's first words are not held back any longer for an ACK or a packet of the caller.
    Greeting,
    /// The recorded announcement should have been played by now.
    Announcement,
    /// One of the box's own services waits no longer: for a key, or for the end of a message.
    Service,
    /// The agent's own deadlines: the caller has finished, or has been silent for long.
    Agent(crate::agent::Reason),
    /// The next person on call is called, or has been rung or told for long enough.
    OnCall,
    /// Somebody is told, or told again, that an emergency number was dialled.
    EmergencyNotice,
    /// A line that was taken for an emergency is free by now.
    EmergencyLine,
    /// Somebody outside who was asked to press a key has not.
    KeyPress,
    /// A transfer rings for so long and no longer.
    TransferRing,
    /// What calls in progress have cost is added up.
    Spending,
    /// Whoever waits in a queue hears which place it is.
    QueuePlace,
    /// Nobody waits longer in a queue.
    QueueLimit,
    /// Is the office still open for those whom it has promised to call back?
    CallBackReview,
    /// A phone that was not answered may ring again for those who wait.
    QueuePhone,
    /// A parked call rings its parker again.
    ParkRecall,
    /// A paused recording goes on by itself.
    RecordingPause,
    /// A phone that has dialled a code has been told what came of it; what the box says to a caller whom it serves should have
    /// been played by now, or its tone is over.
    Prompt,
    /// Nobody of the house is in a conference, and those from outside are not left to each other.
    ConferenceUnhosted,
    /// A call may not last longer than this.
    CallLimit,
    /// The media of an ended leg should have reported its quality by this time.
    MediaClosing,
}

/// What others may want to know. The host carries facts to the desk, the console and the terminal.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// A call begins; `trunk` is the one it came from or goes to, if it leaves the house.
    CallStarted {
        call: CallId,
        caller: Caller,
        dialled: Dialled,
        trunk: Option<String>,
    },
    /// A part of the call has this Call-ID, and this trunk or extension at its other end: for whoever keeps what goes over
    /// the wire.
    Dialog {
        call: CallId,
        call_id: String,
        peer: String,
    },
    /// Somebody dialled an emergency number: whoever is in the house must see it (47 CFR 9.16), reached or not.
    EmergencyDialled {
        call: CallId,
        from: Extension,
        dialled: Dialled,
        /// Where the phone is: `Suite 4`. Empty: nobody has said.
        place: String,
        /// The number that the service sees and calls back.
        callback: PhoneNumber,
    },
    /// Somebody at a telephone has said, with key 1, that they know of this emergency call.
    EmergencySeen {
        call: CallId,
        by: Party,
    },
    /// Somebody at a desk phone has turned the notice of an incident on, or off.
    NoticeOrdered {
        incident: IncidentId,
        on: bool,
        by: Extension,
    },
    /// A step of an escalation: danger was heard, somebody on call was called, has pressed a key. It is to be kept for ever.
    Escalation(EscalationStep),
    /// A caller was refused by a list or a rule of the office; nothing rang, and there is no record.
    CallScreened {
        caller: Caller,
        dialled: Dialled,
    },
    /// Somebody has put a number on a list, or taken it off.
    NumberListed {
        number: PhoneNumber,
        listing: Option<Listing>,
        by: String,
    },
    /// This call was ended because an emergency needed its line.
    LineTaken {
        call: CallId,
        trunk: String,
    },
    /// A call-back was promised, or has come further: this is all of it, and it is to be kept.
    CallBack(CallBack),
    /// An alarm: from this extension somebody wanted to call what it may not, or more than it may; perhaps somebody who has
    /// its password. At most once a minute for the same extension and cause.
    CallBarred {
        from: Extension,
        dialled: Dialled,
        why: Barred,
        /// No slip of the finger: somebody should be told wherever they are.
        grave: bool,
    },
    /// A leg rings.
    Ringing {
        call: CallId,
        leg: LegId,
        party: Party,
    },
    /// A leg ended without being answered, and why.
    NotAnswered {
        call: CallId,
        leg: LegId,
        party: Party,
        result: LegResult,
    },
    /// A person took the call.
    Answered {
        call: CallId,
        leg: LegId,
        party: Party,
    },
    /// Somebody of the house does this to a call, of a colleague or (`None`) of the agent: for the audit log.
    Supervised {
        call: CallId,
        by: Extension,
        of: Option<Extension>,
        how: Supervise,
    },
    /// Nobody supervises the call any more.
    SupervisionEnded {
        call: CallId,
        by: Extension,
    },
    /// These are in a conference now, in the order in which they came; `room` is what is dialled for it, if it is.
    Conferring {
        call: CallId,
        room: Option<Extension>,
        parties: Vec<Party>,
    },
    /// Nobody did, and the agent takes it.
    AgentTakes {
        call: CallId,
        why: AgentReason,
    },
    /// The agent's 200 OK has been confirmed by the caller's ACK.
    AgentAnswered {
        call: CallId,
    },
    /// Somebody said something.
    Turn {
        call: CallId,
        turn: TurnRecord,
    },
    /// The agent asks the office's calendar; answer with `Control::CalendarAnswered` and this ticket, within two or three
    /// seconds.
    CalendarAsked {
        call: CallId,
        ticket: u32,
        request: CalendarRequest,
    },
    /// Somebody who talks with a door phone has opened its door.
    DoorOpened {
        call: CallId,
        door: Extension,
        by: Extension,
    },
    /// The call is recorded, or is not any more, from now on.
    RecordingChanged {
        call: CallId,
        state: RecordingState,
    },
    /// The call is over; this is all of it.
    Ended(Box<CallRecord>),
    /// What was no call of anybody's is over, and leaves no record.
    Unrecorded(CallId),
    /// Something has happened to a mailbox.
    MailboxChanged {
        mailbox: Extension,
        change: MailboxChange,
    },
    /// An alarm: this caller has tried so many wrong PINs that the mailbox is shut for them for a while.
    MailboxLocked {
        mailbox: Extension,
        caller: Caller,
    },
    /// A phone has asked for a service of the house by its code; `done`: and got it.
    ServiceAsked {
        by: Extension,
        service: Service,
        done: bool,
    },
    /// Somebody has set this for an extension; it is to be kept.
    DeskSet {
        extension: Extension,
        settings: DeskSettings,
    },
    /// What has come of `Control::ChangeDesk`: it is so, or why not.
    DeskAnswered {
        ticket: u64,
        refused: Option<ChangeRefused>,
    },
    /// Somebody has turned the office's key; it is to be kept.
    DayNightSet(DayNight),
    /// A park slot or a key that lamps show has another state.
    ResourceChanged {
        resource: Resource,
        state: ResourceState,
    },
    /// A text came in through a trunk; answer with `Control::SettleText` once it is stored.
    TextReceived {
        text: sip::TextId,
        from: PhoneNumber,
        to: PhoneNumber,
        body: String,
        call_id: String,
    },
    /// What became of `Control::SendText`.
    TextSettled {
        key: MessageKey,
        result: TextResult,
    },
    Bound {
        binding: sip::Binding,
    },
    Unbound {
        extension: Extension,
        contact: String,
    },
    /// What a phone said to `Control::TellPhone` (408: nothing; 480: it is not registered).
    PhoneTold {
        extension: Extension,
        contact: String,
        event: String,
        status: u16,
    },
    TrunkHealth {
        trunk: String,
        health: sip::TrunkHealth,
    },
    /// Where the name of a trunk leads now.
    TrunkTargets {
        trunk: String,
        targets: Vec<sip::TargetState>,
    },
    /// What came of the trial of a trunk's targets that stand by; none, if it has one target alone.
    TargetsTried {
        trunk: String,
        targets: Vec<sip::TriedTarget>,
    },
    /// The guard of the SIP room turned something away.
    Refused {
        cause: sip::Refusal,
        source: std::net::SocketAddr,
        count: u64,
    },
}

/// What became of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextResult {
    /// The carrier took it (2xx).
    Accepted,
    /// Not now: no answer, 5xx, 408, 429, 480, 503. Worth another try, not before `retry_after_s` if that is given.
    Later { status: u16, retry_after_s: Option<u32> },
    /// Never: the carrier will refuse it again.
    Never { status: u16 },
}
