//! How far one stream under a key has come, and which of its latest packets have been seen.

/// How far behind the newest a packet may come (RFC 3711, 3.3.2 asks for at least 64).
const WINDOW: u64 = 128;

/// One SSRC under one key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stream {
    ssrc: u32,
    highest: u64,
    /// Bit n: the packet n before the highest has been seen.
    seen: u128,
}

impl Stream {
    pub(super) const fn begin(ssrc: u32, index: u64) -> Self {
        Self { ssrc, highest: index, seen: 1 }
    }

    /// Has this index never been seen, and can that be told?
    pub(super) fn is_new(&self, index: u64) -> bool {
        match self.highest.checked_sub(index) {
            None => true,
            Some(behind) => behind < WINDOW && self.seen & (1 << behind) == 0,
        }
    }

    pub(super) fn see(&mut self, index: u64) {
        match index.checked_sub(self.highest) {
            None => self.seen |= 1 << (self.highest - index),
            Some(ahead) => {
                self.seen = if ahead < WINDOW { self.seen << ahead } else { 0 } | 1;
                self.highest = index;
            }
        }
    }

    pub(super) const fn ssrc(&self) -> u32 {
        self.ssrc
    }

    /// How often its sequence number has wrapped.
    pub(super) const fn wraps(&self) -> u32 {
        (self.highest >> 16) as u32
    }

    /// The index that ends with this number and is nearest to the highest (RFC 3711, 3.3.1); `None` before the first.
    pub(super) fn nearest(&self, sequence: u16) -> Option<u64> {
        let step = sequence.wrapping_sub(self.highest as u16).cast_signed();
        self.highest.checked_add_signed(i64::from(step))
    }
}
