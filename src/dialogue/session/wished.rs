//! Which day is wished for, when several are named: one that is denied is not the wished one.

use std::sync::LazyLock;

use jiff::civil::Time;

use super::{Awaiting, Item, Session};
use crate::dialogue::{
    Entity, Intent, Reading, ShowingSlot, Value,
    entity::MONTHS,
    office::words_of,
    pack::Line,
    pattern::Pattern,
    remark::Remark,
    token::{Token, tokens},
};

const DAYS: &[&str] = &[
    "monday",
    "mondays",
    "tuesday",
    "tuesdays",
    "wednesday",
    "wednesdays",
    "thursday",
    "thursdays",
    "friday",
    "fridays",
    "saturday",
    "saturdays",
    "sunday",
    "sundays",
    "today",
    "todays",
    "tomorrow",
    "tomorrows",
    "thanksgiving",
    "christmas",
    "lunes",
    "martes",
    "miercoles",
    "jueves",
    "viernes",
    "sabado",
    "domingo",
];

/// How a day is said not to be meant; `DAY` is any of them, or a month.
const DENIALS: &str = "\
not|no ?in ?the morning|mornings|afternoon|afternoons|evening|evenings
not ?on ?this DAY morning|afternoon|evening|night
not ?on ?this ?for ?in DAY
cant|cannot|wont|couldnt ?do ?make ?come ?it ?be ?there ?on ?this DAY
doesnt|dont|neednt ?have|need ?to be ?on ?in DAY
cancel|scratch|forget ?my|the|that ?showing|appointment|tour|one ?for ?on ?this DAY
instead of ?on ?this DAY
except ?for ?on DAY
move|change|switch|reschedule|push ?it|that|this|the|my ?showing|appointment|tour from ?this DAY
DAY is|was ?really|so|kind|no ?of bad|out|tough|impossible|taken
DAY bad|out
DAY ?is thanksgiving|christmas
take|call ?the DAY ?one|showing off
DAY is|was|will|does no|not
DAY isnt|wont|doesnt
DAY i|we cant|cannot
since ?last ?this DAY
last|past DAY
no puedo ?ir ?el DAY
desde ?el DAY
";

/// The end of the lease that somebody has is no day of moving in.
const LEASE_ENDS: &str = "lease .. up|ends|end|expires|runs|goes|over|until|till|through .. DAY";

static NOT_MEANT: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
    let day = [DAYS, &MONTHS].concat().join("|");
    DENIALS.lines().chain([LEASE_ENDS]).map(|line| Pattern::parse(&line.replace("DAY", &day))).collect()
});

static NOT_BEFORE: LazyLock<Vec<Pattern>> =
    LazyLock::new(|| vec![Pattern::parse("not|dont|never|cant|wont .. before")]);
static NOT_AFTER: LazyLock<Vec<Pattern>> =
    LazyLock::new(|| vec![Pattern::parse("not|dont|never|cant|wont .. after")]);

/// With one of these a day or an hour is wished for; without, it is when something happened or will.
const WISHING: &[&str] = &[
    "after",
    "before",
    "between",
    "by",
    "call",
    "calls",
    "calling",
    "reach",
    "ring",
    "text",
    "come",
    "comes",
    "coming",
    "can",
    "could",
    "would",
    "wed",
    "will",
    "may",
    "might",
    "should",
    "id",
    "ill",
    "love",
    "want",
    "wants",
    "wanna",
    "need",
    "needs",
    "prefer",
    "preferably",
    "please",
    "better",
    "best",
    "good",
    "fine",
    "great",
    "works",
    "okay",
    "ok",
    "free",
    "home",
    "available",
    "availability",
    "anytime",
    "any",
    "only",
    "tomorrow",
    "tonight",
    "next",
    "see",
    "tour",
    "look",
    "view",
    "visit",
    "book",
    "schedule",
    "reschedule",
    "showing",
    "appointment",
    "meet",
    "try",
    "how",
    "what",
    "maybe",
    "let",
    "lets",
    "make",
    "do",
    "move",
    "change",
    "cancel",
    "weekend",
    "weekends",
    "weekdays",
    "asap",
    "soon",
    "soonest",
];

