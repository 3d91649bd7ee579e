//! The same caller in a conversation of today: their words understood anew, and given to the questions that are asked today.

use std::time::Duration;

use super::{
    Present,
    steering::{Caller, Cue, in_language},
};
use crate::dialogue::{EndReason, Journal, Journalled, Told, UserTurn};

/// Steps of one conversation that is held anew. Each uses up something that was said then, or one of a dozen made-up answers;
/// what is rung and asked of the calendar besides is bounded by the conversation's own limits.
const MOST_STEPS: usize = 1_000;

/// A conversation held anew.
#[derive(Debug, Clone, PartialEq)]
pub struct Anew {
    pub journal: Journal,
    /// Questions to which no stored answer fits, as [`awaits`](crate::dialogue::Session::awaits) has them: they were answered
    /// with made-up words.
    pub made_up: Vec<String>,
    /// What the caller said then and would not be heard saying.
    pub unheard: Vec<String>,
}

/// Holds a conversation anew. Words that the agent never read (the caller was gone) are read by rule, as then.
pub fn anew(journal: &Journal, present: &Present<'_>) -> Anew {
    let Present { pack, office, provenance, reads } = present;
    let (mut talk, greeting) =
        Journalled::begin((*provenance).clone(), (*pack).clone(), (*office).clone(), journal.opening.clone());
    let mut caller = Caller::new(&journal.steps);
    caller.watch(&greeting);
    let mut at = Duration::ZERO;
    for _ in 0..MOST_STEPS {
        let told = match caller.next(&talk.awaits(), talk.is_over()) {
            Cue::Over => break,
            Cue::MadeUp(words) => {
                let text = in_language(words, talk.language()).to_owned();
                let reading = reads(talk.language(), &text);
                Told::Turn(UserTurn::Said { text, reading })
            }
            Cue::Stored(Told::Turn(UserTurn::Said { text, .. })) => {
                let reading = reads(talk.language(), &text);
                Told::Turn(UserTurn::Said { text, reading })
            }
            Cue::Stored(Told::LastWords { text, reading }) => {
                let reading = reading.map(|_| reads(talk.language(), &text));
                Told::LastWords { text, reading }
            }
            Cue::Stored(told) => told,
        };
        // The order of things is told by their times; when each of them would come today nobody knows.
        at += Duration::from_millis(1);
        let acts = talk.tell(at, told);
        caller.watch(&acts);
    }
    talk.tell(at, Told::Closed(EndReason::HungUp));
    let unheard = caller.unheard().into_iter().map(str::to_owned).collect();
    Anew { journal: talk.journal(), made_up: caller.into_made_up(), unheard }
}
