//! Facts and rows as sentences: the words in which a ladder shows them and a story expects them.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::office;
use crate::{
    desk::Alarm,
    dialogue::{CalendarAnswer, ShowingSlot, Urgency},
    incident::{callers_words, trouble_words},
    outbox::{Failure, Kind, State, Suppression},
    pbx::{
        AgentReason, Caller, Dialled, Disposition, Fact, LegResult, MailboxChange, Party, RecordingState,
        Resource, ResourceState, Speaker, TextResult,
    },
    sip::TrunkHealth,
    store::{CallRow, IncidentRow, LeadKind, LeadRow, MessageRow, WorkOrderRow},
    types::{Extension, PhoneNumber},
};

/// The names of numbers in this story.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeMap<PhoneNumber, String>);

impl Names {
    pub(super) fn learn(&mut self, number: PhoneNumber, name: &str) {
        self.0.insert(number, name.to_owned());
    }

    pub(super) fn of(&self, number: PhoneNumber) -> String {
        let known = self.0.get(&number).cloned();
        known.or_else(|| office::name_of(number).map(str::to_owned)).unwrap_or_else(|| number.to_string())
    }

    pub(super) fn caller(&self, caller: &Caller) -> String {
        match caller {
            Caller::Number { number, .. } => self.of(*number),
            Caller::Extension(extension) => extension.to_string(),
            Caller::Anonymous => "somebody".to_owned(),
        }
    }

    fn dialled(&self, dialled: &Dialled) -> String {
        match dialled {
            Dialled::Number(number) => self.of(*number),
            other => other.to_string(),
        }
    }

    fn party(&self, party: &Party) -> String {
        match party {
            Party::Caller(caller) => self.caller(caller),
            Party::Phone(extension) => extension.to_string(),
            Party::Number(number) => self.of(*number),
            Party::Emergency(emergency) => emergency.digits().to_owned(),
            Party::Agent => "agent".to_owned(),
        }
    }

