//! Somebody has dialled an emergency number, has said that they know of it, or uses a phone as only a thief would: written
//! down, and texted to whom the office has named, before anything else is done.

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp};
use rand_chacha::rand_core::Rng;

use super::{Engine, wrap_up};
use crate::{
    outbox::{Entry, Kind, fit},
    pbx::{Listing, Supervise},
    store::{EmergencyRow, StoreError},
    types::{CallId, Extension, MessageKey, PhoneNumber},
};

/// What waits for a store that fails. More than this are not written down; every one is on the consoles all the same.
const MOST: usize = 256;

/// What is to be written down.
#[derive(Debug)]
pub(super) enum News {
    Dialled(EmergencyRow),
    Seen {
        call: CallId,
        by: String,
        at: Timestamp,
    },
    /// A number has been put on a list, or taken off.
    Listed {
        number: PhoneNumber,
        listing: Option<Listing>,
        by: String,
        at: Timestamp,
    },
    /// Somebody of the house listens to a call, or more.
    Supervised {
        call: CallId,
        by: Extension,
        of: Option<Extension>,
        how: Supervise,
        at: Timestamp,
    },
    /// Somebody uses a phone as only a thief would.
    Barred {
        from: Extension,
        why: String,
        at: Timestamp,
    },
}

/// The same extension is told of again after this time.
const TELL_AGAIN: SignedDuration = SignedDuration::from_mins(10);

/// In the order in which it happened.
#[derive(Debug, Default)]
pub(super) struct Emergencies {
    waiting: VecDeque<News>,
    /// When somebody was last texted about an extension: as many as there are.
    told: BTreeMap<Extension, Timestamp>,
}

impl Emergencies {
    pub(super) fn take(&mut self, news: News) {
        if self.waiting.len() < MOST {
            self.waiting.push_back(news);
        }
    }
}

impl Engine {
    pub(super) fn store_emergencies(&mut self) -> Result<(), StoreError> {
        while let Some(news) = self.emergencies.waiting.pop_front() {
            let stored = match &news {
                News::Dialled(row) => {
                    let entries = self.emergency_texts(row);
                    self.store.keep_emergency(row, &entries)
                }
                News::Barred { from, why, at } => {
                    let entries = self.alarm_texts(from, why, *at);
                    self.store.queue(&entries)
                }
                News::Supervised { call, by, of, how, at } => {
                    let of = of.as_ref().map_or("agent".to_owned(), ToString::to_string);
                    let (actor, action) = (format!("extension {by}"), format!("call.{}", how.name()));
                    self.store.audit(&actor, &action, &call.to_string(), &of, *at)
                }
                News::Listed { number, listing, by, at } => {
                    self.store.list_number(*number, *listing, by, *at)
                }
                News::Seen { call, by, at } => self.store.acknowledge_emergency(*call, by, *at),
            };
            if let Err(error) = stored {
                self.emergencies.waiting.push_front(news);
                return Err(error);
            }
        }
        Ok(())
    }

    fn alarm_texts(&mut self, from: &Extension, why: &str, at: Timestamp) -> Vec<Entry> {
        let told = self.emergencies.told.get(from).copied();
        if told.is_some_and(|told| at.duration_since(told) < TELL_AGAIN) {
            return Vec::new();
        }
        self.emergencies.told.insert(from.clone(), at);
        let text = format!(
            "ALARM {}: calls from extension {from} were refused: {why}. Somebody may have its password.",
            self.settings.office,
        );
        let recipients = self.settings.alarm_texts.clone();
        self.texts_to(&recipients, &text, at)
    }

    /// A text to people of the office, from its first number.
    pub(super) fn texts_to(&mut self, recipients: &[PhoneNumber], text: &str, at: Timestamp) -> Vec<Entry> {
        let Some(from) = self.settings.own_numbers.first().copied() else { return Vec::new() };
        let body = fit(text, wrap_up::STAFF_SEPTETS);
        let to = recipients.iter().filter(|recipient| **recipient != from);
        to.map(|to| {
            let key = MessageKey::from_random(self.chance.next_u64());
            Entry::new(key, Kind::StaffNotice, from, *to, body.clone(), at)
        })
        .collect()
    }

    fn emergency_texts(&mut self, row: &EmergencyRow) -> Vec<Entry> {
        let zone = self.settings.quiet_hours.zone.clone();
        let when = row.at.to_zoned(zone).strftime("%H:%M").to_string();
        let place = if row.place.is_empty() { String::new() } else { format!(", {}", row.place) };
        let text = format!(
            "EMERGENCY {}: {} dialled from extension {}{place} at {when}. Call back: {}",
            self.settings.office,
            row.dialled,
            row.extension,
            row.callback.national(),
        );
        let recipients = self.settings.emergency_texts.clone();
        // They name no call: its record is written when it is over, and nobody waits for that.
        self.texts_to(&recipients, &text, row.at)
    }
}
