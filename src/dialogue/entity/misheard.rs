//! Units that a recogniser wrote as other words: `forby` for four B, `to way` for two A, put right by their sound.
//!
//! What was heard is turned into sounds and laid beside every way of saying each unit of the roster; a sound put in
//! for a near one costs little, for a far one too much. Ordinary sentences are kept out by asking for more than
//! likeness: a word for a unit before it, or the question, and then nothing else in the answer.

use super::{
    Scene, UnitMention, UnitRef,
    number::{ones, teens, tens},
    sound::{edits, edits_from},
};

/// A likeness may cost this much for each sound of the unit …
const COST_A_SOUND: f32 = 0.1;
/// … but never more than this, which no far consonant fits under …
const COST_AT_MOST: f32 = 0.6;
/// … nor this, where a number was heard that is whole in itself.
const COST_OF_A_NUMBER: f32 = 0.3;
/// Units that cost this little more than the best are as likely: ask which.
const MARGIN: f32 = 0.25;
/// Sayings of fewer sounds than this are like too much else.
const LEAST_SOUNDS: usize = 3;
/// Words that a unit may have been taken apart into.
const MOST_WORDS: usize = 4;
/// Units asked about at once.
pub(super) const CHOICES: usize = 3;

/// What stands at `start` may be a unit misheard.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) start: usize,
    /// A word for a unit stands before it.
    pub(super) named: bool,
    /// The question was which unit.
    pub(super) asked: bool,
    /// The number that was heard there ends here, though the roster does not know it.
    pub(super) number: bool,
}

/// The units that the words from `place` on sound like, and where the words end. `None` unless one unit, or a few that
/// sound alike, is clearly meant.
pub(super) fn misheard(scene: &Scene<'_>, place: Place) -> Option<(UnitMention, usize)> {
    let whole_answer = !place.named;
    let last = answer_end(scene);
    let ends = (place.start + 1..=last.min(place.start + MOST_WORDS)).rev();
    let mut best: Option<(f32, Vec<UnitRef>, usize)> = None;
    for end in ends {
        if whole_answer && end != last {
            break;
        }
        if !may_be_unit(scene, place, end, last) {
            continue;
        }
        let Some((cost, units)) = nearest(scene, place.start..end, place.number) else { continue };
        if best.as_ref().is_none_or(|(least, ..)| cost < *least) {
            best = Some((cost, units, end));
        }
    }
    let (_, candidates, end) = best?;
    let unit = candidates.first()?.unit.clone();
    Some((UnitMention { unit, candidates, ambiguous: true }, end))
}

/// The place after the last word that is not mere politeness.
pub(super) fn answer_end(scene: &Scene<'_>) -> usize {
    let polite = |word: &str| matches!(word, "please" | "thanks" | "thank" | "you" | "sir" | "maam" | "okay");
    scene.tokens.iter().rposition(|token| !polite(&token.word)).map_or(0, |at| at + 1)
}

/// Words that every other sentence has: two of them in a row sound like some unit sooner or later.
const ORDINARY: [&str; 64] = [
    "a", "all", "am", "an", "and", "any", "are", "as", "at", "away", "be", "before", "but", "by", "can",
    "do", "eight", "five", "for", "four", "free", "from", "he", "here", "i", "in", "is", "it", "its", "me",
    "my", "near", "next", "nine", "of", "on", "one", "or", "out", "see", "seven", "she", "six", "so", "that",
    "the", "there", "they", "this", "three", "to", "today", "too", "two", "up", "was", "way", "we", "were",
    "will", "with", "won", "you", "your",
];

/// Answers to "which unit?" that name none.
const NO_UNIT: [&str; 20] = [
    "dont", "know", "no", "none", "nope", "not", "nobody", "sure", "what", "when", "where", "which", "who",
    "why", "yes", "yeah", "hello", "wait", "sorry", "forget",
];

fn may_be_unit(scene: &Scene<'_>, place: Place, end: usize, last: usize) -> bool {
    let words = &scene.tokens[place.start..end];
    if words.iter().any(|token| NO_UNIT.contains(&token.word.as_str())) {
        return false;
    }
    // "The apartment to be shown" is a clause that goes on; "apartment to be." as an answer is 2B.
    if words.iter().all(|token| ORDINARY.contains(&token.word.as_str())) {
        return place.asked && end == last;
    }
    // Across a comma only an answer hangs together: "apartment for, B".
    place.asked || words[..words.len() - 1].iter().all(|token| !token.stop)
}

