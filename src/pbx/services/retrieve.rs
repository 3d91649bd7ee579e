//! Somebody listens to a mailbox by telephone: the PIN, the messages, the greeting, a new PIN. All by keys.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use jiff::tz::TimeZone;

use super::{Cue, Hands, MailboxChange, Piece, PinHash, Then, VoiceMessage, pin_entry::Typed, words};
use crate::{
    pbx::{Caller, Fact, MediaCommand, MediaEvent, event::SoundFile},
    types::{Extension, Pin, VoicemailId, WeakPin},
};

/// So long after the last word or key the choices are said again.
const KEY_WAIT: Duration = Duration::from_secs(8);

/// Choices are said so often without any key; then the box says goodbye.
const MOST_REMINDERS: u32 = 2;

/// Wrong PINs in one call.
const MOST_TRIES: u32 = 3;

/// A greeting ends when no voice has been heard for this long, or at the latest then.
const QUIET: Duration = Duration::from_secs(4);
const LONGEST_GREETING: Duration = Duration::from_secs(60);

/// The media plane says within a packet or two that a recording is on its way to the disk.
const PUT_AWAY: Duration = Duration::from_secs(1);

/// Somebody at a mailbox.
#[derive(Debug)]
pub(super) struct Retrieve {
    /// `None` until the caller has said which.
    mailbox: Option<Extension>,
    at_own_phone: bool,
    stage: Stage,
    until: Option<Instant>,
    reminders: u32,
    tries: u32,
    messages: Vec<VoiceMessage>,
    /// Deleted at the end of the call, until then it can be taken back.
    deleted: BTreeSet<VoicemailId>,
}

#[derive(Debug)]
enum Stage {
    Which(Typed),
    AskPin(Typed),
    Top,
    /// This message is being played, or was.
    Message(usize),
    Greeting,
    RecordingGreeting(String),
    /// The recording has been ended; it is played back when it is on the disk.
    EndingGreeting(String),
    JudgingGreeting(String),
    NewPin(Typed),
    PinAgain {
        first: Pin,
        typed: Typed,
    },
    Leaving,
}

impl Retrieve {
    pub(super) fn new(mailbox: Option<Extension>, at_own_phone: bool) -> Self {
        Self {
            mailbox,
            at_own_phone,
            stage: Stage::Which(Typed::default()),
            until: None,
            reminders: 0,
            tries: 0,
            messages: Vec::new(),
            deleted: BTreeSet::new(),
        }
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.until
    }

    pub(super) fn cue(&mut self, hands: &mut Hands<'_, '_>, cue: &Cue<'_>) -> Then {
        match cue {
            Cue::Begin if self.mailbox.is_some() => self.greet(hands),
            Cue::Begin => self.ask_which(hands),
            Cue::Spoken => return self.spoken(hands),
            Cue::Key(key) => {
                self.reminders = 0;
                self.until = Some(hands.cx.now.at + KEY_WAIT);
                self.key(hands, *key);
            }
            Cue::Due => return self.due(hands),
            Cue::Media(event) => self.recorded(hands, event),
            Cue::Heard(_) => {}
            Cue::Gone => {
                self.leave(hands);
                return Then::HangUp;
            }
        }
        Then::Wait
    }

    // ---- who it is

    fn ask_which(&mut self, hands: &mut Hands<'_, '_>) {
        self.stage = Stage::Which(Typed::default());
        hands.say_instead([Piece::words(words::WHICH_MAILBOX)]);
    }

    /// Lets in who needs no PIN, asks the others.
    fn greet(&mut self, hands: &mut Hands<'_, '_>) {
        let Some(id) = self.mailbox.clone() else { return self.ask_which(hands) };
        let directory = hands.cx.ledger.directory().clone();
        let plan = directory.services.mailboxes.get(&id);
        let has_pin = plan.is_some_and(|plan| plan.pin.is_some())
            || hands.cx.exchange.mailboxes.get(&id).is_some_and(|mailbox| mailbox.pin.is_some());
        let asked = !self.at_own_phone || plan.is_none_or(|plan| plan.ask_at_own_phone);
        if hands.cx.exchange.mailboxes.is_locked(hands.cx.now.at, &id, &hands.caller()) {
            self.goodbye(hands, words::LOCKED);
        } else if !asked {
            self.let_in(hands);
        } else if has_pin {
            self.stage = Stage::AskPin(Typed::default());
            hands.say([Piece::words(words::ENTER_PIN)]);
        } else if self.at_own_phone {
            // The first call from the mailbox's own phone: it gets its PIN before anything else.
            self.stage = Stage::NewPin(Typed::default());
            hands.say([Piece::words(words::CHOOSE_PIN)]);
        } else if is_inside(&hands.caller()) {
            self.goodbye(hands, words::NO_PIN);
        } else {
            // Nobody outside learns which mailboxes there are: a PIN is asked that none opens.
            self.stage = Stage::AskPin(Typed::default());
            hands.say([Piece::words(words::ENTER_PIN)]);
        }
    }

