//! What has been heard of the turn in progress.

use std::time::{Duration, Instant};

use crate::dialogue::Reading;

/// The ear's state in one turn.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Hearing {
    Quiet,
    /// They speak. `before`: the pause that this voice has ended, should the voice turn out to be nothing.
    Voiced {
        since: Instant,
        began: Instant,
        before: Option<Pause>,
    },
    /// They have paused, or finished. `since`: when the turn's first voice began.
    Paused {
        pause: Pause,
        since: Instant,
    },
}

/// A silence in which the turn may be over.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pause {
    /// Media time of the report; the words for this pause carry the same.
    pub(super) at_ms: u64,
    pub(super) voiced_ms: u32,
    /// When the last voiced frame arrived.
    pub(super) last_voice: Instant,
    pub(super) words: Words,
}

/// How far the words of a pause are known.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Words {
    Decoding {
        since: Instant,
    },
    /// Sound, but no words.
    None,
    Unread {
        text: String,
    },
    Read {
        text: String,
        reading: Reading,
        /// The silence after which they are a turn.
        needed: Duration,
    },
}

impl Hearing {
    pub(super) fn started(&mut self, now: Instant) {
        let (since, before) = match std::mem::replace(self, Hearing::Quiet) {
            Hearing::Quiet => (now, None),
            Hearing::Voiced { since, before, .. } => (since, before),
            Hearing::Paused { pause, since } => (since, Some(pause)),
        };
        *self = Hearing::Voiced { since, began: now, before };
    }

    /// The last `started` was nothing: as if it had not been, but that the pause is counted from `anew`, if it is said.
    pub(super) fn dismissed(&mut self, anew: Option<Instant>) {
        if let Hearing::Voiced { since, before: Some(mut pause), .. } =
            std::mem::replace(self, Hearing::Quiet)
        {
            pause.last_voice = anew.unwrap_or(pause.last_voice);
            *self = Hearing::Paused { pause, since };
        }
    }

    pub(super) fn paused(&mut self, pause: Pause) {
        let since = match self {
            Hearing::Voiced { since, .. } | Hearing::Paused { since, .. } => *since,
            Hearing::Quiet => pause.last_voice,
        };
        *self = Hearing::Paused { pause, since };
    }

    /// Takes the words for the pause that they belong to. Answers whether they are the latest.
    pub(super) fn words(&mut self, at_ms: u64, text: String) -> bool {
        let (pause, latest) = match self {
            Hearing::Paused { pause, .. } => (pause, true),
            Hearing::Voiced { before: Some(pause), .. } => (pause, false),
            _ => return false,
        };
        if pause.at_ms != at_ms {
            return false;
        }
        pause.words = if text.is_empty() { Words::None } else { Words::Unread { text } };
        latest
    }

    /// Words that wait to be understood.
    pub(super) fn unread(&self) -> Option<&str> {
        match self {
            Hearing::Paused { pause: Pause { words: Words::Unread { text }, .. }, .. } => Some(text),
            _ => None,
        }
    }

    /// The words of the latest pause that had any, with their reading if it has come.
    pub(super) fn last_words(&self) -> Option<(&str, Option<&Reading>)> {
        let (Hearing::Paused { pause, .. } | Hearing::Voiced { before: Some(pause), .. }) = self else {
            return None;
        };
        match &pause.words {
            Words::Read { text, reading, .. } => Some((text, Some(reading))),
            Words::Unread { text } => Some((text, None)),
            Words::Decoding { .. } | Words::None => None,
        }
    }

    pub(super) fn understood(&mut self, text: &str, reading: Reading, needed: Duration) {
        let (Hearing::Paused { pause, .. } | Hearing::Voiced { before: Some(pause), .. }) = self else {
            return;
        };
        if let Words::Unread { text: waiting } = &pause.words
            && waiting == text
        {
            pause.words = Words::Read { text: text.to_owned(), reading, needed };
        }
    }

    /// When the recogniser owes its answer, or the voice its pause.
    pub(super) fn overdue_at(&self, heard: Duration, voiced: Duration) -> Option<Instant> {
        match self {
            Hearing::Paused { pause: Pause { words: Words::Decoding { since }, .. }, .. } => {
                Some(*since + heard)
            }
            Hearing::Voiced { began, .. } => Some(*began + voiced),
            _ => None,
        }
    }
}
