//! Whose calls are recorded, what was recorded of a call, and whether it may be listened to.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{CallRecord, LegRecord, Party};
use crate::types::Extension;

/// When the calls of somebody are recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum RecordRule {
    #[default]
    Never,
    /// When somebody who may have it so asks for it.
    OnDemand,
    Always,
}

/// Whose calls are recorded. Part of a [`Directory`](super::Directory).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordingRules {
    /// For calls of extensions that are not in `of`, and for those of the agent.
    pub calls: RecordRule,
    /// An extension that is here with [`RecordRule::Never`] is not recorded whatever the other one's rule is.
    pub of: BTreeMap<Extension, RecordRule>,
    /// A pause ends by itself after so long, so that one that was forgotten does not swallow the call. Zero: nobody may
    /// pause.
    pub pause: Duration,
}

impl Default for RecordingRules {
    /// Nobody is recorded; five minutes of a pause.
    fn default() -> Self {
        Self { calls: RecordRule::Never, of: BTreeMap::new(), pause: Duration::from_secs(300) }
    }
}

impl RecordingRules {
    /// The office records every call, as far as no extension says otherwise.
    pub fn always() -> Self {
        Self { calls: RecordRule::Always, ..Self::default() }
    }

    /// The rule of one extension.
    pub fn rule_of(&self, extension: &Extension) -> RecordRule {
        self.of.get(extension).copied().unwrap_or(self.calls)
    }

    /// The rule of a call between these, of whom those without an extension are not of the house.
    pub(super) fn rule_among<'a>(
        &self,
        people: impl IntoIterator<Item = Option<&'a Extension>>,
    ) -> RecordRule {
        let mut rule = None;
        for extension in people.into_iter().flatten() {
            match (self.of.get(extension), rule) {
                (Some(RecordRule::Never), _) => return RecordRule::Never,
                (own, so_far) => rule = Some(own.copied().unwrap_or(self.calls)).max(so_far),
            }
        }
        rule.unwrap_or(self.calls)
    }
}

/// One stretch of a call that was recorded, in a file of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordingPart {
    /// Its name below the recordings folder.
    pub file: String,
    /// Where it begins, in milliseconds since the call began: its position 0 on the scale of
    /// [`TurnRecord::at_ms`](super::TurnRecord::at_ms). None for one by a program that did not note it.
    pub from_ms: Option<u64>,
    /// Where it ends; `None`: with the call.
    #[serde(default)]
    pub until_ms: Option<u64>,
    /// Who had asked for it; `None`: the office's rule.
    #[serde(default)]
    pub by: Option<Extension>,
    /// Stretches of silence in place of what was said.
    #[serde(default)]
    pub gaps: Vec<Gap>,
}

/// A stretch of which silence was kept, in milliseconds since the call began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    pub from_ms: u64,
    /// `None`: to the end of the part.
    pub until_ms: Option<u64>,
    /// Who paused it; `None`: somebody was there who had not been told of the recording.
    pub by: Option<Extension>,
}

impl CallRecord {
    /// Has everybody whose voice is in a recording been told of it before? Those who have not keep it from being heard.
    pub fn recording_is_cleared(&self) -> bool {
        self.recordings.iter().all(|part| self.is_cleared(part))
    }

    /// Has everybody who was there during this part been told of it? Until they have, the switch keeps their voices out of
    /// it: it is silent, or they are not yet let in. The stamp is the proof; one from after the part proves nothing.
    pub fn is_cleared(&self, part: &RecordingPart) -> bool {
        let people = self.legs.iter().filter(|leg| leg.party != Party::Agent);
        people.into_iter().all(|leg| match self.presence(part, leg) {
            None => true,
            Some(until) => leg.told.is_some_and(|told| told.as_millisecond() <= until),
        })
    }

    /// Until when somebody at this leg could be heard in the part, in milliseconds of the epoch; `None`: never.
    fn presence(&self, part: &RecordingPart, leg: &LegRecord) -> Option<i64> {
        let at =
            |ms: u64| self.started.as_millisecond().saturating_add(i64::try_from(ms).unwrap_or(i64::MAX));
        let end = |ms: Option<u64>| ms.map_or(self.ended.as_millisecond(), at);
        let mut from = leg.answered?.as_millisecond().max(at(part.from_ms.unwrap_or(0)));
        let until = leg.ended.as_millisecond().min(end(part.until_ms));
        // Gaps are in order and apart from each other.
        for gap in &part.gaps {
            if at(gap.from_ms) <= from && from < end(gap.until_ms) {
                from = end(gap.until_ms);
            }
        }
        (from < until).then_some(until)
    }

    /// The part in which a moment of the call is kept, and where in it, in milliseconds; 0 of the first for what came
    /// before it.
    pub fn in_recording(&self, at_ms: u64) -> Option<(usize, u64)> {
        let parts = self.recordings.iter().enumerate();
        let began = parts.filter_map(|(number, part)| Some((number, part, part.from_ms?)));
        let (number, part, from) =
            began.clone().rev().find(|(.., from)| *from <= at_ms).or(began.clone().next())?;
        let over = part.until_ms.is_some_and(|until| until < at_ms);
        (!over).then(|| (number, at_ms.saturating_sub(from)))
    }

