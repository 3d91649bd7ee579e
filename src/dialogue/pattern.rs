//! Patterns over words: the small language in which reflexes, steps of the talk and topics are written down.
//!
//! A pattern is words in order. `a|b` is either; `smell*` begins so; `?the` may be left out; `..` stands for up to
//! four words and `...` for up to twelve, neither past a full stop; `^` and `$` are the ends of the utterance. A word
//! with `?` at its end, `a?`, may be left out as well. `one & other` fits where `one` does, if `other` fits anywhere.

use std::ops::Range;

use super::token::Token;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Element {
    /// One of these words.
    Word(Vec<Word>),
    /// One of these words or none.
    Maybe(Vec<Word>),
    /// Up to that many words.
    Gap(usize),
    First,
    Last,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Word {
    Whole(String),
    Beginning(String),
}

impl Word {
    fn parse(text: &str) -> Self {
        match text.strip_suffix('*') {
            Some(beginning) => Word::Beginning(beginning.to_owned()),
            None => Word::Whole(text.to_owned()),
        }
    }

    fn is(&self, word: &str) -> bool {
        match self {
            Word::Whole(whole) => whole == word,
            Word::Beginning(beginning) => word.starts_with(beginning.as_str()),
        }
    }
}

/// One pattern, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    elements: Vec<Element>,
    /// What must fit besides, anywhere.
    besides: Vec<Vec<Element>>,
}

/// Where a pattern fitted: the words from its first to its last, and those that its gaps skipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hit {
    pub words: Range<usize>,
    pub skipped: Vec<usize>,
}

const SHORT_GAP: usize = 4;
const LONG_GAP: usize = 12;

impl Pattern {
    pub(super) fn parse(text: &str) -> Self {
        let words = |text: &str| text.split('|').map(Word::parse).collect();
        let element = |part: &str| match part {
            "^" => Element::First,
            "$" => Element::Last,
            ".." => Element::Gap(SHORT_GAP),
            "..." => Element::Gap(LONG_GAP),
            _ => match part.strip_prefix('?').or_else(|| part.strip_suffix('?')) {
                Some(rest) => Element::Maybe(words(rest)),
                None => Element::Word(words(part)),
            },
        };
        let mut parts = text.split(" & ").map(|part| part.split_whitespace().map(element).collect());
        Self { elements: parts.next().unwrap_or_default(), besides: parts.collect() }
    }

    /// Every place where the pattern fits, one for each word that it can begin at.
    pub(super) fn hits<'a>(&'a self, tokens: &'a [Token]) -> impl Iterator<Item = Hit> + 'a {
        let hits = hits(&self.elements, tokens);
        hits.filter(|_| self.besides.iter().all(|besides| self::hits(besides, tokens).next().is_some()))
    }

    /// Is it a pattern of how an utterance begins?
    pub(super) fn is_of_beginning(&self) -> bool {
        self.elements.first() == Some(&Element::First)
    }

    pub(super) fn fits(&self, tokens: &[Token]) -> bool {
        self.hits(tokens).next().is_some()
    }
}

/// Patterns of which one is enough.
#[derive(Debug)]
pub(super) struct AnyOf(Vec<Pattern>);

impl AnyOf {
    pub(super) fn parse<'t>(patterns: impl IntoIterator<Item = &'t str>) -> Self {
        Self(patterns.into_iter().map(Pattern::parse).collect())
    }

    pub(super) fn fits(&self, tokens: &[Token]) -> bool {
        self.0.iter().any(|pattern| pattern.fits(tokens))
    }
}

fn hits<'a>(elements: &'a [Element], tokens: &'a [Token]) -> impl Iterator<Item = Hit> + 'a {
    (0..tokens.len()).filter_map(|start| {
        let mut skipped = Vec::new();
        let end = fit(elements, tokens, start, &mut skipped)?;
        (end > start).then_some(Hit { words: start..end, skipped })
    })
}

/// Fits `elements` at `at`; answers the place after the last word. Depth and width are bounded by the pattern's
/// length and its gaps, so the cost of a hostile utterance is that of a long one.
fn fit(elements: &[Element], tokens: &[Token], at: usize, skipped: &mut Vec<usize>) -> Option<usize> {
    let Some((element, rest)) = elements.split_first() else { return Some(at) };
    match element {
        Element::First if at == 0 => fit(rest, tokens, at, skipped),
        Element::Last if at == tokens.len() => fit(rest, tokens, at, skipped),
        Element::First | Element::Last => None,
        Element::Word(words) => {
            let word = &tokens.get(at)?.word;
            if words.iter().any(|w| w.is(word)) { fit(rest, tokens, at + 1, skipped) } else { None }
        }
        Element::Maybe(words) => {
            if tokens.get(at).is_some_and(|t| words.iter().any(|w| w.is(&t.word)))
                && let Some(end) = fit(rest, tokens, at + 1, skipped)
            {
                return Some(end);
            }
            fit(rest, tokens, at, skipped)
        }
        Element::Gap(most) => {
            for length in 0..=*most {
                if at + length > tokens.len() {
                    return None;
                }
                if length > 0 && at + length >= 2 && tokens[at + length - 2].stop {
                    return None;
                }
                let before = skipped.len();
                skipped.extend(at..at + length);
                if let Some(end) = fit(rest, tokens, at + length, skipped) {
                    return Some(end);
                }
                skipped.truncate(before);
            }
            None
        }
    }
}

/// A table of patterns with labels, read from the project's `label | pattern` lines. Lines of unknown labels are
/// left out; a test of each table holds that there are none.
#[derive(Debug)]
pub(super) struct Table<L>(pub(super) Vec<(L, Pattern)>);

impl<L: Copy> Table<L> {
    pub(super) fn parse(text: &str, label: impl Fn(&str) -> Option<L>) -> Self {
        let rules = lines(text).filter_map(|line| {
            let (name, pattern) = line.split_once(" | ")?;
            Some((label(name)?, Pattern::parse(pattern)))
        });
        Self(rules.collect())
    }

    /// The label of the first pattern that fits.
    pub(super) fn first(&self, tokens: &[Token]) -> Option<L> {
        self.0.iter().find(|(_, pattern)| pattern.fits(tokens)).map(|(label, _)| *label)
    }
}

pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialogue::token::tokens;

    fn fits(pattern: &str, text: &str) -> bool {
        Pattern::parse(pattern).fits(&tokens(text))
    }

    #[test]
    fn patterns_fit_as_they_say() {
        for (pattern, text, expected) in [
            ("smell* .. gas", "i smell gas", true),
            ("smell* .. gas", "it smells a lot like gas", true),
            ("smell* .. gas", "it smells. the gas bill", false),
            ("smell* .. gas", "smell one two three four five gas", false),
            ("smell* ... gas", "smell one two three four five gas", true),
            ("^ fire $", "fire", true),
            ("^ fire $", "the fire", false),
            ("no the? heat", "no heat", true),
            ("no the? heat", "no the heat", true),
            ("no ?the heat", "no more heat", false),
            ("a|b c", "b c", true),
            ("gas", "gasoline", false),
            ("no heat & baby|newborn & degrees", "we have a newborn, four degrees, and no heat", true),
            ("no heat & baby|newborn & degrees", "we have a newborn and no heat", false),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} at {text}");
        }
    }
}
