//! What a phone dials for a service of the house: codes and park slots, seen to before any other rule but emergencies.

use super::{Beginning, Call, CallEvent, Switch, dialplan, supervision};
use crate::{
    pbx::{
        CallDirection, Dialled, Fact, Listing, Service, Vouched, desk_event::DeskEvent, parked::Place,
        prompting::Prompt, routing, star_codes::Dialling, talking::OnThePhone, tape::RecordKey,
    },
    sip::{Invitation, Peer, SessionId},
    types::{CallId, Extension, Moment, StarCode},
};

/// A service that a phone has asked for.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) session: SessionId,
    pub(super) invitation: Invitation,
    pub(super) by: Extension,
    pub(super) service: Service,
    pub(super) dialled: StarCode,
}

impl Switch {
    /// Does what was dialled for, if it is a service. Otherwise the invitation comes back, for the dial plan.
    pub(super) fn serve(
        &mut self,
        now: Moment,
        session: SessionId,
        invitation: Invitation,
    ) -> Option<Invitation> {
        let Peer::Phone(by) = invitation.peer.clone() else { return Some(invitation) };
        let directory = self.directory.clone();
        let parsed = dialplan::parse(&invitation.dialled, &directory);
        // Nobody is told anything when the house shuts down. An emergency is never a service, whatever else it says.
        if self.shutting_down || matches!(parsed, Ok(Dialled::Emergency(_))) {
            return Some(invitation);
        }
        if let Some(replaced) = invitation.replaces {
            self.take_over(now, session, invitation, by, replaced);
            return None;
        }
        let park = &directory.features.park;
        let slot = invitation.dialled.parse().ok().filter(|slot| park.slots.contains(slot));
        let line = invitation.dialled.parse().ok();
        let line = line.filter(|line| directory.features.supervision.agent_lines.contains(line));
        if let Some(line) = line {
            self.dial_agent_line(now, session, invitation, by, &line);
            return None;
        }
        let page = invitation.dialled.parse().ok();
        if let Some((page, plan)) = page.and_then(|page| directory.features.pages.get_key_value(&page)) {
            self.page(now, session, invitation, &by, page.clone(), plan);
            return None;
        }
        let dialled = match (parsed, slot) {
            (Ok(Dialled::Star(code)), _) => code,
            (_, Some(slot)) => {
                self.retrieve(now, session, invitation, by, &slot);
                return None;
            }
            (_, None) => return Some(invitation),
        };
        let Some(Dialling { service, rest }) = directory.features.star_codes.read(&dialled) else {
            return Some(invitation);
        };
        let asked = Asked { session, invitation, by, service, dialled: dialled.clone() };
        match service {
            Service::GroupPickup => {
                let target = self.rings_in_group_of(&asked.by);
                self.pick_up(now, asked, target);
            }
            Service::DirectedPickup => {
                let target = rest.parse().ok().and_then(|extension| self.rings_at(&asked.by, &extension));
                self.pick_up(now, asked, target);
            }
            Service::Park => self.park_own(now, asked),
            Service::OpenDoor => self.open_own(now, asked),
            Service::Record => self.record_own(now, asked, RecordKey::Turn),
            Service::PauseRecording => self.record_own(now, asked, RecordKey::Pause),
            Service::BlockLastCaller => self.block_last(now, asked),
            Service::Intercom => self.intercom(now, asked, rest),
            Service::DoNotDisturbOn
            | Service::DoNotDisturbOff
            | Service::ForwardAlways
            | Service::ForwardAlwaysOff
            | Service::ForwardBusy
            | Service::ForwardBusyOff
            | Service::ForwardNoAnswer
            | Service::ForwardNoAnswerOff => self.set_by_code(now, asked, rest),
            Service::DayNight => self.turn_day_night(now, asked),
            Service::IncidentNotice => self.turn_notice(now, asked, rest),
            Service::Listen | Service::Whisper | Service::Barge | Service::TakeOver => {
                self.supervise(now, asked, supervision::asked_for(service), rest);
            }
            Service::Conference if rest.is_empty() => self.merge(now, asked),
            Service::Conference => {
                // From here on it is as if the room had been dialled.
                return Some(Invitation { dialled: rest.to_owned(), ..asked.invitation });
            }
            Service::CallBack => {
                let Some(last) = self.exchange.last_caller(&asked.by).map(str::to_owned) else {
                    self.answer(now, asked, Prompt::refused("Nobody has called who could be called back."));
                    return None;
                };
                // From here on it is as if the number had been dialled.
                return Some(Invitation { dialled: last, ..asked.invitation });
            }
            Service::WithholdNumber => {
                if rest.is_empty() {
                    let how =
                        "Dial the number right behind this code, and it is called without showing yours.";
                    self.answer(now, asked, Prompt::refused(how));
                    return None;
                }
                let (dialled, anonymous) = (rest.to_owned(), true);
                return Some(Invitation { dialled, anonymous, ..asked.invitation });
            }
            // Without them in the house these are numbers that do not exist.
            Service::OwnVoicemail | Service::AnyVoicemail => {
                return Some(asked.invitation);
            }
        }
        None
    }

