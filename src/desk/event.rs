//! The whole surface of the desk: everything that can happen to it, and everything it can ask for.

use jiff::{SignedDuration, Timestamp};

use super::Outgoing;
use crate::{
    calendar::{Question, Reply},
    dialogue::{CalendarAnswer, CalendarRequest},
    incident::SpokenNotice,
    outbox::{Attempted, Entry},
    pbx::{
        CallBack, CallRecord, Caller, DayNight, DeskSettings, EscalationStep, Listing, Mailbox,
        MailboxChange, Spent, Supervise, TextResult,
    },
    sip,
    store::EmergencyRow,
    trace::Finished,
    types::{CallId, Extension, IncidentId, MessageKey, PhoneNumber, VoicemailId},
};

/// What the host feeds in, one at a time, with the wall time at which it happened.
#[derive(Debug)]
pub enum Input {
    /// A call began; from whom.
    CallStarted {
        call: CallId,
        caller: Caller,
    },
    /// A person of the office took that call.
    PersonAnswered {
        call: CallId,
    },
    /// A step of an escalation to people on call. Answered by [`Output::EscalationStored`] once it is stored.
    Escalation(EscalationStep),
    /// Somebody at a desk phone has turned the notice of an incident on, or off.
    NoticeOrdered {
        incident: IncidentId,
        on: bool,
        by: Extension,
    },
    /// An emergency number was dialled.
    EmergencyDialled(EmergencyRow),
    /// Somebody has said by telephone that they know of it.
    EmergencySeen {
        call: CallId,
        by: String,
    },
    /// Somebody at a phone has put a number on a list, or taken it off.
    NumberListed {
        number: PhoneNumber,
        listing: Option<Listing>,
        by: String,
    },
    /// Somebody wants to call what their phone may not, and not by a slip of the finger; why, in words.
    CallBarred {
        from: Extension,
        why: String,
    },
    /// A call is over; this is all of it.
    CallEnded(Box<CallRecord>),
    /// What went over the wire for a call that is over.
    CallTraced(Finished),
    /// A text came in. Answered by [`Output::SettleText`] with the same id, at once.
    TextReceived {
        text: sip::TextId,
        from: PhoneNumber,
        to: PhoneNumber,
        body: String,
        call_id: String,
    },
    /// What became of an [`Output::Deliver`] with this key.
    Delivered {
        key: MessageKey,
        result: TextResult,
    },
    /// What became of an [`Output::Mail`] with this key.
    Mailed {
        key: MessageKey,
        attempted: Attempted,
    },
    /// A phone is reachable, from now on for `expires_in`.
    Bound(sip::Binding),
    /// Somebody has set this for an extension, or has turned the office's key.
    DeskSet {
        extension: Extension,
        settings: DeskSettings,
    },
    DayNightSet(DayNight),
    /// A phone is no longer reachable there.
    Unbound {
        extension: Extension,
        contact: String,
    },
    /// Somebody of the house listens to a call, or more: for the audit log.
    Supervised {
        call: CallId,
        by: Extension,
        of: Option<Extension>,
        how: Supervise,
    },
    /// A call-back was promised, or has come further.
    CallBack(CallBack),
    /// The agent asks the office's calendar, for a call that goes on. Answered by [`Output::CalendarAnswered`]: at once, or when
    /// the calendars that agents keep have answered, three seconds later at most.
    CalendarAsked {
        call: CallId,
        ticket: u32,
        request: CalendarRequest,
    },
    /// What became of an [`Output::AskCalendar`] with this number.
    CalendarHeard {
        exchange: u64,
        reply: Reply,
    },
    /// Something has happened to a mailbox.
    MailboxChanged {
        mailbox: Extension,
        change: MailboxChange,
    },
    /// The answer to [`Output::Transcribe`]: the words, or nothing if the file could not be read.
    Transcribed {
        id: VoicemailId,
        words: Option<String>,
    },
    /// Is the wall clock right? Until it is, nothing is sent.
    ClockSynchronised(bool),
    /// The wall clock was put forward (or, negative, back) by so much: the host has seen it drift away from the
    /// monotonic clock. To be fed before anything else of the new time.
    ClockStepped(SignedDuration),
    /// Texts can go through the trunk again.
    TrunkUp,
    /// Somebody at the console changed the outbox (sent something again): look at it anew.
    OutboxChanged,
    /// The deadline of the last [`Output::Timeout`] has come.
    Timeout,
}

