//! Provisional answers that are acknowledged (RFC 3262): ours with their repetition, theirs with their order.

use std::{collections::VecDeque, time::Instant};

use rand_chacha::rand_core::Rng;

use super::{
    event::Flow,
    timer::{GIVE_UP, T1},
    transaction_layer::TransactionLayer,
    wire::{Message, Method, Name, RAck},
};
use crate::types::Chance;

/// Answers that wait for an earlier one's PRACK. Of more than that the newest takes the last place: it says most.
const WAITING: usize = 4;

/// Does the caller acknowledge provisional answers?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    No,
    /// It can: we ask for it where something would be lost with the answer.
    Supported,
    /// It insists.
    Required,
}

impl Wanted {
    pub(super) fn by(invite: &Message) -> Self {
        if invite.lists(Name::Require, "100rel") {
            Self::Required
        } else if invite.lists(Name::Supported, "100rel") {
            Self::Supported
        } else {
            Self::No
        }
    }
}

/// Our provisional answers to one INVITE.
#[derive(Debug)]
pub(super) struct Provisionals {
    pub(super) wanted: Wanted,
    /// The number of the last one; 0 before the first.
    last: u32,
    outstanding: Option<Outstanding>,
    waiting: VecDeque<(u16, Vec<u8>)>,
}

#[derive(Debug)]
struct Outstanding {
    bytes: Vec<u8>,
    flow: Flow,
    repeated: u32,
    give_up: Instant,
    /// It carries a description: no 2xx may overtake it (RFC 3262, 3).
    described: bool,
}

/// What is to be done when an answer has not been acknowledged for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    Nothing,
    /// It has been sent again; the next time is this.
    At(Instant),
    /// 64*T1 are over: the INVITE is refused (RFC 3262, 3).
    GiveUp,
}

impl Provisionals {
    pub(super) fn new(wanted: Wanted) -> Self {
        Self { wanted, last: 0, outstanding: None, waiting: VecDeque::new() }
    }

    /// Is one of them without its PRACK?
    pub(super) fn is_outstanding(&self) -> bool {
        self.outstanding.is_some()
    }

    pub(super) fn holds_back_the_answer(&self) -> bool {
        self.outstanding.as_ref().is_some_and(|o| o.described)
    }

    pub(super) fn wait(&mut self, status: u16, body: Vec<u8>) {
        if self.waiting.len() >= WAITING {
            self.waiting.pop_back();
        }
        self.waiting.push_back((status, body));
    }

    pub(super) fn next_waiting(&mut self) -> Option<(u16, Vec<u8>)> {
        self.waiting.pop_front()
    }

    /// The number of the next one: the first is chance, below 2^31 (RFC 3262, 7.1).
    pub(super) fn number(&mut self, chance: &mut Chance) -> u32 {
        self.last = if self.last == 0 { (chance.next_u32() >> 2).max(1) } else { self.last + 1 };
        self.last
    }

    /// One has gone out. When it is due to be sent again.
    pub(super) fn sent(&mut self, now: Instant, bytes: Vec<u8>, flow: Flow, described: bool) -> Instant {
        self.outstanding = Some(Outstanding { bytes, flow, repeated: 0, give_up: now + GIVE_UP, described });
        now + T1
    }

    /// Does this PRACK acknowledge the one that waits for it? Then it waits no longer.
    pub(super) fn acknowledge(&mut self, rack: Option<RAck>, invite: u32) -> bool {
        let rightful = self.names_last(rack, invite) && self.outstanding.is_some();
        if rightful {
            self.outstanding = None;
        }
        rightful
    }

    fn names_last(&self, rack: Option<RAck>, invite: u32) -> bool {
        rack.is_some_and(|rack| {
            rack.rseq == self.last && rack.cseq == invite && rack.method == Method::Invite
        })
    }

    /// It is time to send it again: after T1, doubling each time, without a ceiling (RFC 3262, 3).
    pub(super) fn due(&mut self, now: Instant, layer: &mut TransactionLayer) -> Due {
        let Some(outstanding) = &mut self.outstanding else { return Due::Nothing };
        if now >= outstanding.give_up {
            return Due::GiveUp;
        }
        outstanding.repeated += 1;
        layer.transmit(outstanding.flow, outstanding.bytes.clone());
        Due::At((now + T1.saturating_mul(1 << outstanding.repeated.min(6))).min(outstanding.give_up))
    }

    /// What is still to be acknowledged after our 2xx: its number and the INVITE's.
    pub(super) fn left(&self, invite: u32) -> Option<RAck> {
        self.outstanding.as_ref()?;
        Some(RAck { rseq: self.last, cseq: invite, method: Method::Invite })
    }
}

/// The order of a far end's reliable answers within one early dialog (RFC 3262, 4).
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Order(Option<u32>);

impl Order {
    /// Is this the next one? A copy, and one that has overtaken another, is let go: it comes again.
    pub(super) fn admit(&mut self, rseq: u32) -> bool {
        let next = self.0.is_none_or(|last| last.checked_add(1) == Some(rseq));
        if next {
            self.0 = Some(rseq);
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    #[test]
    fn numbers_begin_anywhere_and_go_up_by_one() {
        let mut chance = Chance::seed_from_u64(1);
        let mut provisionals = Provisionals::new(Wanted::Required);
        let first = provisionals.number(&mut chance);
        assert!((1..1 << 31).contains(&first));
        assert_eq!(provisionals.number(&mut chance), first + 1);
    }

    #[test]
    fn answers_are_taken_in_their_order_and_once() {
        let mut order = Order::default();
        let taken: Vec<bool> = [7, 7, 9, 8, 8, 9, 3].into_iter().map(|n| order.admit(n)).collect();
        assert_eq!(taken, [true, false, false, true, false, true, false]);
    }

    #[test]
    fn of_too_many_that_wait_the_newest_stays() {
        let mut provisionals = Provisionals::new(Wanted::Required);
        for status in 181..190 {
            provisionals.wait(status, vec![]);
        }
        let waiting: Vec<u16> = std::iter::from_fn(|| provisionals.next_waiting()).map(|(s, _)| s).collect();
        assert_eq!(waiting, [181, 182, 183, 189]);
    }
}
