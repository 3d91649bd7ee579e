//! How the parts of the box fare, as the host reports them.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    desk::Alarm,
    pbx::{Fact, Resource, ResourceState, TrunkHealth},
};

/// How one part fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// Kept up to date by the host from facts and alarms.
#[derive(Debug, Clone, Default)]
pub struct Vitals {
    pub calls_now: usize,
    /// Whether ears and mouth work, and why not.
    pub speech: Option<Result<(), String>>,
    /// The day of the last copy of the records, or why today's could not be made. `None`: not tried yet.
    pub backup: Option<Result<jiff::civil::Date, String>>,
    trunks: BTreeMap<String, TrunkHealth>,
    /// Extension and contact of every reachable phone.
    phones: BTreeSet<(String, String)>,
    /// Extensions that have an account.
    extensions: Vec<String>,
    /// Park slots that are taken, and keys that are on.
    resources: BTreeMap<Resource, ResourceState>,
    store: Option<&'static str>,
    texts_failing: Option<u16>,
    records_waiting: usize,
    records_lost: u64,
}

impl Vitals {
    /// Of a box whose phones have these extensions.
    pub fn new(extensions: Vec<String>) -> Self {
        Self { extensions, ..Self::default() }
    }

    /// Phones that can be reached.
    pub fn phones(&self) -> usize {
        self.phones.len()
    }

    /// Takes note of a fact of the switch.
    pub fn observe(&mut self, fact: &Fact) {
        match fact {
            Fact::TrunkHealth { trunk, health } => {
                self.trunks.insert(trunk.clone(), health.clone());
            }
            Fact::Bound { binding } => {
                self.phones.insert((binding.extension.to_string(), binding.contact.clone()));
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

    /// Takes note of an alarm of the desk.
    pub fn alarm(&mut self, alarm: &Alarm) {
        match alarm {
            Alarm::StoreFailing { cause } => self.store = Some(cause),
            Alarm::StoreWell => (self.store, self.records_waiting) = (None, 0),
            Alarm::RecordsWaiting { count } => self.records_waiting = *count,
            Alarm::RecordsLost { count } => self.records_lost = *count,
            Alarm::TextsFailing { status } => self.texts_failing = Some(*status),
            Alarm::TextsFlowing => self.texts_failing = None,
            Alarm::OutboxFull | Alarm::FateUnknown { .. } | Alarm::MailLost { .. } => {}
        }
    }

    pub(super) fn parts(&self) -> Vec<Part> {
        let mut parts = vec![self.speech_part(), self.store_part(), self.texts_part(), self.backup_part()];
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
            parts.push(Part { name: format!("Trunk {trunk}"), condition, meaning });
        }
        for extension in &self.extensions {
            let phones = self.phones.iter().filter(|(e, _)| e == extension).count();
            let (condition, meaning) = match phones {
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

/// The line of something that belongs to no extension.
fn part_of(resource: &Resource, state: &ResourceState) -> Option<Part> {
    let (name, meaning) = match (resource, state) {
        (Resource::ParkSlot(slot), ResourceState::On { whom }) => {
            (format!("Park slot {slot}"), format!("{whom} waits."))
        }
        (Resource::ParkSlot(slot), ResourceState::Recalling { whom }) => {
            (format!("Park slot {slot}"), format!("{whom} waits; the phone that has parked the call rings."))
        }
        (Resource::Conference(room), ResourceState::On { whom }) => {
            (format!("Conference {room}"), format!("In it: {whom}."))
        }
        (Resource::DayNight, ResourceState::On { whom }) => (
            "Day/night key".to_owned(),
            format!("It is set to {whom}: hours and holidays do not count until it is turned back."),
        ),
        _ => return None,
    };
    Some(Part { name, condition: Condition::Waiting, meaning })
}