/// What the host takes out, until it sees `Timeout`.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Send this through the trunk, once; answer with [`Input::Delivered`]. It is stored as claimed.
    Deliver(Entry),
    /// Hand this to the mail server, once; answer with [`Input::Mailed`]. It is stored as claimed. One at a time.
    Mail(Outgoing),
    /// A message has been handed over by e-mail, and this is to become of it: for the switch, which tells the phones.
    ChangeMailbox { mailbox: Extension, change: MailboxChange },
    /// Answer the carrier: 202 if it is stored, else 503.
    SettleText { text: sip::TextId, stored: bool },
    /// What the calendar says; a booking is on disk.
    CalendarAnswered { call: CallId, ticket: u32, answer: CalendarAnswer },
    /// Ask this of the calendar that this agent keeps; answer with [`Input::CalendarHeard`] and the same number. An answer that
    /// comes late is heard all the same.
    AskCalendar { exchange: u64, agent: String, question: Question },
    /// Numbers that are blocked or always let in. At most once, before anything else.
    RestoreListed(Vec<(PhoneNumber, Listing)>),
    /// What was called outside on the last day, before the restart. At most once, before anything else.
    RestoreSpending(Vec<Spent>),
    /// Call-backs of before the restart: those that are not over, and those of the last day. At most once.
    RestoreCallBacks(Vec<CallBack>),
    /// Escalations of before the restart that nobody has settled, each with its steps. At most once.
    RestoreEscalations(Vec<Vec<EscalationStep>>),
    /// Incidents that are open, and what callers hear of them: whenever that has changed.
    Incidents(Vec<SpokenNotice>),
    /// The steps of this escalation are stored up to this number.
    EscalationStored { call: CallId, number: u32 },
    /// It is stored that this one is being called.
    CallBackStored { call: CallId, tries: u32 },
    /// Phones that were registered before the restart. At most once, before anything else.
    RestoreBindings(Vec<sip::Binding>),
    /// What lies in this mailbox, as it was stored: once for each, at the beginning.
    RestoreMailbox(Mailbox),
    /// Have the recogniser read this message, when it has nothing better to do; answer with [`Input::Transcribed`]. A message
    /// that is never answered is asked for again at the next start.
    Transcribe { id: VoicemailId, file: String },
    /// This file of the mailboxes' folder is of no use any more.
    DiscardSound { file: String },
    /// What was set for extensions, and how the key stood.
    RestoreDesks { desks: Vec<(Extension, DeskSettings)>, key: DayNight },
    /// Rows that the console shows have changed.
    Changed(Changed),
    /// Somebody should know. Repeated only when it changes.
    Alarm(Alarm),
    /// Nothing more to do before this instant; `None`: nothing is waiting at all.
    Timeout(Option<(Timestamp, Reason)>),
}

/// What has changed, for the console's live view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Changed {
    /// A call was written down, with all that follows from it.
    Call(CallId),
    /// A text was queued, sent, given up.
    Message { key: MessageKey, call: Option<CallId> },
    /// A text came in.
    Inbox,
    /// A mailbox, or a message in one.
    Mailboxes,
    /// Enrolments moved on.
    FollowUps,
}

/// What somebody should know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alarm {
    /// The store does not take commits; calls go on, records wait in memory, incoming texts are refused (503).
    StoreFailing { cause: &'static str },
    /// It takes them again, and everything that waited is stored.
    StoreWell,
    /// So many records wait in memory; at [`Engine::MOST_WAITING`](super::Engine::MOST_WAITING) the oldest are lost.
    RecordsWaiting { count: usize },
    /// The memory is full: so many records were lost since the start.
    RecordsLost { count: u64 },
    /// So many changes of mailboxes were lost since the start.
    MailLost { count: u64 },
    /// The outbox is full; texts to callers are not queued.
    OutboxFull,
    /// A text was under way when the house stopped, or its answer never came. It is not sent again by itself.
    FateUnknown { key: MessageKey },
    /// The mail server does not take letters; the last status (0: no answer). They wait.
    MailFailing { status: u16 },
    /// It does again.
    MailFlowing,
    /// The calendar of somebody who shows homes does not do what it is asked; showings are left to people.
    CalendarsFailing,
    /// The one that was asked last does.
    CalendarsWell,
    /// Texts are not getting through; the last status (0: no answer).
    TextsFailing { status: u16 },
    /// They are again.
    TextsFlowing,
}

/// Why the desk wants to wake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// An entry of the outbox is due.
    OutboxDue,
    /// A letter is due.
    LetterDue,
    /// The answer to a text under way is overdue.
    AnswerOverdue,
    /// A text that waits is tried early, to see whether the trunk is back.
    TrunkProbe,
    /// The store is tried again.
    StoreRetry,
    /// The notice of an incident ends by itself.
    NoticeEnds,
    /// Refreshed registrations are written down together.
    BindingsDue,
    /// An enrolment is to be looked at.
    FollowUpDue,
    /// The calendar of an agent has not answered somebody who waits at the telephone.
    CalendarOverdue,
    /// It is looked for what is left to do in the calendars of agents.
    CalendarChores,
}