    /// A fact of the switch: in whose column, the sentence, and whether it outlasts the moment.
    pub(super) fn fact(&self, fact: &Fact) -> Option<(&'static str, String, bool)> {
        let said = match fact {
            Fact::CallStarted { caller, dialled, .. } => {
                ("portico", format!("call from {} to {}", self.caller(caller), self.dialled(dialled)), false)
            }
            Fact::EmergencyDialled { from, dialled, .. } => (
                "portico",
                format!("{from} dials {}: everybody in the house is told", self.dialled(dialled)),
                true,
            ),
            Fact::EmergencySeen { by, .. } => {
                ("portico", format!("{} knows of the emergency", self.party(by)), true)
            }
            Fact::Escalation(step) => ("portico", format!("escalation: {}", step.event.words()), false),
            Fact::NoticeOrdered { on, by, .. } => {
                let how = if *on { "on" } else { "off" };
                ("portico", format!("{by} turns the notice of an incident {how}"), true)
            }
            Fact::CallScreened { caller, .. } => {
                ("portico", format!("refused: {} is not let in", self.caller(caller)), true)
            }
            Fact::NumberListed { number, listing, by } => {
                let list = listing.map_or("no list", |listing| listing.name());
                ("portico", format!("{by} puts {number} on {list}"), true)
            }
            Fact::LineTaken { trunk, .. } => {
                ("portico", format!("ended: an emergency needs its line on {trunk}"), true)
            }
            Fact::Ringing { party, .. } => ("portico", format!("{} rings", self.party(party)), false),
            Fact::CallBarred { from, dialled, why, .. } => {
                ("portico", format!("alarm: {from} may not call {}: {why}", self.dialled(dialled)), true)
            }
            Fact::NotAnswered { party, result, .. } => {
                ("portico", format!("{} does not answer: {}", self.party(party), leg_result(*result)), false)
            }
            Fact::CallBack(promise) => {
                let (whom, how) = (self.of(promise.number), promise.state.name());
                ("portico", format!("call-back of {whom}: {how}, {} tries", promise.tries), true)
            }
            Fact::MailboxChanged { mailbox, change } => ("portico", mailbox_change(mailbox, change), true),
            Fact::MailboxLocked { mailbox, caller } => (
                "portico",
                format!("alarm: mailbox {mailbox} is shut for {}: wrong PINs", self.caller(caller)),
                true,
            ),
            Fact::Supervised { by, of, how, .. } => {
                let whose = of.as_ref().map_or("the agent's".to_owned(), |of| format!("{of}'s"));
                ("portico", format!("audit: {by}, {} on {whose} call", how.name().replace('_', " ")), true)
            }
            // What it says is told.
            Fact::CalendarAsked { .. } | Fact::SupervisionEnded { .. } | Fact::Unrecorded(_) => return None,
            Fact::Conferring { room, parties, .. } => {
                let name = room.as_ref().map_or("conference".to_owned(), |room| format!("conference {room}"));
                let parties: Vec<String> = parties.iter().map(|party| self.party(party)).collect();
                let who = if parties.is_empty() { "nobody".to_owned() } else { parties.join(", ") };
                ("portico", format!("{name}: {who}"), false)
            }
            Fact::Answered { party, .. } => ("portico", format!("{} answers", self.party(party)), false),
            Fact::AgentTakes { why, .. } => {
                ("agent", format!("agent takes the call: {}", agent_reason(*why)), false)
            }
            Fact::Turn { call: _, turn } => {
                let who = match turn.speaker {
                    Speaker::Agent => "agent",
                    Speaker::Caller => "caller",
                };
                let cut = turn
                    .interrupted_after_ms
                    .map(|ms| format!(" (cut short after {ms} ms)"))
                    .unwrap_or_default();
                let took = turn.latency_ms.map(|ms| format!(" (after {ms} ms)")).unwrap_or_default();
                ("agent", format!("{who}{took}{cut}: {}", turn.text), false)
            }
            Fact::TextReceived { from, body, .. } => {
                ("portico", format!("text from {}: {body}", self.of(*from)), false)
            }
            Fact::TextSettled { result, .. } => {
                let said = match result {
                    TextResult::Accepted => "the carrier has taken a text".to_owned(),
                    TextResult::Later { status, .. } => {
                        format!("the carrier has not taken a text: {status}, later perhaps")
                    }
                    TextResult::Never { status } => format!("the carrier has refused a text: {status}"),
                };
                ("portico", said, false)
            }
            Fact::TrunkTargets { .. } | Fact::TargetsTried { .. } => return None,
            Fact::TrunkHealth { health, .. } => {
                let said = match health {
                    TrunkHealth::Unknown => return None,
                    TrunkHealth::Up => "trunk is up".to_owned(),
                    TrunkHealth::Down { status, .. } => format!("trunk is down: {status}"),
                };
                ("portico", said, false)
            }
            Fact::Refused { cause, count, .. } => {
                ("portico", format!("guard turned away {count}: {cause:?}"), true)
            }
            Fact::ServiceAsked { by, service, done } => {
                let what = service.name().replace('_', " ");
                let came = if *done { "" } else { ", which cannot be had" };
                ("portico", format!("{by} asks for {what}{came}"), false)
            }
            Fact::DeskSet { .. } | Fact::DeskAnswered { .. } | Fact::DayNightSet(_) => return None,
            Fact::ResourceChanged { resource, state } => {
                ("portico", format!("{}: {}", resource_name(resource), resource_state(state)), false)
            }
            Fact::DoorOpened { door, by, .. } => ("portico", format!("{by} opens the door at {door}"), true),
            Fact::RecordingChanged { state, .. } => {
                let state = match state {
                    RecordingState::Off => "ends",
                    RecordingState::On => "runs",
                    RecordingState::Paused => "is silent",
                };
                ("portico", format!("the recording {state}"), false)
            }
            Fact::PhoneTold { .. }
            | Fact::AgentAnswered { .. }
            | Fact::Dialog { .. }
            | Fact::Ended(_)
            | Fact::Bound { .. }
            | Fact::Unbound { .. } => {
                return None;
            }
        };
        Some(said)
    }

    pub(super) fn record(&self, row: &CallRow) -> String {
        let reason = row.agent_reason.map(|why| format!(" ({})", agent_reason(why))).unwrap_or_default();
        let intent = row.intent.map(|intent| format!("; about {}", intent.name())).unwrap_or_default();
        let seconds = row.ended.duration_since(row.started).as_secs();
        format!(
            "record: {}{reason}, {} to {}, {seconds} s{intent}; text-back {}",
            disposition(row.disposition),
            self.caller(&row.caller),
            self.dialled(&row.dialled),
            row.text_back.name(),
        )
    }

