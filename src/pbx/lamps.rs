//! The lamps of desk phones: which colleague talks, rings or is idle, what is parked, and whether a message waits.
//!
//! Each leg takes a seat here when it begins and leaves it when it ends, whatever its call does in between; what a lamp
//! shows is read from the seats. Changes are told once all of one input has been dealt with, so that a phone gets one
//! notification for it and not five.

mod dialog_info;
mod feature_keys;

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Caller, DeskChange, Dialled, Directory, Fact, Party, Resource, ResourceState, Service,
    desk_settings::Desks, resources::Resources,
};
use crate::{
    sip::{self, Endpoint, NoticeId, Package, SendError, SubscriptionId},
    types::{CallId, Extension, LegId, Moment},
};
use dialog_info::Dialog;

/// How far a leg has come (RFC 4235, 3.7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// The INVITE is out or has come in, and nobody rings yet.
    Trying,
    /// It rings.
    Early,
    Confirmed,
}

/// One leg.
#[derive(Debug)]
struct Seat {
    party: Party,
    stage: Stage,
}

/// A call, as far as lamps are concerned.
#[derive(Debug)]
struct Table {
    dialled: Dialled,
    seats: BTreeMap<LegId, Seat>,
}

/// Messages that wait for an extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Waiting {
    new: u32,
    old: u32,
}

/// Somebody who watches.
#[derive(Debug)]
struct Watch {
    package: Package,
    /// An extension, or what is dialled for a place to park or for a key.
    resource: String,
    /// Is it an extension? That is decided when the first document is made.
    extension: bool,
    /// Of the next document (RFC 4235, 3.1: each is one higher).
    version: u32,
}

/// What lamps are read from, beside the seats.
#[derive(Debug, Clone, Copy)]
pub(super) struct Office<'a> {
    pub(super) realm: &'a str,
    pub(super) directory: &'a Directory,
    pub(super) resources: &'a Resources,
    pub(super) desks: &'a Desks,
}

/// See the module's sentence. Bounded by the sessions and by the subscriptions of the SIP room, and by the extensions.
#[derive(Debug, Default)]
pub(super) struct Lamps {
    tables: BTreeMap<CallId, Table>,
    /// At which table each leg sits; a transfer may bring it to another.
    seated: BTreeMap<LegId, CallId>,
    watches: BTreeMap<SubscriptionId, Watch>,
    watched: BTreeMap<(Package, String), BTreeSet<SubscriptionId>>,
    messages: BTreeMap<Extension, Waiting>,
    /// What phones that do not subscribe have been told of their messages, by extension and contact.
    told: BTreeMap<(Extension, String), Waiting>,
    /// Who is to be told: once everything has been dealt with.
    due: BTreeSet<SubscriptionId>,
    mailboxes_due: BTreeSet<Extension>,
    /// What waits for a phone's answer.
    notices: BTreeMap<NoticeId, Notice>,
}

/// Something that a phone was told without having asked.
#[derive(Debug)]
enum Notice {
    Messages { extension: Extension, contact: String },
    Asked { extension: Extension, contact: String, event: String },
}

impl Lamps {
    // ---- calls

    /// A leg has begun, or has come further.
    pub(super) fn seat(&mut self, call: CallId, dialled: &Dialled, leg: LegId, party: &Party, stage: Stage) {
        if self.seated.insert(leg, call).is_some_and(|before| before != call) {
            self.stand_up(leg, call);
        }
        let table = self
            .tables
            .entry(call)
            .or_insert_with(|| Table { dialled: dialled.clone(), seats: BTreeMap::new() });
        let seat = Seat { party: party.clone(), stage };
        let before = table.seats.insert(leg, seat).map(|seat| seat.stage);
        if before != Some(stage) {
            self.changed(call);
        }
    }

    /// It rings there.
    pub(super) fn rings(&mut self, leg: LegId) {
        let Some(call) = self.seated.get(&leg).copied() else { return };
        let seat = self.tables.get_mut(&call).and_then(|table| table.seats.get_mut(&leg));
        if let Some(seat) = seat.filter(|seat| seat.stage == Stage::Trying) {
            seat.stage = Stage::Early;
            self.changed(call);
        }
    }

    /// Does a phone of this extension ring, or talk?
    pub(super) fn is_busy(&self, extension: &Extension) -> bool {
        let mut seats = self.tables.values().flat_map(|table| table.seats.values());
        seats.any(|seat| match &seat.party {
            Party::Phone(own) | Party::Caller(Caller::Extension(own)) => own == extension,
            Party::Caller(_) | Party::Number(_) | Party::Emergency(_) | Party::Agent => false,
        })
    }