    /// When this moment of the call was.
    pub fn instant_of(&self, at_ms: u64) -> Timestamp {
        let at = self.started.checked_add(Duration::from_millis(at_ms));
        at.unwrap_or(self.ended)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pbx::{CallDirection, Caller, Dialled, Disposition, LegResult, Vouched};
    use crate::types::CallId;

    fn extension(text: &str) -> Extension {
        text.parse().unwrap()
    }

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn leg(party: Party, answered: i64, ended: i64, told: Option<i64>) -> LegRecord {
        LegRecord {
            party,
            started: second(0),
            answered: Some(second(answered)),
            ended: second(ended),
            result: LegResult::Completed,
            quality: None,
            told: told.map(second),
        }
    }

    fn part(from: u64, until: Option<u64>) -> RecordingPart {
        let until_ms = until.map(|until| until * 1000);
        RecordingPart {
            file: "a.wav".into(),
            from_ms: Some(from * 1000),
            until_ms,
            by: None,
            gaps: Vec::new(),
        }
    }

    fn call(legs: Vec<LegRecord>, recordings: Vec<RecordingPart>) -> CallRecord {
        CallRecord {
            call: CallId::from_random(1),
            direction: CallDirection::Inbound,
            trunk: None,
            caller: Caller::Anonymous,
            vouched: Vouched::default(),
            dialled: Dialled::Extension(extension("101")),
            started: second(0),
            answered: None,
            ended: second(100),
            disposition: Disposition::Answered,
            agent_reason: None,
            legs,
            turns: Vec::new(),
            outcome: None,
            recordings,
            fax: None,
            decisions: Vec::new(),
            queued: None,
            conversations: Vec::new(),
        }
    }

    #[test]
    fn who_says_never_is_not_recorded_and_always_wins_over_on_demand() {
        use RecordRule::{Always, Never, OnDemand};
        let (a, b, c) = (extension("101"), extension("102"), extension("103"));
        let of = BTreeMap::from([(a.clone(), Always), (b.clone(), Never)]);
        let rules = RecordingRules { calls: OnDemand, of, ..RecordingRules::default() };
        for (people, rule) in [
            (vec![None, Some(&a)], Always),
            (vec![Some(&a), Some(&b)], Never),
            (vec![Some(&c), Some(&a)], Always),
            (vec![None, Some(&c)], OnDemand),
            (vec![None], OnDemand),
            (vec![None, None], OnDemand),
        ] {
            assert_eq!(rules.rule_among(people.clone()), rule, "{people:?}");
        }
    }

    #[test]
    fn a_recording_with_the_voice_of_somebody_who_was_not_told_is_held_back() {
        let caller = || Party::Caller(Caller::Anonymous);
        let phone = || Party::Phone(extension("101"));
        let told = vec![leg(caller(), 5, 100, Some(7)), leg(phone(), 5, 100, Some(7))];
        assert!(call(told.clone(), vec![part(7, None)]).recording_is_cleared());
        let untold = vec![leg(caller(), 5, 100, Some(7)), leg(phone(), 5, 100, None)];
        assert!(!call(untold, vec![part(7, None)]).recording_is_cleared());
        // A stamp from after it is no proof.
        let late = vec![leg(caller(), 5, 100, Some(60)), leg(phone(), 5, 100, Some(7))];
        assert!(!call(late, vec![part(7, Some(50))]).recording_is_cleared());
        // Who had gone before it began, or came after it had ended, is not in it.
        let gone = [told.clone(), vec![leg(phone(), 0, 6, None)]].concat();
        assert!(call(gone, vec![part(7, None)]).recording_is_cleared());
        let came = [told.clone(), vec![leg(phone(), 50, 60, None)]].concat();
        assert!(call(came.clone(), vec![part(7, Some(50))]).recording_is_cleared());
        assert!(!call(came.clone(), vec![part(7, Some(55))]).recording_is_cleared());
        // Of whom nothing but silence was kept is not in it either.
        let gap = |until_ms| vec![Gap { from_ms: 50_000, until_ms, by: None }];
        let silent = RecordingPart { gaps: gap(Some(60_000)), ..part(7, None) };
        assert!(call(came.clone(), vec![silent]).recording_is_cleared());
        let too_short = RecordingPart { gaps: gap(Some(55_000)), ..part(7, None) };
        assert!(!call(came.clone(), vec![too_short]).recording_is_cleared());
        let to_the_end = RecordingPart { gaps: gap(None), ..part(7, None) };
        assert!(call(came, vec![to_the_end]).recording_is_cleared());
    }

    #[test]
    fn what_was_said_is_found_in_the_part_that_holds_it() {
        let parts = vec![part(10, Some(20)), part(40, None)];
        let call = call(Vec::new(), parts);
        assert_eq!(call.in_recording(5_000), Some((0, 0)));
        assert_eq!(call.in_recording(12_500), Some((0, 2_500)));
        assert_eq!(call.in_recording(30_000), None, "between the two");
        assert_eq!(call.in_recording(41_000), Some((1, 1_000)));
    }
}
