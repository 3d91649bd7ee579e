//! The life-safety reflex: danger heard by rule first, whatever a model thinks, and haste after it.
//!
//! The reflex would rather ring the on-call person once too often than once too seldom, yet must not cry fire at a
//! fireplace: a pattern that is negated, past, supposed, repaired or of a film is no hit, and compounds ("fire
//! extinguisher", "gas bill") are one word that no pattern names. What the rules do not know, the classifier's own
//! probability of an emergency decides, against a higher bar where the rules saw words of danger and let them pass.

use super::{
    pattern::{Hit, Pattern, Table, lines},
    reading::{LifeSafety, UrgentKind},
    token::Token,
};

const DANGER: &str = include_str!("../../firmware-config/dialogue/danger.txt");
const URGENT: &str = include_str!("../../firmware-config/dialogue/urgent.txt");
/// `kind of veto | pattern`.
const VETO: &str = include_str!("../../firmware-config/dialogue/veto.txt");

/// What the rules say of danger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reflex {
    Danger(LifeSafety),
    /// Words of danger, but negated, past, supposed or played.
    Dismissed,
    /// No words of danger.
    Quiet,
}

/// Why words of danger may mean none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Veto {
    /// It was, and is over; "still" and "now" undo it.
    Past,
    /// It was mended or put out; "still" and "now" undo it.
    Resolved,
    /// What if it were.
    Supposed,
    /// A film, a song, an idiom.
    Figure,
    /// A detector that wants a battery or a fitter.
    Upkeep,
    /// Smoke or a smell of people and kitchens.
    Harmless,
    /// Water that smells.
    Water,
    /// Present after all: undoes `Past` and `Resolved`.
    Still,
    /// Ill as well: undoes `Upkeep`.
    Ill,
}

impl Veto {
    fn from_name(name: &str) -> Option<Veto> {
        Some(match name {
            "past" => Veto::Past,
            "resolved" => Veto::Resolved,
            "supposed" => Veto::Supposed,
            "figure" => Veto::Figure,
            "upkeep" => Veto::Upkeep,
            "harmless" => Veto::Harmless,
            "water" => Veto::Water,
            "still" => Veto::Still,
            "ill" => Veto::Ill,
            _ => return None,
        })
    }

    /// Does this take the sense from words of danger of that kind? `hit` are the words themselves.
    fn silences(self, kind: LifeSafety, hit: &[Token]) -> bool {
        let says = |words: &[&str]| hit.iter().any(|token| words.contains(&token.word.as_str()));
        match self {
            Veto::Past | Veto::Resolved | Veto::Supposed | Veto::Figure => true,
            // Only the detector is dismissed: "I was cooking and there's a fire" is a fire.
            Veto::Upkeep => kind == LifeSafety::CarbonMonoxide || says(&["smoke_alarm", "fire_alarm"]),
            Veto::Harmless => kind == LifeSafety::Fire && !says(&["fire", "flames", "burning"]),
            // Rotten eggs in the water are sulphur; gas at the sink is gas.
            Veto::Water => kind == LifeSafety::Gas && !says(&["gas", "propane"]),
            Veto::Still | Veto::Ill => false,
        }
    }
}

/// The rules, read once.
#[derive(Debug)]
pub(super) struct Rules {
    danger: Table<LifeSafety>,
    urgent: Table<UrgentKind>,
    vetoes: Table<Veto>,
    compounds: Vec<(Pattern, String)>,
}

/// Words that are one thing together: `a b = c`.
const COMPOUNDS: &str = include_str!("../../firmware-config/dialogue/compounds.txt");

impl Rules {
    pub(super) fn new() -> Self {
        let compound = |line: &str| {
            let (pattern, word) = line.split_once(" = ")?;
            Some((Pattern::parse(pattern), word.to_owned()))
        };
        Self {
            danger: Table::parse(DANGER, LifeSafety::from_name),
            urgent: Table::parse(URGENT, UrgentKind::from_name),
            vetoes: Table::parse(VETO, Veto::from_name),
            compounds: lines(COMPOUNDS).filter_map(compound).collect(),
        }
    }

    /// The words as the rules see them: misheard ones put right, compounds joined.
    pub(super) fn words(&self, mut tokens: Vec<Token>) -> Vec<Token> {
        for token in &mut tokens {
            if let Some(right) = misheard(&token.word) {
                token.word = right.to_owned();
            }
        }
        for (pattern, word) in &self.compounds {
            let hits: Vec<Hit> = pattern.hits(&tokens).collect();
            for hit in hits.iter().rev() {
                join(&mut tokens, hit, word);
            }
        }
        tokens
    }

