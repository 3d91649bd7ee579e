//! What is a resident's own business: who is sure enough of who they are is told, everybody else hears the same closed words.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Awaiting, Item, Session};
use crate::dialogue::{
    Access, Assurance, Channel, Context, Expectation, Intent, Move, Needed, NumberRight, Outcome,
    PrivateTopic, Promise, Reading, Resident, Slot, UnitMention, UnitRef, Urgency, UrgentKind, Value, closed,
    entity,
    office::words_of,
    pack::Line,
    tenancy::{self, TRIES_IN_A_CALL, same_door},
};

/// Turns that may go by while digits are awaited and none come: "I'm his wife", "I lost my phone".
const MOST_EVASIONS: u8 = 2;

/// Private things that are written down of one conversation.
const MOST_NOTED: usize = 4;

/// What was asked for, and where the talk was when it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Asked {
    topic: PrivateTopic,
    text: String,
    before: Awaiting,
}

/// What a caller has done to prove who they are.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Proving {
    /// The home whose resident they have proven to be.
    proven: Option<UnitRef>,
    /// Answers with as many digits as the right one has, that were not it.
    pub(super) wrong: u8,
    /// Turns without an answer, since it was asked for.
    evasions: u8,
    /// Something was refused: only the number on file is called.
    pub(super) refused: bool,
    /// What was wanted, and whether it was had.
    wanted: Vec<(PrivateTopic, bool)>,
}

impl Session {
    /// Wrong answers that this conversation has given.
    pub fn wrong_proofs(&self) -> u8 {
        self.state.proving.wrong
    }

    /// Asks these words for something of a tenancy? `true`: it is dealt with.
    pub(super) fn private_question(&mut self, text: &str, reading: &Reading) -> bool {
        let language = self.state.language;
        let Some(topic) = tenancy::topic(language, text, reading) else { return false };
        if topic == PrivateTopic::Residence {
            // Who lives there, as a prospect asks it, has its own closed answer; who lives at one door is that person's affair.
            let door = self.entities(text).iter().any(|entity| matches!(entity.value, Value::Unit(_)));
            if !door && closed::topic(language, text, reading).is_some() {
                return false;
            }
            self.want(topic, false);
            self.tell(Line::ResidenceClosed);
            self.go_on();
            return true;
        }
        if !self.office.tenancy.is_kept() {
            return false;
        }
        let asked = Asked { topic, text: text.to_owned(), before: self.state.awaiting.clone() };
        let needed = self.office.tenancy.policy.needed(topic);
        if needed == Needed::Never || self.speaks_of_another_home(text) {
            self.refuse(asked);
        } else if needed.is_met_by(self.assurance().0) {
            self.grant(asked);
        } else {
            self.ask_proof(asked, Line::ProofAsk);
        }
        true
    }

    /// How sure it is who is calling, and whose home it is then.
    fn assurance(&self) -> (Assurance, Option<UnitRef>) {
        if let Some(home) = &self.state.proving.proven {
            return (Assurance::Proven, Some(home.clone()));
        }
        let homes: BTreeSet<&UnitRef> = self.of_their_number().map(|resident| &resident.home).collect();
        // A number of two homes is no sign of either.
        let (1, Some(home)) = (homes.len(), homes.first()) else { return (Assurance::Stranger, None) };
        let attested = self.state.opening.standing.right == NumberRight::Attested
            && self.state.opening.channel == Channel::Voice;
        let assurance = if attested { Assurance::Attested } else { Assurance::Number };
        (assurance, Some((*home).clone()))
    }

    /// Everybody whose number is shown, unless the carrier doubts it.
    fn of_their_number(&self) -> impl Iterator<Item = &Resident> {
        let believed = self.state.opening.standing.right != NumberRight::Doubted;
        let number = self.state.opening.caller.filter(|_| believed);
        number.into_iter().flat_map(|number| self.office.tenancy.of_number(number))
    }

    /// Is a door named that is not their own? To whoever has none, every door is another's.
    fn speaks_of_another_home(&self, text: &str) -> bool {
        let own = self.assurance().1;
        let Some(own) = own else { return false };
        let other = |unit: &str| !same_door(unit, &own.unit);
        let words = words_of(text);
        let of_roster = self
            .office
            .roster
            .units
            .iter()
            .any(|door| other(&door.unit) && words.iter().any(|word| same_door(word, &door.unit)));
        of_roster
            || self.entities(text).iter().any(|entity| match &entity.value {
                Value::Unit(mention) => other(&mention.unit),
                _ => false,
            })
    }

