//! What prospects and residents say of a home: budget, bedrooms, pets, and whether somebody may come in.

use std::{ops::Range, sync::LazyLock};

use super::{
    Access, Entity, Pets, Scene, Slot, Token, Value,
    number::{cardinal, ones, teens, tens},
};
use crate::dialogue::pattern::{Pattern, Table};

/// Rents that a prospect may name, in dollars a month.
pub(super) const RENTS: std::ops::RangeInclusive<u32> = 300..=20_000;

pub(super) fn budgets(scene: &Scene<'_>) -> Vec<Entity> {
    let asked = scene.context.expecting == Some(Slot::Budget);
    for at in 0..scene.tokens.len() {
        let Some((value, end)) = amount(scene, at) else { continue };
        if !RENTS.contains(&value) || scene.follows_unit_word(at) {
            continue;
        }
        if asked || scene.is_amount(at, end) || led_as_price(scene, at) {
            return vec![scene.entity(Value::Budget(value), at..end, if asked { 0.9 } else { 0.8 }, false)];
        }
    }
    Vec::new()
}

fn led_as_price(scene: &Scene<'_>, at: usize) -> bool {
    let before = |back: usize| at.checked_sub(back).and_then(|i| scene.word(i));
    matches!(before(1), Some("under" | "below" | "budget" | "afford" | "spend"))
        || matches!(
            (before(2), before(1)),
            (Some("up"), Some("to"))
                | (Some("less"), Some("than"))
                | (Some("budget"), Some("is" | "of"))
                | (Some("more"), Some("than"))
                | (Some("budgets"), Some("around" | "about"))
                | (Some("is"), Some("around" | "about"))
                | (Some("spend"), Some("about" | "around" | "maybe"))
        )
}

/// A whole number, or a price as people say it: `eighteen fifty` is 1850.
fn amount(scene: &Scene<'_>, at: usize) -> Option<(u32, usize)> {
    let word = scene.word(at)?;
    if let Some(head) = teens(word).or_else(|| tens(word))
        && let Some(tail) = scene.word(at + 1).and_then(|w| tens(w).or_else(|| teens(w)))
        && head <= 90
    {
        let one = scene.word(at + 2).and_then(ones).filter(|one| *one > 0 && tail % 10 == 0);
        return Some((head * 100 + tail + one.unwrap_or(0), at + if one.is_some() { 3 } else { 2 }));
    }
    cardinal(scene.text, &scene.tokens, at)
}

pub(super) fn bedrooms(scene: &Scene<'_>) -> Vec<Entity> {
    let said: Vec<(u8, Range<usize>)> = (0..scene.tokens.len())
        .filter_map(|at| Some((rooms(scene, at)?.0, at..rooms(scene, at)?.1)))
        .collect();
    let meant = match said.as_slice() {
        [] => None,
        [only] => Some(only),
        [first, .., last] => {
            // "The one bedroom, actually no, the three bedroom"; "two bedroom, not one bedroom" is still the first.
            let between = &scene.tokens[first.1.end..last.1.start];
            let right = |token: &Token| {
                matches!(&*token.word, "no" | "actually" | "sorry" | "wait" | "rather" | "mean")
            };
            let denied = last.1.start > 0 && scene.word(last.1.start - 1) == Some("not");
            Some(if between.iter().any(right) && !denied { last } else { first })
        }
    };
    let bare = || (0..scene.tokens.len()).find_map(|at| Some((number_of_rooms(scene, at)?, at..at + 1)));
    let asked = scene.context.expecting == Some(Slot::Bedrooms);
    let found = meant.cloned().or_else(|| bare().filter(|_| asked));
    found.map(|(rooms, words)| scene.entity(Value::Bedrooms(rooms), words, 0.92, false)).into_iter().collect()
}

/// A home of so many bedrooms, and the place after it: "two bedroom", "studio", "2br".
fn rooms(scene: &Scene<'_>, at: usize) -> Option<(u8, usize)> {
    let word = scene.word(at)?;
    if matches!(word, "studio" | "studios" | "efficiency") {
        return Some((0, at + 1));
    }
    if let Some(rooms) =
        ["br", "bed", "bd", "bdr"].iter().find_map(|end| word.strip_suffix(end)?.parse().ok())
    {
        return Some((rooms, at + 1));
    }
    let kind = matches!(scene.word(at + 1), Some("bedroom" | "bedrooms" | "bed" | "beds" | "br" | "bdrm"));
    number_of_rooms(scene, at).filter(|_| kind).map(|rooms| (rooms, at + 2))
}

/// A number that may be one of bedrooms, and is none of people or other things: "for my wife and one baby", "those two questions".
fn number_of_rooms(scene: &Scene<'_>, at: usize) -> Option<u8> {
    let word = scene.word(at)?;
    let of_people = matches!(
        scene.word(at + 1),
        Some(
            "baby"
                | "babies"
                | "kid"
                | "kids"
                | "child"
                | "children"
                | "people"
                | "persons"
                | "person"
                | "adults"
                | "of"
                | "questions"
                | "things"
                | "weeks"
                | "months"
                | "years"
                | "minutes"
                | "days"
                | "times"
                | "dogs"
                | "cats"
                | "cars"
        )
    );
    // "One's plenty."
    let enough = matches!(scene.word(at + 1), Some("plenty" | "enough" | "fine"));
    let word = word.strip_suffix('s').filter(|_| enough).unwrap_or(word);
    let number = ones(word).or_else(|| word.parse().ok()).filter(|n| (1..=6).contains(n) && !of_people)?;
    u8::try_from(number).ok()
}

