//! What callers say beside the plain answer: a "no" that goes on, a question whether they have reached the right place, and news
//! that nobody asked for.

use super::{
    Awaiting, Item, Session, answering::TOPIC_WORDS, asking::pleads, switching::requests,
    taking::SURE_BESIDE_THE_POINT, understanding::is_answer_step,
};
use crate::dialogue::{
    Entity, Intent, Move, Reading, Topic, Urgency, Value, matter,
    moves::Moves,
    names::is_given_name,
    office::words_of,
    pack::Line,
    reading::Clause,
    remark::Remark,
    token::{Token, tokens},
};

/// A "no" to "anything else?".
const NOES: [&str; 5] = ["no", "nope", "nah", "not", "nothing"];

/// Between the "no" and what they want.
const LEADS: [&str; 6] = ["wait", "well", "actually", "sorry", "see", "just"];

/// With one of these a "no" and some words more are the end.
const CLOSERS: [&str; 26] = [
    "thank",
    "thanks",
    "all",
    "everything",
    "nothing",
    "anything",
    "good",
    "fine",
    "great",
    "set",
    "helpful",
    "bye",
    "goodbye",
    "done",
    "okay",
    "ok",
    "perfect",
    "think",
    "that's",
    "gracias",
    "todo",
    "nada",
    "bien",
    "adios",
    "adiós",
    "listo",
];

/// With one of these they go on.
const GOES_ON: [&str; 29] = [
    "wait", "actually", "question", "another", "also", "too", "asked", "meant", "mean", "said", "just",
    "sorry", "but", "can", "could", "when", "what", "where", "how", "who", "is", "are", "do", "does", "will",
    "need", "want", "wanted", "well",
];

/// After a "no" so many words are more than a way to say it.
const LONG: usize = 6;

/// Words that carry meaning beside the answer, from which on they are news.
const NEWS: usize = 3;

/// A question back has at least so many words.
const SHORTEST_QUESTION: usize = 4;

/// "Can I talk to a person, please?" says nothing else; "put me through to Robin, it's about the offer" does.
const A_PLEA: usize = 9;

/// Turns of fewer words hold an answer and nothing besides.
const SHORTEST_WITH_NEWS: usize = 7;

/// Of what else the words may be about, the likeliest is taken from here on.
const LEFT_OVER: f32 = 0.5;

const WORD: [&str; 5] = ["message", "voicemail", "note", "recado", "mensaje"];

/// Words around it.
const LEAVING: [&str; 48] = [
    "can", "could", "may", "i", "i'd", "like", "to", "leave", "take", "give", "pass", "on", "you", "we", "a",
    "an", "the", "please", "for", "with", "would", "want", "wanted", "need", "just", "hi", "hello", "hey",
    "um", "uh", "yes", "yeah", "is", "it", "possible", "her", "him", "them", "someone", "somebody",
    "manager", "office", "quick", "puedo", "dejar", "un", "para", "quiero",
];

/// A name of whom it is for.
const NAME_OF_WHOM: usize = 2;

/// How people ask whom they have reached.
const REACHED: [&[&str]; 10] = [
    &["is", "this"],
    &["is", "that"],
    &["have", "i", "reached"],
    &["did", "i", "reach"],
    &["have", "i", "got"],
    &["do", "i", "have"],
    &["am", "i", "speaking", "to"],
    &["am", "i", "speaking", "with"],
    &["am", "i", "calling"],
    &["hablo", "con"],
];

/// What an office like this is called by those who do not know its name.
const OURS: [&str; 23] = [
    "office",
    "property",
    "properties",
    "apartments",
    "apartment",
    "leasing",
    "rental",
    "rentals",
    "management",
    "landlord",
    "building",
    "complex",
    "realty",
    "homes",
    "housing",
    "oficina",
    "departamentos",
    "apartamentos",
    "edificio",
    "rentas",
    "renta",
    "propiedad",
    "propiedades",
];

/// Words between.
const BETWEEN: [&str; 22] = [
    "the", "a", "an", "right", "number", "place", "people", "company", "front", "desk", "for", "at", "of",
    "on", "in", "over", "la", "el", "los", "las", "de", "del",
];

