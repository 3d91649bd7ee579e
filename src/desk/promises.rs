//! Call-backs that callers of a queue were promised: stored as they come further, confirmed in writing, and left to people
//! when the house could not keep them.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use rand_chacha::rand_core::Rng;

use super::{Changed, Engine, Output, Placeholder, Settings, wrap_up::STAFF_SEPTETS};
use crate::{
    outbox::{Entry, Kind, fit},
    pbx::{CallBack, CallBackState},
    store::{ContactStanding, StoreError},
    types::{Chance, MessageKey},
};

/// What is still to be stored. When the memory is full, the oldest goes: what becomes of a promise is told again as it comes
/// further, and nobody is called before it is stored.
#[derive(Debug, Default)]
pub(super) struct Promises {
    waiting: VecDeque<CallBack>,
}

const MOST_WAITING: usize = 1_000;

impl Promises {
    pub(super) fn take(&mut self, promise: CallBack) {
        if self.waiting.len() >= MOST_WAITING {
            self.waiting.pop_front();
            tracing::error!("the store does not keep up; what became of a call-back was lost");
        }
        self.waiting.push_back(promise);
    }
}

impl Engine {
    /// Stores what waits, in its order, with the texts that go with it.
    pub(super) fn store_promises(&mut self, now: Timestamp) -> Result<(), StoreError> {
        while let Some(promise) = self.promises.waiting.front().cloned() {
            let standing = self.store.standing(promise.number)?;
            let has_room = self.store.outbox_len()? < Self::MOST_QUEUED;
            let mut chance = self.chance.clone();
            let entries = match has_room {
                true => texts(&promise, &self.settings, standing.as_ref(), now, &mut chance),
                false => Vec::new(),
            };
            let undated = !self.clock.is_right();
            match self.store.keep_call_back(&promise, &entries, undated, now) {
                Ok(queued) => {
                    self.chance = chance;
                    for entry in entries.iter().filter(|_| queued) {
                        self.output(Output::Changed(Changed::Message { key: entry.key, call: entry.call }));
                    }
                }
                Err(error) if error.is_about_the_data() => {
                    tracing::error!(%error, "what became of a call-back cannot be stored");
                }
                Err(error) => return Err(error),
            }
            if promise.state == CallBackState::Calling {
                let (call, tries) = (promise.call, promise.tries);
                self.output(Output::CallBackStored { call, tries });
            }
            self.promises.waiting.pop_front();
        }
        Ok(())
    }
}

/// The caller has it in writing that the place is kept, and people of the office read what is left to them.
fn texts(
    promise: &CallBack,
    settings: &Settings,
    standing: Option<&ContactStanding>,
    now: Timestamp,
    chance: &mut Chance,
) -> Vec<Entry> {
    let mut key = || MessageKey::from_random(chance.next_u64());
    if promise.state == CallBackState::Waiting && promise.tries == 0 {
        return confirmation(promise, settings, standing, now, &mut key).into_iter().collect();
    }
    let Some(why) = promise.state.left_to_people() else { return Vec::new() };
    let zone = settings.quiet_hours.zone.clone();
    let asked = promise.asked.to_zoned(zone).strftime("%a %H:%M").to_string();
    let who = match promise.name.as_str() {
        "" => promise.number.national(),
        name => format!("{name}, {}", promise.number.national()),
    };
    let words = format!("{}: please call back {who}, promised {asked} ({why}).", settings.office);
    let body = fit(&words, STAFF_SEPTETS);
    let staff = settings.staff.iter().filter(|to| **to != promise.dialled && **to != promise.number);
    staff
        .map(|to| {
            Entry::new(key(), Kind::StaffSummary, promise.dialled, *to, body.clone(), now).about(promise.call)
        })
        .collect()
}

/// Whoever has asked for it a moment ago, from this very number, is written to; nobody else, and nobody who wants no texts.
fn confirmation(
    promise: &CallBack,
    settings: &Settings,
    standing: Option<&ContactStanding>,
    now: Timestamp,
    key: &mut impl FnMut() -> MessageKey,
) -> Option<Entry> {
    let number = promise.number;
    let unwanted = standing.is_some_and(|standing| standing.do_not_contact);
    if !promise.own
        || unwanted
        || !number.is_north_american()
        || settings.is_ours(number)
        || !settings.text_back
    {
        return None;
    }
    let name = standing.and_then(|standing| standing.verified_name.as_deref());
    let first = name.and_then(|name| name.split_whitespace().next());
    let mut values = BTreeMap::from([(Placeholder::Office, settings.office.as_str())]);
    values.extend(first.map(|first| (Placeholder::Name, first)));
    let language = standing.and_then(|standing| standing.language).unwrap_or_default();
    let body = settings.wording.in_language(language).queue_call_back.render(&values);
    let entry = Entry::new(key(), Kind::Confirmation, promise.dialled, number, body, now).about(promise.call);
    Some(match settings.text_back_waits_for_morning {
        true => entry.not_before(settings.quiet_hours.of(number).next_allowed(now)),
        false => entry,
    })
}
