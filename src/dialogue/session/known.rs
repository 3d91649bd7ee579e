//! A trouble that many call about is told first: whoever has called about it need say nothing, and whoever has not goes on.

use super::{Awaiting, Channel, Session};
use crate::dialogue::{Move, NoticeAnswer, NoticeTold, Reading, office::words_of, pack::Line};

/// Words of one who calls about something else, and has not said what.
const DIFFERENT: [&str; 9] =
    ["different", "else", "another", "other", "not", "diferente", "distinto", "otra", "otro"];

/// Words of one who has called about just that.
const SAME: [&str; 14] = [
    "that's it",
    "that is it",
    "that's why",
    "that's what",
    "that was it",
    "same",
    "got it",
    "good to know",
    "perfect",
    "great",
    "eso es",
    "eso era",
    "por eso",
    "lo mismo",
];

/// The whole of an answer, with or without a word of courtesy.
const BARE: [&str; 6] = ["okay", "ok", "alright", "fine", "bueno", "vale"];

/// An answer to the notice is no longer than this; more words are what they call about.
const ANSWER_WORDS: usize = 6;

impl Session {
    /// The first question, behind the notice if there is one.
    pub(super) fn open_with_need(&mut self) {
        let known = self.state.opening.known.clone();
        let spoken = known.filter(|_| self.state.opening.channel == Channel::Voice);
        match spoken {
            Some(known) => {
                self.tell_text(&known.text);
                self.ask_need(Line::KnownElse);
            }
            None => self.ask_need(Line::Need),
        }
    }

    /// Nobody calls to say "no": at first it is a "hello" misheard.
    pub(super) fn opens_with_no(&self, text: &str, reading: &Reading) -> bool {
        self.state.turns <= 1
            && self.state.awaiting == Awaiting::Need
            && !self.notice_stands()
            && matches!(reading.moves, Some(Move::Deny | Move::Done))
            && words_of(text).len() <= 2
    }

    /// Nothing has been said to the notice yet.
    fn notice_stands(&self) -> bool {
        self.state.opening.known.is_some()
            && self.state.notice == NoticeAnswer::None
            && self.state.awaiting == Awaiting::Need
            && self.state.flow.is_none()
    }

    /// Key 1: theirs is different. `true`: it was that.
    pub(super) fn keyed_different(&mut self, key: char) -> bool {
        let different = key == '1' && self.notice_stands();
        if different {
            self.differs();
        }
        different
    }

    /// The first words after the notice. `true`: they were an answer to it, and nothing else.
    pub(super) fn answers_notice(&mut self, text: &str, reading: &Reading) -> bool {
        if !self.notice_stands() {
            return false;
        }
        let words = words_of(text);
        let short = words.len() <= ANSWER_WORDS;
        let nothing = words.iter().any(|word| matches!(word.as_str(), "nothing" | "nada"));
        let differs = short && !nothing && words.iter().any(|word| DIFFERENT.contains(&word.as_str()));
        let bare = words.len() <= 2 && words.iter().any(|word| BARE.contains(&word.as_str()));
        let same = bare || SAME.iter().any(|same| says(&words, same));
        match reading.moves {
            _ if short && differs && !reading.is_sure() => self.differs(),
            _ if short && same && !reading.is_sure() => {
                self.state.notice = NoticeAnswer::Enough;
                self.leave();
            }
            Some(Move::Goodbye | Move::Done | Move::Thank | Move::Affirm | Move::Deny)
                if short && !reading.is_sure() =>
            {
                self.state.notice = NoticeAnswer::Enough;
                self.leave();
            }
            // "Hello?", "What?", "Hold on": nothing has been said to it.
            Some(Move::Greet | Move::Repeat | Move::Wait | Move::AskIdentity | Move::Silence) if short => {
                return false;
            }
            _ => {
                self.state.notice = NoticeAnswer::Different;
                return false;
            }
        }
        true
    }

    fn differs(&mut self) {
        self.state.notice = NoticeAnswer::Different;
        let put_through = self.state.opening.known.as_ref().is_some_and(|known| known.before_ringing);
        if put_through && self.staff_can_take_it() {
            return self.ask_for_staff();
        }
        self.ask_need(Line::Need);
    }

    pub(super) fn notice_told(&self) -> Option<NoticeTold> {
        let known = self.state.opening.known.as_ref()?;
        Some(NoticeTold { incident: known.incident, answer: self.state.notice })
    }
}

/// Are these words said, one after the other?
fn says(words: &[String], phrase: &str) -> bool {
    let phrase: Vec<&str> = phrase.split(' ').collect();
    words.windows(phrase.len()).any(|said| said.iter().zip(&phrase).all(|(said, wanted)| said == wanted))
}
