//! How many bedrooms are meant, of the numbers that were said.

use crate::dialogue::{Entity, Value, token::tokens};

/// A number of bedrooms in words or figures.
fn number(word: &str) -> Option<u8> {
    Some(match word {
        "one" | "1" | "una" | "un" => 1,
        "two" | "2" | "dos" => 2,
        "three" | "3" | "tres" => 3,
        "four" | "4" | "cuatro" => 4,
        "five" | "5" | "cinco" => 5,
        _ => return None,
    })
}

fn is_bedroom(word: &str) -> bool {
    matches!(
        word,
        "bedroom"
            | "bedrooms"
            | "bed"
            | "beds"
            | "br"
            | "bdrm"
            | "recamara"
            | "recamaras"
            | "habitaciones"
            | "cuartos"
    )
}

/// "A two or three bedroom": both.
pub(super) fn either_rooms(text: &str) -> Vec<u8> {
    let words = tokens(text);
    let word = |at: usize| words.get(at).map_or("", |token| token.word.as_str());
    let either = (0..words.len()).find_map(|at| {
        let first = number(word(at))?;
        let or = at + 1 + usize::from(is_bedroom(word(at + 1)));
        let article = or + 1 + usize::from(matches!(word(or + 1), "a" | "maybe"));
        let second = number(word(article)).filter(|_| matches!(word(or), "or" | "to" | "o"))?;
        is_bedroom(word(article + 1)).then(|| vec![first, second])
    });
    either.unwrap_or_default()
}

/// All the numbers that stand before "bedroom", each once.
pub(super) fn rooms_named(text: &str) -> Vec<u8> {
    let words = tokens(text);
    let named =
        words.windows(2).filter(|two| is_bedroom(&two[1].word)).filter_map(|two| number(&two[0].word));
    named.fold(Vec::new(), |mut rooms, count| {
        if !rooms.contains(&count) {
            rooms.push(count);
        }
        rooms
    })
}

/// Of the numbers that stand before "bedroom": the first, unless words between take it back, or a "not" stands before it.
pub(super) fn rooms_meant(text: &str) -> Option<u8> {
    const TAKES_BACK: [&str; 10] =
        ["no", "actually", "wait", "sorry", "mean", "meant", "rather", "digo", "perdon", "mejor"];
    let words = tokens(text);
    let mut meant: Option<(usize, u8)> = None;
    for at in 1..words.len() {
        let Some(rooms) = number(&words[at - 1].word).filter(|_| is_bedroom(&words[at].word)) else {
            continue;
        };
        let before = |back: usize| at.checked_sub(back).map_or("", |at| words[at].word.as_str());
        let denied = before(2) == "not" || (before(3) == "not" && matches!(before(2), "a" | "the"));
        let taken_back = meant.is_some_and(|(last, _)| {
            words[last + 1..at].iter().any(|token| TAKES_BACK.contains(&token.word.as_str()))
        });
        if !denied && (meant.is_none() || taken_back) {
            meant = Some((at, rooms));
        }
    }
    meant.map(|(_, rooms)| rooms)
}

pub(super) fn bedrooms_in(heard: &[Entity]) -> Option<u8> {
    heard.iter().find_map(|entity| match entity.value {
        Value::Bedrooms(rooms) => Some(rooms),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bedrooms_that_are_meant_are_those_that_were_not_taken_back() {
        for (text, rooms) in [
            ("the one bedroom, actually no, wait, is the three bedroom still available?", Some(3)),
            ("No no, two bedroom. Not one. One baby.", Some(2)),
            ("For me and my wife and one baby. Two bedroom.", Some(2)),
            ("not the one bedroom, the two bedroom", Some(2)),
            ("a one bedroom, or maybe a two bedroom", Some(1)),
            ("one of your people called me", None),
        ] {
            assert_eq!(rooms_meant(text), rooms, "{text}");
        }
        assert_eq!(either_rooms("your availability for a two or three bedroom"), vec![2, 3]);
        assert_eq!(
            rooms_named("between your two bedroom and the one bedroom? Besides the bedroom."),
            vec![2, 1]
        );
        assert!(either_rooms("is it two or three people at most").is_empty());
        assert_eq!(either_rooms("busco de una o dos recámaras"), vec![1, 2]);
    }
}
