//! A conference: people who hear each other through the mixer, in a room that is dialled or in one that a phone has made
//! of its calls.
//!
//! - One call, one record: whoever comes is a leg of the call of the one who came first.
//! - Whoever holds is heard by nobody: no music of a phone or a carrier plays into the room.
//! - People from outside are never left to each other for long: once nobody of the house is there, a deadline ends it.
//! - Nobody's voice comes in who has not heard the notice, where calls are recorded.

mod door;
mod guest;
mod words;

use std::time::{Duration, Instant};

use super::{
    Caller, Disposition, Fact, MediaCommand, MediaEvent, Party, Reason, Resource, ResourceState,
    call::{CallEvent, stays},
    desk_event::DeskEvent,
    exchange::Context,
    hold,
    incoming::Incoming,
    leg::Leg,
    next::{Next, Step},
    notice,
    refusal::Refusal,
    session_event::SessionEvent,
};
use crate::{
    media::{Heard, Hears, RoomId, Tone},
    sip::{Cause, Invitation, SessionId},
    types::{Extension, LegId, PhoneNumber, Pin},
};
use door::Door;
use guest::{Guest, Progress};

/// People in one conference.
pub const MOST_IN_A_ROOM: usize = 6;

/// Who types a PIN, or hears why there is no way in, on top of those who are inside. Further callers are busy.
const MOST_AT_THE_DOOR: usize = 4;

/// People from outside wait for somebody of the house no longer than this,
const BEFORE_THE_HOST: Duration = Duration::from_secs(10 * 60);
/// and stay no longer than this once the last one has left.
const AFTER_THE_HOST: Duration = Duration::from_secs(60);

/// A room that is dialled like an extension.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConferencePlan {
    /// As the console and lamps show it; may be empty.
    pub name: String,
    /// What everybody types who comes in. Without one the room is open to the phones of the house.
    pub pin: Option<Pin>,
    /// A number of ours by which people outside come in. Only with a PIN.
    pub dial_in: Option<PhoneNumber>,
}

/// A conference that goes on.
#[derive(Debug)]
pub(super) struct Conference {
    /// `None`: a phone has joined its calls.
    room: Option<Extension>,
    mix: RoomId,
    guests: Vec<Guest>,
    disposition: Disposition,
    /// Somebody of the house has been in.
    hosted: bool,
    /// When it ends because nobody of the house is there.
    unhosted: Option<Instant>,
    until: Instant,
}

impl Conference {
    /// A room that somebody has dialled, whose 200 has just been sent.
    pub(super) fn open(cx: &mut Context<'_>, room: Extension, first: Leg) -> Step<Self> {
        cx.ledger.answered(cx.now.wall);
        let mut conference = Self::new(cx, Some(room), first.id(), Disposition::Served);
        conference.guests.push(Guest::arriving(cx, first));
        Step::Stay(conference)
    }

    /// These have talked, and hear each other from now on, in a room of their own or in this one.
    pub(super) fn joined(
        cx: &mut Context<'_>,
        legs: Vec<Leg>,
        room: Option<Extension>,
        disposition: Disposition,
    ) -> Step<Self> {
        let Some(first) = legs.first().map(Leg::id) else { return Step::Go(Next::End(disposition)) };
        let mut conference = Self::new(cx, room, first, disposition);
        conference.guests = legs.into_iter().map(|leg| Guest::arriving(cx, leg)).collect();
        for at in 0..conference.guests.len() {
            let progress = conference.guests[at].begins(cx, &Door::OPEN);
            conference.take(cx, at, progress);
        }
        conference.settled(cx)
    }

    fn new(cx: &mut Context<'_>, room: Option<Extension>, first: LegId, disposition: Disposition) -> Self {
        let (call, until) = (cx.call(), cx.ledger.limit(cx.now.at));
        if let Some(room) = &room {
            cx.exchange.take_room(room.clone(), call);
        }
        let mix = RoomId(first.0);
        Self { room, mix, guests: Vec::new(), disposition, hosted: false, unhosted: None, until }
    }

    pub(super) fn deadline(&self) -> Option<(Instant, Reason)> {
        let guests = self.guests.iter().filter_map(Guest::deadline);
        let unhosted = self.unhosted.map(|at| (at, Reason::ConferenceUnhosted));
        guests.chain(unhosted).chain([(self.until, Reason::CallLimit)]).min()
    }

