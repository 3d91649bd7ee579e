//! How well utterances are understood that the training never saw: the figures that the project holds itself to.

mod figures;
mod mixing;
mod table;

use std::collections::BTreeMap;

use super::{
    corpus::{self, Example, Labels},
    intent::Intent,
    reading::{LifeSafety, Reading, Urgency, UrgentKind},
    training::{Embedder, Shuffle},
    understander::Understander,
};

pub use figures::{Bin, Share, Tally};
pub use mixing::{MEANING_BAR, Mixed, Nearness, Separation, WORDS_BAR, separation};

/// Which of the sets of utterances never learnt from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HeldOut {
    /// The set by which rules and constants were judged while they were made.
    First,
    /// Written apart from it, before any error was looked at.
    Second,
    /// Written by somebody who had seen no utterance that is learnt from; its errors have shaped the rules of danger.
    Third,
    /// Written apart from all others, and judged once, after the last change of rules and utterances.
    Fourth,
    /// Written for the call types of today, all of them, before any of its errors was looked at.
    Fifth,
    /// Written as callers talk, before any reading of it: asides, fillers, half sentences, words misheard; a sixth of it
    /// is danger, and more of it words of danger without danger.
    Sixth,
    /// The same again by other hands, without having seen any of these; its missed dangers have shaped the rules.
    Seventh,
    /// Dangers in every manner of telling, and as many words of danger without danger; no other calls. Its missed dangers
    /// have shaped the rules too.
    Eighth,
    /// As the seventh, half of its dangers told without the obvious word. Judged fresh: macro-F1 0.84, 105 of 108 dangers, 12
    /// false alarms among 356; then figures of speech were made of those.
    Ninth,
    /// Every call type by an examiner who had seen nothing else, most of it said plainly. Judged fresh: macro-F1 0.915, 90 of 90
    /// dangers, 12 false alarms among 468; then figures of speech were made of those.
    Tenth,
    /// As the tenth by another hand, told without the words that give a call type away, a fifth of it harmless words of
    /// danger. Judged fresh: macro-F1 0.887, 99 of 99 dangers, 11 false alarms among 501; then figures of speech were made of
    /// those.
    Eleventh,
    /// Residents and prospects for one half; for the other whoever else rings an office: banks, police, insurers, job applicants,
    /// technicians, relatives. Judged fresh: macro-F1 0.908, 66 of 68 dangers, 7 false alarms among 324.
    Twelfth,
}

impl HeldOut {
    /// All sets, in the order in which they were written.
    pub const ALL: [HeldOut; 12] = [
        HeldOut::First,
        HeldOut::Second,
        HeldOut::Third,
        HeldOut::Fourth,
        HeldOut::Fifth,
        HeldOut::Sixth,
        HeldOut::Seventh,
        HeldOut::Eighth,
        HeldOut::Ninth,
        HeldOut::Tenth,
        HeldOut::Eleventh,
        HeldOut::Twelfth,
    ];

    /// The name in reports: `first`.
    pub const fn name(self) -> &'static str {
        match self {
            HeldOut::First => "first",
            HeldOut::Second => "second",
            HeldOut::Third => "third",
            HeldOut::Fourth => "fourth",
            HeldOut::Fifth => "fifth",
            HeldOut::Sixth => "sixth",
            HeldOut::Seventh => "seventh",
            HeldOut::Eighth => "eighth",
            HeldOut::Ninth => "ninth",
            HeldOut::Tenth => "tenth",
            HeldOut::Eleventh => "eleventh",
            HeldOut::Twelfth => "twelfth",
        }
    }
}

/// Files of utterances, by what they hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corpus {
    pub utterances: usize,
    /// SHA-256 over the names and texts of its files, in hexadecimal digits.
    pub sha256: String,
}

/// One utterance, what it is, and what it was read as.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    pub text: &'static str,
    /// As it was recognised, where it was said and not written.
    pub heard: Option<String>,
    pub expected: Intent,
    /// In the words of its set: what was told apart since counts as what it was called there.
    pub read: Intent,
    /// How sure the reading was, 0 to 1.
    pub confidence: f32,
    /// The danger that it speaks of.
    pub danger: Option<LifeSafety>,
    /// The danger that was heard.
    pub alarm: Option<LifeSafety>,
    /// No alarm: the caller is asked first whether anybody is in danger.
    pub asked: bool,
    pub urgent: Option<UrgentKind>,
    /// The haste that was heard.
    pub haste: Option<UrgentKind>,
    /// Words of danger without danger.
    pub hard_negative: bool,
}

