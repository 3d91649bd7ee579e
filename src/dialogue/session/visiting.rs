//! Who wants to come and see a home speaks of two days: that of the visit, and that of moving in. Which words are of which.

use std::ops::Range;

use super::{
    Awaiting, Item, Session,
    asking::asks,
    understanding::asks_to_see,
    wished::{by_hour, is_the_time_again, without_denied},
};
use crate::dialogue::{
    Clause, Entity, Intent, Move, Reading, Subject, Value, When, closed,
    moves::Moves,
    pack::Line,
    remark::Remark,
    reply,
    token::{Token, tokens},
};

/// Words after which another sentence begins, whether or not a mark was set.
const TURNS: [&str; 4] = ["but", "though", "pero", "aunque"];

/// What somebody moves that is no household: "move it to Friday".
const MOVED: [&str; 12] =
    ["it", "that", "this", "the", "my", "our", "me", "forward", "up", "back", "on", "around"];

/// What a part of a sentence speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    Visit,
    MovingIn,
}

/// "I'd love to get into 77 Alder", "can my sister see 204".
pub(super) fn comes_to_see(text: &str) -> bool {
    let words = tokens(text);
    let word = |at: usize| words.get(at).map_or("", |token| token.word.as_str());
    let numbered = (1..words.len()).any(|at| {
        let led = words[at.saturating_sub(LEAD)..at].iter().any(|token| LEADS.contains(&token.word.as_str()));
        let sees = led && matches!(word(at), "see" | "view" | "tour" | "visit");
        let goes = matches!((word(at - 1), word(at)), ("get" | "go" | "getting", "into"));
        (sees || goes) && word(at + 1).starts_with(|c: char| c.is_ascii_digit())
    });
    numbered || Remark::ComesToSee.fits(&words)
}

/// Before "see 204": "can my sister", "I'd like to".
const LEADS: [&str; 6] = ["can", "could", "may", "to", "wanna", "gotta"];
const LEAD: usize = 4;

/// Do they speak of moving in? "Move it to Friday" does not, and "nobody's moving in" says that they do not.
pub(super) fn speaks_of_moving(text: &str) -> bool {
    let words = tokens(text);
    let moves = (0..words.len()).any(|at| {
        let word = words[at].word.as_str();
        let next = words.get(at + 1).map_or("", |token| token.word.as_str());
        let moved = matches!(word, "move" | "moving" | "moves" | "moved") && !MOVED.contains(&next);
        let starts = matches!(word, "start" | "starts" | "starting") && matches!(next, "the" | "my" | "our");
        moved || starts || word == "movein" || word.starts_with("mudar")
    });
    moves && !Remark::NotMovingIn.fits(&words)
}

impl Session {
    /// Was it said at first, before it was known that they look for a home: "can I book a viewing"?
    pub(super) fn has_asked_to_see(&self, intent: Intent, text: &str) -> bool {
        let told = [Some(text), self.state.matter.as_deref(), self.state.first_words.as_deref()];
        matches!(intent, Intent::Leasing | Intent::Showing) && told.into_iter().flatten().any(asks_to_see)
    }

    /// Puts every day where it belongs: "next month, but I'd like to see it first, Thursday" names two.
    pub(super) fn sort_days(&self, text: &str, heard: Vec<Entity>) -> Vec<Entity> {
        let of_day = |entity: &Entity| matches!(entity.value, Value::When(_) | Value::MoveIn(_));
        let prospect = self.state.flow.is_none_or(|flow| flow.is_prospect());
        let asked = self.state.awaiting.item() == Some(Item::MoveIn);
        if !prospect || !heard.iter().any(of_day) || !(asked || self.state.visit || asks_to_see(text)) {
            return heard;
        }
        let parts = self.parts_of(text);
        if parts.iter().all(|(_, of)| of.is_none()) {
            return self.of_one_kind(heard, asked);
        }
        let default = if asked { Some(Of::MovingIn) } else { Some(Of::Visit) };
        let days = [Of::Visit, Of::MovingIn].into_iter().flat_map(|kind| {
            let own = parts.iter().filter(|(_, of)| of.or(default) == Some(kind)).map(|(part, _)| part);
            let found = self.extracted(&only(text, own));
            let found =
                found.into_iter().filter(of_day).filter(|entity| kind == Of::Visit || names_day(entity));
            found.map(move |entity| Entity { value: as_of(kind, entity.value), ..entity }).collect::<Vec<_>>()
        });
        let mut sorted: Vec<Entity> = days.collect();
        sorted.extend(heard.into_iter().filter(|entity| !of_day(entity)));
        sorted.sort_by_key(|entity| (entity.start, entity.end));
        sorted
    }

