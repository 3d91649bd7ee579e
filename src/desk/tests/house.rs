//! The office of the stories: an engine, a clock that jumps, and a carrier.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, civil::Time, tz::TimeZone};
use rand_chacha::rand_core::SeedableRng;

use crate::{
    desk::{Alarm, Engine, FollowUp, Input, LetterRules, MailedTo, Outgoing, Output, Settings, Wording},
    dialogue::{Captured, EndReason, Intent, Outcome, Promise, Roster, Urgency},
    followup::{Sequence, Touch, When},
    incident::Properties,
    outbox::{AfterCrash, AfterMail, Attempted, Entry, Kind},
    pbx::{
        AgentReason, CallDirection, CallRecord, Caller, Dialled, Disposition, Encrypted, Houses, LegRecord,
        LegResult, Party, Quality, Speaker, TextResult, TurnRecord, Unheard,
    },
    sip::TextId,
    store::{CallDetail, Reader, Store},
    types::{CallId, Chance, MessageKey, PhoneNumber, QuietHours},
};

pub(crate) const MAIN: &str = "+13035550100";
pub(crate) const LEASING: &str = "+13035550101";
pub(crate) const STAFF: &str = "+13035550190";
pub(crate) const DANA: &str = "+13035550142";

pub(crate) fn number(text: &str) -> PhoneNumber {
    text.parse().unwrap()
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn settings() -> Settings {
    let touch = |when, text: &str| Touch { when, text: text.into() };
    let ten = Time::constant(10, 0, 0, 0);
    let sequence = Sequence::new(
        "leads".into(),
        vec![
            touch(When::AfterMinutes(120), "Hi[ {name}], {office} here. When would you like to move?"),
            touch(When::OnDay { day: 3, at: ten }, "{office}: would you like to come and see it?"),
            touch(When::OnDay { day: 7, at: ten }, "{office}: still looking? We are glad to help."),
        ],
    )
    .unwrap();
    Settings {
        office: "Maple Court".into(),
        staff: vec![number(STAFF)],
        alarm_texts: Vec::new(),
        emergency_texts: Vec::new(),
        own_numbers: vec![number(MAIN), number(LEASING)],
        wording: Wording::read(Wording::FACTORY, "Maple Court").unwrap(),
        quiet_hours: QuietHours {
            zone: TimeZone::get("America/Denver").unwrap(),
            from: Time::constant(8, 0, 0, 0),
            until: Time::constant(20, 0, 0, 0),
        },
        text_back: true,
        text_back_waits_for_morning: false,
        leasing_numbers: vec![number(LEASING)],
        lead_sequence: Some(FollowUp::new(sequence).unwrap()),
        letters: LetterRules {
            mailboxes: [(
                "101".parse().unwrap(),
                MailedTo {
                    name: "Front desk".into(),
                    addresses: vec![
                        "kim@office.example".parse().unwrap(),
                        "robin@office.example".parse().unwrap(),
                    ],
                    sound: true,
                    after: AfterMail::Heard,
                },
            )]
            .into(),
            words_within: SignedDuration::from_mins(2),
            console: Some("https://portico.office.example".into()),
        },
        showings: None,
        houses: Houses { properties: Properties::of(&Roster::default(), "Maple Court"), ..Houses::default() },
        after_crash: AfterCrash::NotAgain,
    }
}

/// What the carrier does with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Carrier {
    Answers(TextResult),
    /// The answer is left to the story.
    Silent,
}

