//! A flow begins: which one the words are for, what of them is kept, and what stands at the head of the record.

use super::{Item, Session, answering::TOPIC_WORDS, switching::also, tenant::is_of_staff};
use crate::dialogue::{
    Ending, Intent, Urgency, matter, office::words_of, pack::Line, remark::Remark, reply::Hole, token::tokens,
};

impl Session {
    /// Do these words say what it is about, and not merely what sort of call it is?
    fn tells_of(&self, intent: Intent, text: &str) -> bool {
        words_of(text).len() >= TOPIC_WORDS
            || (intent == Intent::Maintenance
                && (self.state.urgency != Urgency::Routine || tells_of_repair(text)))
    }

    /// The intent is known: opens its flow, and takes what has been said as the matter.
    pub(super) fn begin_flow(&mut self, intent: Intent, text: &str) {
        // A repair that is not wanted any more, or that was reported before, is no new one.
        let intent = match intent {
            Intent::Maintenance if is_of_earlier_repair(text) => Intent::Resident,
            // "Noor in 1B, the guy comes tomorrow and I can't": who names their own door is asked for no company.
            Intent::Vendor if self.is_of_a_resident(text) => Intent::Resident,
            Intent::Vendor if is_of_staff(text) => Intent::Message,
            // "My cable guy's coming tomorrow, he needs somebody to unlock the basement."
            Intent::Vendor if awaits_worker(text) => Intent::Resident,
            // The application is with another landlord, who wants to hear of this tenancy.
            Intent::Application | Intent::Leasing | Intent::Showing | Intent::Message | Intent::Vendor
                if Remark::OfReference.is_in(text) && !text.trim_end().ends_with('?') =>
            {
                Intent::Resident
            }
            // A stolen bike is nothing that could be mended, though the door may be as well.
            Intent::Maintenance if self.state.urgency == Urgency::Routine && Remark::OfTheft.is_in(text) => {
                self.state.note("also: a repair, perhaps".to_owned());
                Intent::Complaint
            }
            // "The dog from 2B bit my son" asks nothing of the rules on pets.
            Intent::Question | Intent::Other | Intent::Message if Remark::OfBite.is_in(text) => {
                Intent::Complaint
            }
            // "I need the seller's disclosure" of somebody whose sale is under way, and a comment for the paper: words that were
            // taken for another wish in the middle of a talk.
            intent if self.stays_in_a_deal(intent) => Intent::Message,
            // Work is applied for as well as homes are.
            intent if applies(intent) && Remark::OfJob.is_in(text) => Intent::Message,
            Intent::WrongNumber if self.state.flow.is_some() && !Remark::DialledWrong.is_in(text) => {
                Intent::Message
            }
            // "Is the payment standard enough for the house?" of somebody who spoke of renting.
            Intent::Buyer if self.speaks_of_renting(text) => Intent::Leasing,
            // "Can I come by today? When are you open?" of somebody who lives there is about the office.
            Intent::Leasing | Intent::Showing
                if self.speaks_as_resident() && !Remark::SeeksHome.is_in(text) =>
            {
                Intent::Resident
            }
            // "I'd like to rent my place to a friend."
            Intent::Leasing | Intent::Showing | Intent::Owner if Remark::OfOwnLease.is_in(text) => {
                Intent::Lease
            }
            // "A letter that I'm your tenant": nobody who owns it.
            Intent::Owner if Remark::LivesHere.is_in(text) && !names_an_owner(text) => Intent::Resident,
            intent => intent,
        };
        let pack = self.pack.clone();
        let Some(flow) = pack.flow(intent) else { return self.not_understood() };
        self.state.confusions = 0;
        // What was asked before a call was offered heads the record: "have somebody call me" alone says nothing.
        let asked = self.state.beyond.take();
        let told = asked.map(|asked| matter::with(Some(&asked), text));
        let text = told.as_deref().unwrap_or(text);
        let changed =
            self.state.flow.is_some_and(|before| before != intent) && !self.state.closed && !self.is_vague();
        let before = self.state.intent;
        if changed {
            self.keep_what_was();
        }
        if before != Some(intent) || self.state.first_words.is_none() {
            let heard =
                if words_of(text).len() >= 3 { Some(text.to_owned()) } else { self.state.matter.clone() };
            if let Some(words) = heard {
                self.state.begin_with(&words);
            }
        }
        // What was promised stays the head of the record; what comes after it stands beside.
        let promised = self.state.closed && before.is_some_and(is_kept_beside);
        self.state.flow = Some(intent);
        self.state.closed = false;
        if promised && !matches!(intent, Intent::Emergency | Intent::Maintenance) {
            self.state.note(also(intent));
        } else if !matches!(before, Some(Intent::Emergency)) {
            self.state.intent = Some(intent);
        }
        let echo = self.state.form.value(Item::Matter).is_some();
        self.state.visit |= intent == Intent::Showing || self.has_asked_to_see(intent, text);
        if intent == Intent::Message && Self::asks_only_to_leave_word(text) {
            // For whom it is; what it is comes yet.
            self.state.note(text.trim().to_owned());
        } else if (flow.items.contains(&Item::Matter)
            // "No. It's for permission, we'd like to use the courtyard" after a story: the question itself is what is wanted.
            || (intent == Intent::Question && self.state.matter.is_some()))
            && self.tells_of(intent, text)
            && !echo
        {
            self.state.add_matter(text);
        }
        if let Some(question) = second_question(text).filter(|_| self.state.further.is_empty()) {
            self.state.note(format!("also asks: \"{question}\""));
        }
        if changed {
            self.tell_with(Line::Switch, &flow.label);
        }
        match flow.ending {
            Ending::End => self.advance(),
            Ending::Staff if self.staff_can_take_it() => self.ask_for_staff(),
            Ending::Staff | Ending::Message => {
                // Where nothing is left to ask, the closing says it all.
                if !self.is_quick() && self.has_more_to_ask() {
                    if intent == Intent::Question && self.state.texts_only {
                        self.tell(Line::UnknownNoted);
                    } else {
                        self.tell_variant(&format!("{}.opening", intent.name()), &flow.opening);
                    }
                    self.echo_matter();
                }
                self.advance();
            }
        }
    }

