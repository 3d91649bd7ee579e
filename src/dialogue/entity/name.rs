//! Names of people: introduced, answered, spelled.

use super::{
    super::names::is_surname,
    Entity, PersonName, Scene, Slot, Value,
    sound::{likeness, may_be_spelled},
};

/// Words that follow "this is" or "I'm" and are no names.
const NOT_NAMES: &str = " a about above actually after again agent ago all also always am an and angry another any \
anybody anyone apartment apt are around as asking at available away back bad be because been before being better \
big bill billing broken building bye call called caller calling can cant cause check checking cold come coming \
concerned confused cool correct day dead did different do does done dont down driving dying each east eight either \
eleven else emergency end enough even every everything exactly fine fire first five flooding for forever four free \
freezing from front frustrated fun gas get getting glad go going gonna gone good got great guess had happening happy \
hard has hate have having he heat hello help her here hey hi him his home hot house how hurt i if im in inside \
interested is it its just kind know last late later leaving lease leasing left leaking let like listening live \
living local locked look looking lost lot mad maintenance making management manager maybe me mean mine more morning most \
moving much my name near need new next nice nine no nobody none north not nothing now number of off office ok okay \
old on one only open or other our out outside over owner paying person phone picking please power probably problem \
property pretty question quite ready real really regarding rent resident returning ridiculous right running same \
saying second see seven she shopping should sick side since sir situation six smelling so some somebody someone \
something sorry south speaking standing still stuck sure take talking ten tenant terrible than thank thanks that \
thats the their them then there these they thing thinking this those three time tired to today tomorrow too trying \
twelve twenty two under unhappy unit up upset urgent us using very wait waiting want was water we week well west \
were what when where which while who whole why will wife wild with woman wondering wont working worried would wrong \
yeah yes yesterday yet you your yours zero husband emailing emergency driving texting interested plumber electrician \
landlord moving renting downstairs upstairs responding from hoping supposed about cannot didnt doesnt isnt complicated private personal confidential secret long short story \
simple easy weird strange important silly stupid crazy embarrassing sink toilet faucet tub shower heater furnace stove \
oven fridge dishwasher washer dryer roof ceiling door window lock kitchen bathroom bedroom basement garage hallway \
water heat leak flood pipe drain light lights raining wet busy tricky hurting serious nasty awful horrible \
ours mine theirs none anonymous spelled spelling letters letter name names \
way idea clue comment worries need quite such lie dice \
january february march july september october november december monday tuesday wednesday thursday friday saturday sunday ";

/// Ends of words that describe and of hardly any name.
const NO_NAME_ENDS: [&str; 8] = ["ated", "ized", "able", "ible", "less", "tion", "ness", "ical"];

/// Words after which a name ends.
const MOST_PARTS: usize = 3;

pub(super) fn names(scene: &Scene<'_>) -> Vec<Entity> {
    let asked = scene.context.expecting == Some(Slot::Name);
    let mut found = Vec::new();
    for at in 0..scene.tokens.len() {
        let Some((start, confidence)) = introduction(scene, at) else { continue };
        if let Some((name, end)) = name(scene, start) {
            found.push(entity(scene, name, start, end, confidence));
            break;
        }
    }
    if found.is_empty()
        && let Some(end) = scene.tokens.iter().position(|t| matches!(t.word.as_str(), "speaking" | "here"))
        && is_self(scene, end)
    {
        for start in end.saturating_sub(2)..end {
            if start.checked_sub(1).and_then(|before| scene.word(before)).is_some_and(is_determiner) {
                break;
            }
            if let Some((name, after)) = name(scene, start).filter(|(_, after)| *after == end) {
                found.push(entity(scene, name, start, after, 0.8));
                break;
            }
        }
    }
    if found.is_empty() && asked {
        let start = after_denial(scene, scene.answer_start());
        if let Some((name, end)) = name(scene, start) {
            found.push(entity(scene, name, start, end, 0.75));
        }
    }
    found
}

/// "No, Dana Reyes": the correction begins after the no.
fn after_denial(scene: &Scene<'_>, start: usize) -> usize {
    let mut start = start;
    while matches!(scene.word(start), Some("no" | "nope" | "sorry" | "actually" | "wait" | "said"))
        || (scene.word(start) == Some("i") && scene.word(start + 1) == Some("said"))
    {
        start += 1;
    }
    start
}

/// "Dana here, my sink leaks" names the caller; "the sink here is leaking" and "people here are loud" do not.
fn is_self(scene: &Scene<'_>, at: usize) -> bool {
    let verb = |word: &str| {
        matches!(
            word,
            "is" | "are"
                | "was"
                | "were"
                | "has"
                | "have"
                | "had"
                | "isnt"
                | "arent"
                | "wont"
                | "doesnt"
                | "dont"
                | "keeps"
                | "keep"
                | "does"
                | "do"
                | "to"
                | "just"
                | "now"
                | "who"
                | "that"
        )
    };
    scene.tokens[at].stop || !scene.word(at + 1).is_some_and(verb)
}

