//! Which words follow which in a property office: what the recogniser is told of its trade.
//!
//! A small recogniser writes what it has read most of: "carving the knockside" for carbon monoxide. What callers say to
//! an office is known beforehand, so each word that could have been meant is weighed by how likely it is there, after the
//! two words before it. The weights are those of an interpolated trigram model (Witten and Bell, 1991: what has been seen
//! with many different successors is trusted less). Numbers, names and whatever else comes in lists are one word each to
//! the model (a *class*): that "apartment" is followed by a number needs to be said once, not for each number.

use std::{
    collections::HashMap,
    ops::Range,
    sync::{Arc, Mutex, PoisonError},
};

use super::Awaits;

/// How likely a word is that the model has never seen. Callers do say words that we have not thought of; at this price the
/// recogniser's own opinion decides.
const UNKNOWN: f32 = 1e-5;
/// The same for all unknown words together that begin in one way, while only the beginning is there.
const UNKNOWN_BEGINNING: f32 = 2e-4;
/// Of the kinds of words in the model, so many stand for those that are not: a model of closed texts thinks too little of
/// the rest of the language.
const OPEN_SHARE: f32 = 0.3;

/// The class of whatever is written with digits, and of numbers as words.
const NUMBER: &str = "<number>";
const NUMBER_WORDS: [&str; 31] = [
    "zero",
    "oh",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
    "hundred",
    "thousand",
];
/// Of all that is a number, so much is one that is written with digits: any, there being no list of them.
const IN_DIGITS: f32 = 0.1;

/// A word's place in the model's alphabet.
type Word = u32;
const START: Word = u32::MAX;
const END: Word = u32::MAX - 1;
const STRANGER: Word = u32::MAX - 2;
/// What was asked, in the place of the word before the first: numbers down from here.
const ASKED: Word = u32::MAX - 16;

/// Of those who are asked for something, so many at least may say anything else.
const SOMETHING_ELSE: f32 = 0.3;

/// The two words before, the nearer one last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct History(Word, Word);

impl History {
    const START: Self = Self(START, START);

    /// Before the first word of an utterance.
    pub const fn before(awaits: Awaits) -> Self {
        match awaits {
            Awaits::Anything => Self::START,
            _ => Self(START, ASKED + awaits as Word),
        }
    }

    /// Is nothing said yet, and something asked?
    const fn is_asked(self) -> bool {
        self.1 >= ASKED && self.1 < STRANGER
    }

    const fn and(self, word: Word) -> Self {
        Self(self.1, word)
    }
}

/// What has been seen after some words: words in the order of the alphabet, each with how many have come up to and with it.
#[derive(Debug, Clone, Default)]
struct Seen {
    after: Vec<(Word, u32)>,
}

impl Seen {
    fn all(&self) -> f32 {
        self.after.last().map_or(0, |(_, up_to)| *up_to) as f32
    }

    fn kinds(&self) -> f32 {
        self.after.len() as f32
    }

    /// How many words of this stretch of the alphabet.
    fn count(&self, words: Range<Word>) -> f32 {
        let up_to = |word: Word| {
            let at = self.after.partition_point(|(seen, _)| *seen < word);
            at.checked_sub(1).and_then(|at| self.after.get(at)).map_or(0, |(_, up_to)| *up_to)
        };
        up_to(words.end).saturating_sub(up_to(words.start)) as f32
    }
}

/// A sentence that is learnt, as a caller says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sentence<'s> {
    pub words: &'s str,
    /// It is an answer to this.
    pub awaited: Awaits,
    /// It counts as so many.
    pub count: u32,
}

impl<'s> Sentence<'s> {
    /// One that may come at any time.
    pub const fn of(words: &'s str) -> Self {
        Self { words, awaited: Awaits::Anything, count: 1 }
    }
}

/// Words that come in a list: names, streets, the homes of the office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordClass {
    /// As it stands in the sentences that are learnt: `<name>`.
    pub token: String,
    pub words: Vec<String>,
}

#[derive(Debug, Clone)]
struct Class {
    token: Word,
    /// In alphabetical order.
    words: Vec<Box<str>>,
}