/// What happened, or happens anyhow.
const TOLD: &[&str] = &[
    "passed",
    "died",
    "fly",
    "flying",
    "flew",
    "moved",
    "came",
    "slipped",
    "fell",
    "happened",
    "started",
    "since",
    "was",
    "were",
    "did",
    "went",
    "got",
    "put",
    "sent",
    "paid",
    "signed",
    "usually",
    "ago",
    "yesterday",
    "delivered",
    "applied",
    "called",
    "submitted",
    "broke",
    "stopped",
    "quit",
    "locked",
    "wrote",
    "left",
    "been",
    "had",
    "always",
    "every",
    "sleep",
    "sleeping",
];

/// So few words are an answer.
const AN_ANSWER: usize = 5;

/// "He passed away on Sunday", "we fly out Saturday": when something happened or will, not when somebody shall come.
fn is_wished(text: &str, found: &Entity, prospect: bool) -> bool {
    if words_of(text).len() < AN_ANSWER {
        return true;
    }
    let marks = ['.', '!', '?', ';'];
    let start = text[..found.start].rfind(marks).map_or(0, |at| at + 1);
    let end = text[found.end..].find(marks).map_or(text.len(), |at| found.end + at);
    if !prospect && wishes_no_time(&text[start..found.end]) {
        return false;
    }
    let (before, after) = (tokens(&text[start..found.start]), tokens(&text[found.start..end]));
    // The nearest word before it decides, else the nearest behind.
    let says = |token: &Token| {
        let is = |of: &[&str]| of.contains(&token.word.as_str());
        if is(WISHING) { Some(true) } else { is(TOLD).then_some(false) }
    };
    let told = before.iter().rev().find_map(says).or_else(|| after.iter().find_map(says));
    told.unwrap_or(prospect || before.len() + after.len() <= AN_ANSWER)
}

/// "Come in, but I leave at nine", "who do I talk to today?": the clause of a time says what they do themselves then.
fn wishes_no_time(until: &str) -> bool {
    const CALLS: [&str; 4] = ["before", "until", "till", "after"];
    let clause = until.rsplit([',', ';']).next().unwrap_or_default();
    let words = tokens(clause);
    Remark::WishesNoTime.fits(&words) && !words.iter().any(|token| CALLS.contains(&token.word.as_str()))
}

/// Between a day and the one that takes its place: "Thursday at five. Wait, isn't that Thanksgiving? Do Friday."
const TAKEN_BACK: &[&str] = &["wait", "actually", "scratch"];

/// So many words after a day it is still what is taken back.
const STILL_OF_DAY: usize = 5;

/// Words that change nothing about a time.
const AGREEING: [&str; 56] = [
    "yes", "yeah", "yep", "sure", "book", "said", "already", "told", "a", "and", "at", "be", "do", "fine",
    "for", "going", "good", "great", "id", "im", "is", "it", "its", "ill", "like", "lovely", "make", "me",
    "of", "ok", "okay", "on", "one", "perfect", "please", "say", "sounds", "suits", "take", "that", "thats",
    "the", "then", "to", "us", "will", "with", "works", "would", "bien", "el", "esta", "la", "las", "lets",
    "perfecto",
];

/// The same words with blanks in place of the days that are not meant, so that what is found stands where it was said.
pub(super) fn without_denied(text: &str) -> String {
    let tokens = tokens(text);
    let mut left = text.as_bytes().to_vec();
    // "Don't call before two" is after two, and the other way round.
    for (bounds, meant) in [(&*NOT_BEFORE, "after"), (&*NOT_AFTER, "before")] {
        for hit in bounds.iter().flat_map(|pattern| pattern.hits(&tokens)) {
            let (start, end) = (tokens[hit.words.start].start, tokens[hit.words.end - 1].end);
            let bounded = hit.words.end < tokens.len();
            if bounded && tokens[hit.words.start..hit.words.end].iter().all(|token| !token.stop) {
                left[start..end].fill(b' ');
                left[end - meant.len()..end].copy_from_slice(meant.as_bytes());
            }
        }
    }
    let mut denied: Vec<&str> = Vec::new();
    for hit in NOT_MEANT.iter().flat_map(|pattern| pattern.hits(&tokens)) {
        // "Why not Friday?"
        let why = hit.words.start.checked_sub(1).is_some_and(|at| tokens[at].word == "why");
        let crosses = tokens[hit.words.start..hit.words.end - 1].iter().any(|token| token.stop);
        if !why && !crosses {
            left[tokens[hit.words.start].start..tokens[hit.words.end - 1].end].fill(b' ');
            denied.extend(
                tokens[hit.words].iter().map(|token| token.word.as_str()).filter(|word| is_day(word)),
            );
        }
    }
    // "He's to come tomorrow and I can't do tomorrow. Thursday?" Both times it is the same day that is denied.
    let still = |token: &&Token| left[token.start] != b' ' && is_day(&token.word);
    if tokens.iter().filter(still).any(|token| !denied.contains(&token.word.as_str())) {
        for token in tokens.iter().filter(|token| denied.contains(&token.word.as_str())) {
            left[token.start..token.end].fill(b' ');
        }
    }
    if let Some(taken_back) = day_taken_back(&tokens) {
        left[taken_back].fill(b' ');
    }
    // Whole words were blanked, so what is left is text as it was.
    String::from_utf8(left).unwrap_or_else(|_| text.to_owned())
}

