//! What a listener would say of a leg: the E-model of ITU-T G.107, from codec, loss and delay.
//!
//! The model's default room, telephones and levels are assumed, which leaves 93.2 of 100. G.113 has figures for G.711; for
//! G.722 and Opus there are none on this scale, and those of G.711 with concealment stand in, so that a wide call that
//! loses nothing scores as a good narrow one and never better.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::codec::Codec;

/// Rating of a call without any impairment of transport (G.107, table 3, rounded as G.113 does).
const UNIMPAIRED: f32 = 93.2;
/// Robustness of G.711 with concealment against random loss (G.113, appendix I): Bpl.
const CONCEALED: f32 = 25.1;
/// The same where a packet carries a copy of the one before: half of the lone losses are no losses.
const COPIED: f32 = 40.0;

/// What took most from a call's rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Impairment {
    /// Nothing that is worth a word.
    Nothing,
    /// Packets that never came, or too late to be played.
    Loss,
    /// The way from mouth to ear takes too long.
    Delay,
    /// The far end says so without a reason (RFC 3611).
    Reported,
}

/// How one direction of a leg sounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// Mean opinion score in hundredths: 100 is bad, 450 is excellent.
    pub hundredths: u16,
    pub why: Impairment,
}

impl Score {
    /// As a telephone user would put it: `good`, `fair` or `poor`. G.107, annex B: below 3.1 nearly all are dissatisfied.
    pub const fn word(self) -> &'static str {
        match self.hundredths {
            400.. => "good",
            310.. => "fair",
            _ => "poor",
        }
    }

    /// What the far end's own estimate comes to: 10 to 50, in tenths (RFC 3611, 4.7.5).
    pub(super) fn reported(tenths: u8) -> Self {
        let hundredths = u16::from(tenths.clamp(10, 45)) * 10;
        Self { hundredths, why: if hundredths >= 400 { Impairment::Nothing } else { Impairment::Reported } }
    }

    /// By the E-model: `loss` is the share of packets that were not heard, 0 to 1, and `delay` the time from mouth to ear.
    pub fn estimate(codec: Codec, loss: f32, delay: Duration) -> Self {
        let robustness = if codec == Codec::Opus { COPIED } else { CONCEALED };
        let percent = 100.0 * loss.clamp(0.0, 1.0);
        let by_loss = 95.0 * percent / (percent + robustness);
        let millis = delay.as_secs_f32() * 1_000.0;
        // G.107's Id, as it is usually approximated: beyond 177 ms people begin to talk at the same time.
        let by_delay = 0.024 * millis + 0.11 * (millis - 177.3).max(0.0);
        let rating = (UNIMPAIRED - by_loss - by_delay).clamp(0.0, 100.0);
        let score = 1.0 + 0.035 * rating + rating * (rating - 60.0) * (100.0 - rating) * 7e-6;
        let why = if by_loss.max(by_delay) < 5.0 {
            Impairment::Nothing
        } else if by_loss >= by_delay {
            Impairment::Loss
        } else {
            Impairment::Delay
        };
        Self { hundredths: (score * 100.0).round().clamp(100.0, 450.0) as u16, why }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(loss: f32, millis: u64) -> Score {
        Score::estimate(Codec::Pcmu, loss, Duration::from_millis(millis))
    }

    #[test]
    fn the_scores_of_the_recommendation_come_out() {
        // R = 93.2 is 4.41; R = 80 is 4.03; R = 70 is 3.60 (G.107, annex B).
        assert_eq!(estimate(0.0, 0).hundredths, 441);
        assert!((400..=406).contains(&estimate(0.0, 244).hundredths), "{:?}", estimate(0.0, 244));
        assert!((355..=365).contains(&estimate(0.081, 0).hundredths), "{:?}", estimate(0.081, 0));
    }

    #[test]
    fn a_score_says_in_a_word_how_it_was_and_why() {
        assert_eq!((estimate(0.0, 60).word(), estimate(0.0, 60).why), ("good", Impairment::Nothing));
        assert_eq!((estimate(0.06, 60).word(), estimate(0.06, 60).why), ("fair", Impairment::Loss));
        assert_eq!((estimate(0.3, 60).word(), estimate(0.3, 60).why), ("poor", Impairment::Loss));
        assert_eq!((estimate(0.0, 350).word(), estimate(0.0, 350).why), ("fair", Impairment::Delay));
    }

    #[test]
    fn copies_make_losses_cheaper_and_no_share_is_out_of_range() {
        let opus = Score::estimate(Codec::Opus, 0.05, Duration::ZERO);
        assert!(opus.hundredths > estimate(0.05, 0).hundredths);
        assert_eq!(estimate(7.0, 10_000).hundredths, 100);
        assert_eq!((Score::reported(50).hundredths, Score::reported(31).why), (450, Impairment::Reported));
    }
}
