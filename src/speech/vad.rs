//! Is somebody speaking? A judgement for each 16 ms of sound.
//!
//! Two detectors, chosen between by measurement (`cargo bench --bench vad_noise`: 20 s of each noise, real and synthetic
//! speech at -24 dB, all through 8 kHz µ-law). Share of windows of pure noise at -30 dB that were called voice:
//!
//! | | white | pink | hum | keyboard | music | ringback | DTMF | babble |
//! |---|---|---|---|---|---|---|---|---|
//! | earshot | 99 % | 99 % | 100 % | 57 % | 53 % | 31 % | 92 % | 100 % |
//! | Silero | 0 % | 0 % | 0.5 % | 0 % | 0 % | 0 % | 0 % | 98 % |
//!
//! With Silero an ear reported no onset at all on any of these but babble (9 a minute), listening or speaking. Of voiced
//! windows in pink noise at 20, 10 and 5 dB it missed 18, 19 and 20 % (the trailing ends of words, mostly) and called
//! 2 to 3 % of pauses voice, where earshot called 2, 10 and 96 % so. So Silero decides, and earshot stands in where its
//! weights have not been fetched.
//!
//! How soon an ear with Silero reports a voice in pink noise, over 13 bursts of speech, counted from the first voice:
//!
//! | noise below the voice | listening | barge-in (112 ms of voice within 160) |
//! |---|---|---|
//! | 40 dB | P50 112, P95 416 ms, 13 of 13 | P50 144, P95 448 ms, 10 of 13 |
//! | 20 dB | P50 112, P95 112 ms, 12 of 13 | P50 144, P95 448 ms, 10 of 13 |
//! | 10 dB | P50 112, P95 144 ms, 12 of 13 | P50 144, P95 480 ms, 11 of 13 |
//!
//! The long delays are voices that begin quietly; the 416 ms are one quiet voice whose beginning was missed, and where
//! P95 is short, it was among those not heard at all. Two or three of the 13 bursts brought no barge-in onset.

use std::path::Path;

use super::{
    SpeechError,
    silero::{CHUNK, Silero},
};

/// Samples in one judgement of the detector: 16 ms.
pub(super) const WINDOW: usize = 256;

/// Sound whose loudest sample stays under this (of 32768, some 60 dB below full scale) is nobody's voice.
const FAINTEST: u16 = 32;

/// After so many faint chunks (half a second) the network rests and forgets, until there is sound again.
const RESTS_AFTER: u32 = 16;

/// Judges how much a moment of sound is like a voice. One for each ear; a clone hears a stream of its own.
#[derive(Debug, Clone)]
pub struct VoiceDetector(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Silero(Box<Listening>),
    Earshot(Box<Earshot>),
}

#[derive(Debug, Clone)]
struct Listening {
    silero: Silero,
    chunk: [f32; CHUNK],
    filled: usize,
    loudest: u16,
    faint: u32,
    judgement: f32,
}

/// The detector that needs no model.
#[derive(Default)]
struct Earshot(earshot::Detector);

impl VoiceDetector {
    /// The better detector, from its folder (see [`super::Models::voice_detector`]). Open it once; clones share the weights.
    ///
    /// # Errors
    /// When the model is missing or is not this model.
    pub fn open(folder: &Path) -> Result<Self, SpeechError> {
        let silero = Silero::open(&folder.join("silero_vad_16k.safetensors"))?;
        let listening =
            Listening { silero, chunk: [0.0; CHUNK], filled: 0, loudest: 0, faint: 0, judgement: 0.0 };
        Ok(Self(Kind::Silero(Box::new(listening))))
    }

    /// The detector that is built in and needs no model: good on a quiet line, deaf to the difference on a noisy one.
    pub fn built_in() -> Self {
        Self(Kind::Earshot(Box::default()))
    }

    /// The same detector, with everything heard forgotten.
    #[must_use]
    pub fn fresh(&self) -> Self {
        match &self.0 {
            Kind::Earshot(_) => Self::built_in(),
            Kind::Silero(listening) => {
                let mut fresh = listening.clone();
                fresh.silero.reset();
                (fresh.filled, fresh.loudest, fresh.faint, fresh.judgement) = (0, 0, 0, 0.0);
                Self(Kind::Silero(fresh))
            }
        }
    }

    /// How likely this window (256 samples, 16 kHz) is voice: 0.0 to 1.0. A window of another length is no voice.
    pub fn probability(&mut self, window: &[i16]) -> f32 {
        if window.len() != WINDOW {
            return 0.0;
        }
        match &mut self.0 {
            Kind::Earshot(earshot) => earshot.0.predict_i16(window),
            Kind::Silero(listening) => listening.probability(window),
        }
    }
}

impl Listening {
    /// Silero judges twice as long a chunk: its first half goes by the judgement before.
    fn probability(&mut self, window: &[i16]) -> f32 {
        for (kept, &sample) in self.chunk[self.filled..].iter_mut().zip(window) {
            *kept = f32::from(sample) / 32768.0;
            self.loudest = self.loudest.max(sample.unsigned_abs());
        }
        self.filled += window.len();
        if self.filled == CHUNK {
            self.faint = if self.loudest < FAINTEST { self.faint.saturating_add(1) } else { 0 };
            if self.faint < RESTS_AFTER {
                self.judgement = self.silero.probability(&self.chunk);
            } else {
                self.silero.reset();
                self.judgement = 0.0;
            }
            (self.filled, self.loudest) = (0, 0);
        }
        self.judgement
    }
}

impl Clone for Earshot {
    /// Begins anew: the library's detector cannot be copied, and half a stream is no use to another.
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl std::fmt::Debug for Earshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Earshot")
    }
}
