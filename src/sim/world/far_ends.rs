//! The phones, the carrier and the people: what reaches them, what they say, and what they do when it is time.

use std::{net::SocketAddr, time::Instant};

use super::{Power, World, WorldError};
use crate::{
    pbx::{self, MediaEvent},
    sim::{
        caller::{Deed, Person},
        network::{Parcel, Sent, Way},
        office::{CARRIER, SPARE, SWITCH},
        phone::Phone,
        station::{Said, Station},
    },
    sip::{self, Event},
    trace,
    types::Extension,
};

impl World {
    pub(super) fn deliver(&mut self, parcel: &Parcel) -> Result<(), WorldError> {
        let now = self.clock.now();
        let label = trace::label(&parcel.bytes);
        if parcel.to == SWITCH {
            self.ladder.unseen(self.clock.elapsed(), format!("portico gets {label}"));
            if let Power::On(house) = &mut self.power {
                let flow = sip::Flow {
                    transport: sip::Transport::Udp,
                    remote: parcel.from,
                    local: SWITCH,
                    connection: None,
                };
                let input = pbx::Input::Sip(sip::Input::Datagram { flow, bytes: &parcel.bytes });
                house.switch.handle_input(now, input);
                self.drain_switch()?;
            }
        } else if let Some(name) = self.name_at(parcel.to) {
            self.ladder.unseen(self.clock.elapsed(), format!("{name} gets {label}"));
            if let Some(station) = self.station_at(parcel.to) {
                station.take(now.at, parcel.from, &parcel.bytes);
            }
            self.drain_station(parcel.to);
        }
        self.settle()
    }

    fn station_at(&mut self, address: SocketAddr) -> Option<&mut Station> {
        if address == CARRIER || address == SPARE {
            return Some(&mut self.carriers.at(address).station);
        }
        self.phones.values_mut().map(|phone| &mut phone.station).find(|station| station.address == address)
    }

    fn name_at(&self, address: SocketAddr) -> Option<String> {
        if address == CARRIER {
            return Some("carrier".to_owned());
        }
        if address == SPARE {
            return Some("spare".to_owned());
        }
        let at = |(_, phone): &(&Extension, &Phone)| phone.station.address == address;
        self.phones.iter().find(at).map(|(extension, _)| extension.to_string())
    }

    /// Carries out what a station says.
    pub(in crate::sim) fn drain_station(&mut self, address: SocketAddr) {
        let now = self.clock.now().at;
        while let Some(said) = self.station_at(address).and_then(|station| station.poll(now)) {
            match said {
                Said::Datagram { to, bytes } => {
                    self.post(address, Way::From, Parcel { from: address, to, bytes });
                }
                Said::Event(event) if address == CARRIER || address == SPARE => {
                    self.at_the_carrier(address, &event);
                }
                Said::Event(event) => {
                    let at = |phone: &&mut Phone| phone.station.address == address;
                    if let Some(phone) = self.phones.values_mut().find(at) {
                        // A call that ends in the same breath needs no answer.
                        let _ = phone.handle(now, &event);
                    }
                }
            }
        }
    }

    fn at_the_carrier(&mut self, address: SocketAddr, event: &Event) {
        let now = self.clock.now().at;
        match event {
            Event::Invited { session, invitation } => {
                let carrier = self.carriers.at(address);
                if carrier.refuses(now, *session) != Ok(false) {
                    return;
                }
                let number = invitation.dialled.parse().ok();
                let person = self.people.iter_mut().find(|(_, person)| Some(person.number) == number);
                let done = match person {
                    Some((name, person)) => {
                        self.live.insert(name.clone());
                        person.carrier = address;
                        person.handset.invited(now, &mut carrier.station, *session)
                    }
                    None => carrier.station.refuse(now, *session, 404),
                };
                let _ = done;
            }
            Event::TextReceived { text, .. } => {
                let _ = self.carriers.at(address).take_text(now, *text);
            }
            Event::Cancelled { session, .. }
            | Event::Failed { session, .. }
            | Event::Ended { session, .. } => {
                for name in &self.live {
                    if let Some(person) = self.people.get_mut(name).filter(|p| p.carrier == address) {
                        person.handset.gone(*session);
                    }
                }
            }
            _ => {}
        }
    }

    pub(super) fn post(&mut self, peer: SocketAddr, way: Way, parcel: Parcel) {
        let label = trace::label(&parcel.bytes);
        let (from, to) = (parcel.from, parcel.to);
        let now = self.clock.now().at;
        let sent = self.network.send(now, peer, way, parcel);
        // Registrations and probes come and go all day.
        if self.ladder.is_terse() || label.ends_with("REGISTER") || label.ends_with("OPTIONS") {
            return;
        }
        let name = |address| self.name_at(address).unwrap_or_else(|| "portico".to_owned());
        let (from, to) = (name(from), name(to));
        let remark = match sent {
            Sent::OnItsWay | Sent::Lost => String::new(),
            Sent::Late(by) => format!("(late by {} ms)", by.as_millis()),
            Sent::Twice => "(arrives twice)".to_owned(),
        };
        self.ladder.arrow(self.clock.elapsed(), &from, &to, &label, sent == Sent::Lost, remark);
    }

    pub(super) fn people_act(&mut self, now: Instant) -> Result<(), WorldError> {
        let due = |name: &&String| self.people.get(*name).and_then(Person::due).is_some_and(|due| due <= now);
        let ready: Vec<String> = self.live.iter().filter(due).cloned().collect();
        for name in ready {
            let Some(person) = self.people.get_mut(&name) else { continue };
            match person.act(now) {
                Some(Deed::Hear { leg, event }) => {
                    self.feed(|house, now| {
                        house.switch.handle_input(now, pbx::Input::Speech { leg, event })
                    })?;
                }
                Some(Deed::Key { leg, digit }) => {
                    let event = MediaEvent::Digit(digit);
                    self.feed(|house, now| house.switch.handle_input(now, pbx::Input::Media { leg, event }))?;
                }
                Some(Deed::HangUp) => {
                    // Somebody may have been quicker.
                    let carrier = person.carrier;
                    let _ = person.handset.hang_up(now, &mut self.carriers.at(carrier).station);
                    self.drain_station(carrier);
                }
                None => {}
            }
            self.settle()?;
        }
        Ok(())
    }

    pub(super) fn phones_act(&mut self, now: Instant) -> Result<(), WorldError> {
        let mut changed = Vec::new();
        for phone in self.phones.values_mut() {
            if phone.handset.due().is_some_and(|due| due <= now) {
                let _ = phone.act(now);
                changed.push(phone.station.address);
            }
            if phone.station.due().is_some_and(|due| due <= now) {
                phone.station.wake(now);
                changed.push(phone.station.address);
            }
        }
        for name in &self.live {
            let Some(person) = self.people.get_mut(name) else { continue };
            if person.handset.due().is_some_and(|due| due <= now) {
                let _ = person.handset.act(now, &mut self.carriers.at(person.carrier).station);
                changed.push(person.carrier);
            }
        }
        for address in [CARRIER, SPARE] {
            let station = &mut self.carriers.at(address).station;
            if station.due().is_some_and(|due| due <= now) {
                station.wake(now);
                changed.push(address);
            }
        }
        for address in changed {
            self.drain_station(address);
        }
        self.settle()
    }
}