    pub(super) fn work_order(&self, order: &WorkOrderRow) -> String {
        let mut parts = Vec::new();
        if order.emergency {
            parts.push("EMERGENCY".to_owned());
        }
        parts.push(match order.urgency {
            Urgency::LifeSafety(kind) => format!("danger {}", kind.name()),
            Urgency::Urgent(kind) => format!("urgent {}", kind.name()),
            Urgency::Routine => "routine".to_owned(),
        });
        parts.push(format!("at {}", order.place.as_deref().unwrap_or("an unknown place")));
        parts.push(format!("for {}", order.caller.as_deref().unwrap_or("somebody")));
        parts.push(self.callback(order.callback));
        if let Some(access) = order.access {
            parts.push(if access { "may enter" } else { "may not enter" }.to_owned());
        }
        format!("work order: {}: {}", parts.join(", "), order.issue)
    }

    pub(super) fn lead(&self, lead: &LeadRow) -> String {
        let name = lead.name.as_deref().unwrap_or("somebody");
        let place = lead.place.as_ref().map(|place| format!(", about {place}")).unwrap_or_default();
        let wished = lead.wished_for.map(|at| format!(", wishes {at}")).unwrap_or_default();
        let kind = match lead.kind {
            LeadKind::Rental => "lead",
            LeadKind::Buyer => "buyer lead",
            LeadKind::Seller => "seller lead",
        };
        format!("{kind}: {name}, {}{place}{wished}: {}", self.callback(lead.callback), lead.wish)
    }

    fn callback(&self, number: Option<PhoneNumber>) -> String {
        number.map_or_else(|| "no number".to_owned(), |number| format!("call back {}", self.of(number)))
    }

    /// A text of ours, as it stands; and whether it stands so for good.
    pub(super) fn text(&self, row: &MessageRow) -> Option<(String, bool)> {
        let (kind, state) = (row.kind?, row.state?);
        let what = match kind {
            Kind::StaffSummary => "summary",
            Kind::StaffNotice => "notice",
            Kind::TextBack => "text-back",
            Kind::Confirmation => "confirmation",
            Kind::OptOutConfirmation => "opt-out",
            Kind::OptInConfirmation => "opt-in",
            Kind::Help => "help",
            Kind::FollowUp => "follow-up",
            Kind::IncidentOver => "incident over",
        };
        let fate = match state {
            State::Queued if row.attempts == 0 => "waits".to_owned(),
            State::Queued => {
                format!("waits after {} tries ({})", row.attempts, row.last_status.unwrap_or_default())
            }
            State::Claimed => return None,
            State::Sent if row.attempts == 1 => "sent".to_owned(),
            State::Sent => format!("sent at try {}", row.attempts),
            State::Failed(Failure::Refused { status }) => format!("refused with {status}"),
            State::Failed(Failure::Expired { status }) => format!("given up as stale ({status})"),
            State::Suppressed(Suppression::OptedOut) => "withheld: opted out".to_owned(),
            State::Suppressed(Suppression::ReachedAPerson) => "withheld: reached a person".to_owned(),
            State::Suppressed(Suppression::Withdrawn) => "withdrawn".to_owned(),
            State::Unknown => "of unknown fate".to_owned(),
        };
        Some((format!("{what} to {} {fate}: {}", self.of(row.to), row.body), state.is_final()))
    }
}

fn mailbox_change(mailbox: &Extension, change: &MailboxChange) -> String {
    match change {
        MailboxChange::Left(message) => {
            format!("a message of {} s for mailbox {mailbox}", message.length_ms / 1000)
        }
        MailboxChange::Heard { .. } => format!("a message in mailbox {mailbox} has been heard"),
        MailboxChange::Deleted { .. } => format!("a message in mailbox {mailbox} is deleted"),
        MailboxChange::Pin(_) => format!("mailbox {mailbox} has a new PIN"),
        MailboxChange::Greeting { file: Some(_) } => format!("mailbox {mailbox} has a greeting of its own"),
        MailboxChange::Greeting { file: None } => format!("mailbox {mailbox} has the usual greeting"),
        MailboxChange::Discarded { .. } => format!("nobody spoke to mailbox {mailbox}"),
    }
}

/// What the calendar says to the agent.
pub(super) fn calendar(answer: &CalendarAnswer) -> String {
    let times = |slots: &[ShowingSlot]| {
        let told: Vec<String> =
            slots.iter().map(|slot| format!("{} with {}", slot.written(), slot.agent)).collect();
        if told.is_empty() { "nothing".to_owned() } else { told.join("; ") }
    };
    match answer {
        CalendarAnswer::Slots(slots) => format!("calendar: free {}", times(slots)),
        CalendarAnswer::Booked(_) => "calendar: booked".to_owned(),
        CalendarAnswer::Taken { instead } => format!("calendar: taken; free {}", times(instead)),
        CalendarAnswer::Cancelled => "calendar: cancelled".to_owned(),
        CalendarAnswer::Away => "calendar: away".to_owned(),
    }
}

