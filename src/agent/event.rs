//! The surface of the voice agent: what it hears from the host, and what it asks for.

use std::time::Instant;

use crate::{
    dialogue::{CalendarAnswer, CalendarRequest, Destination, Digit, EndReason, Reading},
    speech::SpeechEvent,
    types::{Language, TurnId, UtteranceId},
};

/// What the agent's call tells it.
#[derive(Debug, Clone, PartialEq)]
pub enum VoiceInput {
    /// What the ear hears.
    Speech(SpeechEvent),
    /// How the words of a turn are to be read.
    Understood { turn: TurnId, reading: Reading },
    /// The first voiced packet of the utterance has left.
    Speaking { utterance: UtteranceId },
    /// The utterance is over, whole or cut short.
    Played { utterance: UtteranceId, heard_ms: u32, complete: bool },
    /// A key was pressed.
    Keyed(Digit),
    /// Nobody took the transfer.
    TransferFailed,
    /// Nobody took it, and somebody on call has been told, and has said so.
    OnCallHeard,
    /// What the calendar says to the request with this ticket.
    Calendar { ticket: u32, answer: CalendarAnswer },
    /// Speech could not be synthesised or understood.
    SpeechFailed,
    /// The deadline of the last `VoiceOutput::Timeout` has come.
    Timeout,
}

/// What the agent asks for, until it says `Timeout`.
#[derive(Debug, Clone, PartialEq)]
pub enum VoiceOutput {
    /// Begin to hear this turn.
    Listen {
        turn: TurnId,
    },
    /// Read these words.
    Understand {
        turn: TurnId,
        text: String,
        /// The language that the conversation is held in.
        language: Language,
    },
    Speak {
        utterance: UtteranceId,
        text: String,
        language: Language,
    },
    /// Stop speaking at once: the caller speaks.
    Hush {
        utterance: UtteranceId,
    },
    /// The caller's turn, for the record, when the agent takes it.
    Heard {
        text: String,
    },
    /// The agent's turn, for the record, once it is over.
    Said {
        text: String,
        latency_ms: Option<u32>,
        interrupted_after_ms: Option<u32>,
    },
    /// Connect the caller to somebody; everything to be said first has been heard.
    Transfer {
        to: Destination,
        brief: String,
    },
    /// Ask the office's calendar; the answer comes as [`VoiceInput::Calendar`] with the same ticket. One that comes too late is
    /// not waited for: a booking among them is taken back by a further request.
    Calendar {
        ticket: u32,
        request: CalendarRequest,
    },
    /// Hang up; everything to be said first has been heard.
    End(EndReason),
    Timeout(Option<(Instant, Reason)>),
}

/// Why the agent wants to wake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The caller has been quiet long enough to have finished.
    Endpointing,
    /// What was cut by a sound that was no word is to be taken up again.
    Resuming,
    /// The caller has said nothing for so long that the agent asks.
    Silence,
    /// The recogniser or the understander owes an answer.
    SpeechOverdue,
    /// An utterance should have been played by now.
    PlaybackOverdue,
    /// The office's calendar should have answered by now.
    CalendarOverdue,
    /// The conversation has reached its stated length.
    Length,
}
