//! What the switch asks of the media plane.

use std::net::IpAddr;

use super::{Announcement, SoundFile};
use crate::{
    media::{Agreed, Hears, RoomId, SourceTrust, Tone},
    types::{CallId, LegId, UtteranceId},
};

/// What the media plane is asked to do with a leg.
#[derive(Debug, Clone, PartialEq)]
pub enum MediaCommand {
    /// Bind this RTP port (and the next one for RTCP), for the family of the address that the far end is told.
    Open {
        call: CallId,
        port: u16,
        told: IpAddr,
    },
    /// Where to, with which codec, and whose packets are believed. Repeated after every offer and answer.
    Connect {
        agreed: Agreed,
        trust: SourceTrust,
    },
    /// Relay between this leg and that one, from now on; both have been connected.
    Bridge {
        with: LegId,
    },
    /// Stop relaying.
    Unbridge,
    /// Into this room, or, if it is there already, hear these from now on. A leg that was bridged leaves its bridge; a
    /// room is opened by the first who enters and gone with the last. A full room leaves the leg alone.
    Mix {
        room: RoomId,
        hears: Hears,
    },
    /// Out of its room; the leg stands alone again.
    LeaveMix,
    /// Play this tone until told otherwise; `None` stops it, and music too.
    Tone(Option<Tone>),
    /// Say this sound file once, after what is being said; `Played` tells how much of it was heard, and nothing of it if
    /// it cannot be read. A plain name is a recording made by `Record`, of which the left side is heard; a path is any
    /// WAV file.
    Play {
        utterance: UtteranceId,
        file: String,
    },
    /// Whenever nothing is said, this WAV file over and over, in place of a tone; `None` stops it.
    Music(Option<String>),
    /// Play the recorded announcement that needs no speech engine.
    Announce {
        utterance: UtteranceId,
        announcement: Announcement,
    },
    /// Send this key to the far end (RFC 4733), once: the other side pressed it in a SIP INFO.
    Digit(char),
    /// Stop this utterance within a frame; `Played` tells how much of it was heard.
    Hush {
        utterance: UtteranceId,
    },
    /// Record this leg and whatever is bridged to it or spoken to it: two channels, the leg's own on the left.
    Record {
        file: String,
    },
    /// From now on silence is recorded, or again what is said.
    PauseRecording(bool),
    /// The recording ends here; the leg goes on.
    EndRecording,
    /// Play this sound of ours to the leg; `Played` follows, at once if there is no such file.
    PlayFile {
        utterance: UtteranceId,
        file: SoundFile,
    },
    /// Record what the leg itself says, one channel, until `EndTake` or the leg's end. `TakeQuiet` follows when no voice
    /// has been heard for so long, `Taken` at the end.
    Take {
        file: SoundFile,
        quiet_ms: u32,
    },
    EndTake,
    /// Close the socket after what is queued has been played.
    Close,
}