fn is_determiner(word: &str) -> bool {
    matches!(
        word,
        "the"
            | "a"
            | "an"
            | "my"
            | "our"
            | "your"
            | "his"
            | "her"
            | "their"
            | "this"
            | "that"
            | "some"
            | "every"
            | "no"
    )
}

pub(super) fn entity(
    scene: &Scene<'_>,
    mut name: PersonName,
    start: usize,
    end: usize,
    confidence: f32,
) -> Entity {
    let known = scene.context.roster.names.iter().map(|known| (known_as(&name, known), known));
    let best = known.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|(score, _)| *score >= 0.7);
    let mut confidence = confidence;
    if let Some((score, known)) = best {
        name.known = Some(known.clone());
        confidence = (confidence + 0.1 * score).min(0.97);
    } else if name.spelled {
        confidence = confidence.max(0.85);
    }
    scene.entity(Value::Name(name), start..end, confidence, true)
}

/// How well a person of the roster fits: every part that was said must fit one of theirs.
fn known_as(name: &PersonName, known: &str) -> f32 {
    let parts: Vec<&str> = known.split_whitespace().collect();
    let fit = |said: &str| parts.iter().map(|part| likeness(said, part)).fold(0.0, f32::max);
    match &name.family {
        Some(family) => fit(&name.given).min(fit(family)),
        // A given name alone points at somebody only if it is theirs to the letter.
        None => {
            parts.first().map_or(0.0, |part| if part.eq_ignore_ascii_case(&name.given) { 0.8 } else { 0.0 })
        }
    }
}

/// Where a name begins that is introduced at `at`, and how surely it is one.
fn introduction(scene: &Scene<'_>, at: usize) -> Option<(usize, f32)> {
    let word = |offset: usize| scene.word(at + offset);
    match (word(0)?, word(1), word(2)) {
        ("my", Some("name"), Some("is" | "was")) => Some((at + 3, 0.95)),
        ("my", Some("names"), _) => Some((at + 2, 0.95)),
        ("name", Some("is"), _) | ("names", Some("is"), _) => Some((at + 2, 0.9)),
        ("names", _, _) => Some((at + 1, 0.85)),
        ("first" | "last", Some("name"), Some("is")) => Some((at + 3, 0.9)),
        ("call", Some("me"), _) => Some((at + 2, 0.7)),
        ("this", Some("is"), _) => Some((at + 2, 0.8)),
        ("im", _, _) => Some((at + 1, 0.65)),
        ("i", Some("am"), _) => Some((at + 2, 0.65)),
        // "It's unique" answers "which unit?" badly, and names nobody.
        ("its", _, _) => match scene.context.expecting {
            Some(Slot::Name) => Some((at + 1, 0.6)),
            None if at <= 2 => Some((at + 1, 0.6)),
            _ => None,
        },
        _ => None,
    }
}

/// One to three words that can be a name, with letters spelled after them or instead of them.
fn name(scene: &Scene<'_>, start: usize) -> Option<(PersonName, usize)> {
    if let Some((letters, end)) = spelling(scene, start) {
        let (given, family) = match two_words(scene, start, end, &letters) {
            Some((given, family)) => (titled(given), Some(titled(family))),
            None => (titled(&letters), None),
        };
        return Some((PersonName { given, family, spelled: true, known: None }, end));
    }
    let mut parts: Vec<String> = Vec::new();
    let mut end = start;
    while parts.len() < MOST_PARTS
        && let Some(word) = scene.word(end).filter(|word| can_be_name(word))
    {
        // A name that ends a clause ends there: "this is Dana, Maple Court".
        parts.push(titled(word));
        end += 1;
        if scene.tokens[end - 1].stop {
            break;
        }
    }
    let mut spelled = false;
    let mut next = end;
    while matches!(scene.word(next), Some("thats" | "spelled" | "spelt" | "spelling" | "is" | "that" | "its"))
    {
        next += 1;
    }
    if let Some((letters, after)) = spelling(scene, next) {
        let word = titled(&letters);
        // Spelling repeats the last part in the caller's own letters, or gives the only one.
        let whole = parts.len() >= 2;
        match parts.last_mut() {
            Some(last) if whole || parts_alike(last, &word) => {
                if !scene.may_be_misheard_spelling(last, &word) {
                    *last = word;
                }
            }
            _ => parts.push(word),
        }
        spelled = true;
        end = after;
    }
    let mut parts = parts.into_iter();
    let given = parts.next()?;
    let family: Vec<String> = parts.collect();
    let family = (!family.is_empty()).then(|| family.join(" "));
    Some((PersonName { given, family, spelled, known: None }, end))
}

