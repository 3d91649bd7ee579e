//! What is heard of the far end, frame by frame: its voice, keys that are tones, and the tones of fax machines.

use std::time::Instant;

use super::{Leg, LegEvent};
use crate::media::frame::Frame;

/// What a frame has at 8 kHz.
const FRAME_SAMPLES: usize = 160;

impl Leg {
    /// The next 20 ms of the far end. Keys are heard in it where they cannot come in any other way.
    pub fn hear(&mut self, now: Instant) -> Frame {
        let rate = self.jitter.as_ref().map_or(self.rate(), |jitter| jitter.rate());
        let mut heard = Frame::silence(rate);
        if let Some(jitter) = &mut self.jitter {
            jitter.pull(now, heard.samples_mut());
            if self.agreed.telephone_event_in.is_none() {
                let tones = self.tones_in.get_or_insert_with(Box::default);
                if let Some(key) = tones.hear(&heard) {
                    self.tell(LegEvent::Digit(key));
                }
            }
            if self.fax_ear.wants(FRAME_SAMPLES)
                && let Some(sign) = self.fax_ear.look_at(&heard)
            {
                self.tell(LegEvent::Fax(sign));
            }
        }
        heard
    }
}
