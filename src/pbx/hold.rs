//! Hold and other changes of media in a call between two: answered here at once, and told to the other side.
//!
//! A back-to-back user agent could wait with its answer until the other side has given its own. It need not: what each
//! side may hear follows from what the other side permits, so the answer is known here, a slow or silent phone cannot
//! make the other's re-INVITE time out, and no glare on one side becomes a failure on the other.

use super::{MediaCommand, exchange::Context, leg::Leg};
use crate::media::Tone;

/// `leg` wants other media (RFC 3264, 8). It gets what `other` leaves to it, and `other` is told of what has changed.
pub(super) fn reoffered(cx: &mut Context<'_>, leg: &mut Leg, other: &mut Leg, offer: &[u8]) {
    let allowed = other.permitted().reversed();
    if leg.reoffered(cx, offer, allowed, other.codec()).is_err() {
        leg.refuse_reoffer(cx);
        return;
    }
    settle(cx, leg, other);
}

/// Brings both descriptions in line with what each side permits: who is held is offered a one-way stream, who is no
/// longer held a two-way one. Does nothing when they are.
pub(super) fn settle(cx: &mut Context<'_>, one: &mut Leg, other: &mut Leg) {
    let (to_one, to_other) = (other.permitted().reversed(), one.permitted().reversed());
    one.reoffer(cx, to_one);
    other.reoffer(cx, to_other);
}

/// Whoever waits hears that the line is alive.
pub(super) fn plays_music_to(cx: &mut Context<'_>, leg: &Leg) {
    cx.exchange.media(leg.id(), MediaCommand::Tone(Some(Tone::ComfortNoise)));
}

pub(super) fn stops_music_to(cx: &mut Context<'_>, leg: &Leg) {
    cx.exchange.media(leg.id(), MediaCommand::Tone(None));
}
