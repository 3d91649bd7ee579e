//! The voice of the box: CMU Flite, linked. The one file of this room that speaks C.
//!
//! Flite's voices are process-wide objects and nothing in it promises that two threads may use one at a time, so every
//! call into it holds one lock. A clause takes some 20 ms to make and a second or more to be heard: at fifty times
//! real time the lock is no bottleneck before several dozen agents speak at once.

use std::{
    ffi::{CString, c_char, c_int, c_short, c_void},
    fmt,
    ops::ControlFlow,
    ptr::NonNull,
    str::FromStr,
    sync::{Mutex, Once, PoisonError},
};

use super::{Pace, SAMPLE_RATE, SpeechError, Spoken, Synthesizer, clause_by_clause, readable, shaping};

/// The voices that come with Debian's libflite1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum FliteVoice {
    /// A man, US English; of the four the best understood over a telephone.
    #[default]
    Rms,
    /// A woman, US English.
    Slt,
    /// A man with a Scottish accent.
    Awb,
    /// A man, the oldest voice and the smallest.
    Kal16,
}

impl FliteVoice {
    pub const ALL: [Self; 4] = [Self::Rms, Self::Slt, Self::Awb, Self::Kal16];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Rms => "rms",
            Self::Slt => "slt",
            Self::Awb => "awb",
            Self::Kal16 => "kal16",
        }
    }
}

impl fmt::Display for FliteVoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A voice that we do not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a voice of flite; there are rms, slt, awb and kal16")]
pub struct UnknownVoice(pub String);

impl FromStr for FliteVoice {
    type Err = UnknownVoice;
    fn from_str(text: &str) -> Result<Self, UnknownVoice> {
        Self::ALL.into_iter().find(|v| v.name() == text).ok_or_else(|| UnknownVoice(text.into()))
    }
}

/// Speaks with one of flite's voices.
#[derive(Debug, Clone)]
pub struct FliteSynthesizer {
    voice: FliteVoice,
    pace: Pace,
}

impl FliteSynthesizer {
    pub fn new(voice: FliteVoice) -> Self {
        Self { voice, pace: Pace::USUAL }
    }
}

impl Synthesizer for FliteSynthesizer {
    fn set_pace(&mut self, pace: Pace) {
        self.pace = pace;
    }

    fn speak(
        &mut self,
        text: &str,
        sink: &mut dyn FnMut(&[i16]) -> ControlFlow<()>,
    ) -> Result<Spoken, SpeechError> {
        clause_by_clause(text, sink, |clause| {
            let readable = readable(clause);
            // A NUL would end the text early; no other byte can harm.
            let text = CString::new(readable.replace('\0', " ")).map_err(|_| SpeechError::NoVoice)?;
            let mut sound =
                engine::synthesize(&text, self.voice, 1.0 / self.pace.speed()).ok_or(SpeechError::NoVoice)?;
            shaping::shape(&mut sound, clause);
            Ok(sound)
        })
    }
}

#[expect(unsafe_code, reason = "flite is a C library; every use of it is in this module")]
mod engine {
    use std::ffi::CStr;

    use super::*;

    #[repr(C)]
    struct CstVoice {
        name: *const c_char,
        features: *mut c_void,
    }

    #[repr(C)]
    struct CstWave {
        kind: *const c_char,
        sample_rate: c_int,
        num_samples: c_int,
        num_channels: c_int,
        samples: *const c_short,
    }

    unsafe extern "C" {
        fn flite_init() -> c_int;
        fn flite_text_to_wave(text: *const c_char, voice: *mut CstVoice) -> *mut CstWave;
        fn delete_wave(wave: *mut CstWave);
        fn flite_feat_set_float(features: *mut c_void, name: *const c_char, value: f32);
        fn register_cmu_us_rms(folder: *const c_char) -> *mut CstVoice;
        fn register_cmu_us_slt(folder: *const c_char) -> *mut CstVoice;
        fn register_cmu_us_awb(folder: *const c_char) -> *mut CstVoice;
        fn register_cmu_us_kal16(folder: *const c_char) -> *mut CstVoice;
    }

    static ENGINE: Mutex<()> = Mutex::new(());
    static START: Once = Once::new();

    /// One clause as 16 kHz mono samples; nothing when flite has no such voice or makes another kind of sound.
    pub(super) fn synthesize(text: &CStr, voice: FliteVoice, stretch: f32) -> Option<Vec<i16>> {
        // A panic elsewhere leaves nothing of flite's half done: it cannot unwind through C.
        let _held = ENGINE.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: flite_init takes no argument, and runs once, under the lock.
        START.call_once(|| unsafe {
            flite_init();
        });
        // SAFETY: each function takes a folder or null, and answers with a voice that lives as long as the process (a
        // second registration answers with the same one), or null. The lock is held.
        let voice = NonNull::new(unsafe {
            match voice {
                FliteVoice::Rms => register_cmu_us_rms(std::ptr::null()),
                FliteVoice::Slt => register_cmu_us_slt(std::ptr::null()),
                FliteVoice::Awb => register_cmu_us_awb(std::ptr::null()),
                FliteVoice::Kal16 => register_cmu_us_kal16(std::ptr::null()),
            }
        })?;
        // SAFETY: `voice` is valid (above), its second field is its feature set, the name is a C string that flite
        // compares and does not keep beyond the feature's own copy (a literal, so it lives anyway); `text` is a C
        // string that outlives the call. The lock is held.
        let wave = NonNull::new(unsafe {
            flite_feat_set_float((*voice.as_ptr()).features, c"duration_stretch".as_ptr(), stretch);
            flite_text_to_wave(text.as_ptr(), voice.as_ptr())
        })?;
        // SAFETY: a wave that flite answers is ours until `delete_wave`; its samples are `num_samples` shorts of each
        // channel, or null when there are none. They are copied before it is deleted, and it is deleted once.
        unsafe {
            let made = wave.as_ref();
            let length = usize::try_from(made.num_samples).unwrap_or(0);
            let right = made.sample_rate == SAMPLE_RATE as c_int && made.num_channels == 1;
            let samples = if made.samples.is_null() || length == 0 {
                Vec::new()
            } else {
                std::slice::from_raw_parts(made.samples, length).to_vec()
            };
            delete_wave(wave.as_ptr());
            right.then_some(samples)
        }
    }
}
