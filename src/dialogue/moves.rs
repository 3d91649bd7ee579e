//! Steps of the talk and the topics of questions, by rule: a yes must not depend on training.

use super::{
    intent::{Move, Topic},
    pattern::{Pattern, Table},
    token::Token,
};

const MOVES: &str = include_str!("../../firmware-config/dialogue/moves.txt");
const TOPICS: &str = include_str!("../../firmware-config/dialogue/topics.txt");

#[derive(Debug)]
pub(super) struct Moves {
    moves: Table<Move>,
    topics: Table<Topic>,
}

/// Words that mean nothing at the edges of a short answer.
const FILLERS: [&str; 24] = [
    "um", "uh", "uhm", "er", "erm", "ah", "oh", "hmm", "hm", "mm", "well", "like", "so", "please", "sir",
    "maam", "miss", "honey", "actually", "just", "um", "then", "dear", "mmm",
];

/// A bare move is at most this many words; a longer utterance says something besides.
const BARE: usize = 7;

impl Moves {
    pub(super) fn new() -> Self {
        Self { moves: Table::parse(MOVES, Move::from_name), topics: Table::parse(TOPICS, Topic::from_name) }
    }

    /// The step that the words are, or begin with.
    pub(super) fn read(&self, tokens: &[Token]) -> Option<Move> {
        // "Uh huh" and "mm hm" are made of fillers and are answers all the same.
        if tokens.len() == 2
            && let Some(answer) = self.moves.first(tokens)
        {
            return Some(answer);
        }
        let words = trimmed(tokens);
        if words.is_empty() {
            let hesitates =
                tokens.iter().any(|t| matches!(t.word.as_str(), "well" | "please" | "so" | "actually"));
            return (!hesitates).then_some(Move::Silence);
        }
        if words.len() <= BARE {
            return self.moves.first(words);
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
        let words = trimmed(tokens);
        let covered = |pattern: &Pattern| pattern.hits(words).map(|hit| hit.words.len()).max().unwrap_or(0);
        let most = self.moves.0.iter().map(|(_, pattern)| covered(pattern)).max().unwrap_or(0);
        words.is_empty() || (words.len() <= BARE && most + 1 >= words.len())
    }

    pub(super) fn topic(&self, tokens: &[Token]) -> Option<Topic> {
        self.topics.first(tokens)
    }
}

fn trimmed(tokens: &[Token]) -> &[Token] {
    let filler = |token: &Token| FILLERS.contains(&token.word.as_str());
    let start = tokens.iter().position(|t| !filler(t)).unwrap_or(tokens.len());
    let end = tokens.iter().rposition(|t| !filler(t)).map_or(start, |last| last + 1);
    &tokens[start..end]
}