    /// A leg has ended.
    pub(super) fn leave(&mut self, leg: LegId) {
        let Some(call) = self.seated.remove(&leg) else { return };
        self.changed(call);
        if let Some(table) = self.tables.get_mut(&call) {
            table.seats.remove(&leg);
            if table.seats.is_empty() {
                self.tables.remove(&call);
            }
        }
    }

    /// A leg has gone to another call.
    fn stand_up(&mut self, leg: LegId, to: CallId) {
        let from = self.tables.iter().find(|(call, table)| **call != to && table.seats.contains_key(&leg));
        if let Some(from) = from.map(|(call, _)| *call) {
            self.seated.insert(leg, from);
            self.leave(leg);
            self.seated.insert(leg, to);
        }
    }

    /// Whoever has a seat at this call may show something else now: itself, or whom it talks with.
    fn changed(&mut self, call: CallId) {
        let Some(table) = self.tables.get(&call).filter(|_| !self.watches.is_empty()) else { return };
        for extension in table.seats.values().filter_map(|seat| extension_of(&seat.party)) {
            let key = (Package::Dialog, extension.to_string());
            self.due.extend(self.watched.get(&key).into_iter().flatten());
        }
    }

    // ---- other lamps

    /// A place to park, or a key, shows something else. They are few: whoever watches no extension is told.
    pub(super) fn resource_changed(&mut self) {
        let others = self.watches.iter().filter(|(_, watch)| watch.package == Package::Dialog);
        self.due.extend(others.filter(|(_, watch)| !watch.extension).map(|(id, _)| *id));
    }

    /// So many messages wait for this extension.
    pub(super) fn messages(&mut self, extension: Extension, new: u32, old: u32) {
        let waiting = Waiting { new, old };
        if self.messages.insert(extension.clone(), waiting) != Some(waiting) {
            let key = (Package::MessageSummary, extension.to_string());
            self.due.extend(self.watched.get(&key).into_iter().flatten());
            self.mailboxes_due.insert(extension);
        }
    }

    /// Something else is set for this extension: the keys of its phones are to show it.
    pub(super) fn desk_changed(&mut self, extension: &Extension) {
        let key = (Package::FeatureKeys, extension.to_string());
        self.due.extend(self.watched.get(&key).into_iter().flatten());
    }

    // ---- phones

    /// A phone asks to watch. A phone may watch the messages of its own extension alone.
    pub(super) fn subscribed(
        &mut self,
        subscription: SubscriptionId,
        phone: &Extension,
        package: Package,
        resource: String,
    ) {
        let resource = match package {
            Package::Dialog => resource,
            // Phones write their own address here, the number of the mailbox, or nothing.
            Package::MessageSummary | Package::FeatureKeys => phone.to_string(),
        };
        self.watched.entry((package, resource.clone())).or_default().insert(subscription);
        self.watches.insert(subscription, Watch { package, resource, extension: false, version: 0 });
        self.due.insert(subscription);
    }

    pub(super) fn notify_due(&mut self, subscription: SubscriptionId) {
        self.due.insert(subscription);
    }

    pub(super) fn unsubscribed(&mut self, subscription: SubscriptionId) {
        self.due.remove(&subscription);
        let Some(watch) = self.watches.remove(&subscription) else { return };
        let key = (watch.package, watch.resource);
        if let Some(watchers) = self.watched.get_mut(&key) {
            watchers.remove(&subscription);
            if watchers.is_empty() {
                self.watched.remove(&key);
            }
        }
    }

    /// A phone is reachable: if it is one that does not ask for its message lamp, it is told.
    pub(super) fn bound(&mut self, extension: &Extension) {
        if self.messages.contains_key(extension) {
            self.mailboxes_due.insert(extension.clone());
        }
    }

    pub(super) fn unbound(&mut self, extension: &Extension, contact: &str) {
        self.told.remove(&(extension.clone(), contact.to_owned()));
    }

    /// Extensions may have come or gone, or be called otherwise.
    pub(super) fn directory_changed(&mut self) {
        self.due.extend(self.watches.keys());
    }

    /// A phone is told something it has not asked for, where it is registered. The fact that it could not be, or `None`:
    /// what it answers is a fact then.
    pub(super) fn tell_phone(
        &mut self,
        now: Moment,
        sip: &mut Endpoint,
        extension: Extension,
        contact: String,
        event: String,
    ) -> Option<Fact> {
        let bindings = sip.bindings(now.at, &extension);
        let sent = match bindings.iter().find(|binding| binding.contact == contact) {
            Some(binding) => sip.notify_phone(now.at, &target(binding), &event, None).map_err(|_| 503),
            None => Err(480),
        };
        match sent {
            Ok(notice) => {
                self.notices.insert(notice, Notice::Asked { extension, contact, event });
                None
            }
            Err(status) => Some(Fact::PhoneTold { extension, contact, event, status }),
        }
    }

