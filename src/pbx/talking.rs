//! Two people talk: their media is bridged, holds pass from one to the other, and who hangs up ends it for both.

mod faxed;
mod overseen;

use std::time::Instant;

use super::{
    Announcement, Dialled, Disposition, Fact, MediaCommand, MediaEvent, Party, Reason, Service,
    desk_event::DeskEvent,
    door::{self, StaysShut},
    exchange::Context,
    hold,
    incoming::Incoming,
    key_trail::KeyTrail,
    ledger::Ledger,
    leg::Leg,
    line::superseded,
    next::{Next, Step},
    notice::{self, Notice},
    parked::Place,
    refusal::Refusal,
    ring_plan::Hunt,
    session_event::SessionEvent,
    side::Side,
    supervision::Overseer,
    tape::{NotRecorded, RecordKey, RecordOrder},
    waiting::{Otherwise, Reach, Transferor},
};
use crate::{
    sip::{Cause, Invitation, ReferId, SessionId},
    types::{Extension, LegId},
};

/// A call between two people.
#[derive(Debug)]
pub(super) struct Talking {
    caller: Leg,
    callee: Leg,
    disposition: Disposition,
    bridged: bool,
    /// And by the mixer.
    mixed: bool,
    /// Somebody of the house listens, or more.
    overseer: Option<Box<Overseer>>,
    /// What both hear before they hear each other (again), about the recording of the call.
    notice: Option<Notice>,
    /// When a pause of the recording ends by itself.
    pause_ends: Option<Instant>,
    /// The keys that each of the two has pressed last.
    keys: [KeyTrail; 2],
    /// Which of the two hear music, because the other holds them.
    music: [bool; 2],
    /// A fax has been heard: the voice of both has been pinned to G.711.
    fax: bool,
    until: Instant,
}

/// What a phone of one of the two does at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum OnThePhone {
    Holds,
    Talks,
}

impl Talking {
    pub(super) fn begin(cx: &mut Context<'_>, caller: Leg, callee: Leg, disposition: Disposition) -> Self {
        cx.ledger.answered(cx.now.wall);
        let notice = Notice::due(cx, [&caller, &callee]);
        let until = cx.ledger.limit(cx.now.at);
        let mut talking = Self {
            caller,
            callee,
            disposition,
            bridged: false,
            mixed: false,
            overseer: None,
            notice,
            pause_ends: cx.ledger.tape.pause_ends(),
            keys: Default::default(),
            music: [false; 2],
            fax: false,
            until,
        };
        // What has been recorded so far goes on in silence until whoever has come has been told.
        if cx.ledger.tape.on().is_some() {
            talking.settle(cx);
        }
        talking.relay(cx);
        talking
    }

    pub(super) fn deadline(&self) -> Option<(Instant, Reason)> {
        let notice = self.notice.as_ref().and_then(Notice::deadline).map(|at| (at, Reason::Announcement));
        let pause = self.pause_ends.map(|at| (at, Reason::RecordingPause));
        let overseer = self.overseer.as_ref().and_then(|overseer| overseer.deadline());
        let limit = (self.until, Reason::CallLimit);
        notice.into_iter().chain(pause).chain(overseer).chain([limit]).min()
    }

    pub(super) fn handle_session(
        mut self,
        cx: &mut Context<'_>,
        session: SessionId,
        event: SessionEvent,
    ) -> Step<Self> {
        if self.overseer.as_ref().is_some_and(|overseer| overseer.is_at(session)) {
            return self.overseen(cx, |overseer, cx| overseer.session(cx, event));
        }
        let Some(side) = self.side_of(session) else { return Step::Stay(self) };
        match event {
            SessionEvent::Ended(by) => return self.ended_by(cx, side, by.cause()),
            SessionEvent::Cancelled(cause) => return self.ended_by(cx, side, cause),
            SessionEvent::Confirmed(body) => {
                let (leg, _) = self.sides(side);
                if leg.confirmed(cx, &body).is_err() {
                    return self.hang_up(cx, Some(Cause::Sip(488)));
                }
                self.relay(cx);
            }
            SessionEvent::Reoffered(offer) if self.sides(side).0.image_in(&offer).is_some() => {
                return self.fax_wanted(cx, side, offer);
            }
            SessionEvent::Reoffered(offer) => {
                let (leg, other) = self.sides(side);
                let codec = other.codec();
                hold::reoffered(cx, leg, codec, &offer);
                self.relay(cx);
            }
            SessionEvent::Digit(digit) => {
                let (_, other) = self.sides(side);
                cx.exchange.media(other.id(), MediaCommand::Digit(digit));
                self.key(cx, side, digit);
            }
            SessionEvent::Progress { .. } | SessionEvent::Answered { .. } | SessionEvent::Failed { .. } => {}
            SessionEvent::ReofferAnswered(result) => {
                let (leg, _) = self.sides(side);
                if !leg.reoffer_answered(cx, &result) {
                    return self.hang_up(cx, Some(Cause::Sip(488)));
                }
                self.relay(cx);
            }
        }
        Step::Stay(self)
    }