const ANIMALS: [(&str, &str); 30] = [
    ("dog", "dog"),
    ("dogs", "dog"),
    ("puppy", "dog"),
    ("puppies", "dog"),
    ("labrador", "dog"),
    ("poodle", "dog"),
    ("chihuahua", "dog"),
    ("pitbull", "dog"),
    ("cat", "cat"),
    ("cats", "cat"),
    ("kitten", "cat"),
    ("kittens", "cat"),
    ("kitty", "cat"),
    ("bird", "bird"),
    ("birds", "bird"),
    ("parrot", "bird"),
    ("hamster", "hamster"),
    ("hamsters", "hamster"),
    ("rabbit", "rabbit"),
    ("rabbits", "rabbit"),
    ("bunny", "rabbit"),
    ("fish", "fish"),
    ("turtle", "turtle"),
    ("lizard", "lizard"),
    ("snake", "snake"),
    ("ferret", "ferret"),
    ("pet", ""),
    ("pets", ""),
    ("animals", ""),
    ("animal", ""),
];

static PETS: LazyLock<[Pattern; 3]> = LazyLock::new(|| {
    [
        Pattern::parse("no|without|zero|any|not pets|pet|animals|animal|dogs|dog|cats|cat"),
        Pattern::parse("dont|do not? have|own .. pets|pet|animals|animal|dog|dogs|cat|cats|any"),
        Pattern::parse(
            "have|got|ive|own|with|bring|bringing|my|our|theres|is|and .. dog|dogs|puppy|puppies|labrador|poodle|\
             chihuahua|pitbull|cat|cats|kitten|kittens|kitty|bird|birds|parrot|hamster|hamsters|rabbit|rabbits|bunny|\
             fish|turtle|lizard|snake|ferret|pet|pets",
        ),
    ]
});

pub(super) fn pets(scene: &Scene<'_>) -> Vec<Entity> {
    let asked = scene.context.expecting == Some(Slot::Pets);
    let place = |pattern: &Pattern| pattern.hits(&scene.tokens).next().map(|hit| hit.words);
    let said = |word: &str| ANIMALS.iter().find(|(name, _)| *name == word).map(|(_, animal)| *animal);
    // "Do you take dogs", "are cats allowed" and the neighbour's dog say nothing of the caller's own.
    let others = |at: usize| {
        let owner = (at.saturating_sub(3)..at).filter_map(|i| scene.word(i));
        owner
            .into_iter()
            .any(|w| matches!(w, "neighbors" | "your" | "his" | "her" | "their" | "upstairs" | "next"))
    };
    let question =
        matches!(scene.word(0), Some("do" | "are" | "is" | "can" | "does" | "what" | "how" | "would"));
    let none = place(&PETS[0]).filter(|_| asked || !question).or_else(|| place(&PETS[1]));
    let denied = asked && matches!(scene.word(scene.answer_start()), Some("no" | "nope" | "none" | "nah"));
    if let Some(words) = none.or(denied.then_some(0..1)) {
        return vec![scene.entity(Value::Pets(Pets::None), words, 0.85, false)];
    }
    let places: Vec<(usize, &str)> = (0..scene.tokens.len())
        .filter_map(|at| Some((at, said(scene.word(at)?)?)))
        .filter(|(at, _)| !others(*at))
        .collect();
    let owned = asked || (place(&PETS[2]).is_some() && !question);
    if owned { kept_animals(scene, &places) } else { Vec::new() }
}

/// The animals at these places, each named once.
pub(super) fn kept_animals(scene: &Scene<'_>, places: &[(usize, &str)]) -> Vec<Entity> {
    let (Some(first), Some(last)) = (places.first(), places.last()) else { return Vec::new() };
    let mut animals: Vec<String> = Vec::new();
    for (_, animal) in places {
        if !animal.is_empty() && !animals.iter().any(|known| known == animal) {
            animals.push((*animal).to_owned());
        }
    }
    vec![scene.entity(Value::Pets(Pets::Some(animals)), first.0..last.0 + 1, 0.85, false)]
}