    /// Has this call been about a home that they live in?
    fn speaks_as_resident(&self) -> bool {
        let of_a_resident = |intent: Intent| {
            matches!(
                intent,
                Intent::Maintenance | Intent::Billing | Intent::Lease | Intent::Complaint | Intent::Resident
            )
        };
        self.state.intent.is_some_and(of_a_resident) && self.state.flow.is_some_and(of_a_resident)
    }

    /// Says back what it is about, where it is short enough to be listened to.
    fn echo_matter(&mut self) {
        let echo = self.aloud(Item::Matter);
        if echo.is_empty() {
            return;
        }
        let pack = self.pack.clone();
        if let Some(question) = pack.question(self.state.flow, Item::Matter)
            && let Some(template) = self.state.wording.pick("matter.read_back", &question.read_back)
        {
            let text = template.fill(&[(Hole::Value, &echo)]);
            self.tell_text(&text);
        }
    }
}

/// "The garage door is broken, and also did you get my email about painting?": whoever mends the door reads no further than that.
fn second_question(text: &str) -> Option<&str> {
    const ALSO: [&str; 3] = ["also", "secondly", "tambien"];
    let words = tokens(text);
    let at = words.iter().position(|token| ALSO.contains(&token.word.as_str())).filter(|at| *at > 0)?;
    let rest = text.get(words.get(at + 1)?.start..)?.trim();
    (rest.ends_with('?') && words_of(rest).len() >= TOPIC_WORDS).then_some(rest)
}

/// Is this what a record is about, whatever else is asked for after it?
const fn is_kept_beside(intent: Intent) -> bool {
    matches!(
        intent,
        Intent::Maintenance
            | Intent::Lease
            | Intent::Billing
            | Intent::Showing
            | Intent::Complaint
            | Intent::Application
    )
}

/// "My sink drips", "no hot water": little said, and all that there is to say of it. "A repair, please" is the wish alone.
fn tells_of_repair(text: &str) -> bool {
    /// The thing, and what is wrong with it.
    const THING_AND_FAULT: usize = 2;
    const WISH: [&str; 24] = [
        "maintenance",
        "repair",
        "repairs",
        "repaired",
        "request",
        "service",
        "work",
        "order",
        "fix",
        "fixed",
        "need",
        "needs",
        "needed",
        "report",
        "something",
        "unit",
        "apartment",
        "problem",
        "issue",
        "mantenimiento",
        "reparación",
        "reparar",
        "arreglar",
        "problema",
    ];
    let told: Vec<String> = words_of(text)
        .into_iter()
        .filter(|word| !WISH.contains(&word.as_str()) && !word.contains(|c: char| c.is_ascii_digit()))
        .collect();
    matter::substance(&told.join(" ")) >= THING_AND_FAULT
}

/// "The gas company left a notice", and not "I'm with the gas company, we're changing the meter".
fn awaits_worker(text: &str) -> bool {
    Remark::AwaitsWorker.is_in(text) && !Remark::ComesToWork.is_in(text) && !Remark::SpeaksForFirm.is_in(text)
}

/// What "I'm looking for one, I want to apply" may be taken for.
const fn applies(intent: Intent) -> bool {
    matches!(intent, Intent::Leasing | Intent::Showing | Intent::Application | Intent::Vendor)
}

/// Do they call a repair off, or ask what became of one?
fn is_of_earlier_repair(text: &str) -> bool {
    let words = tokens(text);
    Remark::CallsOffRepair.fits(&words)
        || (Remark::AsksAfterRepair.fits(&words) && !Remark::StillBroken.fits(&words))
}

/// "I own it and I live here", "soy la dueña".
fn names_an_owner(text: &str) -> bool {
    tokens(text).iter().any(|token| {
        matches!(&*token.word, "own" | "owner" | "owners")
            || token.word.starts_with("duen")
            || token.word.starts_with("propietari")
    })
}