    pub(super) fn handle_media(mut self, cx: &mut Context<'_>, leg: LegId, event: &MediaEvent) -> Step<Self> {
        if self.overseer.as_ref().is_some_and(|overseer| overseer.has(leg)) {
            return self.overseen(cx, |overseer, cx| overseer.media(cx, event));
        }
        let quiet_by_right = [&self.caller, &self.callee].iter().any(|l| l.id() == leg && !l.may_be_heard());
        match event {
            MediaEvent::Dead { .. } if quiet_by_right => Step::Stay(self),
            // Q.850 cause 102, recovery on timer expiry, and 41, temporary failure.
            MediaEvent::Dead { .. } => self.hang_up(cx, Some(Cause::Q850(102))),
            MediaEvent::Failed => self.hang_up(cx, Some(Cause::Q850(41))),
            MediaEvent::Played { utterance, complete, .. } => {
                // A phone that holds the other plays its own music to its person, or nothing.
                let holds = [&self.caller, &self.callee].iter().any(|l| l.id() == leg && l.holds());
                if let Some(notice) = &mut self.notice {
                    notice.played(cx, leg, *utterance, *complete && !holds);
                    self.relay(cx);
                }
                Step::Stay(self)
            }
            MediaEvent::Digit(key) => {
                self.pass_key(cx, leg, *key);
                let side = if leg == self.caller.id() { Side::Caller } else { Side::Callee };
                self.key(cx, side, *key);
                Step::Stay(self)
            }
            MediaEvent::Fax(sign) => {
                self.fax_heard(cx, *sign);
                Step::Stay(self)
            }
            MediaEvent::FirstPacket
            | MediaEvent::Speaking { .. }
            | MediaEvent::TakeQuiet
            | MediaEvent::Taken { .. }
            | MediaEvent::Closed { .. } => Step::Stay(self),
        }
    }

    pub(super) fn handle_timeout(mut self, cx: &mut Context<'_>) -> Step<Self> {
        if self.until <= cx.now.at {
            return self.hang_up(cx, Some(Cause::Q850(102)));
        }
        if self.pause_ends.is_some_and(|at| at <= cx.now.at) {
            self.recording(cx, RecordOrder::GoOn, None);
        }
        self.relay(cx);
        self.overseen(cx, Overseer::handle_timeout)
    }

    /// The limit has come, or somebody in the office wants the call to end.
    pub(super) fn hang_up(self, cx: &mut Context<'_>, cause: Option<Cause>) -> Step<Self> {
        if let Some(overseer) = self.overseer {
            overseer.hang_up(cx, cause);
        }
        self.caller.hang_up(cx, cause);
        self.callee.hang_up(cx, cause);
        Step::Go(Next::End(self.disposition))
    }

    /// Is a phone of this extension one of the two? And does it hold the other?
    pub(super) fn phone(&self, extension: &Extension) -> Option<OnThePhone> {
        let leg = [&self.caller, &self.callee].into_iter().find(|leg| leg.extension() == Some(extension))?;
        Some(if leg.holds() { OnThePhone::Holds } else { OnThePhone::Talks })
    }

    /// The one whom this extension talks with waits in a slot from now on, and the extension is hung up on.
    fn park(self, cx: &mut Context<'_>, place: Place) -> Step<Self> {
        let parker = [&self.callee, &self.caller].into_iter().find(|leg| leg.extension() == Some(&place.by));
        let Some(parker) = parker.map(Leg::session) else { return Step::Stay(self) };
        let disposition = self.disposition;
        let (parker, waits) = self.parted(cx, parker);
        parker.hang_up(cx, None);
        Step::Go(Next::Park { leg: waits, place, disposition })
    }

