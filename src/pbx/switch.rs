//! All calls: the first heart. Takes one input at a time, and is then asked for outputs until it says `Timeout`.

mod desks;
mod hunting;
mod recording;
mod services;
mod transfers;

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use super::{
    Barred, CallDirection, Control, Dialled, Directory, Fact, Foreseen, Input, MediaEvent, Output, Reason,
    Settings,
    call::{Arrival, Call, CallEvent},
    calls::Calls,
    dialplan::{self, Usage},
    exchange::Exchange,
    foresee,
    lamps::Office,
    ledger::Beginning,
    refusal::Refusal,
    ring_plan::INTERNAL_RING,
    routing::{self, Route},
    session_event::{self, Sorted},
    spending::Spending,
    texts::{Outbound, Received, TextTraffic},
};
use crate::{
    agent::VoiceInput,
    sip::{self, Invitation, Peer, SessionId},
    types::{CallId, Chance, Extension, LegId, Moment, PhoneNumber},
};

/// The telephone exchange of one office.
///
/// Deterministic: the same inputs at the same moments give the same outputs. Every call is bounded in length, their number
/// by [`Limits::calls`](super::Limits), and nothing that a far end sends ends anything but its own call.
#[derive(Debug)]
pub struct Switch {
    directory: Arc<Directory>,
    exchange: Exchange,
    calls: Calls,
    texts: TextTraffic,
    spending: Spending,
    /// The office's own book.
    names: Arc<BTreeMap<PhoneNumber, String>>,
    shutting_down: bool,
}

/// What the switch holds at this moment; all zero when nothing is left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub calls: usize,
    /// SIP sessions that belong to a call.
    pub sessions: usize,
    /// Media sockets that have been opened and not reported closed.
    pub sockets: usize,
    /// Ports in use (not those that rest after a call).
    pub ports: usize,
    pub agent_places: usize,
    pub waiting_for_agent: usize,
    pub texts_in_flight: usize,
}

impl Switch {
    /// A switch without calls; its trunks are registered and probed at once. Speech counts as not ready until `Input::SpeechReady(true)`.
    pub fn new(now: Moment, directory: Arc<Directory>, settings: Settings, chance: Chance) -> Self {
        Self {
            exchange: Exchange::new(now, &directory, settings, chance),
            directory,
            calls: Calls::default(),
            texts: TextTraffic::default(),
            spending: Spending::default(),
            names: Arc::default(),
            shutting_down: false,
        }
    }

    pub fn handle_input(&mut self, now: Moment, input: Input<'_>) {
        match input {
            Input::Sip(input) => self.exchange.sip.handle_input(now.at, input),
            Input::Media { leg, event } => self.handle_media(now, leg, event),
            Input::Speech { leg, event } => self.speak_to(now, leg, VoiceInput::Speech(event)),
            Input::Understood { leg, turn, reading } => {
                self.speak_to(now, leg, VoiceInput::Understood { turn, reading: *reading });
            }
            Input::SpeechFailed { leg } => self.speak_to(now, leg, VoiceInput::SpeechFailed),
            Input::SpeechReady(ready) => {
                self.exchange.speech_ready = ready;
                self.offer_places(now);
            }
            Input::Directory(directory) => {
                self.exchange.sip.update(now.at, directory.sip_settings(&self.exchange.settings));
                self.directory = directory;
                self.exchange.lamps.directory_changed();
            }
            Input::Control(control) => self.handle_control(now, control),
            Input::Timeout => self.handle_timeout(now),
        }
    }

    /// The next thing to be done; `Timeout` is the last.
    pub fn poll_output(&mut self, now: Moment) -> Output {
        loop {
            if let Some(output) = self.exchange.out.pop_front() {
                return output;
            }
            let Exchange { lamps, sip, settings, resources, .. } = &mut self.exchange;
            let office = Office { realm: &settings.realm, directory: &self.directory, resources };
            lamps.tell(now, sip, office);
            match sip.poll_output() {
                sip::Output::Transmit { flow, bytes } => return Output::Transmit { flow, bytes },
                sip::Output::Close { connection } => return Output::CloseConnection { connection },
                sip::Output::Event(event) => self.handle_sip(now, event),
                sip::Output::Timeout(at) => return Output::Timeout(self.earliest(at)),
            }
        }
    }

