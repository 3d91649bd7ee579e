//! The conversation by messages: each message a turn, the acts of the answer one or two messages.

use std::sync::Arc;

use crate::dialogue::{
    Act, CalendarAnswer, CalendarRequest, Destination, EndReason, Office, Opening, Outcome, Pack, Reading,
    ResumeError, SavedSession, Session, UserTurn, without_secrets,
};

/// Characters of one outgoing message: two segments of GSM-7 with their headers.
const MESSAGE_CHARACTERS: usize = 306;

/// A conversation by text: no clock, no interruption, and the state put away between two messages.
#[derive(Debug)]
pub struct Text {
    session: Session,
}

/// What one message leads to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TextReply {
    /// To be sent in this order.
    pub messages: Vec<String>,
    /// Somebody is to be rung or alerted, with this brief. If nobody answers, feed [`Text::handle_unanswered`].
    pub alert: Option<(Destination, String)>,
    /// The office's calendar is asked this; feed the answer to [`Text::handle_calendar`].
    pub calendar: Option<CalendarRequest>,
    pub ended: Option<EndReason>,
}

impl Text {
    pub fn begin(pack: Arc<Pack>, office: Arc<Office>, opening: Opening) -> (Self, TextReply) {
        let (session, acts) = Session::begin(pack, office, opening);
        (Self { session }, reply(acts))
    }

    /// Takes up a conversation that was put away.
    ///
    /// # Errors
    /// When it was put away by a later program.
    pub fn resume(pack: Arc<Pack>, office: Arc<Office>, saved: SavedSession) -> Result<Self, ResumeError> {
        Ok(Self { session: Session::resume(pack, office, saved)? })
    }

    pub fn save(&self) -> SavedSession {
        self.session.save()
    }

    /// One incoming message, as the understander reads it.
    pub fn handle_message(&mut self, text: String, reading: Reading) -> TextReply {
        let text = without_secrets(&text).unwrap_or(text);
        reply(self.session.handle_turn(UserTurn::Said { text, reading }))
    }

    /// Nobody took the alert.
    pub fn handle_unanswered(&mut self) -> TextReply {
        reply(self.session.handle_turn(UserTurn::TransferFailed))
    }

    /// What the calendar says.
    pub fn handle_calendar(&mut self, answer: CalendarAnswer) -> TextReply {
        reply(self.session.handle_turn(UserTurn::Calendar(answer)))
    }

    /// Wrong answers to what only the resident knows.
    pub fn wrong_proofs(&self) -> u8 {
        self.session.wrong_proofs()
    }

    pub fn outcome(&self) -> Outcome {
        self.session.outcome()
    }
}

fn reply(acts: Vec<Act>) -> TextReply {
    let mut reply = TextReply::default();
    let mut text = String::new();
    for act in acts {
        match act {
            Act::Say(say) => {
                if !text.is_empty() {
                    text.push(' ');
                }
                text.push_str(&written(&say.text));
            }
            Act::Transfer { to, brief } => reply.alert = Some((to, brief)),
            Act::Calendar(request) => reply.calendar = Some(request),
            Act::End(reason) => reply.ended = Some(reason),
        }
    }
    reply.messages = cut(&text);
    reply
}

/// What is spelled for the ear, as it is written: `9 1 1` as `911`, `3 0 3, 5 5 5, 0 1 4 2` as `303-555-0142`.
fn written(spoken: &str) -> String {
    let words: Vec<&str> = spoken.split(' ').collect();
    let digit = |word: &str| {
        let bare = word.trim_end_matches([',', '.', '?', '!', ';', ':']);
        bare.len() == 1 && bare.chars().all(|c| c.is_ascii_digit())
    };
    let mut text = String::new();
    for (at, word) in words.iter().enumerate() {
        let joins = at > 0 && digit(words[at - 1]) && digit(word);
        if joins {
            if text.ends_with(',') {
                text.pop();
                text.push('-');
            }
        } else if at > 0 {
            text.push(' ');
        }
        text.push_str(word);
    }
    text
}

/// Cuts at the end of sentences where it can, at words where it must.
fn cut(text: &str) -> Vec<String> {
    let mut messages = Vec::new();
    let mut rest = text.trim();
    while rest.chars().count() > MESSAGE_CHARACTERS {
        let limit = rest.char_indices().nth(MESSAGE_CHARACTERS).map_or(rest.len(), |(at, _)| at);
        let head = &rest[..limit];
        let at = head
            .rfind(['.', '!', '?'])
            .map(|at| at + 1)
            .or_else(|| head.rfind(' '))
            .filter(|&at| at > 0)
            .unwrap_or(limit);
        messages.push(rest[..at].trim().to_owned());
        rest = rest[at..].trim();
    }
    if !rest.is_empty() {
        messages.push(rest.to_owned());
    }
    messages
}

#[cfg(test)]
mod tests;