    /// What a phone said to it.
    pub(super) fn notice_answered(&mut self, notice: NoticeId, status: u16) -> Option<Fact> {
        match self.notices.remove(&notice)? {
            Notice::Messages { extension, contact } => {
                // Lost on its way: its next registration brings it again.
                if status == 408 || status == 503 {
                    self.told.remove(&(extension, contact));
                }
                None
            }
            Notice::Asked { extension, contact, event } => {
                Some(Fact::PhoneTold { extension, contact, event, status })
            }
        }
    }

    // ---- telling

    /// Tells everybody whose lamp may have changed.
    pub(super) fn tell(&mut self, now: Moment, sip: &mut Endpoint, office: Office<'_>) {
        let Office { realm, directory, .. } = office;
        while let Some(subscription) = self.due.pop_first() {
            if let Some(watch) = self.watches.get_mut(&subscription) {
                let extension = watch.resource.parse::<Extension>();
                watch.extension = extension.is_ok_and(|own| directory.extensions.contains_key(&own));
            }
            let Some(watch) = self.watches.get(&subscription) else { continue };
            let Some(body) = self.body(watch, office) else {
                let _ = sip.end_subscription(now.at, subscription);
                continue;
            };
            // `NotifyPending`: it is asked for once the last one has arrived.
            let sent = sip.notify(now.at, subscription, media_type(watch.package), body.into_bytes());
            match (sent, self.watches.get_mut(&subscription)) {
                (Ok(()), Some(watch)) => watch.version = watch.version.wrapping_add(1),
                (Err(SendError::NoSession), Some(_)) => self.unsubscribed(subscription),
                _ => {}
            }
        }
        while let Some(extension) = self.mailboxes_due.pop_first() {
            self.tell_unasked(now, sip, realm, &extension);
        }
    }

    /// The message lamps of phones that do not subscribe.
    fn tell_unasked(&mut self, now: Moment, sip: &mut Endpoint, realm: &str, extension: &Extension) {
        let Some(waiting) = self.messages.get(extension).copied() else { return };
        let key = (Package::MessageSummary, extension.to_string());
        let subscribed = self.watched.get(&key).map_or(0, BTreeSet::len);
        let bindings = sip.bindings(now.at, extension);
        if subscribed >= bindings.len() {
            return;
        }
        for binding in bindings {
            let place = (extension.clone(), binding.contact.clone());
            if self.told.get(&place) == Some(&waiting) {
                continue;
            }
            let body = message_summary(extension, realm, waiting).into_bytes();
            let content = Some((Package::MessageSummary.media_type(), body));
            if let Ok(notice) = sip.notify_phone(now.at, &target(&binding), "message-summary", content) {
                let (extension, contact) = place.clone();
                self.notices.insert(notice, Notice::Messages { extension, contact });
                self.told.insert(place, waiting);
            }
        }
    }

    /// What this watch is to be told; `None` if there is nothing of that name.
    fn body(&self, watch: &Watch, office: Office<'_>) -> Option<String> {
        let Office { realm, directory, resources, desks } = office;
        let extension = watch.resource.parse::<Extension>().ok().filter(|_| watch.extension);
        match watch.package {
            Package::MessageSummary => {
                let extension = extension?;
                let waiting = self.messages.get(&extension).copied().unwrap_or_default();
                Some(message_summary(&extension, realm, waiting))
            }
            Package::FeatureKeys => {
                let extension = extension?;
                Some(feature_keys::document(&extension, &desks.of(&extension)))
            }
            Package::Dialog => {
                let dialogs = match extension {
                    Some(extension) => self.dialogs(&extension, directory),
                    None => {
                        let resource = directory.lamp_of(&watch.resource)?;
                        waits(&resources.state(&resource), directory).into_iter().collect()
                    }
                };
                Some(dialog_info::document(&watch.resource, realm, watch.version, &dialogs))
            }
        }
    }

    /// Every leg of this extension.
    fn dialogs(&self, extension: &Extension, directory: &Directory) -> Vec<Dialog> {
        let own = |party: &Party| extension_of(party) == Some(extension);
        let seats = self.tables.values().flat_map(|table| table.seats.iter().map(move |seat| (table, seat)));
        seats
            .filter(|(_, (_, seat))| own(&seat.party))
            .map(|(table, (leg, seat))| {
                let calls = matches!(seat.party, Party::Caller(_));
                Dialog {
                    id: format!("leg-{}", leg.0),
                    stage: seat.stage,
                    initiator: calls,
                    remote: directory.show_callers.then(|| table.other_side(*leg, calls, directory)),
                }
            })
            .collect()
    }
}

