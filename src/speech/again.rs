//! The sound of a call heard once more, as its ear was led then: turn by turn, with the agent's own voice on the line or not.

use super::{
    Awaits, Ear, EarOutput, EarTuning, FRAME_SAMPLES, Recognizer, SAMPLE_RATE, SpeechError, SpeechEvent,
    VoiceDetector,
};
use crate::types::TurnId;

/// What the ear is told at a moment of the sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EarCue {
    /// A new turn begins.
    Listen,
    AgentAudible(bool),
    /// The caller has been asked for this.
    Expect(Awaits),
    /// Nobody listens until the next turn.
    Deaf,
}

/// The words of each turn, in order; empty where nothing was said. `samples` at 16 kHz; `cues` with their milliseconds of it, in
/// order, those before it at 0.
///
/// # Errors
/// When the recogniser fails.
pub fn hear_again(
    samples: &[i16],
    cues: &[(u64, EarCue)],
    detector: &VoiceDetector,
    recognizer: &mut dyn Recognizer,
) -> Result<Vec<String>, SpeechError> {
    let frame_ms = FRAME_SAMPLES as u64 * 1_000 / SAMPLE_RATE as u64;
    let mut cues = cues.iter().peekable();
    let mut turns: Vec<String> = Vec::new();
    let mut ear: Option<Ear> = None;
    let mut audible = false;
    for (at_ms, frame) in (0..).step_by(frame_ms as usize).zip(samples.chunks(FRAME_SAMPLES)) {
        while let Some((_, cue)) = cues.next_if(|(due, _)| *due <= at_ms) {
            match cue {
                EarCue::Listen => {
                    let turn = TurnId(turns.len() as u64);
                    turns.push(String::new());
                    match &mut ear {
                        Some(ear) => ear.next_turn(turn),
                        None => {
                            ear = Some(Ear::with_detector(EarTuning::default(), turn, detector));
                            audible = false;
                        }
                    }
                }
                EarCue::AgentAudible(is) => audible = *is,
                EarCue::Expect(awaits) => {
                    if let Some(ear) = &mut ear {
                        ear.expect(*awaits);
                    }
                }
                EarCue::Deaf => ear = None,
            }
        }
        let Some(ear) = &mut ear else { continue };
        ear.handle_frame(frame, audible);
        while let Some(output) = ear.poll_output() {
            match output {
                EarOutput::Decode(request) => {
                    let heard = recognizer.recognize(&request.samples, request.awaits)?;
                    ear.handle_heard(request.id, Ok(heard), 0);
                }
                EarOutput::Event(SpeechEvent::Heard { turn, text, .. }) => {
                    if let Some(words) = usize::try_from(turn.0).ok().and_then(|turn| turns.get_mut(turn)) {
                        *words = text;
                    }
                }
                EarOutput::Event(_) => {}
            }
        }
    }
    // Turns that began after the sound was over.
    turns.extend(cues.filter(|(_, cue)| *cue == EarCue::Listen).map(|_| String::new()));
    Ok(turns)
}

#[cfg(all(test, feature = "flite"))]
mod tests {
    use std::ops::ControlFlow;

    use super::*;
    use crate::speech::{FliteSynthesizer, FliteVoice, Synthesizer, Transcript};

    /// Hears how long a clip is.
    struct Length;

    impl Recognizer for Length {
        fn recognize(&mut self, samples: &[f32], _: Awaits) -> Result<Transcript, SpeechError> {
            let tenths = samples.len() * 10 / SAMPLE_RATE as usize;
            Ok(Transcript { text: format!("{tenths} tenths"), guarded: false })
        }
    }

    #[test]
    fn each_turn_has_the_words_that_were_said_in_it_and_a_deaf_ear_has_none() {
        let silence = vec![0; SAMPLE_RATE as usize];
        let mut samples = silence.clone();
        let mut ends = Vec::new();
        for _ in 0..3 {
            let mut say = |piece: &[i16]| {
                samples.extend_from_slice(piece);
                ControlFlow::Continue(())
            };
            FliteSynthesizer::new(FliteVoice::Rms).speak("My kitchen sink is leaking.", &mut say).unwrap();
            samples.extend_from_slice(&silence);
            ends.push(samples.len() as u64 * 1_000 / u64::from(SAMPLE_RATE) - 100);
        }
        let cues = [
            (0, EarCue::Listen),
            (ends[0], EarCue::Listen),
            (ends[1], EarCue::Deaf),
            (ends[2], EarCue::Listen),
            (ends[2] + 60_000, EarCue::Listen),
        ];
        let hear = || hear_again(&samples, &cues, &VoiceDetector::built_in(), &mut Length).unwrap();
        let turns = hear();
        assert_eq!(turns, hear(), "the same sound gives the same words");
        let heard: Vec<bool> = turns.iter().map(|words| !words.is_empty()).collect();
        assert_eq!(heard, [true, true, false, false], "{turns:?}");
    }
}
