//! What a synthesiser has made of a clause, fit for a telephone: edges cut, loudness evened, a breath added.

use super::SAMPLE_RATE;

/// Silence between two clauses, which a listener needs to follow: longer after a full stop than after a comma.
const AFTER_SENTENCE_MS: u32 = 220;
const AFTER_COMMA_MS: u32 = 90;

/// What an engine puts before and after each clause is cut down to this much: before it, what a listener waits for, to no
/// more than a sound needs to begin without a click.
const LEAD_MS: u32 = 8;
const TAIL_MS: u32 = 30;

/// Below this (of 32768) an edge of a clause is silence.
const EDGE_LEVEL: u16 = 180;

/// The loudest sample of a clause is brought to this: 4 dB below full scale, loud enough for a telephone.
const PEAK: f32 = 20_000.0;

/// Cuts the clause's edges to a breath, evens its loudness, and adds the silence that follows it.
pub(super) fn shape(sound: &mut Vec<i16>, clause: &str) {
    let silence_ms = if clause.ends_with([',', ';', ':']) { AFTER_COMMA_MS } else { AFTER_SENTENCE_MS };
    let of = |ms: u32| (ms * SAMPLE_RATE / 1000) as usize;
    let heard = |s: &i16| s.unsigned_abs() > EDGE_LEVEL;
    let (Some(first), Some(last)) = (sound.iter().position(heard), sound.iter().rposition(heard)) else {
        sound.clear();
        return;
    };
    sound.truncate((last + of(TAIL_MS)).min(sound.len()));
    sound.drain(..first.saturating_sub(of(LEAD_MS)));
    let peak = sound.iter().map(|s| s.unsigned_abs()).max().unwrap_or(0);
    if peak > 0 {
        let gain = PEAK / f32::from(peak);
        sound.iter_mut().for_each(|s| *s = (f32::from(*s) * gain) as i16);
    }
    sound.resize(sound.len() + of(silence_ms), 0);
}