    /// Whoever has called this extension last is not to call again.
    fn block_last(&mut self, now: Moment, asked: Asked) {
        let prompt = match self.exchange.screening.last_caller(&asked.by) {
            Some(number) => {
                let listing = Some(Listing::Block);
                self.exchange.screening.list(number, listing);
                let by = format!("extension {}", asked.by);
                self.exchange.fact(Fact::NumberListed { number, listing, by });
                Prompt::done("That number will not ring here again.")
            }
            None => Prompt::refused("Nobody with a number has called this phone."),
        };
        self.answer(now, asked, prompt);
    }

    /// The call that has rung longest in a group of this extension.
    fn rings_in_group_of(&self, by: &Extension) -> Option<CallId> {
        let features = &self.directory.features;
        let in_group = |call: &&Call| {
            call.ringing_extensions().iter().any(|rung| *rung != by && features.may_pick_up(by, rung))
        };
        let rings = self.calls.iter().filter(in_group);
        rings.min_by_key(|call| call.ledger().began()).map(|call| call.ledger().call())
    }

    /// The call that has rung longest at this extension.
    fn rings_at(&self, by: &Extension, extension: &Extension) -> Option<CallId> {
        if !self.directory.features.may_pick_up(by, extension) {
            return None;
        }
        let rings = self.calls.iter().filter(|call| call.ringing_extensions().contains(&extension));
        rings.min_by_key(|call| call.ledger().began()).map(|call| call.ledger().call())
    }

    fn pick_up(&mut self, now: Moment, asked: Asked, target: Option<CallId>) {
        let Some(call) = target else {
            return self.answer(now, asked, Prompt::refused("There is no call to pick up."));
        };
        let Asked { session, invitation, by, service, .. } = asked;
        self.exchange.fact(Fact::ServiceAsked { by: by.clone(), service, done: true });
        let invitation = Box::new(invitation);
        self.tell(now, call, CallEvent::Desk(DeskEvent::Taken { session, invitation, by }));
    }

    /// A phone has dialled a park slot: whoever waits there is connected to it.
    fn retrieve(
        &mut self,
        now: Moment,
        session: SessionId,
        invitation: Invitation,
        by: Extension,
        slot: &Extension,
    ) {
        match self.exchange.parked_in(slot) {
            Some(call) => {
                let invitation = Box::new(invitation);
                self.tell(now, call, CallEvent::Desk(DeskEvent::Taken { session, invitation, by }));
            }
            None => {
                let prompt = Prompt::refused(format!("Nobody is parked on {}.", spelled(&slot.to_string())));
                self.prompt(now, session, invitation, Dialled::Extension(slot.clone()), prompt);
            }
        }
    }

    /// The call of this phone, best one that it holds, is parked in the first free slot; the phone hears which.
    fn park_own(&mut self, now: Moment, asked: Asked) {
        let own = self.own_call(&asked.by);
        let parked = own.ok_or("You have no call to park.").and_then(|call| {
            let slot = self.free_slot(call).ok_or("All parking places are taken.")?;
            Ok((call, slot))
        });
        let prompt = match parked {
            Ok((call, slot)) => {
                let words = format!("Parked on {}.", spelled(&slot.to_string()));
                let place = Place { slot, by: asked.by.clone() };
                self.tell(now, call, CallEvent::Desk(DeskEvent::Park(place)));
                Prompt::done(words)
            }
            Err(why) => Prompt::refused(why),
        };
        self.answer(now, asked, prompt);
    }

    /// The call of this phone, best one that it holds.
    pub(super) fn own_call(&self, by: &Extension) -> Option<CallId> {
        let own = self.calls.iter().filter_map(|call| Some((call.phone(by)?, call.ledger().call())));
        own.min().map(|(_, call): (OnThePhone, CallId)| call)
    }

    /// The first slot that is free, taken for this call.
    pub(super) fn free_slot(&mut self, call: CallId) -> Option<Extension> {
        let slots = self.directory.features.park.slots.clone();
        slots.into_iter().find(|slot| self.exchange.take_slot(slot, call))
    }

    /// The phone is told what has come of what it asked for.
    pub(super) fn answer(&mut self, now: Moment, asked: Asked, prompt: Prompt) {
        let Asked { session, invitation, by, service, dialled } = asked;
        self.exchange.fact(Fact::ServiceAsked { by, service, done: prompt.done });
        self.prompt(now, session, invitation, Dialled::Star(dialled), prompt);
    }

    /// The phone is answered, told this, and hung up on.
    pub(super) fn prompt(
        &mut self,
        now: Moment,
        session: SessionId,
        invitation: Invitation,
        dialled: Dialled,
        prompt: Prompt,
    ) {
        let call = CallId::from_random(self.exchange.random());
        let caller = routing::caller(self.directory.country, &invitation);
        let directory = self.directory.clone();
        let direction = CallDirection::Internal;
        let vouched = Vouched::default();
        let beginning = Beginning {
            call,
            direction,
            trunk: None,
            caller,
            vouched,
            dialled,
            withheld: false,
            sips: false,
            hops: invitation.hops.saturating_sub(1),
            at: now,
            directory,
        };
        if let Some(in_progress) = Call::tell(&mut self.exchange, beginning, session, invitation, prompt) {
            self.calls.put(call, in_progress);
        }
    }
}

/// Digit by digit, as it is dialled.
pub(super) fn spelled(digits: &str) -> String {
    let digits: Vec<String> = digits.chars().filter(char::is_ascii_digit).map(String::from).collect();
    digits.join(" ")
}
