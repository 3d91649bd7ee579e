//! Words that sound like danger and name none: whoever said them is asked first, once, and a yes rings the person on call.

use serde::{Deserialize, Serialize};

use super::{Awaiting, Item, Session};
use crate::dialogue::{
    Expectation, LifeSafety, Move, Reading, Urgency, UrgentKind, office::words_of, pack::Line,
    remark::Remark, token::tokens, understander::danger_said,
};

/// "No, dear": beside the no, so many words tell something.
const TELLS: usize = 3;

/// What was said before the question, to go on with if nobody is in danger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Suspicion {
    kind: LifeSafety,
    text: String,
    reading: Reading,
    before: Awaiting,
}

impl Session {
    /// Is anybody in danger? `false`: there is nothing to ask, or it has been asked.
    pub(super) fn asks_about_danger(&mut self, text: &str, reading: &Reading) -> bool {
        if let Some(kind) = self.danger_with_the_rest(text) {
            self.take_places(text);
            self.answer_danger(kind, text);
            return true;
        }
        // A sentence that is danger by itself, in words that the rest plays down.
        let in_part = || {
            reading.clauses.iter().find_map(|clause| match clause.reading.urgency {
                Urgency::LifeSafety(kind) => Some(kind),
                _ => None,
            })
        };
        let Some(kind) = reading.suspected.or_else(in_part) else { return false };
        let open = matches!(
            self.state.awaiting,
            Awaiting::Need | Awaiting::Guess(_) | Awaiting::AnythingElse | Awaiting::Item(Item::Matter)
        );
        if !open || self.state.danger_asked || self.state.urgency.is_life_safety() {
            return false;
        }
        self.state.danger_asked = true;
        let reading = Reading { suspected: None, ..reading.clone() };
        let before = self.state.awaiting.clone();
        let suspicion = Suspicion { kind, text: text.to_owned(), reading, before };
        self.ask_line(Line::DangerAsk, "", Awaiting::Danger(Box::new(suspicion)), Expectation::YesOrNo)
    }

    /// The answer. What names a danger has been answered before this. What is said in place of a yes or a no is kept with what was
    /// said before it, and rings where it leaves open whether somebody is in danger.
    pub(super) fn heard_about_danger(&mut self, suspicion: Suspicion, text: &str, reading: &Reading) {
        if self.state.unheard {
            return self.ask_again();
        }
        let Suspicion { kind, text: said, reading: read, before } = suspicion;
        self.state.awaiting = before;
        let words = tokens(text);
        // "No idea", "no answer": no denial of anything.
        let in_doubt = Remark::CannotTell.fits(&words);
        // "No, nobody. I aired it out and the alarm's off."
        let first = text.split_inclusive(['.', '!', '?']).next().unwrap_or(text);
        let denies = !in_doubt
            && (matches!(reading.moves, Some(Move::Deny | Move::Done))
                || Remark::DeniesDanger.fits(&words)
                || Remark::DeniesDanger.is_in(first.trim()));
        // Who cannot tell whether anybody is in danger leaves it open: "I don't know, I'm across the street." So does who answers
        // a question about danger with what sounds like it once more.
        let open = in_doubt
            || matches!(reading.moves, Some(Move::Affirm | Move::Unknown))
            || reading.suspected.is_some();
        let worse = if denies {
            // "Oh, I shouldn't think so. Only my fingers won't do the buttons."
            Remark::FeelsIll.fits(&words).then_some(kind)
        } else if open || Remark::FeelsIll.fits(&words) {
            Some(kind)
        } else {
            // They tell more of the same: "I'm locked out." "I left a pan on the stove."
            danger_said(&format!("{said}. {text}"))
        };
        match worse {
            Some(kind) => {
                self.take_places(&said);
                self.take_places(text);
                self.state.add_matter(&said);
                self.answer_danger(kind, text);
            }
            None => self.nobody_in_danger(&said, read, text, reading),
        }
    }

    /// The matter is what was told before the question, with what is told beside the no.
    fn nobody_in_danger(&mut self, said: &str, mut read: Reading, text: &str, reading: &Reading) {
        let words = tokens(text);
        // "No, no. It was last night. They're long gone": nobody is woken for it.
        if Remark::WasBefore.fits(&words) || Remark::WantsNobodyRung.fits(&words) {
            read.urgency = Urgency::Routine;
            read.clauses.iter_mut().for_each(|clause| clause.reading.urgency = Urgency::Routine);
        }
        let more = without_no(text);
        if words_of(more).len() < TELLS {
            return self.said(said, &read);
        }
        let heard = self.entities(more);
        self.take_beside_the_point(&heard);
        if read.is_sure() || read.urgency != Urgency::Routine {
            self.said(said, &read);
            return self.state.add_matter(more);
        }
        let answer = Reading { suspected: None, moves: None, ..reading.clone() };
        if answer.is_sure() || answer.urgency != Urgency::Routine {
            self.state.add_matter(said);
            return self.said(more, &answer);
        }
        // Neither is clear by itself: both together are a story, and nothing of it is asked for again.
        let together = Reading { clauses: Vec::new(), moves: None, ..read };
        self.said(&format!("{} {more}", said.trim()), &together);
    }

    /// "The burner's on", after "I'm locked out": together they are a danger that neither is alone.
    fn danger_with_the_rest(&self, text: &str) -> Option<LifeSafety> {
        if self.state.urgency != Urgency::Urgent(UrgentKind::Lockout) || self.state.unheard {
            return None;
        }
        let told = self.state.matter.as_deref()?;
        let alone = danger_said(told).is_some() || danger_said(text).is_some();
        if alone { None } else { danger_said(&format!("{told}. {text}")) }
    }

    /// Nobody says yes or no: somebody may not be able to.
    pub(super) fn danger_unanswered(&mut self, suspicion: Suspicion) {
        self.state.awaiting = suspicion.before;
        self.take_places(&suspicion.text);
        self.answer_danger(suspicion.kind, &suspicion.text);
    }

    /// Where it is may have been said before the question.
    pub(super) fn take_places(&mut self, text: &str) {
        let heard = self.entities(text);
        self.take_beside_the_point(&heard);
    }

    /// What was said before a question about danger that is being answered by a danger in so many words: it is the first half of
    /// the story.
    pub(super) fn take_what_was_asked_about(&mut self) {
        if let Awaiting::Danger(suspicion) = self.state.awaiting.clone() {
            self.state.awaiting = suspicion.before.clone();
            self.take_places(&suspicion.text);
            self.state.add_matter(&suspicion.text);
        }
    }
}

/// "No, dear, it was only the dream": what stands behind the no, if anything does.
fn without_no(text: &str) -> &str {
    const NO: [&str; 20] = [
        "no", "nope", "nah", "oh", "um", "uh", "well", "dear", "sir", "maam", "thanks", "thank", "you",
        "god", "heavens", "goodness", "ay", "pues", "nadie", "nobody",
    ];
    let mut rest = text.trim();
    while let Some(first) = rest.split_whitespace().next() {
        let word = words_of(first).concat();
        // "Nobody is out there" tells more than a no.
        let ends = matches!(word.as_str(), "nobody" | "nadie") && !first.ends_with([',', '.', '!']);
        if !NO.contains(&word.as_str()) || ends {
            break;
        }
        rest = rest[first.len()..].trim_start();
    }
    rest
}
