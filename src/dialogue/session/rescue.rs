//! Danger and harm: what is said first, and who is rung.

use super::{Awaiting, Channel, Session};
use crate::dialogue::{
    Destination, EndReason, Intent, Item, LifeSafety, Move, Reading, Urgency, UrgentKind, UserTurn, Value,
    pack::Line, remark::Remark, token::tokens,
};

/// Rings of the person on call that one conversation asks for: at once, and again when there is more to tell them.
const RINGS: u8 = 2;

/// Dangers that get their own sentence in one conversation. Beyond this it is the same story in other words.
const DANGERS: usize = 3;

/// What the person on call must know, and no more, before they are rung about harm to a home.
pub(super) const QUICK_ITEMS: [Item; 2] = [Item::Place, Item::Callback];

/// What is asked after a ring in vain.
pub(super) const RESCUE_ITEMS: [Item; 4] = [Item::Place, Item::Callback, Item::Name, Item::Matter];

impl Session {
    /// Turns that no limit may keep from their answer.
    pub(super) fn must_be_answered(&self, turn: &UserTurn) -> bool {
        match turn {
            UserTurn::Said { reading, .. } => self.new_danger(reading).is_some(),
            UserTurn::TransferFailed | UserTurn::OnCallHeard => true,
            _ => false,
        }
    }

    /// A danger to life that has not had its sentence yet.
    pub(super) fn new_danger(&self, reading: &Reading) -> Option<LifeSafety> {
        let Urgency::LifeSafety(kind) = reading.urgency else { return None };
        let answered = &self.state.rescue.answered;
        let said = answered.contains(&kind)
            // "Help!" after "there is a fire" is the fire.
            || (kind == LifeSafety::Unspecified && !answered.is_empty())
            || answered.len() >= DANGERS;
        (!said).then_some(kind)
    }

    /// Leave, call 911: first and to its end. Then the person on call is rung.
    pub(super) fn answer_danger(&mut self, kind: LifeSafety, text: &str) {
        self.take_what_was_asked_about();
        if kind == LifeSafety::Gas && self.smells_of_drains(text) {
            return self.answer_smell_of_drains(text);
        }
        self.state.rescue.answered.push(kind);
        self.state.rescue.wanted = true;
        self.raise(Urgency::LifeSafety(kind));
        if self.state.form.value(Item::Place).is_none() {
            // "He's in Birch House 101": of a danger, somebody else's home is the place.
            self.take_places(text);
        }
        self.state.intent = Some(Intent::Emergency);
        self.state.flow = Some(Intent::Emergency);
        self.state.add_matter(text);
        if let Some(template) = self.pack.clone().life_safety(kind) {
            self.say_as_written(&template.fill(&[]));
        }
        if self.office.on_call {
            self.state.rescue.rings = self.state.rescue.rings.saturating_add(1).min(RINGS - 1);
            self.insist(Line::LifeRing);
            self.seal();
            self.transfer(Destination::OnCall);
        } else {
            self.insist(Line::LifeNobody);
            self.seal();
            self.state.rescue.wanted = false;
            self.advance();
        }
    }

    /// "It's still rising, and it smells awful", where the talk is of a drain: it smells of itself, and nobody is sent out of the
    /// house for it.
    fn smells_of_drains(&self, text: &str) -> bool {
        let told = self.state.matter.as_deref().unwrap_or_default();
        !Remark::NamesGas.is_in(text)
            && !Remark::NamesGas.is_in(told)
            && !Remark::FeelsIll.is_in(text)
            && (Remark::OfDrains.is_in(text) || Remark::OfDrains.is_in(told))
    }

    /// What comes up or over is harm to the home; a smell alone is a repair.
    fn answer_smell_of_drains(&mut self, text: &str) {
        let heard = self.entities(text);
        self.take_beside_the_point(&heard);
        let told = format!("{}. {text}", self.state.matter.as_deref().unwrap_or_default());
        let reading = Reading { urgency: Urgency::Urgent(UrgentKind::Sewage), ..Reading::bare(Move::Affirm) };
        if Remark::ComesUp.is_in(&told) {
            self.note_harm(text, &reading);
        } else if self.state.flow.is_none() {
            self.state.intent.get_or_insert(Intent::Maintenance);
            self.state.flow = Some(Intent::Maintenance);
        }
        if self.state.matter.as_deref().is_none_or(|matter| !matter.contains(text.trim())) {
            self.state.add_matter(text);
        }
        self.advance();
    }

    /// "Yes, this one. I can't get my breath": the yes stands, whatever is said first now; without one the number is offered anew.
    pub(super) fn agree_in_passing(&mut self, text: &str) {
        let agreed = Remark::OpensWithYes.is_in(text) && !self.state.unheard;
        match (self.state.awaiting.clone(), self.state.opening.caller) {
            (Awaiting::Confirm(items), _) if agreed => self.settle_all(&items),
            (Awaiting::OfferCaller, Some(number)) if agreed => {
                self.state.form.hear(Item::Callback, Value::Phone(number));
                self.state.form.settle(Item::Callback);
            }
            (Awaiting::OfferCaller, _) => self.state.offered_caller = false,
            _ => {}
        }
    }

