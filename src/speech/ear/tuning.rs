//! The ear's numbers, by name.

use std::time::Duration;

/// How an [`Ear`](super::Ear) tells voice from everything else. The defaults are those that were measured (`vad.rs`).
#[derive(Debug, Clone, PartialEq)]
pub struct EarTuning {
    /// Probability from which a 16 ms window counts as voice.
    pub voice_from: f32,
    /// The same while somebody speaks: a voice that trails off is still a voice.
    pub voice_until: f32,
    /// Voice needed, and the span within which it must come, for an onset while the agent is silent.
    pub onset_voice: Duration,
    pub onset_span: Duration,
    /// The same while the agent speaks: long enough that a click does not stop the agent, short enough
    /// that 300 ms are kept from the caller's first sound to the agent's silence.
    pub barge_in_voice: Duration,
    pub barge_in_span: Duration,
    /// How far, in dB, voice must stand above the line's noise to count; while the agent speaks, and while it does not.
    pub above_noise_db: f32,
    pub barge_in_above_noise_db: f32,
    /// While the agent speaks: how far, in dB, below the caller's usual level a sound may be and still be the caller.
    /// What is quieter is taken for the echo of our own voice, or for a television.
    pub barge_in_below_caller_db: f32,
    /// While it listens: how far, in dB, below the usual level of a caller who has been heard before a voice is somebody else's:
    /// a television's, or a person's in the room.
    pub beside_below_caller_db: f32,
    /// While somebody speaks: how far, in dB, below the caller's usual level their voice is over.
    pub trails_off_below_caller_db: f32,
    /// While the agent speaks: share of the onset's voice that must be brighter than a closed-mouth hum.
    pub barge_in_bright_share: f32,
    /// Sound kept from before an onset, so that first syllables are not lost.
    pub pre_roll: Duration,
    /// Silence that makes a pause, upon which the turn so far is decoded. Also the tail kept after the voice.
    pub pause: Duration,
    /// Voice that is a word of its own: "no" from somebody in a hurry. Less is a click.
    pub shortest_word: Duration,
    /// Voice that may be anything. Between the two there is one word, if any: what else a recogniser makes of so little was not
    /// said. While the agent speaks, less than this is nothing.
    pub shortest_voice: Duration,
    /// When a turn resumes after a pause and holds this much audio, what came before is settled, not decoded again.
    pub settle_after: Duration,
    /// The longest audio decoded at once; a caller who speaks on without a pause is cut at the quietest moment.
    pub longest_clip: Duration,
}

impl Default for EarTuning {
    fn default() -> Self {
        Self {
            voice_from: 0.5,
            voice_until: 0.35,
            onset_voice: Duration::from_millis(80),
            onset_span: Duration::from_millis(128),
            barge_in_voice: Duration::from_millis(80),
            barge_in_span: Duration::from_millis(144),
            above_noise_db: 3.0,
            barge_in_above_noise_db: 9.0,
            barge_in_below_caller_db: 7.0,
            beside_below_caller_db: 14.0,
            trails_off_below_caller_db: 24.0,
            barge_in_bright_share: 0.3,
            pre_roll: Duration::from_millis(400),
            pause: Duration::from_millis(144),
            shortest_word: Duration::from_millis(112),
            shortest_voice: Duration::from_millis(250),
            settle_after: Duration::from_secs(7),
            longest_clip: Duration::from_secs(12),
        }
    }
}
