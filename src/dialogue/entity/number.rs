//! Numbers as they are said: digit by digit, in pairs, in hundreds.

use crate::dialogue::token::Token;

/// `seven` is 7, `oh` is 0. Not `for` and `to`: see [`digits`].
pub(super) fn ones(word: &str) -> Option<u32> {
    Some(match word {
        "zero" | "oh" | "o" | "naught" | "nought" => 0,
        "one" => 1,
        "two" => 2,
        "three" => 3,
        "four" => 4,
        "five" => 5,
        "six" => 6,
        "seven" => 7,
        "eight" => 8,
        "nine" | "niner" => 9,
        _ => return None,
    })
}

pub(super) fn teens(word: &str) -> Option<u32> {
    Some(match word {
        "ten" => 10,
        "eleven" => 11,
        "twelve" => 12,
        "thirteen" => 13,
        "fourteen" => 14,
        "fifteen" => 15,
        "sixteen" => 16,
        "seventeen" => 17,
        "eighteen" => 18,
        "nineteen" => 19,
        _ => return None,
    })
}

pub(super) fn tens(word: &str) -> Option<u32> {
    Some(match word {
        "twenty" => 20,
        "thirty" => 30,
        "forty" | "fourty" => 40,
        "fifty" => 50,
        "sixty" => 60,
        "seventy" => 70,
        "eighty" => 80,
        "ninety" => 90,
        _ => return None,
    })
}

/// The number that a teen or a ten is easily taken for: 15 and 50.
pub(super) fn sounds_like(value: u32) -> Option<u32> {
    match value {
        13..=19 => Some((value - 10) * 10),
        30 | 40 | 50 | 60 | 70 | 80 | 90 => Some(value / 10 + 10),
        _ => None,
    }
}

/// Digits said at `at`, and the place after them: `two oh four` 204, `twenty one` 21, `double five` 55, `8` 8,
/// `five hundred` 500.
///
/// With `apart`, tens and ones are not joined: `twenty five` is 20 and 5, as in "seven twenty, five five five".
/// Fewer digits behind letters are a door or a make of car.
const LEAST_RUN_ON: usize = 7;

fn group(tokens: &[Token], at: usize, apart: bool) -> Option<(String, usize)> {
    let word = tokens.get(at)?.word.as_str();
    if is_cry(tokens, at) {
        return None;
    }
    if word.bytes().all(|b| b.is_ascii_digit()) {
        return Some((word.to_owned(), at + 1));
    }
    // "Call me Jan6175550166": a number that the recogniser wrote on to the word before it.
    let run_on = word.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    if run_on.len() >= LEAST_RUN_ON && run_on.bytes().all(|b| b.is_ascii_digit()) {
        return Some((run_on.to_owned(), at + 1));
    }
    let times = match word {
        "double" => 2,
        "triple" | "treble" => 3,
        _ => 1,
    };
    if times > 1 {
        let digit = single(tokens.get(at + 1)?.word.as_str())?;
        return Some((digit.repeat(times), at + 2));
    }
    let (value, after) = if let Some(ten) = tens(word) {
        // "Fifty, five zero" is no fifty five.
        let apart = apart || tokens[at].stop;
        match tokens.get(at + 1).and_then(|t| ones(&t.word)).filter(|one| *one > 0 && !apart) {
            Some(one) => (ten + one, at + 2),
            None => (ten, at + 1),
        }
    } else {
        (ones(word).or_else(|| teens(word))?, at + 1)
    };
    match tokens.get(after).map(|t| t.word.as_str()) {
        Some("hundred") if value > 0 => Some(match beyond_hundred(tokens, after) {
            Some((rest, end)) => (format!("{value}{rest:02}"), end),
            None => (format!("{value}00"), after + 1),
        }),
        Some("thousand") if value > 0 => Some((format!("{value}000"), after + 1)),
        _ => Some((value.to_string(), after)),
    }
}

/// What is said to the hundreds, and the place after it: "two hundred and four", "two hundred four". Behind "eight hundred" of a
/// telephone number more digits follow.
fn beyond_hundred(tokens: &[Token], hundred: usize) -> Option<(u32, usize)> {
    let stop = |at: usize| tokens.get(at).is_none_or(|token| token.stop);
    if stop(hundred) {
        return None;
    }
    let and = tokens.get(hundred + 1)?.word == "and";
    let start = if and { hundred + 2 } else { hundred + 1 };
    let (rest, end) =
        below_hundred(tokens, start).filter(|(rest, _)| *rest > 0 && !(and && stop(hundred + 1)))?;
    let ends = stop(end - 1) || group(tokens, end, false).is_none();
    (and || ends).then_some((rest, end))
}

/// "Oh god", "oh, four B", "four o'clock": no zero. One stands among digits.
fn is_cry(tokens: &[Token], at: usize) -> bool {
    let digit = |token: &Token| {
        let word = token.word.as_str();
        word.bytes().all(|b| b.is_ascii_digit())
            || matches!(word, "double" | "triple" | "treble" | "hundred")
            || ones(word).or_else(|| teens(word)).or_else(|| tens(word)).is_some()
    };
    let token = &tokens[at];
    if !matches!(token.word.as_str(), "oh" | "o") {
        return false;
    }
    let before = at.checked_sub(1).and_then(|at| tokens.get(at)).filter(|token| digit(token));
    let next = tokens.get(at + 1);
    match (before, next) {
        (Some(before), Some(next)) if !digit(next) => (before.stop && !token.stop) || next.word == "clock",
        (None, Some(next)) if digit(next) => token.stop,
        (Some(_), _) => false,
        (None, _) => true,
    }
}

