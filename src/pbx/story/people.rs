//! What people at the far ends do: call, pick up, hold, hang up, send texts.

use std::{net::SocketAddr, time::Instant};

use super::{DANA, Far, World, direction_in, flow};
use crate::{
    media::{self, Codec, Direction},
    pbx::{Fact, Input, MediaCommand, MediaEvent},
    sip::{self, Endpoint, Event, Identity, Outgoing, SessionId, Target, TextId, TrunkName},
    types::{CallId, LegId},
};

impl Far {
    /// Its address.
    pub(in crate::pbx) fn at(&self) -> SocketAddr {
        self.address
    }

    /// What has happened to it until now is nobody's business any more.
    pub(in crate::pbx) fn forget(&mut self) {
        self.events.clear();
    }
}

impl World {
    /// Somebody calls: the carrier for an outside caller, or a phone.
    pub(in crate::pbx) fn call(&mut self, who: &str, dialled: &str) -> SessionId {
        self.call_with(who, dialled, &[Codec::Pcmu, Codec::Pcma])
    }

    pub(in crate::pbx) fn call_with(&mut self, who: &str, dialled: &str, codecs: &[Codec]) -> SessionId {
        let local = self.far(who).local(Direction::SendRecv);
        let offer = if codecs.is_empty() { Vec::new() } else { media::offer(&local, codecs) };
        self.call_offering(who, dialled, offer)
    }

    pub(in crate::pbx) fn call_offering(&mut self, who: &str, dialled: &str, offer: Vec<u8>) -> SessionId {
        let user = if who == "carrier" { DANA } else { who };
        self.invite(who, user, "Dana Reyes", dialled, offer)
    }

    pub(in crate::pbx) fn call_as(
        &mut self,
        who: &str,
        user: &str,
        display: &str,
        dialled: &str,
    ) -> SessionId {
        let local = self.far(who).local(Direction::SendRecv);
        self.invite(who, user, display, dialled, media::offer(&local, &Codec::ALL))
    }

    /// With headers of its own.
    pub(in crate::pbx) fn call_saying(
        &mut self,
        who: &str,
        from: Identity,
        dialled: &str,
        headers: Vec<(String, String)>,
    ) -> SessionId {
        let local = self.far(who).local(Direction::SendRecv);
        self.invite_with(who, from, dialled, media::offer(&local, &Codec::ALL), headers)
    }

    fn invite(&mut self, who: &str, user: &str, display: &str, dialled: &str, offer: Vec<u8>) -> SessionId {
        let from = Identity { user: user.into(), display: display.into() };
        self.invite_with(who, from, dialled, offer, Vec::new())
    }

    fn invite_with(
        &mut self,
        who: &str,
        from: Identity,
        dialled: &str,
        offer: Vec<u8>,
        headers: Vec<(String, String)>,
    ) -> SessionId {
        let target = Target::Trunk { trunk: TrunkName("portico".into()), number: dialled.into() };
        let outgoing = Outgoing {
            target,
            from,
            offer,
            headers,
            parts: Vec::new(),
            sips: false,
            hops: sip::MAX_FORWARDS,
        };
        let now = self.now.at;
        let far = self.far(who);
        let session = far.endpoint.invite(now, outgoing).unwrap();
        far.last_call = Some(session);
        self.settle();
        session
    }

    /// The call that this far end was last invited to.
    pub(in crate::pbx) fn invited(&mut self, who: &str) -> (SessionId, sip::Invitation) {
        self.has_been_invited(who).unwrap_or_else(|| panic!("{who} has not been called"))
    }

    pub(in crate::pbx) fn has_been_invited(&mut self, who: &str) -> Option<(SessionId, sip::Invitation)> {
        self.far(who).events.iter().rev().find_map(|event| match event {
            Event::Invited { session, invitation } => Some((*session, invitation.clone())),
            _ => None,
        })
    }

    /// 180 from a far end that has been invited.
    pub(in crate::pbx) fn rings(&mut self, who: &str) {
        let (session, _) = self.invited(who);
        let now = self.now.at;
        self.far(who).endpoint.ring(now, session, 180, None).unwrap();
        self.settle();
    }

    /// A provisional answer with a description: early media.
    pub(in crate::pbx) fn plays_early(&mut self, who: &str, status: u16, codecs: &[Codec]) {
        let (session, invitation) = self.invited(who);
        let local = self.far(who).local(Direction::SendRecv);
        let (body, _) = media::answer(&invitation.offer, &local, codecs).unwrap();
        let now = self.now.at;
        self.far(who).endpoint.ring(now, session, status, Some(body)).unwrap();
        self.settle();
    }

