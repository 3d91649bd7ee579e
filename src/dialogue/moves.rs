//! Steps of the talk and the topics of questions, by rule: a yes must not depend on training.

use std::sync::LazyLock;

use super::{
    intent::{Move, Topic},
    pattern::{Pattern, Table},
    token::{Token, tokens},
};
use crate::types::Language;

const MOVES: &str = include_str!("../../firmware-config/dialogue/moves.txt");
const TOPICS: &str = include_str!("../../firmware-config/dialogue/topics.txt");
const SPANISH_MOVES: &str = include_str!("../../firmware-config/dialogue/es/moves.txt");
const SPANISH_TOPICS: &str = include_str!("../../firmware-config/dialogue/es/topics.txt");

#[derive(Debug)]
pub(super) struct Moves {
    fillers: &'static [&'static str],
    /// Fillers by which somebody gets ready to speak: alone they are no silence.
    hesitations: &'static [&'static str],
    moves: Table<Move>,
    topics: Table<Topic>,
}

/// What a phrase asks about, in English: by which an office's fact answers other words for the same.
pub fn topic_asked(phrase: &str) -> Option<Topic> {
    Moves::of(Language::English).topic(&tokens(phrase))
}

/// Words that mean nothing at the edges of a short answer.
const FILLERS: &[&str] = &[
    "um", "uh", "uhm", "er", "erm", "ah", "oh", "hmm", "hm", "mm", "well", "like", "so", "please", "sir",
    "maam", "miss", "honey", "actually", "just", "um", "then", "dear", "mmm",
];

const HESITATIONS: &[&str] = &["well", "please", "so", "actually"];

const SPANISH_FILLERS: &[&str] = &[
    "um", "uh", "eh", "em", "este", "pues", "ah", "oh", "mm", "mmm", "hmm", "oiga", "oye", "mire", "mira",
    "por", "favor", "senorita", "senor", "senora", "joven", "ay", "bueno", "a", "ver", "nomas", "porfa",
    "porfavor", "entonces",
];

const SPANISH_HESITATIONS: &[&str] = &["pues", "bueno", "este", "mire", "favor", "ver"];

/// A sentence that answers, and another one follows: "that is right".
const ANSWER: usize = 4;

/// A bare move is at most this many words; a longer utterance says something besides.
const BARE: usize = 7;

impl Moves {
    /// Read once, for whoever asks.
    pub(super) fn of(language: Language) -> &'static Self {
        static ENGLISH: LazyLock<Moves> = LazyLock::new(|| Moves::written_in(Language::English));
        static SPANISH: LazyLock<Moves> = LazyLock::new(|| Moves::written_in(Language::Spanish));
        match language {
            Language::English => &ENGLISH,
            Language::Spanish => &SPANISH,
        }
    }

    fn written_in(language: Language) -> Self {
        let (fillers, hesitations, moves, topics) = match language {
            Language::English => (FILLERS, HESITATIONS, MOVES, TOPICS),
            Language::Spanish => (SPANISH_FILLERS, SPANISH_HESITATIONS, SPANISH_MOVES, SPANISH_TOPICS),
        };
        Self {
            fillers,
            hesitations,
            moves: Table::parse(moves, Move::from_name),
            topics: Table::parse(topics, Topic::from_name),
        }
    }

    /// The step that the words are, or begin with.
    pub(super) fn read(&self, tokens: &[Token]) -> Option<Move> {
        // "Uh huh" and "mm hm" are made of fillers and are answers all the same.
        if tokens.len() == 2
            && let Some(answer) = self.moves.first(tokens)
        {
            return Some(answer);
        }
        let words = self.trimmed(tokens);
        if words.is_empty() {
            // "Shall I book it?" "Please."
            if let [only] = tokens
                && matches!(only.word.as_str(), "please")
            {
                return Some(Move::Affirm);
            }
            let hesitates = tokens.iter().any(|t| self.hesitations.contains(&t.word.as_str()));
            return (!hesitates).then_some(Move::Silence);
        }
        if words.len() <= BARE {
            return self.moves.first(words);
        }
        // "It is. Thanks, and please don't tell him": a first sentence that is an answer and nothing else.
        if let Some(first) = words.split_inclusive(|token| token.stop).next()
            && (2..=ANSWER).contains(&first.len())
            && let Some(answer @ (Move::Affirm | Move::Deny)) = self.moves.first(first)
            && self.is_bare(first)
        {
            return Some(answer);
        }
        // "I'll write a letter. Bye." takes leave, whatever stands before it.
        if let Some(last) = words.split_inclusive(|token| token.stop).next_back()
            && last.len() <= ANSWER
            && self.moves.first(last) == Some(Move::Goodbye)
            && self.is_bare(last)
        {
            return Some(Move::Goodbye);
        }
        // In a long utterance only its first words can answer, and a farewell or a plain demand holds anywhere.
        let holds = |(label, pattern): &(Move, Pattern)| match label {
            Move::StopContact | Move::AskIdentity => pattern.fits(words),
            Move::Affirm | Move::Deny => pattern.hits(words).any(|hit| hit.words == (0..1)),
            _ => false,
        };
        self.moves.0.iter().find(|rule| holds(rule)).map(|(label, _)| *label)
    }

    /// The words are a move and hardly anything else.
    pub(super) fn is_bare(&self, tokens: &[Token]) -> bool {
        let words = self.trimmed(tokens);
        let covered = |pattern: &Pattern| pattern.hits(words).map(|hit| hit.words.len()).max().unwrap_or(0);
        let most = self.moves.0.iter().map(|(_, pattern)| covered(pattern)).max().unwrap_or(0);
        words.is_empty() || (words.len() <= BARE && most + 1 >= words.len())
    }

    pub(super) fn topic(&self, tokens: &[Token]) -> Option<Topic> {
        self.topics.first(tokens)
    }

    fn trimmed<'t>(&self, tokens: &'t [Token]) -> &'t [Token] {
        let filler = |token: &Token| self.fillers.contains(&token.word.as_str());
        let start = tokens.iter().position(|t| !filler(t)).unwrap_or(tokens.len());
        let end = tokens.iter().rposition(|t| !filler(t)).map_or(start, |last| last + 1);
        &tokens[start..end]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_about_starting_over_is_no_wish_to() {
        let read = |text: &str| Moves::of(Language::English).read(&tokens(text));
        for text in [
            "Let's start over.",
            "start over",
            "No, start again please",
            "Can we start over?",
            "I want to start over",
            "Let me start again",
            "from the beginning please",
            "go back to the beginning, scratch that",
        ] {
            assert_eq!(read(text), Some(Move::StartOver), "{text}");
        }
        for text in [
            "So do we start over?",
            "Yes. So do we start over?",
            "Do I have to start over?",
            "when does it start again",
            "would we have to start over then",
        ] {
            assert_ne!(read(text), Some(Move::StartOver), "{text}");
        }
        assert_eq!(read("I suppose so, yes."), Some(Move::Affirm));
    }

    #[test]
    fn a_caller_s_own_address_is_not_the_office_s_and_grace_is_no_due_date() {
        for (asked, topic) in [
            ("You've got my new address?", Some(Topic::Contact)),
            ("What's your email address?", Some(Topic::Contact)),
            ("What's your address?", Some(Topic::OfficeAddress)),
            ("Is there a grace period for rent?", None),
            ("When is rent due?", Some(Topic::RentPayment)),
            ("Who do we pay for gas?", Some(Topic::Utilities)),
        ] {
            assert_eq!(topic_asked(asked), topic, "{asked}");
        }
    }
}