    fn pin_typed(&mut self, hands: &mut Hands<'_, '_>, typed: &str) {
        let Some(id) = self.mailbox.clone() else { return };
        let (now, caller) = (hands.cx.now.at, hands.caller());
        if hands.cx.exchange.mailboxes.is_locked(now, &id, &caller) {
            return self.goodbye(hands, words::LOCKED);
        }
        if opens(hands, &id, typed) {
            hands.cx.exchange.mailboxes.right_pin(&id, &caller);
            return self.let_in(hands);
        }
        self.tries += 1;
        let locked = hands.cx.exchange.mailboxes.wrong_pin(now, &id, &caller);
        if locked {
            hands.cx.exchange.fact(Fact::MailboxLocked { mailbox: id, caller });
            return self.goodbye(hands, words::LOCKED);
        }
        if self.tries >= MOST_TRIES {
            return self.goodbye(hands, words::LOCKED);
        }
        self.stage = Stage::AskPin(Typed::default());
        hands.say_instead([Piece::words(words::WRONG_PIN), Piece::words(words::ENTER_PIN)]);
    }

    fn let_in(&mut self, hands: &mut Hands<'_, '_>) {
        let mailbox = self.mailbox.as_ref().and_then(|id| hands.cx.exchange.mailboxes.get(id));
        let messages = mailbox.map(|mailbox| mailbox.messages.clone()).unwrap_or_default();
        // What nobody has heard comes first, each kind in the order in which it came.
        let (old, new): (Vec<_>, Vec<_>) = messages.into_iter().partition(|message| message.heard);
        let counts = words::counts(new.len(), old.len());
        self.messages = new.into_iter().chain(old).collect();
        self.stage = Stage::Top;
        hands.say_instead([Piece::Words(counts), Piece::words(words::TOP_MENU)]);
    }

    // ---- keys

    fn key(&mut self, hands: &mut Hands<'_, '_>, key: char) {
        match &mut self.stage {
            Stage::Which(typed) => {
                if typed.is_empty() {
                    hands.hush();
                }
                if let Some(digits) = typed.key(key) {
                    self.named(hands, &digits);
                }
            }
            Stage::AskPin(typed) => {
                if typed.is_empty() {
                    hands.hush();
                }
                if let Some(digits) = typed.key(key) {
                    self.pin_typed(hands, &digits);
                }
            }
            Stage::NewPin(typed) => {
                if typed.is_empty() {
                    hands.hush();
                }
                if let Some(digits) = typed.key(key) {
                    self.pin_chosen(hands, &digits);
                }
            }
            Stage::PinAgain { first, typed } => {
                if typed.is_empty() {
                    hands.hush();
                }
                if let Some(digits) = typed.key(key) {
                    let first = first.clone();
                    self.pin_repeated(hands, &first, &digits);
                }
            }
            Stage::Top => self.key_at_top(hands, key),
            Stage::Message(at) => {
                let at = *at;
                self.key_at_message(hands, at, key);
            }
            Stage::Greeting => self.key_at_greeting(hands, key),
            Stage::RecordingGreeting(file) => {
                if key == '#' {
                    let file = file.clone();
                    self.end_greeting(hands, file);
                }
            }
            Stage::JudgingGreeting(file) => {
                let file = file.clone();
                self.key_at_judging(hands, file, key);
            }
            Stage::EndingGreeting(_) | Stage::Leaving => {}
        }
    }

    /// Which mailbox it is to be. Whether there is one does not show.
    fn named(&mut self, hands: &mut Hands<'_, '_>, digits: &str) {
        match digits.parse::<Extension>() {
            Ok(id) => {
                self.at_own_phone = matches!(hands.caller(), Caller::Extension(own) if own == id);
                self.mailbox = Some(id);
                hands.hush();
                self.greet(hands);
            }
            Err(_) => self.ask_which(hands),
        }
    }

