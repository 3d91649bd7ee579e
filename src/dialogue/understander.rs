//! The understander: one utterance in, one reading out.

use std::sync::OnceLock;

use super::{
    classifier::{Classifier, Judgement, Model},
    features::Featurizer,
    intent::{Intent, Move},
    moves::Moves,
    reading::{LifeSafety, Reading, Urgency},
    token::{Token, tokens},
    training::train_words,
    urgency::{Reflex, Rules},
};

/// Probability of an emergency at which the classifier alone raises one, where the rules heard nothing.
const ALARM: f32 = 0.55;
/// The same, where the rules heard words of danger and dismissed them.
const ALARM_IN_SPITE: f32 = 0.97;
/// Below this the best intent is a guess and the reading says `Other`.
const LEAST: f32 = 0.2;
/// The seed of the words-only model: any would do, this one is everybody's.
pub const SEED: u64 = 0x0050_4f52_5449_434f;

/// Reads utterances. Building one trains the words-only model from the project's utterances, so build it once.
#[derive(Debug)]
pub struct Understander {
    classifier: Classifier,
    rules: Rules,
    moves: Moves,
}

impl Understander {
    /// With words alone: where there is no encoder, and in every test and story.
    pub fn words_only() -> Self {
        Self::with_words(train_words(SEED), None)
    }

    /// With a model that also reads embeddings; words alone still serve an utterance that comes without one.
    pub fn with_model(full: Model) -> Self {
        Self::with_words(train_words(SEED), Some(full))
    }

    fn with_words(words: Model, full: Option<Model>) -> Self {
        let classifier = Classifier { featurizer: Featurizer::new(), words, full };
        Self { classifier, rules: Rules::new(), moves: Moves::new() }
    }

    /// The encoder whose embeddings [`read`](Self::read) wants, if any.
    pub fn encoder(&self) -> Option<&str> {
        self.classifier.full.as_ref().and_then(Model::encoder)
    }

    /// Reads one utterance. `embedding` is that of the same text by [`encoder`](Self::encoder); without it, or with
    /// one of another length, words alone decide.
    pub fn read(&self, text: &str, embedding: Option<&[f32]>) -> Reading {
        let tokens = tokens(text);
        let moves = self.moves.read(&tokens);
        let bare = moves.is_some() && self.moves.is_bare(&tokens);
        let topic = self.moves.topic(&tokens);
        let words = self.rules.words(tokens);
        let judgement = self.classifier.judge(text, embedding);
        let mut ranked = judgement.ranked();
        let (intent, confidence, urgency) = match danger(self.rules.reflex(&words), &judgement, bare, moves) {
            Some(kind) => (
                Intent::Emergency,
                judgement.probability(Intent::Emergency).max(0.9),
                Urgency::LifeSafety(kind),
            ),
            None if bare && !matches!(moves, Some(Move::AskIdentity)) => {
                (Intent::Other, judgement.probability(Intent::Other).max(0.9), Urgency::Routine)
            }
            None => self.calm(&ranked, &words),
        };
        ranked.truncate(3);
        Reading { intent, confidence, ranked, urgency, moves, topic }
    }

    /// The reading of what is no danger: the likeliest intent but emergency, sure enough or `Other`.
    fn calm(&self, ranked: &[(Intent, f32)], words: &[Token]) -> (Intent, f32, Urgency) {
        let best = ranked.iter().copied().find(|(intent, _)| *intent != Intent::Emergency);
        let (mut intent, mut confidence) = best.unwrap_or((Intent::Other, 0.0));
        let urgent = match intent {
            Intent::Maintenance | Intent::Other | Intent::Resident => self.rules.urgent(words),
            _ => None,
        };
        let urgency = urgent.map_or(Urgency::Routine, Urgency::Urgent);
        if urgent.is_some() && intent == Intent::Other {
            intent = Intent::Maintenance;
            confidence = confidence.max(0.6);
        } else if confidence < LEAST {
            intent = Intent::Other;
        }
        (intent, confidence, urgency)
    }
}

/// Rules first; where they are silent, the classifier; against dismissed words only a very sure one.
fn danger(reflex: Reflex, judgement: &Judgement, bare: bool, moves: Option<Move>) -> Option<LifeSafety> {
    let bar = match reflex {
        Reflex::Danger(kind) => return Some(kind),
        // "Nope, can't smell any gas" answers a question about gas; no model overrules the answer.
        Reflex::Dismissed if moves == Some(Move::Deny) => return None,
        Reflex::Dismissed => ALARM_IN_SPITE,
        Reflex::Quiet if bare => return None,
        Reflex::Quiet => ALARM,
    };
    (judgement.probability(Intent::Emergency) >= bar).then(|| judgement.likeliest_danger())
}

/// The danger to life that these words speak of by the rules alone: for services of the box that understand nothing else.
pub fn danger_said(text: &str) -> Option<LifeSafety> {
    static RULES: OnceLock<Rules> = OnceLock::new();
    let rules = RULES.get_or_init(Rules::new);
    match rules.reflex(&rules.words(tokens(text))) {
        Reflex::Danger(kind) => Some(kind),
        Reflex::Dismissed | Reflex::Quiet => None,
    }
}
