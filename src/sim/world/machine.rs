//! The machine: feeds the two hearts, carries out what they ask for, and takes their power away and gives it back.

use std::time::{Duration, Instant};

use rand_chacha::rand_core::SeedableRng;

use super::{House, Pending, Power, World, WorldError};
use crate::{
    desk::{self, Engine},
    pbx::{self, Control, Fact, MediaCommand, SpeechCommand, Switch},
    sim::{
        caller::Deed,
        legs::{Legs, Noticed, Report, is_the_agents},
        network::{Parcel, Way},
        office::{SWITCH, address_of},
        premises::Premises,
        scenario::PowerCut,
        telling,
    },
    sip,
    store::{EmergencyRow, Fault, Store},
    types::{Chance, Extension, LegId, Moment},
};

impl World {
    pub(super) fn feed(&mut self, input: impl FnOnce(&mut House, Moment)) -> Result<(), WorldError> {
        let now = self.clock.now();
        if let Power::On(house) = &mut self.power {
            input(house, now);
            self.drain_switch()?;
        }
        Ok(())
    }

    pub(super) fn machines_wake(&mut self, now: Instant) -> Result<(), WorldError> {
        let Power::On(house) = &self.power else { return Ok(()) };
        let desk = house.desk_due.is_some_and(|due| self.clock.instant_of(due) <= now);
        if house.switch_due.is_some_and(|due| due <= now) {
            self.feed(|house, now| house.switch.handle_input(now, pbx::Input::Timeout))?;
        }
        if desk {
            self.pending.push_back(Pending::Desk(desk::Input::Timeout));
        }
        self.settle()
    }

    /// Feeds what waits, one by one, until nothing does.
    pub(in crate::sim) fn settle(&mut self) -> Result<(), WorldError> {
        loop {
            let Some(pending) = self.pending.pop_front() else { return Ok(()) };
            match pending {
                Pending::Report(report) => self.feed(|house, now| {
                    let input = match report {
                        Report::Media { leg, event } => pbx::Input::Media { leg, event },
                        Report::Understood { leg, turn, reading } => {
                            pbx::Input::Understood { leg, turn, reading }
                        }
                    };
                    house.switch.handle_input(now, input);
                })?,
                Pending::Control(control) => {
                    self.feed(|house, now| house.switch.handle_input(now, pbx::Input::Control(control)))?;
                }
                Pending::Desk(input) => self.feed_desk(input)?,
            }
        }
    }

    /// Carries everything out that the switch asks for.
    pub(super) fn drain_switch(&mut self) -> Result<(), WorldError> {
        let now = self.clock.now();
        loop {
            let Power::On(house) = &mut self.power else { return Ok(()) };
            match house.switch.poll_output(now) {
                pbx::Output::Timeout(due) => {
                    house.switch_due = due.map(|(at, _)| at);
                    return Ok(());
                }
                pbx::Output::Transmit { flow, bytes } => {
                    let text = bytes.starts_with(b"MESSAGE ");
                    self.post(flow.remote, Way::To, Parcel { from: SWITCH, to: flow.remote, bytes });
                    if let (true, Some((PowerCut::WhenTextLeaves, off))) = (text, self.power_cut) {
                        self.power_cut = None;
                        return self.cut_power(off);
                    }
                }
                pbx::Output::CloseConnection { .. }
                | pbx::Output::ProvenConnection { .. }
                | pbx::Output::Resolve { .. } => {}
                pbx::Output::Media { leg, command } => {
                    if let MediaCommand::Announce { .. } = command {
                        self.note("portico", "the announcement is played".to_owned(), false);
                    }
                    let report = self.legs.media(now.at, leg, command);
                    self.pending.extend(report.map(Pending::Report));
                }
                pbx::Output::Speech { leg, command } => self.speech(leg, &command)?,
                pbx::Output::Fact(fact) => self.take_fact(fact),
            }
        }
    }