    fn key_at_top(&mut self, hands: &mut Hands<'_, '_>, key: char) {
        match key {
            '1' => self.play(hands, 0),
            '2' => self.offer_greetings(hands),
            '3' => {
                self.stage = Stage::NewPin(Typed::default());
                hands.say_instead([Piece::words(words::CHOOSE_PIN)]);
            }
            '*' => self.goodbye(hands, words::GOODBYE),
            _ => hands.say_instead([Piece::words(words::NOT_A_CHOICE), Piece::words(words::TOP_MENU)]),
        }
    }

    fn key_at_message(&mut self, hands: &mut Hands<'_, '_>, at: usize, key: char) {
        match key {
            '1' => self.play(hands, at),
            '2' => {
                self.heard(hands, at);
                self.play(hands, at + 1);
            }
            '3' => {
                self.heard(hands, at);
                let Some(id) = self.messages.get(at).map(|message| message.id) else { return };
                let said = if self.deleted.remove(&id) {
                    words::BROUGHT_BACK
                } else {
                    self.deleted.insert(id);
                    words::DELETED
                };
                hands.say_instead([Piece::words(said)]);
            }
            '*' => {
                self.heard(hands, at);
                self.back_to_top(hands);
            }
            _ => hands.say_instead([Piece::words(words::NOT_A_CHOICE), Piece::words(words::MESSAGE_MENU)]),
        }
    }

    fn key_at_greeting(&mut self, hands: &mut Hands<'_, '_>, key: char) {
        match key {
            '1' => {
                let greeting = self.own_greeting(hands);
                hands.say_instead([greeting, Piece::words(words::GREETING_MENU)]);
            }
            '2' => {
                let id = VoicemailId::from_random(hands.cx.exchange.random());
                self.stage = Stage::RecordingGreeting(format!("greeting-{id}.wav"));
                self.until = None;
                hands.say_instead([Piece::words(words::RECORD_GREETING), Piece::Beep]);
            }
            '3' => {
                self.change(hands, MailboxChange::Greeting { file: None });
                self.stage = Stage::Top;
                hands.say_instead([Piece::words(words::USUAL_GREETING), Piece::words(words::TOP_MENU)]);
            }
            '*' => self.back_to_top(hands),
            _ => hands.say_instead([Piece::words(words::NOT_A_CHOICE), Piece::words(words::GREETING_MENU)]),
        }
    }

    fn key_at_judging(&mut self, hands: &mut Hands<'_, '_>, file: String, key: char) {
        match key {
            '1' => {
                self.change(hands, MailboxChange::Greeting { file: Some(file) });
                self.stage = Stage::Top;
                hands.say_instead([Piece::words(words::GREETING_KEPT), Piece::words(words::TOP_MENU)]);
            }
            '2' => {
                self.change(hands, MailboxChange::Discarded { file });
                self.stage = Stage::Greeting;
                self.key_at_greeting(hands, '2');
            }
            '*' => {
                self.change(hands, MailboxChange::Discarded { file });
                self.offer_greetings(hands);
            }
            _ => hands.say_instead([Piece::words(words::NOT_A_CHOICE), Piece::words(words::JUDGE_GREETING)]),
        }
    }

    // ---- messages

    fn play(&mut self, hands: &mut Hands<'_, '_>, at: usize) {
        let Some(message) = self.messages.get(at) else {
            self.stage = Stage::Top;
            return hands.say_instead([Piece::words(words::NO_MORE), Piece::words(words::TOP_MENU)]);
        };
        let about = words::about(at + 1, &message.caller, message.left, &zone(hands));
        let pieces = [Piece::Words(about), Piece::Sound(message.sound()), Piece::words(words::MESSAGE_MENU)];
        self.stage = Stage::Message(at);
        self.until = None;
        hands.say_instead(pieces);
    }

    /// Somebody has listened to it, or has gone on from it: it is new no longer.
    fn heard(&mut self, hands: &mut Hands<'_, '_>, at: usize) {
        let Some(message) = self.messages.get_mut(at) else { return };
        if !std::mem::replace(&mut message.heard, true) {
            let id = message.id;
            self.change(hands, MailboxChange::Heard { id });
        }
    }

    fn back_to_top(&mut self, hands: &mut Hands<'_, '_>) {
        self.stage = Stage::Top;
        hands.say_instead([Piece::words(words::TOP_MENU)]);
    }

