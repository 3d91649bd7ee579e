//! `portico replay --audio`: the recording of a call heard again, as the ear was led in the call.

use std::path::Path;

use crate::{
    dialogue::{Journal, Roster, Told, UserTurn},
    pbx::{CallRecord, Conversed, EarMark, ToEar},
    speech::EarCue,
};

/// One turn of the caller: the words that were heard then, and those that are heard today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TurnHeard {
    pub(super) at_ms: u64,
    pub(super) then: String,
    pub(super) today: String,
}

/// What a replay of the sound comes to.
#[derive(Debug)]
pub(super) enum Sound {
    /// There is none to be heard, for this reason.
    Missing(String),
    /// Each turn of the caller that the recording holds.
    Heard(Vec<TurnHeard>),
}

/// Hears the caller's side of the recording again. `recordings`: the folder of the files.
///
/// # Errors
/// When a file or the models cannot be read, or the recogniser fails.
pub(super) fn hear_again(
    record: &CallRecord,
    conversed: &Conversed,
    recordings: &Path,
    models: &Path,
    roster: &Roster,
) -> anyhow::Result<Sound> {
    let missing = |why: &str| Ok(Sound::Missing(why.to_owned()));
    let Some(part) = record.recordings.iter().find(|part| {
        part.from_ms.is_some_and(|from| from <= conversed.began_ms)
            && part.until_ms.is_none_or(|until| until > conversed.began_ms)
    }) else {
        return missing("no recording was kept of the conversation: there is no sound to hear again");
    };
    if !record.is_cleared(part) {
        return missing("the recording is held back: there is no proof that everybody in it was told of it");
    }
    let path = recordings.join(&part.file);
    if !path.is_file() {
        return missing("the recording was kept, and its time is over: there is no sound to hear again");
    }
    let since = conversed.began_ms.saturating_sub(part.from_ms.unwrap_or_default());
    let cues: Vec<(u64, EarCue)> = conversed
        .ear
        .iter()
        // The ear changed its recogniser there; what it heard afterwards is not heard again.
        .take_while(|EarMark(_, told)| !matches!(told, ToEar::Language(_)))
        .filter_map(|EarMark(at, told)| Some((since + at, cue(told)?)))
        .collect();
    let turns = engines::hear(&path, &cues, models, roster)?;
    let paused = |at_ms: u64| {
        let at = conversed.began_ms + at_ms;
        part.gaps.iter().any(|gap| gap.from_ms <= at && gap.until_ms.is_none_or(|until| at < until))
    };
    let mut heard = Vec::new();
    for step in &conversed.journal.steps {
        let (Told::Turn(UserTurn::Said { text, .. }) | Told::LastWords { text, .. }) = &step.told else {
            continue;
        };
        let turn = conversed.ear.turn_before(step.at_ms).and_then(|turn| turns.get(turn));
        if let Some(today) = turn.filter(|_| !paused(step.at_ms)) {
            heard.push(TurnHeard { at_ms: step.at_ms, then: text.clone(), today: today.clone() });
        }
    }
    Ok(Sound::Heard(heard))
}

const fn cue(told: ToEar) -> Option<EarCue> {
    match told {
        ToEar::Listen => Some(EarCue::Listen),
        ToEar::AgentAudible(audible) => Some(EarCue::AgentAudible(audible)),
        ToEar::Expect(awaits) => Some(EarCue::Expect(awaits)),
        ToEar::Deaf => Some(EarCue::Deaf),
        ToEar::Language(_) => None,
    }
}

/// The conversation with the words that are heard today in place of those of then.
pub(super) fn in_the_words_of_today(journal: &Journal, heard: &[TurnHeard]) -> Journal {
    let mut journal = journal.clone();
    for step in &mut journal.steps {
        let today = heard.iter().find(|turn| turn.at_ms == step.at_ms);
        if let (Some(turn), Told::Turn(UserTurn::Said { text, .. }) | Told::LastWords { text, .. }) =
            (today, &mut step.told)
        {
            text.clone_from(&turn.today);
        }
    }
    journal
}

#[cfg(feature = "sherpa")]
mod engines {
    use std::path::Path;

    use anyhow::Context;

    use crate::{
        app::trade,
        dialogue::Roster,
        media::{Fit, Frame, SampleRate},
        speech::{EarCue, Models, MoonshineRecognizer, VoiceDetector, hear_again, read_first_channel},
    };

    /// Samples of 20 ms at the rate of recordings.
    const FRAME: usize = 160;

    pub(super) fn hear(
        path: &Path,
        cues: &[(u64, EarCue)],
        folder: &Path,
        roster: &Roster,
    ) -> anyhow::Result<Vec<String>> {
        let (samples, rate) = read_first_channel(path)?;
        anyhow::ensure!(
            rate == 8_000,
            "{}: recordings have 8000 samples a second, not {rate}",
            path.display()
        );
        // As on the way to the ear: frame by frame, by the same filter.
        let mut fit = Fit::default();
        let mut wide = Vec::with_capacity(2 * samples.len());
        for frame in samples.chunks_exact(FRAME) {
            let frame = Frame::from_samples(SampleRate::Hz8000, frame).context("a frame of 20 ms")?;
            wide.extend_from_slice(fit.fit(&frame, SampleRate::Hz16000).samples());
        }
        let models = Models::at(folder);
        let mut recognizer = MoonshineRecognizer::open(&models.moonshine(), 1, || trade::word_model(roster))?;
        let detector = VoiceDetector::open(&models.voice_detector())?;
        Ok(hear_again(&wide, cues, &detector, &mut recognizer)?)
    }
}

#[cfg(not(feature = "sherpa"))]
mod engines {
    use std::path::Path;

    use crate::{dialogue::Roster, speech::EarCue};

    pub(super) fn hear(_: &Path, _: &[(u64, EarCue)], _: &Path, _: &Roster) -> anyhow::Result<Vec<String>> {
        anyhow::bail!("this program was built without speech")
    }
}
