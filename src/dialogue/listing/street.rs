//! Where a street of the list is said, as it is written or as it was heard.

use crate::dialogue::{entity, token::Token, token::tokens};

/// Where the name of the street begins: all its words but the last, which is its kind.
pub(super) fn place_of(street: &str, words: &[Token]) -> Option<usize> {
    /// A word that is likelier than this to be the street's, as it was heard.
    const LIKE: f32 = 0.8;
    let whole = tokens(street);
    let (name, kind) = match whole.split_last() {
        Some((kind, name)) if !name.is_empty() => (name, Some(kind.word.as_str())),
        _ => (&whole[..], None),
    };
    let said = |at: usize, like: f32| {
        name.iter().enumerate().all(|(i, known)| {
            words.get(at + i).is_some_and(|said| entity::likeness(&said.word, &known.word) >= like)
        })
    };
    let all = 0..if name.is_empty() { 0 } else { words.len() };
    all.clone().find(|&at| said(at, 1.0)).or_else(|| {
        all.into_iter().find(|&at| said(at, LIKE) && is_like_a_street(words, at..at + name.len(), kind))
    })
}

/// "I'm on the porch" names no Birch Street: a word that only sounds like a street is one beside what streets stand beside.
fn is_like_a_street(words: &[Token], at: std::ops::Range<usize>, kind: Option<&str>) -> bool {
    const BEHIND: [&str; 12] = [
        "street",
        "st",
        "lane",
        "court",
        "avenue",
        "road",
        "drive",
        "house",
        "place",
        "one",
        "apartment",
        "unit",
    ];
    let behind = words.get(at.end).map(|token| token.word.as_str());
    let by_kind = behind.is_some_and(|word| kind == Some(word) || BEHIND.contains(&word));
    let before = at.start.checked_sub(1).map(|before| words[before].word.as_str());
    let led = match before {
        None => true,
        Some(word) => {
            matches!(word, "on" | "at" | "in" | "from" | "for" | "said" | "calle" | "en" | "de")
                || word.bytes().all(|b| b.is_ascii_digit())
                || words[at.start - 1].stop
        }
    };
    by_kind || led
}

/// The house number in figures right before the street.
pub(super) fn number_before<'t>(street: &str, words: &'t [Token]) -> Option<&'t str> {
    let before = place_of(street, words)?.checked_sub(1)?;
    let word = words.get(before)?.word.as_str();
    word.bytes().all(|b| b.is_ascii_digit()).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_only_sounds_like_a_street_is_none() {
        let said = |text: &str, street: &str| place_of(street, &tokens(text)).is_some();
        for (text, street) in [
            ("At Alder Lane, not Birch", "Birch Street"),
            ("the one on burch", "Birch Street"),
            ("18 burch", "Birch Street"),
            ("the burch street one", "Birch Street"),
            ("Alter Lane", "Alder Lane"),
            ("the alter house", "Alder Lane"),
        ] {
            assert!(said(text, street), "{text}");
        }
        for (text, street) in [
            ("Right now, I'm on the porch.", "Birch Street"),
            ("there is a porch light", "Birch Street"),
            ("my older sister lives there", "Alder Lane"),
        ] {
            assert!(!said(text, street), "{text}");
        }
    }
}