fn is_day(word: &str) -> bool {
    DAYS.contains(&word)
}

/// "Yes, book it. And three A right after?": the time is agreed on, and more is wished for.
pub(super) fn agrees_and_goes_on(text: &str) -> bool {
    let words = tokens(text);
    (Remark::OpensWithYes.fits(&words) || Remark::AgreesToTime.fits(&words))
        && !Remark::AgainstTime.fits(&words)
}

/// Where the day stands in whose place another one is named after a "wait".
fn day_taken_back(words: &[Token]) -> Option<std::ops::Range<usize>> {
    let is = |at: usize, of: &[&str]| of.contains(&words[at].word.as_str());
    let back = (0..words.len()).rfind(|&at| is(at, TAKEN_BACK))?;
    let day = (0..back).rfind(|&at| is(at, DAYS)).filter(|day| back - day <= STILL_OF_DAY)?;
    let other = (back..words.len()).rfind(|&at| is(at, DAYS))?;
    (words[day].word != words[other].word).then(|| words[day].start..words[back].end)
}

impl Session {
    /// Without the days and hours that somebody only tells of.
    pub(super) fn leave_out_untold(&self, text: &str, heard: &mut Vec<Entity>) {
        let asked = self.state.awaiting.is_for(Item::When)
            || matches!(
                self.state.awaiting,
                Awaiting::ChooseSlot | Awaiting::ConfirmSlot(_) | Awaiting::Calendar
            );
        if !asked && self.state.language == crate::types::Language::English {
            let prospect = self.state.flow.is_some_and(Intent::is_prospect);
            heard.retain(|entity| {
                !matches!(entity.value, Value::When(_)) || is_wished(text, entity, prospect)
            });
        }
    }

    /// Without what is of somebody or something else: "case number 2025" is no door, "tell the trash people not before seven" no
    /// wish of a visit, and "call my agent, Carla Jimenez" not the caller's own name.
    pub(super) fn leave_out_of_others(&self, text: &str, heard: &mut Vec<Entity>) {
        let referred = |entity: &Entity| {
            let before = text.get(..entity.start).unwrap_or_default();
            Remark::ReferenceBefore.is_in(before)
        };
        let words = tokens(text);
        let says = |of: &[&str]| words.iter().any(|token| of.contains(&token.word.as_str()));
        // When noise may be made is the complaint itself; when to call or to come is said in so many words.
        let told = self.state.flow == Some(Intent::Complaint)
            && says(&["before", "after", "until", "till"])
            && !says(&["call", "come", "ring", "reach", "visit", "meet", "available", "home"]);
        let of_another = self.state.form.value(Item::Name).is_some() && Remark::CallsForAnother.fits(&words);
        heard.retain(|entity| match entity.value {
            Value::Unit(_) => !referred(entity),
            Value::When(_) => !told,
            Value::Name(_) => !of_another,
            Value::Access(_) => self.says_who_may_enter(entity),
            _ => true,
        });
    }