/// The likeliest units for these words with the cost of the best, if that is within bounds.
fn nearest(scene: &Scene<'_>, words: std::ops::Range<usize>, number: bool) -> Option<(f32, Vec<UnitRef>)> {
    let heard: Vec<u8> = scene.tokens.get(words)?.iter().flat_map(|token| sounds(&token.word)).collect();
    if heard.len() < 2 {
        return None;
    }
    let mut fits: Vec<(f32, &UnitRef)> = Vec::new();
    for unit in &scene.context.roster.units {
        let cost = sayings(&unit.unit).into_iter().filter_map(|said| cost(&heard, &said, number));
        if let Some(cost) = cost.min_by(f32::total_cmp) {
            fits.push((cost, unit));
        }
    }
    let best = fits.iter().map(|(cost, _)| *cost).min_by(f32::total_cmp)?;
    fits.retain(|(cost, _)| *cost < best + MARGIN);
    fits.sort_by(|a, b| a.0.total_cmp(&b.0));
    let first = &fits.first()?.1.unit;
    // A door number of two properties is one choice; many units alike are a guess and no hearing.
    let alike = fits.iter().filter(|(_, unit)| unit.unit != *first).count();
    (alike < CHOICES).then(|| (best, fits.into_iter().map(|(_, unit)| unit.clone()).collect()))
}

fn cost(heard: &[u8], said: &[u8], number: bool) -> Option<f32> {
    if said.len() < LEAST_SOUNDS {
        return None;
    }
    let most = (said.len() as f32 * COST_A_SOUND).min(if number { COST_OF_A_NUMBER } else { COST_AT_MOST });
    let cost = apart(heard, said);
    (cost <= most + f32::EPSILON).then_some(cost)
}

/// Every common way of saying a unit, as sounds: `204` is two oh four, two zero four, two hundred four; `4B` is four B.
pub(super) fn sayings(unit: &str) -> Vec<Vec<u8>> {
    let mut sayings: Vec<Vec<u8>> = vec![Vec::new()];
    let mut rest: Vec<char> = unit.chars().filter(char::is_ascii_alphanumeric).collect();
    while !rest.is_empty() {
        let digits: String = rest.iter().take_while(|c| c.is_ascii_digit()).collect();
        let ways =
            if digits.is_empty() { vec![letter_sounds(rest.remove(0))] } else { number_sounds(&digits) };
        rest.drain(..digits.len());
        sayings = sayings
            .iter()
            .flat_map(|before| ways.iter().map(move |way| [before.as_slice(), way.as_slice()].concat()))
            .collect();
    }
    sayings
}

pub(super) fn number_sounds(digits: &str) -> Vec<Vec<u8>> {
    let spoken = |words: &str| -> Vec<u8> { words.split(' ').flat_map(sounds).collect() };
    let singly = |oh: &str| -> String {
        let names = digits.chars().map(|digit| if digit == '0' { oh } else { digit_name(digit) });
        names.collect::<Vec<_>>().join(" ")
    };
    let mut ways = vec![spoken(&singly("oh"))];
    if digits.contains('0') {
        ways.push(spoken(&singly("zero")));
    }
    match digits.len() {
        2 => ways.extend(pair(digits).map(|words| spoken(&words))),
        3 => {
            let (head, tail) = digits.split_at(1);
            let head = head.chars().next().map_or("", digit_name);
            if let Some(tail) = pair(tail) {
                ways.push(spoken(&format!("{head} {tail}")));
                ways.push(spoken(&format!("{head} hundred {tail}")));
            } else if tail == "00" {
                ways.push(spoken(&format!("{head} hundred")));
            } else if let Some(last) = tail.chars().nth(1) {
                ways.push(spoken(&format!("{head} hundred {}", digit_name(last))));
            }
        }
        4 => {
            let (head, tail) = digits.split_at(2);
            if let (Some(head), Some(tail)) = (pair(head), pair(tail)) {
                ways.push(spoken(&format!("{head} {tail}")));
            }
        }
        _ => {}
    }
    ways
}

