//! Listens at the switch's sockets: keeps what goes over the wire for each call, and hands it over when the call has ended.

use std::time::Instant;

use super::clock;
use crate::{
    pbx::Fact,
    sip::Flow,
    trace::{Book, Finished, Message, Way, Wire},
};

/// See the module's sentence.
pub struct WireTap {
    book: Book,
    hand_over: Box<dyn FnMut(Finished) + Send>,
}

impl std::fmt::Debug for WireTap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WireTap").field("untraced", &self.book.untraced()).finish_non_exhaustive()
    }
}

impl WireTap {
    pub fn new(hand_over: Box<dyn FnMut(Finished) + Send>) -> Self {
        Self { book: Book::default(), hand_over }
    }

    pub fn received(&mut self, flow: &Flow, bytes: &[u8]) {
        self.see(Way::In, flow, bytes);
    }

    pub fn sent(&mut self, flow: &Flow, bytes: &[u8]) {
        self.see(Way::Out, flow, bytes);
    }

    fn see(&mut self, way: Way, flow: &Flow, bytes: &[u8]) {
        let wire = if flow.transport.is_stream() { Wire::Stream } else { Wire::Datagram };
        self.book.see(bytes, || Message::noted(clock::wall(), way, wire, flow.local, flow.remote, bytes));
    }

    /// Facts say which call a Call-ID belongs to, and when that call is over.
    pub fn observe(&mut self, fact: &Fact) {
        match fact {
            Fact::Dialog { call, call_id, peer } => self.book.claim(*call, call_id, peer.clone()),
            Fact::Ended(record) => self.book.end(clock::instant(), record.call),
            Fact::Unrecorded(call) => self.book.forget(*call),
            _ => {}
        }
    }

    /// Hands over what is complete; the instant at which there may be more.
    pub fn round(&mut self) -> Option<Instant> {
        while self.book.next().is_some_and(|at| at <= clock::instant()) {
            match self.book.take(clock::instant()) {
                Some(finished) => (self.hand_over)(finished),
                None => break,
            }
        }
        self.book.next()
    }
}
