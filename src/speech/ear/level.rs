//! How loud: of one window, of the line's noise, of this caller.

/// Level of a window of digital silence.
const SILENCE_DB: f32 = -100.0;

/// A voice this quiet is no voice on a telephone line, whatever its shape.
const QUIETEST_VOICE_DB: f32 = -58.0;

/// Where a caller's level is taken to be before they have spoken: a quiet talker.
const UNHEARD_CALLER_DB: f32 = -27.0;

/// So many windows of voice, a second, make the caller's level known.
const KNOWN_AFTER: u32 = 60;

/// After so many windows without the caller, three seconds, their level is taken to fall, by 6 dB a second.
const FADES_AFTER: u32 = 188;
const FADES: f32 = 0.978;

/// The noise estimate follows a drop at once and a rise by this much a window (about 4 dB a second).
const RISE_DB: f32 = 0.064;

/// The energy of the slope over the energy of the wave is (2 sin(pi f / rate))^2 for a tone: this is 330 Hz. A held hum
/// of the synthetic voices measures 0.005 to 0.009, the rising end of a woman's "mm-hm" 0.012.
const BRIGHT: f32 = 0.0168;

/// One window's measures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Measure {
    /// Level in dB below full scale.
    pub(super) db: f32,
    /// Does it hold more than the voice's fundamental? A closed-mouth hum and mains hum do not.
    pub(super) bright: bool,
}

impl Measure {
    pub(super) fn of(window: &[i16]) -> Self {
        let (mut energy, mut slope, mut last) = (0.0f32, 0.0f32, window.first().copied().unwrap_or(0));
        for &sample in window {
            let (value, step) = (f32::from(sample), f32::from(sample) - f32::from(last));
            energy += value * value;
            slope += step * step;
            last = sample;
        }
        let mean = energy / (window.len().max(1) as f32 * 32768.0 * 32768.0);
        let db = if mean > 0.0 { 10.0 * mean.log10() } else { SILENCE_DB };
        Self { db: db.max(SILENCE_DB), bright: slope > BRIGHT * energy }
    }
}

/// What this line and this caller usually sound like.
#[derive(Debug, Clone)]
pub(super) struct Levels {
    noise_db: Option<f32>,
    /// Mean power of the caller's voice, full scale being 1: what is loudest in it counts most.
    caller_power: f32,
    /// Windows of the caller's voice so far, up to what makes the level known.
    caller_heard: u32,
    /// Windows without it, of those in which it was listened for.
    caller_missed: u32,
}

impl Levels {
    pub(super) fn new() -> Self {
        Self { noise_db: None, caller_power: power_of(UNHEARD_CALLER_DB), caller_heard: 0, caller_missed: 0 }
    }

    /// Every window, voice or not: speech has gaps, and the estimate drops into them.
    pub(super) fn hear(&mut self, db: f32) {
        self.noise_db = Some(match self.noise_db {
            None => db,
            Some(noise) if db < noise => noise + 0.3 * (db - noise),
            Some(noise) => noise + RISE_DB.min(db - noise),
        });
    }

    /// A window that certainly was the caller's voice.
    pub(super) fn hear_caller(&mut self, db: f32) {
        self.caller_power += 0.02 * (power_of(db) - self.caller_power);
        self.caller_heard = KNOWN_AFTER.min(self.caller_heard + 1);
        self.caller_missed = 0;
    }

    /// A window in which the caller might have spoken and did not. Who is not heard for long may have become quieter.
    pub(super) fn miss_caller(&mut self) {
        self.caller_missed = self.caller_missed.saturating_add(1);
        if self.caller_missed > FADES_AFTER {
            self.caller_power *= FADES;
        }
    }

    /// Is this quieter, by more than so much, than a caller whose level is known?
    pub(super) fn is_beside_caller(&self, db: f32, below_db: f32) -> bool {
        self.caller_heard >= KNOWN_AFTER && !self.may_be_caller(db, below_db)
    }

    pub(super) fn stands_out(&self, db: f32, above_noise_db: f32) -> bool {
        db >= QUIETEST_VOICE_DB && db >= self.noise_db.unwrap_or(SILENCE_DB) + above_noise_db
    }

    pub(super) fn may_be_caller(&self, db: f32, below_db: f32) -> bool {
        db >= 10.0 * self.caller_power.log10() - below_db
    }
}

fn power_of(db: f32) -> f32 {
    10f32.powf(db / 10.0)
}