impl Judged {
    fn new(example: &Example, reading: &Reading, labels: &Labels) -> Self {
        let (alarm, haste) = match reading.urgency {
            Urgency::LifeSafety(kind) => (Some(kind), None),
            Urgency::Urgent(kind) => (None, Some(kind)),
            Urgency::Routine => (None, None),
        };
        Self {
            text: example.text,
            heard: None,
            expected: example.intent,
            read: labels.name(reading.intent),
            confidence: reading.confidence,
            danger: example.danger,
            alarm,
            asked: reading.suspected.is_some(),
            urgent: example.urgent,
            haste,
            hard_negative: example.hard_negative,
        }
    }
}

/// What one run over held-out utterances came to: every figure is counted from the readings themselves.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    pub name: &'static str,
    pub corpus: Corpus,
    pub judged: Vec<Judged>,
}

impl Report {
    pub fn utterances(&self) -> usize {
        self.judged.len()
    }

    /// The intents that the set holds, in the order of [`Intent::ALL`].
    pub fn intents(&self) -> impl Iterator<Item = Intent> {
        Intent::ALL.into_iter().filter(|intent| self.judged.iter().any(|one| one.expected == *intent))
    }

    pub fn tally(&self, intent: Intent) -> Tally {
        self.count(|one| (one.expected == intent, one.read == intent))
    }

    /// The mean of the intents' F1, each counting alike.
    pub fn macro_f1(&self) -> f64 {
        mean_f1(self.judged.iter())
    }

    /// Between which bounds the macro-F1 would lie, 95 times of 100, had other callers of the same kind been asked:
    /// by drawing the set anew from itself, 1,000 times, seeded (the bootstrap, Efron 1979).
    pub fn macro_f1_interval(&self) -> (f64, f64) {
        const DRAWS: usize = 1000;
        let mut chance = Shuffle(0);
        let count = self.judged.len() as u64;
        if count == 0 {
            return (0.0, 1.0);
        }
        let mut means: Vec<f64> = (0..DRAWS)
            .map(|_| mean_f1((0..count).map(|_| &self.judged[(chance.next() % count) as usize])))
            .collect();
        means.sort_by(f64::total_cmp);
        (means[DRAWS / 40], means[DRAWS - 1 - DRAWS / 40])
    }

    /// Danger or none.
    pub fn life_safety(&self) -> Tally {
        self.count(|one| (one.danger.is_some(), one.alarm.is_some()))
    }

    /// Of the dangers heard as dangers, those whose kind is right as well.
    pub fn danger_kind(&self) -> Share {
        Share::of(self.judged.iter().filter(|one| one.danger.is_some() && one.alarm.is_some()), |one| {
            one.danger == one.alarm
        })
    }

    /// Alarms on what is no danger.
    pub fn false_alarms(&self) -> Share {
        Share::of(self.judged.iter().filter(|one| one.danger.is_none()), |one| one.alarm.is_some())
    }

    /// Alarms on words of danger without danger.
    pub fn hard_false_alarms(&self) -> Share {
        Share::of(self.judged.iter().filter(|one| one.hard_negative), |one| one.alarm.is_some())
    }

    /// What is no danger, and whose callers are asked first whether anybody is.
    pub fn asked_in_vain(&self) -> Share {
        Share::of(self.judged.iter().filter(|one| one.danger.is_none()), |one| one.asked)
    }

    /// Dangers without an alarm whose callers are asked whether anybody is in danger.
    pub fn asked_in_danger(&self) -> Share {
        Share::of(self.missed_dangers(), |one| one.asked)
    }

    /// Dangers that were not heard.
    pub fn missed_dangers(&self) -> impl Iterator<Item = &Judged> {
        self.judged.iter().filter(|one| one.danger.is_some() && one.alarm.is_none())
    }

    /// What was no danger, and raised an alarm.
    pub fn alarms_without_danger(&self) -> impl Iterator<Item = &Judged> {
        self.judged.iter().filter(|one| one.danger.is_none() && one.alarm.is_some())
    }

    /// Urgent or not, with the kind right.
    pub fn urgent(&self) -> Tally {
        self.count(|one| match (one.urgent, one.haste) {
            (Some(expected), Some(heard)) => (true, expected == heard),
            (expected, heard) => (expected.is_some(), heard.is_some()),
        })
    }

    /// Readings by their confidence, in tenths.
    pub fn bins(&self) -> [Bin; 10] {
        let mut bins = [Bin::default(); 10];
        for one in &self.judged {
            bins[((one.confidence * 10.0) as usize).min(9)].add(one.confidence, one.read == one.expected);
        }
        bins
    }

    /// Mean distance between confidence and truth over ten bins (expected calibration error).
    pub fn calibration_error(&self) -> f64 {
        let gaps: f64 = self.bins().iter().map(|bin| bin.gap() * f64::from(bin.readings)).sum();
        gaps / self.judged.len().max(1) as f64
    }