/// `12` is twelve, `21` twenty one; nothing below ten.
fn pair(digits: &str) -> Option<String> {
    const TEENS: [&str; 10] = [
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
    ];
    const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    let value: usize = digits.parse().ok()?;
    match value {
        10..=19 => TEENS.get(value - 10).map(|name| (*name).to_owned()),
        20..=99 => {
            let ten = TENS.get(value / 10 - 2)?;
            let one = char::from_digit((value % 10) as u32, 10).filter(|one| *one != '0');
            Some(one.map_or_else(|| (*ten).to_owned(), |one| format!("{ten} {}", digit_name(one))))
        }
        _ => None,
    }
}

/// `7` as it is said; anything but a digit from one on is `zero`.
pub const fn digit_name(digit: char) -> &'static str {
    match digit {
        '1' => "one",
        '2' => "two",
        '3' => "three",
        '4' => "four",
        '5' => "five",
        '6' => "six",
        '7' => "seven",
        '8' => "eight",
        '9' => "nine",
        _ => "zero",
    }
}

fn letter_sounds(letter: char) -> Vec<u8> {
    let name: &[u8] = match letter.to_ascii_uppercase() {
        'A' => b"e",
        'B' => b"bi",
        'C' => b"si",
        'D' => b"di",
        'E' => b"i",
        'F' => b"ef",
        'G' => b"Ji",
        'H' => b"eC",
        'I' => b"ai",
        'J' => b"Je",
        'K' => b"ke",
        'L' => b"el",
        'M' => b"em",
        'N' => b"en",
        'O' => b"o",
        'P' => b"pi",
        'Q' => b"kyu",
        'R' => b"ar",
        'S' => b"es",
        'T' => b"ti",
        'U' => b"yu",
        'V' => b"vi",
        'W' => b"dabalyu",
        'X' => b"eks",
        'Y' => b"wai",
        _ => b"zi",
    };
    name.to_vec()
}

/// A word as sounds, one byte each: vowels `a e i o u`, consonants as one writes them, `T` thin, `S` she, `C` chin,
/// `J` gin. Numbers and what is written for them by their known sound, other words by the rules of spelling.
pub(super) fn sounds(word: &str) -> Vec<u8> {
    let known: &[u8] = match word {
        "zero" => b"ziro",
        "one" | "won" => b"wan",
        "two" | "to" | "too" => b"tu",
        "three" => b"Tri",
        "four" | "for" | "fore" => b"for",
        "five" => b"faiv",
        "seven" => b"seven",
        "eight" | "ate" => b"et",
        "nine" => b"nain",
        "eleven" => b"ileven",
        "twelve" => b"twelv",
        "hundred" => b"handred",
        "by" | "buy" | "bye" => b"bai",
        "way" | "weigh" => b"we",
        _ if word.len() == 1 && word.bytes().all(|b| b.is_ascii_alphabetic()) => {
            return word.chars().flat_map(letter_sounds).collect();
        }
        _ if word.bytes().all(|b| b.is_ascii_digit()) => {
            return number_sounds(word).pop().unwrap_or_default();
        }
        _ => return spelt_sounds(word),
    };
    known.to_vec()
}