    /// The graver urgency stays: once an emergency, always marked as one.
    pub(super) fn raise(&mut self, urgency: Urgency) {
        let graver = match (self.state.urgency, urgency) {
            (Urgency::LifeSafety(LifeSafety::Unspecified), Urgency::LifeSafety(_)) => true,
            (Urgency::LifeSafety(_), _) => false,
            (_, Urgency::LifeSafety(_)) => true,
            (Urgency::Routine, Urgency::Urgent(_)) => true,
            _ => false,
        };
        if graver {
            self.state.urgency = urgency;
        }
    }

    /// Who has just been told to leave says "okay" to that, whatever was asked since: once, that is no failure.
    pub(super) fn excuse_frightened(&mut self) -> bool {
        let rescue = &mut self.state.rescue;
        !rescue.answered.is_empty() && !std::mem::replace(&mut rescue.excused, true)
    }

    /// Harm to a home: the person on call is to be rung, as soon as they can be told where.
    pub(super) fn note_harm(&mut self, text: &str, reading: &Reading) {
        if wants_nobody(text) {
            return self.take_back_harm();
        }
        let Urgency::Urgent(_) = reading.urgency else { return };
        // A ring that was declined stays off: the same once more, or in a word or two, is no other harm.
        if self.state.rescue.declined && (self.is_said_already(text) || self.says_nothing_new(text)) {
            return;
        }
        let news = !matches!(self.state.urgency, Urgency::Urgent(_) | Urgency::LifeSafety(_));
        self.raise(reading.urgency);
        if !news {
            return;
        }
        self.state.intent = Some(Intent::Maintenance);
        self.state.flow = Some(Intent::Maintenance);
        self.state.closed = false;
        self.state.add_matter(text);
        if self.office.on_call {
            self.state.rescue.wanted = true;
            self.tell(Line::UrgentFirst);
        } else {
            self.tell(Line::NobodyOnCall);
        }
    }

    /// "I'm with the police, it's a welfare check, I need somebody with a key": said in one breath or in several, the person on call
    /// can open, whoever else is at their desk or not.
    pub(super) fn note_official(&mut self, text: &str, reading: &Reading) {
        if self.state.urgency != Urgency::Routine || self.state.rescue.declined || self.state.unheard {
            return;
        }
        let first = self.state.first_words.as_deref().unwrap_or_default();
        let told = format!("{first}. {}. {text}", self.state.matter.as_deref().unwrap_or_default());
        let told = tokens(&told.replace(',', " "));
        let needs = Remark::NeedsEntry.fits(&tokens(text));
        if needs && Remark::Official.fits(&told) && Remark::LooksAfter.fits(&told) {
            let urgency = Urgency::Urgent(UrgentKind::Lockout);
            self.note_harm(text, &Reading { urgency, ..reading.clone() });
        }
    }

    /// "Yes, locked out" tells of no other harm than the one that nobody is to be rung for.
    fn says_nothing_new(&self, text: &str) -> bool {
        const BESIDE: [&str; 10] = ["yes", "yeah", "no", "im", "i", "am", "still", "just", "its", "si"];
        let told = tokens(self.state.matter.as_deref().unwrap_or_default());
        let known = |word: &str| BESIDE.contains(&word) || told.iter().any(|token| token.word == word);
        tokens(text).iter().all(|token| known(&token.word))
    }

    /// "Please don't ring anybody, I'll sleep at a friend's": said while somebody is about to be rung, it is that and no new matter.
    /// `true`: dealt with.
    pub(super) fn declines_the_ring(&mut self, text: &str, reading: &Reading) -> bool {
        if !self.is_quick()
            || self.state.unheard
            || self.state.urgency.is_life_safety()
            || reading.urgency != Urgency::Routine
            || !wants_nobody(text)
        {
            return false;
        }
        self.state.confusions = 0;
        self.agree_in_passing(text);
        let heard = self.entities(text);
        self.take_beside_the_point(&heard);
        self.take_back_harm();
        self.state.add_matter(text);
        if reading.moves == Some(Move::Goodbye) {
            self.leave();
        } else {
            self.advance();
        }
        true
    }

    /// They want nobody rung for it: then it is a repair like others.
    pub(super) fn take_back_harm(&mut self) {
        if matches!(self.state.urgency, Urgency::Urgent(_)) && self.state.rescue.wanted {
            self.state.rescue.wanted = false;
            self.state.rescue.declined = true;
            self.state.urgency = Urgency::Routine;
            self.tell(Line::NobodyRung);
        }
    }

    /// Is the form cut down to what the person on call must know?
    pub(super) fn is_quick(&self) -> bool {
        self.state.rescue.wanted && self.state.rescue.rings == 0
    }

