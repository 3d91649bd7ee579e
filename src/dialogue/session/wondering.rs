//! Questions that stand beside what else was said: what nobody here can answer is said to be passed on, the first time.

use super::{Session, asking::pleads, facts::settles, switching::requests, understanding::asks_to_see};
use crate::dialogue::{Reading, closed, listing, office::words_of, remark::Remark};

/// Words that a question of fact has among its first ones.
const ASKING: [&str; 18] = [
    "is", "are", "does", "do", "did", "what", "what's", "whats", "how", "which", "where", "when", "will",
    "would", "has", "isn't", "aren't", "doesn't",
];

/// So far into a sentence its question word may stand: "the deposit, it is possible".
const LEAD: usize = 9;

/// A question of fact has at least so many words.
const SHORTEST: usize = 4;

/// "Is there laundry?" is answered by a single word of it; a longer question may have that word and ask something else.
const SHORT: usize = 7;

/// What is asked of us, and no fact of a home: "are you the agent", "do you know", "can you help me".
const OF_US: [&str; 8] = ["you're", "youre", "help", "know", "understand", "remember", "mind", "hear"];

impl Session {
    /// The first question among these words that no fact, list or rule has answered.
    pub(super) fn unanswered(&self, text: &str, reading: &Reading) -> Option<String> {
        let asked = text.split_inclusive(['.', '!', '?', ';']).filter(|part| part.trim_end().ends_with('?'));
        let parts = asked.flat_map(|sentence| sentence.split(", and "));
        parts.map(str::trim).find(|part| self.asks_a_fact(part, reading)).map(str::to_owned)
    }

    pub(super) fn asks_a_fact(&self, part: &str, reading: &Reading) -> bool {
        let words = words_of(part);
        let first = words.iter().take(LEAD);
        let of_us = words.iter().any(|word| OF_US.contains(&word.as_str()))
            || words.windows(2).any(|two| {
                matches!(two[0].as_str(), "are" | "is" | "am" | "were")
                    && matches!(two[1].as_str(), "you" | "this" | "i")
            });
        words.len() >= SHORTEST
            && first.into_iter().any(|word| ASKING.contains(&word.as_str()))
            && !of_us
            && !asks_to_see(part)
            && !Remark::SeeksHome.is_in(part)
            && !Remark::WantsToBuy.is_in(part)
            && !requests(part)
            && !pleads(part)
            && !Remark::TakenAback.is_in(part)
            && !Remark::AsksWhetherNeeded.is_in(part)
            && !Remark::OffersSpelling.is_in(part)
            && !Remark::ByVideo.is_in(part)
            && listing::asked(part).is_empty()
            && closed::topic(self.state.language, part, reading).is_none()
            && self.pack.closed_by_cue(part).is_none()
    }

    /// Says that nobody here knows it, and that it goes along, before the talk goes on. `false`: nothing was left without a word.
    pub(super) fn owns_up(&mut self, text: &str, reading: &Reading) -> bool {
        let Some(question) = self.unanswered(text, reading) else { return false };
        let short = words_of(&question).len() <= SHORT;
        match self.office.answer(None, &question).filter(|answer| short && settles(&question, answer)) {
            Some(answer) => self.tell_as_written(&answer),
            None => self.tell(self.noted(&question)),
        }
        self.state.add_matter(&question);
        true
    }
}