    pub fn counts(&self) -> Counts {
        Counts {
            calls: self.calls.len(),
            sessions: self.exchange.sessions(),
            sockets: self.exchange.sockets(),
            ports: self.exchange.ports_taken(),
            agent_places: self.exchange.places.taken(),
            waiting_for_agent: self.exchange.places.waiting(),
            texts_in_flight: self.texts.in_flight(),
        }
    }

    /// What the SIP room holds: transactions live on for a while after their call.
    pub fn sip_counts(&self) -> sip::Counts {
        self.exchange.sip.counts()
    }

    /// The snapshot that new calls begin with.
    pub fn directory(&self) -> &Arc<Directory> {
        &self.directory
    }

    fn earliest(&self, sip: Option<(Instant, sip::Reason)>) -> Option<(Instant, Reason)> {
        let sip = sip.map(|(at, why)| (at, Reason::Sip(why)));
        self.calls.next_deadline().into_iter().chain(sip).min()
    }

    fn handle_timeout(&mut self, now: Moment) {
        self.exchange.sip.handle_input(now.at, sip::Input::Timeout);
        for call in self.calls.due(now.at) {
            self.tell(now, call, CallEvent::Timeout);
        }
    }

    /// Gives one event to one call; one that is over disappears, and a place it had at the agent goes to who waits.
    fn tell(&mut self, now: Moment, id: CallId, event: CallEvent) {
        let Some(call) = self.calls.take(id) else { return };
        if let Some(call) = call.handle(now, &mut self.exchange, event) {
            self.calls.put(id, call);
        }
        self.count_what_was_sent(now);
        self.offer_places(now);
    }

    /// Calls that have been forwarded to the outside count like those that are dialled.
    fn count_what_was_sent(&mut self, now: Moment) {
        for extension in std::mem::take(&mut self.exchange.sent_outside) {
            self.spending.call_begins(now.at, extension);
        }
    }

    /// Whoever has waited longest is asked first; who does not take the place leaves the queue as it is.
    fn offer_places(&mut self, now: Moment) {
        while let Some(id) = self.exchange.places.next_waiting() {
            let Some(call) = self.calls.take(id) else {
                self.exchange.places.leave(id);
                continue;
            };
            if let Some(call) = call.handle(now, &mut self.exchange, CallEvent::AgentPlace) {
                self.calls.put(id, call);
            }
            if self.exchange.places.next_waiting() == Some(id) {
                return;
            }
        }
    }

    fn speak_to(&mut self, now: Moment, leg: LegId, input: VoiceInput) {
        if let Some(call) = self.exchange.call_of_leg(leg) {
            self.tell(now, call, CallEvent::Speech(input));
        }
    }

    fn handle_media(&mut self, now: Moment, leg: LegId, event: MediaEvent) {
        let Some(call) = self.exchange.call_of_leg(leg) else { return };
        if let MediaEvent::Closed { .. } = event {
            self.exchange.socket_closed(now, leg);
        }
        self.tell(now, call, CallEvent::Media { leg, event });
    }

    fn handle_control(&mut self, now: Moment, control: Control) {
        match control {
            Control::SendText { key, from, to, body } => {
                let text = Outbound { key, from, to, body };
                self.texts.send(&mut self.exchange, &self.directory, now, text);
            }
            Control::SettleText { text, stored } => {
                let status = if stored { 202 } else { 503 };
                self.exchange.settle_text(now, text, status);
            }
            Control::Mailbox(mailbox) => self.exchange.restore_mailbox(mailbox),
            Control::ChangeMailbox { mailbox, change } => self.exchange.change_mailbox(&mailbox, change),
            Control::HangUp { call } => self.tell(now, call, CallEvent::HangUp),
            Control::SetDesk { extension, settings } => self.set_desk(&extension, settings),
            Control::SetDayNight(key) => self.set_day_night(key),
            Control::RestoreDesks { desks, key } => self.restore_desks(desks, key),
            Control::RestoreBindings(bindings) => self.exchange.sip.restore(now.at, bindings),
            Control::MessagesWaiting { extension, new, old } => {
                self.exchange.lamps.messages(extension, new, old);
            }
            Control::CallerNames(names) => self.names = names,
            Control::TellPhone { extension, contact, event } => {
                let Exchange { lamps, sip, .. } = &mut self.exchange;
                if let Some(fact) = lamps.tell_phone(now, sip, extension, contact, event) {
                    self.exchange.fact(fact);
                }
            }
            Control::ShutDown => {
                self.shutting_down = true;
                for call in self.calls.ids() {
                    self.tell(now, call, CallEvent::HangUp);
                }
                self.exchange.sip.shut_down(now.at);
            }
        }
    }