    pub(super) fn reflex(&self, words: &[Token]) -> Reflex {
        let mut seen = false;
        let mut vetoes = None;
        for (kind, pattern) in &self.danger.0 {
            for hit in pattern.hits(words) {
                seen = true;
                let vetoes = vetoes.get_or_insert_with(|| self.vetoes(words));
                if !is_negated(words, &hit)
                    && !vetoes.iter().any(|veto| veto.silences(*kind, &words[hit.words.clone()]))
                {
                    return Reflex::Danger(*kind);
                }
            }
        }
        if seen { Reflex::Dismissed } else { Reflex::Quiet }
    }

    fn vetoes(&self, words: &[Token]) -> Vec<Veto> {
        let mut found: Vec<Veto> =
            self.vetoes.0.iter().filter(|(_, pattern)| pattern.fits(words)).map(|(veto, _)| *veto).collect();
        if found.contains(&Veto::Still) {
            found.retain(|veto| !matches!(veto, Veto::Past | Veto::Resolved));
        }
        if found.contains(&Veto::Ill) {
            found.retain(|veto| !matches!(veto, Veto::Upkeep));
        }
        found
    }

    pub(super) fn urgent(&self, words: &[Token]) -> Option<UrgentKind> {
        if self.vetoes.0.iter().any(|(veto, pattern)| *veto == Veto::Supposed && pattern.fits(words)) {
            return None;
        }
        let hit = |(_, pattern): &&(UrgentKind, Pattern)| {
            pattern
                .hits(words)
                .any(|hit| opens_negative(&words[hit.words.start].word) || !is_negated(words, &hit))
        };
        self.urgent.0.iter().find(hit).map(|(kind, _)| *kind)
    }
}

fn join(tokens: &mut Vec<Token>, hit: &Hit, words: &str) {
    let Some(replaced) = tokens.get(hit.words.clone()) else { return };
    let (Some(first), Some(last)) = (replaced.first(), replaced.last()) else { return };
    let (start, end, stop) = (first.start, last.end, last.stop);
    let joined: Vec<Token> =
        words.split(' ').map(|word| Token { word: word.to_owned(), start, end, stop }).collect();
    tokens.splice(hit.words.clone(), joined);
}

/// Words that a recogniser makes of the words of danger.
fn misheard(word: &str) -> Option<&'static str> {
    Some(match word {
        "gaz" | "gass" | "gasz" => "gas",
        "leek" | "leeking" | "leeks" => "leaking",
        "carbin" | "carben" | "carbone" | "karbon" => "carbon",
        "smel" | "smelly" | "smels" => "smell",
        "alarum" | "alarn" => "alarm",
        "ambulence" | "ambalance" => "ambulance",
        "nineoneone" => "911",
        "theirs" => "theres",
        "fier" | "fiyah" => "fire",
        _ if word.len() >= 7 && word.starts_with('m') && word.ends_with("oxide") => "monoxide",
        "monoxid" | "monoxcide" | "minoxide" | "monocside" | "monixide" => "monoxide",
        _ => return None,
    })
}

fn opens_negative(word: &str) -> bool {
    NEGATIONS.contains(&word) || matches!(word, "without" | "cant" | "havent" | "hasnt" | "nothing")
}

const NEGATIONS: [&str; 18] = [
    "no", "not", "dont", "doesnt", "isnt", "never", "arent", "wasnt", "nope", "without", "didnt", "nobody",
    "nobodys", "noone", "aint", "nor", "cannot", "cant",
];

/// Words that may stand between a negation and what it negates.
const BETWEEN: [&str; 35] = [
    "smell", "smelling", "see", "seeing", "hear", "hearing", "any", "of", "a", "an", "the", "there", "is",
    "are", "been", "really", "even", "sign", "signs", "or", "and", "actual", "like", "on", "smoke", "fire",
    "gas", "odor", "flames", "have", "injured", "got", "anything", "real", "need",
];

/// Negated before it ("no smell of gas") or within its gaps ("the gas stove has no smell").
fn is_negated(words: &[Token], hit: &Hit) -> bool {
    let negation = |at: usize| {
        let word = words[at].word.as_str();
        // "Can't" denies only a sense; "I can't breathe, there's smoke" denies nothing.
        match word {
            "cant" | "cannot" => {
                words.get(at + 1).is_some_and(|next| matches!(next.word.as_str(), "smell" | "see" | "hear"))
            }
            _ => NEGATIONS.contains(&word),
        }
    };
    if hit.skipped.iter().any(|&at| negation(at)) {
        return true;
    }
    for at in (0..hit.words.start).rev().take(6) {
        if words[at].stop {
            return false;
        }
        if negation(at) {
            return true;
        }
        if !BETWEEN.contains(&words[at].word.as_str()) {
            return false;
        }
    }
    false
}