pub(crate) struct House {
    engine: Option<Engine>,
    pub(crate) now: Timestamp,
    pub(crate) carrier: Carrier,
    /// Every text that left the house, in order, with the time.
    pub(crate) sent: Vec<(Timestamp, Entry)>,
    pub(crate) settled: Vec<(TextId, bool)>,
    pub(crate) alarms: Vec<Alarm>,
    pub(crate) restored: Vec<Vec<crate::sip::Binding>>,
    pub(crate) desks:
        Option<(Vec<(crate::types::Extension, crate::pbx::DeskSettings)>, crate::pbx::DayNight)>,
    /// Numbers on the office's lists, as the switch was last told.
    pub(crate) listed: Vec<(PhoneNumber, crate::pbx::Listing)>,
    /// Every letter that left the house, and what the mail server says to each; `None`: it says nothing.
    pub(crate) letters: Vec<Outgoing>,
    pub(crate) mail_server: Option<Attempted>,
    /// What is to become of messages that were handed over.
    pub(crate) after_mail: Vec<crate::pbx::MailboxChange>,
    /// Call-backs that are stored, so that the caller may be called, with the tries.
    pub(crate) called_back: Vec<(CallId, u32)>,
    /// Escalations of before the last start, and the steps that were said to be stored.
    pub(crate) notices: Vec<crate::incident::SpokenNotice>,
    pub(crate) escalated: Vec<Vec<crate::pbx::EscalationStep>>,
    pub(crate) escalation_stored: Vec<(CallId, u32)>,
    /// What the calendar has said.
    pub(crate) calendar: Vec<(CallId, u32, crate::dialogue::CalendarAnswer)>,
    /// What agents' calendars are asked, in order.
    pub(crate) asked: Vec<(u64, String, crate::calendar::Question)>,
    /// How often the engine asked to be woken.
    pub(crate) wakes: usize,
    boots: u64,
    texts: u64,
    calls: u64,
}

impl House {
    /// An office on a Friday afternoon, its clock right, its trunk up.
    pub(crate) fn new() -> Self {
        let mut house = Self::dark(Store::in_memory().unwrap(), settings());
        house.feed(Input::ClockSynchronised(true));
        house
    }

    /// The same before the clock is known to be right.
    pub(crate) fn dark(store: Store, settings: Settings) -> Self {
        let engine = Engine::new(store, settings, Chance::seed_from_u64(1));
        Self {
            engine: Some(engine),
            now: at("2026-11-20T16:58:00-07:00"),
            carrier: Carrier::Answers(TextResult::Accepted),
            sent: Vec::new(),
            settled: Vec::new(),
            alarms: Vec::new(),
            restored: Vec::new(),
            desks: None,
            listed: Vec::new(),
            letters: Vec::new(),
            mail_server: Some(Attempted::Accepted),
            after_mail: Vec::new(),
            called_back: Vec::new(),
            notices: Vec::new(),
            escalated: Vec::new(),
            escalation_stored: Vec::new(),
            calendar: Vec::new(),
            asked: Vec::new(),
            wakes: 0,
            boots: 1,
            texts: 0,
            calls: 0,
        }
    }

    pub(crate) fn engine(&mut self) -> &mut Engine {
        self.engine.as_mut().unwrap()
    }

    pub(crate) fn reader(&mut self) -> Reader {
        self.engine().store().reader()
    }

    pub(crate) fn feed(&mut self, input: Input) {
        let now = self.now;
        self.engine().handle_input(now, input);
        self.drain();
    }

    /// Takes outputs until the engine waits; the carrier answers at once, if it answers by itself.
    fn drain(&mut self) -> Option<Timestamp> {
        let mut steps = 0;
        loop {
            steps += 1;
            assert!(steps < 100_000, "the desk never comes to rest");
            let now = self.now;
            match self.engine().poll_output(now) {
                Output::Deliver(entry) => {
                    let key = entry.key;
                    self.sent.push((now, entry));
                    if let Carrier::Answers(result) = self.carrier {
                        self.engine().handle_input(now, Input::Delivered { key, result });
                    }
                }
                Output::SettleText { text, stored } => self.settled.push((text, stored)),
                Output::RestoreSpending(_) | Output::RestoreCallBacks(_) => {}
                Output::RestoreEscalations(all) => self.escalated = all,
                Output::Incidents(open) => self.notices = open,
                Output::EscalationStored { call, number } => self.escalation_stored.push((call, number)),
                Output::CallBackStored { call, tries } => self.called_back.push((call, tries)),
                Output::CalendarAnswered { call, ticket, answer } => {
                    self.calendar.push((call, ticket, answer));
                }
                Output::AskCalendar { exchange, agent, question } => {
                    self.asked.push((exchange, agent, question))
                }
                Output::RestoreListed(listed) => self.listed = listed,
                Output::RestoreBindings(bindings) => self.restored.push(bindings),
                Output::RestoreDesks { desks, key } => self.desks = Some((desks, key)),
                Output::Alarm(alarm) => self.alarms.push(alarm),
                Output::Mail(letter) => {
                    let key = letter.key;
                    self.letters.push(letter);
                    if let Some(attempted) = self.mail_server {
                        self.engine().handle_input(now, Input::Mailed { key, attempted });
                    }
                }
                // The switch does it, and says so.
                Output::ChangeMailbox { mailbox, change } => {
                    self.after_mail.push(change.clone());
                    self.engine().handle_input(now, Input::MailboxChanged { mailbox, change });
                }
                Output::Changed(_)
                | Output::RestoreMailbox(_)
                | Output::Transcribe { .. }
                | Output::DiscardSound { .. } => {}
                Output::Timeout(wake) => return wake.map(|(at, _)| at),
            }
        }
    }

