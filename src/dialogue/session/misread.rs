//! Readings that the words themselves put right, before anything is answered.

use super::Session;
use crate::dialogue::{Clause, Intent, Move, Reading, Topic, Urgency, remark::Remark, session::asking::asks};

/// Nobody doubts it.
const SURE: f32 = 0.9;

impl Session {
    /// "So you don't know the number?" is a question, and no "I don't know"; a spot for January is none to park on. `None`: the
    /// reading is right as it is.
    pub(super) fn read_anew(&self, text: &str, reading: &Reading) -> Option<Reading> {
        let unknown = reading.moves == Some(Move::Unknown) && Remark::SaysYouDontKnow.is_in(text);
        let parking = |reading: &Reading| reading.topic == Some(Topic::Parking);
        let spot = Remark::SpotToLive.is_in(text)
            && (parking(reading) || reading.clauses.iter().any(|clause| parking(&clause.reading)));
        let locker = self.state.flow.is_none()
            && reading.intent != Intent::Maintenance
            && reading.urgency == Urgency::Routine
            && reading.suspected.is_none()
            && !asks(text)
            && Remark::BrokenLocker.is_in(text);
        if !(unknown || spot || locker) {
            return None;
        }
        let mut anew = reading.clone();
        if unknown {
            anew.moves = Remark::OpensWithYes.is_in(text).then_some(Move::Affirm);
        }
        if spot {
            anew.topic = anew.topic.filter(|topic| *topic != Topic::Parking);
            let cleared = |clause: Clause| {
                let topic = clause.reading.topic.filter(|topic| *topic != Topic::Parking);
                Clause { reading: Reading { topic, ..clause.reading }, ..clause }
            };
            anew.clauses = anew.clauses.into_iter().map(cleared).collect();
        }
        if locker {
            // Told by whoever brings the mail as well, who lives nowhere there.
            (anew.intent, anew.confidence) = (Intent::Maintenance, SURE);
            anew.topic = None;
            anew.clauses.clear();
        }
        Some(anew)
    }
}
