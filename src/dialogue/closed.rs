//! Questions that have one answer for everybody: who lives there, what the neighborhood is like, who would be taken, and what
//! only licensed people may say.
//!
//! Fair housing is lost in a friendly word. So these questions are known by rule, before any fact of the office or any flow
//! gets to answer them, and what the office has written down is held against the same rules before it is said.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::{
    Intent, Reading, Urgency,
    pattern::{Pattern, Table},
    token::{Token, tokens},
};
use crate::types::Language;

/// `topic | pattern`, the first that fits.
const PATTERNS: &str = include_str!("../../firmware-config/dialogue/closed.txt");

const SPANISH_PATTERNS: &str = include_str!("../../firmware-config/dialogue/es/closed.txt");

/// `None` is an everyday matter in the same words.
type Topics = Table<Option<ClosedTopic>>;

static TABLE: LazyLock<Topics> = LazyLock::new(|| Table::parse(PATTERNS, label));
static SPANISH_TABLE: LazyLock<Topics> = LazyLock::new(|| Table::parse(SPANISH_PATTERNS, label));

fn label(name: &str) -> Option<Option<ClosedTopic>> {
    match name {
        "none" => Some(None),
        name => ClosedTopic::from_name(name).map(Some),
    }
}

fn table(language: Language) -> &'static Topics {
    match language {
        Language::English => &TABLE,
        Language::Spanish => &SPANISH_TABLE,
    }
}

/// What a closed answer is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosedTopic {
    /// An accommodation or modification for a disability, an assistance animal (42 U.S.C. 3604(f)(3)).
    Accommodation,
    /// Vouchers and other sources of income.
    Vouchers,
    /// Whether somebody would be taken: credit, record, former evictions.
    Approval,
    /// Protected classes: who lives there, whom the office takes (42 U.S.C. 3604).
    Protected,
    /// Safety, schools, what an area is like: steering.
    Neighborhood,
    /// What a home is worth, whether to buy or sell.
    Value,
    /// Price and terms.
    Negotiation,
    /// Legal and tax advice.
    Legal,
}

impl ClosedTopic {
    pub const ALL: [ClosedTopic; 8] = [
        ClosedTopic::Accommodation,
        ClosedTopic::Vouchers,
        ClosedTopic::Approval,
        ClosedTopic::Protected,
        ClosedTopic::Neighborhood,
        ClosedTopic::Value,
        ClosedTopic::Negotiation,
        ClosedTopic::Legal,
    ];

    /// The name in the pack: `accommodation`.
    pub const fn name(self) -> &'static str {
        match self {
            ClosedTopic::Accommodation => "accommodation",
            ClosedTopic::Vouchers => "vouchers",
            ClosedTopic::Approval => "approval",
            ClosedTopic::Protected => "protected",
            ClosedTopic::Neighborhood => "neighborhood",
            ClosedTopic::Value => "value",
            ClosedTopic::Negotiation => "negotiation",
            ClosedTopic::Legal => "legal",
        }
    }

    pub fn from_name(name: &str) -> Option<ClosedTopic> {
        ClosedTopic::ALL.into_iter().find(|topic| topic.name() == name)
    }

    /// For whoever reads what came of the conversation.
    pub(super) const fn note(self) -> &'static str {
        match self {
            ClosedTopic::Accommodation => "asked about an accommodation or accessibility",
            ClosedTopic::Vouchers => "asked about vouchers or sources of income",
            ClosedTopic::Approval => "asked whether they would be approved",
            ClosedTopic::Protected => "asked about who lives there or is accepted; got the standard answer",
            ClosedTopic::Neighborhood => "asked about the neighborhood; got the standard answer",
            ClosedTopic::Value => "asked for an opinion of value",
            ClosedTopic::Negotiation => "asked to negotiate price or terms",
            ClosedTopic::Legal => "asked for legal or tax advice",
        }
    }

    /// Whose flow takes it down when the person wants a call about it. `None`: nobody can answer that at all.
    pub(super) const fn taken_by(self) -> Option<Intent> {
        match self {
            ClosedTopic::Protected | ClosedTopic::Neighborhood => None,
            ClosedTopic::Vouchers | ClosedTopic::Approval => Some(Intent::Leasing),
            ClosedTopic::Accommodation
            | ClosedTopic::Legal
            | ClosedTopic::Value
            | ClosedTopic::Negotiation => Some(Intent::Human),
        }
    }
}

/// Surer than this, and a report or a pitch is what it was read as, though its words touch a closed topic.
const SURE_OF_ANOTHER: f32 = 0.85;

/// Words that a question or a wish to know begins with.
const ASKING: [&str; 42] = [
    "is",
    "are",
    "was",
    "do",
    "does",
    "did",
    "can",
    "could",
    "will",
    "would",
    "should",
    "may",
    "what",
    "whats",
    "who",
    "whos",
    "how",
    "hows",
    "which",
    "where",
    "wheres",
    "why",
    "when",
    "any",
    "am",
    "isnt",
    "arent",
    "dont",
    "doesnt",
    "wont",
    "cant",
    "tell",
    "wondering",
    "know",
    "ask",
    "asking",
    "curious",
    "question",
    "prefer",
    "looking",
    "think",
    "sure",
];

