//! Names of people: introduced, answered, spelled.

mod anew;
mod letters;
mod told;
mod whole;
mod whose;

use super::{
    super::names::{is_given_name, is_name_word, is_surname},
    Entity, PersonName, Scene, Slot, Value, is_run_up,
    sound::likeness,
    titled,
};
use anew::{begun_anew, is_short_for, of_a_couple};
use letters::{parts_alike, spelling, two_words};
use told::{ends_answer, is_from_here, is_subject, is_told_of, of_oneself};
use whole::{SURELY_NAME, by_itself, is_of_place, is_surely_name};
use whose::{is_of_another, is_of_somebody_sought};

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
ours mine theirs none anonymous spelled spelling letters letter name names way idea clue comment worries need quite such lie dice \
january february march july september october november december monday tuesday wednesday thursday friday saturday sunday \
yep yup yea ya nope nah aye by across through beside behind below between during against along past onto into upon around without \
within via per got put giving prefer rather perfect alright indeed absolutely definitely maam sir dear honey man boy baby \
neighbor neighbors son daughter kid kids mother father mom dad boyfriend girlfriend roommate car dog cat shut pinned \
trapped forget bring skip leave blank keep mhm mmhm mmhmm uhhuh id ive ill youre youd theyre theyd weve wed hes shes theres heres whats \
whos wheres lets wouldnt couldnt shouldnt arent wasnt werent hasnt havent hadnt aint \
seriously honestly obviously basically frankly certainly listen gosh geez jeez goodness heavens oh god lord christ damn crap \
whatever unbelievable understood exactly fantastic wonderful awesome christmas thanksgiving easter si correcto claro ";

/// Ends of words that describe and of hardly any name.
const NO_NAME_ENDS: [&str; 8] = ["ated", "ized", "able", "ible", "less", "tion", "ness", "ical"];

/// Words that are no names by themselves, and are in a whole name that is written with capitals: "Bill Novak", "Dana West".
const GIVEN_AS_WELL: [&str; 2] = ["bill", "will"];
const FAMILY_AS_WELL: [&str; 10] =
    ["west", "north", "day", "long", "short", "good", "light", "wild", "bill", "oh"];

/// Titles are no part of a name.
const TITLES: [&str; 14] = [
    "mr",
    "mrs",
    "ms",
    "miss",
    "mister",
    "missus",
    "dr",
    "doctor",
    "prof",
    "professor",
    "reverend",
    "officer",
    "detective",
    "sergeant",
];

/// Words with which the name of a firm ends: "Xcel Energy" is nobody.
const FIRMS: [&str; 39] = [
    "energy",
    "electric",
    "gas",
    "water",
    "power",
    "plumbing",
    "heating",
    "hvac",
    "roofing",
    "services",
    "service",
    "company",
    "insurance",
    "bank",
    "utilities",
    "cable",
    "cleaning",
    "construction",
    "restoration",
    "inc",
    "llc",
    "corporation",
    "supply",
    "realty",
    "mechanical",
    "properties",
    "daycare",
    "towing",
    "movers",
    "hospital",
    "clinic",
    "university",
    "authority",
    "department",
    "pharmacy",
    "delivery",
    "landscaping",
    "painting",
    "locksmith",
];

/// Words before the name, in answer to the question for it.
const RUN_UP: [&str; 22] = [
    "no", "nope", "nah", "sorry", "actually", "wait", "said", "yup", "yea", "ya", "dear", "honey", "hon",
    "maam", "sir", "and", "uhm", "hm", "ah", "right", "correct", "name",
];

/// Words that agree with a name that was read back.
const YES: [&str; 12] =
    ["yes", "yeah", "yep", "yup", "yea", "ya", "right", "correct", "sure", "si", "correcto", "claro"];

/// Sounds between a name and its repetition.
const BETWEEN: [&str; 14] =
    ["um", "uh", "er", "uhm", "sorry", "no", "its", "thats", "and", "yes", "dear", "honey", "maam", "sir"];

/// Words that may follow a name without a stop; before others a word at the beginning of a sentence is any word.
const AFTER_NAME: [&str; 19] = [
    "and", "from", "in", "at", "here", "speaking", "calling", "is", "with", "of", "again", "please", "thats",
    "spelled", "but", "i", "im", "called", "rang",
];

/// A name has no more parts than this.
const MOST_PARTS: usize = 3;