/// A whole name in letters: where the one comma is, "D A N A, R E Y E S", or where a name of the roster parts.
fn two_words<'l>(
    scene: &Scene<'_>,
    start: usize,
    end: usize,
    letters: &'l str,
) -> Option<(&'l str, &'l str)> {
    /// Shorter parts are letters that stand alone: "J, R, O S S".
    const PART: usize = 2;
    let mut commas = (start + 1..end).filter(|&at| scene.tokens[at - 1].stop);
    let by_comma = match (commas.next(), commas.next()) {
        (Some(at), None) => {
            let first = spelling_of(scene, start, at).0.len();
            (first >= PART && letters.len() - first >= PART).then_some(first)
        }
        _ => None,
    };
    let known = scene.context.roster.names.iter().find_map(|name| {
        let (given, family) = name.split_once(' ')?;
        let whole = format!("{given}{}", family.replace(' ', ""));
        whole.eq_ignore_ascii_case(letters).then_some(given.len())
    });
    known.or(by_comma).and_then(|at| letters.split_at_checked(at))
}

impl Scene<'_> {
    /// Was this common surname spelled, and a letter or two of it not heard? Letters are harder to hear than names: `W A L K R`
    /// after "Walker" is the name, until it has been read back and is spelled against.
    fn may_be_misheard_spelling(&self, said: &str, spelled: &str) -> bool {
        let denied = self.context.read_back.and_then(|name| name.family.as_deref());
        !denied.is_some_and(|denied| denied.eq_ignore_ascii_case(said))
            && is_surname(said)
            && !is_surname(spelled)
            && may_be_spelled(said, spelled)
    }
}

fn parts_alike(said: &str, spelled: &str) -> bool {
    likeness(said, spelled) > 0.0 || said.chars().next() == spelled.chars().next()
}

fn can_be_name(word: &str) -> bool {
    word.len() >= 2
        && word.chars().all(char::is_alphabetic)
        && !NOT_NAMES.contains(&format!(" {word} "))
        && !(word.ends_with("ing") && word.len() > 5)
        && !NO_NAME_ENDS.iter().any(|end| word.ends_with(end) && word.len() > end.len() + 2)
}

fn titled(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Three or more letters in a row: `r e y e s`, `r as in robert e y`, `double t`, `romeo echo yankee`.
fn spelling(scene: &Scene<'_>, start: usize) -> Option<(String, usize)> {
    let (letters, end) = spelling_of(scene, start, scene.tokens.len());
    (letters.chars().count() >= 3).then_some((letters, end))
}

/// The letters from `start` on, before `limit`, and where they end.
fn spelling_of(scene: &Scene<'_>, start: usize, limit: usize) -> (String, usize) {
    let mut letters = String::new();
    let mut at = start;
    while let Some(word) = scene.word(at).filter(|_| at < limit) {
        let twice = word == "double";
        let letter = if twice { scene.word(at + 1).unwrap_or_default() } else { word };
        let Some(letter) = spelled_letter(letter) else { break };
        at += if twice { 2 } else { 1 };
        letters.push(letter);
        if twice {
            letters.push(letter);
        }
        if (scene.word(at) == Some("as") && scene.word(at + 1) == Some("in")) || scene.word(at) == Some("for")
        {
            let example = at + if scene.word(at) == Some("for") { 1 } else { 2 };
            if let Some(first) = scene.word(example).and_then(|w| w.chars().next()) {
                letters.pop();
                letters.push(first);
                at = example + 1;
            }
        }
    }
    (letters, at)
}

fn spelled_letter(word: &str) -> Option<char> {
    if word.len() == 1 {
        return word.chars().next().filter(char::is_ascii_alphabetic);
    }
    const ALPHABET: [&str; 26] = [
        "alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet", "kilo",
        "lima", "mike", "november", "oscar", "papa", "quebec", "romeo", "sierra", "tango", "uniform",
        "victor", "whiskey", "xray", "yankee", "zulu",
    ];
    match word {
        "bee" => Some('b'),
        "see" | "sea" => Some('c'),
        "dee" => Some('d'),
        "are" => Some('r'),
        "why" => Some('y'),
        "you" => Some('u'),
        "tee" | "tea" => Some('t'),
        "jay" => Some('j'),
        "kay" => Some('k'),
        "el" => Some('l'),
        "em" => Some('m'),
        "en" => Some('n'),
        "eye" => Some('i'),
        "oh" => Some('o'),
        "ess" | "es" => Some('s'),
        "ex" => Some('x'),
        "pee" => Some('p'),
        "queue" | "cue" => Some('q'),
        "zee" | "zed" => Some('z'),
        _ => ALPHABET.iter().find(|name| **name == word).and_then(|name| name.chars().next()),
    }
}
