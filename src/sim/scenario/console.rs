//! What somebody does at a console in a story.

use std::time::Duration;

use super::{Problem, quoted, span};
use crate::dialogue::Trouble;

/// Incidents, opened and closed by hand; the office of the stories looks after one property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sim) enum ConsoleDeed {
    /// `words`: what callers hear; `None`: the usual.
    OpensIncident { trouble: Trouble, spoken_for: Duration, words: Option<String> },
    /// The latest that is open.
    ClosesIncident,
}

pub(super) fn console_deed(rest: &[&str]) -> Result<Option<ConsoleDeed>, Problem> {
    let (words, rest) = match rest {
        [rest @ .., last] if last.starts_with('"') => (Some(quoted(last)?), rest),
        rest => (None, rest),
    };
    Ok(match rest {
        ["opens", "an", "incident", "of", trouble @ .., "for", time] => {
            let spoken_for = span(time)?;
            let trouble = Trouble::from_name(&trouble.join("_"));
            trouble.map(|trouble| ConsoleDeed::OpensIncident { trouble, spoken_for, words })
        }
        ["closes", "the", "incident"] if words.is_none() => Some(ConsoleDeed::ClosesIncident),
        _ => None,
    })
}
