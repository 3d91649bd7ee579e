//! The life-safety reflex: danger heard by rule first, whatever a model thinks, and haste after it.
//!
//! The reflex would rather ring the on-call person once too often than once too seldom, yet must not cry fire at a
//! fireplace: a pattern that is negated, past, supposed, repaired or of a film is no hit, and compounds ("fire
//! extinguisher", "gas bill") are one word that no pattern names. What the rules do not know, the classifier's own
//! probability of an emergency decides, against a higher bar where the rules saw words of danger and let them pass.

mod grammar;

use std::ops::Range;

use super::{
    pattern::{Hit, Pattern, Table, lines},
    reading::{LifeSafety, UrgentKind},
    token::Token,
};
use crate::types::Language;
use grammar::{Grammar, put_right};

/// What the rules say of danger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reflex {
    Danger(LifeSafety),
    /// Words of danger, but negated, past, supposed or played.
    Dismissed,
    /// No words of danger, but such as usually go with none: a battery, a film, "what if".
    Doubtful,
    /// No words of danger, but everyday ones that sound like it: "when people ring I hear nothing".
    Plain,
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
    /// A saying, a denial or a question of the past that holds the words of danger in itself: no other words are touched.
    Idiom,
    /// The same, where a sentence ends with it: "he's not moving in."
    Ending,
    /// A detector that wants a battery or a fitter.
    Upkeep,
    /// Smoke or a smell of people and kitchens.
    Harmless,
    /// Water that smells, and what is thrown to smell.
    Water,
    /// Everyday words that sound like danger: they speak for none, and take nothing from words of danger beside them.
    Plain,
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
            "idiom" => Veto::Idiom,
            "ending" => Veto::Ending,
            "upkeep" => Veto::Upkeep,
            "harmless" => Veto::Harmless,
            "water" => Veto::Water,
            "plain" => Veto::Plain,
            "still" => Veto::Still,
            "ill" => Veto::Ill,
            _ => return None,
        })
    }

    /// Does this take the sense from words of danger of that kind? `hit` are the words themselves.
    fn silences(self, grammar: &Grammar, kind: LifeSafety, hit: &[Token]) -> bool {
        let says = |words: &[&str]| hit.iter().any(|token| words.contains(&token.word.as_str()));
        match self {
            Veto::Past | Veto::Resolved | Veto::Supposed | Veto::Figure | Veto::Idiom | Veto::Ending => true,
            // Only the detector is dismissed: "I was cooking and there's a fire" is a fire.
            Veto::Upkeep => kind == LifeSafety::CarbonMonoxide || says(grammar.alarms),
            Veto::Harmless if kind == LifeSafety::Medical => says(grammar.choking),
            Veto::Harmless => kind == LifeSafety::Fire && !says(grammar.blazes),
            // Rotten eggs in the water are sulphur; gas at the sink is gas.
            Veto::Water => kind == LifeSafety::Gas && !says(grammar.gases),
            Veto::Plain | Veto::Still | Veto::Ill => false,
        }
    }

    /// Does it hold for its own words alone?
    fn is_saying(self) -> bool {
        matches!(self, Veto::Idiom | Veto::Ending)
    }

    /// Does it speak against a danger that no rule knows?
    fn doubts(self) -> bool {
        !matches!(self, Veto::Water | Veto::Plain | Veto::Still | Veto::Ill)
    }
}

/// The rules of one language, read once.
#[derive(Debug)]
pub(super) struct Rules {
    language: Language,
    grammar: &'static Grammar,
    danger: Table<LifeSafety>,
    /// What is no danger yet, and sounds like one that somebody does not name: it is asked about.
    perhaps: Table<LifeSafety>,
    urgent: Table<UrgentKind>,
    vetoes: Table<Veto>,
    compounds: Vec<(Pattern, String)>,
}

/// The rules of one language as they are written: what an office's own edit may change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleTexts {
    /// `kind | pattern` a line.
    pub danger: String,
    pub urgent: String,
    /// `veto | pattern` a line.
    pub veto: String,
    /// `pattern = word` a line.
    pub compounds: String,
}

impl Rules {
    /// Those that come with the program.
    pub(super) fn of(language: Language) -> Self {
        let Grammar { danger, urgent, veto, compounds, .. } = Grammar::of(language);
        let [danger, urgent, veto, compounds] =
            [danger, urgent, veto, compounds].map(|text| (*text).to_owned());
        Self::parse(language, &RuleTexts { danger, urgent, veto, compounds })
    }

    /// A line that names no kind is no rule.
    pub(super) fn parse(language: Language, texts: &RuleTexts) -> Self {
        let compound = |line: &str| {
            let (pattern, word) = line.split_once(" = ")?;
            Some((Pattern::parse(pattern), word.to_owned()))
        };
        let grammar = Grammar::of(language);
        Self {
            language,
            grammar,
            danger: Table::parse(&texts.danger, LifeSafety::from_name),
            perhaps: Table::parse(&texts.danger, suspected_from_name),
            urgent: Table::parse(&texts.urgent, UrgentKind::from_name),
            vetoes: Table::parse(&texts.veto, Veto::from_name),
            compounds: lines(&texts.compounds).filter_map(compound).collect(),
        }
    }