impl Class {
    /// The share of the class whose words begin so.
    fn beginning(&self, prefix: &str) -> f32 {
        let span = beginning_with(&self.words, prefix);
        span.len() as f32 / self.words.len().max(1) as f32
    }

    fn has(&self, word: &str) -> bool {
        self.words.binary_search_by(|own| (**own).cmp(word)).is_ok()
    }
}

/// The model; see the top of the file. Reading is all that is done with it afterwards, by any number of threads.
#[derive(Debug, Clone)]
pub struct WordModel {
    alphabet: Vec<Box<str>>,
    classes: Vec<Class>,
    number: Word,
    alone: Seen,
    after_one: HashMap<Word, Seen>,
    after_two: HashMap<(Word, Word), Seen>,
}

/// The word model that a recogniser goes by. Clones share it: what is learnt anew counts from the next decode on.
#[derive(Debug, Clone)]
pub struct WordModelInUse(Arc<Mutex<Arc<WordModel>>>);

impl WordModelInUse {
    /// The model that counts now.
    pub fn get(&self) -> Arc<WordModel> {
        Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes its place for all who share it. A decode that runs ends with the one it began with.
    pub fn replace(&self, model: Arc<WordModel>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = model;
    }
}

impl From<Arc<WordModel>> for WordModelInUse {
    fn from(model: Arc<WordModel>) -> Self {
        Self(Arc::new(Mutex::new(model)))
    }
}

impl WordModel {
    /// Learns from sentences, as callers say them, in which a class may stand for any word of it. Some ten thousand
    /// sentences take a tenth of a second.
    pub fn learn<'s>(sentences: impl IntoIterator<Item = Sentence<'s>>, classes: Vec<WordClass>) -> Self {
        let sentences: Vec<(Sentence<'s>, Vec<String>)> = sentences
            .into_iter()
            .map(|sentence| (sentence, tokens(sentence.words)))
            .filter(|(_, words)| !words.is_empty())
            .collect();
        let numbers = WordClass {
            token: NUMBER.to_owned(),
            words: NUMBER_WORDS.iter().map(|&word| word.to_owned()).collect(),
        };
        let classes: Vec<WordClass> =
            classes.into_iter().chain([numbers]).filter(|class| !class.words.is_empty()).collect();
        let words = sentences.iter().flat_map(|(_, words)| words);
        let mut alphabet: Vec<Box<str>> = words.map(|word| word.as_str().into()).collect();
        alphabet.extend(classes.iter().map(|class| class.token.as_str().into()));
        alphabet.sort_unstable();
        alphabet.dedup();
        let place = |word: &str| place_in(&alphabet, word).unwrap_or(STRANGER);

        let mut counts: HashMap<(Word, Word, Word), u32> = HashMap::new();
        for (sentence, words) in &sentences {
            let mut learn = |mut history: History| {
                for word in words.iter().map(|word| place(word)).chain([END]) {
                    *counts.entry((history.0, history.1, word)).or_default() += sentence.count;
                    history = history.and(word);
                }
            };
            learn(History::START);
            if sentence.awaited != Awaits::Anything {
                learn(History::before(sentence.awaited));
            }
        }
        let mut one: HashMap<(Word, Word), u32> = HashMap::new();
        let mut none: HashMap<Word, u32> = HashMap::new();
        for (&(_, nearer, word), &count) in &counts {
            *one.entry((nearer, word)).or_default() += count;
            *none.entry(word).or_default() += count;
        }
        let classes = classes
            .into_iter()
            .map(|class| {
                let mut words: Vec<Box<str>> =
                    class.words.iter().flat_map(|entry| tokens_of_list(entry)).map(Into::into).collect();
                words.sort_unstable();
                words.dedup();
                Class { token: place(&class.token), words }
            })
            .collect();
        Self {
            alone: seen(none.into_iter().collect()),
            after_one: grouped(one.into_iter().map(|((before, word), count)| (before, word, count))),
            after_two: grouped(counts.into_iter().map(|((a, b, word), count)| ((a, b), word, count))),
            number: place(NUMBER),
            classes,
            alphabet,
        }
    }

    /// How likely this whole word is there (natural logarithm), and the history after it. In any case of letters.
    pub fn word(&self, history: History, word: &str) -> (f32, History) {
        let plain = plain(word);
        if plain.chars().any(|c| c.is_ascii_digit()) {
            let number = self.number;
            let likely = self.likely(history, number..number.saturating_add(1), UNKNOWN) * IN_DIGITS;
            return (likely.max(UNKNOWN).ln(), history.and(number));
        }
        let own = place_in(&self.alphabet, &plain);
        let as_itself = own.map_or(UNKNOWN, |own| self.likely(history, own..own + 1, UNKNOWN));
        let (mut likely, mut read_as, mut most) = (as_itself, own.unwrap_or(STRANGER), as_itself);
        for class in self.classes.iter().filter(|class| class.has(&plain)) {
            let of_class = self.likely(history, class.token..class.token.saturating_add(1), 0.0)
                / class.words.len().max(1) as f32;
            likely += of_class;
            if own.is_none() || of_class > most {
                (read_as, most) = (class.token, of_class);
            }
        }
        (likely.ln(), history.and(read_as))
    }

    /// How likely a word is there that begins so (natural logarithm).
    pub fn beginning(&self, history: History, prefix: &str) -> f32 {
        let prefix = plain(prefix);
        if prefix.chars().any(|c| c.is_ascii_digit()) {
            return self.word(history, &prefix).0;
        }
        let span = beginning_with(&self.alphabet, &prefix);
        let span = span.start as Word..span.end as Word;
        let mut likely = self.likely(history, span, UNKNOWN_BEGINNING);
        for class in &self.classes {
            let share = class.beginning(&prefix);
            if share > 0.0 {
                likely += share * self.likely(history, class.token..class.token.saturating_add(1), 0.0);
            }
        }
        likely.ln()
    }

    /// How likely it is that nothing more is said (natural logarithm).
    pub fn end(&self, history: History) -> f32 {
        self.likely(history, END..END + 1, UNKNOWN).ln()
    }

    /// How likely a word of this stretch of the alphabet is; `unknown` for what there is none of.
    fn likely(&self, history: History, words: Range<Word>, unknown: f32) -> f32 {
        let share = |seen: &Seen, trust: f32, below: f32| {
            (seen.count(words.clone()) + trust * below) / (seen.all() + trust)
        };
        let alone = if history.is_asked() {
            self.likely(History::START, words.clone(), unknown)
        } else {
            share(&self.alone, (self.alone.kinds() * OPEN_SHARE).max(1.0), unknown)
        };
        let Some(one) = self.after_one.get(&history.1) else { return alone };
        let trust = if history.is_asked() { SOMETHING_ELSE * one.all() } else { 0.0 };
        let after_one = share(one, one.kinds().max(trust), alone);
        if history.is_asked() {
            return after_one;
        }
        let Some(two) = self.after_two.get(&(history.0, history.1)) else { return after_one };
        share(two, two.kinds(), after_one)
    }
}

/// The words of a sentence as the model knows them; numbers are their class.
fn tokens(sentence: &str) -> Vec<String> {
    let words = sentence.split(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '<' | '>')));
    words
        .map(|word| if word.starts_with('<') { word.to_owned() } else { plain(word) })
        .filter(|word| !word.is_empty())
        .map(|word| if is_number(&word) { NUMBER.to_owned() } else { word })
        .collect()
}

