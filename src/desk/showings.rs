//! The office's own calendar, asked in the middle of a call: free times, bookings that are on disk before they are said, and
//! what became of them when the call is over. What agents keep elsewhere is asked in [`calendars`](super::calendars).

use std::collections::{BTreeMap, VecDeque};

use jiff::{Timestamp, civil::Time};
use rand_chacha::rand_core::Rng;

use super::{Engine, Output, calendars::calendar_entry};
use crate::{
    calendar::{self, Busy, ShowingPlan, Wish},
    dialogue::{
        CalendarAnswer, CalendarRequest, DayPart, Outcome, Promise, Showing, ShowingSlot, ShowingState, When,
    },
    pbx::CallRecord,
    store::{ShowingRow, ShowingStatus, StoreError},
    types::{CallId, PhoneNumber, ShowingId},
};

/// Calls with a showing whose end is waited for. When there are more, the one with the lowest id is forgotten: its record
/// says what its conversation knew.
const MOST_LIVE: usize = 2_000;

/// Bookings to take back. When there are more, the oldest stands until somebody cancels it.
const MOST_TAKEN_BACK: usize = 1_000;

/// What the calls that go on have booked.
#[derive(Debug, Default)]
pub(super) struct Showings {
    live: BTreeMap<CallId, Showing>,
    /// The store has failed in the middle of these; if they are in it after all, nobody was told so.
    taken_back: VecDeque<ShowingId>,
}

/// A booking as it was asked for.
struct Booking {
    slot: ShowingSlot,
    place: String,
    name: Option<String>,
    callback: PhoneNumber,
    replaces: Option<ShowingId>,
}

impl Showings {
    /// A call is over. What stands in the calendar stands in its record, even if the caller hung up before they were told.
    pub(super) fn ended(&mut self, record: &mut CallRecord) {
        let Some(showing) = self.live.remove(&record.call) else { return };
        if showing.state != ShowingState::Booked {
            return;
        }
        let outcome = record.outcome.get_or_insert_with(Outcome::blank);
        outcome.showing = Some(showing);
        if matches!(outcome.promised, Promise::Nothing | Promise::LeadCallback) {
            outcome.promised = Promise::Showing;
        }
    }

    pub(super) fn note(&mut self, call: CallId, showing: Showing) {
        if self.live.len() >= MOST_LIVE && !self.live.contains_key(&call) {
            self.live.pop_first();
        }
        self.live.insert(call, showing);
    }

    pub(super) fn take_back(&mut self, showing: ShowingId) {
        if self.taken_back.len() >= MOST_TAKEN_BACK {
            self.taken_back.pop_front();
        }
        self.taken_back.push_back(showing);
    }
}

impl Engine {
    /// Answers at once, unless agents keep calendars elsewhere: what cannot be looked up or stored now is "away".
    pub(super) fn calendar_asked(
        &mut self,
        now: Timestamp,
        call: CallId,
        ticket: u32,
        request: CalendarRequest,
    ) {
        let answer = match self.consult(now, (call, ticket), request) {
            Ok(Some(answer)) => answer,
            // Agents' calendars are asked first.
            Ok(None) => return,
            Err(error) => {
                if !error.is_about_the_data() {
                    self.store_fails(now, &error);
                }
                tracing::warn!(%call, error = error.name(), "the calendar could not be asked");
                CalendarAnswer::Away
            }
        };
        self.output(Output::CalendarAnswered { call, ticket, answer });
    }

    /// Takes out what may have been stored while the store said that it was not.
    pub(super) fn take_back_showings(&mut self, now: Timestamp) -> Result<(), StoreError> {
        while let Some(showing) = self.showings.taken_back.front().copied() {
            self.store.cancel_showing(showing, now)?;
            self.showings.taken_back.pop_front();
        }
        Ok(())
    }

    fn consult(
        &mut self,
        now: Timestamp,
        (call, ticket): (CallId, u32),
        request: CalendarRequest,
    ) -> Result<Option<CalendarAnswer>, StoreError> {
        // A clock that is wrong would book the past.
        if !self.clock.is_right() || !self.may_try_store(now) {
            return Ok(Some(CalendarAnswer::Away));
        }
        let Some(plan) = self.settings.showings.clone() else { return Ok(Some(CalendarAnswer::Away)) };
        self.take_back_showings(now)?;
        match request {
            CalendarRequest::FindSlots { place, wish } => {
                self.look_elsewhere(now, &plan, (call, ticket), place, wish)
            }
            CalendarRequest::Book { slot, place, name, callback, replaces } => {
                self.book(&plan, now, (call, ticket), Booking { slot, place, name, callback, replaces })
            }
            CalendarRequest::Cancel { showing } => {
                self.store.cancel_showing(showing, now)?;
                if let Some(known) = self.showings.live.get_mut(&call)
                    && known.id == Some(showing)
                {
                    known.state = ShowingState::Cancelled;
                }
                Ok(Some(CalendarAnswer::Cancelled))
            }
        }
    }

