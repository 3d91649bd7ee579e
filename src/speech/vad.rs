//! Is somebody speaking? A judgement for each 16 ms of sound.

use std::fmt;

/// Samples in one judgement of the detector: 16 ms.
pub(super) const WINDOW: usize = 256;

/// Judges how much a moment of sound is like a voice. Keeps some 8 kB of the stream it listens to; one for each ear.
pub struct VoiceDetector(Box<earshot::Detector>);

impl VoiceDetector {
    pub fn new() -> Self {
        Self(earshot::Detector::default_boxed())
    }

    /// How likely this window (256 samples, 16 kHz) is voice: 0.0 to 1.0. A window of another length is no voice.
    pub fn probability(&mut self, window: &[i16]) -> f32 {
        if window.len() == WINDOW { self.0.predict_i16(window) } else { 0.0 }
    }
}

impl Default for VoiceDetector {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for VoiceDetector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VoiceDetector")
    }
}
