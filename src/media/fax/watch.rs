//! Listens to a call that is relayed packet by packet, and decodes nothing of it but a look now and then: until a fax is heard.

use super::{
    FaxEar, FaxSign,
    control::{Pages, Sender},
    v21::V21,
};
use crate::media::codec::{Codec, Decoder};

/// What of a relayed call's two voices is listened to.
#[derive(Debug, Default)]
pub(in crate::media) struct FaxWatch {
    ears: [FaxEar; 2],
    samples: Vec<i16>,
    /// A fax has greeted: from now on its control is read.
    reading: Option<Box<Reading>>,
}

#[derive(Debug, Default)]
struct Reading {
    control: [V21; 2],
    /// The newest packet of each side: an older one would only spoil what is being read.
    newest: [Option<u16>; 2],
    pages: Pages,
}

impl FaxWatch {
    /// A packet of one of the two sides (0 or 1). Only G.711 carries a fax; other codecs are not looked at.
    pub(in crate::media) fn hear(
        &mut self,
        side: usize,
        codec: Codec,
        sequence: u16,
        payload: &[u8],
    ) -> Option<FaxSign> {
        if !matches!(codec, Codec::Pcmu | Codec::Pcma) {
            return None;
        }
        let ear = self.ears.get_mut(side)?;
        let wanted = ear.wants(payload.len());
        if !wanted && self.reading.is_none() {
            return None;
        }
        self.samples.clear();
        Decoder::new(codec).decode(payload, &mut self.samples);
        let mut sign = None;
        if wanted {
            sign = ear.look(&self.samples);
            if sign.is_some() && self.reading.is_none() {
                self.reading = Some(Box::default());
            }
        }
        let read = self.reading.as_mut().and_then(|reading| reading.hear(side, sequence, &self.samples));
        read.or(sign)
    }
}

impl Reading {
    fn hear(&mut self, side: usize, sequence: u16, samples: &[i16]) -> Option<FaxSign> {
        let newest = self.newest.get_mut(side)?;
        if newest.is_some_and(|newest| sequence.wrapping_sub(newest).wrapping_sub(1) >= 0x7fff) {
            return None;
        }
        *newest = Some(sequence);
        let from = if side == 0 { Sender::One } else { Sender::Other };
        let mut sign = None;
        let pages = &mut self.pages;
        self.control.get_mut(side)?.hear(samples, |frame| sign = pages.take(from, frame).or(sign));
        sign
    }
}
