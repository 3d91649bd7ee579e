//! A desk phone on a real SIP endpoint, and the handset that every person in a story holds: it rings, and is dealt with as told.

use std::time::{Duration, Instant};

use super::station::Station;
use crate::sip::{Event, SendError, SessionId};

/// What somebody does when their phone rings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Manner {
    /// Lets it ring.
    #[default]
    Rings,
    AnswersAfter(Duration),
    /// The phone itself answers with this status: 486, 603, 500.
    Refuses(u16),
}

/// The calls at one phone.
#[derive(Debug, Default)]
pub(super) struct Handset {
    pub(super) manner: Manner,
    /// Who calls hears the far end's own ringing, before it is answered.
    pub(super) early_media: bool,
    ringing: Vec<Ringing>,
    call: Option<SessionId>,
}

#[derive(Debug)]
struct Ringing {
    session: SessionId,
    answer_at: Option<Instant>,
}

impl Handset {
    /// The call that is being made or talked on.
    pub(super) fn call(&self) -> Option<SessionId> {
        self.call
    }

    /// Neither ringing nor in use.
    pub(super) fn is_idle(&self) -> bool {
        self.call.is_none() && self.ringing.is_empty()
    }

    /// When it will be answered.
    pub(super) fn due(&self) -> Option<Instant> {
        // Somebody who talks lets another call ring.
        if self.call.is_some() {
            return None;
        }
        self.ringing.iter().filter_map(|ringing| ringing.answer_at).min()
    }

    pub(super) fn made(&mut self, session: SessionId) {
        self.call = Some(session);
    }

    /// It rings, unless its manner is to refuse. Somebody who talks is busy.
    pub(super) fn invited(
        &mut self,
        now: Instant,
        station: &mut Station,
        session: SessionId,
    ) -> Result<(), SendError> {
        if self.call.is_some() {
            return station.refuse(now, session, 486);
        }
        let answer_at = match self.manner {
            Manner::Refuses(status) => return station.refuse(now, session, status),
            Manner::Rings => None,
            Manner::AnswersAfter(wait) => Some(now + wait),
        };
        self.ringing.push(Ringing { session, answer_at });
        if self.early_media { station.announce(now, session) } else { station.ring(now, session) }
    }

    /// Answers what is due.
    pub(super) fn act(&mut self, now: Instant, station: &mut Station) -> Result<(), SendError> {
        if self.due().is_none_or(|due| due > now) {
            return Ok(());
        }
        let due = self.ringing.iter().position(|ringing| ringing.answer_at.is_some_and(|at| at <= now));
        match due {
            Some(at) => {
                let Ringing { session, .. } = self.ringing.remove(at);
                self.take(now, station, session)
            }
            None => Ok(()),
        }
    }

    /// Picks up at once; the call that has rung longest.
    pub(super) fn pick_up(&mut self, now: Instant, station: &mut Station) -> Result<(), SendError> {
        if self.ringing.is_empty() {
            return Err(SendError::NoSession);
        }
        let Ringing { session, .. } = self.ringing.remove(0);
        self.take(now, station, session)
    }

    /// Presses the key that refuses a ringing call.
    pub(super) fn decline(&mut self, now: Instant, station: &mut Station) -> Result<(), SendError> {
        if self.ringing.is_empty() {
            return Err(SendError::NoSession);
        }
        let Ringing { session, .. } = self.ringing.remove(0);
        station.refuse(now, session, 603)
    }

    /// Hangs up, or gives up a call that has not been answered.
    pub(super) fn hang_up(&mut self, now: Instant, station: &mut Station) -> Result<(), SendError> {
        let session = self.call.take().ok_or(SendError::NoSession)?;
        station.end(now, session, None)
    }

    /// This call is over.
    pub(super) fn gone(&mut self, session: SessionId) {
        self.call.take_if(|call| *call == session);
        self.ringing.retain(|ringing| ringing.session != session);
    }

    fn take(&mut self, now: Instant, station: &mut Station, session: SessionId) -> Result<(), SendError> {
        self.call = Some(session);
        station.answer(now, session)
    }
}

/// A phone on a desk of the office.
#[derive(Debug)]
pub(super) struct Phone {
    pub(super) station: Station,
    pub(super) handset: Handset,
}

impl Phone {
    pub(super) fn new(station: Station, manner: Manner) -> Self {
        Self { station, handset: Handset { manner, ..Handset::default() } }
    }

    pub(super) fn handle(&mut self, now: Instant, event: &Event) -> Result<(), SendError> {
        match event {
            Event::Invited { session, .. } => self.handset.invited(now, &mut self.station, *session),
            Event::Cancelled { session, .. }
            | Event::Failed { session, .. }
            | Event::Ended { session, .. } => {
                self.handset.gone(*session);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    pub(super) fn act(&mut self, now: Instant) -> Result<(), SendError> {
        self.handset.act(now, &mut self.station)
    }
}
