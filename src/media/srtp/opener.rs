//! What arrives, opened: which index a packet has, whether it was seen before, and whether it is authentic at all.

use super::{
    MAX_STREAMS,
    keys::MasterKey,
    rtp_header_len,
    stream::Stream,
    transform::{Nonced, Place, Transform},
    word,
};

/// A stream that is joined late may have wrapped: so many wraps are tried, one more with each packet that is not
/// understood. 64 wraps are a day of speech.
const LATE_WRAPS: u32 = 64;

/// Why a packet was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Too short, or no packet of its kind.
    Malformed,
    /// Its tag is not ours: another key, another sender, or damaged.
    Forged,
    /// Seen before, or too old to tell.
    Replayed,
    /// Authentic, but the key has carried as many streams as it may.
    TooManyStreams,
}

/// The receiving half: their key, and how far each of its streams has come.
#[derive(Debug)]
pub struct Opener {
    rtp: Transform,
    rtcp: Transform,
    rtp_tag_len: usize,
    rtcp_tag_len: usize,
    /// Bytes of the master key identifier under each packet; there is one key, so what they say is of no interest.
    mki_len: usize,
    streams: Vec<Stream>,
    reports: Vec<Stream>,
    /// Wraps of the stream before a change of keys, which may go on or begin anew.
    wraps_before: u32,
    /// Packets of unknown streams that were not understood.
    misses: u32,
}

impl Opener {
    /// `None` if the key is of no use, which one that has been agreed on never is. `mki_len`: how many bytes of master key
    /// identifier the far end puts under each packet (RFC 3711, 3.1).
    pub fn new(key: &MasterKey, mki_len: u8) -> Option<Self> {
        Some(Self {
            rtp: Transform::rtp(key)?,
            rtcp: Transform::rtcp(key)?,
            rtp_tag_len: key.suite().rtp_tag_len(),
            rtcp_tag_len: key.suite().rtcp_tag_len(),
            mki_len: usize::from(mki_len),
            streams: Vec::with_capacity(2),
            reports: Vec::with_capacity(2),
            wraps_before: 0,
            misses: 0,
        })
    }

    /// The same far end with another key. Whether its count of wraps goes on or begins anew is told nowhere, and devices
    /// do both: both are tried.
    #[must_use]
    pub fn succeeding(self, before: &Self) -> Self {
        let wraps = before.streams.iter().map(|stream| stream.wraps()).max();
        Self { wraps_before: wraps.unwrap_or(before.wraps_before), ..self }
    }

    /// Opens an RTP packet in place; how long it then is.
    ///
    /// # Errors
    /// Why not; the packet is then as it was, and so is everything that is known of its stream.
    pub fn open_rtp(&mut self, packet: &mut [u8]) -> Result<usize, Refused> {
        let header_len = rtp_header_len(packet).ok_or(Refused::Malformed)?;
        let trailer_len = self.rtp_tag_len + self.mki_len;
        if packet.len() < header_len + trailer_len {
            return Err(Refused::Malformed);
        }
        let sequence = u16::from_be_bytes([packet[2], packet[3]]);
        let ssrc = word(packet, 8).ok_or(Refused::Malformed)?;
        if let Some(known) = self.streams.iter().position(|stream| stream.ssrc() == ssrc) {
            let index = self.streams[known].nearest(sequence).ok_or(Refused::Replayed)?;
            if !self.streams[known].is_new(index) {
                return Err(Refused::Replayed);
            }
            let length = self.open_rtp_at(packet, header_len, Place { ssrc, index })?;
            self.streams[known].see(index);
            return Ok(length);
        }
        // The first of a stream: it has not wrapped, or has just, or goes on from before, or has run for long.
        let wraps = [0, 1, self.wraps_before, self.wraps_before.saturating_add(1), self.misses % LATE_WRAPS];
        for (tried, &wrapped) in wraps.iter().enumerate() {
            if wraps[..tried].contains(&wrapped) {
                continue;
            }
            let index = u64::from(wrapped) << 16 | u64::from(sequence);
            match self.open_rtp_at(packet, header_len, Place { ssrc, index }) {
                Ok(_) if self.streams.len() >= MAX_STREAMS => return Err(Refused::TooManyStreams),
                Ok(length) => {
                    self.streams.push(Stream::begin(ssrc, index));
                    return Ok(length);
                }
                Err(_) => {}
            }
        }
        self.misses = self.misses.wrapping_add(1);
        Err(Refused::Forged)
    }

