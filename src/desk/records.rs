//! The records of ended calls on their way to the disk: kept until they are stored, several with one sync.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Alarm, Changed, Engine, Output, wrap_up};
use crate::{
    pbx::CallRecord,
    store::{StoreError, WrapUp},
    trace::Finished,
    types::Chance,
};

/// Records stored in one go before the host gets a word in.
const AT_ONCE: usize = 50;

/// From so many records on, and each time they double, it is said aloud.
const ALARMING: usize = 10;

/// Records that may wait without any hurry.
const FEW: usize = 8;

/// Traces that wait for the store; the next commit takes them all.
const MOST_TRACES: usize = 64;

impl Engine {
    /// Keeps a record until it is stored. When the memory is full, the oldest goes: the newest are what the office
    /// still can act on.
    pub(super) fn keep(&mut self, record: Box<CallRecord>) {
        if self.waiting.len() >= Self::MOST_WAITING {
            self.waiting.pop_front();
            self.lose_record();
        }
        self.waiting.push_back(record);
        let count = self.waiting.len();
        if self.trouble.is_some()
            && count >= ALARMING
            && (count / ALARMING).is_power_of_two()
            && count.is_multiple_of(ALARMING)
        {
            self.output(Output::Alarm(Alarm::RecordsWaiting { count }));
        }
    }

    fn lose_record(&mut self) {
        self.lost += 1;
        let count = self.lost;
        self.output(Output::Alarm(Alarm::RecordsLost { count }));
    }

    /// Keeps a trace for the store. While records have to wait, traces are let go: they only explain, and a burst of
    /// calls is explained by any one of them.
    pub(super) fn keep_trace(&mut self, trace: Finished) {
        if self.waiting.len() < FEW && self.traces.len() < MOST_TRACES && self.trouble.is_none() {
            self.traces.push(trace);
        }
    }

    pub(super) fn store_traces(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let traces = std::mem::take(&mut self.traces);
        if traces.is_empty() { Ok(()) } else { self.store.keep_traces(&traces, now) }
    }

    pub(super) fn store_records(&mut self, now: Timestamp) -> Result<(), StoreError> {
        if self.store_together(now)? {
            return Ok(());
        }
        for _ in 0..AT_ONCE {
            let Some(record) = self.waiting.pop_front() else { break };
            let mut stored = self.store_record(&record, now);
            for _ in 0..3 {
                match &stored {
                    Err(error) if self.draw_again(error) => stored = self.store_record(&record, now),
                    _ => break,
                }
            }
            match stored {
                Ok(()) => {}
                // Trying again would stop every later record behind this one.
                Err(error) if error.is_about_the_data() => self.lose_record(),
                Err(error) => {
                    self.waiting.push_front(record);
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// The oldest records with one sync of the disk: an SD card wears by the sync, and a burst of calls would wait for
    /// one each. False if there are not several, or if one of them has to be looked at alone.
    fn store_together(&mut self, now: Timestamp) -> Result<bool, StoreError> {
        let count = self.independent();
        if count < 2 {
            return Ok(false);
        }
        let mut chance = self.chance.clone();
        let mut queued = self.store.outbox_len()?;
        let mut wrap_ups = Vec::with_capacity(count);
        let records: Vec<Box<CallRecord>> = self.waiting.drain(..count).collect();
        let mut written = Ok(());
        for record in &records {
            match self.wrapped_up(record, now, queued >= Self::MOST_QUEUED, &mut chance) {
                Ok(wrap_up) => {
                    queued += wrap_up.entries.len();
                    wrap_ups.push(wrap_up);
                }
                Err(error) => {
                    written = Err(error);
                    break;
                }
            }
        }
        if written.is_ok() {
            written = self.store.wrap_up_together(&wrap_ups);
        }
        match written {
            Ok(()) => {
                self.chance = chance;
                self.note_outbox(queued >= Self::MOST_QUEUED);
                wrap_ups.iter().for_each(|wrap_up| self.announce(wrap_up));
                Ok(true)
            }
            Err(error) => {
                for record in records.into_iter().rev() {
                    self.waiting.push_front(record);
                }
                let one_of_them = error.is_about_the_data() || matches!(error, StoreError::Conflict(_));
                if one_of_them { Ok(false) } else { Err(error) }
            }
        }
    }

    /// How many of the oldest records can be wrapped up without regard to each other: what is known of a person is
    /// read before the first of them is written, so each person is among them once.
    fn independent(&self) -> usize {
        let mut people = BTreeSet::new();
        let oldest = self.waiting.iter().take(AT_ONCE);
        oldest
            .take_while(|record| wrap_up::other_side(record).is_none_or(|number| people.insert(number)))
            .count()
    }

    fn store_record(&mut self, record: &CallRecord, now: Timestamp) -> Result<(), StoreError> {
        let outbox_full = self.store.outbox_len()? >= Self::MOST_QUEUED;
        // Chance moves on only with what is stored, or with a key that turned out to be taken.
        let mut chance = self.chance.clone();
        let wrap_up = self.wrapped_up(record, now, outbox_full, &mut chance)?;
        self.store.wrap_up(&wrap_up)?;
        self.chance = chance;
        self.note_outbox(outbox_full);
        self.announce(&wrap_up);
        Ok(())
    }

    fn wrapped_up(
        &mut self,
        record: &CallRecord,
        now: Timestamp,
        outbox_full: bool,
        chance: &mut Chance,
    ) -> Result<WrapUp, StoreError> {
        let standing = match wrap_up::other_side(record) {
            Some(number) => self.store.standing(number)?,
            None => None,
        };
        let circumstances = wrap_up::Circumstances {
            standing: standing.as_ref(),
            outbox_full,
            undated: !self.clock.is_right(),
            now,
        };
        Ok(wrap_up::wrap_up(record, &self.settings, &circumstances, chance))
    }

    fn note_outbox(&mut self, full: bool) {
        if full && !self.outbox_full {
            self.output(Output::Alarm(Alarm::OutboxFull));
        }
        self.outbox_full = full;
    }

    fn announce(&mut self, wrap_up: &WrapUp) {
        self.output(Output::Changed(Changed::Call(wrap_up.record.call)));
        for entry in &wrap_up.entries {
            self.output(Output::Changed(Changed::Message { key: entry.key, call: entry.call }));
        }
    }
}
