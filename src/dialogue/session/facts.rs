//! Questions that the office's facts answer, those that have one closed answer for everybody, and those that nobody here can answer.

use super::{
    Awaiting, Item, Session,
    asking::{asks, asks_if_noted, asks_of_now, asks_of_recording, without_questions, wonders},
    understanding::is_answer_step,
};
use crate::{
    dialogue::{
        Intent, Reading, Subject, Topic, Urgency, Value, closed, entity::is_number, language_of,
        language_wished, office::words_of, pack::Line, remark::Remark, reply,
    },
    types::Language,
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
        if self.tells_what_is_named(text, reading) {
            return true;
        }
        if let Some(topic) =
            closed::topic(self.state.language, text, reading).or_else(|| self.pack.closed_by_cue(text))
            && !self.tells_of_a_resident(text)
            && !Remark::ReadsOut.is_in(text)
            && !self.tells_of_the_bank(text)
        {
            // "2A. Isn't that illegal?" is the unit too.
            if self.state.awaiting == Awaiting::Item(Item::Place) {
                let heard = self.entities(text);
                self.take_beside_the_point(&heard);
            }
            self.answer_closed(topic, text, reading);
            return true;
        }
        if self.asks_for_spanish(text) {
            self.is_told_in_spanish(text);
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
        if self.is_no_question_of_facts(text, reading) {
            let heard = self.entities(text);
            self.take_beside_the_point(&heard);
            self.state.add_matter(text);
            self.begin_flow(Intent::Resident, text);
            return true;
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
        let curious =
            sure || (topic.is_some() && curious && !answers) || self.is_answered_by_cue(text, reading);
        if topic.is_none() && self.goes_on_with_a_question(text, reading) {
            self.unknown_question(text);
            return true;
        }
        if !curious || (is_answer_step(reading) && reading.intent != Intent::Question) {
            return false;
        }
        let answer = self.office.clone().answer(topic, text);
        // "How much is the pet deposit?" is not answered by a sentence without a figure, nor by the same sentence again.
        let no_answer = answer.as_ref().is_some_and(|answer| {
            !settles(text, answer) || (topic != Some(Topic::Hours) && self.state.told.contains(answer))
        });
        if no_answer && answer.as_deref().is_some_and(|answer| self.is_foreign(answer)) && self.is_free() {
            self.is_told_in_spanish(text);
            return true;
        }
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
            self.tell_as_written(&answer);
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
            self.tell(if asks_if_noted(text) { Line::AlreadyNoted } else { self.noted(text) });
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

    /// "Who's going to feed her cat?" asks for no rule on pets, and "the room is locked, can you open it?" not for the hours: people
    /// have to do something.
    fn is_no_question_of_facts(&self, text: &str, reading: &Reading) -> bool {
        let open = self.state.flow.is_none() || self.state.closed;
        let fact = reading.topic.is_some()
            || matches!(reading.intent, Intent::Question | Intent::Other)
            || !reading.is_sure();
        open && fact
            && !self.state.unheard
            && matches!(self.state.awaiting, Awaiting::Need | Awaiting::Guess(_) | Awaiting::AnythingElse)
            && reading.urgency == Urgency::Routine
            && reading.suspected.is_none()
            && asks_no_fact(text)
    }

    /// The office's own words, of which whoever speaks Spanish is told that they are English; its hours and its address are said in
    /// Spanish.
    pub(super) fn tell_as_written(&mut self, words: &str) {
        if self.is_foreign(words) {
            match self.translated(words) {
                Some(translated) => return self.tell_text(&translated),
                None => self.tell(Line::InEnglish),
            }
        }
        self.tell_text(words);
    }

    /// The address of a home as it is said in the language of the talk: "apartamento 3 A" in a Spanish sentence.
    pub(super) fn home_aloud(&self, address: &str) -> String {
        reply::place_aloud(&reply::aloud(
            self.state.language,
            &Value::Listing(address.to_owned()),
            false,
            false,
        ))
    }

    pub(super) fn tell_home(&mut self, address: &str) {
        let home = self.home_aloud(address);
        self.tell_with(Line::Home, &home);
    }

    /// As the office has it in Spanish; its hours and address are put into Spanish here.
    fn translated(&self, words: &str) -> Option<String> {
        self.office.in_spanish.get(words.trim()).cloned().or_else(|| in_spanish(words))
    }

    fn is_foreign(&self, words: &str) -> bool {
        // "One bedroom, one bath" has no small word by which it would be surely English.
        self.state.language == Language::Spanish && language_of(words) != Some(Language::Spanish)
    }

    /// "Perdón, no hablo inglés. ¿Qué día, entonces?", once something was told in English.
    fn asks_for_spanish(&self, text: &str) -> bool {
        self.is_free()
            && self.state.language == Language::Spanish
            && language_wished(text) == Some(Language::Spanish)
            && self.state.told.iter().any(|told| self.is_foreign(told) && self.translated(told).is_none())
    }

    /// Nothing is being asked, and no matter is under way.
    fn is_free(&self) -> bool {
        self.state.flow.is_none() && self.state.awaiting == Awaiting::AnythingElse
    }

    /// Nobody here can put it into Spanish: a person does.
    fn is_told_in_spanish(&mut self, text: &str) {
        self.state.confusions = 0;
        self.state.add_matter(text);
        self.tell(Line::OnlyInEnglish);
        self.state.intent.get_or_insert(Intent::Question);
        self.state.flow = Some(Intent::Question);
        self.state.closed = false;
        self.advance();
    }

    /// "¿Con tarjeta de débito, sí o no?" after the fact about paying: no fact answers it, and it is a question all the same.
    fn goes_on_with_a_question(&self, text: &str, reading: &Reading) -> bool {
        self.is_free()
            && self.state.language == Language::Spanish
            && self.state.intent == Some(Intent::Question)
            && reading.moves.is_none()
            && reading.intent != Intent::Human
            && text.trim_end().ends_with('?')
            && words_of(text).len() >= TOLD_BESIDE
            && self.office.answer(None, text).is_none()
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

    /// "Yeah, they're pre-approved", to the question about the bank.
    fn tells_of_the_bank(&self, text: &str) -> bool {
        self.state.awaiting.is_for(Item::Financing) && !wonders(text)
    }

    /// Nothing but a question that the office has an answer to, by its own cue: whoever might ask it, it is answered before
    /// anything is taken down.
    fn is_answered_by_cue(&self, text: &str, reading: &Reading) -> bool {
        let other = matches!(
            reading.intent,
            Intent::Owner | Intent::Buyer | Intent::Seller | Intent::Message | Intent::Vendor
        );
        other
            && self.state.flow.is_none()
            && reading.urgency == Urgency::Routine
            && reading.suspected.is_none()
            && wonders(text)
            && without_questions(text).is_empty()
            && self.office.answer(None, text).is_some()
    }

    /// "Is the open house still on for Sunday? And do we need to be pre-approved?": what the office has under that very name is told
    /// to whoever asks, whatever their wish was taken for; then what only a closed answer may touch. `true`: dealt with.
    fn tells_what_is_named(&mut self, text: &str, reading: &Reading) -> bool {
        const TOLD_OFTEN: usize = 2;
        let lead = reading.intent.is_prospect() || self.state.flow.is_none_or(|flow| flow.is_prospect());
        let calm = reading.urgency == Urgency::Routine && reading.suspected.is_none();
        if !lead || !calm || self.state.unheard || !asks(text) || self.state.showing.standing().is_some() {
            return false;
        }
        let Some(answer) = self.office.answer_by_name(text).filter(|answer| settles(text, answer)) else {
            return false;
        };
        let often = self.state.treated.iter().filter(|treated| treated.given.contains(&answer)).count();
        if often >= TOLD_OFTEN {
            return false;
        }
        self.state.confusions = 0;
        if self.state.flow.is_none() {
            self.state.intent.get_or_insert(Intent::Question);
            self.state.begin_with(text);
        }
        let before = self.said_so_far();
        self.tell_as_written(&answer);
        self.treat(Subject::Fact, text, before);
        if !self.state.told.contains(&answer) {
            self.state.told.push(answer);
        }
        if let Some(topic) = closed::topic(self.state.language, text, reading) {
            let pack = self.pack.clone();
            let before = self.said_so_far();
            self.tell_variant(&format!("closed.{}", topic.name()), pack.closed_answer(topic));
            self.treat(Subject::Closed(topic), text, before);
            self.state.note(topic.note().to_owned());
        } else {
            self.owns_up(text, reading);
        }
        self.agree_in_passing(text);
        let heard = self.entities(&without_questions(text));
        if self.take_beside_the_point(&heard) && self.state.flow.is_some() {
            self.advance();
        } else {
            self.go_on();
        }
        true
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

pub(super) fn asks_no_fact(text: &str) -> bool {
    Remark::OfAnimal.is_in(text) || Remark::AsksToOpen.is_in(text)
}

/// Does the office's sentence answer the question? One without a figure tells no cost, and one about parking no permit.
pub(super) fn settles(question: &str, answer: &str) -> bool {
    let figure = answer.contains(|c: char| c.is_ascii_digit())
        || words_of(answer).iter().any(|word| word != "one" && is_number(word));
    (figure || !Remark::AsksForFigure.is_in(question))
        && (Remark::OfSomeThing.is_in(answer) || !Remark::OfSomeThing.is_in(question))
}

/// The office's hours and its address in Spanish, where every word of them is known.
fn in_spanish(answer: &str) -> Option<String> {
    let answer = answer.trim().trim_end_matches('.');
    if let Some(address) = answer.strip_prefix("The office is at ") {
        return Some(format!("La oficina está en {address}."));
    }
    let hours = answer.strip_prefix("The office is open ")?;
    let mut said: Vec<String> = Vec::new();
    for word in hours.split_whitespace() {
        let bare = word.trim_end_matches(',').to_lowercase();
        let spanish = match bare.as_str() {
            "from" => "de",
            "to" | "until" => "a",
            "and" => "y",
            _ => hour_or_day(&bare)?,
        };
        said.push(format!("{spanish}{}", if word.ends_with(',') { "," } else { "" }));
    }
    Some(format!("La oficina está abierta {}.", said.join(" ")))
}

fn hour_or_day(word: &str) -> Option<&'static str> {
    Some(match word {
        "monday" => "lunes",
        "tuesday" => "martes",
        "wednesday" => "miércoles",
        "thursday" => "jueves",
        "friday" => "viernes",
        "saturday" => "sábado",
        "sunday" => "domingo",
        "one" => "una",
        "two" => "dos",
        "three" => "tres",
        "four" => "cuatro",
        "five" => "cinco",
        "six" => "seis",
        "seven" => "siete",
        "eight" => "ocho",
        "nine" => "nueve",
        "ten" => "diez",
        "eleven" => "once",
        "twelve" => "doce",
        "thirty" => "y media",
        "noon" => "mediodía",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::in_spanish;

    #[test]
    fn hours_and_the_address_are_said_in_spanish_and_nothing_else_is_translated() {
        let hours = "The office is open Monday to Friday from nine to five, and Saturday from ten to two.";
        assert_eq!(
            in_spanish(hours).as_deref(),
            Some("La oficina está abierta lunes a viernes de nueve a cinco, y sábado de diez a dos.")
        );
        assert_eq!(
            in_spanish("The office is at 210 Maple Court, Denver.").as_deref(),
            Some("La oficina está en 210 Maple Court, Denver.")
        );
        assert_eq!(in_spanish("The office is open by appointment."), None);
        assert_eq!(in_spanish("Trash is picked up on Tuesday morning."), None);
    }
}
