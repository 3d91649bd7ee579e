//! Numbers that nobody should tell an office by telephone, and that it should not have on file: of cards and of social security.

use std::ops::Range;

use super::{
    entity::digits,
    token::{Token, tokens},
};

/// Stands in the place of such a number from then on: in the conversation, the journal and the transcript.
pub(super) const WITHHELD: &str = "[number left out]";

/// Digits of a card's number (ISO/IEC 7812).
const CARD: Range<usize> = 13..20;

/// Digits that somebody who speaks of a card or of social security has to say before they are taken for its number.
const SAID_TO_BE_ONE: usize = 8;

/// So many words before the number what it is of may have been said.
const NAMED_BEFORE: usize = 6;

const NAMES: [&str; 14] = [
    "card",
    "visa",
    "mastercard",
    "amex",
    "discover",
    "debit",
    "credit",
    "routing",
    "social",
    "ssn",
    "itin",
    "tarjeta",
    "seguro",
    "crédito",
];

/// Before a number that is dialled with its country, which may be as long as a card's.
const OF_TELEPHONE: [&str; 16] = [
    "country",
    "code",
    "phone",
    "telephone",
    "cell",
    "mobile",
    "whatsapp",
    "international",
    "foreign",
    "german",
    "mexican",
    "abroad",
    "teléfono",
    "celular",
    "llamar",
    "dial",
];

/// The words without the numbers; `None`: they hold none.
pub fn without_secrets(text: &str) -> Option<String> {
    let words = tokens(text);
    let mut kept = String::new();
    let (mut at, mut from) = (0, 0);
    while at < words.len() {
        let Some((said, after)) = digits(&words, at) else {
            at += 1;
            continue;
        };
        let plus = words.get(at).is_some_and(|token| text[..token.start].ends_with('+'));
        if let Some(place) = places(&words, at..after).filter(|_| !plus && is_secret(&words, at, &said)) {
            kept.push_str(text.get(from..place.start)?);
            kept.push_str(WITHHELD);
            from = place.end;
        }
        at = after;
    }
    if kept.is_empty() {
        return None;
    }
    kept.push_str(text.get(from..)?);
    Some(kept)
}

/// Where in the text these words stand.
fn places(words: &[Token], at: Range<usize>) -> Option<Range<usize>> {
    Some(words.get(at.start)?.start..words.get(at.end.checked_sub(1)?)?.end)
}

fn is_secret(words: &[Token], at: usize, said: &str) -> bool {
    let named = || {
        words[at.saturating_sub(NAMED_BEFORE)..at].iter().any(|token| NAMES.contains(&token.word.as_str()))
    };
    let of_telephone = || {
        words[at.saturating_sub(NAMED_BEFORE)..at]
            .iter()
            .any(|token| OF_TELEPHONE.contains(&token.word.as_str()))
    };
    // No card's number begins with a zero; one that is dialled abroad does, with its country behind it.
    let card = CARD.contains(&said.len()) && has_check_digit(said) && !said.starts_with('0');
    (card && !of_telephone()) || (said.len() >= SAID_TO_BE_ONE && named())
}

/// Does the last digit follow from those before it (Luhn; ISO/IEC 7812-1, annex B)? One of ten other numbers does as well.
fn has_check_digit(number: &str) -> bool {
    let doubled = |digit: u32| if digit > 4 { 2 * digit - 9 } else { 2 * digit };
    let digits = number.chars().rev().filter_map(|c| c.to_digit(10));
    let sum: u32 = digits
        .zip([false, true].into_iter().cycle())
        .map(|(digit, twice)| if twice { doubled(digit) } else { digit })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_number_is_left_out_however_it_is_said() {
        assert_eq!(
            without_secrets(
                "It's four one one one, one one one one, one one one one, one one one one, expires May."
            )
            .as_deref(),
            Some("It's [number left out], expires May.")
        );
        assert_eq!(without_secrets("4111 1111 1111 1111").as_deref(), Some("[number left out]"));
        assert_eq!(
            without_secrets("my social is 123 45 6789 and my name is Dana").as_deref(),
            Some("my social is [number left out] and my name is Dana")
        );
    }

    #[test]
    fn a_telephone_number_is_none() {
        for said in [
            "three oh three, five five five, oh one seven seven",
            "303 555 0177 or 303 555 0188",
            "the card reader at 210 does not work",
            "I have a German number, it's 011 49 151 5550 1234.",
            "The country code is 49, then 151 5550 1234.",
            "It's +49 151 5550 1234",
            "my unit is 4B",
            "",
        ] {
            assert_eq!(without_secrets(said), None, "{said}");
        }
    }
}
