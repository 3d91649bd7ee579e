//! Hold and other changes of media in a call between two: answered here at once, and nobody else's signalling.
//!
//! A back-to-back user agent could pass a hold on to the other side. It need not: whoever is held hears the house's music,
//! and is not asked to describe its media anew. So a slow or silent phone cannot make the other's re-INVITE time out, no
//! glare on one side becomes a failure on the other, and a carrier that knows no hold never meets one.

use super::{MediaCommand, exchange::Context, leg::Leg};
use crate::media::{Codec, Direction, Tone};

/// `leg` wants other media (RFC 3264, 8): it gets them, with the codec of the other side if it has that.
pub(super) fn reoffered(cx: &mut Context<'_>, leg: &mut Leg, preferred: Option<Codec>, offer: &[u8]) {
    if leg.reoffered(cx, offer, Direction::SendRecv, preferred).is_err() {
        leg.refuse_reoffer(cx);
    }
}

/// Whoever waits hears the music of the property whose number was dialled, or that of the office; without any, that the
/// line is alive.
pub(super) fn plays_music_to(cx: &mut Context<'_>, leg: &Leg) {
    let features = &cx.ledger.directory().features;
    let own = cx.ledger.dialled().number().and_then(|number| features.music_of.get(&number));
    let command = match own.or(features.music.as_ref()).cloned() {
        Some(file) => MediaCommand::Music(Some(file)),
        None => MediaCommand::Tone(Some(Tone::ComfortNoise)),
    };
    cx.exchange.media(leg.id(), command);
}

pub(super) fn stops_music_to(cx: &mut Context<'_>, leg: &Leg) {
    cx.exchange.media(leg.id(), MediaCommand::Tone(None));
}