    /// No word tells what the day is of: what was asked for. Nobody moves in at an hour of no day, and an hour is of the visit
    /// while that is open.
    fn of_one_kind(&self, heard: Vec<Entity>, asked: bool) -> Vec<Entity> {
        let open = self.state.visit && self.state.showing.standing().is_none();
        let sorted = heard.into_iter().filter_map(|entity| {
            let (Value::MoveIn(when), true) = (&entity.value, asked) else { return Some(entity) };
            match when.time.is_some() {
                true if open => Some(Entity { value: Value::When(*when), ..entity }),
                true if !names_day(&entity) => None,
                _ => Some(entity),
            }
        });
        sorted.collect()
    }

    /// The parts of what was said, and what each is of: by its own words, else by those of its sentence, else by what was
    /// spoken of before.
    fn parts_of(&self, text: &str) -> Vec<(Range<usize>, Option<Of>)> {
        let words = tokens(text);
        let mut parts: Vec<(Range<usize>, Option<Of>)> = Vec::new();
        for sentence in sentences(text, &words) {
            let from = parts.len();
            let mut last = None;
            for part in clauses(&words, sentence) {
                let part = words[part.start].start..words[part.end - 1].end;
                last = self.own_words(&text[part.clone()]).or(last);
                parts.push((part, last));
            }
            // "Thursday, I'd like to see it": what its sentence is of, and else what the one before was.
            let before = parts[..from].iter().rev().find_map(|(_, of)| *of);
            let first = parts[from..].iter().find_map(|(_, of)| *of);
            parts[from..].iter_mut().for_each(|(_, of)| *of = of.or(first).or(before));
        }
        parts
    }

    fn own_words(&self, part: &str) -> Option<Of> {
        let timed = || {
            let times = |entity: &Entity| match entity.value {
                Value::When(when) | Value::MoveIn(when) => when.time.is_some(),
                _ => false,
            };
            self.state.visit && self.extracted(part).iter().any(times)
        };
        let changes = self.state.visit && Remark::ChangesTime.is_in(part);
        match (asks_to_see(part) || changes, speaks_of_moving(part)) {
            (true, false) => Some(Of::Visit),
            (false, true) => Some(Of::MovingIn),
            (true, true) => None,
            (false, false) => timed().then_some(Of::Visit),
        }
    }

    /// "So is six okay or not?", "can I see it Thursday?" before its turn: the day is kept, and looked for when the rest is
    /// known. `true`: dealt with.
    pub(super) fn asks_for_visit(&mut self, text: &str, reading: &Reading) -> bool {
        let early = match &self.state.awaiting {
            Awaiting::Item(item) => *item != Item::When,
            Awaiting::Confirm(_) | Awaiting::OfferCaller | Awaiting::KnownName => true,
            _ => false,
        };
        let asked = text.split_inclusive(['.', '!', '?']).filter(|sentence| sentence.ends_with('?'));
        let of_visit = |sentence: &str| {
            let words = tokens(sentence);
            let heard = self.entities(&without_denied(sentence));
            let timed = Remark::AsksHour.fits(&words) || heard.iter().any(names_time);
            words.len() >= SHORTEST_QUESTION && (asks_to_see(sentence) || timed)
        };
        if self.state.unheard || !early || !self.arranges_showing() || !asked.into_iter().any(of_visit) {
            return false;
        }
        let mut heard = self.entities(&without_denied(text));
        heard.retain(|entity| {
            Item::of(entity.slot()).is_none_or(|item| self.is_answer(item, entity, reading, text))
        });
        if !heard.iter().any(names_time) && Remark::AsksHour.is_in(text) {
            let asked = self.extracted_for(text, Some(Item::When));
            heard.extend(asked.into_iter().filter(names_time));
        }
        let wish = heard.iter().find_map(|entity| match entity.value {
            Value::When(when) if names_time(entity) => Some(when),
            _ => None,
        });
        match wish {
            Some(wish) => {
                let wish = self.with_wished(wish);
                heard.iter_mut().for_each(|entity| {
                    if let Value::When(when) = &mut entity.value {
                        *when = wish;
                    }
                });
                let aloud = reply::aloud(self.state.language, &Value::When(wish), false, false);
                self.tell_with(Line::ShowingWish, &aloud);
            }
            None => self.tell(Line::ShowingSoon),
        }
        self.resume_beside(text, reading, heard, &[]);
        true
    }

