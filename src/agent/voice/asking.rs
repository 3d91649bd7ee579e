//! What the calendar is being asked: one thing at a time, and for so long.

use std::time::{Duration, Instant};

use crate::{
    agent::VoiceOutput,
    dialogue::{CalendarAnswer, CalendarRequest},
};

/// The sentence that covers the silence takes two or three seconds; a caller waits for little more.
const CALENDAR_OVERDUE: Duration = Duration::from_secs(4);

#[derive(Debug, Default)]
pub(super) struct Asking {
    ticket: u32,
    asked: Option<Instant>,
    /// Waits until it can be spoken.
    answer: Option<CalendarAnswer>,
}

impl Asking {
    /// The request, with its ticket. Answers to earlier ones are not waited for any more.
    pub(super) fn ask(&mut self, now: Instant, request: CalendarRequest) -> VoiceOutput {
        self.ticket += 1;
        self.asked = Some(now);
        self.answer = None;
        VoiceOutput::Calendar { ticket: self.ticket, request }
    }

    /// Keeps the answer. A booking that comes too late was never told to the caller: it is to be taken back.
    pub(super) fn answered(&mut self, ticket: u32, answer: CalendarAnswer) -> Option<VoiceOutput> {
        if ticket == self.ticket && self.asked.take().is_some() {
            self.answer = Some(answer);
            return None;
        }
        let CalendarAnswer::Booked(showing) = answer else { return None };
        // No number of a request that is waited for.
        Some(VoiceOutput::Calendar { ticket: 0, request: CalendarRequest::Cancel { showing } })
    }

    pub(super) fn take_answer(&mut self) -> Option<CalendarAnswer> {
        self.answer.take()
    }

    pub(super) fn overdue_at(&self) -> Option<Instant> {
        self.asked.map(|asked| asked + CALENDAR_OVERDUE)
    }

    /// The calendar has not answered in time: it is away.
    pub(super) fn give_up(&mut self) {
        if self.asked.take().is_some() {
            self.answer = Some(CalendarAnswer::Away);
        }
    }
}