pub(super) fn names(scene: &Scene<'_>) -> Vec<Entity> {
    let asked = scene.context.expecting == Some(Slot::Name);
    let answer = if asked { answered(scene) } else { by_itself(scene) };
    let answer = answer.filter(|answer| !is_of_somebody_sought(scene, answer.start));
    let mut introduced = None;
    for at in 0..scene.tokens.len() {
        let Some((start, confidence)) = introduction(scene, at).filter(|_| !is_of_another(scene, at)) else {
            continue;
        };
        let weak = confidence < INTRODUCED;
        let me = matches!(scene.word(at), Some("im" | "i"));
        if let Some((name, end)) =
            name(scene, start).filter(|_| !weak || scene.is_written_as_name(after_title(scene, start), me))
        {
            let surely = is_surely_name(scene, start, &name)
                || (me && of_oneself(scene, start, &name, end))
                || (weak && is_from_here(scene, start, end));
            let sure = confidence.max(if surely { SURELY_NAME } else { 0.0 });
            introduced = Some((entity(scene, name, start, end, sure), confidence));
            break;
        }
    }
    if let Some((found, confidence)) = introduced {
        // "Luis Ortega. It's invoice forty-four" answers, whatever comes after it.
        let whole = |answer: &Entity| matches!(&answer.value, Value::Name(name) if name.family.is_some());
        return vec![answer.filter(|answer| confidence < INTRODUCED && whole(answer)).unwrap_or(found)];
    }
    if let Some(end) = scene.tokens.iter().position(|t| matches!(t.word.as_str(), "speaking" | "here"))
        && is_self(scene, end)
    {
        for start in end.saturating_sub(2)..end {
            // "Truck's here right now" tells what is there.
            if (start > 0 && scene.word(start - 1).is_some_and(is_determiner)) || scene.is_possessive(end - 1)
            {
                break;
            }
            if let Some((name, after)) = name(scene, start).filter(|(_, after)| *after == end) {
                return vec![entity(scene, name, start, after, 0.8)];
            }
        }
    }
    answer.into_iter().collect()
}

/// From here on somebody says "my name is": whatever follows is one.
const INTRODUCED: f32 = 0.85;

/// The name with which an answer begins.
fn answered(scene: &Scene<'_>) -> Option<Entity> {
    let (start, agreed) = after_run_up(scene);
    let first = after_title(scene, start);
    let listed = scene.word(first).is_some_and(is_name_word);
    let lone = |name: &PersonName| name.family.is_none() && !name.spelled;
    // "Seriously? Jeff.", "Little Sprouts is the daycare. I'm Brianna", "Yes. Joe says Saturday"
    let no_answer = |(name, end): &(PersonName, usize)| {
        is_told_of(scene, *end)
            || (lone(name) && (is_subject(scene, *end) || (!listed && scene.asks(*end - 1))))
    };
    let Some((name, end)) = name(scene, start).filter(|found| !no_answer(found)) else {
        return in_sentence_of_its_own(scene);
    };
    let ends = ends_answer(scene, end);
    // "Daniel King, and I need this today" is a name and more; one word may begin any sentence.
    let alone = lone(&name);
    // "Just the price, man."
    if alone && start > 0 && scene.word(start - 1) == Some("the") && !scene.tokens[start - 1].stop {
        return None;
    }
    if alone && first == start {
        let goes_on = !ends
            && scene.is_cased()
            && !scene.is_capital(end)
            && !scene.word(end).is_some_and(|next| AFTER_NAME.contains(&next));
        // "Yes. Bring a ladder" and "Yes. Mark that, please" agree with the name that was read back.
        let agrees = agreed && scene.context.read_back.is_some() && (goes_on || !listed);
        if agrees || (goes_on && !listed && scene.begins_sentence(first)) {
            return None;
        }
    }
    let given = listed || first > start || told::goes_on_of_oneself(scene, end);
    let sure = !alone || (given && ends && scene.is_capital(first));
    Some(entity(scene, name, start, end, if sure { 0.8 } else { 0.75 }))
}

/// "Oh, for heaven's sake. Rick Salazar." The whole name stands behind something else.
fn in_sentence_of_its_own(scene: &Scene<'_>) -> Option<Entity> {
    (1..scene.tokens.len()).find_map(|start| {
        let known = scene.begins_sentence(start)
            && scene.is_capital(start)
            && scene.word(start).is_some_and(is_given_name);
        // "Seriously? Jeff. Jeff, her husband."
        let alone = |end: usize| end == start + 1 && scene.tokens[start].stop;
        let (name, end) =
            name(scene, start).filter(|(name, end)| known && (name.family.is_some() || alone(*end)))?;
        Some(entity(scene, name, start, end, 0.8))
    })
}