    /// The words as the rules see them: misheard ones put right, compounds joined.
    pub(super) fn words(&self, mut tokens: Vec<Token>) -> Vec<Token> {
        for token in &mut tokens {
            put_right(self.language, token);
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
        let vetoes = self.vetoes(words);
        for (kind, pattern) in &self.danger.0 {
            for hit in pattern.hits(words) {
                seen = true;
                if !self.is_negated(words, &hit)
                    && !vetoes.iter().any(|(veto, reach)| {
                        hit.words.start < reach.end
                            && reach.start < hit.words.end
                            && veto.silences(self.grammar, *kind, &words[hit.words.clone()])
                    })
                {
                    return Reflex::Danger(*kind);
                }
            }
        }
        match seen {
            true => Reflex::Dismissed,
            false if vetoes.iter().any(|(veto, _)| veto.doubts()) => Reflex::Doubtful,
            false if vetoes.iter().any(|(veto, _)| *veto == Veto::Plain) => Reflex::Plain,
            false => Reflex::Quiet,
        }
    }

    /// A danger that is not named, and may be one: "please hurry". Denied or said of something else it is none.
    pub(super) fn suspects(&self, words: &[Token]) -> Option<LifeSafety> {
        let mut spared = self.idioms(words);
        let plain = self.vetoes.0.iter().filter(|(veto, _)| *veto == Veto::Plain);
        spared.extend(plain.flat_map(|(veto, pattern)| pattern.hits(words).map(|hit| (*veto, hit.words))));
        let holds = |hit: &Hit| !self.is_negated(words, hit) && !is_within(&spared, hit);
        let hit = |(_, pattern): &&(LifeSafety, Pattern)| pattern.hits(words).any(|hit| holds(&hit));
        self.perhaps.0.iter().find(hit).map(|(kind, _)| *kind)
    }

    /// Each with the words that it holds for.
    fn vetoes(&self, words: &[Token]) -> Vec<(Veto, Range<usize>)> {
        let mut found = self.idioms(words);
        let fitting = |(veto, pattern): &(Veto, Pattern)| {
            let hit = pattern.hits(words).next()?;
            // "Do you have a spare key, the sitter has passed out": how it begins says nothing of what comes after.
            let clause = || words[hit.words.end - 1..].iter().position(|word| word.stop);
            let reach = match pattern.is_of_beginning().then(clause).flatten() {
                Some(more) => hit.words.end + more,
                None => words.len(),
            };
            Some((*veto, 0..reach))
        };
        found.extend(self.vetoes.0.iter().filter(|(veto, _)| !veto.is_saying()).filter_map(fitting));
        let holds = |found: &[(Veto, Range<usize>)], veto| found.iter().any(|(other, _)| *other == veto);
        if holds(&found, Veto::Still) {
            found.retain(|(veto, _)| !matches!(veto, Veto::Past | Veto::Resolved));
        }
        if holds(&found, Veto::Ill) {
            found.retain(|(veto, _)| !matches!(veto, Veto::Upkeep));
        }
        found
    }

    /// "I love a good fire", but not "what do I do, the bleeding won't stop": no saying goes over a stop.
    fn idioms(&self, words: &[Token]) -> Vec<(Veto, Range<usize>)> {
        let idioms = self.vetoes.0.iter().filter(|(veto, _)| veto.is_saying());
        let hits = idioms.flat_map(|(veto, pattern)| pattern.hits(words).map(|hit| (*veto, hit.words)));
        let whole = |range: &Range<usize>| words[range.start..range.end - 1].iter().all(|word| !word.stop);
        let ends = |at: usize| at == words.len() || words[at - 1].stop;
        hits.filter(|(veto, range)| whole(range) && (*veto == Veto::Idiom || ends(range.end))).collect()
    }

    pub(super) fn urgent(&self, words: &[Token]) -> Option<UrgentKind> {
        if self.vetoes.0.iter().any(|(veto, pattern)| *veto == Veto::Supposed && pattern.fits(words)) {
            return None;
        }
        let idioms = self.idioms(words);
        let hit = |(_, pattern): &&(UrgentKind, Pattern)| {
            pattern
                .hits(words)
                .filter(|hit| !is_within(&idioms, hit))
                .any(|hit| self.opens_negative(&words[hit.words.start].word) || !self.is_negated(words, &hit))
        };
        self.urgent.0.iter().find(hit).map(|(kind, _)| *kind)
    }

    fn opens_negative(&self, word: &str) -> bool {
        self.grammar.negations.contains(&word) || self.grammar.opening.contains(&word)
    }

    /// Negated before it ("no smell of gas") or within its gaps ("the gas stove has no smell").
    fn is_negated(&self, words: &[Token], hit: &Hit) -> bool {
        let grammar = self.grammar;
        let negation = |at: usize| {
            let word = words[at].word.as_str();
            if grammar.inabilities.contains(&word) {
                let next = words.get(at + 1);
                return next.is_some_and(|next| grammar.senses.contains(&next.word.as_str()));
            }
            grammar.negations.contains(&word)
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
            if !grammar.between.contains(&words[at].word.as_str()) {
                return false;
            }
        }
        false
    }
}

/// The danger that a line of the table only suspects: `perhaps_medical`.
fn suspected_from_name(name: &str) -> Option<LifeSafety> {
    LifeSafety::from_name(name.strip_prefix("perhaps_")?)
}

/// Does it share a word with one of these sayings?
fn is_within(idioms: &[(Veto, Range<usize>)], hit: &Hit) -> bool {
    idioms.iter().any(|(_, idiom)| hit.words.start < idiom.end && idiom.start < hit.words.end)
}

fn join(tokens: &mut Vec<Token>, hit: &Hit, words: &str) {
    let Some(replaced) = tokens.get(hit.words.clone()) else { return };
    let (Some(first), Some(last)) = (replaced.first(), replaced.last()) else { return };
    let (start, end, stop) = (first.start, last.end, last.stop);
    let joined: Vec<Token> =
        words.split(' ').map(|word| Token { word: word.to_owned(), start, end, stop }).collect();
    tokens.splice(hit.words.clone(), joined);
}

#[cfg(test)]
mod tests;
