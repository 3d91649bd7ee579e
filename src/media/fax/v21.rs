//! The control frames of a fax in the voice: V.21's upper channel (300 bit/s, 1650 and 1850 Hz) and HDLC, only to listen.

use std::f32::consts::TAU;

use super::control::Frame;

/// A one is the lower of the two (V.21, 3; T.30, 5.3.1).
const MARK: f32 = 1_650.0;
const SPACE: f32 = 1_850.0;
const RATE: f32 = 8_000.0;
/// Samples of one bit, rounded: what is correlated in one go.
const WINDOW: usize = 27;
/// The clock of the bits, in 1/BAUD of a sample: one bit is RATE of them.
const BAUD: i32 = 300;
const BIT: i32 = 8_000;
/// How far the clock is pulled to where a change of the tone was seen.
const PULL: i32 = 8;
/// The longest frame: the capabilities of the most capable machine are far below. Longer is no frame of control.
const LONGEST: usize = 256;
/// The remainder of a frame that came whole, with its check sequence (ISO/IEC 13239).
const WHOLE: u16 = 0xf0b8;

/// Reads frames out of one direction of a call.
#[derive(Debug)]
pub(super) struct V21 {
    /// Products with the two tones, of the last samples: mark (real, imaginary), space (real, imaginary).
    products: [[f32; 4]; WINDOW],
    sums: [f32; 4],
    at: usize,
    phases: [f32; 2],
    last: bool,
    clock: i32,
    hdlc: Hdlc,
}

impl Default for V21 {
    fn default() -> Self {
        Self {
            products: [[0.0; 4]; WINDOW],
            sums: [0.0; 4],
            at: 0,
            phases: [0.0; 2],
            last: false,
            clock: 0,
            hdlc: Hdlc::default(),
        }
    }
}

impl V21 {
    /// Samples of 8 kHz; each frame that has come whole is handed on.
    pub(super) fn hear(&mut self, samples: &[i16], mut whole: impl FnMut(&Frame)) {
        for &sample in samples {
            let mark = self.correlate(f32::from(sample));
            if mark != self.last {
                self.last = mark;
                // The change is seen half a bit after it was sent: the middle of the next bit is half a bit from now.
                let off = self.clock - BIT / 2;
                self.clock -= off / PULL;
            }
            self.clock += BAUD;
            if self.clock >= BIT {
                self.clock -= BIT;
                if let Some(frame) = self.hdlc.bit(mark) {
                    whole(&frame);
                }
            }
        }
        // Sums of differences gather rounding; a new start costs nothing between packets.
        self.sums = [0.0; 4];
        for products in &self.products {
            for (sum, product) in self.sums.iter_mut().zip(products) {
                *sum += product;
            }
        }
    }

    /// Is the tone of this moment the one of a one?
    fn correlate(&mut self, sample: f32) -> bool {
        let products = &mut self.products[self.at];
        for (sum, product) in self.sums.iter_mut().zip(products.iter()) {
            *sum -= product;
        }
        let (mark_sin, mark_cos) = self.phases[0].sin_cos();
        let (space_sin, space_cos) = self.phases[1].sin_cos();
        *products = [sample * mark_cos, sample * mark_sin, sample * space_cos, sample * space_sin];
        for (sum, product) in self.sums.iter_mut().zip(products.iter()) {
            *sum += product;
        }
        self.at = (self.at + 1) % WINDOW;
        for (phase, hertz) in self.phases.iter_mut().zip([MARK, SPACE]) {
            *phase = (*phase + TAU * hertz / RATE) % TAU;
        }
        let [a, b, c, d] = self.sums;
        a * a + b * b >= c * c + d * d
    }
}

/// Frames between flags, out of bits (ISO/IEC 13239).
#[derive(Debug, Default)]
struct Hdlc {
    /// Ones in a row.
    ones: u8,
    /// A flag has been seen, and nothing since that cannot be a frame.
    inside: bool,
    octet: u8,
    bits: u8,
    length: usize,
    check: u16,
    frame: Frame,
}

impl Hdlc {
    fn bit(&mut self, one: bool) -> Option<Frame> {
        if one {
            self.ones = self.ones.saturating_add(1);
            // Seven in a row are no data and no flag.
            self.inside &= self.ones < 7;
            if self.ones < 6 {
                self.data(true);
            }
            return None;
        }
        let ones = std::mem::take(&mut self.ones);
        match ones {
            // Put in by the sender, to be taken out.
            5 => None,
            // A flag, of which the zero and five ones have been taken for data: seven bits, with the first of them.
            6 => {
                let whole = self.inside && self.bits == 6 && self.length > 4 && self.check == WHOLE;
                let frame = whole.then_some(self.frame);
                *self = Self { inside: true, check: 0xffff, ..Self::default() };
                frame
            }
            _ => {
                self.data(false);
                None
            }
        }
    }

