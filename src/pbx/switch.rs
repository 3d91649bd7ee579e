//! All calls: the first heart. Takes one input at a time, and is then asked for outputs until it says `Timeout`.

mod challenges;
mod conferences;
mod desks;
mod doors;
mod hunting;
mod known_troubles;
mod menus;
mod on_call;
mod paging;
mod queues;
mod recording;
mod services;
mod supervision;
mod transfers;

use std::{cmp::Reverse, collections::BTreeMap, sync::Arc, time::Instant};

use super::{
    AgentReason, Answers, Barred, CallDirection, Caller, Control, Dialled, Directory, Fact, Foreseen, Input,
    MediaEvent, Output, Reason, Settings, Treatment, Vouched,
    call::{Arrival, Call, CallEvent},
    calls::Calls,
    dialplan,
    exchange::{Exchange, LineWanted},
    foresee,
    lamps::Office,
    ledger::Beginning,
    notices::{Alarm, Notices},
    queue,
    refusal::Refusal,
    ring_plan::INTERNAL_RING,
    routing::{self, Route},
    services::Errand,
    session_event::{self, Sorted},
    texts::{Outbound, Received, TextTraffic},
    whereabouts::Whereabouts,
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
    notices: Notices,
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
            notices: Notices::default(),
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
            Input::SpeechFailed { leg } => match self.exchange.call_of_leg(leg) {
                Some(id) if self.notices.owns(id) => self.notices.speech_failed(now, &mut self.exchange, id),
                _ => self.speak_to(now, leg, VoiceInput::SpeechFailed),
            },
            Input::SpeechReady(ready) => {
                self.exchange.speech_ready = ready;
                self.offer_places(now);
            }
            Input::HeardWith(provenance) => self.exchange.heard_with = provenance,
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
            self.serve_queues(now);
            self.serve_escalations(now);
            if !self.exchange.out.is_empty() {
                continue;
            }
            let Exchange { lamps, sip, settings, resources, desks, .. } = &mut self.exchange;
            let office = Office { realm: &settings.realm, directory: &self.directory, resources, desks };
            lamps.tell(now, sip, office);
            match sip.poll_output() {
                sip::Output::Transmit { flow, bytes } => return Output::Transmit { flow, bytes },
                sip::Output::Close { connection } => return Output::CloseConnection { connection },
                sip::Output::Proven { connection } => return Output::ProvenConnection { connection },
                sip::Output::Resolve { question } => return Output::Resolve { question },
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

    /// The trunk that this address belongs to, with the name that its certificate must be for.
    pub fn trunk_towards(&self, remote: std::net::SocketAddr) -> Option<(sip::TrunkName, String)> {
        self.exchange.sip.trunk_towards(remote)
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
        let spending = self.exchange.spending.deadline().map(|at| (at, Reason::Spending));
        let queue = self.exchange.lines.deadline().map(|at| (at, Reason::QueuePhone));
        let own = self.calls.next_deadline().into_iter().chain(self.notices.deadline());
        let review = self.exchange.promises.deadline().map(|at| (at, Reason::CallBackReview));
        let on_call = self.exchange.escalations.deadline().map(|at| (at, Reason::OnCall));
        own.chain(spending).chain(queue).chain(review).chain(on_call).chain(sip).min()
    }

    fn handle_timeout(&mut self, now: Moment) {
        self.exchange.sip.handle_input(now.at, sip::Input::Timeout);
        self.exchange.lines.handle_timeout(now.at);
        self.review_call_backs(now);
        self.exchange.escalations.handle_timeout(now, &self.directory.on_call);
        self.serve_escalations(now);
        for call in self.calls.due(now.at) {
            self.tell(now, call, CallEvent::Timeout);
        }
        if self.exchange.spending.deadline().is_some_and(|at| at <= now.at) {
            self.end_overspent(now);
        }
        if self.notices.deadline().is_some_and(|(at, _)| at <= now.at) {
            self.notices.handle_timeout(now, &mut self.exchange, &self.directory);
        }
    }

    /// Gives one event to one call; one that is over disappears, and a place it had at the agent goes to who waits.
    fn tell(&mut self, now: Moment, id: CallId, event: CallEvent) {
        let Some(call) = self.calls.take(id) else { return };
        let call = call.handle(now, &mut self.exchange, event);
        self.calls.settle(id, call);
        self.route_those_who_chose(now);
        self.free_lines(now);
        self.offer_places(now);
    }

    /// An emergency needs a line: the agent gives one first, the call that began last; then somebody of the office who has
    /// called outside. If nobody can, the emergency is dialled all the same.
    fn free_lines(&mut self, now: Moment) {
        while let Some(LineWanted { trunk, held_by }) = self.exchange.take_line_wanted() {
            if held_by.iter().any(|id| self.notices.give_line(now, &mut self.exchange, *id)) {
                continue;
            }
            if let Some(id) = self.exchange.escalations.attempts().intersection(&held_by).next() {
                self.tell(now, *id, CallEvent::HangUp);
                continue;
            }
            let held = held_by.into_iter().filter_map(|id| Some((id, self.calls.get(id)?)));
            let victims = held.filter_map(|(id, call)| Some((call.sacrifice()?, call.ledger().began(), id)));
            let Some((_, _, id)) = victims.min_by_key(|(class, began, _)| (*class, Reverse(*began))) else {
                continue;
            };
            tracing::warn!(call = %id, trunk = %trunk.0, "ended: an emergency call needs its line");
            self.exchange.fact(Fact::LineTaken { call: id, trunk: trunk.0 });
            self.tell(now, id, CallEvent::HangUp);
        }
    }

    /// Whoever has waited longest is asked first; who does not take the place leaves the queue as it is.
    fn offer_places(&mut self, now: Moment) {
        while let Some(id) = self.exchange.places.next_waiting() {
            let Some(call) = self.calls.take(id) else {
                self.exchange.places.leave(id);
                continue;
            };
            let call = call.handle(now, &mut self.exchange, CallEvent::AgentPlace);
            self.calls.settle(id, call);
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
        if self.notices.owns(call) {
            return self.notices.handle_media(now, &mut self.exchange, call, &event);
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
            Control::Music(table) => self.exchange.music = table,
            Control::ChangeMailbox { mailbox, change } => self.exchange.change_mailbox(&mailbox, change),
            Control::RestoreListed(listed) => self.exchange.screening.restore(listed),
            Control::List { number, listing } => self.exchange.screening.list(number, listing),
            Control::Incidents(open) => self.exchange.known_troubles.set(open),
            Control::RestoreEscalations(all) => self.restore_escalations(now, all),
            Control::EscalationStored { call, number } => self.exchange.escalations.stored(call, number),
            Control::SettleEscalation { call, verdict, by } => {
                self.exchange.escalations.settle(now, call, verdict, by);
            }
            Control::EmergencySeen { call } => self.notices.seen(now, &mut self.exchange, call),
            Control::CalendarAnswered { call, ticket, answer } => {
                self.tell(now, call, CallEvent::Speech(VoiceInput::Calendar { ticket, answer }));
            }
            Control::HangUp { call } => {
                // Nobody but the two who talk ends an emergency call.
                if !self.calls.get(call).is_some_and(Call::is_emergency) {
                    self.tell(now, call, CallEvent::HangUp);
                }
            }
            Control::RestoreSpending(calls) => self.exchange.spending.restore(now, &self.directory, calls),
            Control::RestoreCallBacks(promises) => {
                let directory = self.directory.clone();
                queue::restored(&mut self.exchange, now, &directory, promises);
            }
            Control::CallBackStored { call, tries } => self.call_back_stored(now, call, tries),
            Control::CancelCallBack { call } => self.cancel_call_back(now, call),
            Control::SetDesk { extension, settings } => self.set_desk(&extension, settings),
            Control::ChangeDesk { ticket, extension, change } => {
                let refused = self.change_desk(now, &extension, &change).err();
                self.exchange.fact(Fact::DeskAnswered { ticket, refused });
            }
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
            Control::AdmitBrowser(pass) => self.exchange.sip.admit_browser(now.at, pass),
            Control::RevokeBrowser { session } => self.exchange.sip.revoke_browser(now.at, &session),
            Control::TryTargets => self.exchange.sip.try_targets(now.at),
            Control::ShutDown => {
                self.shutting_down = true;
                self.notices.shut_down(now, &mut self.exchange);
                self.exchange.escalations.shut_down();
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
                let owner = self.exchange.call_of_session(session);
                if let Some(notice) = owner.filter(|id| self.notices.owns(*id)) {
                    let (exchange, directory) = (&mut self.exchange, &self.directory);
                    self.notices.handle_session(now, exchange, directory, notice, session, event);
                } else if let Some(call) = owner {
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
            sip::Event::PhoneWishes { phone, body } => self.set_by_key(now, &phone, &body),
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
            sip::Event::TrunkTargets { trunk, targets } => {
                self.exchange.fact(Fact::TrunkTargets { trunk: trunk.0, targets });
            }
            sip::Event::TargetsTried { trunk, targets } => {
                self.exchange.fact(Fact::TargetsTried { trunk: trunk.0, targets });
            }
            sip::Event::Refused { cause, source, count } => {
                self.exchange.fact(Fact::Refused { cause, source, count });
            }
            // Events of sessions have been sorted out before.
            _ => {}
        }
    }

    fn invited(&mut self, now: Moment, session: SessionId, invitation: Invitation) {
        // A call for help is asked nothing on its way.
        let is_emergency = matches!(invitation.peer, Peer::Phone(_))
            && self.directory.emergency.numbers.matched(&invitation.dialled).is_some();
        let invitation = if is_emergency {
            invitation
        } else {
            // The first hop has broken what it was asked for (RFC 3261, 26.2.2).
            if self.wants_sips(&invitation) && !invitation.transport.is_secure() {
                return Refusal::SIPS_NOT_ALLOWED.give(now.at, &mut self.exchange.sip, session);
            }
            let Some(invitation) = self.serve(now, session, invitation) else { return };
            let Some(invitation) = self.enter_room(now, session, invitation) else { return };
            invitation
        };
        match self.admit(now, &invitation) {
            Ok((dialled, route)) => self.begin(now, session, invitation, dialled, route),
            Err(refusal) => refusal.give(now.at, &mut self.exchange.sip, session),
        }
    }

    /// Is the call to be by TLS from end to end? One for help goes by whatever way there is.
    fn wants_sips(&self, invitation: &Invitation) -> bool {
        invitation.sips && self.exchange.settings.sips_to_the_end
    }

    /// A call from a trunk: only numbers of ours are connected, so nothing can ever go from one trunk to another.
    fn inbound(&mut self, now: Moment, dialled: PhoneNumber) -> Result<Route, Barred> {
        let Foreseen { agent, plan, answers, why: _ } =
            foresee(&self.directory, dialled, now.wall, self.exchange.day_night)?;
        Ok(match (answers, agent.or_else(|| self.hears_first(dialled))) {
            (Some(Answers::Conference(room)), _) => Route::Confer(room),
            // Nobody hears a menu that cannot speak: phones ring instead.
            (Some(Answers::Menu(name)), _) if self.exchange.speech_ready => {
                Route::Serve(Errand::Menu { name, before: 0 })
            }
            (Some(Answers::Queue(name)), None) => Route::Enqueue(name),
            (_, Some(why)) => Route::Agent(why),
            (_, None) => Route::Ring(self.hunt_of_plan(now, &plan)),
        })
    }

    /// What was dialled and where it leads, or the refusal. Emergencies are beyond every limit but the shutting down.
    fn admit(&mut self, now: Moment, invitation: &Invitation) -> Result<(Dialled, Route), Refusal> {
        let directory = &self.directory.clone();
        if let Peer::Phone(extension) = &invitation.peer
            && let Some(emergency) = directory.emergency.numbers.matched(&invitation.dialled)
        {
            let whereabouts = self.whereabouts(now, extension, invitation);
            let route = Route::Emergency(emergency, whereabouts);
            let refused = self.shutting_down.then_some(Refusal::UNAVAILABLE);
            return refused.map_or(Ok((Dialled::Emergency(emergency), route)), Err);
        }
        let (dialled, route) = match &invitation.peer {
            Peer::Trunk(_) => {
                let number = routing::dialled_at_trunk(directory, invitation).ok_or(Refusal::NOT_FOUND)?;
                let route = self.inbound(now, number).map_err(Refusal::barred)?;
                let route = self.screen(now, invitation, number, route)?;
                (Dialled::Number(number), route)
            }
            Peer::Phone(extension) => {
                let dialled = dialplan::parse(&invitation.dialled, directory).map_err(Refusal::barred)?;
                let usage = self.exchange.spending.usage(now, directory, extension);
                let route = routing::from_phone(directory, extension, &dialled, usage).map_err(|why| {
                    self.tell_of_barred(now, extension, &dialled, why);
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
        // A call that is to take another's place is not let in as a new one beside it.
        if invitation.replaces.is_some() {
            return Err(Refusal::DECLINED);
        }
        if matches!((&invitation.peer, &dialled), (Peer::Phone(_), Dialled::Number(_)))
            && let Some(wait) = self.exchange.all_trunks_rest(now, directory)
        {
            let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).max(1);
            return Err(Refusal { retry_after: Some(seconds), ..Refusal::UNAVAILABLE });
        }
        if self.shutting_down || self.calls.live() >= directory.limits.calls {
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
        let mut alarm = None;
        if let (Peer::Phone(from), Route::Emergency(emergency, whereabouts)) = (&invitation.peer, &route)
            && emergency.alarms_the_house()
        {
            self.exchange.screening.emergency(now.at);
            let place = whereabouts.place.clone();
            alarm = Some(Alarm { call, from: from.clone(), emergency: *emergency, place: place.clone() });
            let (from, dialled, callback) = (from.clone(), dialled.clone(), whereabouts.callback);
            self.exchange.fact(Fact::EmergencyDialled { call, from, dialled, place, callback });
            self.end_pages(now);
        }
        if let (Peer::Phone(from), Dialled::Number(number)) = (&invitation.peer, &dialled) {
            self.exchange.spending.call_begins(now, &self.directory, call, from.clone(), number);
        }
        let (direction, trunk) = match (&invitation.peer, &dialled) {
            (Peer::Trunk(trunk), _) => (CallDirection::Inbound, Some(trunk.0.clone())),
            (Peer::Phone(_), Dialled::Extension(_) | Dialled::Star(_)) => (CallDirection::Internal, None),
            (Peer::Phone(_), Dialled::Number(_) | Dialled::Emergency(_)) => (
                CallDirection::Outbound,
                self.exchange.trunks_of(&self.directory).into_iter().next().map(|trunk| trunk.0),
            ),
        };
        let caller =
            routing::known_by_name(routing::caller(self.directory.country, &invitation), &self.names);
        let directory = self.directory.clone();
        let vouched = Vouched::of(invitation.verstat.as_deref());
        // By a code, or by the phone's own key: it says so in its From or in Privacy.
        let withheld = matches!(invitation.peer, Peer::Phone(_)) && invitation.anonymous;
        let hops = invitation.hops.saturating_sub(1);
        let sips = self.wants_sips(&invitation);
        let beginning = Beginning {
            call,
            direction,
            trunk,
            caller,
            vouched,
            dialled,
            withheld,
            sips,
            hops,
            at: now,
            directory,
        };
        let arrival = Arrival { beginning, session, invitation, route };
        if let Some(in_progress) = Call::begin(&mut self.exchange, arrival) {
            self.calls.put(call, in_progress);
        }
        self.free_lines(now);
        // After the call itself: what can only be had once is the emergency's.
        if let Some(alarm) = alarm {
            self.notices.begin(now, &mut self.exchange, &self.directory, &alarm);
        }
    }

    fn whereabouts(&self, now: Moment, extension: &Extension, invitation: &Invitation) -> Whereabouts {
        let bindings = self.exchange.sip.bindings(now.at, extension);
        let domain = &self.exchange.settings.realm;
        Whereabouts::of(&self.directory, domain, extension, &bindings, invitation.source, now.wall)
    }

    /// What the office's lists and rules make of a caller: the route, another one, or the refusal.
    fn screen(
        &mut self,
        now: Moment,
        invitation: &Invitation,
        number: PhoneNumber,
        route: Route,
    ) -> Result<Route, Refusal> {
        let caller = routing::caller(self.directory.country, invitation);
        let vouched = Vouched::of(invitation.verstat.as_deref());
        let known = matches!(&caller, Caller::Number { number, .. } if self.names.contains_key(number));
        match self.exchange.screening.treat(now, &self.directory, &caller, &vouched, known) {
            Treatment::Ring => Ok(route),
            Treatment::Agent => Ok(Route::Agent(AgentReason::AgentFirst)),
            Treatment::Challenge => Ok(self.challenged(route)),
            Treatment::Refuse => {
                self.exchange.fact(Fact::CallScreened { caller, dialled: Dialled::Number(number) });
                Err(Refusal::DECLINED)
            }
        }
    }

    pub(super) fn tell_of_barred(&mut self, now: Moment, from: &Extension, dialled: &Dialled, why: Barred) {
        if let Some(grave) = self.exchange.spending.is_alarming(now.at, from, why) {
            let (from, dialled) = (from.clone(), dialled.clone());
            self.exchange.fact(Fact::CallBarred { from, dialled, why, grave });
        }
    }

    /// The money of the day is spent: calls that go on spending it are ended.
    fn end_overspent(&mut self, now: Moment) {
        for (call, extension, why) in self.exchange.spending.overspent(now, &self.directory) {
            let dialled = self.calls.get(call).map(|call| call.ledger().dialled().clone());
            if let Some(dialled) = dialled {
                self.tell_of_barred(now, &extension, &dialled, why);
                self.tell(now, call, CallEvent::HangUp);
            }
        }
    }
}
