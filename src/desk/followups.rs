//! Moves enrolments on: what [`advance`] answers, done in one commit.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rand_chacha::rand_core::Rng;

use super::{Changed, Engine, Output, Placeholder};
use crate::{
    followup::{Advance, EnrolmentState, Stop, advance},
    outbox::{Entry, Kind},
    store::{EnrolmentRow, StoreError},
    types::MessageKey,
};

/// Enrolments moved in one commit; if more are due, the next look takes them.
const AT_ONCE: usize = 32;

impl Engine {
    /// Looks at every enrolment that is due.
    pub(super) fn move_followups(&mut self, now: Timestamp) -> Result<(), StoreError> {
        while self.store.next_enrolment_due()?.is_some_and(|due| due <= now) {
            let due = self.store.due_enrolments(now, AT_ONCE)?;
            let mut chance = self.chance.clone();
            let moved: Vec<_> = due
                .into_iter()
                .map(|row| self.moved(row, MessageKey::from_random(chance.next_u64()), now))
                .collect();
            self.store.move_enrolments(&moved, now)?;
            self.chance = chance;
            for entry in moved.iter().filter_map(|(_, entry)| entry.as_ref()) {
                self.output(Output::Changed(Changed::Message { key: entry.key, call: entry.call }));
            }
            self.output(Output::Changed(Changed::FollowUps));
        }
        Ok(())
    }

    fn moved(&self, mut row: EnrolmentRow, key: MessageKey, now: Timestamp) -> (EnrolmentRow, Option<Entry>) {
        let follow_up = self
            .settings
            .lead_sequence
            .as_ref()
            .filter(|follow_up| follow_up.sequence().name() == row.enrolment.sequence);
        let sequence = follow_up.map(|follow_up| follow_up.sequence());
        let answer =
            advance(&row.enrolment, sequence, &row.standing, row.number, &self.settings.quiet_hours, now);
        let words = match answer {
            Advance::Send { touch, .. } => follow_up.and_then(|follow_up| follow_up.words(touch)),
            Advance::Defer(_) | Advance::Stop(_) => None,
        };
        match (answer, words) {
            (Advance::Send { next, .. }, Some(words)) => {
                let mut values = BTreeMap::from([(Placeholder::Office, self.settings.office.as_str())]);
                if let Some(first) = row.name.as_deref().and_then(|name| name.split_whitespace().next()) {
                    values.insert(Placeholder::Name, first);
                }
                let body = words.render(&values);
                let mut entry = Entry::new(key, Kind::FollowUp, row.enrolment.from, row.number, body, now);
                entry.call = row.enrolment.call;
                row.enrolment.step += 1;
                match next {
                    Some(due) => row.enrolment.due = due,
                    None => row.enrolment.state = EnrolmentState::Finished,
                }
                (row, Some(entry))
            }
            (Advance::Send { .. }, None) => {
                row.enrolment.state = EnrolmentState::Stopped(Stop::SequenceGone);
                (row, None)
            }
            (Advance::Defer(until), _) => {
                row.enrolment.due = until;
                (row, None)
            }
            (Advance::Stop(why), _) => {
                row.enrolment.state = EnrolmentState::Stopped(why);
                (row, None)
            }
        }
    }
}