    /// Does a phone of this extension take part?
    pub(super) fn session_of(&self, extension: &Extension) -> Option<SessionId> {
        let own = self.guests.iter().find(|guest| guest.leg.extension() == Some(extension));
        own.map(|guest| guest.leg.session())
    }

    /// The phone at this session, if it is one of the house.
    pub(super) fn extension_at(&self, session: SessionId) -> Option<&Extension> {
        self.guests.iter().find(|guest| guest.leg.session() == session)?.leg.extension()
    }

    /// Is there room for so many more?
    pub(super) fn has_room_for(&self, more: usize) -> bool {
        self.inside().count() + more <= MOST_IN_A_ROOM
    }

    pub(super) fn handle(self, cx: &mut Context<'_>, event: CallEvent) -> Step<Self> {
        match event {
            CallEvent::Session { session, event } => match self.place_of(|leg| leg.session() == session) {
                Some(at) => self.session(cx, at, event),
                None => Step::Stay(self),
            },
            CallEvent::Media { leg, event } => match self.place_of(|own| own.id() == leg) {
                Some(at) => self.media(cx, at, &event),
                None => Step::Stay(self),
            },
            CallEvent::Desk(event) => self.desk(cx, event),
            // A sentence that cannot be spoken is reported as played as well.
            CallEvent::Speech(_) | CallEvent::AgentPlace => Step::Stay(self),
            CallEvent::HangUp => self.hang_up(cx, None),
            CallEvent::Timeout => self.timeout(cx),
        }
    }

    fn place_of(&self, of: impl Fn(&Leg) -> bool) -> Option<usize> {
        self.guests.iter().position(|guest| of(&guest.leg))
    }

    fn session(mut self, cx: &mut Context<'_>, at: usize, event: SessionEvent) -> Step<Self> {
        match event {
            SessionEvent::Ended(_) | SessionEvent::Cancelled(_) => self.take(cx, at, Progress::Gone),
            SessionEvent::Digit(key) => self.key(cx, at, key),
            event => {
                let confirmed = matches!(event, SessionEvent::Confirmed(_));
                match self.guests[at].leg.alone(cx, event) {
                    Err(_) => self.take(cx, at, Progress::Leaves(Some(Cause::Sip(488)))),
                    Ok(()) if confirmed => self.opens(cx, at),
                    Ok(()) => {}
                }
            }
        }
        self.settled(cx)
    }

    fn media(mut self, cx: &mut Context<'_>, at: usize, event: &MediaEvent) -> Step<Self> {
        match event {
            MediaEvent::FirstPacket | MediaEvent::Fax(_) => self.opens(cx, at),
            MediaEvent::Digit(key) => self.key(cx, at, *key),
            MediaEvent::Played { utterance, complete, .. } => {
                let door = self.door(cx, at);
                let progress = self.guests[at].played(cx, &door, *utterance, *complete);
                self.take(cx, at, progress);
            }
            // A phone that holds us is quiet by right.
            MediaEvent::Dead { .. } if !self.guests[at].leg.may_be_heard() => {}
            MediaEvent::Dead { .. } => self.take(cx, at, Progress::Leaves(Some(Cause::Q850(102)))),
            MediaEvent::Failed => self.take(cx, at, Progress::Leaves(Some(Cause::Q850(41)))),
            MediaEvent::Speaking { .. }
            | MediaEvent::TakeQuiet
            | MediaEvent::Taken { .. }
            | MediaEvent::Closed { .. } => {}
        }
        self.settled(cx)
    }

    fn key(&mut self, cx: &mut Context<'_>, at: usize, key: char) {
        let door = self.door(cx, at);
        let progress = self.guests[at].key(cx, &door, key);
        self.take(cx, at, progress);
    }

    /// There may be a way to this one now: it comes to the door.
    fn opens(&mut self, cx: &mut Context<'_>, at: usize) {
        let door = self.door(cx, at);
        let progress = self.guests[at].begins(cx, &door);
        self.take(cx, at, progress);
    }