impl Session {
    /// "No, I asked about Sunday": what follows a "no" to "anything else?", and how it reads. `None`: it is a no.
    pub(super) fn after_no(&self, text: &str, reading: &Reading) -> Option<(String, Reading)> {
        let open = matches!(self.state.awaiting, Awaiting::AnythingElse | Awaiting::OfferCall(_));
        if !open || reading.moves != Some(Move::Deny) {
            return None;
        }
        let all = tokens(text);
        let is_no = |token: &&Token| NOES.contains(&token.word.as_str());
        let mut rest: Vec<&Token> = all.iter().skip_while(is_no).collect();
        let says = |words: &[&str]| rest.iter().any(|token| words.contains(&token.word.as_str()));
        let asks = text.contains('?');
        let leaves_off = says(&CLOSERS) && !asks;
        let goes_on = asks || rest.len() >= LONG || says(&GOES_ON);
        if rest.len() < NEWS || !goes_on || leaves_off {
            return None;
        }
        let leads = rest.iter().take_while(|token| LEADS.contains(&token.word.as_str())).count();
        rest.drain(..leads);
        let rest = text.get(rest.first()?.start..)?.to_owned();
        let moves = self.step_of(&rest).filter(|step| *step != Move::Deny);
        let said_more = |clause: &Clause| words_of(&clause.text).len() > NOES.len();
        let clauses = reading.clauses.iter().filter(|clause| said_more(clause)).cloned().collect();
        Some((rest, Reading { moves, clauses, ..reading.clone() }))
    }

    /// The step of the talk that these words are.
    pub(super) fn step_of(&self, text: &str) -> Option<Move> {
        Moves::of(self.state.language).read(&tokens(text))
    }

    /// "Is this Maple Court?" is no wrong number. What else was said, and how it reads; `None`: that was not asked.
    pub(super) fn asked_for_us(&self, text: &str, reading: &Reading) -> Option<(String, Reading)> {
        if !matches!(self.state.awaiting, Awaiting::Need | Awaiting::Guess(_) | Awaiting::AnythingElse) {
            return None;
        }
        let all = tokens(text);
        let asked = self.asks_for_us(&all)?;
        let (before, after) = (all.get(asked.start)?.start, all.get(asked.end - 1)?.end);
        let rest = format!("{} {}", text.get(..before)?, text.get(after..)?);
        let mut reading = reading.clone();
        if reading.intent == Intent::WrongNumber {
            // Of what is left the likeliest, as if it were all there was.
            let wrong = reading.confidence.min(0.99);
            reading.ranked.retain(|(intent, _)| *intent != Intent::WrongNumber);
            reading.ranked.iter_mut().for_each(|(_, likelihood)| *likelihood /= 1.0 - wrong);
            let left = reading.ranked.first().copied().filter(|(_, likelihood)| *likelihood >= LEFT_OVER);
            (reading.intent, reading.confidence) = left.unwrap_or((Intent::Other, 0.0));
        }
        reading.clauses.clear();
        reading.moves = self.step_of(&rest);
        Some((rest, reading))
    }