    /// The phone at this session, if it is one of the house: nobody else may move the call elsewhere.
    pub(super) fn transferor(&self, session: SessionId) -> Option<&Extension> {
        [&self.caller, &self.callee].into_iter().find(|leg| leg.session() == session)?.extension()
    }

    /// Somebody at a desk phone moves the call.
    pub(super) fn handle_desk(mut self, cx: &mut Context<'_>, event: DeskEvent) -> Step<Self> {
        match event {
            DeskEvent::OpenDoor { by } => {
                self.open_door(cx, &by);
                Step::Stay(self)
            }
            DeskEvent::Record { by, order } => {
                self.recording(cx, order, Some(by));
                Step::Stay(self)
            }
            DeskEvent::Park(place) => self.park(cx, place),
            DeskEvent::Transfer { session, refer, to, hunt } => self.transfer(cx, session, refer, &to, hunt),
            DeskEvent::Join { session, mut with } => {
                with.has_moved_here(cx);
                with.has_answered(cx);
                self.replace(cx, session, *with)
            }
            DeskEvent::TakeOver { session, invitation, by, replaced } => {
                let stays = [&self.caller, &self.callee].into_iter().find(|leg| leg.session() != replaced);
                let codec = stays.and_then(Leg::codec);
                match Incoming::answered_at_once(cx, session, *invitation, Party::Phone(by), codec) {
                    Ok(taker) => {
                        taker.has_answered(cx);
                        self.replace(cx, replaced, taker)
                    }
                    Err(_) => Step::Stay(self),
                }
            }
            DeskEvent::SentToRoom { session, room } => {
                let disposition = self.disposition;
                let (leaves, goes) = self.parted(cx, session);
                leaves.hang_up(cx, None);
                Step::Go(Next::Join { legs: vec![goes], room: Some(room), disposition })
            }
            DeskEvent::Supervise(request) => self.supervise(cx, request),
            DeskEvent::Merges { session, invitation, by } => self.merge(cx, session, *invitation, by),
            DeskEvent::Brought { with, .. } | DeskEvent::OnCallTakes(with) => {
                with.hang_up(cx, None);
                Step::Stay(self)
            }
            DeskEvent::Routed(_)
            | DeskEvent::Turn(_)
            | DeskEvent::OnCall(_)
            | DeskEvent::OnCallNews(_)
            | DeskEvent::PromiseStored => Step::Stay(self),
            DeskEvent::Taken { session, .. } | DeskEvent::Enters { session, .. } => {
                Refusal::NOBODY.give(cx.now.at, &mut cx.exchange.sip, session);
                Step::Stay(self)
            }
        }
    }

    /// The session of this extension's phone.
    pub(super) fn session_of(&self, extension: &Extension) -> Option<SessionId> {
        let own = [&self.caller, &self.callee].into_iter().find(|leg| leg.extension() == Some(extension))?;
        Some(own.session())
    }

    /// The phone of this extension makes a conference of its calls: it comes anew, and its old leg has had its time.
    fn merge(
        self,
        cx: &mut Context<'_>,
        session: SessionId,
        invitation: Invitation,
        by: Extension,
    ) -> Step<Self> {
        let Some(old) = self.session_of(&by) else {
            Refusal::NOBODY.give(cx.now.at, &mut cx.exchange.sip, session);
            return Step::Stay(self);
        };
        let Ok(own) = Incoming::answered_at_once(cx, session, invitation, Party::Phone(by), None) else {
            return Step::Stay(self);
        };
        let disposition = self.disposition;
        let (leaves, stays) = self.parted(cx, old);
        leaves.hang_up(cx, None);
        Step::Go(Next::Join { legs: vec![stays, own], room: None, disposition })
    }

    /// The one who talks with the phone at this session is to be connected elsewhere. The phone stays until that is done,
    /// or it hangs up.
    fn transfer(
        self,
        cx: &mut Context<'_>,
        session: SessionId,
        refer: ReferId,
        to: &Dialled,
        hunt: Option<Hunt>,
    ) -> Step<Self> {
        let Some(by) = self.transferor(session).cloned() else { return Step::Stay(self) };
        let ring_for = cx.ledger.directory().features.transfer_ring;
        let reach = match hunt {
            Some(hunt) => Reach { hunt, label: None, music: false },
            None => Reach::dialled(cx, to, ring_for),
        };
        let disposition = self.disposition;
        let (transferor, leg) = self.parted(cx, session);
        superseded(cx.exchange.sip.accept_refer(cx.now.at, refer));
        let transferor = Some(Transferor { leg: Some(transferor), refer });
        Step::Go(Next::Reach { leg, reach, transferor, otherwise: Otherwise::Recall(by), disposition })
    }

