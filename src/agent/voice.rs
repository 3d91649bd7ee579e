//! The conversation by voice: speech events become turns, acts become speech, each at its moment.

mod asking;
mod hearing;
mod speaking;

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    Reason, VoiceInput, VoiceOutput, awaits,
    endpointing::{Awaited, GOES_ON_WITHIN, Patience, silence_needed},
    interruption::{self, Overlap},
};
use crate::{
    dialogue::{
        Act, Digit, EndReason, Expectation, Item, Journal, Journalled, Move, Office, Opening, Outcome, Pack,
        Provenance, Reading, Told, UserTurn, without_secrets,
    },
    speech::{Awaits, SpeechEvent},
    types::{Language, TurnId},
};
use asking::Asking;
use hearing::{Hearing, Pause, Words};
use speaking::{Cut, Mouth, Played};

/// A turn that has lasted so long is taken at its next pause, however short: some people never fall silent.
const LONG_TURN: Duration = Duration::from_secs(45);

/// Voice without a pause for so long is a television or a broken line, and no words will come of it.
const VOICE_WITHOUT_PAUSE: Duration = Duration::from_secs(60);

/// The recogniser takes a tenth of a second for a few seconds of speech; a loaded pool takes longer, but not this.
const HEARD_OVERDUE: Duration = Duration::from_secs(3);

/// Understanding takes some twenty milliseconds.
const UNDERSTOOD_OVERDUE: Duration = Duration::from_secs(2);

/// Answers of recogniser or understander that may be missing in a row before speech counts as broken.
const OVERDUE_AT_MOST: u8 = 2;

/// After a sound too short for a word the agent goes on this much later: "Stop, … please listen to me" begins like a cough.
const AFTER_A_NOISE: Duration = Duration::from_millis(400);

/// Sound without words is remarked upon only if there was as much of it as of a word or two.
const UNCLEAR_VOICED_MS: u32 = 700;

/// A call's conversation. Deterministic: the same inputs at the same instants give the same outputs.
#[derive(Debug)]
pub struct Voice {
    session: Journalled,
    began: Instant,
    phase: Phase,
    turn: TurnId,
    hearing: Hearing,
    /// The words that the understander is reading; one request at a time, so that no answer is mistaken for another's.
    reading: Option<(String, Instant)>,
    mouth: Mouth,
    /// What the caller spoke over, until it is known whether they meant to.
    cut: Option<Cut>,
    /// When the silence began that the caller is to break.
    quiet_since: Instant,
    overdue: u8,
    asking: Asking,
    patience: Patience,
    /// When the last words came of the turn that was taken last, until somebody speaks.
    taken: Option<Instant>,
    /// They spoke on when that turn was taken, so it was not their whole turn; if words come of it.
    goes_on: bool,
    /// Bounded by what one input can cause: a handful.
    outputs: VecDeque<VoiceOutput>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Talking,
    /// Somebody is rung; the ear is not listened to.
    Transferring,
    Over,
}

impl Voice {
    /// Greets the caller. Drain [`poll_output`](Self::poll_output) afterwards.
    pub fn begin(
        now: Instant,
        provenance: Arc<Provenance>,
        pack: Arc<Pack>,
        office: Arc<Office>,
        opening: Opening,
    ) -> Self {
        let (session, acts) = Journalled::begin(provenance, pack, office, opening);
        let mut voice = Self {
            session,
            began: now,
            phase: Phase::Talking,
            turn: TurnId(0),
            hearing: Hearing::Quiet,
            reading: None,
            mouth: Mouth::default(),
            cut: None,
            quiet_since: now,
            overdue: 0,
            asking: Asking::default(),
            patience: Patience::default(),
            taken: None,
            goes_on: false,
            outputs: VecDeque::new(),
        };
        voice.listen();
        voice.perform(now, acts);
        voice
    }

