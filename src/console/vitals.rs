//! How the parts of the box fare, as the host reports them.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

use jiff::{SignedDuration, Timestamp};

use crate::{
    desk::Alarm,
    pbx::{Device, EmergencyPlan, Fact, KnownBy, Location, Resource, ResourceState, TrunkHealth},
    sip::{TargetState, Tried, TriedTarget},
    types::Extension,
};

/// How one part fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    Well,
    /// Not wrong, but not there yet.
    Waiting,
    /// Somebody should do something.
    Broken,
}

/// One line of the health page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub name: String,
    pub condition: Condition,
    pub meaning: String,
}

/// A phone that can be reached.
#[derive(Debug, Clone)]
struct Reachable {
    instance: Option<String>,
    user_agent: String,
    address: IpAddr,
}

/// A phone, and where 911 would say that it is.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub extension: Extension,
    /// Its name for itself, and its address.
    pub device: String,
    pub location: Option<(Location, KnownBy)>,
}
/// The certificate that is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Whole days that it is still good.
    pub days: u64,
    /// It is the office's own, not of the box's authority.
    pub own: bool,
    pub names: Vec<String>,
    /// Why the one that should be shown is not.
    pub problem: Option<String>,
}

/// A certificate that ends sooner is worth a warning.
const ENDS_SOON: u64 = 14;

/// Kept up to date by the host from facts and alarms.
#[derive(Debug, Clone, Default)]
pub struct Vitals {
    pub calls_now: usize,
    /// Whether ears and mouth work, and why not.
    pub speech: Option<Result<(), String>>,
    /// The day of the last copy of the records, or why today's could not be made. `None`: not tried yet.
    pub backup: Option<Result<jiff::civil::Date, String>>,
    /// What is listened on, as the host writes it.
    pub listeners: Vec<String>,
    /// The certificate that phones and browsers are shown.
    pub certificate: Option<Shown>,
    /// The certificate of the box's own authority, as PEM: for phones to believe.
    pub authority: Option<String>,
    trunks: BTreeMap<String, TrunkHealth>,
    targets: BTreeMap<String, Vec<TargetState>>,
    /// The day on which the ways that stand by were last tried.
    pub tried_on: Option<jiff::civil::Date>,
    tried: BTreeMap<String, Vec<TriedTarget>>,
    /// Every reachable phone, by its extension and contact.
    phones: BTreeMap<(String, String), Reachable>,
    plan: EmergencyPlan,
    /// The public half of the key that timelines are signed with, in hexadecimal.
    pub timeline_key: Option<String>,
    /// Extensions that have an account.
    extensions: Vec<String>,
    fixed: BTreeSet<String>,
    /// Park slots that are taken, and keys that are on.
    resources: BTreeMap<Resource, ResourceState>,
    store: Option<&'static str>,
    texts_failing: Option<u16>,
    mail_failing: Option<u16>,
    /// `None`: none has been asked; or whether the last one did as it was asked.
    calendars: Option<bool>,
    records_waiting: usize,
    records_lost: u64,
    /// The last refusal of a call outside that was no slip, and when.
    barred: Option<(String, Timestamp)>,
}

impl Vitals {
    /// Of a box whose phones have these extensions.
    pub fn new(extensions: Vec<String>) -> Self {
        Self { extensions, ..Self::default() }
    }

    /// Extensions whose phones stand at an address and do not register.
    pub fn set_fixed(&mut self, fixed: BTreeSet<String>) {
        self.fixed = fixed;
    }

    /// Phones that can be reached.
    pub fn phones(&self) -> usize {
        self.phones.len()
    }

    /// The office has said, or changed, where its phones are and who is told of an emergency.
    pub fn set_plan(&mut self, plan: EmergencyPlan) {
        self.plan = plan;
    }

    pub(super) fn plan(&self) -> &EmergencyPlan {
        &self.plan
    }

    /// Every extension, with each of its phones that can be reached, and where 911 would say that it is.
    pub(super) fn placed(&self) -> Vec<Placed> {
        let mut placed = Vec::new();
        for name in &self.extensions {
            let Ok(extension) = name.parse::<Extension>() else { continue };
            let locate = |reachable: Option<&Reachable>| {
                let device = Device {
                    extension: &extension,
                    instance: reachable.and_then(|r| r.instance.as_deref()),
                    user_agent: reachable.map_or("", |r| r.user_agent.as_str()),
                    address: reachable.map(|r| r.address),
                };
                self.plan.locations.of(device).map(|(location, how)| (location.clone(), how))
            };
            let phones: Vec<&Reachable> =
                self.phones.iter().filter(|((e, _), _)| e == name).map(|(_, phone)| phone).collect();
            if phones.is_empty() {
                placed.push(Placed {
                    extension: extension.clone(),
                    device: "not registered".into(),
                    location: locate(None),
                });
            }
            for phone in phones {
                let device = match phone.user_agent.is_empty() {
                    true => phone.address.to_string(),
                    false => format!("{} at {}", phone.user_agent, phone.address),
                };
                placed.push(Placed { extension: extension.clone(), device, location: locate(Some(phone)) });
            }
        }
        placed
    }