    /// Lets time pass, waking the engine when it asks to be woken.
    pub(crate) fn wait(&mut self, span: SignedDuration) {
        let end = self.now.checked_add(span).unwrap();
        let mut still = 0;
        while let Some(wake) = self.drain().filter(|wake| *wake <= end) {
            still = if wake <= self.now { still + 1 } else { 0 };
            assert!(still < 1_000, "the desk wakes for nothing");
            self.now = self.now.max(wake);
            self.wakes += 1;
            self.feed(Input::Timeout);
        }
        self.now = end;
        self.feed(Input::Timeout);
    }

    pub(crate) fn seconds(&mut self, seconds: i64) {
        self.wait(SignedDuration::from_secs(seconds));
    }

    pub(crate) fn minutes(&mut self, minutes: i64) {
        self.wait(SignedDuration::from_mins(minutes));
    }

    pub(crate) fn until(&mut self, time: &str) {
        self.wait(at(time).duration_since(self.now));
    }

    /// The power goes, and comes back after `off`; the clock is right soon.
    pub(crate) fn power_cut(&mut self, off: SignedDuration) {
        let engine = self.engine.take().unwrap();
        self.listed.clear();
        self.escalated.clear();
        let store = engine.into_store().power_cut().unwrap();
        self.boots += 1;
        self.now = self.now.checked_add(off).unwrap();
        self.engine = Some(Engine::new(store, settings(), Chance::seed_from_u64(self.boots)));
        self.drain();
        self.feed(Input::ClockSynchronised(true));
    }

    /// A call that ends now.
    pub(crate) fn call(&mut self, from: &str, disposition: Disposition) -> CallId {
        self.call_with(from, disposition, |_| ())
    }

    pub(crate) fn call_with(
        &mut self,
        from: &str,
        disposition: Disposition,
        change: impl FnOnce(&mut CallRecord),
    ) -> CallId {
        self.calls += 1;
        let mut record = record(from, disposition, self.now, CallId::from_random(1_000 + self.calls));
        change(&mut record);
        let call = record.call;
        self.feed(Input::CallEnded(Box::new(record)));
        call
    }

    pub(crate) fn text(&mut self, from: &str, body: &str) -> bool {
        let call_id = format!("text-{}", self.texts + 1);
        self.text_again(from, body, &call_id)
    }

    pub(crate) fn text_again(&mut self, from: &str, body: &str, call_id: &str) -> bool {
        self.texts += 1;
        let text = TextId(self.texts);
        self.feed(Input::TextReceived {
            text,
            from: number(from),
            to: number(MAIN),
            body: body.into(),
            call_id: call_id.into(),
        });
        let (settled, stored) = *self.settled.last().unwrap();
        assert_eq!(settled, text, "every text is settled at once");
        stored
    }

    pub(crate) fn answer(&mut self, key: MessageKey, result: TextResult) {
        self.feed(Input::Delivered { key, result });
    }

    /// Texts that left the house towards this number.
    pub(crate) fn sent_to(&self, to: &str) -> Vec<Entry> {
        self.sent.iter().filter(|(_, entry)| entry.to == number(to)).map(|(_, entry)| entry.clone()).collect()
    }