    /// "I'd like to sell by spring" before that was asked: it is as near as they can say, and is not asked for again.
    pub(super) fn note_season(&mut self, text: &str) {
        let flow = self.state.flow.and_then(|intent| self.pack.flow(intent));
        let wanted = flow.is_some_and(|flow| flow.items.contains(&Item::MoveIn))
            && !self.state.form.is_done(Item::MoveIn)
            && !self.state.awaiting.is_for(Item::MoveIn)
            && !self.state.closed;
        let open =
            Remark::BySeason.is_in(text) || (Remark::OnceSold.is_in(text) && Remark::AnyDay.is_in(text));
        if wanted && open && !text.contains('?') {
            self.state.note(format!("of the time they say: {}", text.trim()));
            self.state.form.give_up(Item::MoveIn);
        }
    }

    /// A day of moving in was asked for or read back: "no hurry, the lease is up in May" leaves it open. `true`: dealt with.
    pub(super) fn leaves_move_in_open(&mut self, text: &str, reading: &Reading, heard: &[Entity]) -> bool {
        if self.state.awaiting.item() != Some(Item::MoveIn) || self.state.unheard {
            return false;
        }
        let tokens = tokens(text);
        let named = heard.iter().any(|entity| match entity.value {
            Value::MoveIn(when) => when.date.is_some() || when.soonest,
            Value::When(_) => true,
            _ => false,
        });
        let read_back = matches!(self.state.awaiting, Awaiting::Confirm(_));
        let agrees = reading.moves == Some(crate::dialogue::Move::Affirm);
        // "After Christmas, dear, not on Christmas": their words are kept, since no day is meant.
        let feast = Remark::AfterFeast.fits(&tokens)
            && !text.chars().any(|c| c.is_ascii_digit())
            && !MONTHS.iter().any(|month| tokens.iter().any(|token| token.word == *month));
        let season = Remark::BySeason.fits(&tokens);
        if (named && !feast) || (read_back && agrees) || !(feast || season || Remark::AnyDay.fits(&tokens)) {
            return false;
        }
        let aside: Vec<Entity> =
            heard.iter().filter(|entity| !matches!(entity.value, Value::MoveIn(_))).cloned().collect();
        self.take_beside_the_point(&aside);
        self.state.note(format!("of moving in they say: {text}"));
        self.state.form.reopen(Item::MoveIn);
        self.state.form.give_up(Item::MoveIn);
        self.state.confusions = 0;
        self.tell(if feast || season { Line::Added } else { Line::Skipped });
        self.advance();
        true
    }
}

/// "Saturday would be good": is a time said, and nothing beside it but what agrees?
pub(super) fn is_the_time_again(text: &str, heard: &[Entity]) -> bool {
    let times: Vec<&Entity> =
        heard.iter().filter(|entity| matches!(entity.value, Value::When(_) | Value::MoveIn(_))).collect();
    let Some(Value::When(first) | Value::MoveIn(first)) = times.first().map(|entity| &entity.value) else {
        return false;
    };
    // "Eleven! Yes, eleven, book it."
    let hour =
        |word: &str| hour_of(word).is_some_and(|hour| first.time.is_some_and(|time| is_at(time, hour)));
    let within = |token: &Token| times.iter().any(|time| token.end > time.start && token.start < time.end);
    let beside = tokens(text).into_iter().filter(|token| !within(token));
    !text.contains('?')
        && beside.into_iter().all(|token| AGREEING.contains(&token.word.as_str()) || hour(&token.word))
}

/// "Four's good", where one of the times is at four.
pub(super) fn by_hour(text: &str, offered: &[ShowingSlot]) -> Option<ShowingSlot> {
    let words = tokens(text);
    let agrees = |token: &Token| AGREEING.contains(&token.word.as_str()) || hour_of(&token.word).is_some();
    let hours: Vec<i8> = words.iter().filter_map(|token| hour_of(&token.word)).collect();
    let [hour] = hours.as_slice() else { return None };
    let mut at = offered.iter().filter(|slot| slot.local.minute() == 0 && is_at(slot.local.time(), *hour));
    let only = at.next()?;
    (words.iter().all(agrees) && at.next().is_none() && !text.contains('?')).then(|| only.clone())
}

/// An hour of the clock in words: "fours" of "four's good".
fn hour_of(word: &str) -> Option<i8> {
    const HOURS: [&str; 12] =
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    let at = HOURS.iter().position(|hour| word.strip_suffix('s').unwrap_or(word) == *hour)?;
    i8::try_from(at + 1).ok()
}