/// An incident, as it stands.
pub(super) fn incident(row: &IncidentRow, now: Timestamp) -> String {
    let state = match (row.closed, row.is_spoken(now)) {
        (Some(_), _) => "closed",
        (None, true) => "notice on",
        (None, false) => "open",
    };
    let (what, callers) = (trouble_words(row.trouble), callers_words(row.callers));
    format!("incident: {}, {what}: {callers}, {state}", row.property)
}

pub(super) fn alarm(alarm: &Alarm) -> String {
    match alarm {
        Alarm::StoreFailing { cause } => format!("alarm: the store fails ({cause})"),
        Alarm::StoreWell => "alarm over: the store is well".to_owned(),
        Alarm::RecordsWaiting { count } => format!("alarm: {count} records wait in memory"),
        Alarm::RecordsLost { count } => format!("alarm: {count} records lost"),
        Alarm::MailLost { count } => format!("alarm: {count} changes of mailboxes lost"),
        Alarm::OutboxFull => "alarm: the outbox is full".to_owned(),
        Alarm::FateUnknown { .. } => "alarm: the fate of a text is unknown".to_owned(),
        Alarm::TextsFailing { status } => format!("alarm: texts do not get through ({status})"),
        Alarm::TextsFlowing => "alarm over: texts flow".to_owned(),
        Alarm::MailFailing { status } => format!("alarm: the mail server takes no letters ({status})"),
        Alarm::CalendarsFailing => "alarm: an agent's calendar does not do what it is asked".to_owned(),
        Alarm::CalendarsWell => "alarm over: agents' calendars".to_owned(),
        Alarm::MailFlowing => "alarm over: letters flow".to_owned(),
    }
}

pub(super) fn disposition(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::Answered => "answered",
        Disposition::AiHandled => "handled by the agent",
        Disposition::AiAbandoned => "abandoned at the agent",
        Disposition::CallerAbandoned => "abandoned while ringing",
        Disposition::AnsweredElsewhere => "answered elsewhere",
        Disposition::HandedOver => "handed over",
        Disposition::Announced => "announced",
        Disposition::Voicemail => "sent to voicemail",
        Disposition::Served => "served by the box",
        Disposition::Failed => "failed",
    }
}

fn agent_reason(why: AgentReason) -> &'static str {
    match why {
        AgentReason::NoAnswer => "no answer",
        AgentReason::Busy => "busy",
        AgentReason::Declined => "declined",
        AgentReason::DoNotDisturb => "do not disturb",
        AgentReason::Unregistered => "no phone",
        AgentReason::ClosedHours => "closed",
        AgentReason::Unreachable => "unreachable",
        AgentReason::Chosen => "chosen in the menu",
        AgentReason::KnownTrouble => "a trouble is known",
        AgentReason::AgentFirst => "agent first",
    }
}

fn leg_result(result: LegResult) -> String {
    match result {
        LegResult::Completed => "completed".to_owned(),
        LegResult::NoAnswer => "no answer".to_owned(),
        LegResult::Busy => "busy".to_owned(),
        LegResult::Declined => "declined".to_owned(),
        LegResult::DoNotDisturb => "do not disturb".to_owned(),
        LegResult::Unregistered => "no phone".to_owned(),
        LegResult::AnsweredElsewhere => "answered elsewhere".to_owned(),
        LegResult::CallerGone => "caller gone".to_owned(),
        LegResult::Failed(status) => format!("failed with {status}"),
    }
}

fn resource_name(resource: &Resource) -> String {
    match resource {
        Resource::ParkSlot(slot) => format!("slot {slot}"),
        Resource::AgentLine(line) => format!("agent line {line}"),
        Resource::Conference(room) => format!("room {room}"),
        Resource::Queue(name) => format!("queue {name}"),
        Resource::DayNight => "day/night key".to_owned(),
        Resource::DoNotDisturb(extension) => format!("{extension} do not disturb"),
        Resource::Forward(extension) => format!("{extension} forward"),
    }
}

fn resource_state(state: &ResourceState) -> String {
    let with = |word: &str, whom: &str| {
        if whom.is_empty() { word.to_owned() } else { format!("{word}, {whom}") }
    };
    match state {
        ResourceState::Off => "off".to_owned(),
        ResourceState::Recalling { whom } => with("recalling", whom),
        ResourceState::On { whom } => with("on", whom),
    }
}