    pub(crate) fn sent_of(&self, kind: Kind) -> Vec<Entry> {
        self.sent.iter().filter(|(_, entry)| entry.kind == kind).map(|(_, entry)| entry.clone()).collect()
    }

    pub(crate) fn detail(&mut self, call: CallId) -> CallDetail {
        self.reader().call(call).unwrap().unwrap()
    }
}

pub(crate) fn caller(text: &str) -> Caller {
    match text {
        "anonymous" => Caller::Anonymous,
        extension if extension.len() < 7 => Caller::Extension(extension.parse().unwrap()),
        number => Caller::Number { number: number.parse().unwrap(), display: "Dana R".into() },
    }
}

/// A call of half a minute that ends at `ended`.
pub(crate) fn record(from: &str, disposition: Disposition, ended: Timestamp, call: CallId) -> CallRecord {
    let started = ended.checked_sub(SignedDuration::from_secs(30)).unwrap();
    let by_agent = matches!(disposition, Disposition::AiHandled | Disposition::AiAbandoned);
    let answered = (disposition != Disposition::CallerAbandoned).then_some(started);
    let leg =
        |party, result, quality| LegRecord { party, started, answered, ended, result, quality, told: None };
    let quality = Quality {
        packets_received: 1_500,
        packets_lost: 3,
        packets_sent: 1_498,
        jitter_ms: 4,
        round_trip_ms: Some(22),
        encryption: Encrypted::Sdes,
        unheard: Some(Unheard::WentQuiet),
        ..Quality::default()
    };
    CallRecord {
        call,
        direction: CallDirection::Inbound,
        trunk: Some("carrier".into()),
        caller: caller(from),
        vouched: Default::default(),
        dialled: Dialled::Number(number(MAIN)),
        started,
        answered,
        ended,
        disposition,
        agent_reason: by_agent.then_some(AgentReason::NoAnswer),
        legs: vec![
            leg(Party::Caller(caller(from)), LegResult::Completed, Some(quality)),
            leg(Party::Phone("101".parse().unwrap()), LegResult::NoAnswer, None),
            leg(Party::Phone("102".parse().unwrap()), LegResult::Failed(503), None),
            leg(Party::Agent, LegResult::Completed, None),
        ],
        turns: Vec::new(),
        outcome: None,
        recordings: Vec::new(),
        fax: None,
        decisions: Vec::new(),
        queued: None,
        conversations: Vec::new(),
    }
}

pub(crate) fn outcome(intent: Option<Intent>, promised: Promise, ended: EndReason) -> Outcome {
    Outcome {
        version: 1,
        intent,
        urgency: Urgency::Routine,
        name: Some(Captured { value: "Dana Reyes".into(), confirmed: true }),
        callback: None,
        place: None,
        matter: None,
        wished_for: None,
        access: None,
        do_not_contact: false,
        promised,
        ended: Some(ended),
        ..Outcome::blank()
    }
}

pub(crate) fn said(text: &str) -> TurnRecord {
    TurnRecord {
        speaker: Speaker::Caller,
        text: text.into(),
        at_ms: 9_000,
        latency_ms: None,
        interrupted_after_ms: None,
    }
}

pub(crate) fn binding(extension: &str, port: u16, seconds: u64) -> crate::sip::Binding {
    crate::sip::Binding {
        extension: extension.parse().unwrap(),
        contact: format!("sip:{extension}@127.0.0.1:{port}"),
        instance: Some(format!("<urn:uuid:00000000-0000-1000-8000-00000000{port:04}>")),
        flow: crate::sip::Flow {
            transport: crate::sip::Transport::Udp,
            remote: format!("127.0.0.1:{port}").parse().unwrap(),
            local: "127.0.0.1:5060".parse().unwrap(),
            connection: None,
        },
        path: vec!["<sip:edge.example;lr;ob>".into(), "<sip:10.0.0.1;lr>".into()],
        expires_in: Duration::from_secs(seconds),
        user_agent: "a phone".into(),
    }
}
