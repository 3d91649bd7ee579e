//! What was measured, in figures and sentences.

use std::{collections::BTreeMap, fmt, time::Duration};

use super::{
    answer::{Answer, Taken},
    dictation::{Dictated, Verdict},
    overlap::{Aftermath, Overlapped},
};
use crate::dialogue::Share;

/// Single cases that are told of each kind; further ones are counted alone.
const TOLD: usize = 25;

/// From so many milliseconds on, pauses are counted together.
const PAUSES: [u32; 5] = [250, 500, 750, 1_000, 1_200];

/// How the agent takes turns.
#[derive(Debug, Clone, Default)]
pub struct TurnTaking {
    dictated: Vec<Dictated>,
    answered: Vec<Answer>,
    disturbed: Vec<Overlapped>,
    interrupted: Vec<Overlapped>,
}

/// How long something took, of many.
#[derive(Debug, Clone, Default)]
pub struct Delays(Vec<Duration>);

impl Delays {
    pub fn of(delays: impl Iterator<Item = Duration>) -> Self {
        let mut delays: Vec<Duration> = delays.collect();
        delays.sort_unstable();
        Self(delays)
    }

    /// The one that so many of a hundred do not surpass (nearest rank). `None`: there is none.
    pub fn percentile(&self, percent: usize) -> Option<Duration> {
        let rank = (self.0.len() * percent).div_ceil(100).max(1);
        self.0.get(rank - 1).copied()
    }
}

impl fmt::Display for Delays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.percentile(50), self.percentile(95)) {
            (Some(half), Some(most)) => {
                write!(f, "P50 {} ms, P95 {} ms", half.as_millis(), most.as_millis())
            }
            _ => f.write_str("never"),
        }
    }
}

impl TurnTaking {
    pub(super) fn add_dictated(&mut self, dictated: Dictated) {
        self.dictated.push(dictated);
    }

    pub(super) fn add_answer(&mut self, answer: Answer) {
        self.answered.push(answer);
    }

    pub(super) fn add_disturbed(&mut self, overlapped: Overlapped) {
        self.disturbed.push(overlapped);
    }

    pub(super) fn add_interrupted(&mut self, overlapped: Overlapped) {
        self.interrupted.push(overlapped);
    }

    /// Callers who were cut off while they dictated.
    pub fn cut_off(&self) -> Share {
        share(self.asked(), |dictated| matches!(dictated.verdict, Verdict::Cut { .. }))
    }

    /// From the last digit's sound to the agent's turn.
    pub fn after_last_digit(&self) -> Delays {
        Delays::of(self.asked().filter_map(|dictated| match &dictated.verdict {
            Verdict::Answered { after, .. } => Some(*after),
            _ => None,
        }))
    }

    /// Answers of one word that were understood.
    pub fn understood(&self) -> Share {
        share(self.answers().filter(|answer| answer.meant.is_some()), Answer::is_right)
    }

    /// Coughs that were taken for an answer.
    pub fn coughs_taken(&self) -> Share {
        share(self.answers().filter(|answer| answer.meant.is_none()), |cough| !cough.is_right())
    }

    fn answers(&self) -> impl Iterator<Item = &Answer> {
        self.answered.iter().filter(|answer| answer.taken != Taken::NeverAsked)
    }

    /// Sounds that meant nothing and stopped the agent.
    pub fn false_stops(&self) -> Share {
        share(there(&self.disturbed), |overlapped| overlapped.stopped.is_some())
    }

    /// Interruptions that stopped it.
    pub fn real_stops(&self) -> Share {
        share(there(&self.interrupted), |overlapped| overlapped.stopped.is_some())
    }

    /// From the first voice of an interruption to the agent's silence.
    pub fn until_silent(&self) -> Delays {
        Delays::of(self.interrupted.iter().filter_map(|overlapped| overlapped.stopped))
    }

    fn asked(&self) -> impl Iterator<Item = &Dictated> {
        self.dictated.iter().filter(|dictated| dictated.verdict != Verdict::NeverAsked)
    }

