//! What somebody says of a purchase: up to what price, how it is to be paid, and where it should be. In both languages.

use std::ops::RangeInclusive;

use super::{Entity, Financing, Scene, Slot, Value, number, spanish};
use crate::types::Language;

/// Prices of homes, in dollars.
const PRICES: RangeInclusive<u32> = 20_000..=50_000_000;

/// Asked for a price, people leave the thousands out: `four fifty` is 450,000.
const SHORT: RangeInclusive<u32> = 30..=1_999;

/// An area as it is said is no longer than this, in words.
const LONGEST_AREA: usize = 10;

/// Words between a denial and what is denied: `haven't been pre-approved`.
const DENIES_WITHIN: usize = 4;

pub(super) fn prices(scene: &Scene<'_>) -> Vec<Entity> {
    let asked = scene.context.expecting == Some(Slot::Price);
    for at in 0..scene.tokens.len() {
        let Some(Amount { value, end, large }) = amount(scene, at) else { continue };
        let whole =
            if asked && !large && SHORT.contains(&value) { value.saturating_mul(1_000) } else { value };
        let unasked = large || scene.is_amount(at, end);
        if PRICES.contains(&whole) && (asked || unasked) && !scene.follows_unit_word(at) {
            return vec![scene.entity(Value::Price(whole), at..end, if asked { 0.9 } else { 0.75 }, false)];
        }
    }
    Vec::new()
}

struct Amount {
    value: u32,
    end: usize,
    /// Thousands or millions were said.
    large: bool,
}

fn amount(scene: &Scene<'_>, at: usize) -> Option<Amount> {
    let word = scene.word(at)?;
    let is_million = |at: usize| {
        matches!(scene.word(at), Some("million" | "millions" | "mil" | "millon" | "millones" | "m"))
            && !(scene.context.language == Language::Spanish && scene.word(at) == Some("mil"))
    };
    if matches!((word, scene.word(at + 1)), ("half", Some("a")) | ("medio", _)) {
        let unit = if word == "half" { at + 2 } else { at + 1 };
        return is_million(unit).then_some(Amount { value: 500_000, end: unit + 1, large: true });
    }
    if matches!(word, "a" | "one" | "un" | "1") && is_million(at + 1) {
        let half = matches!(
            (scene.word(at + 2), scene.word(at + 3), scene.word(at + 4)),
            (Some("and"), Some("a"), Some("half"))
        ) || matches!((scene.word(at + 2), scene.word(at + 3)), (Some("y"), Some("medio")));
        let value = if half { 1_500_000 } else { 1_000_000 };
        return Some(Amount { value, end: at + if half { 4 } else { 2 }, large: true });
    }
    if let Some(thousands) = word.strip_suffix('k').and_then(|digits| digits.parse::<u32>().ok()) {
        return Some(Amount { value: thousands.checked_mul(1_000)?, end: at + 1, large: true });
    }
    let (value, end) = match scene.context.language {
        Language::English => {
            hundreds_in_pairs(scene, at).or_else(|| number::cardinal(scene.text, &scene.tokens, at))?
        }
        Language::Spanish => spanish::cardinal(scene.text, &scene.tokens, at)?,
    };
    // "one point two million", "1.2 million": the tenths stand by themselves.
    let point =
        if scene.word(end) == Some("point") || scene.word(end) == Some("punto") { end + 1 } else { end };
    let tenths = scene.word(point).and_then(|word| number::ones(word).or_else(|| word.parse().ok()));
    if let Some(tenths) = tenths.filter(|tenths| *tenths < 10 && is_million(point + 1)) {
        return Some(Amount {
            value: value.checked_mul(1_000_000)?.checked_add(tenths * 100_000)?,
            end: point + 2,
            large: true,
        });
    }
    if is_million(end) {
        return Some(Amount { value: value.checked_mul(1_000_000)?, end: end + 1, large: true });
    }
    let thousands = (at..end).any(|at| matches!(scene.word(at), Some("thousand" | "grand" | "k" | "mil")));
    Some(Amount { value, end, large: thousands || value >= *PRICES.start() })
}

