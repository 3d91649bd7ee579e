//! Offer and answer (RFC 3264) for one audio stream: session descriptions are bytes in and bytes out.

mod answer;
mod body;
mod browser;
#[cfg(test)]
mod browser_tests;
mod encryption;
#[cfg(test)]
mod encryption_tests;
mod image;
mod offer;
mod sdes;
#[cfg(test)]
mod tests;

use std::net::{IpAddr, SocketAddr};

use thiserror::Error;

use super::codec::Codec;

pub use answer::{accept, answer};
pub use browser::{DtlsTerms, Fingerprint, IceCredentials};
pub use encryption::{Encryption, Profile, Protection, Sdes, Seed, Wish};
pub use image::{ImageTerms, answer_image, image_in, offer_image};
pub use offer::offer;

/// Who may send, as seen from the side that says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Direction {
    #[default]
    SendRecv,
    SendOnly,
    RecvOnly,
    Inactive,
}

impl Direction {
    pub(super) const fn new(sends: bool, receives: bool) -> Self {
        match (sends, receives) {
            (true, true) => Self::SendRecv,
            (true, false) => Self::SendOnly,
            (false, true) => Self::RecvOnly,
            (false, false) => Self::Inactive,
        }
    }

    /// Does this side send?
    pub const fn sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }

    /// Does this side receive?
    pub const fn receives(self) -> bool {
        matches!(self, Self::SendRecv | Self::RecvOnly)
    }

    /// The same stream, seen from the other side.
    pub const fn reversed(self) -> Self {
        Self::new(self.receives(), self.sends())
    }

    /// What is left when both sides have had their say (RFC 3264, 6.1): `self` and `other` from the same point of view.
    pub const fn and(self, other: Self) -> Self {
        Self::new(self.sends() && other.sends(), self.receives() && other.receives())
    }

    pub(super) const fn attribute(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }
}

/// Our end of the stream, as our descriptions state it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocalMedia {
    /// The address that the far end can reach us at.
    pub address: IpAddr,
    /// Our RTP port; RTCP is the one above.
    pub port: u16,
    /// Names the session in `o=`; constant for the life of a dialog.
    pub session_id: u64,
    /// Grows by one with each description that differs from the last (RFC 3264, 8).
    pub version: u64,
    /// What we are willing to do.
    pub direction: Direction,
    pub encryption: Encryption,
}

impl LocalMedia {
    /// The description that follows this one: same stream, another direction, the next version.
    #[must_use]
    pub const fn revised(self, direction: Direction) -> Self {
        Self { version: self.version.wrapping_add(1), direction, ..self }
    }
}

/// A payload type number and what it stands for in this session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Payload {
    pub number: u8,
    pub codec: Codec,
}

/// What both sides have agreed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agreed {
    /// What we send.
    pub codec: Codec,
    /// The number we send it under.
    pub payload_type: u8,
    /// What the far end takes, and under which number; the first is `codec`.
    pub send: [Option<Payload>; Codec::ALL.len()],
    /// What may arrive. A far end may change between these at any time (RFC 3264, 5.1); anything else is not heard.
    pub receive: [Option<Payload>; Codec::ALL.len()],
    /// The number we send RFC 4733 events under, if they were agreed on.
    pub telephone_event: Option<u8>,
    /// The number they arrive under.
    pub telephone_event_in: Option<u8>,
    /// Where their description says RTP goes. The address is 0.0.0.0 in an old-style hold.
    pub remote: SocketAddr,
    /// Where it says RTCP goes (RFC 3605, or one port up).
    pub remote_rtcp: SocketAddr,
    /// What *we* may do.
    pub direction: Direction,
    /// How many milliseconds a packet they wish to receive (20 unless they say otherwise); a preference only.
    pub ptime: u8,
    pub protection: Protection,
}

impl Agreed {
    /// What an arriving payload type stands for; `None` when it was never negotiated.
    pub fn codec_of(&self, payload_type: u8) -> Option<Codec> {
        self.receive
            .iter()
            .flatten()
            .find(|payload| payload.number == payload_type)
            .map(|payload| payload.codec)
    }

    /// The number that a codec is sent under; `None` when the far end does not take it.
    pub fn sends_as(&self, codec: Codec) -> Option<u8> {
        self.send.iter().flatten().find(|payload| payload.codec == codec).map(|payload| payload.number)
    }

    /// May we send? Not on hold, and never to the null address (RFC 3264, 8.4).
    pub fn may_send(&self) -> bool {
        // A browser's description names no address of use: where it is, ICE finds out.
        let named = matches!(self.protection, Protection::Dtls(_)) || !self.remote.ip().is_unspecified();
        self.direction.sends() && named
    }

    /// May they send?
    pub fn may_receive(&self) -> bool {
        self.direction.receives()
    }
}

/// Why no stream can be had from a description. Each is a reason to refuse it as not acceptable here.
#[derive(Debug, Error)]
pub enum SdpError {
    /// Over 16 KiB, 512 lines or 16 media: nobody's telephone says so much.
    #[error("session description is longer than any telephone's")]
    TooLarge,
    #[error("session description does not parse")]
    Malformed(#[source] sdp_types::ParserError),
    /// No open `m=audio` line.
    #[error("session description has no audio")]
    NoAudio,
    /// No open `m=image` line with T.38 over UDPTL.
    #[error("session description has no fax")]
    NoImage,
    /// Audio, but not over RTP/AVP or RTP/SAVP (RFC 3551, 3711).
    #[error("audio is offered over a transport other than RTP/AVP and RTP/SAVP only")]
    UnknownTransport,
    /// They insist on SRTP, and it is switched off for them.
    #[error("audio is offered with SRTP only, which is switched off here")]
    EncryptionOff,
    /// They insist on SRTP, with no key or suite that we can use.
    #[error("no cipher suite in common")]
    NoCommonSuite,
    /// We insist on SRTP, or it has been agreed on before, and they want plain RTP.
    #[error("audio would not be encrypted, as it has to be")]
    MustBeEncrypted,
    #[error("no codec in common")]
    NoCommonCodec,
    /// No `c=` line, a host name, a multicast group, or a port without room for its RTCP.
    #[error("media address cannot be sent to")]
    BadAddress,
    /// They name an IPv6 address and we an IPv4 one, or the reverse.
    #[error("media address is of another IP version than ours")]
    OtherIpVersion,
    /// The answer closes the stream that we offered.
    #[error("the answer refuses our audio")]
    Refused,
    /// What was handed in as our own offer is not one.
    #[error("the offer to be answered is not ours")]
    NotOurOffer,
}