/// The same in Spanish, without accents.
const SPANISH_ASKING: [&str; 49] = [
    "cobran",
    "piden",
    "dan",
    "toman",
    "hacen",
    "es",
    "son",
    "esta",
    "estan",
    "hay",
    "sera",
    "seran",
    "puedo",
    "puede",
    "pueden",
    "podria",
    "podrian",
    "podemos",
    "se",
    "que",
    "cual",
    "cuales",
    "quien",
    "quienes",
    "como",
    "donde",
    "cuando",
    "cuanto",
    "cuanta",
    "cuantos",
    "cuantas",
    "tienen",
    "tiene",
    "aceptan",
    "rentan",
    "permiten",
    "viven",
    "cree",
    "sabe",
    "saber",
    "pregunta",
    "preguntar",
    "dice",
    "digame",
    "conviene",
    "debo",
    "me",
    "prefieren",
    "busco",
];

/// What these words ask that only a closed answer may touch, read as they were understood.
pub(super) fn topic(language: Language, text: &str, reading: &Reading) -> Option<ClosedTopic> {
    if reading.urgency != Urgency::Routine {
        return None;
    }
    let words = tokens_of(text);
    let topic = table(language).first(&words)??;
    let sure = reading.confidence >= SURE_OF_ANOTHER;
    let holds = match reading.intent {
        Intent::Sales | Intent::WrongNumber | Intent::Vendor => {
            !sure || topic == ClosedTopic::Negotiation || asks(language, &words, text)
        }
        Intent::Maintenance | Intent::Emergency => !sure || asks_first(language, &words),
        Intent::Billing => !sure || asks(language, &words, text),
        // "The young people below me fry fish at all hours" asks nothing about who lives there, and whoever is looking for "a
        // parent who lives at your building" nothing about families.
        Intent::Complaint | Intent::Message | Intent::Lease => {
            !matches!(topic, ClosedTopic::Protected | ClosedTopic::Neighborhood)
                || text.contains('?')
                || asks_last(&words)
                || asks_first(language, &words)
                || wishes_to_know(language, &words)
        }
        _ => true,
    };
    holds.then_some(topic)
}

/// A recogniser sets commas or leaves them out as it likes: "I have four kids, is that a problem" is one thing to ask.
fn tokens_of(text: &str) -> Vec<Token> {
    tokens(&text.replace(',', " "))
}

/// May these words be said to everybody? Not if they speak of people or praise a neighborhood.
pub fn may_be_said(text: &str) -> bool {
    let words = tokens(text);
    let steers = |(topic, pattern): &(Option<ClosedTopic>, Pattern)| {
        matches!(topic, Some(ClosedTopic::Protected | ClosedTopic::Neighborhood)) && pattern.fits(&words)
    };
    !Language::ALL.into_iter().any(|language| table(language).0.iter().any(steers))
}

/// Is something asked anywhere in it?
fn asks(language: Language, words: &[Token], text: &str) -> bool {
    text.contains('?') || words.iter().any(|word| is_asking(language, word))
}

/// Does it begin as a question?
fn asks_first(language: Language, words: &[Token]) -> bool {
    let tells = |at: usize| {
        at > 0
            && words[at].word == "is"
            && matches!(words[at - 1].word.as_str(), "this" | "it" | "name" | "that" | "here")
    };
    (0..words.len().min(3)).any(|at| is_asking(language, &words[at]) && !tells(at))
}

/// "It's not in the ghetto, is it", without the mark that a recogniser may leave out.
fn asks_last(words: &[Token]) -> bool {
    let [.., verb, whom] = words else { return false };
    matches!(verb.word.as_str(), "is" | "isnt" | "are" | "arent" | "does" | "do" | "dont" | "doesnt")
        && matches!(whom.word.as_str(), "it" | "they" | "there" | "he" | "she" | "you")
}

/// "I'd prefer", "wondering whether": whatever the words are before it.
fn wishes_to_know(language: Language, words: &[Token]) -> bool {
    const WISHING: [&str; 12] = [
        "know",
        "wondering",
        "wonder",
        "curious",
        "tell",
        "ask",
        "asking",
        "question",
        "prefer",
        "looking",
        "rent",
        "hope",
    ];
    match language {
        Language::English => {
            let for_rent = |at: usize| at > 0 && words[at].word == "rent" && words[at - 1].word == "for";
            (0..words.len()).any(|at| WISHING.contains(&words[at].word.as_str()) && !for_rent(at))
        }
        Language::Spanish => words.iter().any(|word| is_asking(language, word)),
    }
}

fn is_asking(language: Language, token: &Token) -> bool {
    let words: &[&str] = match language {
        Language::English => &ASKING,
        Language::Spanish => &SPANISH_ASKING,
    };
    words.contains(&token.word.as_str())
}

#[cfg(test)]
mod tests;