    /// A key of whoever was called last.
    pub(in crate::pbx) fn presses(&mut self, digit: char) {
        let opened = |(leg, command): &(LegId, MediaCommand)| {
            matches!(command, MediaCommand::Open { .. }).then_some(*leg)
        };
        let leg = self.media.iter().rev().find_map(opened).unwrap();
        self.media_event(leg, MediaEvent::Digit(digit));
    }

    /// 200 with an answer to the offer; its only codec is this one, if given.
    pub(in crate::pbx) fn picks_up(&mut self, who: &str) -> SessionId {
        self.picks_up_with(who, &Codec::ALL)
    }

    pub(in crate::pbx) fn picks_up_with(&mut self, who: &str, codecs: &[Codec]) -> SessionId {
        let (session, invitation) = self.invited(who);
        let local = self.far(who).local(Direction::SendRecv);
        let (body, _) = media::answer(&invitation.offer, &local, codecs).unwrap();
        self.answers_with(who, body);
        session
    }

    pub(in crate::pbx) fn answers_with(&mut self, who: &str, body: Vec<u8>) {
        let (session, _) = self.invited(who);
        let now = self.now.at;
        self.far(who).endpoint.answer(now, session, body).unwrap();
        self.settle();
    }

    pub(in crate::pbx) fn refuses(&mut self, who: &str, status: u16) {
        let (session, _) = self.invited(who);
        let now = self.now.at;
        self.far(who).endpoint.reject(now, session, status, "", None, None).unwrap();
        self.settle();
    }

    /// 302, with this address in its Contact.
    pub(in crate::pbx) fn redirects(&mut self, who: &str, to: &str) {
        self.hold_back(who, true);
        self.refuses(who, 302);
        let (switch, refusal) = self.far(who).held.take().unwrap().remove(0);
        let refusal = String::from_utf8(refusal).unwrap();
        assert!(refusal.starts_with("SIP/2.0 302 "), "{refusal}");
        let contact = format!("Contact: <{to}>\r\nContent-Length:");
        self.arrives(who, switch, refusal.replace("Content-Length:", &contact).as_bytes());
    }

    /// 503 with a Retry-After.
    pub(in crate::pbx) fn asks_to_be_spared(&mut self, who: &str, seconds: u32) {
        let (session, _) = self.invited(who);
        let now = self.now.at;
        self.far(who).endpoint.reject(now, session, 503, "", Some(seconds), None).unwrap();
        self.settle();
    }

    pub(in crate::pbx) fn hangs_up(&mut self, who: &str, session: SessionId) {
        let now = self.now.at;
        self.far(who).endpoint.bye(now, session, None).unwrap();
        self.settle();
    }

    pub(in crate::pbx) fn gives_up(&mut self, who: &str, session: SessionId) {
        let now = self.now.at;
        self.far(who).endpoint.cancel(now, session, None).unwrap();
        self.settle();
    }

    /// A re-INVITE for another direction of the media.
    pub(in crate::pbx) fn wants(&mut self, who: &str, session: SessionId, direction: Direction) {
        let now = self.now.at;
        let far = self.far(who);
        far.version += 1;
        far.wish = direction;
        let offer = media::offer(&far.local(direction), &[Codec::Pcmu]);
        far.endpoint.reoffer(now, session, offer).unwrap();
        self.settle();
    }

    pub(in crate::pbx) fn reoffers(&mut self, who: &str, session: SessionId, offer: Vec<u8>) {
        let now = self.now.at;
        self.far(who).endpoint.reoffer(now, session, offer).unwrap();
        self.settle();
    }

    /// What this far end makes of a re-INVITE that it has been sent.
    pub(in crate::pbx) fn settles_reoffer(
        &mut self,
        who: &str,
        session: SessionId,
        answer: Result<Vec<u8>, u16>,
    ) {
        let now = self.now.at;
        let endpoint = &mut self.far(who).endpoint;
        match answer {
            Ok(body) => endpoint.accept_reoffer(now, session, body).unwrap(),
            Err(status) => endpoint.refuse_reoffer(now, session, status).unwrap(),
        }
        self.settle();
    }

    /// What this far end sends is delayed on its way; `false` lets it arrive.
    pub(in crate::pbx) fn hold_back(&mut self, who: &str, hold: bool) {
        if hold {
            self.far(who).held = Some(Vec::new());
            return;
        }
        for (to, bytes) in self.far(who).held.take().unwrap_or_default() {
            self.arrives(who, to, &bytes);
        }
    }

    /// The first of what has been held back arrives; the rest stays on the way.
    pub(in crate::pbx) fn release_one(&mut self, who: &str) {
        let (to, bytes) = self.far(who).held.as_mut().unwrap().remove(0);
        self.arrives(who, to, &bytes);
    }