    /// Everybody is asked in the same words, a stranger too: whether the number is known cannot be heard.
    fn ask_proof(&mut self, asked: Asked, line: Line) {
        let tries = self.state.opening.standing.tries.min(TRIES_IN_A_CALL);
        if self.state.proving.wrong >= tries || self.state.proving.evasions > MOST_EVASIONS {
            return self.refuse(asked);
        }
        let office = self.office.clone();
        let question = office.tenancy.question(self.state.language);
        self.state.digits.clear();
        let awaiting = Awaiting::Proof(Box::new(asked.clone()));
        if !self.ask_line(line, question, awaiting, Expectation::PhoneNumber) {
            self.refuse(asked);
        }
    }

    /// An answer while digits are awaited. `false`: it is dealt with like any other turn.
    pub(super) fn heard_proof(&mut self, asked: Asked, text: &str, reading: &Reading) -> bool {
        if self.state.unheard {
            self.ask_proof(asked, Line::ProofAsk);
            return true;
        }
        if let Some(digits) = self.digits_said(text) {
            self.check(asked, &digits);
            return true;
        }
        match reading.moves {
            Some(Move::Goodbye | Move::Repeat | Move::Wait | Move::AskIdentity) => return false,
            Some(Move::Deny | Move::Refuse | Move::Unknown | Move::Done) => self.refuse(asked),
            _ if reading.intent == Intent::Human && reading.is_sure() => {
                self.refuse_silently(asked);
                self.ask_for_staff();
            }
            _ => {
                self.state.note("said while asked who they are: ".to_owned() + text.trim());
                self.state.proving.evasions += 1;
                let line = Line::ProofAgain;
                if self.state.proving.evasions >= MOST_EVASIONS {
                    self.refuse(asked);
                } else {
                    self.ask_proof(asked, line);
                }
            }
        }
        true
    }

    /// Sound without words is no answer.
    pub(super) fn proof_not_understood(&mut self, asked: Asked) {
        self.state.proving.evasions += 1;
        self.ask_proof(asked, Line::ProofAgain);
    }

    /// A key in answer. `true`: it was one; the last of them is checked at once.
    pub(super) fn keyed_proof(&mut self, key: char) -> bool {
        let Awaiting::Proof(asked) = self.state.awaiting.clone() else { return false };
        if !key.is_ascii_digit() {
            return false;
        }
        self.state.turns = self.state.turns.saturating_sub(1);
        self.state.digits.push(key);
        if self.state.digits.len() >= self.office.tenancy.digits {
            let digits = std::mem::take(&mut self.state.digits);
            self.check(*asked, &digits);
        }
        true
    }

    /// The last row of digits that has the right length: one guess a turn, however many are said.
    fn digits_said(&self, text: &str) -> Option<String> {
        let context = Context {
            expecting: Some(Slot::Phone),
            roster: &self.office.roster,
            today: self.state.opening.local.date(),
            home_area_code: self.office.home_area_code,
            language: self.state.language,
            read_back: None,
        };
        let mut said =
            entity::extract(text, &context).into_iter().rev().filter_map(|entity| match entity.value {
                Value::PhoneFragment(digits) => Some(digits),
                Value::Phone(number) => Some(number.digits()),
                _ => None,
            });
        let length = self.office.tenancy.digits;
        said.find(|digits| digits.len() == length)
    }

    fn check(&mut self, asked: Asked, digits: &str) {
        let believed = self.state.opening.standing.right != NumberRight::Doubted;
        let number = self.state.opening.caller.filter(|_| believed);
        let office = self.office.clone();
        let resident = number.and_then(|number| office.tenancy.proven_by(number, digits));
        match resident {
            Some(resident) => {
                self.state.proving.proven = Some(resident.home.clone());
                let name = Self::known_name(&resident.name);
                self.state.form.hear(Item::Name, Value::Name(name));
                self.state.form.settle(Item::Name);
                let home = resident.home.clone();
                let mention =
                    UnitMention { unit: home.unit.clone(), candidates: vec![home], ambiguous: false };
                self.state.form.hear(Item::Place, Value::Unit(mention));
                self.state.form.settle(Item::Place);
                if self.speaks_of_another_home(&asked.text) { self.refuse(asked) } else { self.grant(asked) }
            }
            None => {
                self.state.proving.wrong += 1;
                self.ask_proof(asked, Line::ProofAgain);
            }
        }
    }