const ACCESS: &str = "\
call_first | call|text|ring|phone|knock|notify ?me ?us first|before|ahead|when|prior|beforehand
call_first | call|text|ring|phone|knock .. first|before|beforehand
call_first | let me know before|first|when
call_first | give me a call|heads|text|ring
call_first | heads up
when_home | only|just .. when|if|while im|i|were|we .. home|there|here
when_home | want|need|like|have|prefer|got|gotta to be there|home|present|here
when_home | wait|not ?until .. im|i .. home|there|back
when_home | someone|somebody will be home|there
when_home | not unless|without im|me|i
when_home | not|never ?not when|while|if
when_home | always|usually|mostly ?at home|here|there|in
when_home | ill|well|shell|hell|ill|i|we|she|he|they|mom|mother|dad|sister|brother|son|daughter|wife|husband|neighbor|roommate|friend ?can|will|could ?come ?over ?and let you|them|him|her|someone|somebody ?guys in
when_home | without me|us
denied | dont|doesnt|neednt|not ?you ?they ?he ?have|need|want ?you|him|them|anyone|anybody ?to enter|go|come|coming|going in|inside|into|anywhere
denied | nobody|noone|no ?one ?has|needs|needed|have|should|may|can ?to enter|come|go|be in|inside|into
denied | dont|do|not|cant not? enter|go|come|let|want .. in|inside|enter|anybody|anyone|them
denied | nobody|noone|no one|body? enters|goes|comes|should|can|is
denied | not allowed to? enter|in
denied | ^ no .. not|dont .. in|enter
granted | can|may|could|should ?just enter|go|come|use ?right ?on in|inside|anytime|the|my
granted | can|may enter
granted | go|come ?right ?on ?ahead ?and in|inside|enter
granted | permission to enter|come|go
granted | have|has|got|give|my|with ?you ?them ?my permission
granted | let yourself|themselves|himself|yourselves in
granted | use the|your|a|my ?master ?spare key
granted | ok|okay|fine|allowed to ?go ?come enter|in
";

/// What speaks of access as an answer alone: "you can go to him" is "you can go in" misheard.
const ACCESS_ASKED: &str = "\
when_home | when|while|if im|i|were|we ?am ?are home|there|here
granted | permission
granted | let them|him|her in
granted | ^ ?yes ?sure you|they|he|she can|may|could go|come
";

static WOULD_ENTER: LazyLock<Pattern> = LazyLock::new(|| {
    Pattern::parse(
        "need|needs|needed|has|have|had|want|wants|wanted|got|going|supposed|tried|trying|wanna|gotta|say|said \
         ?he ?she ?they ?needs ?need ?has ?have to? go|come|enter|get",
    )
});

pub(super) fn access_from_name(name: &str) -> Option<Access> {
    Some(match name {
        "granted" => Access::Granted,
        "call_first" => Access::CallFirst,
        "when_home" => Access::OnlyWhenHome,
        "denied" => Access::Denied,
        _ => return None,
    })
}

static ACCESS_RULES: LazyLock<Table<Access>> = LazyLock::new(|| Table::parse(ACCESS, access_from_name));
static ACCESS_ASKED_RULES: LazyLock<Table<Access>> =
    LazyLock::new(|| Table::parse(ACCESS_ASKED, access_from_name));

pub(super) fn accesses(scene: &Scene<'_>) -> Vec<Entity> {
    let asked = scene.context.expecting == Some(Slot::Access);
    let as_answers = ACCESS_ASKED_RULES.0.iter().filter(|_| asked);
    for (access, pattern) in ACCESS_RULES.0.iter().chain(as_answers) {
        // Unasked, only words of entering speak of access; "call me first thing" and "no one comes" do not.
        let enters = scene.tokens.iter().any(|t| {
            matches!(
                t.word.as_str(),
                "enter" | "entering" | "permission" | "key" | "inside" | "yourself" | "in" | "knock"
            )
        });
        if !asked && !enters {
            break;
        }
        if let Some(hit) = pattern.hits(&scene.tokens).next() {
            // "Nobody can sleep in here" refuses nothing, and "who gives permission?" allows nothing.
            let of_entering = (hit.words.start..hit.words.end + 2)
                .filter_map(|at| scene.word(at))
                .any(|word| matches!(word, "enter" | "enters" | "in" | "inside" | "into"));
            if !asked && ((*access == Access::Denied && !of_entering) || scene.text.contains('?')) {
                continue;
            }
            // "He needs to go in the room downstairs" tells what somebody wants, and allows nothing.
            if !asked && *access == Access::Granted && WOULD_ENTER.hits(&scene.tokens).next().is_some() {
                continue;
            }
            // "No, please call me first" is no leave to go in after a call that nobody takes, and neither is "no, they can come
            // in when my sister is here".
            let refuses = asked
                && matches!(scene.word(0), Some("no" | "nope" | "nah"))
                && !matches!(scene.word(1), Some("problem" | "worries" | "objection" | "issue"));
            let access = match access {
                Access::CallFirst | Access::Granted if refuses => &Access::OnlyWhenHome,
                other => other,
            };
            let confidence = if asked { 0.9 } else { 0.65 };
            return vec![scene.entity(
                Value::Access(*access),
                hit.words,
                confidence,
                *access != Access::Granted || !asked,
            )];
        }
    }
    let answer = scene.word(scene.answer_start());
    let plain = match answer {
        Some("no" | "nope" | "nah") if asked => Access::Denied,
        Some("yes" | "yeah" | "yep" | "sure" | "ok" | "okay" | "fine" | "yup" | "absolutely") if asked => {
            Access::Granted
        }
        _ => return Vec::new(),
    };
    let at = scene.answer_start();
    vec![scene.entity(Value::Access(plain), at..at + 1, 0.8, true)]
}
