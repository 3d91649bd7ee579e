//! One leg on the media thread: its sockets, where its sound goes, and whom a frame of it concerns.

use std::{
    collections::VecDeque,
    io,
    net::{IpAddr, SocketAddr, UdpSocket},
};

use socket2::SockRef;
use tokio::sync::mpsc;

use super::{
    media_multicast::ToGroup, media_poll::Register, media_rooms::RoomKind, recordings::Recordings,
    sounds::Sounds, speech_pool::SpeechPool, switch_loop::ToSwitch,
};
use crate::{
    media::{Channel, Frame, Leg, LegEvent, LegSettings, Side, Silence, Transmit, VOICED},
    pbx::{MediaEvent, Unheard},
    types::{LegId, UtteranceId},
};

/// What the kernel may keep for one socket: about eighty packets, a second and a half of a voice. What comes on top of
/// it is dropped there, as older sound would be of no use to anybody.
const RECEIVE_BUFFER: usize = 64 * 1024;

/// The queues to the other threads.
#[derive(Debug)]
pub(super) struct Outside {
    pub speech: SpeechPool,
    pub recordings: Recordings,
    pub sounds: Sounds,
    pub to_switch: mpsc::Sender<ToSwitch>,
}

impl Outside {
    pub(super) fn tell(&self, leg: LegId, event: MediaEvent) {
        if self.to_switch.try_send(ToSwitch::Media { leg, event }).is_err() {
            tracing::warn!(%leg, "the switch does not keep up with the media; an event was dropped");
        }
    }
}

/// One leg's sockets.
#[derive(Debug)]
pub(super) struct Sockets {
    rtp: UdpSocket,
    rtcp: UdpSocket,
}

impl Sockets {
    pub(super) fn bind(address: IpAddr, port: u16, register: &Register, place: usize) -> io::Result<Self> {
        let bind = |port: u16, channel: Channel| -> io::Result<UdpSocket> {
            let socket = UdpSocket::bind(SocketAddr::new(address, port))?;
            socket.set_nonblocking(true)?;
            SockRef::from(&socket).set_recv_buffer_size(RECEIVE_BUFFER)?;
            register.enter(&socket, mark(place, channel))?;
            Ok(socket)
        };
        Ok(Self { rtp: bind(port, Channel::Rtp)?, rtcp: bind(port + 1, Channel::Rtcp)? })
    }

    pub(super) fn of(&self, channel: Channel) -> &UdpSocket {
        match channel {
            Channel::Rtp => &self.rtp,
            Channel::Rtcp => &self.rtcp,
        }
    }

    /// Media is late or it is nothing: what the kernel does not take at once is lost, as on the wire.
    pub(super) fn send(&self, transmit: &Transmit<'_>) {
        let _ = self.of(transmit.channel).send_to(transmit.bytes, transmit.to);
    }
}

/// Where a leg's sound goes.
#[derive(Debug)]
pub(super) enum Line {
    /// Bound, but nothing has been agreed on.
    Open,
    Alone(Box<Leg>),
    Bridged {
        bridge: usize,
        side: Side,
    },
    /// Its voice rests while a fax passes.
    Faxing {
        relay: usize,
        side: Side,
    },
}

/// What is known of a leg besides its media.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) id: LegId,
    pub(super) line: Line,
    /// The leg stands alone, and hears others in this room.
    pub(super) room: Option<RoomKind>,
    pub(super) sockets: Sockets,
    pub(super) heard_by_ears: bool,
    /// What it says goes to a multicast group.
    pub(super) to_group: Option<Box<ToGroup>>,
    /// Utterances that were begun, and whether their first voiced frame has left.
    pub(super) utterances: VecDeque<(UtteranceId, bool)>,
}

impl Slot {
    pub(super) fn new(id: LegId, sockets: Sockets) -> Self {
        let (line, utterances) = (Line::Open, VecDeque::new());
        Self { id, line, room: None, sockets, heard_by_ears: false, to_group: None, utterances }
    }

    /// A frame has passed: it is sent, heard by the ears, recorded, and what came of it is told. `said` is what the far
    /// end was sent, and `house` what of it is the house's own. `saw` is shown what happened on the leg.
    pub(super) fn after_frame(
        &mut self,
        outside: &mut Outside,
        voice: &Frame,
        house: &Frame,
        said: &Frame,
        mut saw: impl FnMut(&LegEvent),
    ) {
        let Line::Alone(leg) = &mut self.line else { return };
        while let Some(transmit) = leg.poll_transmit() {
            self.sockets.send(&transmit);
        }
        if let Some(group) = &mut self.to_group {
            group.send(voice);
        }
        if self.heard_by_ears {
            outside.speech.frame(self.id, *voice);
        }
        outside.recordings.push(self.id, voice, said);
        if outside.recordings.take(self.id, voice) {
            outside.tell(self.id, MediaEvent::TakeQuiet);
        }
        if house.power() > VOICED
            && let Some((utterance, told)) = self.utterances.front_mut()
            && !*told
        {
            *told = true;
            outside.tell(self.id, MediaEvent::Speaking { utterance: *utterance });
        }
        while let Some(event) = leg.poll_event() {
            saw(&event);
            report(outside, self.id, &mut self.utterances, event);
        }
    }
}

/// What a socket is entered under in the list of readiness.
pub(super) fn mark(place: usize, channel: Channel) -> usize {
    place << 1 | usize::from(channel == Channel::Rtcp)
}

pub(super) fn place_of(mark: u64) -> (usize, Channel) {
    let channel = if mark & 1 == 0 { Channel::Rtp } else { Channel::Rtcp };
    ((mark >> 1) as usize, channel)
}

pub(super) fn report(
    outside: &Outside,
    id: LegId,
    utterances: &mut VecDeque<(UtteranceId, bool)>,
    event: LegEvent,
) {
    let event = match event {
        LegEvent::FirstPacket => MediaEvent::FirstPacket,
        LegEvent::Digit(digit) => MediaEvent::Digit(digit),
        LegEvent::Fax(sign) => MediaEvent::Fax(sign),
        LegEvent::Unheard(why) => {
            let why = unheard(why).as_str();
            tracing::warn!(leg = %id, why, "nothing is heard of this leg after three seconds");
            return;
        }
        LegEvent::Silent(why) => {
            let silent_ms = LegSettings::SILENT_AFTER.as_millis() as u64;
            MediaEvent::Dead { silent_ms, why: unheard(why) }
        }
        LegEvent::Played(played) => {
            utterances.retain(|(utterance, _)| *utterance != played.utterance);
            MediaEvent::Played {
                utterance: played.utterance,
                heard_ms: played.millis as u32,
                complete: played.whole,
            }
        }
        // The synthesiser is many times faster than speech: what it has made is already here.
        LegEvent::LowMark(_) => return,
    };
    outside.tell(id, event);
}

pub(super) const fn unheard(why: Silence) -> Unheard {
    match why {
        Silence::NothingCame => Unheard::NothingCame,
        Silence::CameFromElsewhere => Unheard::CameFromElsewhere,
        Silence::ReportsOnly => Unheard::ReportsOnly,
        Silence::NotNegotiated => Unheard::NotNegotiated,
        Silence::NotAuthentic => Unheard::NotAuthentic,
        Silence::NotRtp => Unheard::NotRtp,
        Silence::WentQuiet => Unheard::WentQuiet,
    }
}
