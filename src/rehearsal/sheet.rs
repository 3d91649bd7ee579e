//! The sheet: each caller, whether all was as it should be, and if not, what was wrong and what cures it.

use std::fmt;

use crate::{dialogue::Journal, types::Language};

/// What was wrong with one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// A plain sentence.
    pub said: String,
    /// The line of the configuration, or the thing to do, that mends it; `None`: it is the agent's own.
    pub cure: Option<String>,
}

/// How one caller fared.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Took no part: the office has not what they call about.
    StayedAway { missing: String },
    Called {
        /// `Tue 10:10`.
        at: String,
        /// What the call was taken for: the name of a call type, or how the call ended without one.
        about: String,
        /// What came of it, in a line.
        came: String,
        faults: Vec<Fault>,
        /// Who said what; then who was rung, what the office is told, what the caller is sent.
        transcript: Vec<String>,
        /// Everything that happened, with its time.
        ladder: String,
        /// What the agent was told by every caller of the scene, and what it decided.
        journals: Vec<Journal>,
    },
}

/// One line of the sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    pub title: String,
    /// What the caller speaks.
    pub language: Language,
    pub outcome: Outcome,
}

impl Scored {
    /// Did they call, and was all as it should be? `None`: they did not call.
    pub fn is_well(&self) -> Option<bool> {
        match &self.outcome {
            Outcome::StayedAway { .. } => None,
            Outcome::Called { faults, .. } => Some(faults.is_empty()),
        }
    }
}

/// All of a rehearsal.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    pub office: String,
    pub scored: Vec<Scored>,
}

impl Sheet {
    pub fn called(&self) -> usize {
        self.scored.iter().filter(|entry| entry.is_well().is_some()).count()
    }

    pub fn well(&self) -> usize {
        self.scored.iter().filter(|entry| entry.is_well() == Some(true)).count()
    }

    /// What mends the faults, each with how many it mends.
    pub(super) fn cures(&self) -> Vec<(&str, usize)> {
        let mut cures: Vec<(&str, usize)> = Vec::new();
        for entry in &self.scored {
            let Outcome::Called { faults, .. } = &entry.outcome else { continue };
            for cure in faults.iter().filter_map(|fault| fault.cure.as_deref()) {
                match cures.iter_mut().find(|(known, _)| *known == cure) {
                    Some((_, count)) => *count += 1,
                    None => cures.push((cure, 1)),
                }
            }
        }
        cures
    }
}

impl fmt::Display for Scored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.outcome {
            Outcome::StayedAway { missing } => write!(f, "  --    {} ({missing})", self.title),
            Outcome::Called { at, came, faults, .. } => {
                let mark = if faults.is_empty() { "ok   " } else { "FAULT" };
                write!(f, "  {mark} {} ({at}): {came}", self.title)?;
                for fault in faults {
                    write!(f, "\n          {}", fault.said)?;
                    if let Some(cure) = &fault.cure {
                        write!(f, "\n          cure: {cure}")?;
                    }
                }
                Ok(())
            }
        }
    }
}

impl fmt::Display for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (called, well) = (self.called(), self.well());
        write!(f, "{}: {called} callers, {well} as it should be", self.office)?;
        let away = self.scored.len() - called;
        if away > 0 {
            write!(f, ", {away} stayed away")?;
        }
        for (cure, count) in self.cures() {
            let calls = if count == 1 { "call" } else { "calls" };
            write!(f, "\n  to mend ({count} {calls}): {cure}")?;
        }
        Ok(())
    }
}