/// `four fifty` as 450: how prices are said when the thousands are left out.
fn hundreds_in_pairs(scene: &Scene<'_>, at: usize) -> Option<(u32, usize)> {
    let head = number::ones(scene.word(at)?).filter(|head| *head > 0)?;
    let next = scene.word(at + 1)?;
    let tail = number::tens(next).or_else(|| number::teens(next))?;
    let one = scene.word(at + 2).and_then(number::ones).filter(|one| *one > 0 && tail % 10 == 0);
    let end = at + if one.is_some() { 3 } else { 2 };
    Some((head * 100 + tail + one.unwrap_or(0), end))
}

pub(super) fn financings(scene: &Scene<'_>) -> Vec<Entity> {
    let asked = scene.context.expecting == Some(Slot::Financing);
    let denied = |at: usize| {
        (at.saturating_sub(DENIES_WITHIN)..at).filter_map(|before| scene.word(before)).any(|word| {
            matches!(
                word,
                "not"
                    | "no"
                    | "havent"
                    | "hasnt"
                    | "without"
                    | "never"
                    | "didnt"
                    | "arent"
                    | "yet"
                    | "aun"
                    | "todavia"
                    | "sin"
            )
        })
    };
    for at in 0..scene.tokens.len() {
        let Some((financing, length)) = way_of_paying(scene, at) else { continue };
        let financing = match financing {
            Financing::PreApproved if denied(at) => Financing::NotYet,
            Financing::Cash if denied(at) => continue,
            other => other,
        };
        return vec![scene.entity(Value::Financing(financing), at..at + length, 0.85, false)];
    }
    let start = scene.answer_start();
    let plain = match scene.word(0).filter(|_| asked) {
        Some("no" | "nope" | "nah" | "not" | "todavia" | "aun") => Some((0, Financing::NotYet)),
        Some("yes" | "yeah" | "yep" | "yup" | "si" | "claro") => Some((0, Financing::PreApproved)),
        _ => None,
    };
    let plain = plain.or_else(|| match scene.word(start).filter(|_| asked) {
        Some("not" | "no" | "havent" | "todavia" | "aun") => Some((start, Financing::NotYet)),
        _ => None,
    });
    plain
        .map(|(at, financing)| scene.entity(Value::Financing(financing), at..at + 1, 0.8, false))
        .into_iter()
        .collect()
}

/// How they pay, by the words that begin here, and how many words those are.
fn way_of_paying(scene: &Scene<'_>, at: usize) -> Option<(Financing, usize)> {
    let next = scene.word(at + 1);
    Some(match scene.word(at)? {
        "preapproved" | "preapproval" | "prequalified" | "preaprobado" | "preaprobada" | "preaprobados"
        | "preaprobacion" | "precalificado" | "precalificada" | "precalificados" => {
            (Financing::PreApproved, 1)
        }
        "pre" if matches!(next, Some("approved" | "approval" | "qualified")) => (Financing::PreApproved, 2),
        "approval" if next == Some("letter") => (Financing::PreApproved, 2),
        "cash" | "contado" | "efectivo" => (Financing::Cash, 1),
        _ => return None,
    })
}

/// Where they look, in their own words: the answer to the question, and never read unasked.
pub(super) fn areas(scene: &Scene<'_>) -> Vec<Entity> {
    if scene.context.expecting != Some(Slot::Area) {
        return Vec::new();
    }
    const RUN_UP: [&str; 41] = [
        "in",
        "around",
        "near",
        "somewhere",
        "anywhere",
        "looking",
        "were",
        "we",
        "im",
        "i",
        "id",
        "would",
        "like",
        "want",
        "something",
        "maybe",
        "probably",
        "the",
        "at",
        "by",
        "close",
        "to",
        "are",
        "am",
        "love",
        "prefer",
        "en",
        "por",
        "cerca",
        "de",
        "del",
        "quiero",
        "queremos",
        "busco",
        "buscamos",
        "algo",
        "la",
        "el",
        "zona",
        "quisiera",
        "tal",
    ];
    let from = scene.answer_start();
    let Some(words) = scene.tokens.get(from..) else { return Vec::new() };
    let Some(first) = words.iter().position(|token| !RUN_UP.contains(&token.word.as_str())) else {
        return Vec::new();
    };
    if matches!(words[first].word.as_str(), "dont" | "no" | "not" | "nose" | "what" | "why" | "que") {
        return Vec::new();
    }
    let first = from + first;
    let last = (first + LONGEST_AREA).min(scene.tokens.len());
    // A sentence ends it: "Old Town. And we have two dogs."
    let end = (first..last).find(|at| {
        scene.tokens[*at].stop && scene.text[scene.tokens[*at].end..].starts_with(['.', '!', '?'])
    });
    let range = first..end.map_or(last, |end| end + 1);
    let area = scene.text[scene.tokens[range.start].start..scene.tokens[range.end - 1].end].to_owned();
    vec![scene.entity(Value::Area(area), range, 0.7, false)]
}