    fn book(
        &mut self,
        plan: &ShowingPlan,
        now: Timestamp,
        (call, ticket): (CallId, u32),
        booking: Booking,
    ) -> Result<Option<CalendarAnswer>, StoreError> {
        let Booking { slot, place, name, callback, replaces } = booking;
        let except: Vec<ShowingId> = replaces.into_iter().collect();
        let mut busy = self.busy(now, &except)?;
        let agent = plan.agents.iter().find(|agent| agent.name == slot.agent);
        let free = slot.begins > now
            && agent
                .is_some_and(|agent| calendar::is_free(plan, &busy, &place, agent, slot.begins, slot.ends));
        busy.extend(self.calendars.seen());
        let instead = || CalendarAnswer::Taken { instead: near_slot(plan, &busy, &place, &slot, now) };
        if !free {
            return Ok(Some(instead()));
        }
        let keeps = agent.and_then(|agent| agent.calendar.as_ref());
        let id = ShowingId::from_random(self.chance.next_u64());
        let row = ShowingRow {
            id,
            call,
            agent: slot.agent.clone(),
            place: place.clone(),
            begins: slot.begins,
            ends: slot.ends,
            name,
            callback,
            // One who keeps a calendar elsewhere is asked first.
            status: if keeps.is_some() { ShowingStatus::Claimed } else { ShowingStatus::Booked },
            changed: now,
            replaces,
            entry: keeps.map(|collection| calendar_entry(collection, id)),
            remark: None,
        };
        match self.store.book_showing(&row, now) {
            Ok(()) => {}
            // Somebody else was quicker, whoever that was: the schema is the last to say.
            Err(StoreError::Conflict(_)) => return Ok(Some(instead())),
            Err(error) => {
                self.showings.take_back(id);
                return Err(error);
            }
        }
        if row.status == ShowingStatus::Claimed {
            self.reserve(now, plan, row, (call, ticket), slot);
            return Ok(None);
        }
        let showing =
            Showing { state: ShowingState::Booked, place: Some(place), slot: Some(slot), id: Some(id) };
        self.showings.note(call, showing);
        Ok(Some(CalendarAnswer::Booked(id)))
    }

    /// What everybody has on from now on in our own calendar, but for these showings.
    pub(super) fn busy(&mut self, now: Timestamp, except: &[ShowingId]) -> Result<Vec<Busy>, StoreError> {
        let showings = self.store.showings_ahead(now)?;
        let taken = |row: ShowingRow| Busy {
            agent: row.agent,
            begins: row.begins,
            ends: row.ends,
            place: Some(row.place),
        };
        Ok(showings.into_iter().filter(|row| !except.contains(&row.id)).map(taken).collect())
    }
}

/// Times near one that is taken.
pub(super) fn near_slot(
    plan: &ShowingPlan,
    busy: &[Busy],
    place: &str,
    slot: &ShowingSlot,
    now: Timestamp,
) -> Vec<ShowingSlot> {
    let wish = Wish { from: Some(slot.local.date()), at: Some(slot.local.time()), ..Wish::default() };
    free_near(plan, busy, place, &wish, now)
}

pub(super) fn free_near(
    plan: &ShowingPlan,
    busy: &[Busy],
    place: &str,
    wish: &Wish,
    now: Timestamp,
) -> Vec<ShowingSlot> {
    let slots = calendar::slots(plan, busy, place, wish, now);
    let told = |slot: calendar::Slot| ShowingSlot {
        begins: slot.begins,
        ends: slot.ends,
        local: slot.begins.to_zoned(plan.zone.clone()).datetime(),
        agent: slot.agent,
    };
    slots.into_iter().map(told).collect()
}

/// What a prospect said, as days and hours.
pub(super) fn wished(when: &When) -> Wish {
    let hour = |hour: i8| Time::new(hour, 0, 0, 0).ok();
    let span = when.after || when.until.is_some();
    let (earliest, latest) = match (when.time, when.part) {
        (Some(time), _) if span => (Some(time), when.until),
        (Some(_), _) => (None, None),
        (None, None) => (None, when.until),
        (None, Some(DayPart::Morning)) => (None, hour(12)),
        (None, Some(DayPart::Noon)) => (hour(11), hour(14)),
        (None, Some(DayPart::Afternoon)) => (hour(12), hour(17)),
        (None, Some(DayPart::Evening | DayPart::Night)) => (hour(17), None),
    };
    Wish { from: when.date, until: when.until_date, at: when.time.filter(|_| !span), earliest, latest }
}