    fn handle_sip(&mut self, now: Moment, event: sip::Event) {
        match session_event::sort(event) {
            Sorted::Invited { session, invitation } => self.invited(now, session, invitation),
            Sorted::Session { session, event } => {
                // Sessions that a call has let go of are the endpoint's alone: it ends them without us.
                if let Some(call) = self.exchange.call_of_session(session) {
                    self.tell(now, call, CallEvent::Session { session, event });
                }
            }
            Sorted::RecordKey { session, on } => self.record_key(now, session, on),
            Sorted::Referred { session, refer, to } => self.referred(now, session, refer, &to),
            Sorted::Other(event) => self.handle_other(now, event),
        }
    }

    fn handle_other(&mut self, now: Moment, event: sip::Event) {
        match event {
            sip::Event::TextReceived { text, peer, from, to, content_type, body, call_id } => {
                let received = Received { text, peer, from, to, content_type, body, call_id };
                TextTraffic::receive(&mut self.exchange, &self.directory, now, received);
            }
            sip::Event::TextAnswered { text, status, retry_after } => {
                let seconds = retry_after.map(|wait| u32::try_from(wait.as_secs()).unwrap_or(u32::MAX));
                self.texts.answered(&mut self.exchange, text, status, seconds);
            }
            sip::Event::Subscribed { subscription, phone, package, resource } => {
                self.exchange.lamps.subscribed(subscription, &phone, package, resource);
            }
            sip::Event::NotifyDue { subscription } => self.exchange.lamps.notify_due(subscription),
            sip::Event::Unsubscribed { subscription, .. } => self.exchange.lamps.unsubscribed(subscription),
            sip::Event::NoticeAnswered { notice, status } => {
                if let Some(fact) = self.exchange.lamps.notice_answered(notice, status) {
                    self.exchange.fact(fact);
                }
            }
            sip::Event::Bound { binding } => {
                self.exchange.lamps.bound(&binding.extension);
                self.exchange.fact(Fact::Bound { binding });
            }
            sip::Event::Unbound { extension, contact } => {
                self.exchange.lamps.unbound(&extension, &contact);
                self.exchange.fact(Fact::Unbound { extension, contact });
            }
            sip::Event::TrunkHealth { trunk, health } => {
                self.exchange.fact(Fact::TrunkHealth { trunk: trunk.0, health });
            }
            sip::Event::Refused { cause, source, count } => {
                self.exchange.fact(Fact::Refused { cause, source, count });
            }
            // Events of sessions have been sorted out before.
            _ => {}
        }
    }

    fn invited(&mut self, now: Moment, session: SessionId, invitation: Invitation) {
        let Some(invitation) = self.serve(now, session, invitation) else { return };
        match self.admit(now, &invitation) {
            Ok((dialled, route)) => self.begin(now, session, invitation, dialled, route),
            Err(Refusal { status, reason, retry_after }) => {
                // A caller who is gone already needs no refusal.
                let _ = self.exchange.sip.reject(now.at, session, status, reason, retry_after);
            }
        }
    }

    /// A call from a trunk: only numbers of ours are connected, so nothing can ever go from one trunk to another.
    fn inbound(&mut self, now: Moment, dialled: PhoneNumber) -> Result<Route, Barred> {
        let Foreseen { agent, plan, why: _ } =
            foresee(&self.directory, dialled, now.wall, self.exchange.day_night)?;
        Ok(match agent {
            Some(why) => Route::Agent(why),
            None => Route::Ring(self.hunt_of_plan(now, &plan)),
        })
    }