    // ---- the greeting

    fn offer_greetings(&mut self, hands: &mut Hands<'_, '_>) {
        self.stage = Stage::Greeting;
        hands.say_instead([Piece::words(words::GREETING_MENU)]);
    }

    fn own_greeting(&self, hands: &Hands<'_, '_>) -> Piece {
        let Some(id) = &self.mailbox else { return Piece::words(words::AFTER_THE_TONE) };
        let own = hands.cx.exchange.mailboxes.get(id).and_then(|mailbox| mailbox.greeting.clone());
        let plan = hands.cx.ledger.directory().services.mailboxes.get(id);
        match (own, plan) {
            (Some(file), _) => Piece::Sound(SoundFile::in_mailbox(file)),
            (None, Some(plan)) => {
                Piece::Words(plan.greeting.clone().unwrap_or_else(|| words::greeting(&plan.name, id)))
            }
            (None, None) => Piece::Words(words::greeting("", id)),
        }
    }

    fn end_greeting(&mut self, hands: &mut Hands<'_, '_>, file: String) {
        hands.cx.exchange.media(hands.leg.id(), MediaCommand::EndTake);
        self.until = Some(hands.cx.now.at + PUT_AWAY);
        self.stage = Stage::EndingGreeting(file);
    }

    fn judge_greeting(&mut self, hands: &mut Hands<'_, '_>, file: String) {
        self.until = None;
        let sound = SoundFile::in_mailbox(file.clone());
        self.stage = Stage::JudgingGreeting(file);
        hands.say([Piece::Sound(sound), Piece::words(words::JUDGE_GREETING)]);
    }

    fn recorded(&mut self, hands: &mut Hands<'_, '_>, event: &MediaEvent) {
        match (&self.stage, event) {
            (Stage::RecordingGreeting(file), MediaEvent::TakeQuiet) => {
                let file = file.clone();
                self.end_greeting(hands, file);
            }
            (Stage::EndingGreeting(file), MediaEvent::Taken { .. }) => {
                let file = file.clone();
                self.judge_greeting(hands, file);
            }
            _ => {}
        }
    }

    // ---- the PIN

    fn pin_chosen(&mut self, hands: &mut Hands<'_, '_>, digits: &str) {
        let Some(id) = &self.mailbox else { return };
        match Pin::new(digits, id) {
            Ok(first) => {
                self.stage = Stage::PinAgain { first, typed: Typed::default() };
                hands.say_instead([Piece::words(words::PIN_AGAIN)]);
            }
            Err(why) => {
                self.stage = Stage::NewPin(Typed::default());
                let again = Piece::words(words::CHOOSE_PIN);
                match why {
                    WeakPin::Length => hands.say_instead([again]),
                    WeakPin::Repeats | WeakPin::Sequence | WeakPin::OwnNumber => {
                        hands.say_instead([Piece::words(words::PIN_WEAK), again]);
                    }
                }
            }
        }
    }

    fn pin_repeated(&mut self, hands: &mut Hands<'_, '_>, first: &Pin, digits: &str) {
        if digits != first.digits() {
            self.stage = Stage::NewPin(Typed::default());
            return hands.say_instead([Piece::words(words::PIN_DIFFERS), Piece::words(words::CHOOSE_PIN)]);
        }
        let salt = hands.cx.exchange.random();
        self.change(hands, MailboxChange::Pin(PinHash::new(first, salt)));
        hands.say_instead([Piece::words(words::PIN_CHANGED)]);
        let said = self.stage_of_let_in(hands);
        hands.say(said);
    }

    /// What is said when the mailbox is open, after something else has been said.
    fn stage_of_let_in(&mut self, hands: &mut Hands<'_, '_>) -> [Piece; 1] {
        if self.messages.is_empty() {
            let mailbox = self.mailbox.as_ref().and_then(|id| hands.cx.exchange.mailboxes.get(id));
            self.messages = mailbox.map(|mailbox| mailbox.messages.clone()).unwrap_or_default();
        }
        self.stage = Stage::Top;
        [Piece::words(words::TOP_MENU)]
    }

    // ---- time

