//! What the recogniser is told of the office's trade.

use std::sync::Arc;

use crate::{
    agent::awaits,
    dialogue::{Expected, Roster},
    speech::{Sentence, WordClass, WordModel},
};

/// There are more openings on file than answers, and more answers than openings in a call.
const ANSWER_COUNTS: u32 = 8;

/// The model of what callers of this office say.
pub(super) fn word_model(roster: &Roster) -> Arc<WordModel> {
    learnt(&Expected::at(roster))
}

/// The model of what the agent says, for who practises as its caller.
#[cfg(all(feature = "sherpa", feature = "flite"))]
pub(super) fn agents_word_model(pack: &crate::dialogue::Pack, office: &str) -> Arc<WordModel> {
    let prompts = pack.prompts(office, &std::collections::BTreeSet::new());
    let told = prompts.iter().map(|prompt| Sentence { count: ANSWER_COUNTS, ..Sentence::of(&prompt.words) });
    // Names, times and numbers are said on both sides.
    with(told, &Expected::at(&Roster::default()))
}

/// The model of what is expected.
pub(super) fn learnt(expected: &Expected) -> Arc<WordModel> {
    with(std::iter::empty(), expected)
}

fn with<'s>(told: impl Iterator<Item = Sentence<'s>>, expected: &'s Expected) -> Arc<WordModel> {
    let openings = expected.openings.iter().copied().map(Sentence::of);
    let answers = expected.answers.iter().map(|&(asked, words)| Sentence {
        words,
        awaited: awaits(asked),
        count: ANSWER_COUNTS,
    });
    let class = |(token, words): (&str, Vec<String>)| WordClass { token: token.to_owned(), words };
    Arc::new(WordModel::learn(
        told.chain(openings).chain(answers),
        expected.classes.iter().cloned().map(class).collect(),
    ))
}
