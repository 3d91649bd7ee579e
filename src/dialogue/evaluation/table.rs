//! The report as a person reads it in a terminal.

use std::fmt;

use super::{Evaluation, Judged, MEANING_BAR, Mixed, Nearness, Report, Separation, Share, WORDS_BAR};
use crate::dialogue::{Intent, LifeSafety};

/// As `0.94 [0.90–0.97]`.
struct Bounded(f64, (f64, f64));

impl fmt::Display for Bounded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3} [{:.2}–{:.2}]", self.0, self.1.0, self.1.1)
    }
}

/// As `57 of 60: 0.950 [0.86–0.98]`.
impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}: {}", self.hits, self.among, Bounded(self.value(), self.interval()))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} utterances, SHA-256 {}; [..] holds the true figure 95 times of 100",
            self.utterances(),
            self.corpus.sha256.get(..16).unwrap_or_default()
        )?;
        writeln!(f, "{:14} {:>5} {:>19} {:>19} {:>19}", "call type", "of it", "precision", "recall", "F1")?;
        for intent in self.intents() {
            let tally = self.tally(intent);
            let bounded = |share: Share| Bounded(share.value(), share.interval()).to_string();
            let f1 = Bounded(tally.f1(), tally.f1_interval()).to_string();
            let (precision, recall) = (bounded(tally.precision()), bounded(tally.recall()));
            writeln!(
                f,
                "{:14} {:>5} {precision:>19} {recall:>19} {f1:>19}",
                intent.name(),
                tally.recall().among
            )?;
        }
        writeln!(f, "macro-F1       {}", Bounded(self.macro_f1(), self.macro_f1_interval()))?;
        writeln!(f, "danger to life recognised       {}", self.life_safety().recall())?;
        writeln!(f, "  its kind right as well        {}", self.danger_kind())?;
        writeln!(f, "false alarms without danger     {}", self.false_alarms())?;
        writeln!(f, "  on words of danger without it {}", self.hard_false_alarms())?;
        writeln!(f, "asked first, and in no danger    {}", self.asked_in_vain())?;
        if self.missed_dangers().next().is_some() {
            writeln!(f, "asked first, of dangers missed   {}", self.asked_in_danger())?;
        }
        let urgent = self.urgent();
        writeln!(f, "haste and its kind: recall      {}", urgent.recall())?;
        writeln!(f, "  precision                     {}", urgent.precision())?;
        writeln!(f, "calibration error               {:.3}", self.calibration_error())?;
        for one in self.missed_dangers() {
            let (danger, as_heard) = (kind(one.danger), AsHeard(one));
            writeln!(f, "missed ({danger}): “{}”{as_heard}, read as {}", one.text, one.read.name())?;
        }
        for one in self.alarms_without_danger() {
            let (alarm, as_heard) = (kind(one.alarm), AsHeard(one));
            writeln!(f, "false alarm ({alarm}): “{}”{as_heard}, {}", one.text, one.expected.name())?;
        }
        self.matrix(f)
    }
}

/// As `, heard “…”`, where it was said.
struct AsHeard<'a>(&'a Judged);

impl fmt::Display for AsHeard<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.heard.as_ref().map_or(Ok(()), |heard| write!(f, ", heard “{heard}”"))
    }
}

fn kind(danger: Option<LifeSafety>) -> &'static str {
    danger.map_or("none", LifeSafety::name)
}

impl Report {
    /// The intents that are expected or read, in the order of [`Intent::ALL`].
    pub fn intents_met(&self) -> Vec<Intent> {
        let met = |one: &Judged, intent| one.expected == intent || one.read == intent;
        Intent::ALL.into_iter().filter(|intent| self.judged.iter().any(|one| met(one, *intent))).collect()
    }

    /// How often `was` was read as `read`.
    pub fn confused(&self, was: Intent, read: Intent) -> usize {
        self.judged.iter().filter(|one| one.expected == was && one.read == read).count()
    }

    fn matrix(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let met = self.intents_met();
        write!(f, "{:17}", "was \\ read as")?;
        (1..=met.len()).try_for_each(|column| write!(f, "{column:>4}"))?;
        for (row, was) in (1..).zip(&met) {
            write!(f, "\n{row:>2} {:14}", was.name())?;
            for read in &met {
                match self.confused(*was, *read) {
                    0 => write!(f, "   ·")?,
                    count => write!(f, "{count:>4}")?,
                }
            }
        }
        Ok(())
    }
}

impl fmt::Display for Mixed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Mixed { set, judged_by, learnt_from, nearness } = self;
        let name = set.name();
        match nearness {
            Nearness::Same => write!(f, "{name}: “{judged_by}” is learnt from: “{learnt_from}”"),
            Nearness::Words(share) => {
                write!(f, "{name}: “{judged_by}” shares {share:.2} of its words with “{learnt_from}”")
            }
            Nearness::Meaning(cosine) => {
                write!(f, "{name}: “{judged_by}” means the same as “{learnt_from}” (cosine {cosine:.3})")
            }
        }
    }
}

impl fmt::Display for Separation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "training and test: each of {} held-out utterances held against each of {} learnt from, without case, \
             punctuation and fillers",
            self.judged_by, self.learnt_from
        )?;
        write!(f, "  a fault: the same words, more than {WORDS_BAR} of the words")?;
        if self.by_meaning {
            write!(f, ", or alike words and a cosine of embeddings above {MEANING_BAR}")?;
        }
        writeln!(f, "; the nearest below the bars share {:.2} of their words", self.nearest)?;
        match self.faults.len() {
            0 => write!(f, "  no utterance is in both"),
            count => {
                write!(f, "  {count} faults")?;
                self.faults.iter().try_for_each(|fault| write!(f, "\n  {fault}"))
            }
        }
    }
}

impl fmt::Display for Evaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Evaluation { learnt_from, sets, heard, separation } = self;
        writeln!(f, "learnt from {} utterances, SHA-256 {}\n", learnt_from.utterances, learnt_from.sha256)?;
        for report in sets {
            writeln!(f, "== {} set, never learnt from\n{report}\n", report.name)?;
        }
        writeln!(f, "== all sets as one, by the call types of the first four\n{}\n", self.over_all())?;
        for report in heard {
            writeln!(f, "== by ear, {}: said over a telephone line and recognised\n{report}\n", report.name)?;
        }
        write!(f, "{separation}")
    }
}