    /// Another leg takes the place of the one at this session, which is hung up on: an attended transfer, or a phone that
    /// has taken the call over.
    fn replace(self, cx: &mut Context<'_>, session: SessionId, with: Leg) -> Step<Self> {
        if self.side_of(session).is_none() {
            with.hang_up(cx, None);
            return Step::Stay(self);
        }
        let disposition = self.disposition;
        let (leaves, stays) = self.parted(cx, session);
        leaves.hang_up(cx, None);
        Step::Go(Next::Talk { caller: stays, callee: with, disposition })
    }

    /// Gives away the one who talks with the phone at this session, which is hung up on: this call is over.
    pub(super) fn give_away(self, cx: &mut Context<'_>, session: SessionId) -> (Leg, Disposition) {
        let disposition = self.disposition;
        let (leaves, goes_on) = self.parted(cx, session);
        leaves.hang_up(cx, None);
        (goes_on, disposition)
    }

    /// The leg at this session (or else the callee), and the other one; nothing is relayed between them any more.
    fn parted(mut self, cx: &mut Context<'_>, session: SessionId) -> (Leg, Leg) {
        if self.bridged {
            self.take_down(cx);
        }
        if let Some(overseer) = self.overseer.take() {
            overseer.hang_up(cx, None);
        }
        for (leg, _) in [&self.caller, &self.callee].into_iter().zip(self.music).filter(|(_, music)| *music) {
            hold::stops_music_to(cx, leg);
        }
        self.side_of(session).unwrap_or(Side::Callee).and_other(self.caller, self.callee)
    }

    /// Relays between the two as soon as both are connected (a caller without an offer is not before the ACK) and while
    /// neither holds the other. Whoever is held hears music instead. Where the call is recorded both hear of it first.
    fn relay(&mut self, cx: &mut Context<'_>) {
        let held = [self.callee.holds(), self.caller.holds()];
        if self.bridged && held != [false; 2] {
            self.bridged = false;
            self.take_down(cx);
        }
        for ((leg, held), music) in [&self.caller, &self.callee].into_iter().zip(held).zip(&mut self.music) {
            if held && !*music {
                hold::plays_music_to(cx, leg);
            } else if !held && *music {
                hold::stops_music_to(cx, leg);
            }
            *music = held;
        }
        let connected = self.caller.is_connected() && self.callee.is_connected();
        let open = connected && held == [false; 2];
        // A notice that nobody would hear waits; one that has begun comes to its end whatever the two do meanwhile: its
        // deadline must not stay behind.
        if let Some(mut notice) = self.notice.take_if(|notice| open || notice.has_begun()) {
            if std::mem::take(&mut self.bridged) {
                self.take_down(cx);
            }
            notice.begin(cx);
            if !notice.is_over(cx.now.at) {
                self.notice = Some(notice);
                return;
            }
            notice::given(cx, &self.people());
        }
        if open {
            self.settle(cx);
        }
        if open && !self.bridged {
            self.bridged = true;
            self.put_through(cx);
        }
    }

    fn settle(&self, cx: &mut Context<'_>) {
        notice::settle(cx, self.caller.id(), self.people());
    }

    /// Everybody whose voice may be in a recording: the two, and who has come to hear them.
    fn people(&self) -> Vec<&Leg> {
        let overseer = self.overseer.as_ref().filter(|overseer| overseer.is_present());
        [&self.caller, &self.callee].into_iter().chain(overseer.map(|overseer| overseer.leg())).collect()
    }

    /// What this key of an extension would come to, if it is one of the two.
    pub(super) fn record_order(
        &self,
        ledger: &Ledger,
        by: &Extension,
        key: RecordKey,
    ) -> Result<RecordOrder, NotRecorded> {
        let legs = [&self.caller, &self.callee];
        if legs.iter().all(|leg| leg.extension() != Some(by)) {
            return Err(NotRecorded::Right);
        }
        ledger.tape.order(&ledger.directory().recording, notice::rule(ledger, &legs), by, key)
    }