fn tokens_of_list(entry: &str) -> impl Iterator<Item = String> {
    entry.split(|c: char| !(c.is_alphanumeric() || c == '\'')).map(plain).filter(|word| !word.is_empty())
}

fn is_number(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit()) || NUMBER_WORDS.contains(&word)
}

/// Small letters and digits alone: "it's" is "its" in the alphabet, since recognisers put apostrophes as they like.
fn plain(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn place_in(alphabet: &[Box<str>], word: &str) -> Option<Word> {
    alphabet.binary_search_by(|own| (**own).cmp(word)).ok().map(|place| place as Word)
}

/// The stretch of a sorted list whose words begin so.
fn beginning_with(sorted: &[Box<str>], prefix: &str) -> Range<usize> {
    let from = sorted.partition_point(|word| **word < *prefix);
    let length = sorted.get(from..).unwrap_or_default().partition_point(|word| word.starts_with(prefix));
    from..from + length
}

fn seen(mut counted: Vec<(Word, u32)>) -> Seen {
    counted.sort_unstable();
    let mut up_to = 0;
    for (_, count) in &mut counted {
        up_to += *count;
        *count = up_to;
    }
    Seen { after: counted }
}

fn grouped<K: std::hash::Hash + Eq>(counted: impl Iterator<Item = (K, Word, u32)>) -> HashMap<K, Seen> {
    let mut groups: HashMap<K, Vec<(Word, u32)>> = HashMap::new();
    for (before, word, count) in counted {
        groups.entry(before).or_default().push((word, count));
    }
    groups.into_iter().map(|(before, counted)| (before, seen(counted))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model() -> WordModel {
        let sentences = [
            "the carbon monoxide alarm is going off",
            "my carbon monoxide detector is beeping",
            "i live in apartment seven",
            "i live in apartment 12",
            "my name is <name>",
        ];
        let names =
            WordClass { token: "<name>".to_owned(), words: vec!["Priya Nair".to_owned(), "Ada".to_owned()] };
        let answer = Sentence { words: "<name> <name>", awaited: Awaits::Name, count: 4 };
        WordModel::learn(sentences.map(Sentence::of).into_iter().chain([answer]), vec![names])
    }

    fn after(model: &WordModel, said: &str) -> History {
        said.split(' ').fold(History::START, |history, word| model.word(history, word).1)
    }

    #[test]
    fn a_word_that_follows_in_the_trade_is_likelier_than_one_that_does_not() {
        let model = model();
        let carbon = after(&model, "the carbon");
        assert!(model.word(carbon, "monoxide").0 > model.word(carbon, "detector").0 + 3.0);
        assert!(
            model.word(carbon, "detector").0 > model.word(carbon, "knockside").0,
            "a word of the trade before a stranger"
        );
        assert!(model.beginning(carbon, "mono") > model.beginning(carbon, "kno") + 3.0);
        assert!(model.end(after(&model, "is beeping")) > model.end(carbon));
    }

    #[test]
    fn a_number_is_a_number_in_digits_and_in_words() {
        let model = model();
        let apartment = after(&model, "in apartment");
        let chair = model.word(apartment, "chair").0;
        for number in ["nine", "9", "4B"] {
            assert!(model.word(apartment, number).0 > chair + 3.0, "{number}");
        }
        assert_eq!(model.word(apartment, "nine").1, model.word(apartment, "12").1);
    }

    #[test]
    fn whoever_is_in_a_list_stands_wherever_the_list_may() {
        let model = model();
        let name = after(&model, "my name is");
        for known in ["Priya", "nair", "Ada"] {
            assert!(model.word(name, known).0 > model.word(name, "prayer").0 + 3.0, "{known}");
        }
        assert!(model.beginning(name, "Pri") > model.beginning(name, "Bri") + 3.0);
        assert!(model.word(after(&model, "the"), "Priya").0 < model.word(name, "Priya").0 - 1.0);
    }

    #[test]
    fn whoever_is_asked_for_a_name_says_one_or_something_else() {
        let model = model();
        let (asked, free) = (History::before(Awaits::Name), History::before(Awaits::Anything));
        assert!(model.word(asked, "Ada").0 > model.word(free, "Ada").0 + 0.5);
        assert!(model.beginning(asked, "Ad") > model.beginning(free, "Ad") + 0.5);
        assert!(
            model.word(asked, "the").0 > model.word(free, "the").0 - 2.0,
            "anything else may be said all the same"
        );
        assert!(model.word(asked, "Ada").0 < 0.0 && model.end(asked).is_finite());
    }

    #[test]
    fn all_that_can_follow_is_one_in_all() {
        let model = model();
        for said in ["", "the carbon", "in apartment"] {
            let history = if said.is_empty() { History::START } else { after(&model, said) };
            let words = model.likely(history, 0..STRANGER, 0.0) + model.likely(history, END..END + 1, 0.0);
            assert!((0.7..=1.001).contains(&words), "{said}: {words}");
        }
    }

    #[test]
    fn a_model_of_nothing_says_nothing() {
        let empty = WordModel::learn([], Vec::new());
        let (likely, history) = empty.word(History::START, "hello");
        assert!(
            likely.is_finite() && empty.beginning(history, "h").is_finite() && empty.end(history).is_finite()
        );
    }
}
