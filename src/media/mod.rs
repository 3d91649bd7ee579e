//! Audio without sockets and without SIP: a leg from wire to ear and back, two legs bridged, and what they agreed on.
//!
//! Invariants, above all what is absent:
//! - Nothing here knows SIP: a session description is bytes in and bytes out.
//! - Nothing here opens a socket, reads a clock or rolls dice: `now` is an argument, SSRCs, first numbers and the chance
//!   that keys are made of are handed in. Only a DTLS handshake has randomness of its own, as it must.
//! - Nothing a far end sends is an error: a packet that does not fit is dropped and counted.
//! - Media goes only to, and is heard only from, an address that signalling vouches for (see [`SourceTrust`]).

mod bridge;
mod codec;
mod concealment;
mod dtls;
mod dtmf;
mod fax;
mod frame;
mod ice;
mod inband;
mod jitter;
mod latch;
mod leg;
mod mixer;
mod mp3;
mod multicast;
mod music;
mod outgoing;
mod playout;
mod port;
mod quality;
mod reception;
mod recording;
mod resample;
mod rtcp;
mod rtp;
mod sdp;
mod sound;
mod srtp;
#[cfg(test)]
mod story;
mod take;
mod tone;

pub use bridge::{Bridge, Overheard, Side};
pub use codec::{Codec, Decoder, Encoder};
pub use dtls::Identity;
pub use dtmf::MAX_QUEUED_DIGITS;
pub use fax::{FaxEnd, FaxRelay, FaxSign};
pub use frame::{Frame, SampleRate, VOICED, power};
pub use latch::{Party, SourceTrust};
pub use leg::{Channel, Dropped, Leg, LegEvent, LegSettings, LegStats, Silence, Tick, Transmit};
pub use mixer::{Heard, Hears, MAX_MEMBERS, Mixer, RoomId};
pub use multicast::GroupVoice;
pub use music::house_music;
pub use playout::{MAX_QUEUED_SAMPLES, PlayError, Played};
pub use port::{DRAIN, Ports};
pub use quality::{Impairment, Score};
pub use recording::{FileWrite, Recorder};
pub use resample::{Fit, Ratio, Resampler};
pub use sdp::{
    Agreed, Direction, DtlsTerms, Encryption, Fingerprint, IceCredentials, ImageTerms, LocalMedia, Payload,
    Profile, Protection, Sdes, SdpError, Seed, Wish, accept, answer, answer_image, image_in, offer,
    offer_image,
};
pub use sound::{Channels, Sound, SoundError};
pub use srtp::{MasterKey, Opener, Refused, Sealer, Suite};
pub use take::{Take, Taken};
pub use tone::Tone;