    /// The ACK that is held back arrives with an answer to the offer in our 200.
    pub(in crate::pbx) fn releases_ack_with_answer(&mut self, who: &str) {
        let offer = self.answer_to(who).unwrap();
        let answer = String::from_utf8(self.answer_for(who, offer.as_bytes())).unwrap();
        let (to, ack) = self.far(who).held.as_mut().unwrap().remove(0);
        let ack = String::from_utf8(ack).unwrap();
        assert!(ack.starts_with("ACK "), "{ack}");
        let described = format!("Content-Type: application/sdp\r\nContent-Length: {}", answer.len());
        let ack = ack.replace("Content-Length: 0", &described) + &answer;
        self.arrives(who, to, ack.as_bytes());
    }

    fn arrives(&mut self, from: &str, to: SocketAddr, bytes: &[u8]) {
        let flow = flow(to, self.far(from).address);
        self.switch.handle_input(self.now, Input::Sip(sip::Input::Datagram { flow, bytes }));
        self.settle();
    }

    /// The session of the call that this far end has made last.
    pub(in crate::pbx) fn own_call(&mut self, who: &str) -> SessionId {
        self.far(who).last_call.unwrap()
    }

    /// Takes whatever the switch has offered anew, and says which direction was offered.
    pub(in crate::pbx) fn takes_reoffer(&mut self, who: &str) -> Option<String> {
        let reoffered = self.far(who).events.iter().rposition(|e| matches!(e, Event::Reoffered { .. }))?;
        let Event::Reoffered { session, offer } = self.far(who).events.remove(reoffered) else { return None };
        let now = self.now.at;
        let far = self.far(who);
        far.version += 1;
        let (body, _) = media::answer(&offer, &far.local(far.wish), &Codec::ALL).unwrap();
        far.endpoint.accept_reoffer(now, session, body).ok()?;
        self.settle();
        Some(direction_in(&offer))
    }

    pub(in crate::pbx) fn text(&mut self, who: &str, to: &str, body: &str) -> TextId {
        let user = if who == "carrier" { DANA } else { who };
        let target = Target::Trunk { trunk: TrunkName("portico".into()), number: to.into() };
        let from = Identity { user: user.into(), display: String::new() };
        let now = self.now.at;
        let body = body.as_bytes().to_vec();
        let text = self.far(who).endpoint.send_text(now, &target, &from, "text/plain", body).unwrap();
        self.settle();
        text
    }

    pub(in crate::pbx) fn settles_text(&mut self, text: TextId, status: u16) {
        let now = self.now.at;
        self.carrier.endpoint.settle_text(now, text, status).unwrap();
        self.settle();
    }

    // ---- for those who do not care whether it makes sense

    /// The calls that have begun and not ended.
    pub(in crate::pbx) fn calls_in_progress(&self) -> Vec<CallId> {
        let ended: Vec<CallId> = self.records().iter().map(|record| record.call).collect();
        let begun = |fact: &Fact| match fact {
            Fact::CallStarted { call, .. } => Some(*call),
            _ => None,
        };
        self.facts.iter().filter_map(begun).filter(|call| !ended.contains(call)).collect()
    }

    pub(in crate::pbx) fn answer_for(&mut self, who: &str, offer: &[u8]) -> Vec<u8> {
        let local = self.far(who).local(Direction::SendRecv);
        media::answer(offer, &local, &Codec::ALL).map(|(body, _)| body).unwrap_or_default()
    }

    pub(in crate::pbx) fn offer_of(&mut self, who: &str, direction: Direction) -> Vec<u8> {
        let far = self.far(who);
        far.version += 1;
        media::offer(&far.local(direction), &Codec::ALL)
    }

    /// Does something with the session that this far end was last invited to, if it can be done.
    pub(in crate::pbx) fn attempt(
        &mut self,
        who: &str,
        act: impl FnOnce(&mut Endpoint, Instant, SessionId) -> Result<(), sip::SendError>,
    ) {
        if let Some((session, _)) = self.has_been_invited(who) {
            self.attempt_on(who, session, act);
        }
    }

    /// The same with the call that it has made last.
    pub(in crate::pbx) fn attempt_own(
        &mut self,
        who: &str,
        act: impl FnOnce(&mut Endpoint, Instant, SessionId) -> Result<(), sip::SendError>,
    ) {
        if let Some(session) = self.far(who).last_call {
            self.attempt_on(who, session, act);
        }
    }

    fn attempt_on(
        &mut self,
        who: &str,
        session: SessionId,
        act: impl FnOnce(&mut Endpoint, Instant, SessionId) -> Result<(), sip::SendError>,
    ) {
        let now = self.now.at;
        // What cannot be done any more is not done.
        let _ = act(&mut self.far(who).endpoint, now, session);
        self.settle();
    }
}
