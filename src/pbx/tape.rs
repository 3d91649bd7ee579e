//! The recording of a call in progress: whether it runs, who has asked for it, and what has been kept so far.

use std::time::Instant;

use super::{Gap, RecordRule, RecordingPart, RecordingRules};
use crate::types::{CallId, Extension, LegId};

/// Files of one call. Each is begun by somebody's key; beyond them nothing more is recorded.
const MOST_PARTS: usize = 16;

/// Pauses noted of one file. Beyond them a pause cannot be noted, and is refused.
const MOST_GAPS: usize = 64;

/// What somebody does by a key or a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RecordKey {
    On,
    Off,
    /// On, or off again.
    Turn,
    /// Paused, or going on.
    Pause,
}

/// What that comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RecordOrder {
    Start,
    Stop,
    Pause,
    GoOn,
    /// It is so already.
    Stays,
}

impl RecordOrder {
    /// What whoever has asked for it hears, at a phone that has dialled a code for it.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Start => "This call will be recorded, as soon as everybody has been told.",
            Self::Stop => "The recording has ended.",
            Self::Pause => "The recording is paused.",
            Self::GoOn => "The recording goes on.",
            Self::Stays => "It is so already.",
        }
    }
}

/// Why it cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotRecorded {
    /// This extension has no right to it.
    Right,
    /// All calls of one of the two are recorded: it cannot be switched off.
    Always,
    /// One of the two is never recorded.
    Never,
    /// There is nothing that could be paused.
    Nothing,
    /// As many pauses, or files, as a call may have.
    Full,
}

impl NotRecorded {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Right => "You may not record calls.",
            Self::Always => "All calls are recorded. The recording can only be paused.",
            Self::Never => "This call may not be recorded.",
            Self::Nothing => "This call is not recorded.",
            Self::Full => "This recording cannot be paused or begun again.",
        }
    }
}

/// A pause that somebody has asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pause {
    by: Extension,
    until: Instant,
}

/// See the module's sentence.
#[derive(Debug, Default)]
pub(super) struct Tape {
    parts: Vec<RecordingPart>,
    /// The leg by which the last part is being recorded.
    on: Option<LegId>,
    /// Who has asked for a recording that the office's rule leaves to them.
    asked: Option<Extension>,
    paused: Option<Pause>,
    /// The media plane has been told to keep silence.
    silent: bool,
}

impl Tape {
    /// The leg by which the call is being recorded, while it is.
    pub(super) fn on(&self) -> Option<LegId> {
        self.on
    }

    pub(super) fn asked_by(&self) -> Option<&Extension> {
        self.asked.as_ref()
    }

    pub(super) fn ask(&mut self, by: Option<Extension>) {
        self.asked = by;
    }

    pub(super) fn pause(&mut self, by: Extension, until: Instant) {
        self.paused = Some(Pause { by, until });
    }

    pub(super) fn go_on(&mut self) {
        self.paused = None;
    }

    pub(super) fn is_paused(&self) -> bool {
        self.paused.is_some()
    }

    /// When the pause ends by itself.
    pub(super) fn pause_ends(&self) -> Option<Instant> {
        self.paused.as_ref().map(|pause| pause.until)
    }

    pub(super) fn is_silent(&self) -> bool {
        self.silent
    }

    /// What this key of an extension comes to in a call with that rule.
    pub(super) fn order(
        &self,
        rules: &RecordingRules,
        rule: RecordRule,
        by: &Extension,
        key: RecordKey,
    ) -> Result<RecordOrder, NotRecorded> {
        let own = rules.rule_of(by);
        if own == RecordRule::Never {
            return Err(NotRecorded::Right);
        }
        match (key, rule) {
            (_, RecordRule::Never) => Err(NotRecorded::Never),
            (RecordKey::Pause, _) => self.order_to_pause(rules),
            (RecordKey::On, RecordRule::Always) => Ok(RecordOrder::Stays),
            (RecordKey::Off | RecordKey::Turn, RecordRule::Always) => Err(NotRecorded::Always),
            (RecordKey::On, RecordRule::OnDemand) if self.asked.is_some() => Ok(RecordOrder::Stays),
            (RecordKey::Off, RecordRule::OnDemand) if self.asked.is_none() => Ok(RecordOrder::Stays),
            (RecordKey::Off | RecordKey::Turn, RecordRule::OnDemand) if self.asked.is_some() => {
                Ok(RecordOrder::Stop)
            }
            (_, RecordRule::OnDemand) if self.parts.len() >= MOST_PARTS => Err(NotRecorded::Full),
            (_, RecordRule::OnDemand) => Ok(RecordOrder::Start),
        }
    }

    fn order_to_pause(&self, rules: &RecordingRules) -> Result<RecordOrder, NotRecorded> {
        let gaps = self.parts.last().map_or(0, |part| part.gaps.len());
        match (self.on, self.is_paused()) {
            (None, _) => Err(NotRecorded::Nothing),
            (Some(_), true) => Ok(RecordOrder::GoOn),
            (Some(_), false) if rules.pause.is_zero() => Err(NotRecorded::Right),
            (Some(_), false) if gaps >= MOST_GAPS => Err(NotRecorded::Full),
            (Some(_), false) => Ok(RecordOrder::Pause),
        }
    }

    /// It runs from now on, by this leg; `None` if it already does, or has been begun too often.
    pub(super) fn start(&mut self, call: CallId, at_ms: u64, leg: LegId) -> Option<String> {
        if self.on.is_some() || self.parts.len() >= MOST_PARTS {
            return None;
        }
        let file = match self.parts.len() {
            0 => format!("{call}.wav"),
            before => format!("{call}-{}.wav", before + 1),
        };
        let by = self.asked.clone();
        let (from_ms, gaps) = (Some(at_ms), Vec::new());
        self.parts.push(RecordingPart { file: file.clone(), from_ms, until_ms: None, by, gaps });
        self.on = Some(leg);
        self.silent = false;
        Some(file)
    }

    /// Nothing but silence is kept from now on, or again what is said.
    pub(super) fn silence(&mut self, at_ms: u64, silent: bool) {
        let Some(part) = self.parts.last_mut().filter(|_| self.on.is_some() && self.silent != silent) else {
            return;
        };
        self.silent = silent;
        if silent && part.gaps.len() < MOST_GAPS {
            let by = self.paused.as_ref().map(|pause| pause.by.clone());
            part.gaps.push(Gap { from_ms: at_ms, until_ms: None, by });
        } else if let Some(gap) = part.gaps.last_mut().filter(|gap| gap.until_ms.is_none()) {
            gap.until_ms = Some(at_ms);
        }
    }

    /// The file ends here, if one is being written. A pause ends with it.
    pub(super) fn end(&mut self, at_ms: u64) {
        if self.on.take().is_none() {
            return;
        }
        self.silent = false;
        self.paused = None;
        if let Some(part) = self.parts.last_mut() {
            part.until_ms = Some(at_ms);
            if let Some(gap) = part.gaps.last_mut().filter(|gap| gap.until_ms.is_none()) {
                gap.until_ms = Some(at_ms);
            }
        }
    }

    pub(super) fn into_parts(self) -> Vec<RecordingPart> {
        self.parts
    }
}
