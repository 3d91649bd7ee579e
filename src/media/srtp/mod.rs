//! SRTP and SRTCP (RFC 3711, 6188, 7714): one key each way, packets sealed and opened in place, nothing allocated.
//!
//! A packet that is not authentic changes nothing here: neither the window nor the count of wraps, nor which streams are
//! known. Whoever has the key may begin [`MAX_STREAMS`] streams under it, and the next one is not heard: a stream is never
//! forgotten, since a forgotten one could be played again.

mod keys;
mod opener;
mod sealer;
mod stream;
#[cfg(test)]
mod tests;
mod transform;

pub use keys::{MasterKey, Suite};
pub use opener::{Opener, Refused};
pub use sealer::Sealer;

/// Streams that one key may carry in its life: a far end changes its SSRC when it changes who talks.
pub const MAX_STREAMS: usize = 64;

/// The length of an RTP header with its sources and extension (RFC 3550, 5.1), which stays in the clear.
fn rtp_header_len(packet: &[u8]) -> Option<usize> {
    let first = *packet.first()?;
    if first >> 6 != 2 {
        return None;
    }
    let mut length = 12 + 4 * usize::from(first & 0x0f);
    if first & 0x10 != 0 {
        let words = packet.get(length + 2..length + 4)?;
        length += 4 + 4 * usize::from(u16::from_be_bytes([words[0], words[1]]));
    }
    (length <= packet.len()).then_some(length)
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}
