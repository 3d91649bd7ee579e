//! A conversation of the agent as it is kept: its journal, and what its ear was told, so that the sound can be heard again.

use serde::{Deserialize, Serialize};

use crate::{dialogue::Journal, speech::Awaits, types::Language};

/// What one conversation leaves behind besides its outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Conversed {
    /// When it began, in milliseconds since the call began.
    pub began_ms: u64,
    pub journal: Journal,
    /// What the ear was told, in order.
    #[serde(default)]
    pub ear: EarMarks,
}

/// Something that the ear of a conversation was told, and when, in milliseconds since the conversation began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarMark(pub u64, pub ToEar);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToEar {
    /// A new turn begins.
    Listen,
    AgentAudible(bool),
    Language(Language),
    Expect(Awaits),
    /// Nobody listens any more.
    Deaf,
}

/// The marks of one conversation; those beyond the bound are not kept, and the sound after them is not heard again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EarMarks(Vec<EarMark>);

impl EarMarks {
    /// Some four a turn: an hour of talk.
    const MOST: usize = 2_000;

    pub(super) fn add(&mut self, at_ms: u64, told: ToEar) {
        if self.0.len() < Self::MOST {
            self.0.push(EarMark(at_ms, told));
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = EarMark> {
        self.0.iter().copied()
    }

    /// Which of its turns the ear was in just before this moment, counted from the first.
    pub fn turn_before(&self, at_ms: u64) -> Option<usize> {
        let turns = self.iter().filter(|EarMark(at, told)| *told == ToEar::Listen && *at < at_ms.max(1));
        turns.count().checked_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_bounded_and_know_their_turns() {
        let mut marks = EarMarks::default();
        marks.add(0, ToEar::Listen);
        marks.add(900, ToEar::AgentAudible(false));
        marks.add(4_000, ToEar::Listen);
        assert_eq!((marks.turn_before(4_000), marks.turn_before(4_001)), (Some(0), Some(1)));
        assert_eq!(EarMarks::default().turn_before(10), None);
        (0..5_000).for_each(|at| marks.add(at, ToEar::Deaf));
        assert_eq!(marks.iter().count(), EarMarks::MOST);
        let json = serde_json::to_string(&marks).unwrap();
        assert!(json.starts_with(r#"[[0,"listen"],[900,{"agent_audible":false}],"#), "{}", &json[..80]);
    }
}