    /// Takes note of a fact of the switch.
    pub fn observe(&mut self, fact: &Fact) {
        match fact {
            Fact::TrunkHealth { trunk, health } => {
                self.trunks.insert(trunk.clone(), health.clone());
            }
            Fact::TrunkTargets { trunk, targets } => {
                self.targets.insert(trunk.clone(), targets.clone());
            }
            Fact::TargetsTried { trunk, targets } => {
                self.tried.insert(trunk.clone(), targets.clone());
            }
            Fact::Bound { binding } => {
                let reachable = Reachable {
                    instance: binding.instance.clone(),
                    user_agent: binding.user_agent.clone(),
                    address: binding.flow.remote.ip(),
                };
                self.phones.insert((binding.extension.to_string(), binding.contact.clone()), reachable);
            }
            Fact::ResourceChanged { resource, state: ResourceState::Off } => {
                self.resources.remove(resource);
            }
            Fact::ResourceChanged { resource, state } => {
                self.resources.insert(resource.clone(), state.clone());
            }
            Fact::Unbound { extension, contact } => {
                self.phones.remove(&(extension.to_string(), contact.clone()));
            }
            _ => {}
        }
    }

    /// A call to the outside was refused, and it was no slip of the finger.
    pub fn barred(&mut self, from: &Extension, why: &str, at: Timestamp) {
        self.barred = Some((format!("calls of extension {from} were refused: {why}"), at));
    }

    /// Forgets what nobody need be told any more.
    pub(super) fn look(&mut self, now: Timestamp) {
        const TOLD_FOR: SignedDuration = SignedDuration::from_hours(12);
        self.barred.take_if(|(_, at)| now.duration_since(*at) > TOLD_FOR);
    }

    /// Takes note of an alarm of the desk.
    pub fn alarm(&mut self, alarm: &Alarm) {
        match alarm {
            Alarm::StoreFailing { cause } => self.store = Some(cause),
            Alarm::StoreWell => (self.store, self.records_waiting) = (None, 0),
            Alarm::RecordsWaiting { count } => self.records_waiting = *count,
            Alarm::RecordsLost { count } => self.records_lost = *count,
            Alarm::TextsFailing { status } => self.texts_failing = Some(*status),
            Alarm::TextsFlowing => self.texts_failing = None,
            Alarm::MailFailing { status } => self.mail_failing = Some(*status),
            Alarm::MailFlowing => self.mail_failing = None,
            Alarm::CalendarsFailing => self.calendars = Some(false),
            Alarm::CalendarsWell => self.calendars = Some(true),
            Alarm::OutboxFull | Alarm::FateUnknown { .. } | Alarm::MailLost { .. } => {}
        }
    }

    pub(super) fn parts(&self) -> Vec<Part> {
        let mut parts = vec![self.speech_part(), self.store_part(), self.texts_part(), self.backup_part()];
        parts.extend(self.mail_part());
        parts.extend(self.calendars.map(calendars_part));
        parts.extend(self.certificate.as_ref().map(certificate_part));
        if !self.listeners.is_empty() {
            let meaning = format!("{}.", self.listeners.join(", "));
            parts.push(Part { name: "Telephone sockets".into(), condition: Condition::Well, meaning });
        }
        for (trunk, health) in &self.trunks {
            let (condition, meaning) = match health {
                TrunkHealth::Unknown => (Condition::Waiting, "It has not answered yet.".into()),
                TrunkHealth::Up => (Condition::Well, "Calls and texts go through.".into()),
                TrunkHealth::Down { status: 0, why } => {
                    (Condition::Broken, format!("It does not answer: {why}"))
                }
                TrunkHealth::Down { status, why } => {
                    (Condition::Broken, format!("It answered {status}: {why}"))
                }
            };
            let meaning = meaning + &self.targets_of(trunk);
            parts.push(Part { name: format!("Trunk {trunk}"), condition, meaning });
        }
        parts.extend(self.fail_over_part());
        if let Some((what, _)) = &self.barred {
            let cure = "Somebody may have its password: change it, and unplug the phone until then.";
            let meaning = format!("{what}. {cure}");
            parts.push(Part { name: "Toll fraud".into(), condition: Condition::Broken, meaning });
        }
        for extension in &self.extensions {
            let phones = self.phones.keys().filter(|(e, _)| e == extension).count();
            let (condition, meaning) = match phones {
                0 if self.fixed.contains(extension) => (
                    Condition::Well,
                    "Its phone does not register: it is rung at the address that the configuration names."
                        .into(),
                ),
                0 => (
                    Condition::Waiting,
                    "No phone is registered; calls go on to the next, or to the agent.".into(),
                ),
                1 => (Condition::Well, "One phone.".into()),
                n => (Condition::Well, format!("{n} phones.")),
            };
            let meaning = format!("{meaning}{}", self.set_for(extension));
            parts.push(Part { name: format!("Extension {extension}"), condition, meaning });
        }
        parts.extend(self.resources.iter().filter_map(|(resource, state)| part_of(resource, state)));
        parts
    }