/// Where an answer begins behind "no, I just told you", and whether it begins with a yes.
fn after_run_up(scene: &Scene<'_>) -> (usize, bool) {
    let mut at = 0;
    let mut agreed = false;
    loop {
        let word = |offset: usize| scene.word(at + offset);
        let Some(next) = word(0) else { break };
        let told = |word: Option<&str>| matches!(word, Some("said" | "told" | "say"));
        let skipped = match next {
            "i" if told(word(1)) => 2,
            "i" if matches!(word(1), Some("just" | "already")) && told(word(2)) => 3,
            "as" | "like" if word(1) == Some("i") && told(word(2)) => 3,
            "you" if at > 0 && told(scene.word(at - 1)) => 1,
            "you" if word(1) == Some("can") && matches!(word(2), Some("put" | "say")) => 3,
            "put" if word(1) == Some("down") => 2,
            // "Just say Paula called."
            "say" if scene.is_capital(at + 1) => 1,
            "tell" if matches!(word(1), Some("him" | "her" | "them")) => 2,
            "put" => 1,
            "my" if word(1) == Some("name") => 2,
            "what" if scene.tokens[at].stop => 1,
            word if RUN_UP.contains(&word) || YES.contains(&word) || is_run_up(word) => 1,
            _ => break,
        };
        agreed |= YES.contains(&next);
        at += skipped;
    }
    (at, agreed)
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
    }
    if name.spelled {
        confidence = confidence.max(0.85);
    }
    scene.entity(Value::Name(name), start..end, confidence, true)
}

/// How well a person of the roster fits: every part that was said must fit one of theirs.
fn known_as(name: &PersonName, known: &str) -> f32 {
    let parts: Vec<&str> = known.split_whitespace().collect();
    let fit = |said: &str| parts.iter().map(|part| likeness(said, part)).fold(0.0, f32::max);
    match &name.family {
        // Of a couple the one whom the office knows.
        Some(family) => name.given.split(" and ").map(fit).fold(0.0, f32::max).min(fit(family)),
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
        // "Me llamo Rosa Ortega" is said in any language.
        ("me", Some("llamo"), _) => Some((at + 2, 0.95)),
        ("mi", Some("nombre"), Some("es")) => Some((at + 3, 0.95)),
        ("name", Some("is"), _) | ("names", Some("is"), _) => Some((at + 2, 0.9)),
        ("names", _, _) => Some((at + 1, 0.85)),
        ("first" | "last", Some("name"), Some("is")) => Some((at + 3, 0.9)),
        ("first" | "last" | "family", Some("name"), _) if scene.context.expecting == Some(Slot::Name) => {
            Some((at + 2, 0.84))
        }
        // "Call me Yantu 5550158" is a number whose beginning was misheard.
        ("call", Some("me"), _) => {
            let digits = (2..=4).any(|offset| word(offset).is_some_and(|word| word.parse::<u64>().is_ok()));
            (!digits && scene.context.expecting != Some(Slot::Phone)).then_some((at + 2, 0.7))
        }
        ("this", Some("is"), _) => Some((at + 2, 0.8)),
        // "That's Dale, by the way."
        ("thats", _, _) if is_by_the_way(scene, at + 2) || is_by_the_way(scene, at + 3) => {
            Some((at + 1, 0.8))
        }
        ("im", _, _) => Some((at + 1, 0.65)),
        ("i", Some("am"), _) => Some((at + 2, 0.65)),
        // "It's unique" answers "which unit?" badly, and names nobody.
        ("its", _, _) => match scene.context.expecting {
            Some(Slot::Name) => Some((at + 1, 0.8)),
            None if at <= 2 || scene.tokens[at - 1].stop => Some((at + 1, 0.6)),
            _ => None,
        },
        _ => None,
    }
}

fn is_by_the_way(scene: &Scene<'_>, at: usize) -> bool {
    ["by", "the", "way"].iter().enumerate().all(|(i, word)| scene.word(at + i) == Some(*word))
}

