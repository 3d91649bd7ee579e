//! Sound on disk as WAV, as writes for the host: a call with the caller on the left and the other side on the right, or one
//! voice alone.
//!
//! A power cut may come at any moment. The header therefore never claims more than was written before it, and is
//! brought up to date every second: a file cut off anywhere still plays, at most its last second unannounced.

use std::collections::VecDeque;

use super::{
    frame::{Frame, SampleRate},
    resample::Fit,
};

const HEADER_LEN: usize = 44;
/// Of one channel.
const FRAME_BYTES: usize = 160 * 2;
/// One second of frames is gathered into one write: few and small writes, for SD cards.
const FRAMES_PER_WRITE: usize = 50;
/// Half a minute of writes may wait for a slow disk. Then frames are left out and counted: a call never waits for its
/// recording.
const MAX_WAITING: usize = 60;
/// RIFF lengths have 32 bits; at 32 kB a second the recording stops after 37 hours.
const MAX_DATA: u32 = u32::MAX - 4_096;

/// Bytes for the host to put in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileWrite {
    /// From the start of the file.
    pub offset: u64,
    pub bytes: Vec<u8>,
}

/// Turns frames into writes. The host takes them in order, and keeps that order on disk.
#[derive(Debug)]
pub struct Recorder {
    channels: u16,
    /// Interleaved samples not yet written.
    gathered: Vec<u8>,
    /// Bytes of sound in the file.
    written: u32,
    writes: VecDeque<FileWrite>,
    narrowed: [Fit; 2],
    left_out: u64,
}

impl Default for Recorder {
    fn default() -> Self {
        Self::new()
    }
}

impl Recorder {
    /// A recording of a call, with nothing in it yet; its first write makes an empty, valid file.
    pub fn new() -> Self {
        Self::of(2)
    }

    /// The same for one voice alone.
    pub fn of_one_voice() -> Self {
        Self::of(1)
    }

    fn of(channels: u16) -> Self {
        let first = FileWrite { offset: 0, bytes: header(channels, 0).to_vec() };
        Self {
            channels,
            gathered: Vec::new(),
            written: 0,
            writes: VecDeque::from([first]),
            narrowed: Default::default(),
            left_out: 0,
        }
    }

    /// The same 20 ms of both sides. What is wider is kept at 8 kHz; what records one voice keeps the first.
    pub fn push(&mut self, caller: &Frame, other: &Frame) {
        if self.written >= MAX_DATA || self.writes.len() >= MAX_WAITING {
            self.left_out += 1;
            return;
        }
        let [left, right] = &mut self.narrowed;
        let (caller, other) = (left.fit(caller, SampleRate::Hz8000), right.fit(other, SampleRate::Hz8000));
        let frame_bytes = FRAME_BYTES * usize::from(self.channels);
        self.gathered.reserve(frame_bytes);
        for (left, right) in caller.samples().iter().zip(other.samples()) {
            self.gathered.extend_from_slice(&left.to_le_bytes());
            if self.channels == 2 {
                self.gathered.extend_from_slice(&right.to_le_bytes());
            }
        }
        if self.gathered.len() >= FRAMES_PER_WRITE * frame_bytes {
            self.flush();
        }
    }

    /// The call is over: what is left becomes writes.
    pub fn finish(&mut self) {
        self.flush();
    }

    /// The next write, in order.
    pub fn poll_write(&mut self) -> Option<FileWrite> {
        self.writes.pop_front()
    }

    /// How much has been recorded, in milliseconds.
    pub fn millis(&self) -> u64 {
        (u64::from(self.written) + self.gathered.len() as u64) / (16 * u64::from(self.channels))
    }

    /// Frames that are missing because the disk did not keep up, or the file was full.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Sound first, then the header that owns up to it.
    fn flush(&mut self) {
        if self.gathered.is_empty() {
            return;
        }
        let offset = HEADER_LEN as u64 + u64::from(self.written);
        let bytes = std::mem::take(&mut self.gathered);
        self.written += bytes.len() as u32;
        self.writes.push_back(FileWrite { offset, bytes });
        self.writes.push_back(FileWrite { offset: 0, bytes: header(self.channels, self.written).to_vec() });
    }
}

