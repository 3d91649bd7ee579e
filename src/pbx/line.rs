//! What a leg is in each of its lives: a session, a socket, and a party who is written down at the end.

use std::net::IpAddr;

use jiff::Timestamp;

use super::{
    Dialled, Directory, LegRecord, LegResult, Party,
    encryption::FarEnd,
    exchange::{Context, Exchange},
    lamps::Stage,
};
use crate::{
    media::{self, Codec, Direction, Encryption, LocalMedia, Seed, SourceTrust, Wish},
    sip::{self, SendError, SessionId, Transport, TrunkName},
    types::LegId,
};

/// What is the same for a leg in each of its lives.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) id: LegId,
    pub(super) session: SessionId,
    pub(super) party: Party,
    pub(super) started: Timestamp,
    /// The trunk, for legs that leave the house.
    pub(super) trunk: Option<TrunkName>,
    /// The host that its signalling comes from.
    pub(super) source: IpAddr,
}

impl Line {
    /// What the lamps show of it from now on.
    pub(super) fn seat(&self, cx: &mut Context<'_>, stage: Stage) {
        cx.exchange.lamps.seat(cx.ledger.call(), cx.ledger.dialled(), self.id, &self.party, stage);
    }

    pub(super) fn trust(&self) -> SourceTrust {
        let party = if self.trunk.is_some() { media::Party::Trunk } else { media::Party::Phone };
        SourceTrust { signalling_ip: self.source, party }
    }

    /// Writes the leg down, and frees its session and its socket.
    pub(super) fn end(self, cx: &mut Context<'_>, answered: Option<Timestamp>, result: LegResult) {
        cx.exchange.lamps.leave(self.id);
        cx.exchange.session_ends(self.session);
        cx.exchange.close_socket(self.id);
        let Self { id, party, started, .. } = self;
        let ended = cx.now.wall;
        cx.ledger.leg_ended(
            cx.now.at,
            id,
            LegRecord { party, started, answered, ended, result, quality: None, told: None },
        );
    }
}

/// A command to a session that has ended meanwhile. The event that says so is on its way, and ends the leg.
pub(super) const fn superseded(_command: Result<(), SendError>) {}

/// What we wish of the encryption of this far end's media.
pub(super) fn wish(cx: &Context<'_>, far_end: FarEnd<'_>, transport: Transport) -> Wish {
    let emergency = matches!(cx.ledger.dialled(), Dialled::Emergency(_));
    wish_of(cx.exchange, cx.ledger.directory(), far_end, transport, emergency)
}

/// The same for a leg that belongs to no call.
pub(super) fn wish_of(
    exchange: &Exchange,
    directory: &Directory,
    far_end: FarEnd<'_>,
    transport: Transport,
    emergency: bool,
) -> Wish {
    if matches!(transport, Transport::Ws | Transport::Wss) {
        // Whoever speaks SIP over WebSocket is a browser, and speaks nothing but DTLS-SRTP.
        return exchange.settings.media_fingerprint.map_or(Wish::Impossible, Wish::Browser);
    }
    directory.srtp.wish(far_end, transport, emergency)
}

/// Opens a socket for the leg and describes it, to somebody whose media are of the family of `towards`.
pub(super) fn open(
    cx: &mut Context<'_>,
    leg: LegId,
    trunk: Option<&TrunkName>,
    wish: Wish,
    towards: IpAddr,
) -> Option<LocalMedia> {
    let call = cx.call();
    let emergency = matches!(cx.ledger.dialled(), Dialled::Emergency(_));
    let known = trunk.and_then(|name| cx.ledger.directory().trunk(name));
    let told = cx.exchange.settings.media_address_for(known, towards);
    let port = cx.exchange.open_socket(cx.now, call, leg, emergency, told)?;
    Some(LocalMedia { port, ..describe(cx, trunk, wish, towards) })
}

/// Our end as far as it is known before there is a port.
pub(super) fn describe(
    cx: &mut Context<'_>,
    trunk: Option<&TrunkName>,
    wish: Wish,
    towards: IpAddr,
) -> LocalMedia {
    let trunk = trunk.and_then(|name| cx.ledger.directory().trunk(name));
    describe_towards(cx.exchange, trunk, wish, towards)
}

/// The same for a leg that belongs to no call.
pub(super) fn describe_towards(
    exchange: &mut Exchange,
    trunk: Option<&sip::Trunk>,
    wish: Wish,
    towards: IpAddr,
) -> LocalMedia {
    let mut seed = Seed::default();
    for part in seed.0.chunks_exact_mut(8) {
        part.copy_from_slice(&exchange.random().to_be_bytes());
    }
    LocalMedia {
        address: exchange.settings.media_address_for(trunk, towards),
        // The discard port: a description needs one even when nobody will ever see it.
        port: 9,
        // Within the 62 bits that every parser holds.
        session_id: exchange.random() >> 2,
        version: 0,
        direction: Direction::SendRecv,
        encryption: Encryption { wish, seed },
    }
}

/// What to offer to somebody who is to talk with one that wishes these: those first, so that nothing needs to be translated,
/// and G.711, which everybody has. A wide codec that only the second could speak is not offered: many phones answer with
/// what they like best, and every packet would have to be translated.
pub(super) fn codecs_to_meet(wishes: &[Codec]) -> Vec<Codec> {
    let mut codecs = codecs_beginning_with(wishes);
    codecs.retain(|codec| {
        wishes.is_empty() || wishes.contains(codec) || matches!(codec, Codec::Pcmu | Codec::Pcma)
    });
    codecs
}

/// These codecs first, then whatever else the house speaks.
pub(super) fn codecs_beginning_with(wishes: &[Codec]) -> Vec<Codec> {
    let others = Codec::ALL.into_iter().filter(|codec| !wishes.contains(codec));
    wishes.iter().copied().chain(others).collect()
}
