//! Questions that the office's facts answer, those that have one closed answer for everybody, and those that nobody here can answer.

use super::{
    Awaiting, Item, Session,
    asking::{asks, asks_of_now, asks_of_recording, without_questions, wonders},
    understanding::is_answer_step,
};
use crate::dialogue::{
    Intent, Reading, Subject, Topic, closed, entity::is_number, office::words_of, pack::Line, remark::Remark,
};

/// So many words beside a question tell something.
const TOLD_BESIDE: usize = 4;

impl Session {
    /// Answers a question of fact, or says that it cannot, and goes on where the talk was. `true`: dealt with.
    pub(super) fn question_of_fact(&mut self, text: &str, reading: &Reading) -> bool {
        // "The thing's come down on the hood" is no question of prices from whoever stands before it.
        if self.state.flow == Some(Intent::Emergency) && !self.state.closed {
            return false;
        }
        if let Some(topic) =
            closed::topic(self.state.language, text, reading).or_else(|| self.pack.closed_by_cue(text))
            && !self.tells_of_a_resident(text)
            && !Remark::ReadsOut.is_in(text)
        {
            // "2A. Isn't that illegal?" is the unit too.
            if self.state.awaiting == Awaiting::Item(Item::Place) {
                let heard = self.entities(text);
                self.take_beside_the_point(&heard);
            }
            self.answer_closed(topic, text, reading);
            return true;
        }
        if asks_of_recording(text) {
            self.tell(Line::Recording);
            self.go_on();
            return true;
        }
        if self.question_of_homes(text, reading) {
            return true;
        }
        // A car in one's space, or one that waits outside, asks nothing of the rules on parking.
        if reading.topic == Some(Topic::Parking) && Remark::OfCar.is_in(text) {
            return false;
        }
        let curious = matches!(
            reading.intent,
            Intent::Question
                | Intent::Billing
                | Intent::Leasing
                | Intent::Showing
                | Intent::Application
                | Intent::Resident
                | Intent::Lease
                | Intent::Complaint
                | Intent::Other
        );
        // "My neighbor's dog barks all night" asks nothing of the rules on pets.
        if matches!(reading.intent, Intent::Complaint | Intent::Resident) && !asks(text) {
            return false;
        }
        // "The dog from 2B bit my son this morning" is told, and asks for no rule.
        let told = words_of(text).len() > TOLD_BESIDE && !wonders(text) && !Remark::NeedsToKnow.is_in(text);
        if Remark::OfBite.is_in(text) || (told && reading.intent != Intent::Question) {
            return false;
        }
        // "On Saturday" may be read as a question of hours; after "when?" it is the answer.
        let heard = self.entities(text);
        let answers = self.has_answer(&heard);
        let time = self.state.awaiting.item() == Some(Item::When) && answers;
        // "Only if I'm home, I've got a cat" asks nothing of the rules on pets.
        let busy =
            matches!(self.state.awaiting, Awaiting::Item(_) | Awaiting::Confirm(_) | Awaiting::OfferCaller);
        if busy && !wonders(text) {
            return false;
        }
        let sure = reading.intent == Intent::Question && reading.is_sure();
        let topic = reading.topic.or_else(|| self.goes_on_asking(text, &heard));
        if topic.is_none() && (time || self.is_put_right_by(&heard)) {
            return false;
        }
        let curious = sure || (topic.is_some() && curious && !answers);
        if !curious || (is_answer_step(reading) && reading.intent != Intent::Question) {
            return false;
        }
        let answer = self.office.clone().answer(topic, text);
        // "How much is the pet deposit?" is not answered by a sentence without a figure, nor by the same sentence again.
        let no_answer = answer.as_ref().is_some_and(|answer| {
            let figure = answer.contains(|c: char| c.is_ascii_digit())
                || words_of(answer).iter().any(|word| is_number(word));
            (Remark::AsksForFigure.is_in(text) && !figure)
                || (topic != Some(Topic::Hours) && self.state.told.contains(answer))
        });
        if no_answer && reading.moves.is_none() {
            self.unknown_aside(text);
            return true;
        }
        if let Some(answer) = answer {
            if !self.state.told.contains(&answer) {
                self.state.told.push(answer.clone());
            }
            self.state.intent.get_or_insert(Intent::Question);
            self.state.confusions = 0;
            self.state.answered = topic;
            // "We got a puppy. What do I have to sign?": what is told beside the question is not lost with the answer.
            if self.state.flow.is_none() && words_of(&without_questions(text)).len() >= TOLD_BESIDE {
                self.state.note(format!("said: \"{}\"", text.trim()));
            }
            let before = self.said_so_far();
            if topic == Some(Topic::Hours) && asks_of_now(text) {
                self.tell(if self.state.opening.open_now { Line::OpenNow } else { Line::ClosedNow });
            }
            self.tell_text(&answer);
            let prospect = self.state.flow.is_some_and(Intent::is_prospect) || reading.intent.is_prospect();
            if prospect || topic.is_some() {
                self.treat(Subject::Fact, text, before);
            }
            // "Do you allow dogs? I'm looking for a two bedroom" is a question and a prospect.
            if reading.intent.is_prospect()
                && reading.is_sure()
                && self.state.flow.is_none()
                && !heard.is_empty()
            {
                self.take_beside_the_point(&heard);
                self.begin_flow(reading.intent, text);
                return true;
            }
            // "Dana Reyes. When is trash day, by the way?" is the name too.
            let heard = self.entities(&without_questions(text));
            if self.take_beside_the_point(&heard) && self.state.flow.is_some() {
                self.advance();
            } else {
                self.go_on();
            }
            return true;
        }
        // "Yes. How long till they come?" is a yes too.
        let answers = is_answer_step(reading) && self.state.awaiting.wants_yes_or_no();
        if reading.intent != Intent::Question || !reading.is_sure() || answers {
            return false;
        }
        // The very question once more is noted already: it is something else, misheard, and counts as not understood.
        if self.state.matter.as_deref().is_some_and(|matter| matter.contains(text.trim())) {
            return false;
        }
        if self.state.flow.is_some() && !self.state.closed {
            // "Maple Court, 4A. So do you have cameras or not?" is the home too.
            let heard = self.entities(&without_questions(text));
            let news = self.take_beside_the_point(&heard);
            self.state.add_matter(text);
            self.tell(if Remark::AsksIfNoted.is_in(text) { Line::AlreadyNoted } else { self.noted(text) });
            if news {
                self.advance();
            } else {
                self.go_on();
            }
        } else {
            self.unknown_question(text);
        }
        true
    }

    /// "They're only students" beside a complaint, "Denver Housing Authority" for the company: told, not asked.
    fn tells_of_a_resident(&self, text: &str) -> bool {
        let of_a_resident = matches!(
            self.state.flow,
            Some(
                Intent::Complaint
                    | Intent::Maintenance
                    | Intent::Billing
                    | Intent::Resident
                    | Intent::Vendor
                    | Intent::Emergency
            )
        );
        of_a_resident && !self.state.closed && self.state.awaiting != Awaiting::Need && !asks(text)
    }

    /// What was asked has no answer, beside whatever was being talked about.
    fn unknown_aside(&mut self, text: &str) {
        self.state.confusions = 0;
        if self.state.flow.is_some() && !self.state.closed {
            self.state.add_matter(text);
            self.tell(self.noted(text));
            self.go_on();
        } else {
            self.unknown_question(text);
        }
    }
}