    /// Where a trunk that is named by its domain is reached, as a sentence.
    fn targets_of(&self, trunk: &str) -> String {
        let Some(targets) = self.targets.get(trunk).filter(|targets| !targets.is_empty()) else {
            return String::new();
        };
        let each = targets.iter().map(|target| {
            let state = match (&target.rests, target.used) {
                (Some(why), _) => format!(" (rests: {why})"),
                (None, true) => " (in use)".to_owned(),
                (None, false) => String::new(),
            };
            format!("{} {}{state}", target.transport.via(), target.address)
        });
        format!(" Its targets: {}.", each.collect::<Vec<_>>().join(", "))
    }

    /// Where calls go if a trunk, or the target of it that is used, fails: as the last trial has found it.
    fn fail_over_part(&self) -> Option<Part> {
        let day = self.tried_on.filter(|_| !self.tried.is_empty())?;
        let mut meaning = format!("Tried on {day}.");
        let mut condition = Condition::Well;
        for (trunk, targets) in &self.tried {
            let silent = |target: &&TriedTarget| self.still_silent(trunk, target);
            let gone: Vec<String> =
                targets.iter().filter(silent).map(|target| target.address.to_string()).collect();
            let not_asked = targets.iter().any(|target| target.found == Tried::NotAsked);
            if !gone.is_empty() {
                condition = Condition::Broken;
                let gone = gone.join(", ");
                meaning += &format!(" {trunk}: {gone} stands by and does not answer; ask the carrier.");
            } else if not_asked {
                meaning += &format!(
                    " {trunk}: the carrier is not to be asked, so nobody knows whether another target answers."
                );
            } else if !targets.is_empty() {
                meaning += &format!(" {trunk}: another target would take over.");
            } else if self.trunks.len() < 2 {
                condition = condition.max(Condition::Waiting);
                meaning += &format!(
                    " {trunk} is the only way out: with a second trunk the office could be called, and call, while it fails."
                );
            }
        }
        if self.trunks.len() > 1 {
            let up = self.trunks.values().filter(|health| **health == TrunkHealth::Up).count();
            meaning += &format!(" {up} of {} trunks would take a call now.", self.trunks.len());
            if up < 2 {
                condition = condition.max(Condition::Waiting);
            }
        }
        Some(Part { name: "Fail-over".into(), condition, meaning })
    }

    /// A target that was silent when it was tried, and has not answered since.
    fn still_silent(&self, trunk: &str, tried: &TriedTarget) -> bool {
        let way = (tried.transport, tried.address);
        let rests =
            |target: &TargetState| (target.transport, target.address) == way && target.rests.is_some();
        matches!(tried.found, Tried::Silent { .. })
            && self.targets.get(trunk).is_some_and(|targets| targets.iter().any(rests))
    }

    /// What its person has set, by a code or otherwise.
    fn set_for(&self, extension: &str) -> String {
        let set = self.resources.iter().filter_map(|(resource, state)| match (resource, state) {
            (Resource::DoNotDisturb(of), _) if of.to_string() == extension => {
                Some(" It does not want to be disturbed.".to_owned())
            }
            (Resource::Forward(of), ResourceState::On { whom }) if of.to_string() == extension => {
                Some(format!(" All its calls are forwarded to {whom}."))
            }
            _ => None,
        });
        set.collect()
    }

    fn speech_part(&self) -> Part {
        let (condition, meaning) = match &self.speech {
            None => (Condition::Waiting, "The models are being loaded.".into()),
            Some(Ok(())) => (Condition::Well, "The agent can hear, understand and speak.".into()),
            Some(Err(why)) => (
                Condition::Broken,
                format!("Callers that nobody answers hear a recorded announcement, because {why}."),
            ),
        };
        Part { name: "Speech".into(), condition, meaning }
    }