/// English spelling read aloud, roughly: enough to tell which consonants there are.
fn spelt_sounds(word: &str) -> Vec<u8> {
    let letters: Vec<u8> = word.bytes().filter(u8::is_ascii_lowercase).collect();
    let mut found: Vec<u8> = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        let next = letters.get(at + 1).copied().unwrap_or(b' ');
        let last = at + 1 == letters.len();
        let has_vowel = found.iter().any(|sound| is_vowel(*sound));
        let (sound, width): (&[u8], usize) = match (letters[at], next) {
            (b't', b'h') => (b"T", 2),
            (b's', b'h') => (b"S", 2),
            (b'c', b'h') => (b"C", 2),
            (b'p', b'h') => (b"f", 2),
            (b'c', b'k') => (b"k", 2),
            (b'q', b'u') => (b"kw", 2),
            (b'w', b'h') => (b"w", 2),
            (b'k', b'n') if at == 0 => (b"n", 2),
            (b'g', b'h') => (b"", 2),
            (b'e', b'e' | b'a' | b'y') | (b'i', b'e') => (b"i", 2),
            (b'a', b'y' | b'i') => (b"e", 2),
            (b'o', b'o') | (b'u', b'e' | b'i') | (b'e', b'w') => (b"u", 2),
            (b'o', b'a' | b'w' | b'u' | b'r') if next != b'r' => (b"o", 2),
            (b'a', b'w' | b'u') => (b"o", 2),
            (b'c', b'e' | b'i' | b'y') => (b"s", 1),
            (b'c' | b'q', _) => (b"k", 1),
            (b'j', _) | (b'g', b'e' | b'i') => (b"J", 1),
            (b'x', _) => (b"ks", 1),
            (b'e', _) if last && has_vowel => (b"", 1),
            (b'e', _) if last => (b"i", 1),
            (b'y', _) if at == 0 => (b"y", 1),
            (b'y', _) => (b"i", 1),
            (b'h', _) if at > 0 => (b"", 1),
            _ => (&letters[at..=at], 1),
        };
        if found.last().copied() != sound.first().copied() {
            found.extend(sound);
        }
        at += width;
    }
    found
}

const fn is_vowel(sound: u8) -> bool {
    matches!(sound, b'a' | b'e' | b'i' | b'o' | b'u')
}

/// Sounds to insert, delete or change, each at its own cost.
fn apart(heard: &[u8], said: &[u8]) -> f32 {
    edits(heard, said, missing, changed)
}

/// What it costs to have said this up to each place in what was heard, where to begin costs what `starts` has for each.
pub(super) fn apart_at(starts: Vec<f32>, heard: &[u8], said: &[u8]) -> Vec<f32> {
    edits_from(starts, said, heard, missing, changed)
}

const fn missing(sound: u8) -> f32 {
    match sound {
        b'w' | b'y' | b'h' => 0.25,
        b'r' => 0.5,
        sound if is_vowel(sound) => 0.35,
        _ => 0.9,
    }
}

/// Pairs that a narrow line cannot tell apart well.
const NEAR: [&[u8; 2]; 18] = [
    b"pb", b"td", b"kg", b"fv", b"sz", b"Tf", b"Tt", b"Ts", b"Td", b"mn", b"SC", b"CJ", b"SJ", b"bv", b"wu",
    b"wo", b"yi", b"lr",
];
/// Pairs that differ only in place: B and D, P and T. Further apart than [`MARGIN`], so that a clear B is no D.
const BY_PLACE: [&[u8; 2]; 7] = [b"bd", b"dg", b"pt", b"tk", b"pk", b"sf", b"Jd"];

fn changed(a: u8, b: u8) -> f32 {
    let is = |pair: &&[u8; 2]| **pair == [a, b] || **pair == [b, a];
    if a == b {
        0.0
    } else if is_vowel(a) && is_vowel(b) {
        0.25
    } else if NEAR.iter().any(&is) {
        0.3
    } else if BY_PLACE.iter().any(is) {
        0.5
    } else {
        1.0
    }
}

/// Is the word a number by itself?
pub(in crate::dialogue) fn is_number(word: &str) -> bool {
    ones(word).or_else(|| teens(word)).or_else(|| tens(word)).is_some()
        || word.bytes().next().is_some_and(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apart_by(heard: &str, unit: &str) -> f32 {
        let heard: Vec<u8> = heard.split(' ').flat_map(sounds).collect();
        sayings(unit).iter().map(|said| apart(&heard, said)).fold(f32::MAX, f32::min)
    }

    #[test]
    fn what_was_written_for_a_unit_is_nearest_to_it() {
        for (heard, unit) in [
            ("forby", "4B"),
            ("for bee", "4B"),
            ("tway", "2A"),
            ("to way", "2A"),
            ("thray", "3A"),
            ("free a", "3A"),
            ("won bee", "1B"),
            ("wanna one", "101"),
            ("to oh for", "204"),
            ("two hundred fore", "204"),
        ] {
            let cost = apart_by(heard, unit);
            assert!(cost <= 0.6, "{heard}: {cost}");
            for other in ["4D", "2B", "3C", "1D", "103", "12"] {
                assert!(apart_by(heard, other) > cost, "{heard} is as near to {other}");
            }
        }
    }
}