    /// What it was, what it was read as, how often; right readings are left out.
    pub fn confusions(&self) -> BTreeMap<(Intent, Intent), u32> {
        let mut confusions = BTreeMap::new();
        for one in self.judged.iter().filter(|one| one.expected != one.read) {
            *confusions.entry((one.expected, one.read)).or_default() += 1;
        }
        confusions
    }

    fn count(&self, sides: impl Fn(&Judged) -> (bool, bool)) -> Tally {
        let mut tally = Tally::default();
        for one in &self.judged {
            let (expected, read) = sides(one);
            tally.count(expected, read);
        }
        tally
    }
}

/// Over the intents that are expected at least once.
fn mean_f1<'a>(judged: impl Iterator<Item = &'a Judged>) -> f64 {
    let mut tallies = [Tally::default(); Intent::ALL.len()];
    for one in judged {
        if one.expected == one.read {
            tallies[one.expected.row()].right += 1;
        } else {
            tallies[one.expected.row()].missed += 1;
            tallies[one.read.row()].wrongly += 1;
        }
    }
    let expected = tallies.iter().filter(|tally| tally.right + tally.missed > 0);
    let (sum, count) = expected.fold((0.0, 0_u32), |(sum, count), tally| (sum + tally.f1(), count + 1));
    sum / f64::from(count.max(1))
}

/// The project's own examination: every held-out set, and the proof that none of it was learnt from.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    pub learnt_from: Corpus,
    /// In the order of [`HeldOut::ALL`].
    pub sets: Vec<Report>,
    /// Some of the same utterances as they are recognised from speech, one report for each background of sound.
    pub heard: Vec<Report>,
    pub separation: Separation,
}

impl Evaluation {
    /// Examines `understander`, with the embedding of each utterance where `embed` gives one.
    pub fn of(understander: &Understander, embed: Option<Embedder<'_>>) -> Self {
        Self {
            learnt_from: corpus::learnt_from(),
            sets: HeldOut::ALL.map(|set| evaluate_on(set, understander, embed)).into(),
            heard: Vec::new(),
            separation: separation(embed),
        }
    }

    /// All sets as one, in the words of the earlier ones.
    pub fn over_all(&self) -> Report {
        let labels = Labels::earlier();
        let earlier = |one: &Judged| Judged {
            expected: labels.name(one.expected),
            read: labels.name(one.read),
            ..one.clone()
        };
        let judged = self.sets.iter().flat_map(|report| &report.judged).map(earlier).collect();
        Report { name: "all", corpus: corpus::judged_by(&HeldOut::ALL), judged }
    }
}

/// Reads every utterance of one set, with its embedding where `embed` gives one.
pub fn evaluate_on(set: HeldOut, understander: &Understander, embed: Option<Embedder<'_>>) -> Report {
    let labels = Labels::of(set);
    let judge = |example: Example| {
        let embedding = embed.map(|embed| embed(example.text));
        Judged::new(&example, &understander.read(example.text, embedding.as_deref()), &labels)
    };
    Report {
        name: set.name(),
        corpus: corpus::judged_by(&[set]),
        judged: corpus::held_out(set).filter_map(Result::ok).map(judge).collect(),
    }
}

/// Reads so many utterances, drawn evenly from all sets, as `hear` recognises them: it is given a number by which the
/// speaker is known, and the words. Call types are those of the earlier sets.
pub fn evaluate_heard(
    name: &'static str,
    understander: &Understander,
    embed: Option<Embedder<'_>>,
    most: usize,
    hear: &mut dyn FnMut(u64, &str) -> String,
) -> Report {
    let labels = Labels::earlier();
    let all: Vec<(HeldOut, Example)> = HeldOut::ALL
        .into_iter()
        .flat_map(|set| corpus::held_out(set).filter_map(Result::ok).map(move |example| (set, example)))
        .collect();
    let step = all.len().div_ceil(most.max(1)).max(1);
    let judge = |(who, (set, example)): (usize, &(HeldOut, Example))| {
        let heard = hear(who as u64, example.text);
        let embedding = embed.map(|embed| embed(&heard));
        let judged =
            Judged::new(example, &understander.read(&heard, embedding.as_deref()), &Labels::of(*set));
        Judged {
            heard: Some(heard),
            expected: labels.name(judged.expected),
            read: labels.name(judged.read),
            ..judged
        }
    };
    let judged = all.iter().step_by(step).enumerate().map(judge).collect();
    Report { name, corpus: corpus::judged_by(&HeldOut::ALL), judged }
}

#[cfg(test)]
mod tests;
