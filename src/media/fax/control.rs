//! T.30's control frames, as far as pages are counted by them.

use super::FaxSign;

/// What is kept of a frame: address, control, its field and the second field of an error-correcting one.
const KEPT: usize = 4;
/// Address and control of every frame (T.30, 5.3.4 and 5.3.5), each octet with the bit first that is sent first.
const ADDRESS: u8 = 0xff;
const CONTROL: [u8; 2] = [0xc0, 0xc8];

/// Who sends a frame, as they stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sender {
    One,
    Other,
}

/// Counts pages by what both machines say to each other.
#[derive(Debug, Default)]
pub(super) struct Pages {
    confirmed: u32,
    /// This one has sent a page, and no answer has come.
    sent: Option<Sender>,
    control: bool,
}

/// A frame in the making: its first octets.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Frame {
    octets: [u8; KEPT],
    length: usize,
}

impl Frame {
    pub(super) fn push(&mut self, octet: u8) {
        if let Some(place) = self.octets.get_mut(self.length) {
            *place = octet;
        }
        self.length += 1;
    }

    /// What it says: its field, without the bit that only tells who has sent it, and the second field.
    fn field(&self) -> Option<(u8, u8)> {
        let [address, control, field, second] = self.octets;
        (self.length > 2 && address == ADDRESS && CONTROL.contains(&control))
            .then_some((field & 0x7f, second))
    }
}

/// Multi-page, end of procedure, end of message, each also with a wish to interrupt (T.30, 5.3.6.1.6).
const fn ends_page(field: u8) -> bool {
    matches!(field & 0x7f, 0x72 | 0x74 | 0x71 | 0x7a | 0x7c | 0x79)
}

impl Pages {
    /// A frame that came whole. What is new about it.
    pub(super) fn take(&mut self, from: Sender, frame: &Frame) -> Option<FaxSign> {
        let (field, second) = frame.field()?;
        match field {
            field if ends_page(field) => self.sent = Some(from),
            // With error correction the page ends with the partial page that says so (T.30, A.4.3).
            0x7d if ends_page(second) => self.sent = Some(from),
            // Confirmed: well received, or well enough though the line is to be trained anew; or with a wish to talk.
            0x31 | 0x33 | 0x35 if self.sent.is_some_and(|sender| sender != from) => {
                self.sent = None;
                self.control = true;
                self.confirmed += 1;
                return Some(FaxSign::Pages(self.confirmed));
            }
            // Not received, or a new page is about to begin: what was sent is sent again.
            0x32 | 0x34 | 0x41 => self.sent = None,
            _ => {}
        }
        (!std::mem::replace(&mut self.control, true)).then_some(FaxSign::Control)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(octets: &[u8]) -> Frame {
        let mut frame = Frame::default();
        octets.iter().for_each(|octet| frame.push(*octet));
        frame
    }

    fn told(pages: &mut Pages, frames: &[(Sender, &[u8])]) -> Vec<FaxSign> {
        frames.iter().filter_map(|(from, octets)| pages.take(*from, &frame(octets))).collect()
    }

    use Sender::{One, Other};

    #[test]
    fn a_page_counts_when_the_receiver_has_confirmed_it_and_once() {
        let mut pages = Pages::default();
        let signs = told(
            &mut pages,
            &[
                (Other, &[0xff, 0xc8, 0x01]), // DIS
                (One, &[0xff, 0xc8, 0xc1]),   // DCS
                (Other, &[0xff, 0xc8, 0x21]), // CFR
                (One, &[0xff, 0xc8, 0xf2]),   // MPS
                (One, &[0xff, 0xc8, 0xf2]),   // MPS again: the answer was lost
                (Other, &[0xff, 0xc8, 0x31]), // MCF
                (Other, &[0xff, 0xc8, 0x31]), // MCF again
                (One, &[0xff, 0xc8, 0xf4]),   // EOP
                (Other, &[0xff, 0xc8, 0x31]), // MCF
                (One, &[0xff, 0xc8, 0xdf]),   // DCN
            ],
        );
        assert_eq!(signs, [FaxSign::Control, FaxSign::Pages(1), FaxSign::Pages(2)]);
    }

    #[test]
    fn a_page_that_was_not_received_does_not_count_until_it_is() {
        let mut pages = Pages::default();
        let signs = told(
            &mut pages,
            &[
                (One, &[0xff, 0xc8, 0xf4]),   // EOP
                (Other, &[0xff, 0xc8, 0x32]), // RTN
                (Other, &[0xff, 0xc8, 0x31]), // MCF to nothing
                (One, &[0xff, 0xc8, 0xf4]),   // EOP
                (Other, &[0xff, 0xc8, 0x33]), // RTP
            ],
        );
        assert_eq!(signs, [FaxSign::Control, FaxSign::Pages(1)]);
    }

    #[test]
    fn with_error_correction_a_partial_page_is_no_page() {
        let mut pages = Pages::default();
        let signs = told(
            &mut pages,
            &[
                (One, &[0xff, 0xc8, 0xfd, 0x00]), // PPS-NULL
                (Other, &[0xff, 0xc8, 0x31]),
                (One, &[0xff, 0xc8, 0xfd, 0xf4]), // PPS-EOP
                (Other, &[0xff, 0xc8, 0x31]),
            ],
        );
        assert_eq!(signs, [FaxSign::Control, FaxSign::Pages(1)]);
        assert_eq!(
            told(&mut pages, &[(One, &[0xff, 0x03, 0xf4]), (Other, &[0x7e])]),
            [],
            "no frames of T.30"
        );
    }
}