    /// Somebody has pressed a key, which may be the last of a code.
    fn key(&mut self, cx: &mut Context<'_>, side: Side, digit: char) {
        let codes = &cx.ledger.directory().features.star_codes;
        let (trail, leg) = match side {
            Side::Caller => (&mut self.keys[0], &self.caller),
            Side::Callee => (&mut self.keys[1], &self.callee),
        };
        let Some(by) = leg.extension().cloned() else { return };
        let among = [Service::Record, Service::PauseRecording, Service::OpenDoor];
        let pressed = trail.press(cx.now.at, digit, codes, &among);
        let key = match pressed {
            Some(Service::Record) => RecordKey::Turn,
            Some(Service::PauseRecording) => RecordKey::Pause,
            Some(Service::OpenDoor) => return self.open_door(cx, &by),
            Some(_) | None => return,
        };
        // Who may not, or cannot at this moment, has pressed keys for the other one.
        if let Ok(order) = self.record_order(cx.ledger, &by, key) {
            self.recording(cx, order, Some(by));
        }
    }

    /// The leg of the door phone that this extension talks with, and the keys that open the door.
    pub(super) fn door<'l>(&self, ledger: &'l Ledger, by: &Extension) -> Result<(&Leg, &'l str), StaysShut> {
        let [near, far] = if self.caller.extension() == Some(by) {
            [&self.caller, &self.callee]
        } else {
            [&self.callee, &self.caller]
        };
        let at = far.extension().filter(|_| near.extension() == Some(by)).ok_or(StaysShut::NoDoor)?;
        Ok((far, door::keys_of(&ledger.directory().features.doors, at, by)?))
    }

    /// The door phone is sent the keys that open its door, if this extension may. It hears them whether or not it is held:
    /// keys are not held back.
    fn open_door(&self, cx: &mut Context<'_>, by: &Extension) {
        let Ok((leg, keys)) = self.door(cx.ledger, by) else { return };
        let (at, keys) = (leg.extension().cloned(), keys.to_owned());
        leg.press(cx, &keys);
        if let Some(door) = at {
            cx.decide(format!("{by} has opened the door at {door}"));
            let (call, by) = (cx.call(), by.clone());
            cx.exchange.fact(Fact::DoorOpened { call, door, by });
        }
    }

    /// The recording is to begin, to end, to pause or to go on. What keeps voices off the disk happens at once; what puts
    /// them there, when everybody has heard of it.
    fn recording(&mut self, cx: &mut Context<'_>, order: RecordOrder, by: Option<Extension>) {
        self.notice = match order {
            RecordOrder::Stays => return,
            RecordOrder::Start => {
                cx.ledger.tape.ask(by);
                Notice::due(cx, self.people())
            }
            RecordOrder::Stop => {
                cx.ledger.tape.ask(None);
                self.settle(cx);
                Some(Notice::of(Announcement::RecordingEnded, self.people()))
            }
            RecordOrder::Pause => {
                let until = cx.now.at + cx.ledger.directory().recording.pause;
                if let Some(by) = by {
                    cx.ledger.tape.pause(by, until);
                }
                self.settle(cx);
                Some(Notice::of(Announcement::RecordingPaused, self.people()))
            }
            RecordOrder::GoOn => {
                cx.ledger.tape.go_on();
                Some(Notice::of(Announcement::RecordingGoesOn, self.people()))
            }
        };
        self.pause_ends = cx.ledger.tape.pause_ends();
        self.relay(cx);
    }

    fn ended_by(self, cx: &mut Context<'_>, side: Side, cause: Option<Cause>) -> Step<Self> {
        if let Some(overseer) = self.overseer {
            overseer.hang_up(cx, cause);
        }
        let (gone, left) = side.and_other(self.caller, self.callee);
        gone.gone(cx);
        // Why the one has gone is what the other is told (RFC 3326).
        left.hang_up(cx, cause);
        Step::Go(Next::End(self.disposition))
    }

    fn side_of(&self, session: SessionId) -> Option<Side> {
        Side::of(session, &self.caller, &self.callee)
    }

    /// This side, and the other one.
    fn sides(&mut self, side: Side) -> (&mut Leg, &mut Leg) {
        side.and_other(&mut self.caller, &mut self.callee)
    }
}