impl Table {
    /// Whom this leg talks with, or is about to: somebody who has answered, else who calls, or what was dialled.
    fn other_side(&self, own: LegId, calls: bool, directory: &Directory) -> sip::Identity {
        let others = || self.seats.iter().filter(|(leg, _)| **leg != own).map(|(_, seat)| seat);
        let talks = others().find(|seat| seat.stage == Stage::Confirmed);
        let called_by = others().find(|seat| !calls && matches!(seat.party, Party::Caller(_)));
        match talks.or(called_by) {
            Some(seat) => shown(&seat.party, directory),
            None => sip::Identity { user: self.dialled.to_string(), display: String::new() },
        }
    }
}

/// What a phone wants set for its extension by what stands in its SUBSCRIBE, if that can be told.
pub(super) fn wish_of(body: &[u8]) -> Option<DeskChange> {
    feature_keys::wish(body)
}

/// What the documents of this package are.
fn media_type(package: Package) -> &'static str {
    match package {
        Package::FeatureKeys => feature_keys::MEDIA_TYPE,
        Package::Dialog | Package::MessageSummary => package.media_type(),
    }
}

fn target(binding: &sip::Binding) -> sip::Target {
    let sip::Binding { extension, contact, flow, path, .. } = binding.clone();
    sip::Target::Phone { extension, contact, flow, path }
}

fn extension_of(party: &Party) -> Option<&Extension> {
    match party {
        Party::Phone(extension) | Party::Caller(Caller::Extension(extension)) => Some(extension),
        _ => None,
    }
}

/// Whoever is parked talks with nobody, and the lamp burns; a call that comes back blinks.
fn waits(state: &ResourceState, directory: &Directory) -> Option<Dialog> {
    let (stage, whom) = match state {
        ResourceState::Off => return None,
        ResourceState::Recalling { whom } => (Stage::Early, whom),
        ResourceState::On { whom } => (Stage::Confirmed, whom),
    };
    let remote = sip::Identity { user: String::new(), display: whom.clone() };
    Some(Dialog {
        id: "waiting".to_owned(),
        stage,
        initiator: false,
        remote: directory.show_callers.then_some(remote),
    })
}

impl Directory {
    /// What a phone watches by this name: the number of a park slot, of a conference room, of a queue or of one of the
    /// agent's lines, or the code of the key for day and night.
    fn lamp_of(&self, dialled: &str) -> Option<Resource> {
        let slot = dialled.parse::<Extension>().ok().filter(|slot| self.features.park.slots.contains(slot));
        let key = || {
            let code = self.features.star_codes.code(Service::DayNight);
            code.is_some_and(|code| code.as_str() == dialled).then_some(Resource::DayNight)
        };
        let room = || dialled.parse().ok().filter(|room| self.services.conferences.contains_key(room));
        let line =
            || dialled.parse().ok().filter(|line| self.features.supervision.agent_lines.contains(line));
        let queue = || {
            let lamp = dialled.parse::<Extension>().ok()?;
            let mut queues = self.services.queues.iter();
            queues.find(|(_, plan)| plan.lamp.as_ref() == Some(&lamp)).map(|(name, _)| name.clone())
        };
        slot.map(Resource::ParkSlot)
            .or_else(|| line().map(Resource::AgentLine))
            .or_else(|| room().map(Resource::Conference))
            .or_else(|| queue().map(Resource::Queue))
            .or_else(key)
    }
}

fn shown(party: &Party, directory: &Directory) -> sip::Identity {
    let (user, display) = match party {
        Party::Caller(Caller::Number { number, display }) => (number.to_string(), display.clone()),
        Party::Phone(extension) | Party::Caller(Caller::Extension(extension)) => {
            let name = directory.extensions.get(extension).map(|phone| phone.name.clone());
            (extension.to_string(), name.unwrap_or_default())
        }
        Party::Number(number) => (number.to_string(), String::new()),
        Party::Emergency(emergency) => (Dialled::Emergency(*emergency).to_string(), String::new()),
        Party::Caller(Caller::Anonymous) => ("anonymous".to_owned(), "Anonymous".to_owned()),
        _ => (String::new(), String::new()),
    };
    sip::Identity { user, display }
}

/// RFC 3842, 5: a missed call is no message.
fn message_summary(extension: &Extension, realm: &str, waiting: Waiting) -> String {
    let Waiting { new, old } = waiting;
    let any = if new > 0 { "yes" } else { "no" };
    format!(
        "Messages-Waiting: {any}\r\nMessage-Account: sip:{extension}@{realm}\r\nVoice-Message: {new}/{old} (0/0)\r\n"
    )
}