    fn speech(&mut self, leg: LegId, command: &SpeechCommand) -> Result<(), WorldError> {
        let now = self.clock.now();
        self.note_told(leg, command);
        let caller = self.legs.call_of(leg).and_then(|call| self.callers.get(&call)).cloned();
        let person = caller.and_then(|name| self.people.get_mut(&name));
        let noticed = self.legs.speech(now.at, leg, command);
        let Some(person) = person else { return Ok(()) };
        match command {
            SpeechCommand::Listen { turn } => {
                if let Some(Deed::Hear { leg, event }) = person.listened_to(now.at, leg, *turn)
                    && let Power::On(house) = &mut self.power
                {
                    // Drained by the loop that we are in.
                    house.switch.handle_input(now, pbx::Input::Speech { leg, event });
                }
            }
            SpeechCommand::Expect(awaits) => person.is_asked_for(*awaits),
            SpeechCommand::Deaf => person.unheard(leg),
            _ => {
                if noticed == Some(Noticed::Breath) {
                    person.agent_draws_breath();
                }
            }
        }
        Ok(())
    }

    /// What the box itself says to a desk phone is seen nowhere else.
    fn note_told(&mut self, leg: LegId, command: &SpeechCommand) {
        let SpeechCommand::Speak { utterance, text, .. } = command else { return };
        let remote = self.legs.remote_of(leg).filter(|_| !is_the_agents(*utterance));
        let told = |phone: &&Extension| remote.is_some_and(|remote| remote.ip() == address_of(phone).ip());
        if let Some(phone) = self.phones.keys().find(told).map(Extension::to_string) {
            self.note(&phone, format!("{phone} hears: {text}"), false);
        }
    }

    /// The caller at the other end hears the agent begin, or end.
    pub(super) fn notice(&mut self, report: &Report, noticed: Option<Noticed>) {
        let (Report::Media { leg, .. }, Some(noticed)) = (report, noticed) else { return };
        let now = self.clock.now().at;
        if let Some(person) = self.people.values_mut().find(|person| person.is_on(*leg)) {
            match noticed {
                Noticed::Breath => person.agent_draws_breath(),
                Noticed::Audible => person.agent_is_audible(now),
                Noticed::Silent(text) => person.agent_falls_silent(now, &text),
            }
        }
    }

    fn take_fact(&mut self, fact: Fact) {
        if self.premises.facts_are_kept {
            self.facts.push((self.clock.elapsed(), fact.clone()));
        }
        if let Some((column, sentence, lasting)) = self.names.fact(&fact) {
            self.note(column, sentence, lasting);
        }
        let input = match fact {
            Fact::CallStarted { call, caller, .. } => {
                let name = match &caller {
                    pbx::Caller::Number { number, .. } => {
                        let number = *number;
                        self.people.iter().find(|(_, person)| person.number == number && !person.withheld)
                    }
                    pbx::Caller::Anonymous => self
                        .people
                        .iter()
                        .find(|(_, person)| person.withheld && person.handset.call().is_some()),
                    pbx::Caller::Extension(_) => None,
                };
                if let Some((name, _)) = name {
                    self.callers.insert(call, name.clone());
                }
                desk::Input::CallStarted { call, caller }
            }
            Fact::EmergencyDialled { call, from, dialled, place, callback } => {
                let at = self.clock.now().wall;
                desk::Input::EmergencyDialled(EmergencyRow {
                    call,
                    at,
                    extension: from,
                    dialled,
                    place,
                    callback,
                })
            }
            Fact::Answered { call, .. } => desk::Input::PersonAnswered { call },
            Fact::Ended(record) => {
                self.callers.remove(&record.call);
                desk::Input::CallEnded(record)
            }
            Fact::TextReceived { text, from, to, body, call_id } => {
                desk::Input::TextReceived { text, from, to, body, call_id }
            }
            Fact::CallBack(promise) => desk::Input::CallBack(promise),
            Fact::Escalation(step) => {
                self.escalated.insert(step.call);
                desk::Input::Escalation(step)
            }
            Fact::NoticeOrdered { incident, on, by } => desk::Input::NoticeOrdered { incident, on, by },
            Fact::CalendarAsked { call, ticket, request } => {
                desk::Input::CalendarAsked { call, ticket, request }
            }
            Fact::MailboxChanged { mailbox, change } => desk::Input::MailboxChanged { mailbox, change },
            Fact::TextSettled { key, result } => desk::Input::Delivered { key, result },
            Fact::Bound { binding } => {
                if self.registered.insert((binding.extension.clone(), binding.contact.clone())) {
                    self.note("portico", format!("{} is registered", binding.extension), false);
                }
                desk::Input::Bound(binding)
            }
            Fact::DeskSet { extension, settings } => desk::Input::DeskSet { extension, settings },
            Fact::DayNightSet(key) => desk::Input::DayNightSet(key),
            Fact::Unbound { extension, contact } => {
                if self.registered.remove(&(extension.clone(), contact.clone())) {
                    self.note("portico", format!("{extension} is not registered any more"), false);
                }
                desk::Input::Unbound { extension, contact }
            }
            Fact::TrunkHealth { health: sip::TrunkHealth::Up, .. } => desk::Input::TrunkUp,
            _ => return,
        };
        self.pending.push_back(Pending::Desk(input));
    }

