//! The conversation's two channels: voice and text, thin adapters to one `dialogue::Session`.
//!
//! Invariants:
//! - Nothing here knows RTP, SIP, a model or a socket: the host carries `VoiceOutput` to whoever can do it.
//! - Nothing here decides what is said. The words, the order of the questions and the promises are the dialogue's;
//!   this room decides *when*: whether a pause is the end of a turn, and whether a sound is an interruption.
//! - A turn or utterance that is over is never heard of again: late answers about it are dropped by their id.

mod endpointing;
mod event;
mod interruption;
mod text;
mod voice;

use crate::{dialogue::Expectation, speech::Awaits};

pub use event::{Reason, VoiceInput, VoiceOutput};
pub use text::{Text, TextReply};
pub use voice::Voice;

/// What a recogniser is to expect of a caller whom the dialogue expects this of.
pub const fn awaits(expectation: Expectation) -> Awaits {
    match expectation {
        Expectation::Nothing | Expectation::Open => Awaits::Anything,
        Expectation::YesOrNo => Awaits::YesOrNo,
        Expectation::Name => Awaits::Name,
        Expectation::PhoneNumber => Awaits::Number,
        Expectation::UnitOrAddress => Awaits::Home,
    }
}