fn is_at(time: Time, hour: i8) -> bool {
    time.hour() % 12 == hour % 12
}

/// "The first one", "the last".
pub(super) fn by_place(words: &[String], offered: &[ShowingSlot]) -> Option<ShowingSlot> {
    let at = words.iter().find_map(|word| match word.as_str() {
        "first" | "earliest" | "earlier" | "primera" | "primero" => Some(0),
        "second" | "segunda" | "segundo" => Some(1),
        "third" | "tercera" | "tercero" => Some(2),
        "last" | "latest" | "later" | "última" | "ultima" | "último" | "ultimo" => {
            Some(offered.len().saturating_sub(1))
        }
        _ => None,
    })?;
    offered.get(at).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_that_is_denied_is_blanked_and_another_stays() {
        for (text, stays, gone) in [
            ("No not Thanksgiving. Wednesday at five then", "wednesday at five", "thanksgiving"),
            ("I can't come Wednesday. I need Friday", "friday", "wednesday"),
            ("my wife says Wednesday's bad. Friday same time?", "friday", "wednesday"),
            ("can we move it from Tuesday to Thursday", "thursday", "tuesday"),
            ("not Monday, Tuesday", "tuesday", "monday"),
            ("Saturday doesn't work, how about Sunday", "sunday", "saturday"),
            ("Thursday at five. Wait, isn't that Thanksgiving? Do Friday.", "friday", "thursday"),
            ("Wednesday, no wait, Thursday", "thursday", "wednesday"),
            ("cancel Wednesday and book me Friday", "friday", "wednesday"),
            ("we're in no hurry, the lease is up in May", "no hurry", "may"),
            ("my lease ends in May so June", "june", "may"),
            (
                "he's coming tomorrow and I can't do tomorrow anymore, can we do Thursday",
                "thursday",
                "tomorrow",
            ),
            ("no hot water since Sunday, can somebody come Monday", "monday", "sunday"),
            ("yes, but don't call me before two", "after two", "before"),
            ("Saturday, but not in the morning", "saturday", "morning"),
            ("it doesn't have to be May, sooner is fine", "sooner", "may"),
        ] {
            let left = without_denied(text).to_lowercase();
            assert!(left.contains(stays) && !left.contains(gone), "{text}: {left}");
            assert_eq!(left.len(), text.len());
        }
        for text in [
            "why not Friday",
            "I don't know, maybe Friday",
            "no, Friday",
            "not until Friday",
            "Friday is good",
            "from Monday to Friday",
            "Friday. Actually, Friday at three",
            "Friday, and wait, what's the rent",
            "actually Friday, not before",
        ] {
            assert_eq!(without_denied(text), text);
        }
    }

    #[test]
    fn a_day_that_something_happened_on_is_no_wish() {
        let wished = |text: &str, day: &str| {
            let start = text.find(day).unwrap();
            let found = Entity {
                value: Value::Matter(String::new()),
                start,
                end: start + day.len(),
                confidence: 1.0,
                read_back: false,
            };
            is_wished(text, &found, false)
        };
        for (text, day) in [
            ("He passed away on Sunday, and there's a cat in there", "Sunday"),
            ("The maintenance guy came Tuesday and I haven't heard since", "Tuesday"),
            ("Veronica Salas. We fly out Saturday morning.", "Saturday morning"),
            ("my mother is usually in the bath at ten, you know", "ten"),
            ("Yes, come in, but I leave at nine.", "nine"),
            ("Lena Okafor. Who do I talk to today? I got a fee from my bank.", "today"),
            ("Yes, that's it. Will I get it back today?", "today"),
        ] {
            assert!(!wished(text, day), "{text}");
        }
        for (text, day) in [
            ("Friday morning.", "Friday morning"),
            ("I called on Monday, and can somebody come Tuesday?", "Tuesday"),
            ("Tuesday is good for me, any time at all", "Tuesday"),
            ("It leaks. Please ring me after six in the evening.", "six"),
            ("Can somebody come before I leave at nine tomorrow?", "nine"),
        ] {
            assert!(wished(text, day), "{text}");
        }
    }
}
