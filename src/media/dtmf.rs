//! Telephone events (RFC 4733), both ways: each key pressed is heard once, in order, whatever the network does.

use std::collections::VecDeque;

/// Keys that wait to be sent; a further one is refused.
pub const MAX_QUEUED_DIGITS: usize = 32;
/// How much later than the last packet of an unfinished event its next one may claim to start: 40 ms in units of 8 kHz.
const CONTINUATION_SLACK: u32 = 320;

const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', 'A', 'B', 'C', 'D'];

/// Hears events.
#[derive(Debug, Default)]
pub(super) struct EventReceiver {
    last: Option<Heard>,
}

#[derive(Debug)]
struct Heard {
    event: u8,
    timestamp: u32,
    duration: u32,
    ended: bool,
}

impl EventReceiver {
    /// One packet of an event, on a clock of so many units a second; the key if it is the first that is seen of it.
    pub(super) fn receive(
        &mut self,
        marker: bool,
        timestamp: u32,
        clock: u32,
        payload: &[u8],
    ) -> Option<char> {
        let slack = CONTINUATION_SLACK * (clock / 8_000).max(1);
        let &[event, flags, high, low, ..] = payload else { return None };
        let ended = flags & 0x80 != 0;
        let duration = u32::from(u16::from_be_bytes([high, low]));
        if let Some(last) = &mut self.last {
            let later = timestamp.wrapping_sub(last.timestamp);
            if later == 0 {
                // Updates, the tripled end, and copies of either (2.5.1.4).
                last.duration = last.duration.max(duration);
                last.ended |= ended;
                return None;
            }
            if later.cast_signed() < 0 {
                // A straggler of an event before this one, which was told when it began.
                return None;
            }
            // A key held for over 8 s goes on in a new segment (2.5.1.3), and some gateways wrongly move the timestamp
            // within an event: without marker, and without an end before it, it is still the same key.
            if !marker && !last.ended && last.event == event && later <= last.duration + slack {
                *last = Heard { event, timestamp, duration, ended };
                return None;
            }
        }
        self.last = Some(Heard { event, timestamp, duration, ended });
        DIGITS.get(usize::from(event)).copied()
    }

    /// Another stream has taken over: its timestamps say nothing about the old ones.
    pub(super) fn reset(&mut self) {
        self.last = None;
    }
}

/// How long a key sounds, in frames: 100 ms, which every receiver of ITU-T Q.24 accepts.
const PRESSED_FRAMES: u16 = 5;
/// Copies of the end (2.5.1.4).
const END_COPIES: u16 = 3;
/// Silence between two keys, in frames.
const GAP_FRAMES: u16 = 4;
/// -10 dBm0 (2.3.3).
const VOLUME: u8 = 10;

/// Sends events, one packet a frame in place of the audio.
#[derive(Debug, Default)]
pub(super) struct EventSender {
    queue: VecDeque<u8>,
    current: Option<Pressing>,
    gap: u16,
}

#[derive(Debug)]
struct Pressing {
    event: u8,
    started: u32,
    frame: u16,
}

/// What to send in place of a frame.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct EventPacket {
    pub(super) marker: bool,
    /// The event's beginning, the same in all its packets.
    pub(super) timestamp: u32,
    pub(super) payload: [u8; 4],
}

impl EventSender {
    /// Queues a key. False for what is no key, and when the queue is full.
    pub(super) fn press(&mut self, digit: char) -> bool {
        let position = DIGITS.iter().position(|&known| known == digit.to_ascii_uppercase());
        match position.and_then(|position| u8::try_from(position).ok()) {
            Some(event) if self.queue.len() < MAX_QUEUED_DIGITS => {
                self.queue.push_back(event);
                true
            }
            _ => false,
        }
    }

    /// The event packet for the frame that begins at this timestamp, if a key is sounding. `frame_units`: timestamp units
    /// in a frame.
    pub(super) fn next(&mut self, timestamp: u32, frame_units: u16) -> Option<EventPacket> {
        if self.gap > 0 {
            self.gap -= 1;
            return None;
        }
        let pressing = match self.current.as_mut() {
            Some(pressing) => pressing,
            None => {
                self.current.insert(Pressing { event: self.queue.pop_front()?, started: timestamp, frame: 0 })
            }
        };
        pressing.frame += 1;
        let ended = pressing.frame >= PRESSED_FRAMES;
        let [high, low] = pressing.frame.min(PRESSED_FRAMES).saturating_mul(frame_units).to_be_bytes();
        let packet = EventPacket {
            marker: pressing.frame == 1,
            timestamp: pressing.started,
            payload: [pressing.event, (u8::from(ended) << 7) | VOLUME, high, low],
        };
        if pressing.frame >= PRESSED_FRAMES + END_COPIES - 1 {
            self.current = None;
            self.gap = GAP_FRAMES;
        }
        Some(packet)
    }

