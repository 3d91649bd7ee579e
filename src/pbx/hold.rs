//! Hold and other changes of media in a call between two: answered here at once, and nobody else's signalling.
//!
//! A back-to-back user agent could pass a hold on to the other side. It need not: whoever is held hears the house's music,
//! and is not asked to describe its media anew. So a slow or silent phone cannot make the other's re-INVITE time out, no
//! glare on one side becomes a failure on the other, and a carrier that knows no hold never meets one.

use super::{MediaCommand, Music, exchange::Context, leg::Leg};
use crate::media::{Codec, Direction};

/// `leg` wants other media (RFC 3264, 8): it gets them, with the codec of the other side if it has that.
pub(super) fn reoffered(cx: &mut Context<'_>, leg: &mut Leg, preferred: Option<Codec>, offer: &[u8]) {
    if leg.reoffered(cx, offer, Direction::SendRecv, preferred).is_err() {
        leg.refuse_reoffer(cx);
    }
}

/// Whoever waits hears the music of the property whose number was dialled, or that of the office; without any, the
/// program's own.
pub(super) fn plays_music_to(cx: &mut Context<'_>, leg: &Leg) {
    let (features, table) = (&cx.ledger.directory().features, &cx.exchange.music);
    let number = cx.ledger.dialled().number();
    let own = number.and_then(|number| table.of.get(&number).or_else(|| features.music_of.get(&number)));
    let file = own.or(table.office.as_ref()).or(features.music.as_ref()).cloned();
    let music = file.map_or(Music::House, Music::File);
    cx.exchange.media(leg.id(), MediaCommand::Music(Some(music)));
}

pub(super) fn stops_music_to(cx: &mut Context<'_>, leg: &Leg) {
    cx.exchange.media(leg.id(), MediaCommand::Tone(None));
}