    /// "Yes please. And the house at eleven thirty?", "Ten. And could I also see the three bedroom?": the answer comes first and
    /// counts, and what is said besides is answered or kept. `true`: dealt with.
    pub(super) fn chooses_beside(&mut self, text: &str, reading: &Reading) -> bool {
        let slot = match self.state.awaiting.clone() {
            Awaiting::ConfirmSlot(slot) => Some(slot),
            Awaiting::ChooseSlot => None,
            _ => return false,
        };
        let words = tokens(text);
        let Some(first) = sentences(text, &words).first().cloned() else { return false };
        if self.state.unheard || first.end >= words.len() || first.len() > SHORT_ANSWER {
            return false;
        }
        let end = words[first.end].start;
        let (answer, rest) = (text[..end].trim(), text[end..].trim());
        let step = Moves::of(self.state.language).read(&words[first]);
        let heard = self.entities(&without_denied(answer));
        let chosen =
            is_the_time_again(answer, &heard) || by_hour(answer, &self.state.showing.offered).is_some();
        let agreed = slot.is_some() && step == Some(Move::Affirm) && !asks(answer);
        if !(chosen || agreed)
            || words.len() - 1 < SHORTEST_QUESTION
            || self.moves_the_choice(rest, slot.is_some())
        {
            return false;
        }
        let agrees = tokens(rest).iter().all(|token| token.word.len() < 4 || token.word == "please");
        if !agrees && step_of_thanks(rest) {
            // "Yes. Thank you so much" says nothing besides.
        } else if !agrees {
            self.answer_beside(rest, reading);
        }
        let bare = Reading::bare(Move::Affirm);
        match slot {
            Some(slot) => self.heard_time_confirmation(&slot, answer, &bare, &heard),
            None => self.heard_time_choice(answer, &Reading { moves: None, ..bare }, &heard),
        }
        true
    }

    /// Is another time of the same home named there? Then the whole of it is heard. Of another home, and of a showing that was
    /// booked before, it is told beside the choice.
    fn moves_the_choice(&self, rest: &str, confirming: bool) -> bool {
        let timed = self.entities(&without_denied(rest)).iter().any(names_time);
        let other = self.other_home(rest).is_some() || Remark::BookedBefore.is_in(rest);
        timed && !other && (confirming || !rest.contains('?'))
    }

    fn other_home(&self, rest: &str) -> Option<String> {
        let seeks = Reading { intent: Intent::Leasing, confidence: 1.0, ..Reading::bare(Move::Affirm) };
        let meant = self.homes_meant(rest, &seeks, &self.entities(rest));
        let known = self.state.home_to_see();
        meant.into_iter().find(|home| Some(home) != known.as_ref())
    }

    fn answer_beside(&mut self, rest: &str, reading: &Reading) {
        if let Some(other) = self.other_home(rest) {
            let wish = self.entities(rest).iter().find_map(|entity| match entity.value {
                Value::When(when) => Some(when),
                _ => None,
            });
            return self.note_second_time(&other, wish);
        }
        if Remark::BookedBefore.is_in(rest) {
            return self.note_old_one();
        }
        let of_rest = |clause: &&Clause| rest.contains(clause.text.trim());
        let read = reading.clauses.iter().find(of_rest).map_or(reading, |clause| &clause.reading);
        let closed = closed::topic(self.state.language, rest, read).or_else(|| self.pack.closed_by_cue(rest));
        let before = self.said_so_far();
        if closed.is_none() && self.tells_beside(rest) {
            return;
        }
        if let Some(topic) = closed {
            let pack = self.pack.clone();
            self.tell_variant(&format!("closed.{}", topic.name()), pack.closed_answer(topic));
            self.treat(Subject::Closed(topic), rest, before);
            self.state.note(topic.note().to_owned());
        } else if Remark::AsksIfNoted.is_in(rest) {
            self.tell(Line::AlreadyNoted);
        } else if let Some(answer) = self.office.answer(read.topic, rest).filter(|_| asks(rest)) {
            self.tell_as_written(&answer);
            self.treat(Subject::Fact, rest, before);
            return;
        } else if asks(rest) {
            self.tell(self.unknown_noted());
        } else {
            self.tell(Line::Added);
        }
        self.state.add_matter(rest);
    }