    fn spoken(&mut self, hands: &mut Hands<'_, '_>) -> Then {
        match &self.stage {
            Stage::Leaving => return Then::HangUp,
            Stage::RecordingGreeting(file) => {
                let file = SoundFile::in_mailbox(file.clone());
                let quiet_ms = QUIET.as_millis() as u32;
                hands.cx.exchange.media(hands.leg.id(), MediaCommand::Take { file, quiet_ms });
                self.until = Some(hands.cx.now.at + LONGEST_GREETING);
                return Then::Wait;
            }
            &Stage::Message(at) => self.heard(hands, at),
            _ => {}
        }
        self.until = Some(hands.cx.now.at + KEY_WAIT);
        Then::Wait
    }

    fn due(&mut self, hands: &mut Hands<'_, '_>) -> Then {
        self.until = None;
        match &mut self.stage {
            Stage::RecordingGreeting(file) => {
                let file = file.clone();
                self.end_greeting(hands, file);
                return Then::Wait;
            }
            Stage::EndingGreeting(file) => {
                let file = file.clone();
                self.judge_greeting(hands, file);
                return Then::Wait;
            }
            // Digits without the pound key behind them are meant all the same.
            Stage::Which(typed) if !typed.is_empty() => {
                let digits = typed.take();
                self.named(hands, &digits);
                return Then::Wait;
            }
            Stage::AskPin(typed) if !typed.is_empty() => {
                let digits = typed.take();
                self.pin_typed(hands, &digits);
                return Then::Wait;
            }
            _ => {}
        }
        self.reminders += 1;
        if self.reminders > MOST_REMINDERS {
            self.goodbye(hands, words::GOODBYE);
            return Then::Wait;
        }
        let again = match &self.stage {
            Stage::Which(_) => words::WHICH_MAILBOX,
            Stage::AskPin(_) => words::ENTER_PIN,
            Stage::Top => words::TOP_MENU,
            Stage::Message(_) => words::MESSAGE_MENU,
            Stage::Greeting => words::GREETING_MENU,
            Stage::JudgingGreeting(_) => words::JUDGE_GREETING,
            Stage::NewPin(_) => words::CHOOSE_PIN,
            Stage::PinAgain { .. } => words::PIN_AGAIN,
            Stage::RecordingGreeting(_) | Stage::EndingGreeting(_) | Stage::Leaving => words::GOODBYE,
        };
        hands.say_instead([Piece::words(again)]);
        Then::Wait
    }

    fn goodbye(&mut self, hands: &mut Hands<'_, '_>, words: &str) {
        self.leave(hands);
        self.stage = Stage::Leaving;
        self.until = None;
        hands.say_instead([Piece::words(words)]);
    }

    /// What was to be deleted is; a greeting that nobody has judged is forgotten.
    fn leave(&mut self, hands: &mut Hands<'_, '_>) {
        for id in std::mem::take(&mut self.deleted) {
            self.change(hands, MailboxChange::Deleted { id });
        }
        match &self.stage {
            Stage::RecordingGreeting(file) => {
                let file = file.clone();
                hands.cx.exchange.media(hands.leg.id(), MediaCommand::EndTake);
                self.change(hands, MailboxChange::Discarded { file });
            }
            Stage::EndingGreeting(file) | Stage::JudgingGreeting(file) => {
                let file = file.clone();
                self.change(hands, MailboxChange::Discarded { file });
            }
            _ => {}
        }
    }

    fn change(&self, hands: &mut Hands<'_, '_>, change: MailboxChange) {
        if let Some(id) = &self.mailbox {
            hands.cx.exchange.change_mailbox(id, change);
        }
    }
}

/// Does this PIN open this mailbox? One chosen by telephone counts before that of the office's file.
fn opens(hands: &Hands<'_, '_>, id: &Extension, typed: &str) -> bool {
    let chosen = hands.cx.exchange.mailboxes.get(id).and_then(|mailbox| mailbox.pin.as_ref());
    match chosen {
        Some(pin) => pin.opens_with(typed),
        None => {
            let plan = hands.cx.ledger.directory().services.mailboxes.get(id);
            plan.and_then(|plan| plan.pin.as_ref()).is_some_and(|pin| PinHash::new(pin, 0).opens_with(typed))
        }
    }
}

fn is_inside(caller: &Caller) -> bool {
    matches!(caller, Caller::Extension(_))
}

/// The office's time: that of its numbers.
fn zone(hands: &Hands<'_, '_>) -> TimeZone {
    let numbers = &hands.cx.ledger.directory().numbers;
    numbers.values().next().map_or(TimeZone::UTC, |number| number.hours.zone().clone())
}