/// RIFF WAVE, PCM, 16 bits a channel at 8 kHz.
fn header(channels: u16, data: u32) -> [u8; HEADER_LEN] {
    let mut header = [0; HEADER_LEN];
    let fields: [&[u8]; 13] = [
        b"RIFF",
        &(data + 36).to_le_bytes(),
        b"WAVE",
        b"fmt ",
        &16_u32.to_le_bytes(),
        &1_u16.to_le_bytes(),
        &channels.to_le_bytes(),
        &8_000_u32.to_le_bytes(),
        &(16_000 * u32::from(channels)).to_le_bytes(),
        &(2 * channels).to_le_bytes(),
        &16_u16.to_le_bytes(),
        b"data",
        &data.to_le_bytes(),
    ];
    for (place, byte) in header.iter_mut().zip(fields.concat()) {
        *place = byte;
    }
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(value: i16) -> Frame {
        Frame::from_samples(SampleRate::Hz8000, &[value; 160]).unwrap()
    }

    /// What a disk holds after the first so many bytes of the writes reached it.
    fn disk(writes: &[FileWrite], budget: usize) -> Vec<u8> {
        let mut file = Vec::new();
        let mut left = budget;
        for write in writes {
            let bytes = &write.bytes[..write.bytes.len().min(left)];
            left -= bytes.len();
            let end = write.offset as usize + bytes.len();
            file.resize(end.max(file.len()), 0);
            file[write.offset as usize..end].copy_from_slice(bytes);
        }
        file
    }

    fn recorded(frames: usize) -> Vec<FileWrite> {
        let mut recorder = Recorder::new();
        for number in 0..frames {
            recorder.push(&frame(number as i16), &frame(-(number as i16)));
        }
        assert_eq!(recorder.millis(), frames as u64 * 20);
        recorder.finish();
        std::iter::from_fn(|| recorder.poll_write()).collect()
    }

    #[test]
    fn the_caller_is_on_the_left_and_the_other_side_on_the_right() {
        let file = disk(&recorded(75), usize::MAX);
        assert_eq!(file.len(), 44 + 75 * 640);
        assert_eq!(&file[..4], b"RIFF");
        assert_eq!(u32::from_le_bytes(file[4..8].try_into().unwrap()) as usize, file.len() - 8);
        assert_eq!(u32::from_le_bytes(file[40..44].try_into().unwrap()) as usize, file.len() - 44);
        let last = &file[file.len() - 4..];
        assert_eq!(
            (i16::from_le_bytes([last[0], last[1]]), i16::from_le_bytes([last[2], last[3]])),
            (74, -74)
        );
    }

    #[test]
    fn a_file_cut_off_anywhere_still_plays_what_it_claims() {
        let writes = recorded(120);
        let total: usize = writes.iter().map(|write| write.bytes.len()).sum();
        for budget in (44..=total).step_by(61) {
            let file = disk(&writes, budget);
            let claimed = u32::from_le_bytes(file[40..44].try_into().unwrap()) as usize;
            // A header torn within its four length bytes may mix two true lengths, but the sound came first.
            assert!(
                claimed <= file.len() - 44,
                "after {budget} bytes: {claimed} claimed of {}",
                file.len() - 44
            );
        }
    }

    #[test]
    fn a_disk_that_stands_still_costs_frames_and_not_memory() {
        let mut recorder = Recorder::new();
        for _ in 0..3_000 {
            recorder.push(&frame(1), &frame(2));
        }
        assert!(recorder.millis() <= 31_000 && recorder.left_out() > 1_400);
        let writes: Vec<FileWrite> = std::iter::from_fn(|| recorder.poll_write()).collect();
        assert!(writes.len() <= MAX_WAITING + 1);
        recorder.push(&frame(1), &frame(2));
        recorder.finish();
        assert!(recorder.poll_write().is_some(), "it goes on when the disk does");
    }

    #[test]
    fn writes_are_few() {
        assert_eq!(recorded(500).len(), 1 + 2 * 10);
    }
}