    /// "At six" after "today" is six today.
    fn with_wished(&self, wish: When) -> When {
        match self.state.form.value(Item::When) {
            Some(Value::When(known)) => When { date: wish.date.or(known.date), ..wish },
            _ => wish,
        }
    }
}

/// "Thank you so much" and the like.
fn step_of_thanks(text: &str) -> bool {
    !text.contains('?') && Remark::Thanks.is_in(text)
}

/// A choice among times has at most so many words.
const SHORT_ANSWER: usize = 6;

/// A question has at least so many words; "Thursday?" may be the answer, said in doubt.
const SHORTEST_QUESTION: usize = 3;

fn as_of(of: Of, value: Value) -> Value {
    match (of, value) {
        (Of::Visit, Value::MoveIn(when)) => Value::When(when),
        (Of::MovingIn, Value::When(when)) => Value::MoveIn(when),
        (_, value) => value,
    }
}

/// Is it a time that they could come at?
fn names_time(entity: &Entity) -> bool {
    matches!(entity.value, Value::When(when) if when.date.is_some() || when.time.is_some())
}

fn names_day(entity: &Entity) -> bool {
    matches!(entity.value, Value::When(when) | Value::MoveIn(when) if when.date.is_some() || when.soonest || when.any)
}

/// The text with blanks in place of all but these parts, so that what is found stands where it was said.
fn only<'p>(text: &str, parts: impl Iterator<Item = &'p Range<usize>>) -> String {
    let parts: Vec<&Range<usize>> = parts.collect();
    let kept = |at: usize| parts.iter().any(|part| part.contains(&at));
    let blanked = |(at, c): (usize, char)| if kept(at) { c.to_string() } else { " ".repeat(c.len_utf8()) };
    text.char_indices().map(blanked).collect()
}

/// As far as a mark or a "but" tells.
fn sentences(text: &str, words: &[Token]) -> Vec<Range<usize>> {
    let ends = |at: usize| {
        let until = words.get(at + 1).map_or(text.len(), |next| next.start);
        text[words[at].end..until].contains(['.', '!', '?', ';'])
            || words.get(at + 1).is_some_and(|next| TURNS.contains(&next.word.as_str()))
    };
    split(0..words.len(), ends)
}

/// The parts between commas and at "and".
fn clauses(words: &[Token], sentence: Range<usize>) -> Vec<Range<usize>> {
    split(sentence, |at| words[at].stop || words.get(at + 1).is_some_and(|next| next.word == "and"))
}

fn split(whole: Range<usize>, ends: impl Fn(usize) -> bool) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut from = whole.start;
    for at in whole.clone() {
        if ends(at) || at + 1 == whole.end {
            parts.push(from..at + 1);
            from = at + 1;
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_wants_to_come_is_told_from_who_sees_or_asks() {
        for text in [
            "could my sister see 204 on Saturday",
            "How I see apartment?",
            "who'd love to get into 77 Alder Lane",
            "can I come by tomorrow",
            "I'd like to take a look",
            "Can I come check it out this weekend",
        ] {
            assert!(comes_to_see(text), "{text}");
        }
        for text in [
            "can you see if the one bedroom is free",
            "I see you have a house",
            "I'm looking at your website",
            "that's by the park",
        ] {
            assert!(!comes_to_see(text), "{text}");
        }
    }

    #[test]
    fn moving_a_showing_is_no_moving_in() {
        for text in ["I'd like to move in January", "Move January", "we're moving in May"] {
            assert!(speaks_of_moving(text), "{text}");
        }
        for text in [
            "can we move it to Friday",
            "I'm just moving the showing to next week",
            "nobody's moving in",
            "not moving in Thursday",
            "I don't know when I'd move in",
        ] {
            assert!(!speaks_of_moving(text), "{text}");
        }
    }
}