    /// What was dialled and where it leads, or the refusal. Emergencies are beyond every limit but the shutting down.
    fn admit(&mut self, now: Moment, invitation: &Invitation) -> Result<(Dialled, Route), Refusal> {
        let directory = &self.directory.clone();
        let (dialled, route) = match &invitation.peer {
            Peer::Trunk(_) => {
                let number = routing::dialled_at_trunk(directory, invitation).ok_or(Refusal::NOT_FOUND)?;
                let route = self.inbound(now, number).map_err(Refusal::barred)?;
                (Dialled::Number(number), route)
            }
            Peer::Phone(extension) => {
                let dialled = dialplan::parse(&invitation.dialled, directory).map_err(Refusal::barred)?;
                let usage = self.usage(now, extension);
                let route = routing::from_phone(directory, extension, &dialled, usage).map_err(|why| {
                    if self.spending.is_alarming(now.at, extension, why) {
                        let (from, dialled) = (extension.clone(), dialled.clone());
                        self.exchange.fact(Fact::CallBarred { from, dialled, why });
                    }
                    Refusal::barred(why)
                })?;
                let route = match (&dialled, route) {
                    (Dialled::Extension(called), Route::Connect(None)) => {
                        // A phone with a mailbox does not ring as long as one whose caller has nowhere else to go.
                        let mailbox = directory.services.mailboxes.get(called);
                        let ring_for = mailbox.map_or(INTERNAL_RING, |mailbox| mailbox.ring);
                        Route::Connect(Some(self.hunt_of_extension(now, called, ring_for)))
                    }
                    (_, route) => route,
                };
                (dialled, route)
            }
        };
        let emergency = matches!(dialled, Dialled::Emergency(_));
        // A call that is to take another's place is not let in as a new one beside it.
        if invitation.replaces.is_some() && !emergency {
            return Err(Refusal::DECLINED);
        }
        if matches!((&invitation.peer, &dialled), (Peer::Phone(_), Dialled::Number(_)))
            && let Some(wait) = self.exchange.all_trunks_rest(now, directory)
        {
            let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).max(1);
            return Err(Refusal { retry_after: Some(seconds), ..Refusal::UNAVAILABLE });
        }
        if self.shutting_down || (self.calls.live() >= directory.limits.calls && !emergency) {
            return Err(Refusal::UNAVAILABLE);
        }
        Ok((dialled, route))
    }

    fn begin(
        &mut self,
        now: Moment,
        session: SessionId,
        invitation: Invitation,
        dialled: Dialled,
        route: Route,
    ) {
        let call = CallId::from_random(self.exchange.random());
        if let (Peer::Phone(from), Dialled::Emergency(_)) = (&invitation.peer, &dialled) {
            let (from, dialled) = (from.clone(), dialled.clone());
            self.exchange.fact(Fact::EmergencyDialled { call, from, dialled });
        }
        if let (Peer::Phone(from), Dialled::Number(_)) = (&invitation.peer, &dialled) {
            self.spending.call_begins(now.at, from.clone());
        }
        let (direction, trunk) = match (&invitation.peer, &dialled) {
            (Peer::Trunk(trunk), _) => (CallDirection::Inbound, Some(trunk.0.clone())),
            (Peer::Phone(_), Dialled::Extension(_) | Dialled::Star(_)) => (CallDirection::Internal, None),
            (Peer::Phone(_), Dialled::Number(_) | Dialled::Emergency(_)) => (
                CallDirection::Outbound,
                self.exchange.trunks_of(&self.directory).into_iter().next().map(|trunk| trunk.0),
            ),
        };
        let caller = routing::known_by_name(routing::caller(&invitation), &self.names);
        let directory = self.directory.clone();
        let beginning = Beginning { call, direction, trunk, caller, dialled, at: now, directory };
        let arrival = Arrival { beginning, session, invitation, route };
        if let Some(in_progress) = Call::begin(&mut self.exchange, arrival) {
            self.calls.put(call, in_progress);
        }
        self.count_what_was_sent(now);
    }

    /// What this extension and the office have made of the outside.
    fn usage(&mut self, now: Moment, extension: &Extension) -> Usage {
        let live = self.calls.iter().filter(|call| call.is_live());
        let callers: Vec<&Extension> = live.filter_map(|call| call.ledger().calls_outside()).collect();
        let calls = callers.iter().filter(|caller| **caller == extension).count();
        let usage = Usage { calls, office_calls: callers.len(), ..Usage::default() };
        self.spending.of_the_hour(now.at, extension, usage)
    }
}