#[cfg(test)]
mod tests {
    use super::super::{Context, Roster, extract};
    use super::*;

    fn heard(text: &str, expecting: Option<Slot>, language: Language) -> Vec<Value> {
        let roster = Roster::default();
        let today = jiff::civil::date(2026, 11, 20);
        let context =
            Context { expecting, roster: &roster, today, home_area_code: 303, language, read_back: None };
        let wanted = [Slot::Price, Slot::Financing, Slot::Area];
        extract(text, &context)
            .into_iter()
            .map(|found| found.value)
            .filter(|value| wanted.contains(&value.slot()))
            .collect()
    }

    fn english(text: &str, expecting: Slot) -> Vec<Value> {
        heard(text, Some(expecting), Language::English)
    }

    #[test]
    fn a_price_is_heard_however_it_is_said() {
        for (said, price) in [
            ("Up to four hundred and fifty thousand.", 450_000),
            ("Around four fifty.", 450_000),
            ("450k", 450_000),
            ("$450,000", 450_000),
            ("Half a million, maybe.", 500_000),
            ("A million and a half.", 1_500_000),
            ("One point two million.", 1_200_000),
            ("1.2 million dollars", 1_200_000),
            ("Two million.", 2_000_000),
            ("No more than 650", 650_000),
        ] {
            assert_eq!(english(said, Slot::Price), [Value::Price(price)], "{said}");
        }
        assert_eq!(
            heard("Hasta cuatrocientos mil.", Some(Slot::Price), Language::Spanish),
            [Value::Price(400_000)]
        );
        assert_eq!(
            heard("Un millón y medio.", Some(Slot::Price), Language::Spanish),
            [Value::Price(1_500_000)]
        );
        assert_eq!(heard("We can pay up to 500 thousand", None, Language::English), [Value::Price(500_000)]);
        assert!(heard("Call me at 303 555 0142, unit 204.", None, Language::English).is_empty());
        assert!(english("I would rather not say.", Slot::Price).is_empty());
    }

    #[test]
    fn who_is_pre_approved_says_so_and_who_is_not_says_no() {
        for (said, financing) in [
            ("Yes, we are.", Financing::PreApproved),
            ("We're pre-approved.", Financing::PreApproved),
            ("I have an approval letter from my bank", Financing::PreApproved),
            ("Not yet.", Financing::NotYet),
            ("No, we haven't been pre-approved.", Financing::NotYet),
            ("We would pay cash.", Financing::Cash),
        ] {
            assert_eq!(english(said, Slot::Financing), [Value::Financing(financing)], "{said}");
        }
        let spanish = |text| heard(text, Some(Slot::Financing), Language::Spanish);
        assert_eq!(spanish("Sí, ya."), [Value::Financing(Financing::PreApproved)]);
        assert_eq!(spanish("Todavía no."), [Value::Financing(Financing::NotYet)]);
        assert_eq!(spanish("De contado."), [Value::Financing(Financing::Cash)]);
        assert!(english("What do you mean?", Slot::Financing).is_empty());
    }

    #[test]
    fn an_area_is_the_answer_without_its_run_up_and_is_never_read_unasked() {
        for (said, area) in [
            ("We're looking in Westminster.", "Westminster"),
            ("Somewhere near the lake, maybe. And we have two dogs.", "lake, maybe"),
            ("The north side of town", "north side of town"),
        ] {
            assert_eq!(english(said, Slot::Area), [Value::Area(area.into())], "{said}");
        }
        assert!(english("I don't know.", Slot::Area).is_empty());
        assert!(heard("We're looking in Westminster.", None, Language::English).is_empty());
    }
}
