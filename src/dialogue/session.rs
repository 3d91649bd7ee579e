//! The machine of a conversation: one turn in, what is to be said and done out.

mod answering;
mod asking;
mod bedrooms;
mod beginning;
mod closing_off;
mod common_part;
mod composing;
mod confirming;
mod deals;
mod ending;
mod facts;
mod forming;
mod hearing_out;
mod homes;
mod introducing;
mod keying;
mod keys;
mod known;
mod late;
mod listed;
mod misread;
mod moving;
mod naming;
mod no_prospect;
mod placing;
mod proving;
mod rescue;
mod saved;
mod several;
mod showing;
mod speaking;
mod state;
mod suspicion;
mod switching;
mod taking;
mod taking_back;
mod tenant;
mod texting;
mod understanding;
mod visiting;
mod wished;
mod wondering;

use std::sync::Arc;

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::{
    Act, Digit, EndReason, Expectation, Item, Limits, Office, Outcome, Pack, Reading, Standing, UserTurn,
    Value, pack::Line,
};
use crate::types::{IncidentId, Language, PhoneNumber};
use composing::Composer;
use state::{Awaiting, State};

pub use saved::{ResumeError, SavedSession};

/// How often a caller may speak into the goodbye and be heard.
const REOPENINGS: u8 = 2;

/// What the conversation is held on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Voice,
    /// Messages: nobody can be transferred to a desk phone, and the number is known to be theirs.
    Text,
}

/// What is known before the first word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// The caller's own number, if it was not withheld.
    pub caller: Option<PhoneNumber>,
    /// Their name, only from a verified source: a wrong name is worse than none.
    pub contact: Option<String>,
    /// What the dialled number is for, in the office's words: `leasing`.
    pub label: Option<String>,
    /// The agent's own name.
    #[serde(default)]
    pub agent: Option<String>,
    /// The office's own words in place of the script's greeting, whole sentences in English.
    #[serde(default)]
    pub greeting: Option<String>,
    /// The office's day and hour.
    pub local: DateTime,
    pub open_now: bool,
    pub channel: Channel,
    /// The language that the conversation begins in.
    #[serde(default)]
    pub language: Language,
    /// A trouble that many call about, and that the office knows of.
    #[serde(default)]
    pub known: Option<KnownTrouble>,
    /// How sure the number is, and how many answers about themselves they may get wrong.
    #[serde(default)]
    pub standing: Standing,
}

/// What is said of a trouble before anything is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownTrouble {
    pub incident: IncidentId,
    /// Whole sentences, in English.
    pub text: String,
    /// No phone has rung yet: whoever calls about something else is put through.
    pub before_ringing: bool,
}

/// A conversation. Without sound, clock or chance: the same turns give the same acts.
#[derive(Debug, Clone)]
pub struct Session {
    /// In all its languages.
    script: Arc<Pack>,
    /// In the language that is spoken now.
    pack: Arc<Pack>,
    office: Arc<Office>,
    state: State,
    reply: Composer,
}

impl Session {
    /// Greets, says that a program is speaking if the pack has it so, and asks how to help.
    pub fn begin(pack: Arc<Pack>, office: Arc<Office>, opening: Opening) -> (Self, Vec<Act>) {
        let open = opening.open_now;
        let (script, pack) = (pack.clone(), pack.in_language(opening.language));
        let mut session =
            Self { script, pack, office, state: State::new(opening), reply: Composer::default() };
        session.greet(open);
        session.offer_language();
        session.open_with_need();
        let acts = session.finish();
        (session, acts)
    }

    /// Goes on with a conversation that was put away.
    ///
    /// # Errors
    /// When it was put away by a later program.
    pub fn resume(pack: Arc<Pack>, office: Arc<Office>, saved: SavedSession) -> Result<Self, ResumeError> {
        let state = saved.into_state()?;
        let (script, pack) = (pack.clone(), pack.in_language(state.language));
        Ok(Self { script, pack, office, state, reply: Composer::default() })
    }

    /// All that must be kept of it to go on later.
    pub fn save(&self) -> SavedSession {
        SavedSession::of(&self.state)
    }

    /// One turn of the other person. Nothing comes back once the conversation is over.
    pub fn handle_turn(&mut self, turn: UserTurn) -> Vec<Act> {
        if self.is_over() {
            return Vec::new();
        }
        let turn = match turn {
            UserTurn::Calendar(answer) => {
                self.calendar_answered(answer);
                return self.finish();
            }
            turn => turn,
        };
        self.state.turns = self.state.turns.saturating_add(1);
        let over_limit = self.state.turns > self.pack.limits().turns;
        if over_limit && !self.must_be_answered(&turn) {
            return self.run_out();
        }
        match turn {
            UserTurn::Said { text, reading } if !self.turned_to_another_language(&text, &reading) => {
                self.said(&text, &reading);
            }
            UserTurn::Said { .. } => {}
            UserTurn::Keyed(digit) => self.keyed(digit),
            UserTurn::Silence => self.silent(),
            UserTurn::Unclear => self.unclear(),
            UserTurn::TransferFailed => self.transfer_failed(),
            UserTurn::OnCallHeard => self.on_call_heard(),
            // Has been dealt with above.
            UserTurn::Calendar(_) => {}
        }
        self.state.unheard = false;
        self.finish()
    }

