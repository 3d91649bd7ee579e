//! The messages of the calls that go on, by Call-ID: claimed for a call when the switch says whose they are, and given back
//! whole when it is over.

use std::{
    collections::{BTreeMap, VecDeque},
    time::{Duration, Instant},
};

use super::{Message, message::header};
use crate::types::CallId;

/// Calls that are traced at once. What comes beyond is a flood, and is not traced.
const CALLS: usize = 256;
/// Messages kept of one call, the first ones: what went wrong begins early, and a call of hours repeats itself.
const MESSAGES: usize = 256;
/// Messages that nobody has claimed, the latest ones. The INVITE of a call is claimed before the next message is read.
const UNCLAIMED: usize = 64;
/// After the end of a call the last answers are still on their way.
const LINGER: Duration = Duration::from_millis(1_500);

/// See the module's sentence.
#[derive(Debug, Default)]
pub struct Book {
    /// Of which call a Call-ID is, and which of its dialogs.
    threads: BTreeMap<Vec<u8>, (CallId, usize)>,
    calls: BTreeMap<CallId, Traced>,
    unclaimed: VecDeque<Message>,
    ending: VecDeque<(Instant, CallId)>,
    untraced: u64,
}

#[derive(Debug, Default)]
struct Traced {
    threads: Vec<Thread>,
    /// Each with its dialog.
    messages: Vec<(usize, Message)>,
}

/// One dialog of a call.
#[derive(Debug)]
struct Thread {
    call_id: Vec<u8>,
    /// Who is at its other end, as a ladder names them.
    peer: String,
}

/// All that was kept of a call that is over, in order, each with who was at the other end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    pub call: CallId,
    pub messages: Vec<(String, Message)>,
}

impl Book {
    /// Something was sent or received; who it belongs to shows in its Call-ID.
    pub fn see(&mut self, bytes: &[u8], note: impl FnOnce() -> Message) {
        let Some(call_id) = header(bytes, ["Call-ID", "i"]) else { return };
        match self.threads.get(call_id) {
            Some((call, thread)) => {
                if let Some(traced) = self.calls.get_mut(call)
                    && traced.messages.len() < MESSAGES
                {
                    traced.messages.push((*thread, note()));
                }
            }
            None if self.calls.len() < CALLS => {
                if self.unclaimed.len() >= UNCLAIMED {
                    self.unclaimed.pop_front();
                }
                self.unclaimed.push_back(note());
            }
            None => {}
        }
    }

    /// The messages of this Call-ID are those of this call, with this peer; also those that were seen before.
    pub fn claim(&mut self, call: CallId, call_id: &str, peer: String) {
        if !self.calls.contains_key(&call) && self.calls.len() >= CALLS {
            self.untraced += 1;
            return;
        }
        let call_id = call_id.as_bytes().to_vec();
        let traced = self.calls.entry(call).or_default();
        let thread = traced.threads.len();
        for message in std::mem::take(&mut self.unclaimed) {
            if header(&message.bytes, ["Call-ID", "i"]) == Some(&call_id) {
                traced.messages.push((thread, message));
            } else {
                self.unclaimed.push_back(message);
            }
        }
        traced.threads.push(Thread { call_id: call_id.clone(), peer });
        self.threads.insert(call_id, (call, thread));
    }

    /// The call is over; what still comes for it within moments is kept as well.
    pub fn end(&mut self, now: Instant, call: CallId) {
        if self.calls.contains_key(&call) {
            self.ending.push_back((now + LINGER, call));
        }
    }

    /// What was claimed leaves no record that it could be kept with.
    pub fn forget(&mut self, call: CallId) {
        for thread in self.calls.remove(&call).map(|traced| traced.threads).unwrap_or_default() {
            self.threads.remove(&thread.call_id);
        }
    }

    /// When the next call can be taken out.
    pub fn next(&self) -> Option<Instant> {
        self.ending.front().map(|(at, _)| *at)
    }

    /// The next call of which nothing more is awaited.
    pub fn take(&mut self, now: Instant) -> Option<Finished> {
        if self.next()? > now {
            return None;
        }
        let (_, call) = self.ending.pop_front()?;
        let traced = self.calls.remove(&call)?;
        for thread in &traced.threads {
            self.threads.remove(&thread.call_id);
        }
        let named = |(thread, message): (usize, Message)| {
            let peer = traced.threads.get(thread).map(|thread| thread.peer.clone());
            (peer.unwrap_or_default(), message)
        };
        let messages = traced.messages.into_iter().map(named).collect();
        Some(Finished { call, messages })
    }

    /// Calls that were not traced, because too many went on.
    pub fn untraced(&self) -> u64 {
        self.untraced
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::trace::{Way, Wire};

    fn message(call_id: &str, first: &str) -> Message {
        let text = format!("{first}\r\nCall-ID: {call_id}\r\n\r\n");
        let (local, remote) = ("127.0.0.1:5060".parse().unwrap(), "127.0.0.2:5060".parse().unwrap());
        Message::noted(Timestamp::UNIX_EPOCH, Way::In, Wire::Datagram, local, remote, text.as_bytes())
    }

    fn see(book: &mut Book, call_id: &str, first: &str) {
        let message = message(call_id, first);
        let bytes = message.bytes.clone();
        book.see(&bytes, || message);
    }

    #[expect(clippy::disallowed_methods, reason = "any instant will do to count from")]
    fn start() -> Instant {
        Instant::now()
    }

    #[test]
    fn a_call_gets_its_own_messages_from_the_first_to_the_last_answer() {
        let mut book = Book::default();
        let (call, now) = (CallId::from_random(1), start());
        see(&mut book, "stray", "OPTIONS sip:h SIP/2.0");
        see(&mut book, "a", "INVITE sip:h SIP/2.0");
        book.claim(call, "a", "carrier".into());
        book.claim(call, "b", "101".into());
        see(&mut book, "b", "INVITE sip:101@h SIP/2.0");
        book.end(now, call);
        see(&mut book, "a", "SIP/2.0 200 OK");
        assert_eq!(book.take(now), None, "the last answer may be on its way");
        let finished = book.take(now + LINGER).unwrap();
        let peers: Vec<&str> = finished.messages.iter().map(|(peer, _)| peer.as_str()).collect();
        assert_eq!(peers, ["carrier", "101", "carrier"]);
        assert_eq!((book.calls.len(), book.threads.len()), (0, 0));
    }

    #[test]
    fn what_leaves_no_record_takes_no_place() {
        let mut book = Book::default();
        for n in 0..2 * CALLS as u64 {
            let call = CallId::from_random(n);
            book.claim(call, &format!("call-{n}"), "carrier".into());
            book.forget(call);
        }
        assert_eq!((book.calls.len(), book.threads.len(), book.untraced()), (0, 0, 0));
    }

    #[test]
    fn a_flood_is_not_traced_and_displaces_nothing() {
        let mut book = Book::default();
        for n in 0..2 * CALLS as u64 {
            book.claim(CallId::from_random(n), &format!("call-{n}"), "carrier".into());
            for _ in 0..2 * MESSAGES {
                see(&mut book, &format!("call-{n}"), "INFO sip:h SIP/2.0");
            }
            see(&mut book, &format!("stray-{n}"), "INVITE sip:h SIP/2.0");
        }
        assert_eq!((book.calls.len(), book.untraced()), (CALLS, CALLS as u64));
        assert!(book.calls.values().all(|traced| traced.messages.len() == MESSAGES));
        assert!(book.unclaimed.len() <= UNCLAIMED);
    }
}