/// One to three words that can be a name, with letters spelled after them or instead of them.
fn name(scene: &Scene<'_>, start: usize) -> Option<(PersonName, usize)> {
    let start = after_title(scene, start);
    if let Some((letters, mut end)) = spelling(scene, start) {
        let (given, family) = match two_words(scene, start, end, &letters) {
            Some((given, family)) => (titled(given), Some(titled(family))),
            // "D I N A P O L I, Frank"
            None if end + 1 == scene.tokens.len() && scene.word(end).is_some_and(is_name_word) => {
                end += 1;
                (titled(scene.word(end - 1)?), Some(titled(&letters)))
            }
            None => (titled(&letters), None),
        };
        return Some((PersonName { given, family, spelled: true, known: None }, end));
    }
    let (mut parts, mut end) = parts(scene, start)?;
    let gone_on = match parts.as_slice() {
        [only] => gone_on(scene, only, end).or_else(|| of_a_couple(scene, only, end)),
        several => begun_anew(scene, several, end),
    };
    if let Some((whole, after)) = gone_on {
        (parts, end) = (whole, after);
    }
    if is_firm(scene, &parts, end) || is_of_place(scene, start, end) {
        return None;
    }
    let mut spelled = false;
    while let Some((letters, after)) = spelling(scene, after_spelling_word(scene, end)) {
        let word = titled(&letters);
        let both = match parts.as_slice() {
            [given, _] => two_words(scene, after_spelling_word(scene, end), after, &letters)
                .or_else(|| letters.split_at_checked(given.len()))
                .filter(|(first, rest)| rest.len() >= 2 && first.eq_ignore_ascii_case(given))
                .map(|(first, rest)| vec![titled(first), titled(rest)]),
            _ => None,
        };
        // Spelling repeats the last part in the caller's own letters, or gives the only one.
        let whole = parts.len() >= 2;
        let given = parts.first().cloned().unwrap_or_default();
        if let Some(both) = both {
            parts = both;
        } else {
            match parts.last_mut() {
                // "Fern Delgado, F E R N": the given name in letters.
                Some(last) if whole && !parts_alike(last, &word) && word.eq_ignore_ascii_case(&given) => {}
                Some(last) if whole || parts_alike(last, &word) => {
                    if !scene.may_be_misheard_spelling(last, &word) {
                        *last = word;
                    }
                }
                _ => parts.push(word),
            }
        }
        (spelled, end) = (true, after);
        // "Tanya, T A N Y A, Brooks, B R O O K S"
        let next = scene.part(end, true).filter(|next| {
            let letters = spelling(scene, after_spelling_word(scene, end + 1));
            parts.len() == 1 && letters.is_some_and(|(letters, _)| parts_alike(next, &letters))
        });
        let Some(next) = next else { break };
        parts.push(titled(&next));
        end += 1;
    }
    let mut parts = parts.into_iter();
    let given = parts.next()?;
    let family: Vec<String> = parts.collect();
    let family = (!family.is_empty()).then(|| family.join(" "));
    Some((PersonName { given, family, spelled, known: None }, end))
}

/// The words of a name from here on, up to the end of their clause: "this is Dana, Maple Court".
fn parts(scene: &Scene<'_>, start: usize) -> Option<(Vec<String>, usize)> {
    let mut parts: Vec<String> = Vec::new();
    let mut end = start;
    while parts.len() < MOST_PARTS
        && let Some(part) = scene.part(end, !parts.is_empty())
    {
        parts.push(titled(&part));
        end += 1;
        if scene.tokens[end - 1].stop || scene.is_possessive(end - 1) {
            break;
        }
    }
    (!parts.is_empty()).then_some((parts, end))
}

/// What follows the one name that was said: "Tanya, Tanya Brooks", "Novak, Bill Novak", "Dmitri. Last name Wojciechowski".
fn gone_on(scene: &Scene<'_>, said: &str, end: usize) -> Option<(Vec<String>, usize)> {
    let mut at = told::after_first_name(scene, end);
    while scene.word(at).is_some_and(|word| BETWEEN.contains(&word)) {
        at += 1;
    }
    let word = |offset: usize| scene.word(at + offset);
    let family = match (word(0), word(1), word(2)) {
        (Some("last" | "family"), Some("name"), Some("is" | "thats" | "its")) => Some(at + 3),
        (Some("last" | "family"), Some("name" | "names"), _) => Some(at + 2),
        (Some("surname"), Some("is"), _) => Some(at + 2),
        (Some("surname"), _, _) => Some(at + 1),
        _ => None,
    };
    if let Some(at) = family {
        let (family, end) = parts(scene, at)?;
        return Some(([vec![said.to_owned()], family].concat(), end));
    }
    if !scene.tokens.get(end - 1)?.stop {
        return None;
    }
    let (more, after) = parts(scene, at)?;
    let again = |part: &String| part.eq_ignore_ascii_case(said);
    match more.as_slice() {
        [first, .., last] if again(first) || again(last) => Some((more, after)),
        // "It's Nate. Nathan Sorensen."
        [first, _, ..] if is_short_for(said, first) && scene.tokens[after - 1].stop => Some((more, after)),
        [other] if !again(other) && at == end => {
            let spelled = spelling(scene, after_spelling_word(scene, after))
                .is_some_and(|(letters, _)| parts_alike(other, &letters));
            let clause = scene.tokens[after - 1].stop || after >= scene.tokens.len();
            let listed = clause && scene.is_capital(at) && is_surname(other) && is_name_word(said);
            let joined = spelled || (listed && scene.context.expecting == Some(Slot::Name));
            joined.then(|| (vec![said.to_owned(), other.clone()], after))
        }
        _ => None,
    }
}

