//! What has come of a story: who was told what, what was written down, what the media plane was asked for.

use super::World;
use crate::{
    media::{Codec, Direction},
    pbx::{CallRecord, EscalationStep, Fact, MediaCommand},
    sip::{Cause, Event},
    types::{CallId, LegId},
};

impl World {
    pub(in crate::pbx) fn events(&self, who: &str) -> &[Event] {
        if who == "carrier" { &self.carrier.events } else { &self.phones[who].events }
    }

    /// The status with which a far end's own call was refused.
    pub(in crate::pbx) fn failed_with(&self, who: &str) -> Option<u16> {
        self.events(who).iter().rev().find_map(|event| match event {
            Event::Failed { status, .. } => Some(*status),
            _ => None,
        })
    }

    /// The answer that a far end's own call got.
    pub(in crate::pbx) fn answer_to(&self, who: &str) -> Option<String> {
        self.events(who).iter().rev().find_map(|event| match event {
            Event::Answered { body, .. } => Some(String::from_utf8_lossy(body).into_owned()),
            _ => None,
        })
    }

    pub(in crate::pbx) fn was_cancelled(&self, who: &str) -> Option<Option<Cause>> {
        self.events(who).iter().rev().find_map(|event| match event {
            Event::Cancelled { cause, .. } => Some(*cause),
            _ => None,
        })
    }

    pub(in crate::pbx) fn was_confirmed(&self, who: &str) -> bool {
        self.events(who).iter().any(|event| matches!(event, Event::Confirmed { .. }))
    }

    pub(in crate::pbx) fn reoffer_refused_with(&self, who: &str) -> Option<u16> {
        self.events(who).iter().rev().find_map(|event| match event {
            Event::ReofferAnswered { result: Err(status), .. } => Some(*status),
            _ => None,
        })
    }

    /// Every step of every escalation.
    pub(in crate::pbx) fn steps(&self) -> Vec<EscalationStep> {
        let step = |fact: &Fact| match fact {
            Fact::Escalation(step) => Some(step.clone()),
            _ => None,
        };
        self.facts.iter().filter_map(step).collect()
    }

    /// The call that began last.
    pub(in crate::pbx) fn started(&self) -> Option<CallId> {
        self.facts.iter().rev().find_map(|fact| match fact {
            Fact::CallStarted { call, .. } => Some(*call),
            _ => None,
        })
    }

    pub(in crate::pbx) fn has_ended(&self, who: &str) -> bool {
        self.events(who).iter().any(|event| matches!(event, Event::Ended { .. }))
    }

    pub(in crate::pbx) fn rang(&self, who: &str) -> usize {
        let rang = |event: &&Event| matches!(event, Event::Progress { status: 180, .. });
        self.events(who).iter().filter(rang).count()
    }

    /// The provisional answers to a far end's own calls: status and description.
    pub(in crate::pbx) fn progress(&self, who: &str) -> Vec<(u16, String)> {
        let progress = |event: &Event| match event {
            Event::Progress { status, body, .. } => {
                Some((*status, String::from_utf8_lossy(body).into_owned()))
            }
            _ => None,
        };
        self.events(who).iter().filter_map(progress).collect()
    }

    /// The one record that this story has left.
    pub(in crate::pbx) fn record(&self) -> CallRecord {
        let records = self.records();
        assert_eq!(records.len(), 1, "{:#?}", self.facts);
        records[0].clone()
    }

    pub(in crate::pbx) fn records(&self) -> Vec<CallRecord> {
        let record = |fact: &Fact| match fact {
            Fact::Ended(record) => Some((**record).clone()),
            _ => None,
        };
        self.facts.iter().filter_map(record).collect()
    }

    pub(in crate::pbx) fn commands(&self, leg: LegId) -> Vec<&MediaCommand> {
        self.media.iter().filter(|(of, _)| *of == leg).map(|(_, command)| command).collect()
    }

    /// The two legs that were bridged last.
    pub(in crate::pbx) fn bridged(&self) -> Option<(LegId, LegId)> {
        self.media.iter().rev().find_map(|(leg, command)| match command {
            MediaCommand::Bridge { with } => Some((*leg, *with)),
            _ => None,
        })
    }

    /// The direction last agreed on with a leg.
    pub(in crate::pbx) fn direction(&self, leg: LegId) -> Direction {
        let agreed = self.media.iter().rev().find_map(|(of, command)| match command {
            MediaCommand::Connect { agreed, .. } if *of == leg => Some(agreed.direction),
            _ => None,
        });
        agreed.unwrap()
    }

    /// The codec last agreed on with a leg.
    pub(in crate::pbx) fn codec(&self, leg: LegId) -> Codec {
        let agreed = self.media.iter().rev().find_map(|(of, command)| match command {
            MediaCommand::Connect { agreed, .. } if *of == leg => Some(agreed.codec),
            _ => None,
        });
        agreed.unwrap()
    }
}