    /// Feeds in one thing that happened. Then drain [`poll_output`](Self::poll_output).
    pub fn handle_input(&mut self, now: Instant, input: VoiceInput) {
        if self.phase == Phase::Over {
            return;
        }
        match input {
            VoiceInput::Speech(event) => {
                if event.turn() == self.turn && self.phase == Phase::Talking {
                    self.heard_event(now, event);
                }
            }
            VoiceInput::Understood { turn, reading } => {
                if turn == self.turn && self.phase == Phase::Talking {
                    self.understood(now, reading);
                }
            }
            VoiceInput::Speaking { utterance } => self.mouth.speaking(now, utterance),
            VoiceInput::Played { utterance, heard_ms, complete } => {
                if let Some(played) = self.mouth.played(utterance, heard_ms, complete) {
                    self.utterance_over(now, played);
                }
            }
            VoiceInput::Keyed(digit) => self.keyed(now, digit),
            VoiceInput::TransferFailed => self.transfer_failed(now, UserTurn::TransferFailed),
            VoiceInput::OnCallHeard => self.transfer_failed(now, UserTurn::OnCallHeard),
            VoiceInput::Calendar { ticket, answer } => {
                let late = self.asking.answered(ticket, answer);
                self.outputs.extend(late);
            }
            VoiceInput::SpeechFailed => self.speech_failed(now),
            VoiceInput::Timeout => self.timed_out(now),
        }
        self.take_turn_if_due(now);
        self.hear_calendar(now);
    }

    /// What is to be done; `Timeout` when that is all, with the next instant at which time itself matters.
    pub fn poll_output(&mut self, _now: Instant) -> VoiceOutput {
        self.outputs.pop_front().unwrap_or_else(|| VoiceOutput::Timeout(self.deadline()))
    }

    /// What the caller has been asked for, as far as it helps to hear the answer.
    pub fn awaits(&self) -> Awaits {
        awaits(self.session.expects())
    }

    /// The language that is spoken now.
    pub fn language(&self) -> Language {
        self.session.language()
    }

    /// Wrong answers to what only the resident knows.
    pub fn wrong_proofs(&self) -> u8 {
        self.session.wrong_proofs()
    }

    /// What came of the conversation so far.
    pub fn outcome(&self) -> Outcome {
        self.session.outcome()
    }

    /// The call is over for the agent: the caller hung up, or somebody took the transfer. Words that were heard and
    /// not yet answered count: who says "I smell gas" and hangs up has said it.
    pub fn close(&mut self, now: Instant, reason: EndReason) {
        let at = self.since(now);
        if self.phase == Phase::Talking
            && let Some((text, reading)) = self.hearing.last_words()
        {
            let text = without_secrets(text).unwrap_or_else(|| text.to_owned());
            let reading = reading.cloned();
            self.session.tell(at, Told::LastWords { text, reading });
        }
        self.session.tell(at, Told::Closed(reason));
        self.phase = Phase::Over;
        self.outputs.clear();
    }

    /// What was told and decided so far.
    pub fn journal(&self) -> Journal {
        self.session.journal()
    }