    /// Does a key sound, or is one about to?
    pub(super) fn is_sounding(&self) -> bool {
        self.current.is_some() || (self.gap == 0 && !self.queue.is_empty())
    }

    /// Is there anything that frames must still pass for?
    pub(super) fn is_busy(&self) -> bool {
        self.current.is_some() || self.gap > 0 || !self.queue.is_empty()
    }

    /// Forgets what has not been sent.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a phone sends for one key: marker, updates, three ends.
    fn key(event: u8, timestamp: u32) -> Vec<(bool, u32, [u8; 4])> {
        let mut packets = Vec::new();
        for frame in 1..=5_u16 {
            let [high, low] = (frame * 160).to_be_bytes();
            packets.push((frame == 1, timestamp, [event, 10, high, low]));
        }
        packets.extend([(false, timestamp, [event, 0x8a, 3, 0x20]); 3]);
        packets
    }

    fn heard(packets: &[(bool, u32, [u8; 4])]) -> String {
        let mut receiver = EventReceiver::default();
        packets
            .iter()
            .filter_map(|(marker, timestamp, payload)| receiver.receive(*marker, *timestamp, 8_000, payload))
            .collect()
    }

    fn dialled(events: &[u8]) -> Vec<(bool, u32, [u8; 4])> {
        events.iter().zip(0_u32..).flat_map(|(&event, place)| key(event, 1_000 + place * 2_400)).collect()
    }

    #[test]
    fn each_key_is_heard_once_and_in_order() {
        assert_eq!(heard(&dialled(&[1, 1, 2, 10, 11, 15])), "112*#D");
    }

    #[test]
    fn doubled_packets_make_no_doubled_keys() {
        let doubled: Vec<_> = dialled(&[4, 4, 2]).into_iter().flat_map(|packet| [packet, packet]).collect();
        assert_eq!(heard(&doubled), "442");
    }

    #[test]
    fn an_end_that_arrives_after_the_next_key_began_is_not_another_key() {
        let mut packets = dialled(&[7, 8]);
        packets.swap(7, 8);
        packets.swap(6, 9);
        assert_eq!(heard(&packets), "78");
        packets[..5].reverse();
        assert_eq!(heard(&packets), "78");
    }

    #[test]
    fn a_key_is_heard_though_only_one_of_its_packets_arrives() {
        for survivor in 0..8 {
            let packets = [key(3, 1_000)[survivor], key(3, 4_000)[survivor]];
            assert_eq!(heard(&packets), "33", "packet {survivor} of each");
        }
    }

    #[test]
    fn a_key_held_across_segments_and_a_gateway_that_moves_the_timestamp_are_one_key() {
        let mut held = vec![(true, 1_000, [5, 10, 0xff, 0xff])];
        held.push((false, 1_000 + 0xffff, [5, 10, 0, 160]));
        held.push((false, 1_000 + 0xffff, [5, 0x8a, 0, 160]));
        assert_eq!(heard(&held), "5");
        let moved: Vec<_> =
            (0..5_u8).map(|frame| (frame == 0, 1_000 + u32::from(frame) * 160, [5, 10, 0, 160])).collect();
        assert_eq!(heard(&moved), "5");
    }

    #[test]
    fn flash_and_fragments_are_no_keys() {
        assert_eq!(heard(&[(true, 1, [16, 0x8a, 0, 160])]), "");
        assert_eq!(EventReceiver::default().receive(true, 1, 8_000, &[1, 2, 3]), None);
    }

    #[test]
    fn what_we_send_is_heard_by_ourselves() {
        let mut sender = EventSender::default();
        "0*#9a".chars().for_each(|digit| assert!(sender.press(digit)));
        assert!(!sender.press('x'));
        let mut receiver = EventReceiver::default();
        let mut text = String::new();
        let mut ends = 0;
        for frame in 0..80_u32 {
            if let Some(packet) = sender.next(frame * 160, 160) {
                ends += u32::from(packet.payload[1] >> 7);
                text.extend(receiver.receive(packet.marker, packet.timestamp, 8_000, &packet.payload));
            }
        }
        assert_eq!((text.as_str(), ends), ("0*#9A", 15));
    }

    #[test]
    fn a_full_queue_refuses_the_next_key() {
        let mut sender = EventSender::default();
        (0..MAX_QUEUED_DIGITS).for_each(|_| assert!(sender.press('1')));
        assert!(!sender.press('1'));
    }
}