    fn desk(mut self, cx: &mut Context<'_>, event: DeskEvent) -> Step<Self> {
        match event {
            DeskEvent::Enters { session, invitation, party } => {
                if let Some(leg) = self.let_to_the_door(cx, session, *invitation, party) {
                    self.guests.push(Guest::arriving(cx, leg));
                }
                self.settled(cx)
            }
            DeskEvent::Brought { mut with } => {
                with.has_moved_here(cx);
                self.admit(cx, *with);
                self.settled(cx)
            }
            // The phone that takes part brings itself anew: its first leg has had its time.
            DeskEvent::Merges { session, invitation, by } => {
                if let Some(leg) = self.let_to_the_door(cx, session, *invitation, Party::Phone(by.clone())) {
                    if let Some(at) = self.place_of(|own| own.extension() == Some(&by)) {
                        self.take(cx, at, Progress::Leaves(None));
                    }
                    self.admit(cx, leg);
                }
                self.settled(cx)
            }
            // An attended transfer into the conference: the one takes the place of the other.
            DeskEvent::Join { session, mut with } => {
                with.has_moved_here(cx);
                if let Some(at) = self.place_of(|leg| leg.session() == session) {
                    self.take(cx, at, Progress::Leaves(None));
                }
                self.admit(cx, *with);
                self.settled(cx)
            }
            event => stays(cx, self, event),
        }
    }

    /// Somebody who needs no PIN, since somebody inside has brought them.
    fn admit(&mut self, cx: &mut Context<'_>, leg: Leg) {
        let mut guest = Guest::arriving(cx, leg);
        let door = Door { free: self.has_room_for(1), ..Door::OPEN };
        let progress = guest.begins(cx, &door);
        self.guests.push(guest);
        self.take(cx, self.guests.len() - 1, progress);
    }

    /// Answers somebody who has dialled the room; who finds even the door crowded is busy.
    fn let_to_the_door(
        &mut self,
        cx: &mut Context<'_>,
        session: SessionId,
        invitation: Invitation,
        party: Party,
    ) -> Option<Leg> {
        if self.guests.len() - self.inside().count() >= MOST_AT_THE_DOOR {
            Refusal::BUSY.give(cx.now.at, &mut cx.exchange.sip, session);
            return None;
        }
        Incoming::answered_at_once(cx, session, invitation, party, None).ok()
    }

    fn timeout(mut self, cx: &mut Context<'_>) -> Step<Self> {
        if self.until <= cx.now.at {
            return self.hang_up(cx, Some(Cause::Q850(102)));
        }
        if self.unhosted.is_some_and(|at| at <= cx.now.at) {
            cx.decide("nobody of the house is in the conference: it ends".to_owned());
            return self.hang_up(cx, None);
        }
        for at in (0..self.guests.len()).rev() {
            let door = self.door(cx, at);
            let progress = self.guests[at].handle_timeout(cx, &door);
            self.take(cx, at, progress);
        }
        self.settled(cx)
    }

    /// What stands between this guest and the room.
    fn door(&self, cx: &Context<'_>, at: usize) -> Door {
        let directory = cx.ledger.directory();
        let plan =
            self.room.as_ref().and_then(|room| Some((room, directory.services.conferences.get(room)?)));
        let pin = plan.and_then(|(room, plan)| Some((room.clone(), plan.pin.clone()?)));
        let alone = self.inside().next().is_none();
        let caller = match self.guests[at].leg.party() {
            Party::Caller(caller) => caller.clone(),
            Party::Phone(extension) => Caller::Extension(extension.clone()),
            Party::Number(_) | Party::Emergency(_) | Party::Agent => Caller::Anonymous,
        };
        Door { pin, free: self.has_room_for(1), greets_the_first: alone && self.room.is_some(), caller }
    }

    /// What came of an event at one of the guests.
    fn take(&mut self, cx: &mut Context<'_>, at: usize, progress: Progress) {
        match progress {
            Progress::Waits => {}
            Progress::Enters => {
                let guest = &self.guests[at];
                let who = super::decision::name(guest.leg.party());
                cx.decide(format!("{who} joins the conference"));
                self.hosted |= guest.is_of_the_house();
                self.changed(cx, Tone::Joined);
            }
            Progress::Leaves(cause) => {
                let guest = self.guests.remove(at);
                let was_inside = guest.is_inside();
                guest.leg.hang_up(cx, cause);
                self.left(cx, was_inside);
            }
            Progress::Gone => {
                let guest = self.guests.remove(at);
                let was_inside = guest.is_inside();
                guest.leg.gone(cx);
                self.left(cx, was_inside);
            }
        }
    }