    /// The last words were not heard, because the other person spoke over them: their next turn is no answer to
    /// that question, and the question is asked again.
    pub fn handle_unheard(&mut self) {
        if !self.is_over() {
            self.state.unheard = true;
        }
    }

    /// They spoke before the goodbye was over: the conversation goes on. Not after a limit or a wrong number.
    pub fn reopen(&mut self) {
        if self.state.ended == Some(EndReason::Goodbye) && self.state.reopened < REOPENINGS {
            self.state.reopened += 1;
            self.state.ended = None;
            self.state.awaiting = Awaiting::AnythingElse;
            self.state.expects = Expectation::Open;
        }
    }

    /// The limit of length is reached: says so, and ends.
    pub fn run_out(&mut self) -> Vec<Act> {
        if self.is_over() {
            return Vec::new();
        }
        self.tell(Line::LimitEnd);
        self.seal();
        self.end(EndReason::Limit);
        self.finish()
    }

    /// Speech has begun to fail. `audible`: words can still be spoken, so that an apology is worth trying.
    /// A person takes over where one is at hand; otherwise the conversation ends.
    pub fn handle_speech_failed(&mut self, audible: bool) -> Vec<Act> {
        if self.is_over() {
            return Vec::new();
        }
        self.speech_failed(audible);
        self.finish()
    }

    /// Words that will not be answered any more, because the other side is gone: they go into the outcome. Without a
    /// reading the words of danger are known by rule.
    pub fn hear_last(&mut self, text: &str, reading: Option<&Reading>) {
        if !self.is_over() {
            self.fold_in(text, reading);
        }
    }

    /// The other side is gone, or a person has taken over: no more turns will come.
    pub fn close(&mut self, reason: EndReason) {
        self.state.ended.get_or_insert(reason);
    }

    pub fn is_over(&self) -> bool {
        self.state.ended.is_some()
    }

    pub fn limits(&self) -> &Limits {
        self.pack.limits()
    }

    /// The language that is spoken at this moment.
    pub fn language(&self) -> Language {
        self.state.language
    }

    /// The kind of answer that is hoped for at this moment.
    pub fn expects(&self) -> Expectation {
        self.state.expects
    }

    /// Is the other person allowed a long silence, because they asked for a moment?
    pub fn is_patient(&self) -> bool {
        self.state.patient
    }

    /// What is awaited, as a word or a few: `need`, `item name`, `confirm callback`. Two conversations that await the same want
    /// the same answer.
    pub fn awaits(&self) -> String {
        self.state.awaiting.words()
    }

    /// Is the calendar to answer before anything else is asked?
    pub fn waits_for_calendar(&self) -> bool {
        self.state.awaiting == Awaiting::Calendar && !self.is_over()
    }

    /// Digits heard or keyed so far of a telephone number, a unit or a name that comes in parts.
    pub fn digits_so_far(&self) -> usize {
        self.state.digits.len() + self.state.keys.len()
    }

    /// Is this item asked for, offered or read back?
    pub fn awaits_item(&self, item: Item) -> bool {
        self.state.awaiting.is_for(item)
    }

    /// Was a unit asked for or read back, and do these words end in one of the roster?
    pub fn ends_in_unit(&self, text: &str) -> bool {
        let whole = text.trim_end_matches(|c: char| !c.is_alphanumeric()).len();
        self.state.awaiting.is_for(Item::Place)
            && self.entities(text).iter().any(|entity| {
                entity.end >= whole
                    && matches!(&entity.value, Value::Unit(mention) if !mention.candidates.is_empty())
            })
    }

    /// What has come of it as far as it has got.
    pub fn outcome(&self) -> Outcome {
        let outcome = self.with_standing(self.state.outcome());
        let flow = outcome.intent.and_then(|intent| self.pack.flow(intent));
        Outcome { notice: self.notice_told(), call_type: flow.and_then(|flow| flow.staff.clone()), ..outcome }
    }

    fn keyed(&mut self, digit: Digit) {
        let key = digit.key();
        if self.keyed_language(key)
            || self.keyed_way(key)
            || self.keyed_unit(key)
            || self.keyed_letter(key)
            || self.keyed_different(key)
            || self.keyed_proof(key)
        {
            return;
        }
        let answers =
            self.state.awaiting.wants_yes_or_no() && self.state.digits.is_empty() && matches!(key, '1' | '2');
        if self.state.awaiting.is_for(Item::Callback) && key.is_ascii_digit() && !answers {
            self.keyed_number(key);
            return;
        }
        match key {
            '0' => self.ask_for_staff(),
            '1' if self.state.awaiting.wants_yes_or_no() => self.affirmed(),
            '2' if self.state.awaiting.wants_yes_or_no() => self.denied(),
            // A key pressed by a cheek is no turn.
            _ => self.state.turns = self.state.turns.saturating_sub(1),
        }
    }

    /// Digits come one by one: nothing is said until the number is whole.
    fn keyed_number(&mut self, key: char) {
        self.state.turns = self.state.turns.saturating_sub(1);
        self.state.digits.push(key);
        if self.state.digits.len() < 10 {
            return;
        }
        let digits = std::mem::take(&mut self.state.digits);
        match PhoneNumber::parse_lenient(&digits) {
            Ok(number) => {
                self.state.form.hear(Item::Callback, Value::Phone(number));
                self.advance();
            }
            Err(_) if digits.len() < 11 && digits.starts_with('1') => self.state.digits = digits,
            Err(_) => self.not_understood(),
        }
    }
}

#[cfg(test)]
mod tests;
