//! What callers say of themselves that nobody may treat them by is not listened to, where they ask or want something besides.
//!
//! Fair housing is lost on the way in as well: a caller who says that they have children and asks for the rent must get what
//! anybody gets who asks for the rent. So the sentence about the children is taken out before the rest is understood. It
//! stays in the transcript; and it is heard where it is all that is said, or what the rest speaks of ("is that a problem?").

use std::{borrow::Cow, sync::LazyLock};

use super::{
    office::words_of,
    pattern::{Pattern, lines},
    token::tokens,
    understander::danger_said,
};
use crate::types::Language;

static SENTENCES: LazyLock<[Vec<Pattern>; Language::ALL.len()]> = LazyLock::new(|| {
    Language::ALL.map(|language| {
        let text = match language {
            Language::English => include_str!("../../firmware-config/dialogue/unasked.txt"),
            Language::Spanish => include_str!("../../firmware-config/dialogue/es/unasked.txt"),
        };
        lines(text).map(Pattern::parse).collect()
    })
});

/// Words of a question that speaks of the sentence before it.
const BACK: [&str; 24] = [
    "that", "thats", "it", "this", "these", "them", "there", "okay", "ok", "problem", "issue", "matter",
    "mind", "allowed", "accept", "allow", "me", "us", "eso", "esto", "problema", "aceptan", "permiten",
    "importa",
];

/// Fewer words than this are a greeting, and no matter of their own.
const LEAST_WORDS: usize = 3;

/// The text without what nobody needs to know of who speaks; all of it, if nothing would be left, or the rest speaks of it.
pub(super) fn to_be_heard(text: &str) -> Cow<'_, str> {
    let sentences: Vec<&str> = sentences(text).collect();
    if sentences.len() < 2 || danger_said(text).is_some() {
        return Cow::Borrowed(text);
    }
    let (own, rest): (Vec<&str>, Vec<&str>) =
        sentences.into_iter().partition(|sentence| is_of_oneself(sentence));
    let says_something = rest.iter().any(|sentence| words_of(sentence).len() >= LEAST_WORDS);
    if own.is_empty() || !says_something || rest.iter().any(|sentence| speaks_of_it(sentence)) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(rest.join(" "))
}

/// Words with which people say who they are.
const INTRODUCTIONS: [&str; 7] =
    ["my name is ", "my name's ", "name is ", "this is ", "me llamo ", "mi nombre es ", "le habla "];

/// A name has no more words than this.
const NAME_WORDS: usize = 3;

/// The text without the names that people introduce themselves by, for whoever is to tell what they want: that is the same
/// whatever their name is.
pub(super) fn without_names(text: &str) -> Cow<'_, str> {
    // ASCII alone changes: byte positions stay what they are.
    let lower = text.to_ascii_lowercase();
    let mut kept = String::new();
    let mut from = 0;
    while let Some((at, said)) = INTRODUCTIONS
        .iter()
        .filter_map(|said| Some((from + lower.get(from..)?.find(said)?, *said)))
        .min_by_key(|(at, said)| (*at, std::cmp::Reverse(said.len())))
    {
        let begins = at + said.len();
        let ends = begins + name_length(text.get(begins..).unwrap_or_default());
        kept.push_str(text.get(from..begins).unwrap_or_default().trim_end_matches(' '));
        from = ends.max(begins);
        if from == begins {
            // Nothing that is written like a name follows: the words stay apart.
            kept.push(' ');
        }
    }
    if from == 0 {
        return Cow::Borrowed(text);
    }
    kept.push_str(text.get(from..).unwrap_or_default());
    Cow::Owned(kept)
}

/// Small words within a name: "María del Socorro".
const WITHIN_NAMES: [&str; 4] = ["de", "del", "la", "los"];