    fn left(&mut self, cx: &mut Context<'_>, was_inside: bool) {
        if was_inside {
            self.changed(cx, Tone::Left);
        }
    }

    /// Somebody has come or gone: everybody inside hears it, and whoever looks sees it.
    fn changed(&mut self, cx: &mut Context<'_>, tone: Tone) {
        for guest in self.inside() {
            guest.leg.tone(cx, Some(tone));
        }
        let (call, room) = (cx.call(), self.room.clone());
        let parties: Vec<Party> = self.inside().map(|guest| guest.leg.party().clone()).collect();
        self.show(cx, parties.len());
        cx.exchange.fact(Fact::Conferring { call, room, parties });
        let recorded = cx.ledger.tape.on().or_else(|| self.inside().next().map(|guest| guest.leg.id()));
        if let Some(recorded) = recorded {
            notice::settle(cx, recorded, self.guests.iter().filter(|g| g.is_inside()).map(|g| &g.leg));
        }
    }

    fn show(&self, cx: &mut Context<'_>, people: usize) {
        let Some(room) = self.room.clone() else { return };
        let state = match people {
            0 => ResourceState::Off,
            1 => ResourceState::On { whom: "one person".to_owned() },
            many => ResourceState::On { whom: format!("{many} people") },
        };
        cx.exchange.show(Resource::Conference(room), state);
    }

    fn inside(&self) -> impl Iterator<Item = &Guest> {
        self.guests.iter().filter(|guest| guest.is_inside())
    }

    /// After each event: who hears whom, who waits for whom, and whether there is anything left of it.
    fn settled(mut self, cx: &mut Context<'_>) -> Step<Self> {
        // Whoever was made a conference of and is alone has nobody left to talk with; a room is waited in.
        let alone = self.room.is_none() && self.guests.len() == 1;
        if alone && let Some(last) = self.guests.pop() {
            last.leg.hang_up(cx, None);
        }
        if self.guests.is_empty() {
            return Step::Go(Next::End(self.disposition));
        }
        let hosted = self.guests.iter().any(Guest::is_of_the_house);
        match (hosted, self.unhosted) {
            (true, _) => self.unhosted = None,
            (false, Some(_)) => {}
            (false, None) if self.hosted => {
                self.unhosted = Some(cx.now.at + AFTER_THE_HOST);
                for guest in self.guests.iter_mut().filter(|guest| guest.is_inside()) {
                    guest.hears_words(cx, words::NOBODY_LEFT);
                }
            }
            (false, None) => self.unhosted = Some(cx.now.at + BEFORE_THE_HOST),
        }
        self.mix(cx);
        Step::Stay(self)
    }

    /// Tells the media plane who hears whom, where that has changed.
    fn mix(&mut self, cx: &mut Context<'_>) {
        let voices: Vec<LegId> = self
            .inside()
            .filter(|guest| guest.leg.is_connected() && !guest.leg.holds())
            .map(|guest| guest.leg.id())
            .collect();
        // Those who wait for somebody of the house hear that the line is alive, and not each other.
        let waits = !self.hosted;
        for guest in self.guests.iter_mut().filter(|guest| guest.is_inside()) {
            let others: Vec<LegId> =
                voices.iter().copied().filter(|voice| *voice != guest.leg.id() && !waits).collect();
            if waits && !guest.waits {
                hold::plays_music_to(cx, &guest.leg);
            } else if !waits && guest.waits {
                // In place of the music.
                guest.leg.tone(cx, Some(Tone::Joined));
            }
            guest.waits = waits;
            if guest.hears.as_ref() != Some(&others) {
                let hears = Hears::Only(others.iter().copied().map(Heard::Voice).collect());
                cx.exchange.media(guest.leg.id(), MediaCommand::Mix { room: self.mix, hears });
                guest.hears = Some(others);
            }
        }
    }

    fn hang_up(self, cx: &mut Context<'_>, cause: Option<Cause>) -> Step<Self> {
        let parties = Vec::new();
        let (call, room) = (cx.call(), self.room.clone());
        cx.exchange.fact(Fact::Conferring { call, room, parties });
        self.show(cx, 0);
        for guest in self.guests {
            guest.leg.hang_up(cx, cause);
        }
        Step::Go(Next::End(self.disposition))
    }
}