    /// Is the person on call still to be rung?
    pub(super) fn may_ring_again(&self) -> bool {
        let rescue = &self.state.rescue;
        rescue.wanted && rescue.rings < RINGS && self.office.on_call
    }

    /// Rings the person on call, if they are still to be rung: once at once, once more when all is known.
    pub(super) fn ring_on_call(&mut self) -> bool {
        if !self.may_ring_again() {
            return false;
        }
        self.state.rescue.rings += 1;
        let again = self.state.rescue.rings > 1;
        if self.state.urgency.is_life_safety() {
            self.insist(Line::LifeRingAgain);
        } else {
            self.insist(if again { Line::LifeRingAgain } else { Line::UrgentRing });
        }
        self.transfer(Destination::OnCall);
        true
    }

    /// "He's in." In place of an answer, and where it is is known: nobody in danger is asked twice, the person on call is rung
    /// again at once. `true`: dealt with.
    pub(super) fn cuts_short(&mut self) -> bool {
        let known = self.state.form.value(Item::Place).is_some();
        if !self.state.urgency.is_life_safety() || !self.may_ring_again() || !known || self.state.unheard {
            return false;
        }
        self.insist(Line::NotedInDanger);
        self.ring_on_call()
    }

    pub(super) fn transfer_failed(&mut self) {
        match self.state.awaiting {
            Awaiting::Transfer(Destination::OnCall) => self.on_call_failed(),
            Awaiting::Transfer(Destination::Staff) => self.staff_failed(),
            // Late news of a transfer that nobody waits for any more.
            _ => self.advance(),
        }
    }

    /// Somebody on call knows of it: nobody is to be rung for it any more, and what else there is to know is asked.
    pub(super) fn on_call_heard(&mut self) {
        self.state.awaiting = Awaiting::Need;
        self.state.rescue.wanted = false;
        self.insist(Line::OnCallHeard);
        self.advance();
    }

    fn on_call_failed(&mut self) {
        self.state.awaiting = Awaiting::Need;
        let last = self.state.rescue.rings >= RINGS;
        if last {
            self.state.rescue.wanted = false;
        }
        match (self.state.urgency.is_life_safety(), last) {
            (true, false) => {
                self.insist(Line::LifeFailed);
                self.seal();
                self.advance();
            }
            (true, true) => {
                self.insist(Line::LifeFailedAgain);
                self.seal();
                self.end(EndReason::Goodbye);
            }
            (false, false) => {
                self.tell(Line::UrgentFailed);
                self.advance();
            }
            (false, true) => {
                self.tell(Line::NobodyOnCall);
                self.advance();
            }
        }
    }

    /// A person is asked for: the desk phones if the office is open, else a message. Always in this turn.
    pub(super) fn ask_for_staff(&mut self) {
        self.state.intent.get_or_insert(Intent::Human);
        if self.staff_can_take_it() {
            self.insist(Line::StaffTransfer);
            self.transfer(Destination::Staff);
            return;
        }
        let line =
            if self.state.staff_failures > 0 { Line::StaffFailedAgain } else { Line::StaffUnavailable };
        self.tell(line);
        self.take_message();
    }

    pub(super) fn staff_can_take_it(&self) -> bool {
        self.office.staff
            && self.state.opening.open_now
            && self.state.opening.channel == Channel::Voice
            && self.state.staff_failures == 0
    }

    fn staff_failed(&mut self) {
        self.state.staff_failures = self.state.staff_failures.saturating_add(1);
        self.state.awaiting = Awaiting::Need;
        self.tell(Line::StaffFailed);
        self.take_message();
    }

    /// Goes on with the flow that there is, or with a mere message.
    pub(super) fn take_message(&mut self) {
        if let Some(asked) = self.state.beyond.take() {
            self.state.begin_with(&asked);
            self.state.add_matter(&asked);
        }
        self.state.flow.get_or_insert(Intent::Human);
        self.state.closed = false;
        self.advance();
    }

    pub(super) fn speech_failed(&mut self, audible: bool) {
        let rescue = &self.state.rescue;
        let to = if rescue.wanted && rescue.rings < RINGS && self.office.on_call {
            Some(Destination::OnCall)
        } else if self.staff_can_take_it() {
            Some(Destination::Staff)
        } else {
            None
        };
        if matches!(self.state.awaiting, Awaiting::Transfer(_)) && to.is_none() {
            return;
        }
        if audible {
            self.insist(Line::SpeechTrouble);
        }
        match to {
            Some(to) => {
                if to == Destination::OnCall {
                    self.state.rescue.rings += 1;
                }
                self.transfer(to);
            }
            None => self.end(EndReason::SpeechFailed),
        }
    }
}

/// "It can wait till the morning", "no need for anybody on call"; in a sentence of its own behind others as well.
fn wants_nobody(text: &str) -> bool {
    let words = tokens(text);
    Remark::NoHurry.fits(&words)
        || Remark::WantsNobodyRung.fits(&words)
        || text.split(['.', '!', ';']).any(|sentence| Remark::NoHurry.is_in(sentence))
}
