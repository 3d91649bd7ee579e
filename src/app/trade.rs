//! What the recogniser is told of the office's trade.

use std::sync::{Arc, Mutex, PoisonError};

use crate::{
    agent::awaits,
    dialogue::{Expected, Roster},
    speech::{Sentence, WordClass, WordModel, WordModelInUse},
};

/// There are more openings on file than answers, and more answers than openings in a call.
const ANSWER_COUNTS: u32 = 8;

/// The model of what callers of this office say.
pub(super) fn word_model(roster: &Roster) -> Arc<WordModel> {
    learnt(&Expected::at(roster))
}

/// The trade of the office that is called: learnt when the engines are loaded, and anew when what it calls its homes and people
/// changes.
#[derive(Debug, Clone)]
pub(super) struct OfficeTrade {
    /// Held while it is learnt: of two the later one stays.
    roster: Arc<Mutex<Roster>>,
    model: WordModelInUse,
}

impl OfficeTrade {
    /// Nothing is learnt before [`learn`](Self::learn): phones do not wait for it.
    pub(super) fn of(roster: Roster) -> Self {
        let nothing = WordModel::learn(std::iter::empty(), Vec::new());
        Self { roster: Arc::new(Mutex::new(roster)), model: Arc::new(nothing).into() }
    }

    pub(super) fn learn(&self) -> WordModelInUse {
        let roster = self.roster.lock().unwrap_or_else(PoisonError::into_inner);
        self.model.replace(word_model(&roster));
        self.model.clone()
    }

    /// The office is known by these names from now on. Some tenths of a second of work, if they are others than before.
    pub(super) fn replace(&self, roster: &Roster) {
        let mut known = self.roster.lock().unwrap_or_else(PoisonError::into_inner);
        if *known != *roster {
            known.clone_from(roster);
            self.model.replace(word_model(roster));
        }
    }
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
    let answers = expected.answers.iter().map(|(asked, words)| Sentence {
        words,
        awaited: awaits(*asked),
        count: ANSWER_COUNTS,
    });
    let class = |(token, words): (&str, Vec<String>)| WordClass { token: token.to_owned(), words };
    Arc::new(WordModel::learn(
        told.chain(openings).chain(answers),
        expected.classes.iter().cloned().map(class).collect(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_street_that_is_new_to_the_office_is_expected_once_its_file_is_read_again() {
        let roster = |street: &str| Roster { streets: vec![street.to_owned()], ..Roster::default() };
        let trade = OfficeTrade::of(roster("Alder Avenue"));
        let shared = trade.learn();
        assert!(Arc::ptr_eq(&shared.get(), &trade.model.get()));
        let before = shared.get();
        trade.replace(&roster("Alder Avenue"));
        assert!(Arc::ptr_eq(&shared.get(), &before), "nothing has changed, and nothing is learnt");
        trade.replace(&roster("Quincunx Row"));
        assert!(!Arc::ptr_eq(&shared.get(), &before), "the recogniser goes by the new one");
    }
}
