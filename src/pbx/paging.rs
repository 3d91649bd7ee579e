//! A page: one speaks, and every phone of a group answers by itself and is heard by nobody; a multicast group may hear it too.
//!
//! - Only the announcer's voice goes anywhere: phones do not hear each other, and the announcer hears none of them.
//! - A phone that talks, or does not want to be disturbed, is left out; one that does not answer by itself rings for a moment.
//! - A page ends by its own limit, and at once when somebody dials an emergency number.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddrV4,
    time::{Duration, Instant},
};

use super::{
    Disposition, LegResult, MediaCommand, MediaEvent, Party, Reason,
    call::{CallEvent, stays},
    exchange::Context,
    fork::{Destination, Fork},
    leg::Leg,
    next::{Next, Step},
    routing::{self, Shown},
    session_event::SessionEvent,
};
use crate::{
    media::{Heard, Hears, MAX_MEMBERS, RoomId, Tone},
    sip::{Cause, SessionId},
    types::Extension,
};

/// Telephones that hear one page; further ones are left out. One seat of the room is the announcer's.
pub const MOST_PAGED: usize = MAX_MEMBERS - 1;

/// A phone that answers by itself does so at once; another has rung long enough by then.
const ANSWERS_WITHIN: Duration = Duration::from_secs(5);

/// A group of phones that is dialled like an extension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PagePlan {
    /// As the console shows it; may be empty.
    pub name: String,
    pub phones: Vec<Extension>,
    /// Phones that have been told to listen there hear it as well (RTP, G.711 µ-law).
    pub multicast: Option<SocketAddrV4>,
    /// `None`: every phone of the house may.
    pub may_page: Option<BTreeSet<Extension>>,
    /// No page lasts longer.
    pub longest: Duration,
}

impl PagePlan {
    /// What a page lasts at most if nobody has said otherwise.
    pub const USUAL_LENGTH: Duration = Duration::from_secs(60);

    pub(super) fn may(&self, by: &Extension) -> bool {
        self.may_page.as_ref().is_none_or(|who| who.contains(by))
    }
}

/// A page that goes on.
#[derive(Debug)]
pub(super) struct Paging {
    announcer: Leg,
    room: RoomId,
    forks: BTreeMap<SessionId, Fork>,
    hearers: Vec<Leg>,
    multicast: bool,
    rings_until: Instant,
    until: Instant,
}

impl Paging {
    /// The announcer's 200 has just been sent.
    pub(super) fn begin(cx: &mut Context<'_>, announcer: Leg, plan: &PagePlan) -> Step<Self> {
        cx.ledger.answered(cx.now.wall);
        let mut paging = Self {
            room: RoomId(announcer.id().0),
            announcer,
            forks: BTreeMap::new(),
            hearers: Vec::new(),
            multicast: plan.multicast.is_some(),
            rings_until: cx.now.at + ANSWERS_WITHIN,
            until: cx.now.at + plan.longest,
        };
        paging.ring(cx, plan);
        paging.speaks(cx, plan.multicast);
        paging.settled(cx)
    }

    fn ring(&mut self, cx: &mut Context<'_>, plan: &PagePlan) {
        let directory = cx.ledger.directory().clone();
        let (caller, dialled) = (cx.ledger.caller(), cx.ledger.dialled());
        let label = Some(if plan.name.is_empty() { "Page" } else { plan.name.as_str() });
        let shown = Shown::Waiting { whom: self.announcer.party(), label };
        let from = routing::shown_to_phones(&directory, caller, dialled, shown);
        let codecs = self.announcer.codecs_to_offer();
        for extension in &plan.phones {
            let party = Party::Phone(extension.clone());
            if Some(extension) == self.announcer.extension() {
                continue;
            }
            let bindings = cx.phones_of(extension);
            let left_out = match cx.exchange.is_free(extension) {
                Ok(()) if bindings.is_empty() => Some(LegResult::Unregistered),
                Ok(()) => None,
                Err(why) => Some(why),
            };
            if let Some(why) = left_out {
                let leg = cx.exchange.next_leg();
                Fork::impossible(cx, leg, party, why);
                continue;
            }
            for binding in bindings {
                if self.forks.len() >= MOST_PAGED {
                    return;
                }
                let destination = Destination::Phone(binding);
                if let Ok(fork) = Fork::ring(cx, destination, party.clone(), from.clone(), &codecs) {
                    self.forks.insert(fork.session(), fork);
                }
            }
        }
    }

    /// The announcer is heard from now on, and hears nobody.
    fn speaks(&self, cx: &mut Context<'_>, multicast: Option<SocketAddrV4>) {
        let leg = self.announcer.id();
        let hears = Hears::Only(Vec::new());
        cx.exchange.media(leg, MediaCommand::Mix { room: self.room, hears });
        if let Some(group) = multicast {
            cx.exchange.media(leg, MediaCommand::Multicast { group });
            self.announcer.tone(cx, Some(Tone::Joined));
        }
    }

    pub(super) fn deadline(&self) -> Option<(Instant, Reason)> {
        let ring = (!self.forks.is_empty()).then_some((self.rings_until, Reason::RingStep));
        ring.into_iter().chain([(self.until, Reason::CallLimit)]).min()
    }

