//! Recordings through the same ears and mouth as calls: what `portico hear` and `portico say` do.

use std::{ops::ControlFlow, path::Path};

use super::{
    Awaits, Ear, EarOutput, EarTuning, FRAME_SAMPLES, Recognizer, SAMPLE_RATE, SpeechError, SpeechEvent,
    Spoken, Synthesizer, VoiceDetector, read_wav, write_wav,
};
use crate::types::TurnId;

/// What was said in one turn of a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimedSegment {
    /// Milliseconds from the beginning of the recording: the first voice, and the last.
    pub from_ms: u64,
    pub to_ms: u64,
    pub text: String,
    /// Milliseconds that the last decode took; 0 where nobody measured it.
    pub decode_ms: u32,
}

/// A silence this long in a recording ends a turn.
const TURN_ENDS_MS: u64 = 700;

/// Hears a recording. `elapsed_ms` measures a decode (time is the caller's: hand in `|run| { run(); 0 }` where nobody
/// wants to know).
///
/// # Errors
/// When the file cannot be read, or the recogniser fails.
pub fn hear(
    path: &Path,
    detector: &VoiceDetector,
    recognizer: &mut dyn Recognizer,
    elapsed_ms: &mut dyn FnMut(&mut dyn FnMut()) -> u32,
) -> Result<Vec<TimedSegment>, SpeechError> {
    hear_samples(&read_wav(path)?, detector, recognizer, Awaits::Anything, elapsed_ms)
}

/// The same for 16 kHz samples of somebody who was asked for this.
///
/// # Errors
/// When the recogniser fails.
pub fn hear_samples(
    samples: &[i16],
    detector: &VoiceDetector,
    recognizer: &mut dyn Recognizer,
    awaits: Awaits,
    elapsed_ms: &mut dyn FnMut(&mut dyn FnMut()) -> u32,
) -> Result<Vec<TimedSegment>, SpeechError> {
    let mut turn = 0;
    let tuning = EarTuning::default();
    let onset_ms = u64::try_from(tuning.onset_span.as_millis()).unwrap_or(0);
    let mut ear = Ear::with_detector(tuning, TurnId(turn), detector);
    ear.expect(awaits);
    let mut segments = Vec::new();
    let mut open: Option<TimedSegment> = None;
    let mut speaking = false;
    // Silence after the end lets the last pause be heard.
    let tail = vec![0; SAMPLE_RATE as usize];
    for frame in samples.chunks(FRAME_SAMPLES).chain(tail.chunks(FRAME_SAMPLES)) {
        ear.handle_frame(frame, false);
        while let Some(output) = ear.poll_output() {
            match output {
                EarOutput::Decode(request) => {
                    let mut heard = Err(SpeechError::NoAnswer);
                    let decode_ms =
                        elapsed_ms(&mut || heard = recognizer.recognize(&request.samples, request.awaits));
                    ear.handle_heard(request.id, Ok(heard?), decode_ms);
                }
                EarOutput::Event(SpeechEvent::Started { at_ms, .. }) => {
                    speaking = true;
                    let from_ms = at_ms.saturating_sub(onset_ms);
                    open.get_or_insert(TimedSegment {
                        from_ms,
                        to_ms: at_ms,
                        text: String::new(),
                        decode_ms: 0,
                    });
                }
                EarOutput::Event(SpeechEvent::Dismissed { .. }) => {
                    speaking = false;
                    open = open.filter(|segment| !segment.text.is_empty());
                }
                EarOutput::Event(SpeechEvent::Paused { at_ms, silence_ms, .. }) => {
                    speaking = false;
                    if let Some(segment) = &mut open {
                        segment.to_ms = at_ms - u64::from(silence_ms);
                    }
                }
                EarOutput::Event(SpeechEvent::Heard { text, decode_ms, .. }) => {
                    if let Some(segment) = &mut open {
                        (segment.text, segment.decode_ms) = (text, decode_ms);
                    }
                }
            }
        }
        if !speaking && open.as_ref().is_some_and(|s| ear.media_ms() >= s.to_ms + TURN_ENDS_MS) {
            segments.extend(open.take().filter(|segment| !segment.text.is_empty()));
            turn += 1;
            ear.next_turn(TurnId(turn));
        }
    }
    segments.extend(open.filter(|segment| !segment.text.is_empty()));
    Ok(segments)
}

/// Speaks a text into a WAV file.
///
/// # Errors
/// When the synthesiser fails, or the file cannot be written.
pub fn say(text: &str, path: &Path, synthesizer: &mut dyn Synthesizer) -> Result<Spoken, SpeechError> {
    let mut samples = Vec::new();
    let spoken = synthesizer.speak(text, &mut |piece| {
        samples.extend_from_slice(piece);
        ControlFlow::Continue(())
    })?;
    write_wav(path, &samples)?;
    Ok(spoken)
}
