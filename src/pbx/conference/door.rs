//! What stands between a caller and a conference: a PIN, a free seat, and how often a PIN may be tried.

use std::time::Instant;

use crate::{
    pbx::{Caller, Fact, exchange::Context, services::PinHash},
    types::{Extension, Pin},
};

/// The door of a room, for one caller.
#[derive(Debug)]
pub(super) struct Door {
    pub(super) pin: Option<(Extension, Pin)>,
    /// There is a seat inside.
    pub(super) free: bool,
    /// Whoever comes first is told so.
    pub(super) greets_the_first: bool,
    pub(super) caller: Caller,
}

/// What came of a PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tried {
    Right,
    Wrong,
    /// No more tries, for a while.
    Locked,
}

impl Door {
    /// One that stands open: for whoever is brought in.
    pub(super) const OPEN: Self =
        Self { pin: None, free: true, greets_the_first: false, caller: Caller::Anonymous };

    pub(super) fn is_locked(&self, cx: &Context<'_>, now: Instant) -> bool {
        self.pin.as_ref().is_some_and(|(room, _)| cx.exchange.mailboxes.is_locked(now, room, &self.caller))
    }

    /// Counted with the PINs of mailboxes: room and mailbox never have the same number.
    pub(super) fn tries(&self, cx: &mut Context<'_>, typed: &str) -> Tried {
        let Some((room, pin)) = &self.pin else { return Tried::Right };
        if self.is_locked(cx, cx.now.at) {
            return Tried::Locked;
        }
        let mailboxes = &mut cx.exchange.mailboxes;
        // By its hash, whose comparison takes the same time whatever was typed.
        if PinHash::new(pin, 0).opens_with(typed) {
            mailboxes.right_pin(room, &self.caller);
            return Tried::Right;
        }
        if mailboxes.wrong_pin(cx.now.at, room, &self.caller) {
            let (room, caller) = (room.clone(), self.caller.clone());
            cx.exchange.fact(Fact::MailboxLocked { mailbox: room, caller });
            return Tried::Locked;
        }
        Tried::Wrong
    }
}