/// How many bytes of this are words with capitals, as a recogniser writes names.
fn name_length(text: &str) -> usize {
    let mut length = 0;
    let mut left = NAME_WORDS;
    let words: Vec<&str> = text.split_inclusive(' ').collect();
    for (at, word) in words.iter().enumerate() {
        let bare = word.trim_end();
        let leads_on = words[at + 1..]
            .iter()
            .find(|next| !WITHIN_NAMES.contains(&next.trim_end()))
            .is_some_and(|next| next.starts_with(char::is_uppercase));
        if length > 0 && WITHIN_NAMES.contains(&bare) && leads_on {
            length += word.len();
            continue;
        }
        if left == 0 || !bare.starts_with(char::is_uppercase) {
            break;
        }
        left -= 1;
        let end = bare.trim_end_matches(|c: char| !c.is_alphanumeric()).len();
        length += end;
        if end < bare.len() || end == 0 {
            return length;
        }
        length += word.len() - bare.len();
    }
    text.get(..length).map_or(0, |name| name.trim_end().len())
}

fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(['.', '!', '?', ';']).map(str::trim).filter(|sentence| !sentence.is_empty())
}

fn is_of_oneself(sentence: &str) -> bool {
    if sentence.ends_with('?') {
        return false;
    }
    let words = tokens(&sentence.replace(',', " "));
    SENTENCES.iter().flatten().any(|pattern| pattern.fits(&words))
}

/// "Is that a problem?", "Would you rent to us?"
fn speaks_of_it(sentence: &str) -> bool {
    let words = tokens(sentence);
    let short = words.len() <= 8;
    short && words.iter().any(|token| BACK.contains(&token.word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_oneself_is_left_out_beside_a_question() {
        for (said, heard) in [
            ("Hello. I have three small children. What is the rent?", "Hello. What is the rent?"),
            (
                "Hi. I use a wheelchair. I'd like to see the two bedroom.",
                "Hi. I'd like to see the two bedroom.",
            ),
            ("I am pregnant. Is the home on Alder still available?", "Is the home on Alder still available?"),
            ("I'm eighty years old. Which homes do you have?", "Which homes do you have?"),
            ("Hi. I have a housing voucher. My kitchen sink is leaking.", "Hi. My kitchen sink is leaking."),
            (
                "Hola. Tengo tres hijos. ¿Cuánto es la renta de la casa?",
                "Hola. ¿Cuánto es la renta de la casa?",
            ),
        ] {
            assert_eq!(to_be_heard(said), heard, "{said}");
        }
    }

    #[test]
    fn whatever_their_name_is_the_same_is_read() {
        for (one, other) in [
            ("Hi. My name is Greg Baker. How much is it?", "Hi. My name is Jose Hernandez. How much is it?"),
            ("This is Emily Walsh, I smell gas.", "This is Lakisha Washington, I smell gas."),
            ("My sink leaks and my name is Ann Lee", "My sink leaks and my name is Omar El Haddad"),
            ("Me llamo Ana. Tengo una fuga.", "Me llamo Guadalupe. Tengo una fuga."),
            (
                "Mi nombre es Ana Ruiz. Tengo una fuga.",
                "Mi nombre es María del Socorro Ruiz. Tengo una fuga.",
            ),
        ] {
            assert_eq!(without_names(one), without_names(other));
            assert!(!without_names(one).contains("Baker") && without_names(one).contains(' '));
        }
        for kept in ["This is about my lease.", "My sink leaks.", "", "this is "] {
            assert_eq!(without_names(kept).trim_end(), kept.trim_end());
        }
    }

    #[test]
    fn what_is_asked_of_it_or_is_all_that_is_said_is_heard() {
        for said in [
            "I have a housing voucher.",
            "Hello. I use a wheelchair.",
            "I have four kids. Is that a problem?",
            "I'm on Section 8. Do you accept that?",
            "I am pregnant. I smell gas in the kitchen.",
            "Do you have two bedrooms? I have a dog.",
            "I have a leak under my sink. The water is everywhere.",
            "My son is stuck in the elevator. Please send somebody.",
        ] {
            assert_eq!(to_be_heard(said), said);
        }
    }
}