    pub(super) fn feed_desk(&mut self, input: desk::Input) -> Result<(), WorldError> {
        let now = self.clock.now().wall;
        let Power::On(house) = &mut self.power else { return Ok(()) };
        if let (desk::Input::CallEnded(_), Some((PowerCut::AfterRecord, off))) = (&input, self.power_cut) {
            // The first commit is the record; the second would claim its texts, and does not happen any more.
            house.desk.store_mut().inject(Fault::Commits { first: 2, count: u64::MAX });
            house.desk.handle_input(now, input);
            self.power_cut = None;
            return self.cut_power(off);
        }
        house.desk.handle_input(now, input);
        self.drain_desk()
    }

    fn drain_desk(&mut self) -> Result<(), WorldError> {
        let now = self.clock.now().wall;
        let (mut calls, mut texts) = (false, false);
        loop {
            let Power::On(house) = &mut self.power else { return Ok(()) };
            match house.desk.poll_output(now) {
                desk::Output::Deliver(entry) => self.pending.push_back(Pending::Control(Control::SendText {
                    key: entry.key,
                    from: entry.from,
                    to: entry.to,
                    body: entry.body,
                })),
                desk::Output::SettleText { text, stored } => {
                    let said = if stored { "text stored" } else { "text refused: it cannot be stored" };
                    self.note("desk", said.to_owned(), false);
                    self.pending.push_back(Pending::Control(Control::SettleText { text, stored }));
                }
                desk::Output::CalendarAnswered { call, ticket, answer } => {
                    self.note("desk", telling::calendar(&answer), true);
                    let answer = Control::CalendarAnswered { call, ticket, answer };
                    self.pending.push_back(Pending::Control(answer));
                }
                desk::Output::RestoreListed(listed) => {
                    self.pending.push_back(Pending::Control(Control::RestoreListed(listed)));
                }
                desk::Output::RestoreCallBacks(promises) => {
                    self.pending.push_back(Pending::Control(Control::RestoreCallBacks(promises)));
                }
                desk::Output::RestoreEscalations(all) => {
                    self.pending.push_back(Pending::Control(Control::RestoreEscalations(all)));
                }
                desk::Output::Incidents(open) => {
                    calls = true;
                    self.pending.push_back(Pending::Control(Control::Incidents(open)));
                }
                desk::Output::EscalationStored { call, number } => {
                    self.pending.push_back(Pending::Control(Control::EscalationStored { call, number }));
                }
                desk::Output::CallBackStored { call, tries } => {
                    self.pending.push_back(Pending::Control(Control::CallBackStored { call, tries }));
                }
                desk::Output::RestoreSpending(calls) => {
                    self.pending.push_back(Pending::Control(Control::RestoreSpending(calls)));
                }
                desk::Output::RestoreBindings(bindings) => {
                    self.pending.push_back(Pending::Control(Control::RestoreBindings(bindings)));
                }
                desk::Output::RestoreDesks { desks, key } => {
                    self.pending.push_back(Pending::Control(Control::RestoreDesks { desks, key }));
                }
                desk::Output::Changed(desk::Changed::Call(_)) => calls = true,
                desk::Output::Changed(desk::Changed::Message { .. }) => texts = true,
                desk::Output::ChangeMailbox { mailbox, change } => {
                    self.pending.push_back(Pending::Control(Control::ChangeMailbox { mailbox, change }));
                }
                // Sounds, letters and calendars elsewhere are no part of a story: nobody reads, deletes or sends them, and
                // none is asked.
                desk::Output::Changed(_)
                | desk::Output::AskCalendar { .. }
                | desk::Output::Mail(_)
                | desk::Output::Transcribe { .. }
                | desk::Output::DiscardSound { .. } => {}
                desk::Output::RestoreMailbox(mailbox) => {
                    self.pending.push_back(Pending::Control(Control::Mailbox(mailbox)));
                }
                desk::Output::Alarm(alarm) => self.note("desk", telling::alarm(&alarm), true),
                desk::Output::Timeout(due) => {
                    house.desk_due = due.map(|(at, _)| at);
                    break;
                }
            }
        }
        self.note_rows(calls, texts)
    }