    fn open_rtp_at(&self, packet: &mut [u8], header_len: usize, place: Place) -> Result<usize, Refused> {
        if let Transform::CounterMode { .. } = self.rtp {
            let sealed = packet.len() - self.rtp_tag_len - self.mki_len;
            let (clear, trailer) = packet.split_at_mut(sealed);
            let wraps = ((place.index >> 16) as u32).to_be_bytes();
            if !self.rtp.mac_is(clear, &wraps, &trailer[self.mki_len..]) {
                return Err(Refused::Forged);
            }
            self.rtp.cipher(place, &mut clear[header_len..]);
            return Ok(sealed);
        }
        // The identifier stands behind the tag, which is part of what an AEAD makes (RFC 7714, 8.2).
        let length = packet.len() - self.mki_len - self.rtp_tag_len;
        let (clear, tag) = packet[..length + self.rtp_tag_len].split_at_mut(length);
        let (header, payload) = clear.split_at_mut(header_len);
        if self.rtp.open(Nonced(place), header, payload, tag) { Ok(length) } else { Err(Refused::Forged) }
    }

    /// Opens a compound RTCP packet in place; how long it then is.
    ///
    /// # Errors
    /// Why not; the packet is then as it was.
    pub fn open_rtcp(&mut self, packet: &mut [u8]) -> Result<usize, Refused> {
        let counter_mode = matches!(self.rtcp, Transform::CounterMode { .. });
        let (before_index, behind_index) = if counter_mode {
            (0, self.mki_len + self.rtcp_tag_len)
        } else {
            (self.rtcp_tag_len, self.mki_len)
        };
        let index_at = packet.len().checked_sub(4 + behind_index).ok_or(Refused::Malformed)?;
        let length = index_at.checked_sub(before_index).filter(|&length| length >= 8);
        let length = length.ok_or(Refused::Malformed)?;
        let ssrc = word(packet, 4).ok_or(Refused::Malformed)?;
        let flagged = word(packet, index_at).ok_or(Refused::Malformed)?;
        let (encrypted, index) = (flagged >> 31 == 1, u64::from(flagged & 0x7fff_ffff));
        let known = self.reports.iter().position(|stream| stream.ssrc() == ssrc);
        if known.is_some_and(|known| !self.reports[known].is_new(index)) {
            return Err(Refused::Replayed);
        }
        let place = Place { ssrc, index };
        if counter_mode {
            let tag_at = index_at + 4 + self.mki_len;
            // The tag covers the index too (3.4), which stands right behind the packet.
            if !self.rtcp.mac_is(&packet[..index_at + 4], &[], &packet[tag_at..]) {
                return Err(Refused::Forged);
            }
            if encrypted {
                self.rtcp.cipher(place, &mut packet[8..length]);
            }
        } else if !self.open_rtcp_aead(packet, length, index_at, encrypted.then_some(place), place) {
            return Err(Refused::Forged);
        }
        match known {
            Some(known) => self.reports[known].see(index),
            None if self.reports.len() >= MAX_STREAMS => return Err(Refused::TooManyStreams),
            None => self.reports.push(Stream::begin(ssrc, index)),
        }
        Ok(length)
    }

    /// RFC 7714, 9.2 and 9.3: an unencrypted report is all associated data and a tag.
    fn open_rtcp_aead(
        &self,
        packet: &mut [u8],
        length: usize,
        index_at: usize,
        encrypted: Option<Place>,
        place: Place,
    ) -> bool {
        /// No compound packet of a telephone is longer; a longer one in the clear is not believed.
        const LONGEST_CLEAR: usize = 1_500;
        let (packet, behind) = packet.split_at_mut(index_at);
        let (clear, tag) = packet.split_at_mut(length);
        if encrypted.is_some() {
            let mut associated = [0; 12];
            associated[..8].copy_from_slice(&clear[..8]);
            associated[8..].copy_from_slice(&behind[..4]);
            return self.rtcp.open(Nonced(place), &associated, &mut clear[8..], tag);
        }
        let mut associated = [0; LONGEST_CLEAR + 4];
        if length > LONGEST_CLEAR {
            return false;
        }
        associated[..length].copy_from_slice(clear);
        associated[length..length + 4].copy_from_slice(&behind[..4]);
        self.rtcp.open(Nonced(place), &associated[..length + 4], &mut [], tag)
    }
}