    fn store_part(&self) -> Part {
        let (condition, meaning) = match (self.store, self.records_lost) {
            (None, 0) => (Condition::Well, "Every record is on disk.".into()),
            (Some(cause), _) => (
                Condition::Broken,
                format!(
                    "{cause}. Calls go on; {} records wait in memory. Make room or mend the disk.",
                    self.records_waiting
                ),
            ),
            (None, lost) => {
                (Condition::Broken, format!("It works again, but {lost} records were lost before."))
            }
        };
        Part { name: "Records".into(), condition, meaning }
    }

    fn backup_part(&self) -> Part {
        let (condition, meaning) = match &self.backup {
            None => (Condition::Waiting, "The copy of the records is made once a day.".into()),
            Some(Ok(day)) => (Condition::Well, format!("The last copy of the records is of {day}.")),
            Some(Err(why)) => (
                Condition::Broken,
                format!("Today's copy of the records could not be made: {why}. It is tried again."),
            ),
        };
        Part { name: "Backup".into(), condition, meaning }
    }

    /// Nothing is said of a mail server that takes what it is given, or is given nothing.
    fn mail_part(&self) -> Option<Part> {
        let status = self.mail_failing?;
        let why = match status {
            0 => "cannot be reached, or broke off".to_owned(),
            status => format!("answers {status}"),
        };
        let meaning = format!(
            "The mail server {why}; messages stay in their mailboxes, and their mails are tried again."
        );
        Some(Part { name: "E-mail".into(), condition: Condition::Broken, meaning })
    }

    fn texts_part(&self) -> Part {
        let (condition, meaning) = match self.texts_failing {
            None => (Condition::Well, "The carrier takes them.".into()),
            Some(0) => {
                (Condition::Broken, "The carrier does not answer; texts wait and are tried again.".into())
            }
            Some(status) => {
                (Condition::Broken, format!("The carrier answers {status}; texts wait and are tried again."))
            }
        };
        Part { name: "Texts".into(), condition, meaning }
    }

    /// The first thing that somebody should do something about.
    pub(super) fn alarm_line(&self) -> Option<String> {
        let broken = self.parts().into_iter().find(|part| part.condition == Condition::Broken)?;
        Some(format!("{}: {}", broken.name, broken.meaning))
    }
}

/// Calendars that agents keep elsewhere, once one of them has failed.
fn calendars_part(well: bool) -> Part {
    let (condition, meaning) = match well {
        true => (Condition::Well, "They are asked before a showing is offered, and take what is booked."),
        false => (
            Condition::Broken,
            "One does not do what it is asked: showings with its agent are left to people. See the page Showings.",
        ),
    };
    Part { name: "Agents’ calendars".into(), condition, meaning: meaning.into() }
}

fn certificate_part(shown: &Shown) -> Part {
    let whose = if shown.own { "The office's own" } else { "Of the box's own authority, renewed by itself" };
    let names = shown.names.join(", ");
    let (condition, meaning) = match (&shown.problem, shown.days) {
        (Some(why), _) => (Condition::Broken, format!("The certificate cannot be taken on: {why}.")),
        (None, 0) => (Condition::Broken, format!("{whose}; it has run out. Phones on TLS do not connect.")),
        (None, days) if days < ENDS_SOON => (
            Condition::Broken,
            format!("{whose}; it ends in {days} days. Put a new one in its place. For {names}."),
        ),
        (None, days) => (Condition::Well, format!("{whose}; good for {days} days. For {names}.")),
    };
    Part { name: "Certificate".into(), condition, meaning }
}

/// The line of something that belongs to no extension.
fn part_of(resource: &Resource, state: &ResourceState) -> Option<Part> {
    let (name, meaning) = match (resource, state) {
        (Resource::ParkSlot(slot), ResourceState::On { whom }) => {
            (format!("Park slot {slot}"), format!("{whom} waits."))
        }
        (Resource::ParkSlot(slot), ResourceState::Recalling { whom }) => {
            (format!("Park slot {slot}"), format!("{whom} waits; the phone that has parked the call rings."))
        }
        (Resource::AgentLine(line), ResourceState::On { whom }) => {
            (format!("Agent line {line}"), format!("The agent talks with {whom}."))
        }
        (Resource::Conference(room), ResourceState::On { whom }) => {
            (format!("Conference {room}"), format!("In it: {whom}."))
        }
        (Resource::Queue(name), ResourceState::On { whom }) => (format!("Queue {name}"), format!("{whom}.")),
        (Resource::DayNight, ResourceState::On { whom }) => (
            "Day/night key".to_owned(),
            format!("It is set to {whom}: hours and holidays do not count until it is turned back."),
        ),
        _ => return None,
    };
    Some(Part { name, condition: Condition::Waiting, meaning })
}