    pub(in crate::sim) fn power_will_fail(
        &mut self,
        when: PowerCut,
        off: Duration,
    ) -> Result<(), WorldError> {
        match when {
            PowerCut::Now => self.cut_power(off),
            _ => {
                self.power_cut = Some((when, off));
                Ok(())
            }
        }
    }

    pub(super) fn cut_power(&mut self, off: Duration) -> Result<(), WorldError> {
        let until = self.clock.now().at + off;
        let fresh = Power::Off { store: Box::new(Store::in_memory()?), until };
        if let Power::On(house) = std::mem::replace(&mut self.power, fresh) {
            let store = Box::new(house.desk.into_store().power_cut()?);
            self.power = Power::Off { store, until };
        }
        self.note("portico", "the power fails".to_owned(), false);
        self.legs = Legs::new(self.premises.voicemail, self.premises.understands.clone());
        self.callers.clear();
        self.pending.clear();
        self.registered.clear();
        Ok(())
    }

    pub(super) fn power_comes_back(&mut self, now: Instant) -> Result<(), WorldError> {
        let Power::Off { until, .. } = &self.power else { return Ok(()) };
        if *until > now {
            return Ok(());
        }
        let off = Power::Off { store: Box::new(Store::in_memory()?), until: now };
        let Power::Off { store, .. } = std::mem::replace(&mut self.power, off) else { return Ok(()) };
        self.boots += 1;
        let chance = |salt: u64| Chance::seed_from_u64(self.seed ^ (self.boots << 32) ^ salt);
        let moment = self.clock.now();
        let switch = Switch::new(moment, self.premises.directory.clone(), Premises::machine(), chance(0x51));
        let desk = Engine::new(*store, self.premises.desk.clone(), chance(0xde));
        self.power = Power::On(Box::new(House { switch, desk, switch_due: None, desk_due: None }));
        if self.boots > 1 {
            self.note("portico", "the power is back".to_owned(), false);
        }
        self.drain_switch()?;
        self.feed_desk(desk::Input::ClockSynchronised(true))?;
        self.speech_works(self.speech_works)?;
        self.note_rows(true, true)
    }
}