    /// Yes, this is the office; and what is it about, unless they have said so in the same breath. `None`: that is all.
    pub(super) fn welcome<'r>(&mut self, rest: &'r (String, Reading)) -> Option<(&'r str, &'r Reading)> {
        self.tell(Line::RightPlace);
        let (text, reading) = rest;
        let says_more = reading.is_sure()
            || reading.topic.is_some()
            || reading.moves.is_some_and(|step| step != Move::Greet);
        if words_of(text).len() >= NEWS && says_more {
            return Some((text, reading));
        }
        self.ask_need(Line::Need);
        None
    }

    /// "Can I leave a message for Dana Reyes?" has no message in it yet.
    pub(super) fn asks_only_to_leave_word(text: &str) -> bool {
        let words = words_of(text);
        let word = words.iter().any(|word| WORD.contains(&word.as_str()));
        let more =
            words.iter().filter(|word| !WORD.contains(&word.as_str()) && !LEAVING.contains(&word.as_str()));
        word && more.count() <= NAME_OF_WHOM
    }

    /// Where in the words the question stands: to its end, and of nothing but this office.
    fn asks_for_us(&self, words: &[Token]) -> Option<std::ops::Range<usize>> {
        let says = |at: usize, word: &str| words.get(at).is_some_and(|token| token.word == word);
        let opens =
            |at: usize, opening: &[&str]| opening.iter().enumerate().all(|(n, word)| says(at + n, word));
        let first = (0..words.len()).find(|&at| REACHED.iter().any(|opening| opens(at, opening)))?;
        let name: Vec<String> = tokens(&self.office.name).into_iter().map(|token| token.word).collect();
        let places = self.office.roster.units.iter().flat_map(|unit| [&unit.property, &unit.street]);
        let places: Vec<String> = places.flat_map(|place| tokens(place)).map(|token| token.word).collect();
        (first..words.len()).find_map(|start| {
            let opening = REACHED.iter().find(|opening| opens(start, opening))?;
            let from = start + opening.len();
            let until = (from..words.len()).find(|&at| words[at].stop).map_or(words.len(), |at| at + 1);
            if is_of_another_kind(words.get(until..)?) {
                return None;
            }
            let asked = words.get(from..until)?;
            let ours = |token: &Token| {
                let word = token.word.as_str();
                OURS.contains(&word) || name.iter().chain(&places).any(|known| known == word)
            };
            let nothing_else =
                asked.iter().all(|token| ours(token) || BETWEEN.contains(&token.word.as_str()));
            (nothing_else && asked.iter().any(ours)).then_some(start..until)
        })
    }

    /// Whoever answers a question and says more than the answer: what the people who read the message should have as well.
    pub(super) fn beside_the_answer(&self, text: &str, heard: &[Entity]) -> Option<String> {
        let asked = match &self.state.awaiting {
            Awaiting::Item(item) => *item != Item::Matter,
            Awaiting::Confirm(_) | Awaiting::OfferCaller | Awaiting::KnownName | Awaiting::AnythingElse => {
                true
            }
            _ => false,
        };
        if !asked || self.state.flow.is_none() {
            return None;
        }
        // "Birch House 101, behind the bathtub", "come in any time, just mind the cat": of few words, and needed by whoever goes there.
        let goes_there = matches!(&self.state.awaiting, Awaiting::Item(Item::Place | Item::Access))
            || matches!(&self.state.awaiting, Awaiting::Confirm(items) if items.contains(&Item::Place));
        if goes_there && Remark::GoesAlong.is_in(text) && words_of(text).len() >= TOPIC_WORDS {
            return Some(text.trim().to_owned());
        }
        if words_of(text).len() < SHORTEST_WITH_NEWS {
            return None;
        }
        // "No, that is all. Thank you, goodbye." But "yes, come in, only that the dog bites" is more than its yes.
        let on_a_condition = self.state.awaiting == Awaiting::Item(Item::Access)
            || (self.state.awaiting == Awaiting::OfferCaller && Remark::GoesOnBehind.is_in(text));
        if !on_a_condition
            && text
                .split(['.', '!', '?'])
                .all(|part| words_of(part).is_empty() || self.step_of(part).is_some())
        {
            return None;
        }
        // A matter is the words themselves: they are what stands beside the answer.
        let within = |token: &Token| {
            heard.iter().any(|entity| {
                !matches!(entity.value, Value::Matter(_))
                    && entity.start < token.end
                    && token.start < entity.end
            })
        };
        let beside: Vec<String> =
            tokens(text).iter().filter(|token| !within(token)).map(|token| token.word.clone()).collect();
        // A whole sentence behind a "yes" has something to say, however plain its words are.
        let behind = text.split_once(['.', '!']).is_some_and(|(first, rest)| {
            words_of(first).len() <= 2
                && words_of(rest).len() >= SHORTEST_WITH_NEWS
                && self.step_of(first).is_some()
        });
        let enough = if behind { 1 } else { NEWS };
        (matter::substance(&beside.join(" ")) >= enough).then(|| text.trim().to_owned())
    }

    /// A question back, beside an answer: "4B. Will it be somebody today?" What no fact has answered goes to the team.
    pub(super) fn asked_back(&self, text: &str, reading: &Reading, heard: &[Entity]) -> Option<String> {
        let asked = matches!(
            self.state.awaiting,
            Awaiting::Item(_) | Awaiting::Confirm(_) | Awaiting::OfferCaller | Awaiting::KnownName
        );
        let answered = !heard.is_empty() || is_answer_step(reading) || Remark::OpensWithYes.is_in(text);
        if !asked || self.state.closed || !answered {
            return None;
        }
        let mut from = 0;
        let question = text.split_inclusive(['.', '!', '?', ';']).find_map(|clause| {
            // "Sí, sí, ¿pero cómo la apago?": Spanish says where the question begins, and what stands before it is the answer.
            let (marked, clause_end) = (clause.find('¿'), from + clause.len());
            let clause = marked.map_or(clause, |at| &clause[at..]);
            let (start, end) = (clause_end - clause.len(), clause_end);
            from = end;
            // "Two times?" could be a door, and is none that anybody would take it for.
            let answers = |entity: &Entity| {
                let item = Item::of(entity.slot());
                let awaited = item.is_some_and(|item| self.state.awaiting.is_for(item));
                match item {
                    Some(Item::Name | Item::Place | Item::Callback) => {
                        entity.confidence >= SURE_BESIDE_THE_POINT || awaited
                    }
                    Some(Item::Matter) | None => false,
                    Some(_) => awaited,
                }
            };
            let within = |entity: &Entity| answers(entity) && entity.start < end && start < entity.end;
            // "And the dishwasher?"
            let also = matches!(words_of(clause).first().map(String::as_str), Some("and" | "but" | "so"));
            let words = words_of(clause).len() + usize::from(also);
            // "¿Sí tienen cámaras ahí o no?" is no yes.
            let long = marked.is_some() && words_of(clause).len() > SHORTEST_QUESTION;
            let no_step = match self.step_of(clause) {
                Some(Move::Affirm | Move::Deny) => long,
                step => step.is_none(),
            };
            let is_asked = clause.trim_end().ends_with('?')
                && words >= SHORTEST_QUESTION
                && !heard.iter().any(within)
                && no_step
                && !Remark::OffersSpelling.is_in(clause)
                && !Remark::OffersName.is_in(clause)
                && !Remark::AsksWhetherNeeded.is_in(clause)
                && !Remark::TakenAback.is_in(clause);
            is_asked.then_some(clause)
        });
        // "You did not answer me for the deposit."
        let missed = || {
            let mut sentences = text.split_inclusive(['.', '!', '?', ';']);
            sentences.find(|sentence| Remark::NotAnswered.is_in(sentence))
        };
        question.or_else(missed).map(|question| question.trim().to_owned())
    }

    /// A person is asked for in plain words, whatever was asked before. `true`: dealt with.
    pub(super) fn pleads_for_a_person(&mut self, text: &str, reading: &Reading) -> bool {
        let sought = self.seeks_one_of_ours(text);
        if self.state.unheard
            || self.state.urgency.is_life_safety()
            || self.is_quick()
            || self.state.refuses_calls
            || !(pleads(text) || sought)
        {
            return false;
        }
        self.state.confusions = 0;
        self.agree_in_passing(text);
        let heard = self.entities(text);
        // "Can I talk to Kim?" names who is wanted.
        let prospect =
            matches!(self.state.flow, Some(Intent::Leasing | Intent::Showing)) && !self.state.closed;
        let of_showing =
            |value: &Value| matches!(value, Value::When(_) | Value::MoveIn(_) | Value::Bedrooms(_));
        let answers: Vec<Entity> = heard
            .into_iter()
            .filter(|entity| !matches!(entity.value, Value::Name(_)))
            .filter(|entity| !(prospect && of_showing(&entity.value)))
            .collect();
        self.take_beside_the_point(&answers);
        // At the opening the words are written down as the first ones.
        if sought || self.state.flow.is_some() || words_of(text).len() > A_PLEA {
            self.state.note(format!("asked for a person: \"{}\"", text.trim()));
        }
        if prospect {
            // The times are not offered again, and nothing is asked of a prospect any more.
            self.leave_showing_open();
            for item in [Item::Bedrooms, Item::MoveIn] {
                self.state.form.give_up(item);
            }
        }
        self.keep_matter_of_plea(text, reading);
        self.ask_for_staff();
        true
    }

    /// "Is Kim there?" of a first name that is nobody's who lives there: somebody of the office.
    fn seeks_one_of_ours(&self, text: &str) -> bool {
        const SOUGHT: [&[&str]; 16] = [
            &["is"],
            &["calling", "for"],
            &["looking", "for"],
            &["asking", "for"],
            &["speak", "to"],
            &["speak", "with"],
            &["talk", "to"],
            &["reach"],
            &["hablar", "con"],
            &["comunicar", "con"],
            &["comunicarme", "con"],
            &["comunicarse", "con"],
            &["pasar", "con"],
            &["paseme", "con"],
            &["comuniqueme", "con"],
            &["busco", "a"],
        ];
        const THERE: [&str; 10] =
            ["there", "in", "available", "around", "working", "please", "today", "por", "ahi", "hoy"];
        if !matches!(self.state.awaiting, Awaiting::Need | Awaiting::Guess(_) | Awaiting::AnythingElse) {
            return false;
        }
        let words = tokens(text);
        let lives_here = |word: &str| {
            let roster = self.office.roster.names.iter().flat_map(|name| name.split_whitespace());
            roster.map(str::to_lowercase).any(|known| known == word)
        };
        words.iter().enumerate().any(|(at, token)| {
            let capital = text.get(token.start..).is_some_and(|rest| rest.starts_with(char::is_uppercase));
            let sought = SOUGHT.iter().any(|said| {
                at >= said.len()
                    && words[at - said.len()..at].iter().zip(*said).all(|(token, word)| token.word == *word)
            });
            let after = words.get(at + 1);
            let is = at > 0 && words[at - 1].word == "is";
            // "This is Jackie in 1B."
            let introduced = is
                && at > 1
                && matches!(
                    words[at - 2].word.as_str(),
                    "this" | "it" | "that" | "name" | "names" | "number"
                );
            let there = after.is_some_and(|next| THERE.contains(&next.word.as_str()));
            let alone = token.stop || after.is_none();
            // "Robin, please.", "Con Kim, por favor."
            let rest: Vec<&str> = words[at + 1..].iter().map(|token| token.word.as_str()).collect();
            let called = (at == 0 && (rest == ["please"] || rest == ["por", "favor"]))
                || (at == 1 && words[0].word == "con" && (rest.is_empty() || rest == ["por", "favor"]));
            capital
                && !introduced
                && (sought || called)
                && is_given_name(&token.word)
                && !lives_here(&token.word)
                && (there || (alone && !is))
        })
    }

    /// "When?", "How long?": a question of a word or three back, in place of an answer. `true`: dealt with.
    pub(super) fn asks_in_a_word(&mut self, text: &str) -> bool {
        const ASKED: [&str; 6] = ["when", "how", "why", "today", "tomorrow", "tonight"];
        let asked = matches!(
            self.state.awaiting,
            Awaiting::Item(_) | Awaiting::Confirm(_) | Awaiting::OfferCaller | Awaiting::KnownName
        );
        let words = words_of(text);
        let short = (1..SHORTEST_QUESTION).contains(&words.len());
        let back = short
            && text.trim_end().ends_with('?')
            && words.iter().any(|word| ASKED.contains(&word.as_str()))
            && self.step_of(text).is_none();
        if !asked || !back || self.state.unheard || self.has_answer(&self.entities(text)) {
            return false;
        }
        self.state.confusions = 0;
        self.state.add_matter(text);
        self.tell(self.noted(text));
        self.ask_again();
        true
    }

    /// "What do you mean, if I'm not home?": taken aback by what was asked, which is asked again, once. `true`: dealt with.
    pub(super) fn is_taken_aback(&mut self, text: &str) -> bool {
        let asked =
            matches!(self.state.awaiting, Awaiting::Item(_) | Awaiting::Confirm(_) | Awaiting::OfferCaller);
        let question = text.split_inclusive(['.', '!', '?']).next().unwrap_or_default();
        if !asked
            || self.state.unheard
            || self.state.confusions > 0
            || words_of(text).len() != words_of(question).len()
            || !question.trim_end().ends_with('?')
            || !Remark::TakenAback.is_in(question)
        {
            return false;
        }
        self.state.confusions = 1;
        self.ask_again();
        true
    }

    /// Somebody who delivers, mends or visits stands outside, and the people who could open are in the house.
    pub(super) fn is_at_the_door(&self, text: &str) -> bool {
        let stranger = matches!(
            self.state.flow,
            None | Some(Intent::Vendor | Intent::Message | Intent::Question | Intent::Human | Intent::Other)
        );
        stranger
            && self.state.urgency == Urgency::Routine
            && self.staff_can_take_it()
            && Remark::WaitsAtDoor.is_in(text)
    }

    /// The same while nobody is in the house who could open: an urgent message of a firm's, and no tenant's repair. `true`: dealt with.
    pub(super) fn waits_while_closed(&mut self, text: &str) -> bool {
        if self.state.flow.is_some()
            || self.state.unheard
            || self.state.urgency != Urgency::Routine
            || self.staff_can_take_it()
            || !Remark::WaitsAtDoor.is_in(text)
            || !Remark::AtWork.is_in(text)
        {
            return false;
        }
        let heard = self.entities(text);
        self.take_beside_the_point(&heard);
        self.state.note("URGENT, waits at the door now".to_owned());
        self.begin_flow(Intent::Vendor, text);
        true
    }

    /// What they said in the same breath as the goodbye is a matter, and goes to people as far as it has come.
    pub(super) fn take_parting_words(&mut self, text: &str, reading: &Reading) {
        if words_of(text).len() < SHORTEST_WITH_NEWS {
            return;
        }
        let heard = self.entities(text);
        self.take_beside_the_point(&heard);
        let sure = reading.is_sure() && reading.intent != Intent::Other;
        if !sure && words_of(text).len() < 2 * SHORTEST_WITH_NEWS {
            return;
        }
        if self.state.flow.is_none() {
            let intent = if sure { reading.intent } else { Intent::Message };
            self.state.begin_with(text);
            self.state.flow = Some(intent);
            self.state.intent.get_or_insert(intent);
        }
        self.state.add_matter(text);
    }

    /// What is said to a question that goes to people.
    pub(super) fn unknown_noted(&self) -> Line {
        if self.state.urgency.is_life_safety() { Line::UnknownInDanger } else { Line::UnknownNoted }
    }

    /// Says this and notes it, or that it is noted where it was before.
    pub(super) fn tell_noting(&mut self, line: Line, note: String) {
        self.tell(if self.state.notes.contains(&note) { Line::AlreadyNoted } else { line });
        self.state.note(note);
    }

    /// What is said to a question that goes to people: a request is passed on.
    pub(super) fn noted(&self, text: &str) -> Line {
        if requests(text) && !self.state.urgency.is_life_safety() {
            Line::Added
        } else {
            self.unknown_noted()
        }
    }

    /// "And Sunday?" after the hours asks for the hours.
    pub(super) fn goes_on_asking(&self, text: &str, heard: &[Entity]) -> Option<Topic> {
        let of_a_day = heard.iter().any(|entity| matches!(entity.value, Value::When(_)));
        let open = matches!(self.state.awaiting, Awaiting::AnythingElse | Awaiting::Need);
        let short = words_of(text).len() <= TOPIC_WORDS;
        self.state.answered.filter(|topic| *topic == Topic::Hours && of_a_day && open && short)
    }
}

/// "Is this Maple Court, the care home?": what follows the name is what they take us for, and we are not.
fn is_of_another_kind(after: &[Token]) -> bool {
    const WORDS: usize = 4;
    let of = after.split_inclusive(|token| token.stop).next().unwrap_or_default();
    let opens = of.first().is_some_and(|token| matches!(token.word.as_str(), "the" | "a" | "an"));
    opens
        && of.len() <= WORDS
        && !of.iter().any(|token| OURS.contains(&token.word.as_str()) || token.word == "property")
}
