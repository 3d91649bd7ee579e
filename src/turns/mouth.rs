//! The agent's mouth on a line of virtual time: a sentence is audible for as long as its sound lasts.

use std::sync::Arc;

use crate::{
    agent::VoiceInput,
    media::{VOICED, power},
    speech::{FRAME_SAMPLES, SAMPLE_RATE},
    types::UtteranceId,
};

/// Milliseconds in a frame.
const FRAME_MS: u32 = FRAME_SAMPLES as u32 * 1_000 / SAMPLE_RATE;

/// A sentence that is being played.
#[derive(Debug)]
pub(super) struct Playing {
    utterance: UtteranceId,
    sound: Arc<[i16]>,
    /// Frames that have left.
    frames: u32,
    audible: bool,
    hushed: bool,
}

impl Playing {
    pub(super) fn new(utterance: UtteranceId, sound: Arc<[i16]>) -> Self {
        Self { utterance, sound, frames: 0, audible: false, hushed: false }
    }

    /// It is to fall silent before the next frame.
    pub(super) fn hush(&mut self, utterance: UtteranceId) {
        self.hushed |= self.utterance == utterance;
    }

    /// The next frame leaves, or there is none. What the agent is told of it.
    pub(super) fn tick(&mut self) -> Option<VoiceInput> {
        let (utterance, heard_ms) = (self.utterance, self.frames * FRAME_MS);
        if self.hushed {
            return Some(VoiceInput::Played { utterance, heard_ms, complete: false });
        }
        let Some(frame) = self.sound.chunks(FRAME_SAMPLES).nth(self.frames as usize) else {
            return Some(VoiceInput::Played { utterance, heard_ms, complete: true });
        };
        self.frames += 1;
        if self.audible || power(frame) <= VOICED {
            return None;
        }
        self.audible = true;
        Some(VoiceInput::Speaking { utterance })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: UtteranceId = UtteranceId(7);

    fn sound() -> Arc<[i16]> {
        let mut sound = vec![0; FRAME_SAMPLES];
        sound.resize(3 * FRAME_SAMPLES, 5_000);
        sound.into()
    }

    #[test]
    fn a_sentence_is_audible_from_its_first_voice_and_over_after_its_last_frame() {
        let mut playing = Playing::new(ID, sound());
        let told: Vec<Option<VoiceInput>> = (0..4).map(|_| playing.tick()).collect();
        let over = VoiceInput::Played { utterance: ID, heard_ms: 60, complete: true };
        assert_eq!(told, [None, Some(VoiceInput::Speaking { utterance: ID }), None, Some(over)]);
    }

    #[test]
    fn who_is_hushed_says_how_much_was_heard() {
        let mut playing = Playing::new(ID, sound());
        playing.tick();
        playing.hush(UtteranceId(6));
        assert_eq!(playing.tick(), Some(VoiceInput::Speaking { utterance: ID }), "that was another sentence");
        playing.hush(ID);
        assert_eq!(playing.tick(), Some(VoiceInput::Played { utterance: ID, heard_ms: 40, complete: false }));
    }
}