    fn tell_dictated(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "Numbers dictated in groups: {} (goal: at most 2 %)",
            told(self.cut_off(), "callers cut off")
        )?;
        for (nth, from) in PAUSES.into_iter().enumerate() {
            let to = PAUSES.get(nth + 1).copied().unwrap_or(u32::MAX);
            let (mut among, mut hits) = (0, 0);
            for dictated in self.asked() {
                let within = |pause: &&u32| (from..to).contains(*pause);
                among += dictated.pauses.iter().filter(within).count() as u32;
                let cut = matches!(dictated.verdict, Verdict::Cut { .. });
                hits += u32::from(cut && dictated.pauses.last().as_ref().is_some_and(within));
            }
            writeln!(f, "  pauses from {from} ms: {hits} of {among} ended by the agent")?;
        }
        writeln!(f, "  from the last digit to the agent's turn: {}", self.after_last_digit())?;
        let strange = |dictated: &&Dictated| !matches!(dictated.verdict, Verdict::Answered { .. });
        for Dictated { caller, pauses, verdict } in self.dictated.iter().filter(strange).take(TOLD) {
            match verdict {
                Verdict::NeverAsked => writeln!(f, "  caller {caller} was never asked")?,
                Verdict::Unanswered => writeln!(f, "  caller {caller} was never answered")?,
                Verdict::Cut { since_pause, heard } => {
                    let (pause, since) = (pauses.last().copied().unwrap_or(0), since_pause.as_millis());
                    writeln!(
                        f,
                        "  caller {caller} was cut off {since} ms after the beginning of a pause of {pause} ms: \"{heard}\""
                    )?;
                }
                Verdict::Answered { .. } => {}
            }
        }
        Ok(())
    }

    fn tell_answers(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let after = Delays::of(self.answers().filter_map(|answer| match &answer.taken {
            Taken::For { after, .. } if answer.meant.is_some() => Some(*after),
            _ => None,
        }));
        writeln!(f, "Answers of one word: {}", told(self.understood(), "were understood"))?;
        writeln!(f, "  from the word's end to the agent's turn: {after}")?;
        writeln!(f, "  coughs instead of one: {}", told(self.coughs_taken(), "were taken for an answer"))?;
        for Answer { caller, sound, taken, .. } in
            self.answered.iter().filter(|answer| !answer.is_right()).take(TOLD)
        {
            match taken {
                Taken::NeverAsked => writeln!(f, "  caller {caller} was never asked")?,
                Taken::Unheard => writeln!(f, "  caller {caller}, {sound}: not heard")?,
                Taken::For { words, .. } => writeln!(f, "  caller {caller}, {sound}: heard \"{words}\"")?,
            }
        }
        Ok(())
    }

    fn tell_disturbed(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "Sounds over the agent's words that mean nothing: {} (goal: at most 5 %)",
            told(self.false_stops(), "stopped it")
        )?;
        tell_each(f, &self.disturbed, |overlapped| overlapped.sound)?;
        tell_each(f, &self.disturbed, |overlapped| overlapped.over)?;
        let lost = |overlapped: &&Overlapped| {
            matches!(overlapped.aftermath, Aftermath::Answered(_) | Aftermath::Strayed(_))
        };
        for lost in there(&self.disturbed).filter(lost).take(TOLD) {
            let stopped = if lost.stopped.is_some() { "stopped, and" } else { "was not stopped, but" };
            let (caller, sound, over) = (lost.caller, lost.sound, lost.over);
            match &lost.aftermath {
                Aftermath::Answered(words) => {
                    writeln!(
                        f,
                        "  caller {caller}, {sound} over {over}: {stopped} took \"{words}\" for a turn"
                    )?;
                }
                Aftermath::Strayed(said) => {
                    writeln!(f, "  caller {caller}, {sound} over {over}: {stopped} went on with \"{said}\"")?;
                }
                Aftermath::NeverThere | Aftermath::WentOn => {}
            }
        }
        Ok(())
    }

    fn tell_interrupted(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Interruptions: {}", told(self.real_stops(), "stopped it"))?;
        writeln!(
            f,
            "  from the first voice to the agent's silence: {} (goal: at most 300 ms)",
            self.until_silent()
        )?;
        tell_each(f, &self.interrupted, |overlapped| overlapped.sound)?;
        for missed in there(&self.interrupted).filter(|missed| missed.stopped.is_none()).take(TOLD) {
            let (caller, sound, over) = (missed.caller, missed.sound, missed.over);
            writeln!(f, "  caller {caller} was spoken over: \"{sound}\" over {over}")?;
        }
        Ok(())
    }
}

impl fmt::Display for TurnTaking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tell_dictated(f)?;
        self.tell_answers(f)?;
        self.tell_disturbed(f)?;
        self.tell_interrupted(f)
    }
}

/// Those whose conversation came to the sentence.
fn there(all: &[Overlapped]) -> impl Iterator<Item = &Overlapped> {
    all.iter().filter(|overlapped| overlapped.aftermath != Aftermath::NeverThere)
}

fn share<'t, T: 't>(all: impl Iterator<Item = &'t T>, hit: impl Fn(&T) -> bool) -> Share {
    all.fold(Share::default(), |share, one| Share {
        hits: share.hits + u32::from(hit(one)),
        among: share.among + 1,
    })
}

fn told(share: Share, what: &str) -> String {
    let (low, high) = share.interval();
    let percent = |part: f64| format!("{:.1}", part * 100.0);
    let value = if share.among == 0 { 0.0 } else { share.value() };
    format!(
        "{} of {} {what}, {} % ({} to {})",
        share.hits,
        share.among,
        percent(value),
        percent(low),
        percent(high)
    )
}