    pub(super) fn handle(self, cx: &mut Context<'_>, event: CallEvent) -> Step<Self> {
        match event {
            CallEvent::Session { session, event } if session == self.announcer.session() => {
                self.announcing(cx, event)
            }
            CallEvent::Session { session, event } => self.session(cx, session, event),
            CallEvent::Media { leg, event } if leg == self.announcer.id() => match event {
                MediaEvent::Dead { .. } if self.announcer.may_be_heard() => {
                    self.end(cx, Some(Cause::Q850(102)))
                }
                MediaEvent::Failed => self.end(cx, Some(Cause::Q850(41))),
                _ => Step::Stay(self),
            },
            CallEvent::Media { leg, event: MediaEvent::Failed } => self.loses(cx, leg),
            // Phones that are paged have nothing to say: that they are silent is no news.
            CallEvent::Media { .. } | CallEvent::Speech(_) | CallEvent::AgentPlace => Step::Stay(self),
            CallEvent::Desk(event) => stays(cx, self, event),
            CallEvent::HangUp => self.end(cx, None),
            CallEvent::Timeout => self.timeout(cx),
        }
    }

    fn announcing(mut self, cx: &mut Context<'_>, event: SessionEvent) -> Step<Self> {
        match event {
            SessionEvent::Ended(_) | SessionEvent::Cancelled(_) => {
                self.hush(cx);
                self.announcer.gone(cx);
                Step::Go(Next::End(Disposition::Served))
            }
            event => match self.announcer.alone(cx, event) {
                Ok(()) => Step::Stay(self),
                Err(_) => self.end(cx, Some(Cause::Sip(488))),
            },
        }
    }

    fn session(mut self, cx: &mut Context<'_>, session: SessionId, event: SessionEvent) -> Step<Self> {
        if let Some(at) = self.hearers.iter().position(|leg| leg.session() == session) {
            match event {
                SessionEvent::Ended(_) | SessionEvent::Cancelled(_) => self.hearers.remove(at).gone(cx),
                event if self.hearers[at].alone(cx, event.clone()).is_ok() => {}
                _ => self.hearers.remove(at).hang_up(cx, Some(Cause::Sip(488))),
            }
            return self.settled(cx);
        }
        let Some(mut fork) = self.forks.remove(&session) else { return Step::Stay(self) };
        match event {
            SessionEvent::Answered { body, source } => {
                if let Ok(leg) = fork.answered(cx, &body, source) {
                    self.hears(cx, leg);
                }
            }
            SessionEvent::Failed { status, .. } => fork.not_answered(cx, LegResult::of_status(status)),
            SessionEvent::Ended(_) => fork.not_answered(cx, LegResult::Failed(487)),
            SessionEvent::Progress { status, .. } => {
                if status >= 180 {
                    fork.progressed(cx);
                }
                self.forks.insert(session, fork);
            }
            SessionEvent::Reoffered(offer) => {
                fork.reoffered(cx, &offer);
                self.forks.insert(session, fork);
            }
            _ => {
                self.forks.insert(session, fork);
            }
        }
        self.settled(cx)
    }

    /// A phone has answered: from now on it hears the announcer.
    fn hears(&mut self, cx: &mut Context<'_>, leg: Leg) {
        let hears = Hears::Only(vec![Heard::Voice(self.announcer.id())]);
        cx.exchange.media(leg.id(), MediaCommand::Mix { room: self.room, hears });
        leg.tone(cx, Some(Tone::Joined));
        if self.hearers.is_empty() && !self.multicast {
            self.announcer.tone(cx, Some(Tone::Joined));
        }
        self.hearers.push(leg);
    }

    /// A port could not be bound.
    fn loses(mut self, cx: &mut Context<'_>, leg: crate::types::LegId) -> Step<Self> {
        if let Some(at) = self.hearers.iter().position(|own| own.id() == leg) {
            self.hearers.remove(at).hang_up(cx, Some(Cause::Q850(41)));
        }
        let session = self.forks.iter().find(|(_, fork)| fork.id() == leg).map(|(session, _)| *session);
        if let Some(fork) = session.and_then(|session| self.forks.remove(&session)) {
            fork.cancel(cx, None, LegResult::Failed(500));
        }
        self.settled(cx)
    }

    fn timeout(mut self, cx: &mut Context<'_>) -> Step<Self> {
        if self.until <= cx.now.at {
            return self.end(cx, None);
        }
        if self.rings_until <= cx.now.at {
            for fork in std::mem::take(&mut self.forks).into_values() {
                fork.cancel(cx, None, LegResult::NoAnswer);
            }
        }
        self.settled(cx)
    }

    /// When nobody hears it any more and nobody is about to, it is over.
    fn settled(self, cx: &mut Context<'_>) -> Step<Self> {
        let heard = self.multicast || !self.hearers.is_empty() || !self.forks.is_empty();
        if heard { Step::Stay(self) } else { self.end(cx, None) }
    }

    fn end(mut self, cx: &mut Context<'_>, cause: Option<Cause>) -> Step<Self> {
        self.hush(cx);
        self.announcer.hang_up(cx, cause);
        Step::Go(Next::End(Disposition::Served))
    }

    /// Everybody who hears, or is about to, is let go.
    fn hush(&mut self, cx: &mut Context<'_>) {
        for fork in std::mem::take(&mut self.forks).into_values() {
            fork.cancel(cx, None, LegResult::CallerGone);
        }
        for leg in std::mem::take(&mut self.hearers) {
            leg.hang_up(cx, None);
        }
    }
}
