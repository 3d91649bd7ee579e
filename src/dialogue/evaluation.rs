//! How well utterances are understood that the training never saw: the figures that the project holds itself to.

use std::{collections::BTreeMap, fmt};

use super::{
    corpus::{self, Example},
    intent::Intent,
    reading::{Reading, Urgency},
    training::Embedder,
    understander::Understander,
};

/// Hits and misses of one class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    pub right: u32,
    /// Read as this class, but another.
    pub wrongly: u32,
    /// Of this class, but read as another.
    pub missed: u32,
}

impl Tally {
    pub(super) fn count(&mut self, expected: bool, read: bool) {
        match (expected, read) {
            (true, true) => self.right += 1,
            (true, false) => self.missed += 1,
            (false, true) => self.wrongly += 1,
            (false, false) => {}
        }
    }

    /// Of what was read as this class, the share that is; 1 when nothing was.
    pub fn precision(&self) -> f64 {
        share(self.right, self.wrongly)
    }

    /// Of this class, the share that was read as such; 1 when there was nothing.
    pub fn recall(&self) -> f64 {
        share(self.right, self.missed)
    }

    pub fn f1(&self) -> f64 {
        share(2 * self.right, self.wrongly + self.missed)
    }
}

fn share(right: u32, wrong: u32) -> f64 {
    if right + wrong == 0 { 1.0 } else { f64::from(right) / f64::from(right + wrong) }
}

/// The figures of one run over the held-out utterances.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Report {
    pub utterances: u32,
    /// In the order of [`Intent::ALL`].
    pub intents: [Tally; Intent::ALL.len()],
    /// Danger or none.
    pub life_safety: Tally,
    /// Danger or none, the kind right as well.
    pub danger_kind_right: u32,
    /// Words of danger without danger, and how many of them raised an alarm.
    pub hard_negatives: u32,
    pub false_alarms: u32,
    /// Urgent or not, with the kind right.
    pub urgent: Tally,
    /// Mean distance between confidence and truth over ten bins (expected calibration error).
    pub calibration_error: f64,
    /// Pairs that were confused: what it was, what it was read as, how often.
    pub confusions: BTreeMap<(Intent, Intent), u32>,
}

impl Report {
    /// The mean of the intents' F1, each counting alike.
    pub fn macro_f1(&self) -> f64 {
        self.intents.iter().map(Tally::f1).sum::<f64>() / self.intents.len() as f64
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:14} {:>9} {:>9} {:>9}", "intent", "precision", "recall", "F1")?;
        for (intent, tally) in Intent::ALL.into_iter().zip(&self.intents) {
            let (precision, recall, f1) = (tally.precision(), tally.recall(), tally.f1());
            writeln!(f, "{:14} {precision:>9.3} {recall:>9.3} {f1:>9.3}", intent.name())?;
        }
        writeln!(f, "macro-F1 {:.4} over {} utterances", self.macro_f1(), self.utterances)?;
        let (recall, precision) = (self.life_safety.recall(), self.life_safety.precision());
        writeln!(f, "life safety: recall {recall:.4}, precision {precision:.4}")?;
        let dangers = self.life_safety.right + self.life_safety.missed;
        writeln!(f, "kind of danger right: {} of {dangers}", self.danger_kind_right)?;
        writeln!(
            f,
            "false alarms on words of danger without danger: {} of {}",
            self.false_alarms, self.hard_negatives
        )?;
        let (recall, precision) = (self.urgent.recall(), self.urgent.precision());
        writeln!(f, "urgent: recall {recall:.3}, precision {precision:.3}")?;
        writeln!(f, "calibration error {:.3}", self.calibration_error)?;
        let mut confusions: Vec<_> = self.confusions.iter().filter(|(_, count)| **count > 1).collect();
        confusions.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let pairs =
            confusions.iter().map(|((was, read), n)| format!("{} as {} {n}", was.name(), read.name()));
        write!(f, "confused: {}", pairs.collect::<Vec<_>>().join(", "))
    }
}

/// Which of the sets of utterances never learnt from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeldOut {
    /// The set by which rules and constants were judged while they were made.
    First,
    /// Written apart from it, before any error was looked at.
    Second,
    /// Written by somebody who had seen no utterance that is learnt from; its errors have shaped the rules of danger.
    Third,
    /// Written apart from all others, and judged once, after the last change of rules and utterances.
    Fourth,
}

impl HeldOut {
    /// All sets, in the order in which they were written.
    pub const ALL: [HeldOut; 4] = [HeldOut::First, HeldOut::Second, HeldOut::Third, HeldOut::Fourth];

    /// The name in reports: `first`.
    pub const fn name(self) -> &'static str {
        match self {
            HeldOut::First => "first",
            HeldOut::Second => "second",
            HeldOut::Third => "third",
            HeldOut::Fourth => "fourth",
        }
    }
}

/// Reads every held-out utterance of the first set, with its embedding where `embed` gives one.
pub fn evaluate(understander: &Understander, embed: Option<Embedder<'_>>) -> Report {
    evaluate_on(HeldOut::First, understander, embed)
}

/// Reads every utterance of one set.
pub fn evaluate_on(set: HeldOut, understander: &Understander, embed: Option<Embedder<'_>>) -> Report {
    let mut report = Report::default();
    let mut bins = [Bin::default(); 10];
    for example in corpus::held_out(set).filter_map(Result::ok) {
        let embedding = embed.map(|embed| embed(example.text));
        let reading = understander.read(example.text, embedding.as_deref());
        report.add(&example, &reading);
        let bin = ((reading.confidence * 10.0) as usize).min(9);
        bins[bin].add(reading.confidence, reading.intent == example.intent);
    }
    report.calibration_error = bins.iter().map(Bin::gap).sum::<f64>() / f64::from(report.utterances.max(1));
    report
}

/// Readings of one tenth of confidence.
#[derive(Clone, Copy, Default)]
struct Bin {
    confidence: f64,
    right: f64,
}

impl Bin {
    fn add(&mut self, confidence: f32, right: bool) {
        self.confidence += f64::from(confidence);
        self.right += f64::from(u8::from(right));
    }

    fn gap(&self) -> f64 {
        (self.confidence - self.right).abs()
    }
}

impl Report {
    fn add(&mut self, example: &Example, reading: &Reading) {
        self.utterances += 1;
        if reading.intent != example.intent {
            *self.confusions.entry((example.intent, reading.intent)).or_default() += 1;
        }
        for (intent, tally) in Intent::ALL.into_iter().zip(&mut self.intents) {
            tally.count(example.intent == intent, reading.intent == intent);
        }
        let read = reading.urgency.is_life_safety();
        self.life_safety.count(example.danger.is_some(), read);
        if let (Some(expected), Urgency::LifeSafety(kind)) = (example.danger, reading.urgency) {
            self.danger_kind_right += u32::from(expected == kind);
        }
        if example.hard_negative {
            self.hard_negatives += 1;
            self.false_alarms += u32::from(read);
        }
        let urgent = matches!(reading.urgency, Urgency::Urgent(_));
        match (example.urgent, reading.urgency) {
            (Some(expected), Urgency::Urgent(kind)) => self.urgent.count(true, expected == kind),
            (expected, _) => self.urgent.count(expected.is_some(), urgent),
        }
    }
}
