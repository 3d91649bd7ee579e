//! Datagrams that a leg has written and the host has not yet sent.

use std::{collections::VecDeque, net::SocketAddr};

/// Packets that wait for the host to take them; the host takes them after every call, so a fuller queue is a stalled
/// host, and the newest packet is dropped.
const MAX_WAITING: usize = 16;
/// The buffer begins anew when all has been taken; a host that always leaves something may not grow it beyond this.
const MAX_BYTES: usize = 16 * 1024;

/// Which of a leg's two sockets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    Rtp,
    Rtcp,
}

/// A datagram to send. Borrowed from the leg, so that sending allocates nothing.
#[derive(Debug, PartialEq, Eq)]
pub struct Transmit<'a> {
    pub channel: Channel,
    pub to: SocketAddr,
    pub bytes: &'a [u8],
}

/// Datagrams to send, end to end in one buffer that is used again.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    bytes: Vec<u8>,
    ends: VecDeque<(Channel, SocketAddr, usize)>,
    taken: usize,
}

impl Waiting {
    /// A place to write a datagram to, to be sealed; `None` when too many wait already.
    pub(super) fn open(&mut self) -> Option<&mut Vec<u8>> {
        if self.ends.is_empty() {
            self.bytes.clear();
            self.taken = 0;
        }
        (self.ends.len() < MAX_WAITING && self.bytes.len() < MAX_BYTES).then_some(&mut self.bytes)
    }

    pub(super) fn seal(&mut self, channel: Channel, to: SocketAddr) {
        self.ends.push_back((channel, to, self.bytes.len()));
    }

    pub(super) fn take(&mut self) -> Option<Transmit<'_>> {
        let (channel, to, end) = self.ends.pop_front()?;
        let begin = std::mem::replace(&mut self.taken, end);
        Some(Transmit { channel, to, bytes: &self.bytes[begin..end] })
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }
}