    /// How long the conversation has lasted.
    fn since(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.began)
    }

    fn listen(&mut self) {
        self.turn = TurnId(self.turn.0 + 1);
        self.hearing = Hearing::Quiet;
        self.reading = None;
        self.goes_on = false;
        self.outputs.push_back(VoiceOutput::Listen { turn: self.turn });
    }

    fn heard_event(&mut self, now: Instant, event: SpeechEvent) {
        match event {
            SpeechEvent::Started { .. } => {
                let cut_off = |taken: Instant| now.saturating_duration_since(taken) < GOES_ON_WITHIN;
                self.goes_on |= self.taken.take().is_some_and(cut_off);
                self.hearing.started(now);
                if let Some(cut) = &mut self.cut {
                    cut.resumes_at = None;
                }
                if self.mouth.yields_to_sound() {
                    self.hush(now);
                }
            }
            SpeechEvent::Dismissed { .. } => {
                // Who dictates and makes a sound has not finished.
                let dictating = self.session.expects() == Expectation::PhoneNumber;
                self.hearing.dismissed(dictating.then_some(now));
                self.goes_on = false;
                // Words of the pause before may have come meanwhile.
                self.ask_for_reading(now);
                if self.hearing == Hearing::Quiet {
                    match &mut self.cut {
                        Some(cut) => cut.resumes_at = Some(now + AFTER_A_NOISE),
                        None if !self.mouth.is_busy() => self.go_on(now),
                        None => {}
                    }
                }
            }
            SpeechEvent::Paused { at_ms, voiced_ms, silence_ms, .. } => {
                let last_voice = now.checked_sub(Duration::from_millis(silence_ms.into())).unwrap_or(now);
                self.hearing.paused(Pause {
                    at_ms,
                    voiced_ms,
                    last_voice,
                    words: Words::Decoding { since: now },
                });
            }
            SpeechEvent::Heard { at_ms, text, .. } => {
                self.overdue = 0;
                let text = text.trim().to_owned();
                if self.hearing.words(at_ms, text) {
                    self.ask_for_reading(now);
                }
            }
        }
    }

    /// Understanding begins at once, while the pause is still being waited out; the answer is dropped if they go on.
    fn ask_for_reading(&mut self, now: Instant) {
        if self.reading.is_some() {
            return;
        }
        if let Some(text) = self.hearing.unread() {
            let text = text.to_owned();
            self.reading = Some((text.clone(), now));
            let language = self.session.language();
            self.outputs.push_back(VoiceOutput::Understand { turn: self.turn, text, language });
        }
    }

    fn understood(&mut self, now: Instant, reading: Reading) {
        let Some((text, _)) = self.reading.take() else { return };
        self.overdue = 0;
        let awaited = Awaited {
            expects: self.session.expects(),
            of_number: self.session.awaits_item(Item::Callback),
            of_name: self.session.awaits_item(Item::Name),
            digits_before: self.session.digits_so_far(),
            ends_in_unit: self.session.ends_in_unit(&text),
        };
        if std::mem::take(&mut self.goes_on) {
            self.patience.grow();
        }
        let needed = silence_needed(awaited, self.patience, &text, &reading);
        self.hearing.understood(&text, reading, needed);
        self.ask_for_reading(now);
    }

    /// The caller's turn is the agent's once they have been silent for long enough.
    fn take_turn_if_due(&mut self, now: Instant) {
        if self.phase != Phase::Talking {
            return;
        }
        let Some((due, _)) = self.turn_due() else { return };
        if now < due {
            return;
        }
        let Hearing::Paused { pause, .. } = &self.hearing else { return };
        let pause = pause.clone();
        match pause.words {
            Words::Read { text, reading, .. } => self.take_turn(now, pause.last_voice, text, reading),
            Words::None if self.cut.is_some() || pause.voiced_ms < UNCLEAR_VOICED_MS => {
                self.listen();
                self.go_on(now);
            }
            Words::None => {
                self.listen();
                self.mouth.reply_to(pause.last_voice);
                self.user_turn(now, UserTurn::Unclear);
            }
            Words::Decoding { .. } | Words::Unread { .. } => {}
        }
    }

    /// When the words that are there become a turn. Not while the mouth is busy with something that is not hushed
    /// for sound: that is waited out, or stopped by the words themselves.
    fn turn_due(&self) -> Option<(Instant, Reason)> {
        let Hearing::Paused { pause, since } = &self.hearing else { return None };
        if self.mouth.is_busy() && !self.mouth.yields_to_words() {
            return None;
        }
        let needed = match &pause.words {
            Words::Read { needed, .. } => *needed,
            Words::None => Duration::ZERO,
            Words::Decoding { .. } | Words::Unread { .. } => return None,
        };
        let long = pause.last_voice.saturating_duration_since(*since) >= LONG_TURN;
        let needed = if long { Duration::ZERO } else { needed };
        Some((pause.last_voice + needed, Reason::Endpointing))
    }

    fn take_turn(&mut self, now: Instant, last_voice: Instant, text: String, reading: Reading) {
        let text = without_secrets(&text).unwrap_or(text);
        if self.mouth.yields_to_words() {
            // Over words that were already repeated once: only something said stops them.
            if self.mouth.overlap(now, &text) == Overlap::FalseAlarm && !reading.urgency.is_life_safety() {
                self.listen();
                return;
            }
            self.hush(now);
            return;
        }
        if let Some(cut) = self.cut.take() {
            let meant = interruption::overlap(&cut.say, cut.heard_ms, &text) == Overlap::Turn
                || reading.urgency.is_life_safety();
            if !meant {
                self.cut = Some(cut);
                self.listen();
                return self.go_on(now);
            }
            if self.session.is_over() && reading.moves == Some(Move::Goodbye) {
                // A goodbye over ours: neither has to be said again.
                self.outputs.push_back(VoiceOutput::Heard { text });
                self.listen();
                return self.next_act(now);
            }
            if cut.more || !interruption::was_heard(&cut.say, cut.heard_ms) {
                self.session.tell(self.since(now), Told::Unheard);
            }
            self.session.tell(self.since(now), Told::Reopened);
            if self.session.is_over() {
                // A goodbye that stands: what they said is on record, and the conversation ends as announced.
                self.outputs.push_back(VoiceOutput::Heard { text });
                self.listen();
                return self.next_act(now);
            }
            self.mouth.forget();
        }
        self.outputs.push_back(VoiceOutput::Heard { text: text.clone() });
        self.listen();
        self.taken = Some(last_voice);
        self.mouth.reply_to(last_voice);
        self.user_turn(now, UserTurn::Said { text, reading });
    }

    /// The calendar's answer is spoken when nobody is speaking into it.
    fn hear_calendar(&mut self, now: Instant) {
        if self.phase == Phase::Over || (self.phase == Phase::Talking && self.hearing != Hearing::Quiet) {
            return;
        }
        let Some(answer) = self.asking.take_answer() else { return };
        if self.phase == Phase::Talking && self.session.waits_for_calendar() {
            self.user_turn(now, UserTurn::Calendar(answer));
        } else {
            // The conversation is elsewhere by now; what was booked is on record.
            self.session.handle_turn(self.since(now), UserTurn::Calendar(answer));
        }
    }

    fn user_turn(&mut self, now: Instant, turn: UserTurn) {
        let acts = self.session.handle_turn(self.since(now), turn);
        self.perform(now, acts);
    }

    /// New acts take the place of whatever was still planned.
    fn perform(&mut self, now: Instant, mut acts: Vec<Act>) {
        // The calendar is asked while the sentence that covers the silence is being said.
        for act in acts.extract_if(.., |act| matches!(act, Act::Calendar(_))) {
            if let Act::Calendar(request) = act {
                self.outputs.push_back(self.asking.ask(now, request));
            }
        }
        self.cut = None;
        self.mouth.plan(acts);
        if !self.mouth.is_busy() {
            self.next_act(now);
        }
    }

    /// Speaks on after a false alarm: the unfinished clause again, and then what was planned.
    fn go_on(&mut self, now: Instant) {
        if let Some(cut) = self.cut.take() {
            self.mouth.resume(cut);
        }
        if !self.mouth.is_busy() {
            self.next_act(now);
        }
    }

    fn next_act(&mut self, now: Instant) {
        self.quiet_since = now;
        match self.mouth.next(now) {
            Some(speaking::Next::Speak { utterance, text, language }) => {
                self.outputs.push_back(VoiceOutput::Speak { utterance, text, language });
            }
            Some(speaking::Next::Transfer { to, brief }) => {
                self.phase = Phase::Transferring;
                self.hearing = Hearing::Quiet;
                self.outputs.push_back(VoiceOutput::Transfer { to, brief });
            }
            Some(speaking::Next::End(reason)) => {
                self.phase = Phase::Over;
                self.outputs.push_back(VoiceOutput::End(reason));
            }
            // Whatever became of the plan, a conversation that is over does not wait.
            None if self.session.is_over() => {
                self.phase = Phase::Over;
                let reason = self.session.outcome().ended.unwrap_or(EndReason::Goodbye);
                self.outputs.push_back(VoiceOutput::End(reason));
            }
            None => {}
        }
    }

    fn hush(&mut self, now: Instant) {
        if let Some(utterance) = self.mouth.hush(now) {
            self.outputs.push_back(VoiceOutput::Hush { utterance });
        }
    }

    fn utterance_over(&mut self, now: Instant, played: Played) {
        self.quiet_since = now;
        // What was stopped before its first packet was never said.
        if played.complete || played.heard_ms > 0 {
            self.outputs.push_back(VoiceOutput::Said {
                text: played.say.text.clone(),
                latency_ms: played.latency_ms,
                interrupted_after_ms: (!played.complete).then_some(played.heard_ms),
            });
        }
        let more = self.mouth.has_words_planned();
        if played.replaced {
            return self.next_act(now);
        }
        let quiet = self.hearing == Hearing::Quiet;
        if !played.complete {
            self.cut = Some(Cut {
                say: played.say,
                heard_ms: played.heard_ms,
                resumed: played.resumed,
                more,
                resumes_at: quiet.then_some(now + AFTER_A_NOISE),
            });
        } else if !quiet && self.mouth.may_wait() {
            // They have begun to speak: what is planned waits for what they say.
            let (say, heard_ms) = (played.say, played.heard_ms);
            self.cut = Some(Cut { heard_ms, say, resumed: true, more, resumes_at: None });
        } else {
            self.next_act(now);
        }
    }

    fn keyed(&mut self, now: Instant, digit: Digit) {
        if self.phase != Phase::Talking {
            return;
        }
        self.quiet_since = now;
        let acts = self.session.handle_turn(self.since(now), UserTurn::Keyed(digit));
        if acts.is_empty() && self.session.digits_so_far() == 0 {
            return;
        }
        if let Some(utterance) = self.mouth.replace(now) {
            self.outputs.push_back(VoiceOutput::Hush { utterance });
        }
        self.listen();
        self.mouth.reply_to(now);
        self.perform(now, acts);
    }

    /// The caller is the agent's again, with what has come of the transfer.
    fn transfer_failed(&mut self, now: Instant, with: UserTurn) {
        if self.phase != Phase::Transferring {
            return;
        }
        self.phase = Phase::Talking;
        self.quiet_since = now;
        if self.mouth.is_mute() {
            self.session.tell(self.since(now), Told::Closed(EndReason::SpeechFailed));
            return self.perform(now, vec![Act::End(EndReason::SpeechFailed)]);
        }
        self.listen();
        self.user_turn(now, with);
    }

    /// Ears or mouth have failed. The first time an apology is tried, unless it was the mouth; then nothing more is said.
    fn speech_failed(&mut self, now: Instant) {
        if self.phase != Phase::Talking {
            return self.mouth.mute();
        }
        let audible = !self.mouth.is_mute() && !self.mouth.owes_sound();
        self.mouth.mute_after(audible);
        self.mouth.drop_current();
        let acts = self.session.tell(self.since(now), Told::SpeechFailed { audible });
        if acts.is_empty() {
            return self.next_act(now);
        }
        self.perform(now, acts);
    }

    fn deadline(&self) -> Option<(Instant, Reason)> {
        if self.phase != Phase::Talking {
            return None;
        }
        let idle = !self.mouth.is_busy();
        let calendar = self.asking.overdue_at().map(|at| (at, Reason::CalendarOverdue));
        let waits = self.session.waits_for_calendar();
        let silence = (idle && !waits && self.hearing == Hearing::Quiet && self.cut.is_none()).then(|| {
            let limits = self.session.limits();
            let allowed = if self.session.is_patient() { limits.patience } else { limits.silence };
            (self.quiet_since + allowed, Reason::Silence)
        });
        let resuming = self.cut.as_ref().and_then(|cut| cut.resumes_at).map(|at| (at, Reason::Resuming));
        let length = idle.then(|| (self.began + self.session.limits().length, Reason::Length));
        let reading =
            self.reading.as_ref().map(|(_, since)| (*since + UNDERSTOOD_OVERDUE, Reason::SpeechOverdue));
        let heard =
            self.hearing.overdue_at(HEARD_OVERDUE, VOICE_WITHOUT_PAUSE).map(|at| (at, Reason::SpeechOverdue));
        let playback = self.mouth.overdue_at().map(|at| (at, Reason::PlaybackOverdue));
        [self.turn_due(), calendar, silence, resuming, length, reading, heard, playback]
            .into_iter()
            .flatten()
            .min()
    }

    fn timed_out(&mut self, now: Instant) {
        let Some((at, reason)) = self.deadline() else { return };
        if now < at {
            return;
        }
        match reason {
            // Taken below, with every input.
            Reason::Endpointing => {}
            // Heard below, with every input.
            Reason::CalendarOverdue => self.asking.give_up(),
            Reason::Resuming => self.go_on(now),
            Reason::Silence => {
                self.quiet_since = now;
                self.user_turn(now, UserTurn::Silence);
            }
            Reason::Length => {
                self.listen();
                let acts = self.session.tell(self.since(now), Told::RanOut);
                self.perform(now, acts);
            }
            Reason::SpeechOverdue => {
                // A new turn owes nothing: what was overdue may not wake us again.
                self.listen();
                self.overdue = self.overdue.saturating_add(1);
                if self.overdue >= OVERDUE_AT_MOST {
                    return self.speech_failed(now);
                }
                if self.mouth.is_busy() {
                    return;
                }
                self.user_turn(now, UserTurn::Unclear);
            }
            Reason::PlaybackOverdue => match self.mouth.given_up() {
                Some(played) => self.utterance_over(now, played),
                None => self.speech_failed(now),
            },
        }
    }
}

#[cfg(test)]
mod tests;