    /// Told, where there is something to tell; else a person does it, and knows that it is who they say.
    fn grant(&mut self, asked: Asked) {
        let Asked { topic, text, before } = asked;
        self.state.awaiting = before;
        self.want(topic, true);
        let office = self.office.clone();
        let home = self.assurance().1;
        let answer = home.and_then(|home| office.tenancy.answer(topic, &home));
        self.state.intent.get_or_insert(Intent::Lease);
        match answer {
            Some(answer) => {
                self.tell_text(answer);
                self.go_on();
            }
            None => {
                self.tell(Line::PrivateNoted);
                self.leave_message(&text);
            }
        }
    }

    /// The same words for whoever is not sure enough, and a message to the office.
    fn refuse(&mut self, asked: Asked) {
        self.tell(Line::PrivateClosed);
        let text = asked.text.clone();
        self.refuse_silently(asked);
        self.leave_message(&text);
    }

    fn refuse_silently(&mut self, asked: Asked) {
        self.state.digits.clear();
        self.state.awaiting = asked.before;
        self.state.proving.refused = true;
        self.want(asked.topic, false);
        self.state.intent.get_or_insert(Intent::Lease);
        if self.state.promised == Promise::Nothing && !self.state.refuses_calls {
            self.state.promised = Promise::Callback;
        }
    }

    fn leave_message(&mut self, text: &str) {
        self.state.confusions = 0;
        self.state.add_matter(text);
        if self.state.flow.is_some() {
            return self.go_on();
        }
        self.state.form.settle(Item::Matter);
        self.begin_flow(Intent::Resident, text);
    }

    fn want(&mut self, topic: PrivateTopic, had: bool) {
        let wanted = &mut self.state.proving.wanted;
        if wanted.len() < MOST_NOTED && !wanted.contains(&(topic, had)) {
            wanted.push((topic, had));
        }
    }

    /// Whoever allows the team to go in hears that it is checked, where residents are known: the same for everybody.
    pub(super) fn say_who_may_enter(&mut self) {
        let allowed = matches!(
            self.state.form.value(Item::Access),
            Some(Value::Access(Access::Granted | Access::CallFirst))
        );
        if allowed && self.office.tenancy.is_kept() {
            self.tell(Line::EntryChecked);
        }
    }

    /// What the team reads of how sure it is who called: only where it matters.
    pub(super) fn with_standing(&self, mut outcome: Outcome) -> Outcome {
        for (topic, had) in &self.state.proving.wanted {
            let what = if *had { "was told or noted" } else { "was NOT told" };
            outcome.notes.push(format!("{}: {what}", topic.note()));
        }
        if !self.office.tenancy.is_kept() {
            return outcome;
        }
        let (assurance, home) = self.assurance();
        let entry = outcome.access.as_ref().is_some_and(|access| access.value);
        let own = |home: &UnitRef| {
            let place = self.state.form.value(Item::Place);
            matches!(place, Some(Value::Unit(mention)) if same_door(&mention.unit, &home.unit))
        };
        let may_enter = self.office.tenancy.policy.needed(PrivateTopic::Entry).is_met_by(assurance)
            && home.as_ref().is_some_and(own);
        if entry
            && !may_enter
            && let Some(access) = &mut outcome.access
        {
            access.confirmed = false;
            outcome.notes.push("permission to enter is not proven: check before anyone goes in".into());
        }
        let locked_out = outcome.urgency == Urgency::Urgent(UrgentKind::Lockout);
        if entry || locked_out || !self.state.proving.wanted.is_empty() {
            outcome.notes.push(self.who_called(assurance, home.as_ref()));
        }
        outcome
    }

    fn who_called(&self, assurance: Assurance, home: Option<&UnitRef>) -> String {
        let door = home.map(|home| format!("{} {}", home.property, home.unit)).unwrap_or_default();
        let wrong = match self.state.proving.wrong {
            0 => "",
            1 => "; one wrong answer",
            _ => "; two wrong answers",
        };
        let who = match assurance {
            Assurance::Proven => format!("identity proven by number and digits ({door})"),
            Assurance::Attested => {
                format!("identity not proven: the number is that of {door}, and the carrier vouches for it")
            }
            Assurance::Number => {
                format!("identity not proven: the number shown is that of {door}, and anybody can show it")
            }
            Assurance::Stranger if self.state.opening.standing.right == NumberRight::Doubted => {
                "identity NOT proven: the carrier says that the number may be false".to_owned()
            }
            Assurance::Stranger => "identity NOT proven: not a number on file".to_owned(),
        };
        let cure = if assurance == Assurance::Proven { "" } else { "; call the number on file" };
        format!("{who}{wrong}{cure}")
    }
}
