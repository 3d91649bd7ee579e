//! A clip as the recognisers were taught to hear: at a level that they know, with silence around it.

use super::SAMPLE_RATE;

/// Silence put before and after each clip. The model was taught on clips that begin and end in some: without the tail
/// three times as many words of a synthetic caller were wrong, without the lead a third more of a real reader's.
const LEAD_SECS: f32 = 0.2;
const TAIL_SECS: f32 = 0.3;

/// Clips are brought to this level before decoding; quiet callers by no more than `MOST_GAIN`.
const LEVEL: f32 = 0.12;
const MOST_GAIN: f32 = 12.0;

/// The clip at a level that the model knows, with silence around it.
pub(super) fn levelled(samples: &[f32]) -> Vec<f32> {
    let (mut energy, mut peak) = (0.0f32, 0.0f32);
    for &sample in samples {
        energy += sample * sample;
        peak = peak.max(sample.abs());
    }
    let rms = (energy / samples.len().max(1) as f32).sqrt();
    let gain =
        if rms > 0.0 && peak > 0.0 { (LEVEL / rms).min(0.95 / peak).clamp(0.1, MOST_GAIN) } else { 1.0 };
    let silence = |secs: f32| std::iter::repeat_n(0.0, (secs * SAMPLE_RATE as f32) as usize);
    silence(LEAD_SECS).chain(samples.iter().map(|s| s * gain)).chain(silence(TAIL_SECS)).collect()
}