fn single(word: &str) -> Option<String> {
    if word.len() == 1 && word.bytes().all(|b| b.is_ascii_digit()) {
        return Some(word.to_owned());
    }
    ones(word).map(|digit| digit.to_string())
}

/// All digits said in a row from `at` on, and the place after them. Words that a recogniser writes for digits
/// (`for`, `to`) count between digits, and hesitations are passed over.
pub(in crate::dialogue) fn digits(tokens: &[Token], at: usize) -> Option<(String, usize)> {
    row(tokens, at, false)
}

/// The same with tens and ones apart; see [`group`].
pub(super) fn digits_apart(tokens: &[Token], at: usize) -> Option<(String, usize)> {
    row(tokens, at, true)
}

fn row(tokens: &[Token], at: usize, apart: bool) -> Option<(String, usize)> {
    let (mut all, mut after) = group(tokens, at, apart)?;
    loop {
        let mut next = after;
        while tokens.get(next).is_some_and(|t| is_pause(&t.word)) {
            next += 1;
        }
        if let Some((more, end)) = group(tokens, next, apart) {
            all.push_str(&more);
            after = end;
        } else if let Some(digit) = tokens.get(next).and_then(|t| misheard(&t.word))
            && group(tokens, next + 1, apart).is_some()
        {
            all.push_str(digit);
            after = next + 1;
        } else {
            return Some((all, after));
        }
    }
}

fn is_pause(word: &str) -> bool {
    matches!(
        word,
        "um" | "uh" | "er" | "dash" | "hyphen" | "space" | "then" | "and" | "dot" | "area" | "code"
    )
}

fn misheard(word: &str) -> Option<&'static str> {
    Some(match word {
        "to" | "too" => "2",
        "for" | "fore" => "4",
        "won" => "1",
        "ate" => "8",
        "sex" | "sicks" => "6",
        _ => return None,
    })
}

/// A number as a whole, and the place after it: `two thousand five hundred` 2500, `twenty five` 25, `1,500` 1500,
/// `two hundred and four` 204. Digits said one by one are not a whole number.
pub(super) fn cardinal(text: &str, tokens: &[Token], at: usize) -> Option<(u32, usize)> {
    let first = tokens.get(at)?;
    if first.word.bytes().all(|b| b.is_ascii_digit()) {
        let mut value: u32 = first.word.parse().ok()?;
        let mut after = at + 1;
        while let Some(next) = tokens.get(after)
            && next.word.len() == 3
            && next.word.bytes().all(|b| b.is_ascii_digit())
            && text.get(tokens[after - 1].end..next.start) == Some(",")
        {
            value = value.checked_mul(1000)?.checked_add(next.word.parse().ok()?)?;
            after += 1;
        }
        return Some(scaled(tokens, value, after));
    }
    let (value, after) = below_hundred(tokens, at)?;
    Some(scaled(tokens, value, after))
}

/// The value with the hundreds and thousands that follow it.
fn scaled(tokens: &[Token], value: u32, after: usize) -> (u32, usize) {
    let (mut total, mut part, mut end) = (0, value, after);
    while let Some(token) = tokens.get(end) {
        match token.word.as_str() {
            "hundred" if part > 0 && part < 100 => part *= 100,
            "thousand" | "grand" | "k" if part > 0 && part < 1000 && total == 0 => {
                total = part * 1000;
                part = 0;
            }
            "and" if part % 100 == 0 && below_hundred(tokens, end + 1).is_some() && end > after => {}
            _ => match below_hundred(tokens, end) {
                Some((more, next)) if end > after && part % 100 == 0 => {
                    part += more;
                    end = next;
                    continue;
                }
                _ => break,
            },
        }
        end += 1;
    }
    (total + part, end)
}

fn below_hundred(tokens: &[Token], at: usize) -> Option<(u32, usize)> {
    let word = tokens.get(at)?.word.as_str();
    if let Some(ten) = tens(word) {
        return Some(match tokens.get(at + 1).and_then(|t| ones(&t.word)).filter(|one| *one > 0) {
            Some(one) => (ten + one, at + 2),
            None => (ten, at + 1),
        });
    }
    ones(word).or_else(|| teens(word)).map(|value| (value, at + 1))
}

/// Of one word and one to nineteen.
pub(in crate::dialogue) const ORDINALS: [&str; 19] = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
];

/// `first` is 1, `thirty first` 31, `15th` 15.
pub(super) fn ordinal(tokens: &[Token], at: usize) -> Option<(u32, usize)> {
    let word = tokens.get(at)?.word.as_str();
    let simple = |word: &str| ORDINALS.iter().position(|ordinal| *ordinal == word).map(|at| at as u32 + 1);
    if let Some(value) = simple(word) {
        return Some((value, at + 1));
    }
    match word {
        "twentieth" => return Some((20, at + 1)),
        "thirtieth" => return Some((30, at + 1)),
        _ => {}
    }
    if let Some(ten) = tens(word) {
        let one = tokens.get(at + 1).and_then(|t| simple(&t.word)).filter(|one| *one < 10)?;
        return Some((ten + one, at + 2));
    }
    let figure = ["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end))?;
    figure.parse().ok().map(|value| (value, at + 1))
}