/// A line for each kind: how many there were, how many stopped the agent, and what it did then.
fn tell_each(
    f: &mut fmt::Formatter<'_>,
    all: &[Overlapped],
    kind: impl Fn(&Overlapped) -> &'static str,
) -> fmt::Result {
    let mut kinds: BTreeMap<&str, Vec<&Overlapped>> = BTreeMap::new();
    for overlapped in all {
        kinds.entry(kind(overlapped)).or_default().push(overlapped);
    }
    for (kind, all) in kinds {
        let count = |which: &dyn Fn(&Overlapped) -> bool| all.iter().filter(|one| which(one)).count();
        let there = count(&|one| one.aftermath != Aftermath::NeverThere);
        let stopped = count(&|one| one.stopped.is_some());
        let went_on = count(&|one| one.stopped.is_some() && one.aftermath == Aftermath::WentOn);
        let answered = count(&|one| matches!(one.aftermath, Aftermath::Answered(_)));
        write!(
            f,
            "  {kind}: stopped by {stopped} of {there}; went on by itself {went_on}, took a turn {answered}"
        )?;
        let never = all.len() - there;
        if never > 0 {
            write!(f, "; {never} never came to it")?;
        }
        if stopped > 0 {
            write!(f, "; silent after {}", Delays::of(all.iter().filter_map(|one| one.stopped)))?;
        }
        writeln!(f)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialogue::Move;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn overlapped(caller: u32, stopped: Option<u64>, aftermath: Aftermath) -> Overlapped {
        Overlapped { caller, sound: "okay", over: "the greeting", stopped: stopped.map(ms), aftermath }
    }

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let delays = Delays::of([ms(500), ms(100), ms(300)].into_iter());
        assert_eq!((delays.percentile(50), delays.percentile(95)), (Some(ms(300)), Some(ms(500))));
        assert_eq!(Delays::default().percentile(50), None);
        let delays = Delays::of((1..=20).map(ms));
        assert_eq!(delays.percentile(50), Some(ms(10)));
        assert_eq!(delays.percentile(95), Some(ms(19)));
        assert_eq!(delays.percentile(100), Some(ms(20)));
    }

    #[test]
    fn the_report_counts_who_was_there_and_quotes_what_went_wrong() {
        let mut measured = TurnTaking::default();
        let answered = Verdict::Answered { after: ms(480), heard: "303 555 0142".into() };
        measured.add_dictated(Dictated { caller: 0, pauses: vec![400, 1_250], verdict: answered });
        let cut = Verdict::Cut { since_pause: ms(1_220), heard: "303 555".into() };
        measured.add_dictated(Dictated { caller: 1, pauses: vec![300, 1_300], verdict: cut });
        measured.add_dictated(Dictated { caller: 2, pauses: vec![], verdict: Verdict::NeverAsked });
        let answer = |caller, sound, meant, taken| Answer { caller, sound, meant, taken };
        let taken = |words: &str, step| Taken::For { words: words.into(), step, after: ms(300) };
        measured.add_answer(answer(0, "No.", Some(Move::Deny), taken("No.", Some(Move::Deny))));
        measured.add_answer(answer(1, "Yes.", Some(Move::Affirm), taken("Worse.", None)));
        measured.add_answer(answer(2, "a dry cough", None, Taken::Unheard));
        measured.add_answer(answer(3, "Yes.", Some(Move::Affirm), Taken::NeverAsked));
        measured.add_disturbed(overlapped(0, None, Aftermath::WentOn));
        measured.add_disturbed(overlapped(1, Some(180), Aftermath::Answered("okay".into())));
        measured.add_interrupted(overlapped(0, Some(240), Aftermath::Answered("wait".into())));
        let told = measured.to_string();
        for line in [
            "Numbers dictated in groups: 1 of 2 callers cut off, 50.0 % (9.5 to 90.5) (goal: at most 2 %)",
            "  pauses from 250 ms: 0 of 2 ended by the agent",
            "  pauses from 1200 ms: 1 of 2 ended by the agent",
            "  from the last digit to the agent's turn: P50 480 ms, P95 480 ms",
            "  caller 1 was cut off 1220 ms after the beginning of a pause of 1300 ms: \"303 555\"",
            "  caller 2 was never asked",
            "Answers of one word: 1 of 2 were understood, 50.0 % (9.5 to 90.5)",
            "  from the word's end to the agent's turn: P50 300 ms, P95 300 ms",
            "  coughs instead of one: 0 of 1 were taken for an answer, 0.0 % (0.0 to 79.3)",
            "  caller 1, Yes.: heard \"Worse.\"",
            "  caller 1, okay over the greeting: stopped, and took \"okay\" for a turn",
            "  from the first voice to the agent's silence: P50 240 ms, P95 240 ms (goal: at most 300 ms)",
        ] {
            assert!(told.lines().any(|told| told == line), "{line}\nis not in\n{told}");
        }
    }
}
