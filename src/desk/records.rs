//! The records of ended calls on their way to the disk: kept until they are stored, several with one sync.

use jiff::Timestamp;

use super::{
    Alarm, Changed, Engine, Output,
    incidents::{Telling, telling},
    wrap_up,
};
use crate::{
    pbx::CallRecord,
    store::{StoreError, WrapUp},
    trace::Finished,
};

/// Records stored in one go before the host gets a word in.
const AT_ONCE: usize = 50;

/// From so many records on, and each time they double, it is said aloud.
const ALARMING: usize = 10;

/// Records that may wait without any hurry.
const FEW: usize = 8;

/// Records that may wait with the journals of their conversations: some ten megabytes. A disk that has been away for so many
/// calls is to have the calls.
const WITH_JOURNALS: usize = 200;

/// Traces that wait for the store; the next commit takes them all.
const MOST_TRACES: usize = 64;

impl Engine {
    /// Keeps a record until it is stored. When the memory is full, the oldest goes: the newest are what the office
    /// still can act on.
    pub(super) fn keep(&mut self, mut record: Box<CallRecord>) {
        if self.waiting.len() >= WITH_JOURNALS {
            record.conversations = Vec::new();
        }
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
        let count = self.waiting.len().min(AT_ONCE);
        if count > 1 {
            // An SD card wears by the sync, and a burst of calls would wait for one each.
            match self.store_oldest(count, now) {
                Ok(()) => return Ok(()),
                // One of them, which is found by looking at each alone.
                Err(error) if error.is_about_the_data() || matches!(error, StoreError::Conflict(_)) => {}
                Err(error) => return Err(error),
            }
        }
        for _ in 0..count {
            let mut stored = self.store_oldest(1, now);
            for _ in 0..3 {
                match &stored {
                    Err(error) if self.draw_again(error) => stored = self.store_oldest(1, now),
                    _ => break,
                }
            }
            match stored {
                // Trying again would stop every later record behind this one.
                Err(error) if error.is_about_the_data() => {
                    self.waiting.pop_front();
                    self.lose_record();
                }
                stored => stored?,
            }
        }
        Ok(())
    }

    /// The oldest records, with one sync of the disk. They wait no longer once they are stored.
    fn store_oldest(&mut self, count: usize, now: Timestamp) -> Result<(), StoreError> {
        let mut queued = self.store.outbox_len()?;
        // Chance moves on only with what is stored, or with a key that turned out to be taken.
        let mut chance = self.chance.clone();
        let undated = !self.clock.is_right();
        let settings = &self.settings;
        let open = self.store.open_incidents()?;
        let calls = self.waiting.iter().take(count);
        let told: Vec<Option<Telling>> =
            calls.clone().map(|record| telling(record, settings, &open)).collect();
        let reports: Vec<_> =
            told.iter().map(|told| told.as_ref().map(|t| (t.report.clone(), t.number))).collect();
        let calls = calls.zip(&reports);
        let calls = calls.map(|(record, told)| (record.as_ref(), wrap_up::other_side(record), told.as_ref()));
        let mut told = told.iter();
        let mut full = false;
        let stored = self.store.wrap_up_each(calls, |record, known| {
            full = queued >= Self::MOST_QUEUED;
            let circumstances = wrap_up::Circumstances {
                standing: known.standing,
                telling: told.next().and_then(Option::as_ref),
                near: known.near,
                incidents: known.incidents,
                outbox_full: full,
                undated,
                now,
            };
            let wrap_up = wrap_up::wrap_up(record, settings, &circumstances, &mut chance);
            queued += wrap_up.entries.len();
            wrap_up
        })?;
        self.waiting.drain(..stored.len());
        self.chance = chance;
        self.note_outbox(full);
        stored.iter().for_each(|wrap_up| self.announce(wrap_up));
        Ok(())
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