    fn data(&mut self, one: bool) {
        if !self.inside {
            return;
        }
        self.octet = self.octet << 1 | u8::from(one);
        self.bits += 1;
        if self.bits == 8 {
            self.check = checked(self.check, self.octet.reverse_bits());
            // The check sequence is kept as well if the frame is short; no field of a whole frame is read from it.
            self.frame.push(self.octet);
            self.length += 1;
            (self.octet, self.bits) = (0, 0);
            self.inside &= self.length <= LONGEST;
        }
    }
}

/// CRC-16 of X.25, with the first bit of an octet the lowest.
fn checked(check: u16, octet: u8) -> u16 {
    (0..8).fold(
        check ^ u16::from(octet),
        |check, _| {
            if check & 1 == 1 { check >> 1 ^ 0x8408 } else { check >> 1 }
        },
    )
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::media::{
        codec::{Codec, Decoder, Encoder},
        fax::{
            FaxSign,
            control::{Pages, Sender},
        },
        story::Dice,
    };

    /// The sound of frames, each octet with the bit first that is sent first: a second of flags, and one between frames.
    pub(in crate::media) fn sung(frames: &[&[u8]]) -> Vec<i16> {
        sung_at(frames, 1.0)
    }

    fn sung_at(frames: &[&[u8]], speed: f32) -> Vec<i16> {
        const FLAG: [bool; 8] = [false, true, true, true, true, true, true, false];
        let mut bits: Vec<bool> = FLAG.into_iter().cycle().take(8 * 37).collect();
        for frame in frames {
            let check = !frame.iter().fold(0xffff, |check, octet| checked(check, octet.reverse_bits()));
            let [low, high] = check.to_le_bytes().map(u8::reverse_bits);
            let mut ones = 0;
            for octet in frame.iter().copied().chain([low, high]) {
                for place in (0..8).rev() {
                    let one = octet >> place & 1 == 1;
                    bits.push(one);
                    ones = if one { ones + 1 } else { 0 };
                    if ones == 5 {
                        bits.push(false);
                        ones = 0;
                    }
                }
            }
            bits.extend(FLAG);
        }
        let (mut phase, mut samples) = (0.0_f32, Vec::new());
        let count = (bits.len() as f32 * RATE / BAUD as f32 / speed) as usize;
        for place in 0..count {
            let bit = (place as f32 * BAUD as f32 * speed / RATE) as usize;
            let hertz = if bits[bit.min(bits.len() - 1)] { MARK } else { SPACE };
            phase = (phase + TAU * hertz / RATE) % TAU;
            samples.push((4_000.0 * phase.sin()) as i16);
        }
        // The window wants to see the last bit to its end.
        samples.extend([0; 160]);
        samples
    }

    const DIS: &[u8] = &[0xff, 0xc8, 0x01, 0x00, 0x71, 0x1f, 0x24];
    const EOP: &[u8] = &[0xff, 0xc8, 0xf4];
    const MCF: &[u8] = &[0xff, 0xc8, 0x31];

    fn read(samples: &[i16], from: Sender, pages: &mut Pages) -> Vec<FaxSign> {
        let (mut ear, mut signs) = (V21::default(), Vec::new());
        for packet in samples.chunks(160) {
            ear.hear(packet, |frame| signs.extend(pages.take(from, frame)));
        }
        signs
    }

    #[test]
    fn frames_are_read_from_the_voice_and_pages_counted() {
        let mut pages = Pages::default();
        assert_eq!(read(&sung(&[DIS]), Sender::Other, &mut pages), [FaxSign::Control]);
        assert_eq!(read(&sung(&[EOP, EOP]), Sender::One, &mut pages), []);
        assert_eq!(read(&sung(&[MCF]), Sender::Other, &mut pages), [FaxSign::Pages(1)]);
    }

    #[test]
    fn noise_coding_and_a_clock_that_is_not_ours_do_not_hide_them() {
        for speed in [0.999, 1.0, 1.001] {
            let mut dice = Dice(11);
            let noisy: Vec<i16> = sung_at(&[DIS], speed)
                .into_iter()
                .map(|sample| sample + (dice.below(1_201) as i16 - 600))
                .collect();
            let mut coded = Vec::new();
            Encoder::new(Codec::Pcmu).encode(&noisy, &mut coded);
            let mut samples = Vec::new();
            Decoder::new(Codec::Pcmu).decode(&coded, &mut samples);
            assert_eq!(read(&samples, Sender::One, &mut Pages::default()), [FaxSign::Control], "{speed}");
        }
    }

    #[test]
    fn what_is_damaged_or_no_fax_at_all_is_no_frame() {
        let mut damaged = sung(&[EOP]);
        let middle = damaged.len() - 1_000;
        damaged[middle..middle + 160].fill(0);
        assert_eq!(read(&damaged, Sender::One, &mut Pages::default()), []);
        let mut dice = Dice(3);
        let noise: Vec<i16> = (0..800_000).map(|_| dice.below(8_001) as i16 - 4_000).collect();
        assert_eq!(read(&noise, Sender::One, &mut Pages::default()), [], "a hundred seconds of noise");
    }
}