fn after_title(scene: &Scene<'_>, start: usize) -> usize {
    let title = |at: &usize| scene.word(*at).is_some_and(|word| TITLES.contains(&word));
    (start..).find(|at| !title(at)).unwrap_or(start)
}

fn after_spelling_word(scene: &Scene<'_>, end: usize) -> usize {
    let between = |at: &usize| {
        matches!(scene.word(*at), Some("thats" | "spelled" | "spelt" | "spelling" | "is" | "that" | "its"))
    };
    (end..).find(|at| !between(at)).unwrap_or(end)
}

/// Do these parts end in what firms are called by, or does such a word follow them?
fn is_firm(scene: &Scene<'_>, parts: &[String], end: usize) -> bool {
    let firm = |word: &str| FIRMS.contains(&word.to_lowercase().as_str());
    let follows = !scene.tokens[end - 1].stop
        && scene.word(end).is_some_and(firm)
        && (scene.tokens[end].stop
            || scene.word(end + 1).is_none_or(|next| AFTER_NAME.contains(&next) && next != "is"));
    follows || parts.last().is_some_and(|last| parts.len() >= 2 && firm(last))
}

impl Scene<'_> {
    /// The word here as a part of a name; `begun`: a part stands before it.
    fn part(&self, at: usize, begun: bool) -> Option<String> {
        let word = self.word(at)?;
        // "Bill's the first name", "somebody's in my spot"
        let word = if self.is_possessive(at) { word.strip_suffix('s').unwrap_or(word) } else { word };
        let capital = self.is_capital(at);
        let as_well = capital
            && if begun {
                FAMILY_AS_WELL.contains(&word)
            } else {
                GIVEN_AS_WELL.contains(&word)
                    && self.is_capital(at + 1)
                    && self.word(at + 1).is_some_and(can_be_name)
                    && (!self.tokens[at].stop
                        || self.word(at + 1).is_some_and(is_surname)
                        || spelling(self, after_spelling_word(self, at + 2)).is_some())
            };
        let plain = can_be_name(word) && (capital || !self.is_cased() || is_name_word(word));
        (as_well || plain).then(|| word.to_owned())
    }

    /// Is it written like a name, or one that is known? After "I'm" a word of small letters is one only if it is known: "I'm
    /// across the street".
    fn is_written_as_name(&self, at: usize, me: bool) -> bool {
        let known = self.word(at).is_some_and(|word| is_name_word(word) || word.len() == 1);
        self.is_capital(at) || known || (!me && !self.is_cased()) || self.is_possessive(at)
    }

    /// Has the text capitals, but for "I"?
    fn is_cased(&self) -> bool {
        let own = |word: &str| matches!(word, "i" | "im" | "ive" | "ill" | "id");
        (0..self.tokens.len()).any(|at| self.is_capital(at) && !self.word(at).is_some_and(own))
    }

    pub(super) fn begins_sentence(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1).and_then(|before| self.tokens.get(before)) else { return true };
        let between = self.tokens.get(at).and_then(|token| self.text.get(before.end..token.start));
        between.is_some_and(|between| between.contains(['.', '!', '?']))
    }

    /// "Dana's", "somebody's"
    fn is_possessive(&self, at: usize) -> bool {
        let written = self.tokens.get(at).and_then(|token| self.text.get(token.start..token.end));
        written.is_some_and(|written| written.ends_with("'s") || written.ends_with("\u{2019}s"))
    }
}

fn can_be_name(word: &str) -> bool {
    word.len() >= 2
        && word.chars().all(char::is_alphabetic)
        && !NOT_NAMES.contains(&format!(" {word} "))
        && (!(word.ends_with("ing") && word.len() > 5) || is_name_word(word))
        && !NO_NAME_ENDS.iter().any(|end| word.ends_with(end) && word.len() > end.len() + 2)
}
